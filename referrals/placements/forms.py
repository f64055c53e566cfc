"""Forms of the periods in a company. What passes a limit is told beside the field that it concerns."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.ages import MAJORITY, birthday
from core.text_checks import clean_free_text
from core.validators import FreeTextField, PlainDateField
from core.working_days import add_days, long_date
from partners.models.organisations import validate_siret
from referrals.models import WorkPlacement
from referrals.placements import codes, operations, rules, schedule
from referrals.placements.week_forms import WeekForm
from youths.models import Youth
from youths.obstacles import who_may_take

# The button under the warnings: it carries the codes of those that were shown.
CHECKED = "verifie"
# The law that created these periods (DOMAIN P-01), and how far ahead one is planned.
CREATED_ON = date(2014, 11, 14)
FURTHEST = timedelta(days=366)
OF_HOST = ("host_siret", "host_name", "trade", "purpose")
_HOURS = re.compile(r"(\d{1,3})(?:\s*h\s*(\d{1,2})?|[.,](\d{1,2})|:(\d{2}))?")


class SiretField(forms.CharField):
    """A SIRET, typed with or without blanks."""

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s.]", "", super().clean(value) or "")
        if text:
            validate_siret(text)
        return text


class HoursField(forms.CharField):
    """A number of hours ("12", "12h30", "12,5"), in minutes."""

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        text = (super().clean(value) or "").strip().lower()
        if not text:
            return None
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValidationError("Écrivez un nombre d’heures : 28, 28h30 ou 28,5.")
        hours, minutes, tenths, clocked = found.groups()
        rest = int(minutes or clocked or 0) if not tenths else round(float(f"0.{tenths}") * 60)
        if rest > 59:
            raise ValidationError("Une heure compte 60 minutes : écrivez par exemple 28h30.")
        return int(hours) * 60 + rest


class ExternalIdField(forms.CharField):
    """The number of the official convention: no text, and no number that is somebody's."""

    def clean(self, value: Any) -> str:
        try:
            text = clean_free_text(super().clean(value) or "", 40, single_line=True)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if text and not re.fullmatch(r"[0-9A-Za-z _./-]+", text):
            raise ValidationError("Un numéro s’écrit avec des lettres, des chiffres et des tirets.")
        return text


def external_id_field() -> ExternalIdField:
    return ExternalIdField(
        label="Numéro de la convention officielle",
        required=False,
        help_text="Celui d’Immersion Facilitée ou du CERFA, s’il y en a un.",
    )


def past_day(day: date | None) -> date | None:
    """A day that is not to come. Raises ValidationError."""
    if day and day > clock.today():
        raise ValidationError("Ce jour n’est pas encore passé.")
    if day and day < CREATED_ON:
        raise ValidationError("Cette date est trop ancienne : vérifiez l’année.")
    return day


