"""Forms of the agreement: how it was given, and what the law asks for a minor."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms
from django.db.models import Case, Q, QuerySet, Subquery, Value, When

from core import clock
from core.acting import Acting
from core.ages import is_minor_on
from core.validators import PlainDateField
from core.working_days import MONTHS
from partners.models import Department, Level, Organisation
from youths.agreements.purposes import CO_ACCOMPANIMENT, Purpose, label_of, purposes
from youths.models import Agreement, AgreementRequest, Disposal, Youth

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


def _nearest_first(youth: Youth) -> QuerySet[Organisation]:
    """The local structures, each with how far from the youth's home, else from their Mission Locale (``_AWAY``)."""
    place = youth.municipality or youth.registered_with
    home = place.department_id if place else None
    region = Subquery(Department.objects.filter(pk=home).values("region")[:1])
    around = When(Q(region=region) | Q(department__region=region), then=1)
    away = Case(When(department=home, then=0), around, default=2) if home else Value(2)
    found = Organisation.objects.existing_on(clock.today()).filter(level=Level.LOCAL)
    return found.annotate(away=away).order_by("away", "name", "pk")


_AWAY = ("Dans le département", "Dans la région", "Ailleurs en France")


class _ByDistance(forms.models.ModelChoiceIterator):
    """The structures in groups, the nearest first."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for away, found in groupby(self.queryset, key=attrgetter("away")):
            yield _AWAY[away], [self.choice(one) for one in found]


class RecipientField(forms.ModelChoiceField):
    """A structure, among groups."""

    iterator = _ByDistance


class TargetForm(forms.Form):
    """To whom, and for what, a youth agrees."""

    purpose = forms.ChoiceField(label="Pour quoi ?")
    recipient = RecipientField(
        label="Avec quelle structure ?",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez une structure",
    )

    def __init__(self, acting: Acting, youth: Youth, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        choices = [(code, purpose.label) for code, purpose in purposes.items()]
        choices.sort(key=lambda pair: (pair[0] != CO_ACCOMPANIMENT, pair[1]))
        self.fields["purpose"].choices = [("", "Choisissez"), *choices]  # type: ignore[attr-defined]
        # A sensitive structure is named to its own members only: its agreement is taken in its own referral.
        nearest = _nearest_first(youth).filter(is_sensitive=False).exclude(pk=acting.organisation_id)
        self.fields["recipient"].queryset = nearest  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        purpose, recipient = purposes.get(cleaned.get("purpose", "")), cleaned.get("recipient")
        if purpose and recipient and purpose.receives and recipient.network not in purpose.receives:
            self.add_error("recipient", f"Cette structure ne reçoit pas de jeunes pour « {purpose.label} ».")
        return cleaned


class GiveForm(TargetForm):
    """An agreement taken in an interview, before any referral."""

    def __init__(self, acting: Acting, youth: Youth, data: Any = None, **options: Any) -> None:
        super().__init__(acting, youth, data, **options)
        purpose = purposes[CO_ACCOMPANIMENT]
        if data and (chosen := purposes.get(data.get("purpose", ""))):
            purpose = chosen
        self.fields.update(agreement_fields(youth, purpose))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Nothing leaves yet: what the law asks for a minor is asked again when it does.
        check_minor(self, required=False)
        return cleaned


class WithdrawForm(forms.Form):
    """What the youth no longer wants, and how they said it."""

    agreements = forms.MultipleChoiceField(
        label="Quels accords le jeune retire-t-il ?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un accord."},
    )
    how = forms.ChoiceField(
        label="Comment l’a-t-il dit ?",
        choices=CHANNELS,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment le jeune l’a dit."},
    )

    def __init__(self, found: list[Agreement], data: Any = None) -> None:
        super().__init__(data)
        self.fields["agreements"].choices = [  # type: ignore[attr-defined]
            (
                str(item.uuid),
                f"{label_of(item.purpose)} · de {item.recorded_for.name} vers {item.recipient.name}"
                + ("" if item.is_live else f" · expiré le {item.expires_on:%d/%m/%Y}"),
            )
            for item in found
        ]


class AskForm(TargetForm):
    """The question that a link asks."""

    kind = forms.ChoiceField(
        label="Que demandez-vous au jeune ?",
        choices=[
            (AgreementRequest.Kind.GIVE, "De donner son accord"),
            (AgreementRequest.Kind.WITHDRAW, "De retirer un accord, s’il le souhaite"),
        ],
        initial=AgreementRequest.Kind.GIVE,
        widget=forms.RadioSelect,
    )
    field_order = ("kind", "purpose", "recipient")


class DisposalForm(forms.Form):
    """What was made of what the partner held."""

    answer = forms.ChoiceField(
        label="Qu’avez-vous fait ?", choices=Disposal.Answer.choices, widget=forms.RadioSelect
    )
    duty = forms.ChoiceField(
        label="Si une partie est gardée, qu’est-ce qui y oblige ?",
        choices=[("", "Rien n’est gardé"), *Disposal.Duty.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kept = cleaned.get("answer") == Disposal.Answer.KEPT
        if kept and not cleaned.get("duty"):
            self.add_error("duty", "Dites ce qui oblige à garder.")
        if cleaned.get("answer") and not kept and cleaned.get("duty"):
            self.add_error("duty", "Vous dites n’avoir rien gardé : choisissez « Rien n’est gardé ».")
        return cleaned


class BirthForm(forms.Form):
    """The day and the month of birth, before anything is said."""

    day = forms.IntegerField(
        label="Jour",
        min_value=1,
        max_value=31,
        error_messages={"invalid": "Écrivez un nombre, par exemple 14.", "required": "Écrivez le jour."},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "bday-day"}),
    )
    month = forms.TypedChoiceField(
        label="Mois",
        coerce=int,
        choices=[("", "Choisissez"), *enumerate(MONTHS, start=1)],
        error_messages={"required": "Choisissez le mois."},
        widget=forms.Select(attrs={"autocomplete": "bday-month"}),
    )
