"""Forms of what is written about a referral."""

from typing import Any

from django import forms

from core.uploads import PAPERS, UploadField, describe
from core.validators import FreeTextField
from youths.journal_forms import WarnsOfSensitiveWords

CHOOSE_AGAIN = "Choisissez de nouveau le fichier : il n’a pas été gardé."


class MessageForm(WarnsOfSensitiveWords, forms.Form):
    """A message of the shared thread, and a piece that goes with it."""

    warned_fields = ("text",)

    text = FreeTextField(
        label="Votre message",
        max_length=2000,
        multiline=True,
        help_text="Lu par les deux structures, et conservé. Rien sur la santé ni sur la justice.",
    )
    file = UploadField(
        label="Pièce jointe",
        accepts=PAPERS,
        required=False,
        help_text=f"{describe(PAPERS)}. Jamais de pièce d’identité ni de papier médical.",
    )

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        if files:
            # A browser forgets the file of a form that comes back.
            self.fields["file"].help_text = f"{CHOOSE_AGAIN} {self.fields['file'].help_text}"


class NoteForm(WarnsOfSensitiveWords, forms.Form):
    """A note for one's own organisation."""

    warned_fields = ("note",)

    note = FreeTextField(
        label="Votre note",
        max_length=2000,
        multiline=True,
        help_text="Lue par votre structure seule ; le jeune peut la demander. Rien sur la santé ni sur la justice.",
    )
