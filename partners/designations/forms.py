"""Forms of the designated referents, in the pages and in the administration."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, models, transaction

from accounts.models import User
from core import clock
from core.acting import NATIONAL, REGIONAL, Acting
from core.validators import PlainDateField
from partners.choices import departments
from partners.concerned import conventions_for
from partners.designations.transfer import Request
from partners.forms import ConstraintErrors, PersonChoiceField, colleagues_of
from partners.models import Convention, Department, Designation, Topic
from partners.people.holdings import FOLLOWING

# Those of a national head or of a regional body answer for it, as professionals do for a local one.
NAMED = (*FOLLOWING, REGIONAL, NATIONAL)


class DesignationRules(ConstraintErrors):
    """What every form of a designation checks, in the pages and in the administration."""

    TAKEN: ClassVar[str] = (
        "Cette structure a déjà un référent pour ce sujet, cette convention et ce territoire à ces dates."
    )

    beside = {
        "partners_designation_dates": "ends_on",
        "partners_designation_substitute": "substitute",
        "partners_designation_absence": "absent_until",
    }

    def add_error(self, field: str | None, error: Any) -> None:
        """As :class:`ConstraintErrors`; somebody whom this form does not show is spoken of beside the first day."""
        found = getattr(error, "error_dict", None)
        if field is None and found and "user" in found and "user" not in self.fields:  # type: ignore[attr-defined]
            found.setdefault("starts_on", []).extend(found.pop("user"))
        super().add_error(field, error)

    def _get_validation_exclusions(self) -> set[str]:
        # The exclusion constraint mixes types that Django cannot evaluate in Python, and makes a range of dates
        # that PostgreSQL refuses when they are reversed: _post_clean asks the same question in plain terms.
        return super()._get_validation_exclusions() | {"organisation"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any] | None:
        """Reversed dates, said beside the last one; an absence has both of its days."""
        cleaned = super().clean()  # type: ignore[misc]
        shown = "starts_on" in self.fields  # type: ignore[attr-defined]
        starts_on = self.cleaned_data.get("starts_on") if shown else self.instance.starts_on  # type: ignore[attr-defined]
        ends_on = self.cleaned_data.get("ends_on")  # type: ignore[attr-defined]
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "La désignation ne peut pas finir avant de commencer.")
        # To the database an absence without its end is "unknown", and the constraint lets it through.
        away, back = self.cleaned_data.get("absent_from"), self.cleaned_data.get("absent_until")  # type: ignore[attr-defined]
        if bool(away) != bool(back) and "absent_until" in self.fields:  # type: ignore[attr-defined]
            self.add_error("absent_until", "Indiquez le début et la fin de l’absence, dans cet ordre.")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and overlapping(self.instance).exists():  # type: ignore[attr-defined]
            self._say_taken()

    def _say_taken(self) -> None:
        self.add_error("topic" if "topic" in self.fields else "ends_on", self.TAKEN)  # type: ignore[attr-defined]

    def save_or_tell(self) -> bool:
        """Save; False, with the error beside its field, when somebody named another referent meanwhile."""
        try:
            with transaction.atomic():
                self.save()  # type: ignore[attr-defined]
        except IntegrityError as error:
            if "partners_designation_one_lead" not in str(error):
                raise
            self._say_taken()
            return False
        return True


def overlapping(designation: Designation) -> models.QuerySet[Designation]:
    """The other designations of the same organisation, topic, convention and territory that share a day with one."""
    found = (
        Designation.objects.not_over(designation.starts_on)
        .filter(
            organisation_id=designation.organisation_id,
            topic=designation.topic,
            convention_id=designation.convention_id,  # type: ignore[misc]
            department_id=designation.department_id,
        )
        .exclude(pk=designation.pk)
    )
    return found.filter(starts_on__lte=designation.ends_on) if designation.ends_on else found


class DesignationAdminForm(DesignationRules, forms.ModelForm):
    """A designation in the administration."""


def may_be_named(organisation_id: int) -> models.QuerySet[User]:
    """Who may be named referent in an organisation: those who work there with youths, or steer a partnership."""
    return colleagues_of(organisation_id, NAMED)


class DesignationForm(DesignationRules, forms.ModelForm):
    """The person who answers for a topic in one's own organisation, for a convention and a territory if need be."""

    topic = forms.ChoiceField(label="Sujet", choices=[("", "Choisissez un sujet"), *Topic.choices])
    user = PersonChoiceField(
        label="Référent", queryset=User.objects.none(), empty_label="Choisissez une personne"
    )
    substitute = PersonChoiceField(
        label="Suppléant",
        queryset=User.objects.none(),
        required=False,
        empty_label="Personne pour l’instant",
        help_text="Il reçoit les orientations quand le référent est absent.",
    )
    convention = forms.ChoiceField(
        label="Convention",
        required=False,
        help_text="Celles qui engagent aujourd’hui votre structure ou votre réseau.",
    )
    department = forms.ChoiceField(
        label="Département",
        required=False,
        help_text="Choisissez-en un seulement si la personne répond pour une partie du territoire de votre structure.",
    )
    starts_on = PlainDateField(label="À partir du")
    ends_on = PlainDateField(
        label="Jusqu’au", required=False, help_text="Vide : sans limite. Dernier jour compris."
    )

    class Meta:
        model = Designation
        fields = ["topic", "user", "substitute", "convention", "department", "starts_on", "ends_on"]

    def __init__(self, acting: Acting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation_id = acting.organisation_id
        colleagues = may_be_named(acting.organisation_id)
        self.conventions = {found.code: found for found in conventions_for(acting)}
        self.fields["user"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["convention"].choices = [  # type: ignore[attr-defined]
            ("", "Toutes"),
            *((code, found.title) for code, found in self.conventions.items()),
        ]
        self.fields["department"].choices = [("", "Tout le territoire"), *departments()]  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", clock.today())

    def clean_convention(self) -> Convention | None:
        """The convention as a row, for the model."""
        return self.conventions.get(self.cleaned_data["convention"])

    def clean_department(self) -> Department | None:
        """The department as a row, for the model."""
        code = self.cleaned_data["department"]
        return Department.objects.filter(pk=code).first() if code else None


class DesignationChangeForm(DesignationRules, forms.ModelForm):
    """The substitute and the dates of a designation; its first day only while it has not begun."""

    substitute = PersonChoiceField(
        label="Suppléant",
        queryset=User.objects.none(),
        required=False,
        empty_label="Personne pour l’instant",
        help_text="Il reçoit les orientations quand le référent est absent.",
    )
    starts_on = PlainDateField(label="À partir du")
    ends_on = PlainDateField(
        label="Jusqu’au", required=False, help_text="Vide : sans limite. Dernier jour compris."
    )
    # What this person read, so that nobody undoes unknowingly what another one has just changed.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    CHANGED: ClassVar[str] = (
        "Cette désignation vient d’être changée par une autre personne. Relisez-la, puis enregistrez si besoin."
    )

    class Meta:
        model = Designation
        fields = ["substitute", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = may_be_named(self.instance.organisation_id).exclude(  # type: ignore[attr-defined]
            pk=self.instance.user_id
        )
        if self.instance.starts_on <= clock.today():
            del self.fields["starts_on"]
        self.standing = version_of(self.instance)
        self.initial["seen"] = self.standing

    @property
    def overtaken(self) -> bool:
        """Whether somebody changed the designation since this form was read (once cleaned)."""
        return bool(self.cleaned_data.get("seen")) and self.cleaned_data["seen"] != self.standing

    def tell_overtaken(self) -> None:
        """Say so on top; sent once more, the form is saved: its person has been told."""
        self.data = {**self.data.dict(), "seen": self.standing}  # type: ignore[attr-defined]
        self.add_error(None, self.CHANGED)


def version_of(designation: Designation) -> str:
    """What of a designation its form changes, as one word."""
    return "/".join(
        str(value or "") for value in (designation.substitute_id, designation.starts_on, designation.ends_on)
    )


class DesignationEndForm(DesignationRules, forms.ModelForm):
    """The last day of a designation."""

    ends_on = PlainDateField(label="Dernier jour", help_text="Ce jour-là, la personne répond encore.")

    class Meta:
        model = Designation
        fields = ["ends_on"]


class TransferForm(forms.Form):
    """Whose designations pass to whom, from which day on, on which topics."""

    de = forms.ChoiceField(label="De")
    vers = forms.ChoiceField(label="À")
    le = PlainDateField(
        label="À partir du", help_text="La veille est le dernier jour de la première personne."
    )
    sujets = forms.MultipleChoiceField(
        label="Sujets",
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucun coché : tous.",
    )

    def __init__(self, acting: Acting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        held = Designation.objects.not_over(today).filter(organisation=acting.organisation_id)
        holders = User.objects.filter(pk__in=held.values("user")).order_by("last_name", "first_name", "pk")
        # Read once each: these lists are checked and shown.
        self.people = {
            "de": {str(one.pk): one for one in holders},
            "vers": {str(one.pk): one for one in may_be_named(acting.organisation_id)},
        }
        for name, people in self.people.items():
            self.fields[name].choices = [  # type: ignore[attr-defined]
                ("", "Choisissez une personne"),
                *((pk, one.get_full_name()) for pk, one in people.items()),
            ]
        self.initial.setdefault("le", today)

    def clean_le(self) -> date:
        """A day that is past cannot change hands: who answered then has answered."""
        le = self.cleaned_data["le"]
        if le < clock.today():
            raise forms.ValidationError("Cette date est passée : choisissez aujourd’hui ou un jour à venir.")
        return le

    def clean(self) -> dict[str, Any] | None:
        """Two different people."""
        cleaned = super().clean()
        leaver, successor = self.cleaned_data.get("de"), self.cleaned_data.get("vers")
        if leaver and leaver == successor:
            self.add_error("vers", "Choisissez une autre personne que la première.")
        return cleaned

    def asked(self) -> Request:
        """What is asked (once valid)."""
        found = self.cleaned_data
        return Request(
            self.people["de"][found["de"]],
            self.people["vers"][found["vers"]],
            found["le"],
            tuple(found["sujets"]),
        )
