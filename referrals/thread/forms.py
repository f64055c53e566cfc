"""Forms of what is written about a referral."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.acting import Acting
from core.uploads import PAPERS, UploadField, describe
from core.validators import FreeTextField
from referrals import programmes
from referrals.models import UsualAnswer
from referrals.programmes.base import ANYWHERE, MOMENTS, USUAL_LENGTH
from referrals.thread import keeping
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

    def __init__(
        self, data: Any = None, files: Any = None, *, typed: str = "", brought_before: bool = False
    ) -> None:
        super().__init__(data, files, initial={"text": typed})
        if typed:
            self.fields["text"].widget.attrs["autofocus"] = True
        if files or brought_before:
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


class UsualAnswerForm(WarnsOfSensitiveWords, forms.Form):
    """A usual answer of one's own organisation, new or changed."""

    warned_fields = ("label", "text")

    # Those of the one that is changed; empty for a new one.
    answer = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)
    label = FreeTextField(
        label="Nom", max_length=60, help_text="Ce qui se lit dans la liste où on la choisit."
    )
    text = FreeTextField(
        label="Texte",
        max_length=USUAL_LENGTH,
        multiline=True,
        help_text="Court, sans le nom de personne. Rien sur la santé ni sur la justice.",
    )
    moment = forms.ChoiceField(
        label="Pour", choices=[(ANYWHERE, "Toutes les réponses"), *MOMENTS], required=False
    )
    programme = forms.ChoiceField(label="Dispositif", required=False)

    def __init__(self, acting: Acting, data: Any = None, *, answer: UsualAnswer | None = None) -> None:
        initial: dict[str, Any] = {}
        if answer is not None:
            names = ("label", "text", "moment", "programme", "version")
            initial = {name: getattr(answer, name) for name in names} | {"answer": answer.uuid}
        super().__init__(data, initial=initial)
        self.acting = acting
        self.fields["programme"].choices = [("", "Tous les dispositifs"), *programmes.choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("answer")) != bool(cleaned.get("version")):
            raise ValidationError("Cette page n’est plus à jour : rouvrez-la.")
        for name in self.warned_fields:
            if why := keeping.somebody_in(self.acting, cleaned.get(name, "")):
                self.add_error(name, why)
        others = UsualAnswer.objects.filter(
            organisation=self.acting.organisation_id, label=cleaned.get("label", "")
        )
        if answer := cleaned.get("answer"):
            others = others.exclude(uuid=answer)
        if others.exists():
            self.add_error("label", "Votre structure a déjà une réponse de ce nom.")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the answer, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("label", "text", "moment", "programme")}
