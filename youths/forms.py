"""Forms of the youths' room."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.ages import age_on
from core.validators import FreeTextField, PlainDateField
from partners.models import Municipality
from partners.territory.dataset import normalise_name
from youths.models import LEVELS, Opening, Youth

YOUNGEST, OLDEST = 14, 35


def find_municipality(text: str) -> Municipality:
    """The municipality written as "17000 La Rochelle", "La Rochelle" or "17000".

    Raises ValidationError with the possible ones when several fit.
    """
    words = text.split()
    postcode = next((word for word in words if len(word) == 5 and word.isdigit()), None)
    name = normalise_name(" ".join(word for word in words if word != postcode))
    found = Municipality.objects.all()
    if postcode:
        found = found.filter(postcodes__contains=[postcode])
    if name:
        found = found.filter(search_name=name)
    if not postcode and not name:
        raise ValidationError("Écrivez le code postal ou le nom de la commune.")
    matches = list(found.order_by("search_name", "code")[:6])
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise ValidationError("Cette commune n’est pas connue. Vérifiez le code postal et l’orthographe.")
    names = ", ".join(
        f"{match.postcodes[0]} {match.name}" if match.postcodes else match.name for match in matches
    )
    raise ValidationError(f"Plusieurs communes correspondent, précisez : {names}.")


class YouthForm(forms.ModelForm):
    """Minimal identity; nothing that a partnership does not need."""

    NUMBER_TAKEN = "Ce numéro de dossier existe déjà dans votre structure."

    first_name = FreeTextField(label="Prénom", max_length=80)
    last_name = FreeTextField(label="Nom", max_length=80)
    birth_date = PlainDateField(label="Date de naissance")
    municipality = forms.CharField(
        label="Commune", required=False, max_length=100, help_text="Par exemple : 17000 La Rochelle."
    )
    phone = FreeTextField(label="Téléphone", max_length=20, required=False)
    level = forms.TypedChoiceField(
        label="Niveau de formation",
        choices=[("", "Non renseigné"), *LEVELS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    file_number = FreeTextField(
        label="Numéro de dossier",
        max_length=20,
        required=False,
        help_text="Celui de votre structure, s’il existe.",
    )

    class Meta:
        model = Youth
        fields = [
            "first_name",
            "last_name",
            "birth_date",
            "municipality",
            "phone",
            "email",
            "level",
            "file_number",
        ]

    def __init__(self, acting: Acting, data: Any = None) -> None:
        super().__init__(data)
        self.acting = acting

    field_order = [
        "last_name",
        "first_name",
        "birth_date",
        "phone",
        "email",
        "municipality",
        "level",
        "file_number",
    ]

    def _clean_name(self, name: str) -> str:
        """A name: no digit (a number has no place there), no mark-up."""
        value = self.cleaned_data[name]
        if any(character.isdigit() or character in "<>{}" for character in value):
            raise ValidationError("Un nom s’écrit sans chiffres ni signes. Retirez-les.")
        return value

    def clean_first_name(self) -> str:
        return self._clean_name("first_name")

    def clean_last_name(self) -> str:
        return self._clean_name("last_name")

    def clean_birth_date(self) -> date:
        birth_date = self.cleaned_data["birth_date"]
        if birth_date > clock.today():
            raise ValidationError("La date de naissance est dans le futur : vérifiez l’année.")
        if birth_date.year < 1950 or not YOUNGEST <= age_on(birth_date, clock.today()) <= OLDEST:
            raise ValidationError(
                f"Le portail concerne les jeunes de {YOUNGEST} à {OLDEST} ans : vérifiez la date de naissance."
            )
        return birth_date

    def clean_municipality(self) -> Municipality | None:
        text = self.cleaned_data["municipality"]
        return find_municipality(text.replace("\x00", " ")) if text and text.strip() else None

    def clean_file_number(self) -> str:
        number = self.cleaned_data["file_number"]
        known = Youth.objects.filter(registered_with=self.acting.organisation_id, file_number=number)
        if number and known.exists():
            raise ValidationError(self.NUMBER_TAKEN)
        return number

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        digits = [character for character in phone if character.isdigit()]
        if phone and not (9 <= len(digits) <= 15 and set(phone) <= set("0123456789+ .-()")):
            raise ValidationError("Écrivez le numéro avec ses 10 chiffres, par exemple 06 12 34 56 78.")
        return phone


class OpeningForm(forms.Form):
    """Why somebody opens a record that they do not accompany."""

    reason = forms.ChoiceField(
        label="Pourquoi ouvrir ce dossier ?", choices=Opening.Reason, widget=forms.RadioSelect
    )
