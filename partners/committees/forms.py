"""Forms of committees: planning a meeting, recording it, giving an action to somebody, closing it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.uploads import UploadField
from core.validators import FreeTextField, PlainDateField, PlainTimeField
from core.working_days import add_months, long_date
from partners.forms import ConstraintErrors
from partners.models import (
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    ConventionParty,
    MeetingAttendance,
    MeetingContribution,
    Membership,
    Role,
)
from partners.outward import may_open, shown_name
from partners.versioned_forms import VersionedForm

OVERTAKEN = (
    "Quelqu’un a modifié cette réunion pendant que vous écriviez. Rien de votre saisie n’est perdu : "
    "comparez avec ce qui est enregistré, puis envoyez de nouveau."
)
CONTRIBUTION_OVERTAKEN = (
    "Quelqu’un de votre structure a écrit pendant ce temps. Rien de votre saisie n’est perdu : comparez avec ce qui "
    "est enregistré, puis envoyez de nouveau."
)
DAY_TAKEN = "Ce comité a déjà une réunion ce jour-là."
# A meeting is planned this far ahead at most; an earlier one may be recorded after the fact.
_OLDEST, _MONTHS_AHEAD, _ACTION_MONTHS = date(2000, 1, 1), 36, 60


class MeetingForm(ConstraintErrors, VersionedForm, forms.ModelForm):
    """The day, the hours, the place and the agenda of a meeting."""

    beside = {"partners_meeting_once": "held_on", "partners_meeting_hours": "ends_at"}

    held_on = PlainDateField(label="Date")
    starts_at = PlainTimeField(
        label="De", required=False, help_text="Heure de Paris. Vide : heure à préciser."
    )
    ends_at = PlainTimeField(label="À", required=False)
    place = FreeTextField(label="Lieu", max_length=120, required=False)
    agenda = FreeTextField(
        label="Ordre du jour",
        max_length=2000,
        multiline=True,
        required=False,
        help_text="Un point par ligne. Repris dans le dossier de comité.",
    )

    class Meta:
        model = CommitteeMeeting
        fields = ["held_on", "starts_at", "ends_at", "place", "agenda"]

    def __init__(self, *args: Any, recorded: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if recorded:
            self.fields["held_on"].disabled = True
            self.fields["held_on"].help_text = "Cette réunion a eu lieu : sa date ne change plus."
        if self.instance.pk:
            self.add_version(self.instance.version)

    def clean_held_on(self) -> date:
        """Neither long ago nor in the distant future: a slip of the keyboard."""
        day: date = self.cleaned_data["held_on"]
        latest = add_months(clock.today(), _MONTHS_AHEAD)
        if not _OLDEST <= day <= latest:
            raise ValidationError(
                f"Choisissez une date entre le {long_date(_OLDEST)} et le {long_date(latest)}."
            )
        return day

    def clean(self) -> dict[str, Any] | None:
        """The end without the beginning, said beside the beginning."""
        cleaned = super().clean()
        if self.cleaned_data.get("ends_at") and not self.cleaned_data.get("starts_at"):
            self.add_error("starts_at", "Indiquez aussi l’heure de début.")
        return cleaned

    def written(self) -> dict[str, Any]:
        """What the operations take."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RecordForm(VersionedForm, forms.Form):
    """How a meeting went: who came, what was said, what was decided; on one page."""

    def __init__(
        self,
        acting: Acting,
        meeting: CommitteeMeeting,
        members: list[CommitteeMember],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        noted = {one.member_id: one.presence for one in meeting.attendances.all()}
        self.members = members
        for member in members:
            self.fields[f"presence_{member.pk}"] = forms.ChoiceField(
                label=seat_name(acting, member),
                choices=[("", "Non noté"), *MeetingAttendance.Presence.choices],
                required=False,
                initial=noted.get(member.pk, ""),
            )
        self.fields["decisions"] = FreeTextField(
            label="Décisions",
            max_length=4000,
            multiline=True,
            required=False,
            initial=meeting.decisions,
            help_text="Une décision par ligne ; reprises à la réunion suivante. "
            "Ce que quelqu’un doit faire s’inscrit ensuite, comme action.",
        )
        self.fields["minutes"] = FreeTextField(
            label="Compte rendu",
            max_length=8000,
            multiline=True,
            required=False,
            initial=meeting.minutes,
            help_text="Jamais le nom d’un jeune.",
        )
        self.fields["file"] = UploadField(
            label="Compte rendu en fichier", accepts=("pdf", "docx"), required=False
        )
        self.add_version(meeting.version)

    def presences(self) -> dict[int, str]:
        """Member → presence, "" for not noted (once valid)."""
        return {member.pk: self.cleaned_data[f"presence_{member.pk}"] for member in self.members}


def seat_name(acting: Acting, member: CommitteeMember) -> str:
    """A seat, by its organisation and its function: persons change, and past attendance is that of a seat."""
    function = (
        "" if member.function == CommitteeMember.Function.MEMBER else f" ({member.get_function_display()})"
    )
    return f"{shown_name(acting, member.organisation)}{function}"


class ContributionForm(VersionedForm, forms.Form):
    """What one's organisation brings to a meeting."""

    text = FreeTextField(
        label="Contribution de votre structure",
        max_length=2000,
        multiline=True,
        required=False,
        help_text="Un constat, une question, une proposition. Jamais le nom d’un jeune. Vide : la contribution est "
        "retirée.",
    )

    def __init__(self, contribution: MeetingContribution | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = contribution.text if contribution else ""
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, min_value=0, initial=contribution.version if contribution else 0
        )


class ActionForm(forms.Form):
    """What somebody has to do, until when."""

    wording = FreeTextField(label="Action", max_length=300, help_text="Une phrase qui commence par un verbe.")
    who = forms.ChoiceField(
        label="Confiée à",
        help_text="Sans personne choisie, l’action revient aux responsables de la structure.",
    )
    due_on = PlainDateField(label="Pour le")

    def __init__(self, acting: Acting, meeting: CommitteeMeeting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "Choisissez une structure ou une personne"),
            *owners(acting, meeting.committee),
        ]

    def clean_due_on(self) -> date:
        """After the meeting that decided it."""
        day: date = self.cleaned_data["due_on"]
        latest = add_months(clock.today(), _ACTION_MONTHS)
        if not self.meeting.held_on <= day <= latest:
            first, last = long_date(self.meeting.held_on), long_date(latest)
            raise ValidationError(f"Choisissez une date entre le {first} (la réunion) et le {last}.")
        return day

    def owner(self) -> tuple[int, int | None]:
        """The organisation and the person (once valid)."""
        organisation, _, person = self.cleaned_data["who"].partition("-")
        return int(organisation), int(person) if person else None


