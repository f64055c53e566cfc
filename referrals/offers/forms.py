"""Forms of the offers."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.validators import FreeTextField, PlainDateField, validate_https
from core.working_days import add_months
from partners import choices
from partners.models import Organisation
from partners.versioned_forms import VersionedForm
from referrals import programmes
from referrals.models import Offer
from referrals.offers.codes import OF_EMPLOYERS, TELLING, Closing, Kind, Public

OVERTAKEN = (
    "Quelqu’un a modifié cette offre pendant que vous écriviez. Rien de votre saisie n’est perdu : "
    "comparez avec ce qui est enregistré, puis envoyez de nouveau."
)
ENTRIES = 4
_AHEAD_MONTHS = 36
_MOST_PLACES = 5000


def offered_by(acting: Acting) -> list[tuple[str, str]]:
    """The programmes to which an organisation of this network may be sent youths."""
    return [(one.code, one.label) for one in programmes.for_recipient(acting.network)]


def publishes_needs(acting: Acting) -> bool:
    """Whether this organisation tells the needs of employers: a chamber, an agency, a branch."""
    return acting.network in OF_EMPLOYERS


class OfferForm(VersionedForm, forms.Form):
    """A course or a service: for what, where, for whom, how many places, from when."""

    kind = Kind.COURSE

    programme = forms.ChoiceField(label="Dispositif")
    title = FreeTextField(
        label="Titre", max_length=120, help_text="Ce que les conseillers liront : « Prépa métiers du bois »."
    )
    description = FreeTextField(
        label="Ce que vous proposez",
        max_length=2000,
        multiline=True,
        required=False,
        help_text="Jamais le nom d’un jeune.",
    )
    is_national = forms.BooleanField(label="Partout en France", required=False)
    departments = FreeTextField(
        label="Départements",
        max_length=400,
        required=False,
        help_text="Leurs numéros, séparés par des virgules : 17, 79, 2A.",
    )
    regions = forms.MultipleChoiceField(
        label="Régions", widget=forms.CheckboxSelectMultiple, required=False, choices=choices.regions
    )
    publics = forms.MultipleChoiceField(
        label="Pour qui ?",
        widget=forms.CheckboxSelectMultiple,
        choices=Public.choices,
        help_text="Une orientation ne dira jamais de quel public est le jeune.",
        error_messages={"required": "Cochez au moins un public."},
    )
    prerequisites = FreeTextField(
        label="Prérequis",
        max_length=500,
        multiline=True,
        required=False,
        help_text="Ce qu’il faut avoir ou savoir faire. Rien sur la santé ni sur la justice.",
    )
    places = forms.IntegerField(
        label="Places",
        required=False,
        min_value=1,
        max_value=_MOST_PLACES,
        help_text="Chaque acceptation en prend une. Vide : elles ne sont pas comptées.",
    )
    opens_on = PlainDateField(label="Ouverte à partir du")
    closes_on = PlainDateField(label="Jusqu’au", required=False, help_text="Vide : sans date de fin.")
    url = forms.CharField(
        label="Fiche CARIF-OREF",
        required=False,
        max_length=300,
        help_text="L’adresse de la formation dans l’annuaire régional, si elle y est : https://…",
    )

    def __init__(self, acting: Acting, offer: Offer | None, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = _as_typed(offer) if offer else _at_home(acting)
        super().__init__(*args, **kwargs)
        self.offer = offer
        offered = offered_by(acting)
        self.fields["programme"].choices = (  # type: ignore[attr-defined]
            offered if len(offered) == 1 else [("", "Choisissez"), *offered]
        )
        self._own_fields()
        if offer is not None:
            # Referrals name the programme of their offer: it stays.
            self.fields["programme"].disabled = True
            self.add_version(offer.version)

    def _own_fields(self) -> None:
        for number in range(1, ENTRIES + 1):
            self.fields[f"entry_{number}"] = PlainDateField(
                label="Prochaine entrée" if number == 1 else f"Entrée suivante ({number})", required=False
            )
        order = list(self.fields)
        place = order.index("opens_on")
        entries = [f"entry_{number}" for number in range(1, ENTRIES + 1)]
        self.order_fields([*order[:place], *entries, *order[place:]])

    def clean_departments(self) -> list[str]:
        """The codes that were typed, once each."""
        typed = [code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data["departments"]) if code]
        found = [code.zfill(2) for code in dict.fromkeys(typed)]
        known = dict(choices.departments())
        if unknown := [code for code in found if code not in known]:
            raise ValidationError(f"Ce numéro de département n’existe pas : {', '.join(unknown[:5])}.")
        return found

    def clean_publics(self) -> list[str]:
        publics: list[str] = self.cleaned_data["publics"]
        if publics and set(publics) <= set(TELLING):
            raise ValidationError(
                "Ajoutez un public plus large (par exemple « En recherche d’emploi ») : être orienté vers cette "
                "offre ne doit pas dire de quel public est le jeune."
            )
        return publics

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if url:
            validate_https(url)
        return url

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_territory()
        self._check_days()
        return cleaned

    def _check_territory(self) -> None:
        typed = self.cleaned_data
        somewhere = bool(typed.get("departments") or typed.get("regions"))
        if "departments" in self.errors or "regions" in self.errors:
            return
        if typed.get("is_national") and somewhere:
            self.add_error(
                "is_national", "« Partout en France » suffit : retirez les départements et les régions."
            )
        elif not typed.get("is_national") and not somewhere:
            self.add_error("departments", "Dites où : des départements, des régions, ou partout en France.")

    def _check_days(self) -> None:
        typed = self.cleaned_data
        today = clock.today()
        first, last = today - timedelta(days=366), add_months(today, _AHEAD_MONTHS)
        if self.offer is not None:
            first = min(first, self.offer.opens_on)
        for name, day in list(typed.items()):
            if isinstance(day, date) and not first <= day <= last:
                self.add_error(name, "Indiquez une date de l’année passée ou des trois ans à venir.")
        opens, closes = typed.get("opens_on"), typed.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "Une offre ne peut pas finir avant d’ouvrir.")
        if closes and self.offer is None and closes < today:
            self.add_error("closes_on", "Cette date est passée : personne ne pourrait être orienté.")

    def written(self) -> dict[str, Any]:
        """What the operations take (once valid)."""
        typed = self.cleaned_data
        kept = (
            "programme", "title", "description", "is_national", "departments", "regions", "publics",
            "prerequisites", "places", "opens_on", "closes_on", "url",
        )  # fmt: skip
        return {name: typed[name] for name in kept} | {"kind": self.kind} | self._own_values()

    def _own_values(self) -> dict[str, Any]:
        entries = {self.cleaned_data.get(f"entry_{number}") for number in range(1, ENTRIES + 1)}
        return {"entries": sorted(day for day in entries if day)}


class NeedForm(OfferForm):
    """An employer's need: the trade, how many posts, until when, with which aids."""

    kind = Kind.NEED

    trade = FreeTextField(label="Métier", max_length=120)
    employer = FreeTextField(
        label="Employeur",
        max_length=160,
        required=False,
        help_text="Le nom de l’entreprise, jamais celui d’une personne. Vide : il n’est pas dit.",
    )
    aids = FreeTextField(
        label="Aides",
        max_length=300,
        required=False,
        help_text="Aides à l’embauche, logement, transport…",
    )

    def _own_fields(self) -> None:
        places, closes = self.fields["places"], self.fields["closes_on"]
        places.label, places.required = "Postes", True
        places.help_text = "Chaque acceptation en prend un."
        closes.label, closes.required, closes.help_text = "Date limite", True, ""
        self.fields["title"].help_text = "Ce que les conseillers liront : « Deux apprentis boulangers »."
        self.fields["description"].label = "Le poste"
        self.fields["url"].label = "Adresse de l’offre"
        self.fields["url"].help_text = "Si elle est publiée ailleurs : https://…"
        self.order_fields(["programme", "title", "trade", "employer", "places", "closes_on", "aids"])

    def _own_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("trade", "employer", "aids")}


