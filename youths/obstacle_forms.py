"""Forms of the obstacles: codes and dates only, no text."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.validators import PlainDateField
from youths import obstacle_codes
from youths.models import Youth


class _TakenInCharge(forms.Form):
    """Who takes the obstacle in charge, among those who accompany the youth."""

    taken_by = forms.TypedChoiceField(label="Qui s’en charge ?", coerce=int)

    def __init__(self, youth: Youth, takers: list[tuple[int, str]], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.youth = youth
        self.fields["taken_by"].choices = [("", "Choisissez"), *takers]  # type: ignore[attr-defined]

    def past_day(self, name: str) -> date:
        """A day of the past of this youth. Raises ValidationError."""
        day = self.cleaned_data[name]
        if day > clock.today():
            raise ValidationError("Cette date est dans le futur : notez ce qui est fait.")
        if day < self.youth.birth_date:
            raise ValidationError("Cette date précède la naissance : vérifiez l’année.")
        return day


class ObstacleForm(_TakenInCharge):
    """An obstacle, and who takes it in charge."""

    category = forms.ChoiceField(label="Frein", choices=[("", "Choisissez"), *obstacle_codes.CHOICES])
    since = PlainDateField(label="Depuis le")

    field_order = ["category", "since", "taken_by"]

    def clean_since(self) -> date:
        return self.past_day("since")


class ObstacleStepForm(_TakenInCharge):
    """What was done about an obstacle."""

    code = forms.ChoiceField(label="Ce qui a été fait", choices=[("", "Choisissez"), *obstacle_codes.STEPS])
    on = PlainDateField(label="Le")

    field_order = ["code", "on", "taken_by"]

    def __init__(self, youth: Youth, takers: list[tuple[int, str]], data: Any = None, **kwargs: Any) -> None:
        super().__init__(youth, takers, data, **kwargs)
        taken_by: Any = self.fields["taken_by"]
        taken_by.label = "Qui s’en charge ensuite ?"
        taken_by.help_text = "Inutile quand le frein est levé, ou n’est plus suivi."
        if self.data.get("code") in obstacle_codes.CLOSING:
            # Nobody takes it any further: whoever did until now is kept.
            taken_by.required = False
            taken_by.empty_value = self.initial["taken_by"]

    def clean_on(self) -> date:
        return self.past_day("on")
