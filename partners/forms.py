"""Forms of the partners' room, and what they share with the administration."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import User
from core import clock
from core.acting import Acting
from core.scope import apply_scope
from core.validators import PlainDateField, validate_free_text
from partners.choices import departments
from partners.convention_state import ConventionFacts, problems
from partners.holdings import FOLLOWING, why_role_stays
from partners.models import Department, Designation, Membership, Topic


class ConstraintErrors:
    """Mixin of model forms: the message of a database constraint stands next to the field it speaks of.

    ``beside`` maps names of constraints to names of fields.
    """

    beside: ClassVar[dict[str, str]] = {}

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django does, with the messages of ``beside`` moved to their fields."""
        found = getattr(error, "error_dict", None)
        if field is not None or not found or NON_FIELD_ERRORS not in found:
            super().add_error(field, error)  # type: ignore[misc]
            return
        fields = self._fields_of_messages()
        moved: dict[str, list[ValidationError]] = {}
        for name, errors in found.items():
            for one in errors:
                home = fields.get(" ".join(one.messages), name) if name == NON_FIELD_ERRORS else name
                moved.setdefault(home, []).append(one)
        super().add_error(None, ValidationError(moved))  # type: ignore[misc]

    def _fields_of_messages(self) -> dict[str, str]:
        """French message → field of this form."""
        return {
            str(constraint.violation_error_message): self.beside[constraint.name]
            for constraint in self._meta.model._meta.constraints  # type: ignore[attr-defined]
            if self.beside.get(constraint.name) in self.fields  # type: ignore[attr-defined]
        }


class ConventionForm(ConstraintErrors, forms.ModelForm):
    """A convention in the administration."""

    beside = {
        "partners_convention_dates": "ends_on",
        "partners_convention_signature": "signature_known",
        "partners_convention_end": "end_known",
        "partners_convention_region": "region",
        "partners_convention_not_own_parent": "parent",
        "partners_convention_not_own_predecessor": "predecessor",
    }

    class Meta:
        help_texts = {
            "signature_known": "Décochez quand aucune source n’établit la signature ; l’état le dira.",
            "end_known": "Décochez quand le terme n’est pas connu. Coché sans échéance : sans limite de durée.",
            "parent_proven": "Décochez quand aucune source n’établit la filiation : elle s’affichera « à vérifier ».",
            "note": "Montré tel quel sur la page de la convention.",
        }

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        # Facts that contradict one another without breaking a constraint: the sentences of the state's own rules.
        known = {
            name: self.cleaned_data[name]
            for name in ConventionFacts.__dataclass_fields__
            if name in self.cleaned_data
        }
        for sentence in problems(ConventionFacts(**known)):
            self.add_error(None, sentence)


class OrganisationForm(ConstraintErrors, forms.ModelForm):
    """An organisation in the administration."""

    beside = {
        "partners_organisation_dates": "ends_on",
        "partners_organisation_territory": "region",
    }


class PartyForm(ConstraintErrors, forms.ModelForm):
    """A party of a convention, a line of its page in the administration."""

    beside = {
        "partners_party_dates": "left_on",
        "partners_party_exit_reason": "exit_reason",
        "partners_party_left_by": "left_on",
    }


class DecisionForm(ConstraintErrors, forms.ModelForm):
    """A decision about a convention, a line of its page in the administration."""

    beside = {"partners_decision_reason": "reason", "partners_decision_dates": "effective_on"}


class MembershipForm(ConstraintErrors, forms.ModelForm):
    """A membership in the administration."""

    beside = {"partners_membership_once": "organisation", "partners_membership_dates": "ends_on"}

    def clean_role(self) -> str:
        """Nobody takes a role that accompanies nobody while they hold something, not even by an administrator."""
        role = self.cleaned_data["role"]
        if "role" in self.changed_data and (refusal := _counted_as_them(self.instance, role)):
            raise forms.ValidationError(refusal)
        return role


def _counted_as_them(membership: Membership, role: str) -> str:
    """What somebody holds, counted in their own scope: an administrator sees no youth (names stay unread)."""
    scope = (str(membership.user_id), str(membership.organisation_id), membership.role, "")
    with transaction.atomic():
        apply_scope(scope)
        refusal = why_role_stays(membership, role)
        # Undone with the savepoint, the scope of the request comes back as it was.
        transaction.set_rollback(True)
    return refusal


class CommitteeForm(ConstraintErrors, forms.ModelForm):
    """A committee in the administration."""

    beside = {"partners_committee_frequency": "frequency_months"}


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


class PersonChoiceField(forms.ModelChoiceField):
    """A colleague, by name: ``str(user)`` never shows one."""

    def label_from_instance(self, obj: models.Model) -> str:
        return obj.get_full_name()  # type: ignore[attr-defined]


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


def colleagues_of(organisation_id: int) -> models.QuerySet[User]:
    """Who may be named referent in an organisation: its professionals and managers, today, by name."""
    members = Membership.objects.live().filter(organisation_id=organisation_id, role__in=FOLLOWING)
    return User.objects.filter(is_active=True, pk__in=members.values("user_id")).order_by(
        "last_name", "first_name"
    )


class AlertForm(forms.Form):
    """What was checked about an alert."""

    comment = forms.CharField(
        label="Ce qui a été vérifié",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Par exemple : ce que la personne faisait, et ce qui a été décidé. Jamais le nom d’un jeune.",
        validators=[validate_free_text],
    )
