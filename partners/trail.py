"""What an organisation reads of itself: the lines of the trail, filtered, page by page. Ids and codes, no youth."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import User
from core import clock
from core.acting import Acting
from core.models import Alert, AuditEntry
from partners.models import Membership

PAGE = 50
# The latest lines of a selection, in one file.
EXPORTED = 1000
EXPORT_HEADER = ["Le", "Personne", "Ce qui a été fait", "Sur", "Référence", "Nombre", "Requête"]
# What a line is about, by its kind of subject.
SUBJECTS = {
    "youth": "dossier d’un jeune",
    "youth_line": "ligne d’un jeune",
    "referral": "orientation",
    "draft": "brouillon d’orientation",
    "pack": "dossier de comité",
    "rights_request": "demande d’un jeune sur ses données",
    "decision": "décision du délégué",
    "retention_notice": "effacement annoncé",
    "trail": "traces de la structure",
    "list": "liste",
    "export": "export",
    "page": "page",
}
# Those of a person: their lines may be gathered.
GATHERED = ("youth", "youth_line", "referral", "draft")


# No trail is older than the portal; beyond the calendar, a day has no next one.
_OLDEST = date(2020, 1, 1)


class TrailForm(forms.Form):
    """The filters of the trail: a person, what they did, a day, one file."""

    personne = forms.TypedChoiceField(
        label="Personne",
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={
            "invalid_choice": "Cette personne n’est pas de votre structure : tout le monde est affiché."
        },
    )
    nature = forms.ChoiceField(
        label="Ce qui a été fait",
        choices=[("", "Tout"), *AuditEntry.Kind.choices],
        required=False,
        error_messages={"invalid_choice": "Ce filtre n’existe pas : tout est affiché."},
    )
    jour = forms.DateField(
        label="Jour",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Cette date n’existe pas : tous les jours sont affichés."},
    )
    dossier = forms.UUIDField(label="Un dossier", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, people: dict[int, str]) -> None:
        super().__init__(data)
        self.fields["personne"].choices = [("", "Toutes"), *people.items()]  # type: ignore[attr-defined]

    def clean_jour(self) -> date | None:
        day: date | None = self.cleaned_data["jour"]
        if day and not _OLDEST <= day <= clock.today():
            raise forms.ValidationError("La trace n’a rien de ce jour : tous les jours sont affichés.")
        return day

    def narrow(self, lines: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The lines that the filters keep; a filter that makes no sense keeps everything, and says so."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("personne"):
            lines = lines.filter(user_id=wanted["personne"])
        if wanted.get("nature"):
            lines = lines.filter(kind=wanted["nature"])
        if day := wanted.get("jour"):
            lines = lines.filter(at__gte=clock.start_of(day), at__lt=clock.start_of(day + timedelta(days=1)))
        if wanted.get("dossier"):
            lines = lines.filter(subject_uuid=wanted["dossier"])
        return lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the page and the export show it."""

    at: datetime
    person: str
    what: str
    about: str
    # The identifier of a file whose lines can be gathered.
    file: Any
    count: int
    request_id: str


def people_of(acting: Acting) -> dict[int, str]:
    """The names of those who belong, or belonged, to the organisation, by user."""
    members = Membership.objects.filter(organisation_id=acting.organisation_id).select_related("user")
    return {
        member.user_id: member.user.get_full_name()
        for member in members.order_by("user__last_name", "user__first_name", "pk")
    }


def names_of(users: set[int | None]) -> dict[int, str]:
    """The names of some users."""
    found = User.objects.filter(pk__in=[user for user in users if user]).order_by("pk")
    return {user.pk: user.get_full_name() for user in found}


def lines_of(acting: Acting) -> QuerySet[AuditEntry]:
    """The trail of the organisation, the latest first."""
    return AuditEntry.objects.filter(organisation_id=acting.organisation_id).order_by("-at", "-number")


def page_after(lines: QuerySet[AuditEntry], after: str) -> list[AuditEntry]:
    """The page after a line (``moment_number``), and one line more when there is another page."""
    moment, _, number = after.partition("_")
    try:
        at, last = datetime.fromisoformat(moment), int(number)
        if at.tzinfo is None:
            raise ValueError
    except ValueError:
        return list(lines[: PAGE + 1])
    return list(lines.filter(Q(at__lt=at) | Q(at=at, number__lt=last))[: PAGE + 1])


def mark_of(line: AuditEntry) -> str:
    """The place of a line in an address."""
    return f"{line.at.isoformat()}_{line.number}"


def told(lines: list[AuditEntry], people: dict[int, str]) -> list[Line]:
    """The lines in words."""
    return [
        Line(
            at=line.at,
            person=people.get(line.user_id or 0, "Compte inconnu"),
            what=line.get_kind_display(),
            about=SUBJECTS.get(line.subject_kind, line.subject_kind),
            file=line.subject_uuid if line.subject_kind in GATHERED else None,
            count=line.count,
            request_id=line.request_id,
        )
        for line in lines
    ]


def open_alerts(acting: Acting) -> int:
    """How many alerts wait."""
    return Alert.objects.visible_to(acting).open().count()
