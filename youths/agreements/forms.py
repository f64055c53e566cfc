"""Forms of the agreement: how it was given, and what the law asks for a minor."""

from datetime import date
from typing import Any

from django import forms

from core import clock
from core.ages import is_minor_on
from core.validators import PlainDateField
from youths.agreements.purposes import Purpose
from youths.models import Agreement, Youth

# What a person records; the youth's own link says so by itself.
CHANNELS = [pair for pair in Agreement.Channel.choices if pair[0] != Agreement.Channel.LINK]
INFORMED = [pair for pair in Agreement.Informed.choices if pair[0] != Agreement.Informed.LINK]
# The columns about a minor's legal representative.
OF_MINOR = ("representative_informed_on", "representative_signed_on", "emancipated")


def covers_return_field() -> forms.BooleanField:
    """The way back is a choice of the youth's own: never ticked for them."""
    return forms.BooleanField(
        label="Si le parcours s’arrête sans solution, le jeune accepte d’être adressé de nouveau à sa mission locale",
        help_text="Sans cette case, il faudra lui redemander son accord le moment venu.",
        required=False,
    )


def agreement_fields(
    youth: Youth, purpose: Purpose, *, required: bool = True, way_back: bool = True
) -> dict[str, forms.Field]:
    """The questions about an agreement; nothing is answered in advance."""
    fields: dict[str, forms.Field] = {
        "agreed": forms.BooleanField(
            label="Le jeune est d’accord",
            required=required,
            error_messages={"required": "Recueillez d’abord l’accord du jeune."},
        ),
        "informed": forms.ChoiceField(
            label="Comment a-t-il été informé ?",
            choices=INFORMED,
            widget=forms.RadioSelect,
            required=required,
            error_messages={"required": "Dites comment le jeune a été informé."},
        ),
        "channel": forms.ChoiceField(
            label="Comment a-t-il donné son accord ?",
            choices=CHANNELS,
            widget=forms.RadioSelect,
            required=required,
            error_messages={"required": "Dites comment le jeune a donné son accord."},
        ),
    }
    if way_back:
        fields["covers_return"] = covers_return_field()
    return fields | minor_fields(youth, purpose)


def minor_fields(youth: Youth, purpose: Purpose) -> dict[str, forms.Field]:
    """What is asked about a minor's legal representative; nothing about who is of age."""
    if not is_minor_on(youth.birth_date, clock.today()):
        return {}
    fields: dict[str, forms.Field] = {
        "representative_informed_on": PlainDateField(
            label="Représentant légal informé le",
            required=False,
            help_text="Le jeune donne son accord lui-même ; un parent ou un tuteur en est informé.",
        )
    }
    if purpose.representative_signs:
        fields["representative_signed_on"] = PlainDateField(
            label="Signé par le représentant légal le",
            required=False,
            help_text=f"{purpose.representative_signs}. Gardez l’original dans votre structure.",
        )
    fields["emancipated"] = forms.BooleanField(
        label="Le jeune est émancipé : il agit seul (Code civil, art. 413-6)", required=False
    )
    return fields


def check_minor(form: forms.Form, *, required: bool) -> None:
    """Refuse days to come, and what is missing for a minor when it is ``required``."""
    cleaned = form.cleaned_data
    for name in OF_MINOR[:2]:
        day: date | None = cleaned.get(name)
        if name in form.fields and day is not None and day > clock.today():
            form.add_error(name, "Ce jour n’est pas encore passé.")
    if not required or cleaned.get("emancipated"):
        return
    asked = {
        "representative_informed_on": "Le jeune est mineur : indiquez le jour où son représentant légal a été informé.",
        "representative_signed_on": "Le jeune est mineur : indiquez le jour où son représentant légal a signé.",
    }
    for name, error in asked.items():
        if name in form.fields and name not in form.errors and cleaned.get(name) is None:
            form.add_error(name, error)


def agreement_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The cleaned answers, as ``giving.give`` takes them."""
    return {
        "channel": cleaned["channel"],
        "informed": cleaned["informed"],
        "covers_return": bool(cleaned.get("covers_return")),
        **minor_values(cleaned),
    }


def minor_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The cleaned answers about a minor."""
    return {name: cleaned[name] for name in OF_MINOR if cleaned.get(name)}
