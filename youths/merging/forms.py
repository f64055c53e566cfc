"""Forms of adopting, joining and transferring records."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.acting import Acting
from core.validators import FreeTextField
from partners.models import Municipality
from youths.accompanying.passing import colleagues
from youths.forms import find_municipality
from youths.merging.joining import IDENTITY
from youths.merging.transfers import possible_recipients
from youths.models import LEVELS, Transfer, Youth

NUMBER_TAKEN = "Ce numéro de dossier existe déjà dans votre structure."


class RegisterForm(forms.Form):
    """Who will be the lead referent, and the number of the file in the Mission Locale's own system."""

    lead = forms.TypedChoiceField(label="Référent du jeune", coerce=int)
    file_number = FreeTextField(
        label="Numéro de dossier",
        max_length=20,
        required=False,
        help_text="Celui de votre structure, s’il existe.",
    )

    def __init__(self, acting: Acting, data: Any = None) -> None:
        leads = colleagues(acting.organisation_id)
        super().__init__(data, initial={"lead": acting.user_id})
        self.acting = acting
        self.fields["lead"].choices = [("", "Choisissez"), *leads]  # type: ignore[attr-defined]

    def clean_file_number(self) -> str:
        number = self.cleaned_data["file_number"]
        known = Youth.objects.standing().filter(
            registered_with=self.acting.organisation_id, file_number=number
        )
        if number and known.exists():
            raise ValidationError(NUMBER_TAKEN)
        return number


class MergeForm(forms.Form):
    """Which identity is kept, field by field, where the two records differ."""

    KEPT, MERGED = "conserve", "fusionne"

    def __init__(self, kept: Youth, merged: Youth, differing: Any, data: Any = None) -> None:
        super().__init__(data)
        for name in IDENTITY:
            if not any(column in differing for column in _columns(name)):
                continue
            words = [written(youth, name) for youth in (kept, merged)]
            self.fields[name] = forms.ChoiceField(
                label=IDENTITY[name],
                choices=[(self.KEPT, words[0]), (self.MERGED, words[1])],
                # What one of the two lacks is taken from the other.
                initial=self.KEPT if getattr(kept, name) not in (None, "") else self.MERGED,
                widget=forms.RadioSelect,
            )

    @property
    def taken(self) -> list[str]:
        """The columns that come from the record that is merged."""
        return [
            column
            for name, choice in self.cleaned_data.items()
            if choice == self.MERGED
            for column in _columns(name)
        ]


def _columns(name: str) -> tuple[str, ...]:
    """The columns that one choice decides: a diploma is that of its level."""
    return {"level": ("level", "level_obtained"), "level_obtained": ()}.get(name, (name,))


def written(youth: Youth, name: str) -> str:
    """A field of the identity, in words."""
    value = getattr(youth, name)
    if name == "municipality_id":
        return youth.municipality.name if youth.municipality else "non renseignée"
    if name == "birth_date":
        return f"{value:%d/%m/%Y}"
    if name == "level":
        label = dict(LEVELS).get(value, "non renseigné")
        return f"{label}, diplôme obtenu" if youth.level_obtained else label
    return value or "non renseigné"


class TransferForm(forms.Form):
    """Where a youth moves, and the Mission Locale to which the record is proposed."""

    recipient = forms.TypedChoiceField(label="Mission Locale d’accueil", coerce=int)
    municipality = forms.CharField(
        label="Nouvelle commune", required=False, max_length=100, help_text="Par exemple : 17000 La Rochelle."
    )
    informed = forms.BooleanField(
        label="Le jeune sait que son dossier sera transmis, et à quelle Mission Locale",
        error_messages={"required": "Informez d’abord le jeune."},
    )

    def __init__(self, acting: Acting, data: Any = None) -> None:
        super().__init__(data)
        groups = groupby(possible_recipients(acting), key=lambda row: row[2])
        self.fields["recipient"].choices = [  # type: ignore[attr-defined]
            ("", "Choisissez une Mission Locale"),
            *((department, [(pk, name) for pk, name, _ in rows]) for department, rows in groups),
        ]

    def clean_municipality(self) -> Municipality | None:
        text = self.cleaned_data["municipality"]
        return find_municipality(text.replace("\x00", " ")) if text and text.strip() else None


class RefusalForm(forms.Form):
    """Why a transfer is refused: a code, no text."""

    reason = forms.ChoiceField(label="Motif du refus", choices=Transfer.Refusal, widget=forms.RadioSelect)
