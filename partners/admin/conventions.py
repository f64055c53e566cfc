"""Conventions in the administration: the signed text, its parties, its promises."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin import NamesPeople
from core import clock, documents
from core.hooks import check_delays
from core.templatetags.portal_ui import badge
from core.views import reads
from core.working_days import long_date
from partners.admin.acts import Acts
from partners.admin.base import Checks, RoomAdmin
from partners.admin.choices import ConventionsJson, NamesConventions
from partners.admin.declinations import warn_of_children
from partners.admin.delays import DelaysField
from partners.admin.exchange import Exchanges
from partners.admin.filters import EndsWithinFilter, PartyNetworkFilter, StateFilter
from partners.admin.lines import (
    CORRECT,
    BranchInline,
    CommitmentInline,
    CommitteeInline,
    DecisionInline,
    DocumentInline,
    FigureInline,
    PartyInline,
    save_documents,
)
from partners.conventions.acts import record_exit
from partners.conventions.facts import signature_on
from partners.conventions.family import living_children
from partners.conventions.reading import facts_of, state_of, with_facts, with_next_meeting
from partners.conventions.settled import AGREED, corrected_note, is_settled
from partners.conventions.state import expected_last_day
from partners.conventions.words import BADGES, kinds_words, why
from partners.forms import ConventionForm
from partners.models import (
    Amendment,
    CommitteeAction,
    CommitteeMeeting,
    Convention,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
    Theme,
)

SETTLED = (
    "Ce texte est signé et enregistré depuis plus d’un jour : ce que les parties ont convenu change par un avenant. "
    "Une erreur de saisie se corrige dans son champ, avec une phrase ici."
)
Kind = ConventionDecision.Kind
# The decisions after which a convention no longer holds.
ENDINGS = (Kind.DENOUNCED, Kind.TERMINATED, Kind.LAPSED)


class ConventionAdminForm(ConventionForm):
    """A convention, its themes as boxes; once settled, a correction gives its reason (ADR 0016)."""

    themes = forms.MultipleChoiceField(label="Thèmes", choices=Theme.choices, widget=Checks, required=False)
    correction = forms.CharField(
        label="Erreur de saisie corrigée",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Par exemple : la convention a été signée en 2016, le document de 2019 se trompait. Cette phrase "
        "rejoint la note montrée sur la page de la convention.",
    )

    delays = DelaysField(
        label="Délais convenus",
        required=False,
        help_text="Vide : le délai habituel du dispositif. Ils valent pour les orientations sous cette convention.",
    )

    class Meta(ConventionForm.Meta):
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "source": forms.TextInput(attrs={"class": "vTextField"}),
        }

    def clean_themes(self) -> list[str]:
        """In their own order as long as they are the same ones."""
        held = self.initial.get("themes") or []
        chosen = self.cleaned_data["themes"]
        return held if set(held) == set(chosen) else chosen

    def clean(self) -> dict[str, Any]:
        """What is settled is corrected with a reason, which joins the note."""
        cleaned = super().clean() or self.cleaned_data
        # With those that it does not say and that the text above does.
        above = cleaned["parent"].delays if cleaned.get("parent") and cleaned.get("parent_proven") else {}
        if why := check_delays(above | (cleaned.get("delays") or {}), cleaned.get("themes") or []):
            self.add_error("delays", why)
        reason = cleaned.get("correction", "")
        if not getattr(self.instance, "settled", False):
            return cleaned
        touched = [
            name
            for name in AGREED
            if name in self.changed_data and self.initial.get(name) not in (None, "", False)
        ]
        if touched and not reason:
            self.add_error("correction", CORRECT)
            for name in touched:
                self.add_error(
                    name, "Cette valeur est celle du texte signé : voir « Erreur de saisie corrigée »."
                )
        elif reason:
            note = corrected_note(cleaned.get("note", ""), reason)
            if len(note) > (Convention._meta.get_field("note").max_length or 0):
                self.add_error("note", "La note déborde avec cette correction : raccourcissez-la.")
            cleaned["note"] = note
        return cleaned


@admin.register(Convention)
class ConventionAdmin(Exchanges, Acts, NamesConventions, NamesPeople, RoomAdmin):
    """Conventions: the signed text, its parties, its promises. Its state is computed, never typed in."""

    form = ConventionAdminForm
    add_title = "Enregistrer une convention"
    change_form_template = "admin/partners/convention/change_form.html"
    list_display = ["name", "state", "where", "signed_on", "running_term", "next_meeting"]
    list_filter = [StateFilter, EndsWithinFilter, "level", "nature", PartyNetworkFilter, "region"]
    list_per_page = 50
    search_fields = ["title", "code", "parties__organisation__name", "parties__organisation__acronym"]
    search_help_text = "Un titre, un code, le nom ou le sigle d’une partie."
    autocomplete_fields = ["region", "lead"]
    date_hierarchy = "signed_on"
    readonly_fields = ["state", "explanation", "declinations", "amendment_list"]
    history_lines = ((Amendment, "convention"),)
    actions = [*Acts.actions, "export_workbook", "export_csv"]
    inlines = [
        PartyInline,
        DocumentInline,
        DecisionInline,
        CommitmentInline,
        CommitteeInline,
        BranchInline,
        FigureInline,
    ]
    fieldsets = [
        ("Le texte signé", {"fields": [
            ("state", "explanation"), ("code", "title"), ("nature", "level", "region"),
            ("signed_on", "starts_on", "ends_on"),
        ]}),
        ("Avenants", {"fields": ["amendment_list"]}),
        ("Durée et reconduction", {"fields": [
            "end_known", ("tacit_renewal", "renewal_months", "max_renewals"), "notice_months",
        ]}),
        ("Objet", {"fields": ["themes", "purpose", "data_clause"]}),
        ("Délais convenus", {"fields": ["delays"], "classes": ["collapse"]}),
        ("Place parmi les autres textes", {"fields": [("parent", "parent_proven"), "predecessor", "declinations"]}),
        ("Suivi", {"fields": [("lead", "steward")]}),
        ("Ce qui n’est pas établi, et les sources", {"fields": [
            ("signature_known", "signed_label"), "place", "note", "source",
        ]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Convention]:
        """Everything the columns need, in one query."""
        return with_next_meeting(with_facts(super().get_queryset(request)), clock.today())

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Convention | None:
        """A convention, which knows whether it is settled."""
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.settled = is_settled(request.user.pk, found)
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Convention | None = None) -> Any:
        """The amendments once it exists; the correction once it is settled."""
        fieldsets: list[Any] = list(super().get_fieldsets(request, obj))
        if obj is None:
            # Neither a state nor an amendment yet.
            name, first = fieldsets[0]
            kept = [one for one in fieldsets[1:] if one[0] != "Avenants"]
            return [(name, first | {"fields": first["fields"][1:]}), *kept]
        if getattr(obj, "settled", False):
            correct = {"fields": ["correction"], "description": SETTLED}
            fieldsets.insert(2, ("Corriger une erreur de saisie", correct))
        return fieldsets

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A decision and the way out of a party keep who recorded them; a file is a version."""
        if formset.model is ConventionDocument:
            save_documents(request, form.instance.pk, formset)
            return
        for line in formset.forms:
            if isinstance(line.instance, ConventionParty) and "left_on" in line.changed_data:
                record_exit(line.instance, request.user.pk)
        for line in formset.extra_forms:
            if isinstance(line.instance, ConventionDecision):
                line.instance.recorded_by_id = request.user.pk
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The lines; then what hangs on a convention that ends or moves is told, and left as it is."""
        super().save_related(request, form, formsets, change)
        decided = [
            line.instance.kind
            for formset in formsets
            if formset.model is ConventionDecision
            for line in formset.forms
            if line.has_changed()
        ]
        if change and ({"starts_on", "ends_on"} & set(form.changed_data) or set(ENDINGS) & set(decided)):
            warn_of_children(request, [form.instance.pk])

    def kept(self, objs: list[Any]) -> list[str]:
        """A text that was signed stays; so does one whose committees have met."""
        found = with_facts(Convention.objects.filter(pk__in=[one.pk for one in objs])).annotate(
            busy=Exists(CommitteeMeeting.objects.filter(committee__convention=OuterRef("pk")))
            | Exists(CommitteeAction.objects.filter(committee__convention=OuterRef("pk")))
        )
        kept = []
        for one in found.order_by("code"):
            if signature_on(facts_of(one)):
                kept.append(f"« {one.code} » : un texte signé ne se supprime pas, il finit par une décision")
            elif one.busy:
                kept.append(f"« {one.code} » : ses comités ont des réunions ou des actions")
        return kept

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, the one that answers with codes, the one that hands documents over."""
        choices: Any = ConventionsJson.as_view(admin_site=self.admin_site)
        view = self.admin_site.admin_view
        return [
            path("choix/", view(reads(choices)), name="partners_convention_choices"),
            path(
                "document/<uuid:uuid>/", view(reads(self.document_view)), name="partners_convention_document"
            ),
            *super().get_urls(),
        ]

    def document_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """A document of a convention."""
        found = get_object_or_404(ConventionDocument.objects.select_related("document"), uuid=uuid)
        return documents.as_attachment(found.document)

    @admin.display(description="état")
    def state(self, convention: Convention) -> str:
        """The state computed today; a new convention has none yet."""
        if not convention.pk:
            return "calculé à l’enregistrement"
        found = state_of(convention)
        return badge(BADGES[found], found.label)

    @admin.display(description="convention", ordering="title")
    def name(self, convention: Convention) -> SafeString:
        """Its title, and its code, which tells apart those of the same title."""
        return format_html('{} <span class="muted">{}</span>', convention.title, convention.code)

    @admin.display(description="niveau", ordering="level")
    def where(self, convention: Convention) -> str:
        """Its level, and its region."""
        level = convention.get_level_display()
        return f"{level}, {convention.region}" if convention.region else level

    @admin.display(description="pourquoi")
    def explanation(self, convention: Convention) -> str:
        """The sentence that explains the state."""
        return why(convention) if convention.pk else "–"

    @admin.display(description="échéance", ordering="ends_on")
    def running_term(self, convention: Convention) -> date | None:
        """The last day as it stands: amendments, renewals and decisions to come counted."""
        return expected_last_day(facts_of(convention), clock.today())

    @admin.display(description="prochain comité")
    def next_meeting(self, convention: Convention) -> date | None:
        """The day of the next meeting of its committees."""
        return convention.next_meeting  # type: ignore[attr-defined]

    @admin.display(description="déclinaisons")
    def declinations(self, convention: Convention) -> str | SafeString:
        """The texts that decline it, which its end warns and never closes."""
        children = living_children([convention.pk])[convention.pk] if convention.pk else []
        if not children:
            return "aucune"
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_link(child),) for child in children))
        )

    @admin.display(description="avenants")
    def amendment_list(self, convention: Convention) -> SafeString:
        """Each amendment in a line that leads to its page, and the way to a new one."""
        found = convention.amendments.order_by("number")
        add = reverse("admin:partners_amendment_add")
        return format_html(
            '<ul>{}</ul><p><a href="{}?convention={}">Enregistrer un avenant</a></p>',
            format_html_join("", "<li>{}</li>", ((_amendment_link(one),) for one in found)),
            add,
            convention.pk,
        )


def _amendment_link(amendment: Amendment) -> SafeString:
    signed = f"signé le {long_date(amendment.signed_on)}" if amendment.signed_on else "pas encore signé"
    return format_html(
        '<a href="{}">Avenant n° {}</a> ({}), {}, prend effet le {}',
        reverse("admin:partners_amendment_change", args=[amendment.pk]),
        amendment.number,
        kinds_words(amendment.kinds),
        signed,
        long_date(amendment.effective_on),
    )


def _link(convention: Convention) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>, {}{}',
        reverse("admin:partners_convention_change", args=[convention.pk]),
        convention.code,
        state_of(convention).label.lower(),
        "" if convention.parent_proven else " (filiation à vérifier)",
    )
