"""Forms of the designated referents, in the pages and in the administration."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import User
from core import clock
from core.acting import Acting
from core.validators import PlainDateField
from partners.choices import departments
from partners.forms import ConstraintErrors, PersonChoiceField, colleagues_of
from partners.models import Department, Designation, Topic


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

    def _get_validation_exclusions(self) -> set[str]:
        # The exclusion constraint mixes types that Django cannot evaluate in Python, and makes a range of dates
        # that PostgreSQL refuses when they are reversed: _post_clean asks the same question in plain terms.
        return super()._get_validation_exclusions() | {"organisation"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any] | None:
        """Reversed dates, said beside the last one; an absence has both of its days."""
        cleaned = super().clean()  # type: ignore[misc]
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")  # type: ignore[attr-defined]
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
    found = Designation.objects.filter(
        organisation_id=designation.organisation_id,
        topic=designation.topic,
        convention_id=designation.convention_id,  # type: ignore[misc]
        department_id=designation.department_id,
    ).exclude(pk=designation.pk)
    if designation.ends_on:
        found = found.filter(starts_on__lte=designation.ends_on)
    return found.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=designation.starts_on))


class DesignationAdminForm(DesignationRules, forms.ModelForm):
    """A designation in the administration."""


class DesignationForm(DesignationRules, forms.ModelForm):
    """A manager names the person who answers for a topic in their organisation."""

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
    department = forms.ChoiceField(
        label="Territoire",
        required=False,
        help_text="Vide : tout le territoire de votre structure.",
    )
    starts_on = PlainDateField(label="À partir du")
    ends_on = PlainDateField(
        label="Jusqu’au", required=False, help_text="Vide : sans limite. Dernier jour compris."
    )

    class Meta:
        model = Designation
        fields = ["topic", "user", "substitute", "department", "starts_on", "ends_on"]

    def __init__(self, acting: Acting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation_id = acting.organisation_id
        colleagues = colleagues_of(acting.organisation_id)
        self.fields["user"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["department"].choices = [("", "Tout le territoire"), *departments()]  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", clock.today())

    def clean_department(self) -> Department | None:
        """The department as a row, for the model."""
        code = self.cleaned_data["department"]
        return Department.objects.filter(pk=code).first() if code else None


class DesignationEndForm(DesignationRules, forms.ModelForm):
    """The last day of a designation."""

    ends_on = PlainDateField(label="Dernier jour", help_text="Ce jour-là, la personne répond encore.")

    class Meta:
        model = Designation
        fields = ["ends_on"]

    def clean_ends_on(self) -> date:
        """Refuse an end before the beginning, which this form does not show."""
        ends_on = self.cleaned_data["ends_on"]
        if ends_on < self.instance.starts_on:
            raise ValidationError("La désignation ne peut pas finir avant de commencer.")
        return ends_on
