"""The durations that a convention agrees, in the administration: one number each, empty for the programme's."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.hooks import agreed_delays

LONGEST = 1000


class DelaysWidget(forms.Widget):
    """One field of numbers for each duration that a convention may agree."""

    template_name = "admin/partners/convention/delays.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value if isinstance(value, dict) else {}
        context["delays"] = [
            {"name": f"{name}-{code}", "label": label, "value": typed.get(code, "")}
            for code, label in agreed_delays.items()
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        typed = {code: str(data.get(f"{name}-{code}", "")).strip() for code in agreed_delays}
        return {code: text for code, text in typed.items() if text}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{code}" in data for code in agreed_delays)


class DelaysField(forms.Field):
    """The durations that were typed, as whole numbers by name."""

    widget = DelaysWidget

    def clean(self, value: Any) -> dict[str, int]:
        """Raises ValidationError, which names the durations that are wrong."""
        delays, wrong = {}, []
        for code, text in (value or {}).items():
            if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LONGEST:
                delays[code] = int(text)
            else:
                wrong.append(agreed_delays[code])
        if wrong:
            raise ValidationError(f"Écrivez un nombre entier, de 1 à {LONGEST} : {', '.join(wrong)}.")
        return delays

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {code: str(number) for code, number in (initial or {}).items()} != (data or {})
