"""Forms of the partners' room, and what they share with the administration."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction

from accounts.models import User
from core.scope import apply_scope
from core.uploads import UploadField
from core.validators import FreeTextField, PlainDateField, validate_free_text
from partners.conventions.acts import ACCEPTS
from partners.conventions.facts import ConventionFacts
from partners.conventions.state import problems
from partners.models import ConventionDocument, Membership
from partners.people.holdings import FOLLOWING, why_role_stays


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


class DayForm(forms.Form):
    """The day on which a convention is read, within a century or so of any convention."""

    FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)

    au = PlainDateField(
        label="Lire la convention telle qu’elle était le",
        required=False,
        error_messages={"invalid": "Cette date n’existe pas. Écrivez-la ainsi : 31/03/2026."},
    )

    def clean_au(self) -> date | None:
        """A day that a convention may have known."""
        day = self.cleaned_data["au"]
        if day and not self.FIRST <= day <= self.LAST:
            raise ValidationError("Choisissez une date entre 1900 et 2199.")
        return day


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
        "partners_party_once": "organisation",
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


class DocumentForm(ConstraintErrors, forms.ModelForm):
    """A document of a convention, a new line of its page in the administration."""

    file = UploadField(accepts=ACCEPTS, label="Fichier")

    class Meta:
        model = ConventionDocument
        fields = ["kind", "title"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            # That of an amendment is on its page.
            kinds = [
                one for one in ConventionDocument.Kind.choices if one[0] != ConventionDocument.Kind.AMENDMENT
            ]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
            self.initial.setdefault("title", "Texte signé")


class CommitmentForm(ConstraintErrors, forms.ModelForm):
    """A commitment, a line of its convention or of its amendment in the administration."""

    beside = {"partners_commitment_target": "target", "partners_commitment_due": "due_on"}

    class Meta:
        widgets = {"wording": forms.Textarea(attrs={"rows": 2, "cols": 80})}


class BranchLineForm(ConstraintErrors, forms.ModelForm):
    """A branch that a convention covers, a line of its page in the administration."""

    beside = {"partners_branch_once": "branch"}

    def _get_validation_exclusions(self) -> set[str]:
        # A branch that was removed may come back: the constraint reads that column, which no form shows.
        return super()._get_validation_exclusions() - {"removed_by"}  # type: ignore[misc]


class FigureForm(ConstraintErrors, forms.ModelForm):
    """A declared figure, a line of its convention in the administration."""

    beside = {
        "partners_figure_share": "value",
        "partners_figure_denominator": "subject",
        "partners_figure_days": "last_on",
    }


class MemberForm(ConstraintErrors, forms.ModelForm):
    """A member of a committee, a line of its page in the administration."""

    beside = {"partners_committee_member_once": "organisation"}


class MeetingForm(ConstraintErrors, forms.ModelForm):
    """A meeting of a committee, a line of its page in the administration."""

    beside = {"partners_meeting_once": "held_on", "partners_meeting_hours": "ends_at"}


class ActionForm(ConstraintErrors, forms.ModelForm):
    """An action of a committee, a line of its page in the administration."""

    beside = {"partners_action_closed": "closing_note"}


class CommitteeForm(ConstraintErrors, forms.ModelForm):
    """A committee in the administration."""

    beside = {"partners_committee_frequency": "frequency_months"}


class PersonChoiceField(forms.ModelChoiceField):
    """A colleague, by name: ``str(user)`` never shows one."""

    def label_from_instance(self, obj: models.Model) -> str:
        return obj.get_full_name()  # type: ignore[attr-defined]


def colleagues_of(organisation_id: int, roles: Sequence[str] = FOLLOWING) -> models.QuerySet[User]:
    """The people of an organisation with one of these roles, today, by name: those who follow youths, unless told."""
    members = Membership.objects.live().filter(organisation_id=organisation_id, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=members.values("user_id")).order_by(
        "last_name", "first_name", "pk"
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


class MunicipalityForm(forms.Form):
    """A municipality as people name it."""

    commune = forms.CharField(
        label="Quelle Mission Locale pour cette commune ?",
        help_text="Le nom de la commune, ou son code postal.",
        max_length=80,
        error_messages={"required": "Écrivez le nom d’une commune, ou un code postal."},
    )


class AlertAnswerForm(forms.Form):
    """What was decided about a deadline of a convention."""

    comment = FreeTextField(
        label="Ce qui est décidé",
        max_length=500,
        multiline=True,
        help_text="Par exemple : qui négocie la suite, et pour quand.",
    )
