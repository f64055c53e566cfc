"""The questions about what was proposed, as the youth answers them on a telephone."""

from typing import Any

from django import forms

from referrals.programmes.base import Programme


class OpinionForm(forms.Form):
    """Each question may be left aside; one answer at least is needed to send anything."""

    def __init__(self, programme: Programme, data: Any = None) -> None:
        super().__init__(data)
        for item in programme.opinion:
            self.fields[item.code] = forms.ChoiceField(
                label=item.asked,
                choices=item.choices,
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": "Choisissez une réponse de la liste."},
            )

    def clean(self) -> dict[str, Any]:
        said = {code: answer for code, answer in (super().clean() or {}).items() if answer}
        if not said and not self.errors:
            self.add_error(None, "Répondez à une question au moins, ou fermez la page.")
        return said
