"""Amendments in the administration: a page each, opened from their convention; settled, it is only read (ADR 0016)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partners.admin.amendment_forms import (
    AddedBranchForm,
    AddedBranchFormSet,
    AddedCommitmentForm,
    AddedCommitmentFormSet,
    AmendmentForm,
    JoiningForm,
    JoiningFormSet,
    add_refusal,
)
from partners.admin.base import RoomAdmin, RoomInline, short_list
from partners.admin.choices import ConventionField, ConventionSelect
from partners.admin.lines import DocumentInline, save_documents
from partners.conventions.reading import with_facts
from partners.conventions.settled import is_settled
from partners.conventions.words import kinds_words
from partners.forms import DocumentForm
from partners.models import (
    Amendment,
    Commitment,
    Convention,
    ConventionBranch,
    ConventionDocument,
    ConventionParty,
)

SETTLED = (
    "Cet avenant est signé et enregistré depuis plus d’un jour : il ne se modifie plus, comme le texte signé. Si les "
    "parties ont changé leur accord, ou s’il faut rectifier celui-ci, enregistrez un autre avenant. Sa note reste "
    "libre."
)


class SettledForm(forms.ModelForm):
    """What remains free once the amendment is settled."""

    class Meta:
        model = Amendment
        fields = ["note"]


class Added(RoomInline):
    """Lines that the amendment adds; they are read, no more, once it is settled."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As long as the amendment is not settled."""
        return not getattr(obj, "settled", False)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As long as the amendment is not settled."""
        return not getattr(obj, "settled", False)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As long as the amendment is not settled."""
        return not getattr(obj, "settled", False)

    def _parties(self, request: HttpRequest) -> QuerySet[ConventionParty]:
        found: Any = request
        return ConventionParty.objects.filter(convention_id=found.amended).select_related("organisation")


class JoiningInline(Added):
    """The parties that come in, from the day the amendment takes effect."""

    model = ConventionParty
    fk_name = "joined_by"
    form = JoiningForm
    formset = JoiningFormSet
    verbose_name = "partie qui entre"
    verbose_name_plural = "parties qui entrent"
    add_label = "Ajouter une partie qui entre"
    lead = "Elles sont parties à la convention depuis la prise d’effet de l’avenant."
    fields = [("organisation", "signed_on", "replaces")]
    autocomplete_fields = ["organisation"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A newcomer may take the place of a party of this convention."""
        found = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return (
            short_list(found, self._parties(request).order_by("pk")) if db_field.name == "replaces" else found
        )


class AddedCommitmentInline(Added):
    """The commitments that the amendment adds."""

    model = Commitment
    fk_name = "added_by"
    form = AddedCommitmentForm
    formset = AddedCommitmentFormSet
    verbose_name = "engagement ajouté"
    verbose_name_plural = "engagements ajoutés"
    add_label = "Ajouter un engagement"
    fields = [("party", "theme"), "wording", ("frequency", "due_on", "measure", "target", "order")]
    autocomplete_fields = ["party"]


class AddedBranchInline(Added):
    """The branches that the amendment adds."""

    model = ConventionBranch
    fk_name = "added_by"
    form = AddedBranchForm
    formset = AddedBranchFormSet
    verbose_name = "branche ajoutée"
    verbose_name_plural = "branches ajoutées"
    add_label = "Ajouter une branche"
    fields = ["branch"]
    autocomplete_fields = ["branch"]
    classes = ["collapse"]


class AmendmentDocumentForm(DocumentForm):
    """The amendment itself, or one of its annexes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            kinds = (ConventionDocument.Kind.AMENDMENT, ConventionDocument.Kind.ANNEX)
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
            self.initial["kind"], self.initial["title"] = ConventionDocument.Kind.AMENDMENT, "Avenant signé"


class AmendmentDocumentInline(DocumentInline):
    """The signed amendment and its annexes."""

    form = AmendmentDocumentForm
    fk_name = "amendment"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConventionDocument]:
        """Those of this amendment."""
        found = admin.StackedInline.get_queryset(self, request)
        return found.select_related("document", "added_by").order_by("kind", "title", "-version")


