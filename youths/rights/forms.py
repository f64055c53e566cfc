"""Forms of the data-protection delegate."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from core import clock
from core.validators import FreeTextField, PlainDateField
from youths.models import DelegateDecision, RightsRequest

# Neither a request that fell asleep for years nor one of tomorrow is written down.
OLDEST = 366
KEPT_AT_MOST = 5 * 366
ANSWERS = (RightsRequest.State.GRANTED, RightsRequest.State.REFUSED)


def _past(day: date | None) -> date | None:
    if day and day > clock.today():
        raise ValidationError("Cette date est dans le futur : notez le jour où c’est arrivé.")
    if day and (clock.today() - day).days > OLDEST:
        raise ValidationError("Cette date a plus d’un an : vérifiez l’année.")
    return day


class FindForm(forms.Form):
    """Who asks, exactly as their record says, and what they ask."""

    last_name = FreeTextField(label="Nom", max_length=80, required=False)
    first_name = FreeTextField(label="Prénom", max_length=80, required=False)
    birth_date = PlainDateField(label="Date de naissance", required=False)
    file_number = FreeTextField(
        label="ou numéro de dossier",
        max_length=20,
        required=False,
        help_text="Seul, il suffit : celui de votre Mission Locale.",
    )
    kind = forms.ChoiceField(
        label="Ce que la personne demande", choices=[("", "Choisissez"), *RightsRequest.Kind.choices]
    )
    channel = forms.ChoiceField(
        label="Comment la demande est arrivée",
        choices=[
            ("", "Choisissez"),
            *(one for one in RightsRequest.Channel.choices if one[0] != RightsRequest.Channel.RELAYED),
        ],
    )
    received_on = PlainDateField(label="Reçue le")
    identity = forms.BooleanField(
        label="J’ai vérifié qui fait la demande",
        help_text="Sans garder de copie d’une pièce d’identité.",
        error_messages={"required": "Vérifiez d’abord qui fait la demande."},
    )

    def clean_received_on(self) -> date | None:
        return _past(self.cleaned_data["received_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        whole = all(cleaned.get(name) for name in ("last_name", "first_name", "birth_date"))
        if not whole and not cleaned.get("file_number") and not self.errors:
            self.add_error(
                "last_name", "Donnez le nom, le prénom et la date de naissance, ou le numéro de dossier."
            )
        return cleaned


class AnswerForm(forms.Form):
    """What was answered to the person, and when."""

    state = forms.ChoiceField(
        label="La demande est",
        choices=[("", "Choisissez"), *(one for one in RightsRequest.State.choices if one[0] in ANSWERS)],
    )
    words = FreeTextField(
        label="Ce qui a été répondu",
        max_length=500,
        multiline=True,
        help_text="En cas de refus : le motif, et le recours possible devant la CNIL.",
    )
    answered_on = PlainDateField(label="Réponse envoyée le")

    def __init__(self, found: RightsRequest, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.found = found
        if found.kind == RightsRequest.Kind.ERASURE:
            # An erasure is granted by erasing, which closes the request.
            self.fields["state"].choices = [("refusee", "refusée")]  # type: ignore[attr-defined]
        elif found.lasts:
            self.fields["state"].choices = [("levee", "levée")]  # type: ignore[attr-defined]
            self.fields[
                "words"
            ].help_text = "Pourquoi elle prend fin, et comment la personne en a été informée."
            self.fields["answered_on"].label = "Levée le"

    def clean_answered_on(self) -> date | None:
        day = _past(self.cleaned_data["answered_on"])
        if day and day < self.found.received_on:
            raise ValidationError("La réponse ne peut pas précéder la demande.")
        return day


class ExtendForm(forms.Form):
    """Why two more months are needed."""

    reason = FreeTextField(
        label="Pourquoi deux mois de plus",
        max_length=300,
        help_text="Complexité ou nombre des demandes. La personne en est informée dans le premier mois.",
    )


# A text that can be found again: what it is, and its reference.
_CITED = RegexValidator(
    r"(?is)(?=.*\d)(?=.{8}).*\b(art|article|articles|loi|décret|arrêté|ordonnance|délibération|décision|règlement|rgpd|code)\b",
    "Citez le texte avec sa référence : article d’une loi, d’un code ou du RGPD, décret, arrêté, délibération.",
)


class DecisionForm(forms.Form):
    """What the delegate allows, with the text it rests on."""

    subject = forms.ChoiceField(
        label="Ce qui est décidé", choices=[("", "Choisissez"), *DelegateDecision.Subject.choices]
    )
    legal_text = FreeTextField(
        label="Texte qui le permet",
        max_length=300,
        help_text="Article de loi, de décret, ou délibération : cité en toutes lettres.",
    )
    months = forms.IntegerField(
        label="Durée, en mois",
        required=False,
        min_value=1,
        max_value=36,
        help_text="Pour la durée de conservation seulement : de 1 à 36. Sans décision : 24.",
        error_messages={
            "min_value": "La durée va de 1 à 36 mois.",
            "max_value": "La durée va de 1 à 36 mois.",
            "invalid": "Écrivez un nombre de mois.",
        },
    )

    def clean_legal_text(self) -> str:
        said: str = self.cleaned_data["legal_text"]
        _CITED(said)
        return said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        about_time = cleaned.get("subject") == DelegateDecision.Subject.RETENTION
        if about_time and not cleaned.get("months") and "months" not in self.errors:
            self.add_error("months", "Dites combien de mois, de 1 à 36.")
        if not about_time:
            cleaned["months"] = None
        return cleaned


class EntitleForm(forms.Form):
    """Whom the delegate names."""

    person = forms.ChoiceField(
        label="Personne à habiliter",
        error_messages={
            "invalid_choice": "Choisissez une personne de votre structure, pas encore habilitée."
        },
    )

    def __init__(self, candidates: list[tuple[int, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["person"].choices = [("", "Choisissez"), *candidates]  # type: ignore[attr-defined]


class KeepForm(forms.Form):
    """Why a record is kept beyond its time, and until when."""

    reason = FreeTextField(
        label="Motif, avec le texte ou le recours cité",
        max_length=300,
        help_text="Une obligation de garder, ou la défense d’un droit en justice (RGPD art. 17-3). Rien sur la santé.",
    )
    until = PlainDateField(label="Gardé jusqu’au")

    def clean_until(self) -> date:
        day = self.cleaned_data["until"]
        if day <= clock.today():
            raise ValidationError("Donnez une date à venir.")
        if (day - clock.today()).days > KEPT_AT_MOST:
            raise ValidationError("Cinq ans au plus : la décision se renouvelle.")
        return day