class PlacementForm(WeekForm):
    """A period: declared, changed, or the renewal of a first one (whose company and object are not asked again)."""

    host_siret = SiretField(
        label="SIRET de l’entreprise", help_text="14 chiffres, sur ses papiers ou ses factures."
    )
    host_name = FreeTextField(label="Nom de l’entreprise", max_length=150)
    trade = FreeTextField(label="Métier ou secteur", max_length=120, required=False)
    tutor_name = FreeTextField(label="Tuteur dans l’entreprise", max_length=120, help_text="Prénom et nom.")
    tutor_role = FreeTextField(label="Sa fonction", max_length=120, required=False)
    purpose = forms.ChoiceField(
        label="Objet de la période (un seul)", choices=codes.Purpose.choices, widget=forms.RadioSelect
    )
    starts_on = PlainDateField(label="Premier jour")
    ends_on = PlainDateField(label="Dernier jour", help_text="Un mois au plus, de date à date.")
    followed_by = forms.TypedChoiceField(label="Qui suit la période et écrit le bilan ?", coerce=int)
    prescriber = forms.ChoiceField(label="Qui prescrit la période ?", required=False)
    delegated = forms.BooleanField(
        label="La structure prescrit à sa place, par délégation",
        required=False,
        help_text="Sous une convention de délégation en vigueur, sans clause financière.",
    )
    signed = forms.BooleanField(
        label="La convention est déjà signée, ailleurs",
        required=False,
        help_text="Elle se signe sur Immersion Facilitée ou sur le CERFA, jamais ici.",
    )
    signed_on = PlainDateField(label="Signée le", required=False)
    external_id = external_id_field()
    exception_reason = forms.ChoiceField(
        label="Si une limite est dépassée, pourquoi ?",
        choices=[("", "Aucune limite dépassée"), *codes.ExceptionReason.choices],
        required=False,
        help_text="Seulement pour une convention déjà signée. La période est gardée « à vérifier ».",
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        acting: Acting,
        youth: Youth,
        data: Any = None,
        *,
        placement: WorkPlacement | None = None,
        renewal_of: WorkPlacement | None = None,
    ) -> None:
        self.acting, self.youth, self.placement = acting, youth, placement
        # Of a renewal, the company and the object are those of the first period: here, or as they were copied from it.
        self.first = renewal_of or (placement if placement and placement.renewal_of_id else None)
        self.renews = renewal_of.pk if renewal_of else placement.renewal_of_id if placement else None
        source = placement or renewal_of
        super().__init__(
            data,
            initial=self._initial(source, placement is not None),
            week=schedule.from_json(source.schedule) if source else None,
        )
        if self.first is not None:
            for name in OF_HOST:
                del self.fields[name]
        takers = who_may_take(acting, youth)
        if placement and placement.followed_by_id not in dict(takers):
            takers.append((placement.followed_by_id, placement.followed_by.outward_name))
        self.fields["followed_by"].choices = takers  # type: ignore[attr-defined]
        own = placement is None or placement.organisation_id == acting.organisation_id
        itself = "Votre structure" if own else "La structure qui a noté la période"
        self.fields["prescriber"].choices = [("", itself), *codes.Prescriber.choices]  # type: ignore[attr-defined]
        self.fields["prescriber"].obvious = True  # type: ignore[attr-defined]
        # Whoever was a minor when a period of these last two years began.
        if birthday(youth.birth_date, MAJORITY) > add_days(clock.today(), -731):
            self.fields["representative_informed_on"] = PlainDateField(
                label="Représentant légal informé le",
                required=False,
                help_text="Si le jeune est mineur au premier jour. Le représentant légal signe aussi la convention.",
            )
            self.fields["emancipated"] = forms.BooleanField(
                label="Le jeune est émancipé : il agit seul (Code civil, art. 413-6)", required=False
            )
        self.order_fields(
            [
                *OF_HOST[:3], "tutor_name", "tutor_role", "purpose", "starts_on", "ends_on", *self.OF_WEEK,
                "representative_informed_on", "emancipated", "followed_by", "prescriber", "delegated",
                "signed", "signed_on", "external_id", "exception_reason",
            ]
        )  # fmt: skip
        self.found: tuple[rules.Finding, ...] = ()

    def _initial(self, source: WorkPlacement | None, whole: bool) -> dict[str, Any]:
        """What is known already: the whole of what is changed; of what is renewed, all but its dates and signature."""
        initial: dict[str, Any] = {
            "submission": uuid4(),
            "version": 0,
            "followed_by": self.acting.organisation_id,
        }
        if source is None:
            return initial
        names = ("host_siret", "host_name", "trade", "tutor_name", "tutor_role", "purpose")
        initial |= {name: getattr(source, name) for name in names} | {"followed_by": source.followed_by_id}
        initial |= {name: getattr(source, name) for name in ("emancipated", "prescriber", "delegated")}
        if whole:
            initial |= {
                name: getattr(source, name)
                for name in ("starts_on", "ends_on", "representative_informed_on", "external_id", "version")
            }
        else:
            initial["starts_on"] = source.ends_on + timedelta(days=1)
        return initial

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not CREATED_ON <= day <= clock.today() + FURTHEST:
            raise ValidationError("Cette date n’est pas plausible : vérifiez l’année.")
        return day

    def clean_signed_on(self) -> date | None:
        return past_day(self.cleaned_data["signed_on"])

    def clean_representative_informed_on(self) -> date | None:
        return past_day(self.cleaned_data["representative_informed_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.first is not None:
            cleaned |= {name: getattr(self.first, name) for name in OF_HOST}
        self._clean_signature(cleaned)
        week = self.week_of(cleaned)
        if cleaned.get("starts_on") is None or cleaned.get("ends_on") is None:
            return cleaned
        if cleaned["ends_on"] > cleaned["starts_on"] + FURTHEST:
            self.add_error("ends_on", "Une période dure un mois au plus, de date à date : vérifiez l’année.")
            return cleaned
        # What is wrong with the dates is told at once, even when the company or the hours are to be corrected too.
        values = {"host_siret": "", "purpose": ""} | cleaned | {"week": week or schedule.EMPTY}
        found = operations.findings(
            self.acting,
            self.youth,
            values,
            changed=self.placement,
            renewal_of=self.renews,
            submission=cleaned.get("submission"),
        )
        self.found = found if week else tuple(one for one in found if one.rule.field != "schedule")
        self._refuse(cleaned)
        return cleaned | {"week": week}

    def _clean_signature(self, cleaned: dict[str, Any]) -> None:
        signed, start = cleaned.get("signed"), cleaned.get("starts_on")
        if not signed:
            cleaned["signed_on"] = None
            if start and start < clock.today():
                self.add_error(
                    "signed",
                    "Cette période a déjà commencé : sa convention est signée, ou ses dates sont à changer.",
                )
        elif "signed_on" not in self.errors and not cleaned.get("signed_on"):
            self.add_error("signed_on", "Indiquez le jour où la convention a été signée.")

    def _refuse(self, cleaned: dict[str, Any]) -> None:
        """What blocks is an error beside its field, unless the convention is signed already and one says why."""
        blocking = [one for one in self.found if one.blocks]
        signed = bool(cleaned.get("signed"))
        for one in blocking:
            if not (signed and one.rule.recordable):
                self.add_error(self.beside(one), f"{one.words} ({one.rule.source})")
        if blocking and signed and not cleaned.get("exception_reason") and not self.errors:
            words = " ".join(one.words for one in blocking)
            self.add_error(
                "exception_reason",
                f"{words} La convention est signée : dites pourquoi, et la période sera gardée « à vérifier ».",
            )

    def beside(self, finding: rules.Finding) -> str | None:
        """The field beside which a finding is told; None for one that is not asked here."""
        name = "hours" if finding.rule.field == "schedule" else finding.rule.field
        return name if name in self.fields else None

    def to_check(self) -> list[rules.Finding]:
        """The warnings that were not shown yet to the one who writes."""
        shown = set(self.data.get(CHECKED, "").split())
        warnings = [one for one in self.found if not one.blocks]
        return [] if {one.code for one in warnings} <= shown else warnings


class SignForm(forms.Form):
    """The official convention was signed."""

    signed_on = PlainDateField(label="Signée le")
    external_id = external_id_field()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_signed_on(self) -> date | None:
        return past_day(self.cleaned_data["signed_on"])


class CancelForm(forms.Form):
    """Why a period does not take place."""

    reason = forms.ChoiceField(
        label="Pourquoi n’aura-t-elle pas lieu ?", choices=[("", "Choisissez"), *codes.CancelReason.choices]
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class YouthViewForm(forms.Form):
    """What the youth says of the outcome."""

    youth_view = forms.ChoiceField(
        label="Qu’en dit le jeune ?",
        choices=codes.YouthView.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que le jeune pense du bilan, ou qu’il ne l’a pas encore lu."},
    )
    youth_comment = FreeTextField(
        label="Ce qu’il en dit",
        max_length=500,
        multiline=True,
        required=False,
        help_text="Demandé s’il n’est pas d’accord. Ses mots, rien sur la santé ni sur la justice.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("youth_view") == codes.YouthView.DISAGREES and not cleaned.get("youth_comment"):
            self.add_error("youth_comment", "Le jeune n’est pas d’accord : écrivez ce qu’il en dit.")
        return cleaned


# What has a first day.
_CONTRACTS = [one for one in codes.Suite if one != codes.Suite.NONE]


class BilanForm(YouthViewForm):
    """The outcome: what took place, the hours done, what follows, what the youth says of it."""

    state = forms.ChoiceField(
        label="Comment la période s’est-elle passée ?",
        choices=[(one.value, one.label) for one in codes.WITH_BILAN],
        widget=forms.RadioSelect,
    )
    last_day_on = PlainDateField(
        label="Dernier jour de présence", required=False, help_text="Si la période s’est arrêtée plus tôt."
    )
    done_hours = HoursField(
        label="Heures réellement faites", required=False, help_text="Vide : toutes les heures prévues."
    )
    suite = forms.ChoiceField(
        label="Quelle suite ?", choices=[("", "Choisissez"), *codes.Suite.choices], required=False
    )
    suite_on = PlainDateField(
        label="La suite commence le", required=False, help_text="Pour un contrat ou une formation."
    )

    field_order = ["state", "last_day_on", "done_hours", "suite", "suite_on", "youth_view", "youth_comment"]

    def __init__(self, placement: WorkPlacement, data: Any = None) -> None:
        super().__init__(data, initial={"version": placement.version})
        self.placement = placement

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        state = cleaned.get("state")
        if state is None or {"last_day_on", "done_hours"} & self.errors.keys():
            return cleaned
        one, last, today = self.placement, cleaned.get("last_day_on"), clock.today()
        if state == codes.State.DONE and one.ends_on > today:
            self.add_error(
                "state", f"La période finit le {long_date(one.ends_on)} : elle n’est pas encore réalisée."
            )
        if state != codes.State.DONE and one.starts_on > today:
            self.add_error("state", f"La période commence le {long_date(one.starts_on)} : annulez-la plutôt.")
        if state == codes.State.PARTLY_DONE:
            self._check_last_day(last)
        else:
            cleaned["last_day_on"] = None
        self._set_minutes(cleaned, state)
        self._check_suite(cleaned, state)
        return cleaned

    def _check_last_day(self, last: date | None) -> None:
        one = self.placement
        if last is None:
            self.add_error("last_day_on", "Indiquez le dernier jour de présence.")
        elif not one.starts_on <= last <= min(one.ends_on, clock.today()):
            self.add_error("last_day_on", "Ce jour est hors de la période, ou à venir.")

    def _set_minutes(self, cleaned: dict[str, Any], state: str) -> None:
        """As many hours as planned until the last day, unless one says fewer (DOMAIN §1.3, bilan)."""
        one, done = self.placement, cleaned.get("done_hours")
        if state == codes.State.NO_SHOW:
            cleaned["done_minutes"] = 0
            return
        last = cleaned.get("last_day_on") or one.ends_on
        most = one.planned_minutes
        if one.starts_on <= last < one.ends_on:
            week = schedule.from_json(one.schedule)
            most = min(most, schedule.minutes_between(week, one.starts_on, last))
        cleaned["done_minutes"] = most if done is None else done
        if done is not None and done > most:
            self.add_error(
                "done_hours", f"{schedule.hours_words(most)} étaient prévues jusqu’à ce jour, au plus."
            )
        elif done == 0:
            self.add_error("done_hours", "Aucune heure faite : le jeune ne s’est pas présenté.")

    def _check_suite(self, cleaned: dict[str, Any], state: str) -> None:
        suite, day = cleaned.get("suite"), cleaned.get("suite_on")
        if not suite:
            cleaned["suite"] = codes.Suite.NONE
            if state != codes.State.NO_SHOW and "suite" not in self.errors:
                self.add_error("suite", "Dites ce qui suit, ou qu’il n’y a pas de suite pour l’instant.")
            return
        if suite not in _CONTRACTS:
            cleaned["suite_on"] = None
        elif "suite_on" not in self.errors and day is None:
            self.add_error("suite_on", "Indiquez le jour où la suite commence.")
        elif day is not None and not self.placement.starts_on <= day <= clock.today() + FURTHEST:
            self.add_error("suite_on", "La suite ne commence ni avant la période, ni dans plus d’un an.")
