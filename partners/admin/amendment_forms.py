"""Forms of an amendment in the administration: typed content, who comes in, who goes out, what is added and removed."""

from copy import copy
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet

from core.working_days import long_date
from partners.admin.base import Checks
from partners.admin.lines import LineFormSet, MeasuredCommitmentForm
from partners.conventions.acts import record_exit
from partners.conventions.facts import add_days, signature_on
from partners.conventions.reading import facts_of, with_facts
from partners.conventions.state import ConventionFacts, ending_on, term_on
from partners.forms import BranchLineForm, ConstraintErrors, PartyForm
from partners.models import Amendment, Convention, ConventionParty

Kind = Amendment.Kind
UNSIGNED = (
    "Cette convention n’est pas signée : elle n’a pas d’avenant. Modifiez le texte lui-même, ou indiquez sa "
    "signature."
)


class RowsField(forms.ModelMultipleChoiceField):
    """Some lines of the convention, as boxes."""

    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(
            ConventionParty.objects.none(),
            label=label,
            required=False,
            widget=Checks({"class": "checks checks-lines"}),
            help_text=help_text,
        )


class AmendmentForm(ConstraintErrors, forms.ModelForm):
    """An amendment of one convention, which is never chosen here: the page is opened from it."""

    # Set by the page, on a class of its own.
    convention: ClassVar[Convention]
    beside = {
        "partners_amendment_number": "number",
        "partners_amendment_first": "number",
        "partners_amendment_kinds": "kinds",
        "partners_amendment_term": "new_ends_on",
        "partners_amendment_purpose": "new_purpose",
        "partners_amendment_data": "new_data_clause",
    }

    kinds = forms.MultipleChoiceField(
        label="Porte sur", choices=Kind.choices, widget=Checks,
        help_text="Un avenant ne change que ce qui est coché ici.",
        error_messages={"required": "Dites sur quoi porte l’avenant."},
    )  # fmt: skip
    leaving = RowsField("Parties qui sortent", "Leur dernier jour est la veille de la prise d’effet.")
    exit_reason = forms.CharField(
        label="Motif de leur sortie",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    removed_commitments = RowsField("Engagements retirés")
    removed_branches = RowsField("Branches retirées")

    class Meta:
        model = Amendment
        fields = [
            "number",
            "kinds",
            "signed_on",
            "effective_on",
            "new_ends_on",
            "new_purpose",
            "new_data_clause",
            "note",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The lines that go out or come back, as they will be: what was checked is what is saved.
        self._moved: list[Any] = []
        self.instance.convention = self.convention
        # As it was before this form: its number may be typed anew.
        self._saved = copy(self.instance)
        own = self.instance.pk or 0
        for name, (rows, key) in self._lines().items():
            field: Any = self.fields[name]
            field.queryset = rows
            if not rows:
                # A question without an answer is not asked.
                field.widget = field.hidden_widget()
            self.initial.setdefault(name, [row.pk for row in rows if getattr(row, f"{key}_id") == own])
        if own:
            reasons = self.instance.leaving.order_by("pk").values_list("exit_reason", flat=True)
            self.initial.setdefault("exit_reason", reasons.first() or "")
        else:
            highest = self.convention.amendments.aggregate(highest=Max("number"))["highest"]
            self.initial.setdefault("number", (highest or 0) + 1)

    def _lines(self) -> dict[str, tuple[QuerySet[Any], str]]:
        """What may go out: the lines in force, and those that this very amendment takes out."""
        own = self.instance.pk or 0
        parties = self.convention.parties.filter(Q(left_on__isnull=True) | Q(left_by=own))
        commitments = self.convention.commitments.filter(Q(removed_by__isnull=True) | Q(removed_by=own))
        branches = self.convention.branch_lines.filter(Q(removed_by__isnull=True) | Q(removed_by=own))
        return {
            "leaving": (
                parties.exclude(joined_by=own).select_related("organisation").order_by("pk"), "left_by",
            ),
            "removed_commitments": (commitments.exclude(added_by=own).order_by("order", "pk"), "removed_by"),
            "removed_branches": (
                branches.exclude(added_by=own).select_related("branch").order_by("pk"), "removed_by",
            ),
        }  # fmt: skip

    def _get_validation_exclusions(self) -> set[str]:
        # The convention comes from the page: its number is unique among its amendments.
        return super()._get_validation_exclusions() - {"convention"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        """What is taken out has its kind and its reason; the dates make sense for this convention."""
        cleaned = super().clean() or self.cleaned_data
        kinds = cleaned.get("kinds", [])
        if cleaned.get("leaving") and not cleaned.get("exit_reason"):
            self.add_error("exit_reason", "Indiquez pourquoi cette partie sort de la convention.")
        for name, kind in (
            ("leaving", Kind.PARTIES), ("removed_commitments", Kind.COMMITMENTS), ("removed_branches", Kind.BRANCHES),
        ):  # fmt: skip
            if cleaned.get(name) and kind not in kinds:
                self.add_error(name, f"Cochez « {kind.label} » dans « Porte sur ».")
        self._check_dates(cleaned)
        if not self.errors:
            self._move_lines(cleaned)
        return cleaned

    def _check_dates(self, cleaned: dict[str, Any]) -> None:
        effective, signed, ends = (cleaned.get(name) for name in ("effective_on", "signed_on", "new_ends_on"))
        first = signature_on(facts_of(self.convention))
        if signed and first and signed < first:
            self.add_error("signed_on", "L’avenant ne peut pas être signé avant la convention.")
        if effective is None:
            return
        if self.convention.starts_on and effective < self.convention.starts_on:
            self.add_error("effective_on", "L’avenant ne peut pas prendre effet avant la convention.")
        facts = facts_without(self.convention, self._saved)
        # The last day that the amendment finds: a new term may take over on the day after the old one, no later.
        extends = Kind.TERM in cleaned.get("kinds", [])
        found = add_days(max(effective, signed or effective), -1 if extends else 0)
        ending = ending_on(facts, found)
        term = term_on(facts, found)
        if ending is not None and extends and term and term < found:
            self.add_error(
                "effective_on",
                f"La convention sera déjà arrivée à son terme, le {long_date(term)} : un avenant de durée prend effet "
                "au plus tard le lendemain. Après, c’est une nouvelle convention.",
            )
        elif ending is not None:
            self.add_error(
                "effective_on",
                f"À cette date la convention ne s’applique plus ({ending[0].label.lower()}, depuis le "
                f"{long_date(ending[1])}) : elle ne se modifie plus.",
            )
        if ends and ends < effective:
            self.add_error("new_ends_on", "La nouvelle échéance précède la prise d’effet de l’avenant.")

    def _move_lines(self, cleaned: dict[str, Any]) -> None:
        """Take out what was chosen, and take back what no longer is; what the database would refuse is said."""
        last_day = add_days(cleaned["effective_on"], -1)
        for name, (rows, key) in self._lines().items():
            chosen = {row.pk for row in cleaned[name]}
            for row in rows:
                goes, is_out = row.pk in chosen, getattr(row, f"{key}_id") is not None
                told: dict[str, Any] = {}
                if isinstance(row, ConventionParty):
                    told = {
                        "left_on": last_day if goes else None,
                        "exit_reason": cleaned["exit_reason"] if goes else "",
                    }
                same = all(getattr(row, field) == value for field, value in told.items())
                if goes == is_out and (same or not goes):
                    continue
                for field, value in {key: self.instance if goes else None, **told}.items():
                    setattr(row, field, value)
                try:
                    row.validate_constraints()
                except ValidationError as error:
                    self.add_error(name, [f"{row} : {sentence}" for sentence in error.messages])
                self._moved.append(row)

    def save_lines(self, by: int) -> None:
        """Write the lines that go out and come back, once the amendment is saved; ``by`` records them."""
        for row in self._moved:
            if isinstance(row, ConventionParty):
                record_exit(row, by)
            row.save()


def facts_without(convention: Convention, amendment: Amendment) -> ConventionFacts:
    """The facts of a convention as they would be without one of its amendments."""
    facts = facts_of(with_facts(Convention.objects.filter(pk=convention.pk)).get())
    others = tuple(one for one in facts.amendments if amendment.pk is None or one.number != amendment.number)
    return replace(facts, amendments=others)


def add_refusal(convention: Convention) -> str:
    """Why a convention, read through ``with_facts``, takes no amendment at all; empty when it may."""
    signed = signature_on(facts_of(convention))
    return "" if signed or not convention.signature_known else UNSIGNED


class NewLines(LineFormSet):
    """Lines that an amendment adds to its convention."""

    kind: ClassVar[Kind]
    # The field of the amendment's form that takes lines of the same kind out, and those that are out.
    taken_out = ""
    out = ""
    missing = ""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.convention = self.instance.convention
        return form

    def clean(self) -> None:
        """The kinds of the amendment say what it holds, both ways."""
        super().clean()
        if getattr(self.instance, "settled", False):
            return
        added = [form for form in self.forms if form.has_changed() and not self._goes(form)]
        kept = [form for form in self.initial_forms if not self._goes(form)]
        self._refuse_coming_back(added)
        chosen = self.kind in self._sent("kinds")
        if (added or kept) and not chosen:
            raise ValidationError(f"Cochez « {self.kind.label} » dans « Porte sur », ou retirez ces lignes.")
        if chosen and not (added or kept or self._sent(self.taken_out)):
            raise ValidationError(self.missing)

    def _refuse_coming_back(self, added: list[Any]) -> None:
        """What the form of the amendment no longer takes out is there again: it is not added a second time."""
        taken_out = getattr(self.instance, self.out, None) if self.once and self.instance.pk else None
        if taken_out is None:
            return
        back = {
            getattr(row, f"{self.once[0]}_id")
            for row in taken_out.all()
            if str(row.pk) not in self._sent(self.taken_out)
        }
        for form in added:
            if getattr(form.cleaned_data.get(self.once[0]), "pk", None) in back:
                form.add_error(self.once[0], "Cet avenant ne la retire plus : elle est toujours là.")

    def _sent(self, name: str) -> list[str]:
        """What the form of the amendment itself holds; a request without any content holds nothing."""
        data: Any = self.data
        return data.getlist(name) if data else []


class OfAmendment:
    """Mixin of the forms of these lines: the convention comes from the amendment, and its rules hold."""

    def _get_validation_exclusions(self) -> set[str]:
        # Who is a party, or covered, already: the constraints read these columns too.
        return super()._get_validation_exclusions() - {"convention", "left_on", "removed_by"}  # type: ignore[misc]


class JoiningForm(OfAmendment, PartyForm):
    """A party that comes in."""

    def _get_validation_exclusions(self) -> set[str]:
        # Its first day is that of the amendment, and may not come after its last one.
        return super()._get_validation_exclusions() - {"joined_on"}


class AddedCommitmentForm(OfAmendment, MeasuredCommitmentForm):
    """A commitment that is added."""


class AddedBranchForm(OfAmendment, BranchLineForm):
    """A branch that is added."""


class JoiningFormSet(NewLines):
    once = ("organisation",)
    twice = "Cette structure est déjà parmi celles qui entrent."
    kind = Kind.PARTIES
    taken_out = "leaving"
    out = "leaving"
    missing = "L’avenant porte sur les parties : dites laquelle entre, ou laquelle sort."

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.instance.joined_on = self.instance.effective_on
        return form


class AddedCommitmentFormSet(NewLines):
    kind = Kind.COMMITMENTS
    taken_out = "removed_commitments"
    missing = "L’avenant porte sur les engagements : ajoutez-en un, ou choisissez celui qui est retiré."


class AddedBranchFormSet(NewLines):
    once = ("branch",)
    twice = "Cette branche est déjà parmi celles qui sont ajoutées."
    kind = Kind.BRANCHES
    taken_out = "removed_branches"
    out = "branches_removed"
    missing = "L’avenant porte sur les branches : ajoutez-en une, ou choisissez celle qui est retirée."
