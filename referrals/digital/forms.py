"""The questions, as the youth answers them on a telephone."""

from typing import Any

from django import forms

from referrals.digital.rules import QUESTIONS


class DigitalForm(forms.Form):
    """One answer to each question; none is ticked in advance."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for number, item in enumerate(QUESTIONS, start=1):
            self.fields[item.code] = forms.ChoiceField(
                label=f"{number}. {item.asked}",
                choices=item.choices,
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Choisissez une réponse.",
                    "invalid_choice": "Choisissez une réponse de la liste.",
                },
            )