def form_for(kind: str) -> type[OfferForm]:
    """The form of a kind of offer."""
    return NeedForm if kind == Kind.NEED else OfferForm


def _at_home(acting: Acting) -> dict[str, Any]:
    """An offer is mostly for where its organisation is."""
    home = Organisation.objects.filter(pk=acting.organisation_id).values_list("department", "region")
    department, region = home.get()
    return {
        "departments": department or "",
        "regions": [region] if region and not department else [],
        "is_national": not (department or region),
        "opens_on": clock.today(),
    }


def _as_typed(offer: Offer) -> dict[str, Any]:
    kept = (
        "programme", "title", "description", "is_national", "regions", "publics", "prerequisites", "places",
        "opens_on", "closes_on", "url", "trade", "employer", "aids",
    )  # fmt: skip
    return (
        {name: getattr(offer, name) for name in kept}
        | {"departments": ", ".join(offer.departments)}
        | {f"entry_{number}": day for number, day in enumerate(offer.entries, 1)}
    )


class CloseForm(VersionedForm, forms.Form):
    """Why an offer is closed before its end."""

    reason = forms.ChoiceField(
        label="Pourquoi ?",
        choices=Closing.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi."},
    )

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_version(offer.version)


class VerifyForm(VersionedForm, forms.Form):
    """The version of the offer that was read again."""

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_version(offer.version)
