"""Forms of the journal: a fact or a note, the next step."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.text_checks import sensitive_words
from core.validators import FreeTextField, PlainDateField
from core.working_days import add_months
from youths.models import JournalEntry

SHARED, OWN = "tous", "structure"
# The button of the warning; not a field, which would send its own, empty, value.
READ_AGAIN = "relu"


class WarnsOfSensitiveWords:
    """Mixin: a text that seems to tell of health or justice is read again before it is kept."""

    warned_fields: tuple[str, ...] = ()

    def sensitive(self) -> list[str]:
        """The words to read again; empty once the person said that they did."""
        if READ_AGAIN in self.data:  # type: ignore[attr-defined]
            return []
        texts = " ".join(self.cleaned_data.get(name, "") for name in self.warned_fields)  # type: ignore[attr-defined]
        return sensitive_words(texts)


class JournalForm(WarnsOfSensitiveWords, forms.Form):
    """What happened, for all who accompany the youth; or a note for one's own organisation."""

    warned_fields = ("text",)

    audience = forms.ChoiceField(
        label="Qui pourra lire ?",
        choices=[
            (SHARED, "Toutes les structures qui accompagnent ce jeune"),
            (OWN, "Ma structure seulement (note communicable au jeune s’il la demande)"),
        ],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label="De quoi s’agit-il ?", choices=JournalEntry.Kind.choices)
    happened_on = PlainDateField(label="Date du fait")
    text = FreeTextField(
        label="Ce qui s’est passé",
        max_length=1000,
        multiline=True,
        help_text="Des faits, en une ou deux phrases. Rien sur la santé ni sur la justice.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"happened_on": clock.today()})

    def clean_happened_on(self) -> date:
        happened_on = self.cleaned_data["happened_on"]
        if happened_on > clock.today():
            raise ValidationError("Cette date est dans le futur : proposez plutôt une prochaine étape.")
        if happened_on < add_months(clock.today(), -24):
            raise ValidationError("Cette date a plus de deux ans : vérifiez l’année.")
        return happened_on


class NextStepForm(WarnsOfSensitiveWords, forms.Form):
    """What comes next, for the youth and those who accompany."""

    warned_fields = ("wording",)

    wording = FreeTextField(
        label="Prochaine étape",
        max_length=200,
        help_text="Qui fait quoi. Par exemple : la mission locale prend rendez-vous avec le CFA.",
    )
    due_on = PlainDateField(label="Pour le")

    def clean_due_on(self) -> date:
        due_on = self.cleaned_data["due_on"]
        if due_on < clock.today():
            raise ValidationError("Cette date est passée : une étape est à venir.")
        if due_on > add_months(clock.today(), 24):
            raise ValidationError("Cette date est à plus de deux ans : vérifiez l’année.")
        return due_on
