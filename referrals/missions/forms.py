"""The form of one mission."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.validators import PlainDateField
from partners.models import Branch
from referrals.models import Mission, Referral
from referrals.models.missions import MOST_DAYS


class MissionForm(forms.Form):
    """A mission, new or corrected: its days, its branch, what came after."""

    # The first one is the key of a new mission; the two others name the one that is corrected.
    submission = forms.UUIDField(widget=forms.HiddenInput)
    mission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)
    started_on = PlainDateField(label="Premier jour")
    ended_on = PlainDateField(
        label="Dernier jour", required=False, help_text="Laissez vide si la mission est en cours."
    )
    days = forms.IntegerField(
        label="Ou sa durée, en jours de calendrier",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text="Si vous ne connaissez pas le dernier jour.",
    )
    branch = forms.ModelChoiceField(
        label="Branche de l’entreprise",
        queryset=Branch.objects.order_by("name", "pk"),
        required=False,
        empty_label="Autre, ou non connue",
    )
    after = forms.ChoiceField(
        label="Qu’y a-t-il eu ensuite ?",
        required=False,
        choices=[("", "Non connu"), *Mission.After.choices],
    )

    def __init__(
        self, referral: Referral, data: Mapping[str, Any] | None = None, *, mission: Mission | None = None
    ) -> None:
        initial: dict[str, Any] = {"submission": uuid4()}
        if mission is not None:
            names = ("started_on", "ended_on", "days", "after", "version")
            initial |= {name: getattr(mission, name) for name in names}
            initial |= {"branch": mission.branch_id, "mission": mission.uuid}
        super().__init__(data, initial=initial)
        self.referral = referral

    def clean_started_on(self) -> date:
        day = self.cleaned_data["started_on"]
        if day > clock.today():
            raise ValidationError("Une mission se note quand elle a commencé : cette date est à venir.")
        if self.referral.sent_at and day < clock.day_of(self.referral.sent_at):
            raise ValidationError("Cette mission a commencé avant que le jeune ne vous soit adressé.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end, days = (cleaned.get(name) for name in ("started_on", "ended_on", "days"))
        if end and days:
            self.add_error("days", "Donnez le dernier jour ou la durée, pas les deux.")
        if start and end and not start <= end < start + timedelta(days=MOST_DAYS):
            self.add_error("ended_on", "Le dernier jour suit le premier, dans les trois ans.")
        if bool(cleaned.get("mission")) != bool(cleaned.get("version")):
            raise ValidationError("Cette page n’est plus à jour : rouvrez-la.")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the mission, once the form is valid."""
        names = ("started_on", "ended_on", "days", "branch", "after")
        return {name: self.cleaned_data[name] for name in names}
