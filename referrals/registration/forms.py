"""What the Mission Locale answers: which of its records, or a new registration."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.acting import Acting
from referrals.models import Referral
from youths.merging.forms import RegisterForm
from youths.merging.joining import Candidate

NOBODY = "nouveau"


def _words(one: Candidate) -> str:
    who = f"{one.last_name} {one.first_name}, naissance : {one.birth_date:%d/%m/%Y}"
    lead = f", référent : {one.lead_name}" if one.lead_name else ""
    number = f", dossier {one.file_number}" if one.file_number else ""
    return f"Déjà inscrit ici : {who}{lead}{number}"


class AnswerForm(RegisterForm):
    """Already registered (one of ``known``), or registered today under a lead and, if there is one, a file number."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["version", "record", "lead", "file_number"]

    def __init__(
        self, acting: Acting, referral: Referral, known: Sequence[Candidate], data: Any = None
    ) -> None:
        super().__init__(acting, data)
        self.initial["version"] = referral.version
        self.known = {str(one.uuid): one for one in known}
        if known:
            choices = [(uuid, _words(one)) for uuid, one in self.known.items()]
            self.fields["record"] = forms.ChoiceField(
                label="Est-ce un jeune que vous connaissez ?",
                choices=[*choices, (NOBODY, "Non, c’est une autre personne : l’inscrire aujourd’hui")],
                widget=forms.RadioSelect,
                error_messages={"required": "Dites si c’est l’un de ces jeunes, ou une autre personne."},
            )
            self.fields["lead"].help_text = "Pour une nouvelle inscription."
            self.order_fields(self.field_order)

    @property
    def chosen(self) -> Candidate | None:
        """The record of one's own that it is; None for a new registration."""
        return self.known.get(self.cleaned_data.get("record", NOBODY))
