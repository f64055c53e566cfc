"""Forms of a link: what it is for, whom it passes to, how it ends; and of an invitation."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.validators import PlainDateField
from youths import link_codes
from youths.accompanying.leaving import LONGEST_READING
from youths.agreements.forms import agreement_fields, check_minor
from youths.agreements.purposes import CO_ACCOMPANIMENT, purposes
from youths.models import Youth

NARROWER = [(code, label.capitalize()) for code, label in link_codes.Aspect.choices]


class AspectsForm(forms.Form):
    """What an organisation takes care of with the youth."""

    aspects = forms.MultipleChoiceField(
        label="Pour quoi ?",
        choices=NARROWER,
        widget=forms.CheckboxSelectMultiple,
        help_text="« Parcours » couvre tout : cochez-le seul.",
        error_messages={"required": "Cochez au moins un sujet."},
    )

    def clean_aspects(self) -> list[str]:
        wanted = self.cleaned_data["aspects"]
        if link_codes.Aspect.WHOLE in wanted and len(set(wanted)) > 1:
            raise ValidationError("« Parcours » couvre tout : cochez-le seul, ou cochez seulement le reste.")
        return wanted


class PassForm(forms.Form):
    """The colleague who takes over."""

    successor = forms.TypedChoiceField(label="À qui passez-vous le relais ?", coerce=int)

    def __init__(self, colleagues: list[tuple[int, str]], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["successor"].choices = [("", "Choisissez un collègue"), *colleagues]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """Why a link ends, and until when its organisation still reads what was written until now."""

    reason = forms.ChoiceField(
        label="Pourquoi ?",
        choices=[
            ("", "Choisissez"),
            *((code.value, code.label.capitalize()) for code in link_codes.CHOSEN_ENDS),
        ],
    )
    until = PlainDateField(
        label="Lecture du dossier jusqu’au",
        required=False,
        help_text="Facultatif : 30 jours au plus, pour finir un écrit. Sans date, l’accès s’arrête tout de suite.",
    )

    def clean_until(self) -> date | None:
        until = self.cleaned_data["until"]
        if until is None:
            return None
        if until < clock.today():
            raise ValidationError("Cette date est passée : laissez vide pour arrêter l’accès tout de suite.")
        if until > clock.today() + LONGEST_READING:
            raise ValidationError("L’accès s’arrête au plus tard dans 30 jours.")
        return until


class InvitationForm(AspectsForm):
    """Whom to invite, for what and why, and how the youth agreed."""

    organisation = forms.TypedChoiceField(label="Quelle structure invitez-vous ?", coerce=int)
    reason = forms.ChoiceField(label="Pourquoi ?", choices=[("", "Choisissez"), *link_codes.Asking.choices])

    field_order = ["organisation", "aspects", "reason"]

    def __init__(self, youth: Youth, organisations: list[Any], data: Any = None) -> None:
        super().__init__(data)
        self.fields["organisation"].choices = [("", "Choisissez une structure"), *organisations]  # type: ignore[attr-defined]
        self.fields |= agreement_fields(youth, purposes[CO_ACCOMPANIMENT], way_back=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_minor(self, required=True)
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """Whom, for what and why."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class AcceptForm(AspectsForm):
    """Who accompanies, for the organisation that accepts, and for what."""

    professional = forms.TypedChoiceField(label="Qui accompagnera ce jeune ?", coerce=int)

    field_order = ["professional", "aspects"]

    def __init__(self, colleagues: list[tuple[int, str]], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["professional"].choices = [("", "Choisissez un collègue"), *colleagues]  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why the organisation says no."""

    declining = forms.ChoiceField(
        label="Pourquoi ?", choices=[("", "Choisissez"), *link_codes.Declining.choices]
    )
