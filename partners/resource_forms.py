"""The form of a shared resource."""

from typing import Any

from django import forms

from core.acting import Acting
from core.uploads import UploadField
from core.validators import FreeTextField, validate_https
from partners.concerned import conventions_for
from partners.models import Resource, Theme


class ResourceForm(forms.Form):
    """A link or a file, for a convention."""

    convention = forms.ChoiceField(label="Convention")
    title = FreeTextField(label="Titre", max_length=120)
    theme = forms.ChoiceField(label="Thème", choices=[("", "Choisissez un thème"), *Theme.choices])
    teaching = forms.BooleanField(label="C’est un support pédagogique", required=False)
    url = forms.CharField(
        label="Adresse", required=False, max_length=300, help_text="https://… ; ou bien un fichier."
    )
    file = UploadField(label="Fichier", accepts=("pdf", "docx", "xlsx"), required=False)
    description = FreeTextField(label="Description", max_length=300, multiline=True, required=False)

    def __init__(self, acting: Acting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conventions = {str(one.uuid): one for one in conventions_for(acting)}
        self.fields["convention"].choices = [  # type: ignore[attr-defined]
            ("", "Choisissez une convention"),
            *((code, one.title) for code, one in self.conventions.items()),
        ]

    def clean_url(self) -> str:
        """Only what a browser opens safely: https, and no password in the address."""
        url: str = self.cleaned_data["url"].strip()
        if url:
            validate_https(url)
        return url

    def clean(self) -> dict[str, Any] | None:
        """A link or a file: one of the two."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        url, file = self.cleaned_data["url"], self.cleaned_data["file"]
        if url and file:
            self.add_error("file", "Donnez une adresse ou un fichier, pas les deux.")
        elif not url and not file:
            self.add_error("url", "Donnez une adresse ou un fichier.")
        return cleaned

    def written(self) -> dict[str, Any]:
        """What the operation takes (once valid)."""
        typed = self.cleaned_data
        kind = Resource.Kind.FILE if typed["file"] else Resource.Kind.LINK
        return {
            "convention": self.conventions[typed["convention"]],
            "kind": Resource.Kind.TEACHING if typed["teaching"] else kind,
            **{name: typed[name] for name in ("title", "theme", "url", "file", "description")},
        }
