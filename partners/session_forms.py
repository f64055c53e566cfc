"""Forms of sessions."""

from typing import Any

from django import forms

from core import clock
from core.acting import Acting
from core.validators import FreeTextField, PlainDateField, PlainTimeField
from core.working_days import add_months, long_date
from partners.choices import departments
from partners.local_time import PARIS, NoSuchHour, local, moment, zone_words
from partners.models import Department, Organisation, Session
from partners.sessions import purposes_for, zone_of
from partners.versioned_forms import VersionedForm

OVERTAKEN = (
    "Quelqu’un a modifié cette rencontre pendant que vous écriviez. Rien de votre saisie n’est perdu : "
    "comparez avec ce qui est enregistré, puis envoyez de nouveau."
)
_MONTHS_BACK, _MONTHS_AHEAD, _LONGEST_DAYS = 36, 36, 31


class SessionForm(VersionedForm, forms.Form):
    """A session: what, when (local hours), where, and what it counts for."""

    kind = forms.ChoiceField(label="Nature", choices=[("", "Choisissez"), *Session.Kind.choices])
    title = FreeTextField(
        label="Titre", max_length=120, help_text="Ce que les participants liront : « Découvrir le SMV »."
    )
    day = PlainDateField(label="Jour")
    starts = PlainTimeField(label="De", help_text="À l’heure du lieu.")
    ends = PlainTimeField(label="À")
    last_day = PlainDateField(
        label="Dernier jour", required=False, help_text="Vide : la rencontre finit le même jour."
    )
    department = forms.ChoiceField(
        label="Département", required=False, help_text="Vide : à distance, à l’heure de Paris."
    )
    place = FreeTextField(label="Lieu", max_length=160, required=False, help_text="Salle, adresse, commune.")
    capacity = forms.IntegerField(label="Places", required=False, min_value=1, max_value=5000)
    purpose = forms.ChoiceField(
        label="Au titre de",
        required=False,
        help_text="Une rencontre tenue compte pour l’engagement choisi.",
    )
    description = FreeTextField(
        label="Déroulé",
        max_length=2000,
        multiline=True,
        required=False,
        help_text="Jamais le nom d’un jeune.",
    )

    def __init__(self, acting: Acting, session: Session | None, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = _as_typed(session) if session else _at_home(acting)
        super().__init__(*args, **kwargs)
        self.session = session
        self.fields["department"].choices = [("", "À distance"), *departments()]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", "Aucune convention"),
            *purposes_for(acting, session),
        ]
        if session is not None:
            self.add_version(session.version)

    def clean(self) -> dict[str, Any] | None:
        """The moments, in the zone of the department; each refusal beside its field."""
        cleaned = super().clean()
        typed = self.cleaned_data
        typed["department"] = Department.objects.filter(pk=typed.get("department") or None).first()
        if self.errors:
            return cleaned
        zone = typed["department"].timezone if typed["department"] else PARIS
        day, last_day = typed["day"], typed["last_day"] or typed["day"]
        today = clock.today()
        first, latest = add_months(today, -_MONTHS_BACK), add_months(today, _MONTHS_AHEAD)
        if not first <= day <= latest:
            self.add_error(
                "day", f"Choisissez une date entre le {long_date(first)} et le {long_date(latest)}."
            )
        elif not 0 <= (last_day - day).days <= _LONGEST_DAYS:
            self.add_error("last_day", "La rencontre finit le jour où elle commence, ou dans le mois.")
        else:
            typed["starts_at"] = self._moment("starts", day, zone)
            typed["ends_at"] = self._moment("ends", last_day, zone)
            if not self.errors and typed["ends_at"] <= typed["starts_at"]:
                self.add_error("ends", "La rencontre finit après avoir commencé.")
            held = self.session is not None and self.session.state == Session.State.HELD
            if held and not self.errors and typed["starts_at"] > clock.now():
                self.add_error("day", "Cette rencontre a été tenue : elle ne peut pas être à venir.")
        return cleaned

    def _moment(self, name: str, day: Any, zone: str) -> Any:
        try:
            return moment(day, self.cleaned_data[name], zone)
        except NoSuchHour:
            where = f" ({zone_words(zone)})" if zone_words(zone) else ""
            self.add_error(
                name,
                f"Cette heure n’existe pas le {long_date(day)} : on passe ce jour-là à l’heure d’été{where}.",
            )
            return None

    def written(self) -> dict[str, Any]:
        """What the operations take (once valid)."""
        typed = self.cleaned_data
        convention, _, commitment = typed["purpose"].removeprefix("c").partition("-")
        kept = ("kind", "title", "department", "place", "capacity", "description", "starts_at", "ends_at")
        town = self.session.municipality if self.session else None
        if town and (typed["department"] is None or town.department_id != typed["department"].pk):
            town = None
        return {name: typed[name] for name in kept} | {
            "municipality": town,
            "convention_id": int(convention) if convention else None,
            "commitment_id": int(commitment) if commitment else None,
        }


def _at_home(acting: Acting) -> dict[str, Any]:
    """A session is mostly held where its organiser is."""
    home = Organisation.objects.filter(pk=acting.organisation_id).values_list("department", flat=True).first()
    return {"department": home or ""}


def _as_typed(session: Session) -> dict[str, Any]:
    zone = zone_of(session)
    start, end = local(session.starts_at, zone), local(session.ends_at, zone)
    purpose = f"c{session.convention_id}" if session.convention_id else ""
    return {
        "kind": session.kind,
        "title": session.title,
        "day": start.date(),
        "starts": start.time(),
        "ends": end.time(),
        "last_day": end.date() if end.date() != start.date() else None,
        "department": session.department_id or "",
        "place": session.place,
        "capacity": session.capacity,
        "purpose": f"{purpose}-{session.commitment_id}" if session.commitment_id else purpose,
        "description": session.description,
    }


class CancelSessionForm(VersionedForm, forms.Form):
    """Why a session does not take place."""

    reason = FreeTextField(label="Motif", max_length=300, multiline=True, help_text="Lu par les partenaires.")

    def __init__(self, session: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_version(session.version)
