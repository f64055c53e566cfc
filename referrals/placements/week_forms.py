"""The hours of presence as people give them: those of a usual day, the days that have them, and what differs."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.working_days import DAYS
from referrals.placements import schedule

USUAL = "09:00-12:00, 13:00-17:00"
# A week without a public holiday nor a change of hour: what the hours of a plain week come to.
_MONDAY, _SUNDAY = date(2026, 1, 12), date(2026, 1, 18)
NUMBERS = range(1, 8)


class DayField(forms.CharField):
    """The hours of presence of one day of the week."""

    def clean(self, value: Any) -> tuple[schedule.Slot, ...]:  # type: ignore[override]
        try:
            return schedule.read_day(super().clean(value) or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error


class WeekForm(forms.Form):
    """One line of hours and seven boxes; a day that differs is written on its own line."""

    hours = DayField(
        label="Heures d’une journée habituelle",
        required=False,
        max_length=80,
        help_text="Par exemple 9h-12h, 13h-17h. Une présence de nuit s’écrit 22h-6h.",
    )
    days = forms.TypedMultipleChoiceField(
        label="Jours qui ont ces heures",
        choices=[(number, day.capitalize()) for number, day in enumerate(DAYS, 1)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    # The order of what is asked: the page shows these together.
    OF_WEEK = ("hours", "days", *(f"day_{number}" for number in NUMBERS))

    def __init__(self, *args: Any, week: schedule.Week | None = None, **how: Any) -> None:
        super().__init__(*args, **how)
        for number, day in enumerate(DAYS, 1):
            self.fields[f"day_{number}"] = DayField(label=day.capitalize(), required=False, max_length=80)
        for name in self.OF_WEEK:
            # Left as it is, it says something: these hours, these days, no other ones.
            self.fields[name].obvious = True  # type: ignore[attr-defined]
        hours, days, own = (USUAL, [1, 2, 3, 4, 5], {}) if week is None else schedule.told_apart(week)
        self.initial.update(hours=hours, days=days)
        self.initial.update({f"day_{number}": own.get(number, "") for number in NUMBERS})

    def put(self, typed: Any) -> None:
        """Show what was typed, without judging it: somebody asks what their hours come to."""
        for name, field in self.fields.items():
            several = isinstance(field, forms.MultipleChoiceField)
            self.initial[name] = typed.getlist(name) if several else typed.get(name, "")

    def week_of(self, values: Mapping[str, Any]) -> schedule.Week | None:
        """The week of cleaned hours; None when some of them could not be read."""
        if any(values.get(name) is None for name in self.OF_WEEK):
            return None
        return tuple(
            values[f"day_{number}"] or (values["hours"] if number in values["days"] else ())
            for number in NUMBERS
        )

    def own_days(self) -> list[Any]:
        """The lines of the days that differ."""
        return [self[f"day_{number}"] for number in NUMBERS]

    def differs(self) -> bool:
        """Whether a day has hours of its own, or some that could not be read."""
        return any(self[f"day_{number}"].value() for number in NUMBERS)

    def total(self) -> dict[str, Any]:
        """What the hours on the page come to in a week, in words; empty when they cannot be read."""
        values: dict[str, Any] = {}
        try:
            for name in self.OF_WEEK:
                values[name] = self.fields[name].clean(self[name].value())
        except ValidationError:
            return {}
        week = self.week_of(values)
        assert week is not None  # each line was read
        minutes = schedule.minutes_between(week, _MONDAY, _SUNDAY)
        return {"hours": schedule.hours_words(minutes), "lines": schedule.words(week)}
