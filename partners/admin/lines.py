"""The lines of a convention in its page of the administration."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.hooks import measures
from core.templatetags.portal_ui import fr_datetime
from partners.admin.base import RoomInline, short_list
from partners.conventions.acts import add_document
from partners.conventions.facts import ConventionFacts, signature_on
from partners.conventions.reading import facts_of, with_facts
from partners.conventions.refusals import refusal_of
from partners.conventions.state import SIGNED_NATURES, problems
from partners.forms import (
    BranchLineForm,
    CommitmentForm,
    CommitteeForm,
    DecisionForm,
    DocumentForm,
    FigureForm,
    PartyForm,
)
from partners.models import (
    Commitment,
    Committee,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
    DeclaredFigure,
    Organisation,
)

CORRECT = (
    "Ce texte est signé et enregistré depuis plus d’un jour. Si les parties ont changé leur accord, enregistrez un "
    "avenant ; si c’est une erreur de saisie, dites laquelle dans « Erreur de saisie corrigée »."
)

FEWEST_PARTIES = 2
TOO_FEW = (
    "Une convention signée lie au moins deux parties : indiquez chacune, ou retirez la date de signature."
)
PROMISED = (
    "Un engagement est à la charge de cette structure : confiez-le d’abord à une autre partie, ou retirez-le."
)
NOT_A_PARTY = "Cette structure n’est pas parmi les parties de la convention : ajoutez-la d’abord aux parties."
_PARTY = re.compile(r"parties-\d+-organisation")


class LineFormSet(forms.BaseInlineFormSet):
    """Lines of which no two may say the same, and whose agreed words are settled with the text that holds them."""

    # The fields that no two current lines share, and what to say; a line with ``past`` filled in is not current.
    once: ClassVar[tuple[str, ...]] = ()
    past = ""
    twice = "Cette ligne est déjà présente."
    # The fields that are settled with the text.
    agreed: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> None:
        """Refuse the same line twice, and a settled line changed without a reason."""
        super().clean()
        seen = set()
        for form in self.forms:
            found = getattr(form, "cleaned_data", None)
            if not found or self._goes(form):
                continue
            key = tuple(found.get(name) for name in self.once)
            current = not (self.past and (found.get(self.past) or getattr(form.instance, self.past, None)))
            if self.once and any(key) and current:
                if key in seen:
                    form.add_error(self.once[0], self.twice)
                seen.add(key)
        self._keep_settled()

    def _goes(self, form: forms.ModelForm) -> bool:
        return bool(self.can_delete and self._should_delete_form(form))  # type: ignore[attr-defined]

    def _is_kept(self) -> bool:
        """Whether the text is settled, and nothing says what was mistyped."""
        return getattr(self.instance, "settled", False) and not self.data.get("correction", "").strip()

    def _keep_settled(self) -> None:
        if not self.agreed or not self._is_kept():
            return
        for form in self.initial_forms:
            touched = [
                name
                for name in self.agreed
                if name in form.changed_data and form.initial.get(name) not in (None, "")
            ]
            if self._goes(form) or touched:
                raise ValidationError(CORRECT)


class PartyFormSet(LineFormSet):
    once = ("organisation",)
    past = "left_on"
    twice = "Cette structure est déjà partie à la convention."
    agreed = ("organisation", "signed_on", "joined_on")

    def clean(self) -> None:
        """A signed text has two parties; who promised something is not taken away under the promise.

        An original party that is added once the text is settled moves a signature that the parties' own days make.
        """
        super().clean()
        gone = [form for form in self.initial_forms if self._goes(form)]
        promised = {one.party_id for one in self.instance.commitments.all()} if gone else set()
        if any(form.initial.get("organisation") in promised for form in gone):
            raise ValidationError(PROMISED)
        kept = [
            form
            for form in self.forms
            if (form in self.initial_forms or form.has_changed()) and form not in gone
        ]
        # A founding text whose source names no party is left as its source left it.
        stated = self.instance.pk is None or len(kept) != len(self.initial_forms)
        # The rows as they are stored: a text that its parties sign by their own days is a signed one.
        signed = signature_on(facts_of(self.instance)) if self.instance.pk else self.instance.signed_on
        if stated and signed and self.instance.nature in SIGNED_NATURES and len(kept) < FEWEST_PARTIES:
            raise ValidationError(TOO_FEW)
        if self._is_kept() and not self.instance.signed_on and any(map(self._is_original, kept)):
            raise ValidationError(CORRECT)

    def _is_original(self, form: Any) -> bool:
        """Whether a new line is a party since the beginning."""
        joined, starts = form.cleaned_data.get("joined_on"), self.instance.starts_on
        return form not in self.initial_forms and (joined is None or starts is None or joined <= starts)


class BranchFormSet(LineFormSet):
    once = ("branch",)
    past = "removed_by"
    twice = "La convention couvre déjà cette branche."
    agreed = ("branch",)


class CommitmentFormSet(LineFormSet):
    agreed = ("party", "theme", "wording")

    def clean(self) -> None:
        """Only a party promises: those of a new convention are in the same page, the others in the short list."""
        super().clean()
        if self.instance.pk is not None:
            return
        named = {value for name, value in self.data.items() if _PARTY.fullmatch(name)}
        for form in self.forms:
            party = getattr(form, "cleaned_data", {}).get("party")
            if party is not None and str(party.pk) not in named and not self._goes(form):
                form.add_error("party", NOT_A_PARTY)


class DecisionFormSet(LineFormSet):
    def clean(self) -> None:
        """What the operations refuse is refused here too: the same rules, on the facts with these decisions."""
        super().clean()
        if self.instance.pk is None or not self.has_changed() or any(self.errors):
            return
        stored: Any = with_facts(Convention.objects.filter(pk=self.instance.pk)).get()
        for field in self.instance._meta.concrete_fields:
            setattr(stored, field.attname, getattr(self.instance, field.attname))
        known = problems(facts_of(stored))
        rows = {
            form: _row(form)
            for form in self.forms
            if (form in self.initial_forms or form.has_changed()) and not self._goes(form)
        }
        for form in rows:
            if {"kind", "decided_on", "effective_on", "party"} & set(form.changed_data):
                stored.decision_rows = [row for other, row in rows.items() if other is not form]
                self._refuse(form, facts_of(stored))
        if any(self.errors):
            return
        stored.decision_rows = list(rows.values())
        found = [sentence for sentence in problems(facts_of(stored)) if sentence not in known]
        if found:
            raise ValidationError(found)

    def _refuse(self, form: Any, others: ConventionFacts) -> None:
        """Say why this decision cannot be, beside the column that it speaks of."""
        given = {name: form.cleaned_data.get(name) for name in ("decided_on", "effective_on")}
        party = getattr(form.cleaned_data.get("party"), "pk", None)
        refusal = refusal_of(others, form.cleaned_data["kind"], **given, party=party)
        if refusal is not None:
            form.add_error(refusal.about, refusal.message)


def _row(form: Any) -> dict[str, Any]:
    """What a line holds, as ``with_facts`` reads it."""
    found = {
        name: day.isoformat() if (day := form.cleaned_data.get(name)) else None
        for name in ("decided_on", "effective_on")
    }
    party = getattr(form.cleaned_data.get("party"), "pk", None)
    return found | {"kind": form.cleaned_data["kind"], "party": party}


class OfConvention(RoomInline):
    """Lines of a convention; those that name one of its parties offer these alone."""

    # Shown with the dates of the text, above the rest.
    comes_first = False
    # The fields whose choices are among the lines of this convention.
    party_fields: ClassVar[tuple[str, ...]] = ()

    def _convention(self, request: HttpRequest) -> str | None:
        return request.resolver_match.kwargs.get("object_id")  # type: ignore[union-attr]

    def _parties(self, request: HttpRequest) -> list[Organisation]:
        """The organisations that are, or were, parties to this convention; read once for a page."""
        held: Any = request
        if not hasattr(held, "parties_shown"):
            parties = ConventionParty.objects.filter(convention_id=self._convention(request) or 0)
            held.parties_shown = list(
                Organisation.objects.filter(pk__in=parties.values("organisation_id")).order_by("name")
            )
        return held.parties_shown

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What amendments did is told once there is one."""
        fields = super().get_fields(request, obj)
        if obj is not None and not hasattr(obj, "has_amendments"):
            obj.has_amendments = isinstance(obj, Convention) and obj.amendments.exists()
        if obj is not None and obj.has_amendments:
            return fields
        return [one for one in fields if one != "by_amendments"]

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """A new convention has no party yet: any organisation is searched for; else its parties, in a short list."""
        fields = list(super().get_autocomplete_fields(request))
        return [name for name in fields if self._convention(request) is None or name not in self.party_fields]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's field, with the parties of this convention alone."""
        found = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self.party_fields and self._convention(request):
            return short_list(found, self._parties(request))
        return found


