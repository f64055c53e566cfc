"""Forms of the youths' room."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.ages import age_on, is_minor_on
from core.validators import FreeTextField, PlainDateField
from partners.models import Municipality
from partners.territory.dataset import normalise_name
from youths import situations
from youths.models import LEVELS, LegalRepresentative, Opening, Youth

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
    level_obtained = forms.BooleanField(
        label="Le diplôme de ce niveau est obtenu",
        required=False,
        help_text="Laissez la case vide quand le niveau a été atteint sans le diplôme.",
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
            "level_obtained",
            "file_number",
        ]

    def __init__(self, acting: Acting, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.acting = acting

    field_order = [
        "last_name",
        "first_name",
        "birth_date",
        "phone",
        "email",
        "municipality",
        "level",
        "level_obtained",
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
        known = Youth.objects.filter(registered_with=self.acting.organisation_id, file_number=number).exclude(
            pk=self.instance.pk
        )
        if number and known.exists():
            raise ValidationError(self.NUMBER_TAKEN)
        return number

    def clean_phone(self) -> str:
        return checked_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("level_obtained") and cleaned.get("level") in (None, 1):
            self.add_error("level", "Choisissez le niveau du diplôme obtenu.")
        return cleaned


def checked_phone(phone: str) -> str:
    """A telephone number, a French one by pairs of digits. Raises ValidationError when it cannot be one."""
    digits = [character for character in phone if character.isdigit()]
    if phone and not (9 <= len(digits) <= 15 and set(phone) <= set("0123456789+ .-()")):
        raise ValidationError("Écrivez le numéro avec ses 10 chiffres, par exemple 06 12 34 56 78.")
    if len(digits) == 10 and digits[0] == "0" and "+" not in phone:
        return " ".join("".join(digits[at : at + 2]) for at in range(0, 10, 2))
    return phone


class CorrectionForm(YouthForm):
    """The record, corrected by those who keep it; for a minor, who represents them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    representative_name = FreeTextField(
        label="Nom du représentant légal", max_length=120, required=False, help_text="Vide : pas connu."
    )
    representative_link = forms.ChoiceField(
        label="Qualité du représentant légal", choices=LegalRepresentative.Link, required=False
    )
    representative_phone = FreeTextField(
        label="Téléphone du représentant légal", max_length=20, required=False
    )
    representative_email = forms.EmailField(
        label="Adresse électronique du représentant légal", max_length=254, required=False
    )

    # The fields of the record that this form saves.
    SAVED: ClassVar[list[str]] = YouthForm.Meta.fields

    def __init__(self, acting: Acting, youth: Youth, data: Any = None) -> None:
        town = youth.municipality
        known = youth.representative_row or {}  # type: ignore[attr-defined]
        initial = {
            "version": youth.version,
            "municipality": f"{town.postcodes[0] if town.postcodes else ''} {town.name}".strip()
            if town
            else "",
            **{f"representative_{name}": value for name, value in known.items()},
        }
        super().__init__(acting, data, instance=youth, initial=initial)
        if not is_minor_on(youth.birth_date, clock.today()):
            for name in [name for name in self.fields if name.startswith("representative_")]:
                del self.fields[name]

    def clean_representative_phone(self) -> str:
        return checked_phone(self.cleaned_data["representative_phone"])

    @property
    def representative(self) -> dict[str, str]:
        """Who represents a minor, as typed; an empty name when nobody is known or the youth is of age."""
        return {
            name: self.cleaned_data.get(f"representative_{name}", "")
            for name in ("name", "link", "phone", "email")
        }


class SituationForm(forms.Form):
    """What the youth does, or the framework that accompanies them, from a day on."""

    code = forms.ChoiceField(label="Situation")
    since = PlainDateField(label="Depuis le")

    def __init__(self, youth: Youth, data: Any = None) -> None:
        super().__init__(data, initial={"since": clock.today()})
        self.youth = youth
        groups = [
            (
                label.capitalize(),
                [(entry.code, entry.label) for entry in situations.CODES if entry.kind == kind],
            )
            for kind, label in situations.KINDS
        ]
        self.fields["code"].choices = [("", "Choisissez"), *groups]  # type: ignore[attr-defined]

    def clean_since(self) -> date:
        since = self.cleaned_data["since"]
        if since > clock.today():
            raise ValidationError("Cette date est dans le futur : notez la situation quand elle commence.")
        if since < self.youth.birth_date:
            raise ValidationError("Cette date précède la naissance : vérifiez l’année.")
        return since

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("code") and cleaned.get("since"):
            refusal = situations.why_not(cleaned["code"], cleaned["since"])
            if refusal:
                self.add_error("since", refusal)
        return cleaned


class OpeningForm(forms.Form):
    """Why somebody opens a record that they do not accompany."""

    reason = forms.ChoiceField(
        label="Pourquoi ouvrir ce dossier ?", choices=Opening.Reason, widget=forms.RadioSelect
    )
