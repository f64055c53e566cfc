"""Django faces of the checks on text (``core.text_checks``)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from core import text_checks
from core.forms_ui import DateInput, TimeInput


def validate_free_text(value: str) -> None:
    """Refuse what no text of the portal may hold: a social security number, an invisible character."""
    try:
        text_checks.refuse_nul(value)
        text_checks.refuse_nir(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


_HTTPS = URLValidator(schemes=["https"], message="Écrivez une adresse complète, qui commence par https://.")


def validate_https(url: str) -> None:
    """Refuse what a browser does not open safely: anything but https, and a password in the address."""
    _HTTPS(url)
    if "@" in url.split("//", 1)[1].split("/", 1)[0]:
        raise ValidationError("Une adresse ne porte ni identifiant ni mot de passe.")


class FreeTextField(forms.CharField):
    """A text typed by a person: normalised, bounded, refused with a sentence in French."""

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(max_length=None, strip=False, **kwargs)
        self.limit = max_length
        self.validators = []

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return text_checks.clean_free_text(text, self.limit, single_line=not self.multiline)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class PlainDateField(forms.DateField):
    """A date typed in ISO form by the browser, or in French by hand."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "error_messages", {"invalid": "Cette date n’existe pas. Écrivez-la ainsi : 31/03/2006."}
        )
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"], **kwargs)


class PlainTimeField(forms.TimeField):
    """An hour, typed "14:30" by the browser, or "14h30" by hand."""

    widget = TimeInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "error_messages", {"invalid": "Cette heure n’existe pas. Écrivez-la ainsi : 14:30."}
        )
        super().__init__(input_formats=["%H:%M", "%Hh%M", "%H:%M:%S"], **kwargs)
