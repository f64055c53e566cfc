"""The story of a youth, latest first, read through two filters: a period and an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from core import clock
from core.place import FROM
from core.working_days import add_months

PERIODS = {"3": "3 derniers mois", "12": "12 derniers mois"}


class StoryFilter(forms.Form):
    """The period and the organisation of what is read; what means nothing filters nothing."""

    periode = forms.ChoiceField(
        label="Période", required=False, choices=[("", "Depuis le début"), *PERIODS.items()]
    )
    structure = forms.ChoiceField(label="Structure", required=False)
    # The list that the record was opened from goes along (``core.place``).
    liste = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Mapping[str, str], organisations: list[str], place: str) -> None:
        # By its place in the list: an address tells no name, and ends in histories.
        self.organisations = {str(number): name for number, name in enumerate(organisations, 1)}
        known = {"periode": PERIODS, "structure": self.organisations}
        super().__init__(
            {name: asked.get(name, "") for name, codes in known.items() if asked.get(name) in codes}
            | {FROM: place}
        )
        if not place:
            del self.fields[FROM]
        self.fields["structure"].choices = [("", "Toutes"), *self.organisations.items()]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Story:
    """The items to show, and the filter they went through; no filter for a story of one line."""

    items: list[dict[str, Any]]
    form: StoryFilter | None
    filtered: bool


def read(items: list[dict[str, Any]], asked: Mapping[str, str], place: str = "") -> Story:
    """The story as asked (``periode``, ``structure``), for who came from a list (``core.place``)."""
    form = StoryFilter(asked, sorted({item["actor_org"] for item in items if item["actor_org"]}), place)
    form.is_valid()
    period, organisation = (form.cleaned_data.get(name, "") for name in ("periode", "structure"))
    shown = sorted(items, key=lambda item: item["at"], reverse=True)
    if period:
        first = add_months(clock.today(), -int(period))
        shown = [item for item in shown if clock.day_of(item["at"]) >= first]
    if organisation:
        shown = [item for item in shown if item["actor_org"] == form.organisations[organisation]]
    return Story(shown, form if len(items) > 1 else None, bool(period or organisation))