def owners(acting: Acting, committee: Committee) -> list[tuple[str, list[tuple[str, str]]]]:
    """Who may be given an action, by organisation: itself, then who sits for it; for one's own, its members.

    Three queries.
    """
    names: dict[int, str] = {}
    persons: dict[int, dict[int, str]] = {}
    parties = ConventionParty.objects.on(clock.today()).filter(convention=committee.convention_id)
    for party in parties.select_related("organisation").order_by("pk"):
        names[party.organisation_id] = shown_name(acting, party.organisation)
    for seat in committee.members.select_related("organisation", "user").order_by("pk"):
        names[seat.organisation_id] = shown_name(acting, seat.organisation)
        if seat.user and seat.user.is_active and may_open(acting, seat.organisation):
            persons.setdefault(seat.organisation_id, {})[seat.user.pk] = seat.user.get_full_name()
    if acting.organisation_id in names:
        colleagues = Membership.objects.live().filter(
            organisation=acting.organisation_id, user__is_active=True
        )
        for one in colleagues.exclude(role=Role.DPO).select_related("user").order_by("user__last_name", "pk"):
            persons.setdefault(acting.organisation_id, {})[one.user_id] = one.user.get_full_name()
    return [
        (
            name,
            [
                (str(pk), f"{name} : ses responsables"),
                *((f"{pk}-{user}", words) for user, words in persons.get(pk, {}).items()),
            ],
        )
        for pk, name in sorted(names.items(), key=lambda item: item[1])
    ]


class ActionCloseForm(forms.Form):
    """What was done of an action."""

    state = forms.ChoiceField(
        label="Où en est-on ?",
        choices=[
            (CommitteeAction.State.DONE, "C’est fait"),
            (CommitteeAction.State.DROPPED, "C’est abandonné"),
        ],
        widget=forms.RadioSelect,
    )
    note = FreeTextField(
        label="Suite donnée",
        max_length=300,
        multiline=True,
        help_text="Ce qui a été fait, ou pourquoi l’action est abandonnée. Lu à la prochaine réunion.",
    )