class PartyInline(OfConvention):
    """The signatories."""

    model = ConventionParty
    add_label = "Ajouter une partie"
    form = PartyForm
    formset = PartyFormSet
    comes_first = True
    lead = (
        "Chaque partie peut signer à sa date. Après la signature, une partie entre ou sort par un avenant ; "
        "celle qui sort autrement a un dernier jour et un motif."
    )
    fields = [
        ("organisation", "signed_on", "joined_on"),
        ("left_on", "exit_reason", "replaces"),
        "by_amendments",
    ]
    readonly_fields = ["by_amendments"]
    autocomplete_fields = ["organisation"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A convention has two parties at least."""
        return 0 if obj else 2

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConventionParty]:
        """With what their words need."""
        return (
            super()
            .get_queryset(request)
            .select_related("organisation", "joined_by", "left_by")
            .order_by("pk")
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A party takes the place of another party of the same text."""
        found = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "replaces":
            rows = ConventionParty.objects.filter(convention_id=self._convention(request) or 0)
            return short_list(found, rows.select_related("organisation").order_by("pk"))
        return found

    @admin.display(description="par avenant")
    def by_amendments(self, party: ConventionParty) -> str:
        """The amendments by which it came and went."""
        words = []
        if party.joined_by:
            words.append(f"entrée par l’avenant n° {party.joined_by.number}")
        if party.left_by:
            words.append(f"sortie par l’avenant n° {party.left_by.number}")
        return ", ".join(words).capitalize() or "–"


def measure_choices() -> list[tuple[str, str]]:
    """The measures a commitment may have, by name: evidence first."""
    return [(code, kind.label) for code, kind in measures.items()]


class MeasuredCommitmentForm(CommitmentForm):
    """A commitment, with the measures that the rooms above know."""

    measure = forms.ChoiceField(label="Mesure", choices=measure_choices, required=False)


class DocumentInline(OfConvention):
    """The signed text, its annexes and what was decided, as files: a stored version never changes."""

    model = ConventionDocument
    form = DocumentForm
    comes_first = True
    lead = "Un document du même titre devient une nouvelle version ; les versions précédentes restent."
    add_label = "Ajouter un document"
    fields = [("kind", "title", "file")]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """The signed text is asked for at once."""
        return 0 if obj else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConventionDocument]:
        """With the files; those of amendments are on their page."""
        found = super().get_queryset(request).select_related("document", "added_by")
        return found.filter(amendment=None).order_by("kind", "title", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a stored version is read only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    @admin.display(description="fichier")
    def file(self, held: ConventionDocument) -> SafeString:
        """The way to the file, who added it and when."""
        return format_html(
            '<a href="{}">Télécharger la version {}</a> ({} ko), ajoutée par {} le {}',
            reverse("admin:partners_convention_document", args=[held.uuid]),
            held.version,
            max(1, held.document.size // 1000),
            held.added_by.get_full_name(),
            fr_datetime(held.added_at),
        )


def save_documents(request: HttpRequest, convention: int, formset: Any, amendment: Any = None) -> None:
    """Store the files of new lines, as versions, by the operation that every page uses."""
    formset.save(commit=False)
    assert request.user.pk is not None
    for line in formset.extra_forms:
        if line.has_changed() and line.cleaned_data.get("file"):
            asked = {name: line.cleaned_data[name] for name in ("kind", "title")}
            add_document(
                convention, line.cleaned_data["file"], **asked, by=request.user.pk, amendment=amendment
            )


class DecisionInline(OfConvention):
    """The decisions that change its state."""

    model = ConventionDecision
    add_label = "Ajouter une décision"
    form = DecisionForm
    formset = DecisionFormSet
    lead = "Une décision change l’état de la convention : qui, quand, pourquoi. L’état se calcule, il ne se saisit pas."
    fields = [("kind", "decided_on", "effective_on", "at_latest"), ("party", "reason"), "recorded"]
    readonly_fields = ["recorded"]
    autocomplete_fields = ["party"]
    party_fields = ("party",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConventionDecision]:
        """With who recorded them."""
        return super().get_queryset(request).select_related("recorded_by").order_by("decided_on", "pk")

    @admin.display(description="enregistrée")
    def recorded(self, decision: ConventionDecision) -> str:
        """By whom and when; the day alone for those that came with the founding texts."""
        if decision.pk is None:
            return "à l’enregistrement, à votre nom"
        by = f"par {decision.recorded_by.get_full_name()}, " if decision.recorded_by else ""
        return f"{by}le {fr_datetime(decision.recorded_at)}"


class CommitmentInline(OfConvention):
    """The commitments."""

    model = Commitment
    add_label = "Ajouter un engagement"
    form = MeasuredCommitmentForm
    formset = CommitmentFormSet
    fields = [
        ("party", "theme"),
        "wording",
        ("frequency", "due_on", "measure", "target", "order"),
        "by_amendments",
    ]
    readonly_fields = ["by_amendments"]
    autocomplete_fields = ["party"]
    party_fields = ("party",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Commitment]:
        """With what their words need."""
        return super().get_queryset(request).select_related("added_by", "removed_by").order_by("order", "pk")

    @admin.display(description="par avenant")
    def by_amendments(self, line: Commitment | ConventionBranch) -> str:
        """The amendments that added and removed it."""
        words = []
        if line.added_by:
            words.append(f"ajouté par l’avenant n° {line.added_by.number}")
        if line.removed_by:
            words.append(f"retiré par l’avenant n° {line.removed_by.number}")
        return ", ".join(words).capitalize() or "–"


class BranchInline(OfConvention):
    """The professional branches that it covers."""

    model = ConventionBranch
    add_label = "Ajouter une branche"
    form = BranchLineForm
    formset = BranchFormSet
    fields = ["branch", "by_amendments"]
    readonly_fields = ["by_amendments"]
    autocomplete_fields = ["branch"]
    classes = ["collapse"]
    by_amendments = CommitmentInline.by_amendments

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConventionBranch]:
        """With what their words need."""
        found = super().get_queryset(request).select_related("branch", "added_by", "removed_by")
        return found.order_by("branch__name", "pk")


class CommitteeInline(OfConvention):
    """The committees: their members and meetings have their own page."""

    model = Committee
    add_label = "Ajouter un comité"
    form = CommitteeForm
    lead = "Ses membres, ses réunions et ses actions sont sur sa page, une fois la convention enregistrée."
    fields = [("name", "frequency_months", "reckoning")]
    show_change_link = True
    can_delete = False


class FigureInline(OfConvention):
    """Figures that a source states and that the portal does not hold."""

    model = DeclaredFigure
    add_label = "Ajouter un chiffre"
    form = FigureForm
    fields = [
        "label",
        ("value", "unit", "approximate"),
        ("perimeter", "period"),
        "source",
        ("subject", "region"),
        ("first_on", "last_on"),
        "declared_by",
    ]
    autocomplete_fields = ["region", "declared_by"]
    classes = ["collapse"]
