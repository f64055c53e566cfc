"""What people add about a commitment: the form."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.uploads import PAPERS, UploadField
from core.validators import FreeTextField, PlainDateField
from core.working_days import long_date
from partners.models import CommitmentNote, Convention
from partners.notes import Said


class NoteForm(forms.Form):
    """A piece or a comment, the day of the fact, and a file for a piece."""

    kind = forms.ChoiceField(
        label="Que voulez-vous ajouter ?",
        choices=[
            (CommitmentNote.Kind.EVIDENCE, "Une pièce : un fait qui montre que l’engagement est tenu"),
            (CommitmentNote.Kind.COMMENT, "Un commentaire : il est lu, il ne compte pas dans la mesure"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites s’il s’agit d’une pièce ou d’un commentaire."},
    )
    text = FreeTextField(
        label="Ce qui s’est passé, en quelques mots",
        max_length=1000,
        multiline=True,
        help_text="Tous les professionnels du portail le lisent. Jamais le nom d’un jeune, ici ni dans le fichier.",
        error_messages={"required": "Dites en quelques mots ce que vous ajoutez."},
    )
    happened_on = PlainDateField(
        label="Date du fait",
        help_text="Le jour où c’est arrivé, aujourd’hui au plus tard.",
    )
    file = UploadField(label="Fichier", accepts=PAPERS, required=False)

    def __init__(self, convention: Convention, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.convention = convention

    def clean_happened_on(self) -> date:
        """A fact is past, and of the time of the convention."""
        day = self.cleaned_data["happened_on"]
        if day > clock.today():
            raise ValidationError("Ce jour n’est pas encore arrivé : indiquez la date d’un fait passé.")
        since = self.convention.starts_on or self.convention.signed_on
        if since and day < since:
            raise ValidationError(
                f"La convention date du {long_date(since)} : ce fait est plus ancien qu’elle."
            )
        return day

    def clean(self) -> dict[str, Any] | None:
        """A file goes with a piece."""
        cleaned = super().clean()
        if self.cleaned_data.get("file") and self.cleaned_data.get("kind") == CommitmentNote.Kind.COMMENT:
            self.add_error(
                "file", "Un fichier accompagne une pièce : choisissez « une pièce », ou retirez-le."
            )
        return cleaned

    @property
    def said(self) -> Said:
        """What was written, once valid."""
        return Said(**self.cleaned_data)
