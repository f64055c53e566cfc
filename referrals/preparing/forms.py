"""The form of what a side prepares: one choice for each thing."""

from collections.abc import Mapping
from typing import Any

from django import forms

from referrals.models import Preparation, Referral
from referrals.preparing import noting


class PreparationForm(forms.Form):
    """Each thing: to do, done, or not needed."""

    def __init__(self, referral: Referral, side: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        rows = noting.rows_of(referral, side)
        self.items = noting.own_items(referral, side)
        ours = [{"at": noting.as_text(rows[item.code]["at"])} for item in self.items if item.code in rows]
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=40, initial=noting.stamp(ours)
        )
        for item in self.items:
            self.fields[item.code] = forms.ChoiceField(
                label=item.label,
                choices=Preparation.State.choices,
                widget=forms.RadioSelect,
                initial=rows[item.code]["state"] if item.code in rows else Preparation.State.TODO,
            )

    @property
    def states(self) -> dict[str, str]:
        """The state of each thing, once the form is valid."""
        return {item.code: self.cleaned_data[item.code] for item in self.items}