@admin.register(Amendment)
class AmendmentAdmin(RoomAdmin):
    """The amendments: typed content, dated, numbered; the original is never edited."""

    form = AmendmentForm
    add_title = "Enregistrer un avenant"
    list_display = ["title", "convention", "about", "signed_on", "effective_on", "new_ends_on"]
    list_select_related = ["convention"]
    list_filter = ["convention__level", "convention__region"]
    search_fields = ["convention__title", "convention__code"]
    search_help_text = "Le titre ou le code de la convention."
    date_hierarchy = "effective_on"
    inlines = [JoiningInline, AddedCommitmentInline, AddedBranchInline, AmendmentDocumentInline]
    history_lines = (
        (ConventionParty, "left_by"),
        (Commitment, "removed_by"),
        (ConventionBranch, "removed_by"),
    )
    readonly_fields = ["of", "about", "removed"]
    fieldsets = [
        ("L’avenant", {"fields": ["of", "number", "kinds", ("signed_on", "effective_on")]}),
        ("Durée", {"fields": ["new_ends_on"]}),
        ("Objet et données", {"fields": ["new_purpose", "new_data_clause"]}),
        ("Ce qui sort", {"fields": ["leaving", "exit_reason", "removed_commitments", "removed_branches"]}),
        ("Note", {"fields": ["note"]}),
    ]  # fmt: skip
    settled_fieldsets = [
        ("L’avenant", {"description": SETTLED, "fields": [
            "of", "number", "about", ("signed_on", "effective_on"), "new_ends_on", "new_purpose", "new_data_clause",
            "removed",
        ]}),
        ("Note", {"fields": ["note"]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Amendment]:
        """By convention, then by number."""
        return super().get_queryset(request).order_by("convention__code", "number")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Amendment | None:
        """An amendment, which knows whether it is settled."""
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.settled = is_settled(request.user.pk, found)
            request.amended = found.convention_id  # type: ignore[attr-defined]
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, or what remains free."""
        return self.settled_fieldsets if getattr(obj, "settled", False) else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the note, once settled."""
        texts = ["number", "signed_on", "effective_on", "new_ends_on", "new_purpose", "new_data_clause"]
        return [*self.readonly_fields, *(texts if getattr(obj, "settled", False) else [])]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of the convention that the page was opened from, one administrator at a time."""
        if getattr(obj, "settled", False):
            return super().get_form(request, obj, change, form=SettledForm, **kwargs)
        pk = request.amended  # type: ignore[attr-defined]
        if request.method == "POST":
            Convention.objects.select_for_update(no_key=True).only("pk").get(pk=pk)
        form = super().get_form(request, obj, change, **kwargs)
        form.convention = with_facts(Convention.objects.filter(pk=pk)).get()
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never what was signed, once it is settled."""
        return not getattr(obj, "settled", False) and super().has_delete_permission(request, obj)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Opened from a convention; without one, choose it first."""
        asked = request.GET.get("convention", "")
        convention = (
            with_facts(Convention.objects.filter(pk=int(asked))).first()
            if asked.isascii() and asked.isdigit()
            else None
        )
        if convention is None:
            return self._choose(request)
        if refusal := add_refusal(convention):
            messages.error(request, refusal)
            return HttpResponseRedirect(reverse("admin:partners_convention_change", args=[convention.pk]))
        request.amended = convention.pk  # type: ignore[attr-defined]
        return super().add_view(request, form_url, extra_context)

    add_view.access_mode = "writes"  # type: ignore[attr-defined]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing from the address but the convention, which is not a field."""
        return {}

    def _choose(self, request: HttpRequest) -> HttpResponse:
        key: Any = Amendment._meta.get_field("convention")
        form = forms.Form()
        form.fields["convention"] = ConventionField(
            Convention.objects.order_by("code"),
            label="Convention",
            widget=ConventionSelect(key, self.admin_site),
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Enregistrer un avenant",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/partners/amendment/choose.html", context)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Files are stored as versions; the other lines are Django's."""
        if formset.model is ConventionDocument:
            save_documents(request, form.instance.convention_id, formset, form.instance)
        else:
            super().save_formset(request, form, formset, change)

    def save_model(self, request: HttpRequest, obj: Amendment, form: Any, change: bool) -> None:
        """An amendment keeps who recorded it."""
        if not change:
            obj.recorded_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The lines that come in; what goes out; then those that were in already have the day of the amendment."""
        super().save_related(request, form, formsets, change)
        if isinstance(form, AmendmentForm):
            assert request.user.pk is not None
            form.save_lines(by=request.user.pk)
            form.instance.joining.update(joined_on=form.instance.effective_on)

    @admin.display(description="convention")
    def of(self, amendment: Amendment) -> SafeString:
        """The convention, a link away."""
        return format_html(
            '<a href="{}">{} – {}</a>',
            reverse("admin:partners_convention_change", args=[amendment.convention_id]),
            amendment.convention.code,
            amendment.convention.title,
        )

    @admin.display(description="avenant", ordering="number")
    def title(self, amendment: Amendment) -> str:
        """Its number."""
        return str(amendment)

    @admin.display(description="porte sur")
    def about(self, amendment: Amendment) -> str:
        """Its kinds, in words."""
        return kinds_words(amendment.kinds).capitalize()

    @admin.display(description="ce qui sort")
    def removed(self, amendment: Amendment) -> str | SafeString:
        """The parties, commitments and branches that it takes out."""
        lines = [
            *(
                f"{one}, {one.exit_reason}"
                for one in amendment.leaving.select_related("organisation").order_by("pk")
            ),
            *(f"Engagement : {one}" for one in amendment.commitments_removed.order_by("order", "pk")),
            *(
                f"Branche : {one}"
                for one in amendment.branches_removed.select_related("branch").order_by("pk")
            ),
        ]
        if not lines:
            return "rien"
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
