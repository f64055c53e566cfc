"""Conventions out of the administration and back: export guarded against formulas, import with a preview (ADR 0016)."""

import csv
from datetime import date, datetime
from typing import Any

import tablib
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from import_export import fields, resources, widgets
from import_export.admin import ImportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ImportForm

from core import clock, exporting, exports, uploads
from core.documents import attachment
from core.sheets import workbook_bytes
from partners.admin.exports import leave_trace
from partners.conventions.reading import facts_of, facts_of_text, parties_of, state_of, with_facts
from partners.conventions.settled import AGREED, is_settled
from partners.conventions.state import problems
from partners.models import Convention, Level, Region, Theme

SETTLED = "Ce texte est signé et enregistré : sa valeur ne se change pas par un fichier. Ouvrez sa page."
_YES, _NO = ("oui", "vrai", "1", "x"), ("non", "faux", "0", "")


class Words(widgets.Widget):
    """A choice by its label or its code."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self.labels = {str(code): str(label) for code, label in choices}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """The code of what was written. Raises ValueError, in French."""
        typed = str(value or "").strip()
        found = [
            code for code, label in self.labels.items() if typed.lower() in (code.lower(), label.lower())
        ]
        if not found:
            raise ValueError(f"« {typed} » n’est pas l’un de : {', '.join(self.labels.values())}.")
        return found[0]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Its label."""
        return self.labels.get(str(value), str(value))


class Several(Words):
    """Several choices, separated by commas."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Their codes."""
        return [super(Several, self).clean(one) for one in str(value or "").split(",") if one.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Their labels."""
        return ", ".join(self.labels.get(one, one) for one in value or [])


class Day(widgets.Widget):
    """A day, written as in French or as in a table."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        """The day. Raises ValueError, in French."""
        typed = str(value or "").strip()
        for shape in ("%d/%m/%Y", "%Y-%m-%d") if typed else ():
            try:
                return datetime.strptime(typed, shape).date()
            except ValueError:
                continue
        if typed:
            raise ValueError(f"« {typed} » n’est pas une date : écrivez 31/03/2026.")
        return None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """In figures."""
        return f"{value:%d/%m/%Y}" if value else ""


class YesNo(widgets.Widget):
    """Oui, or non."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """What was written. Raises ValueError, in French."""
        typed = str(value or "").strip().lower()
        if typed not in (*_YES, *_NO):
            raise ValueError(f"« {typed} » : écrivez oui ou non.")
        return typed in _YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """In a word."""
        return "oui" if value else "non"


class Number(widgets.Widget):
    """A whole number, or nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        """The number. Raises ValueError, in French."""
        typed = str(value or "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 5):
            raise ValueError(f"« {typed} » n’est pas un nombre de mois ou de fois.")
        return int(typed) if typed else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """In figures."""
        return "" if value is None else str(value)


class Row(widgets.Widget):
    """A row of another table, by one of its fields."""

    def __init__(self, model: Any, *by: str) -> None:
        super().__init__()
        self.model, self.by = model, by

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The row. Raises ValueError, in French."""
        typed = str(value or "").strip()
        for name in self.by if typed else ():
            if found := self.model._default_manager.filter(**{f"{name}__iexact": typed}).first():
                return found
        if typed:
            raise ValueError(
                f"{self.model._meta.verbose_name.capitalize()} « {typed} » : inconnue du portail."
            )
        return None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Its first field."""
        return str(getattr(value, self.by[0])) if value else ""


def _column(name: str, label: str, widget: widgets.Widget | None = None) -> fields.Field:
    return fields.Field(attribute=name, column_name=label, widget=widget)


class PlainDiff(resources.Diff):
    """What a line would change, in marks that need no style of their own."""

    def as_html(self) -> list[SafeString]:
        """The value that would be there, after the one that it replaces."""
        return [
            self._told(str(before), str(after)) for before, after in zip(self.left, self.right, strict=True)
        ]

    def _told(self, before: str, after: str) -> SafeString:
        if self.new or before == after:
            return format_html("{}", after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, after)


class ConventionResource(resources.ModelResource):
    """A convention as a line of a file, matched on its code alone: never on its title."""

    code = _column("code", "Code")
    title = _column("title", "Titre")
    nature = _column("nature", "Nature", Words(Convention.Nature.choices))
    level = _column("level", "Niveau", Words(Level.choices))
    region = _column("region", "Région", Row(Region, "name", "code"))
    parent = _column("parent", "Décline", Row(Convention, "code"))
    predecessor = _column("predecessor", "Remplace", Row(Convention, "code"))
    themes = _column("themes", "Thèmes", Several(Theme.choices))
    signature_known = _column("signature_known", "Signature établie", YesNo())
    signed_on = _column("signed_on", "Signée le", Day())
    starts_on = _column("starts_on", "Prend effet le", Day())
    end_known = _column("end_known", "Échéance connue", YesNo())
    ends_on = _column("ends_on", "Échéance", Day())
    tacit_renewal = _column("tacit_renewal", "Tacite reconduction", YesNo())
    renewal_months = _column("renewal_months", "Reconduction (mois)", Number())
    max_renewals = _column("max_renewals", "Reconductions au plus", Number())
    notice_months = _column("notice_months", "Préavis (mois)", Number())
    purpose = _column("purpose", "Objet")
    note = _column("note", "Note")
    source = _column("source", "Source")
    # Told by the portal, never read back.
    state = fields.Field(column_name="État", readonly=True)
    parties = fields.Field(column_name="Parties", readonly=True)

    class Meta:
        model = Convention
        # Those declared above, and no other column of the table.
        fields = (
            "code", "title", "nature", "level", "region", "parent", "predecessor", "themes", "signature_known",
            "signed_on", "starts_on", "end_known", "ends_on", "tacit_renewal", "renewal_months", "max_renewals",
            "notice_months", "purpose", "note", "source", "state", "parties",
        )  # fmt: skip
        import_id_fields = ["code"]
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """The database gives the keys: the library's reset of a sequence is neither needed nor allowed here."""

    def get_diff_class(self) -> type[PlainDiff]:
        """The library's own holds styles, which the policy of the pages refuses."""
        return PlainDiff

    def dehydrate_state(self, convention: Convention) -> str:
        """The state of the day."""
        return state_of(convention).label if hasattr(convention, "party_rows") else ""

    def dehydrate_parties(self, convention: Convention) -> str:
        """Its parties; a sensitive organisation is not named in a file."""
        return (
            ", ".join(party.name for party in parties_of(convention))
            if hasattr(convention, "party_rows")
            else ""
        )

    def get_queryset(self) -> QuerySet[Convention]:
        """The texts that lines are matched with, and what tells whether they are signed."""
        return with_facts(super().get_queryset())

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """A file of something else is refused whole; a code twice too, since the second line would undo the first."""
        if missing := {"Code", "Titre"} - set(dataset.headers or []):
            raise ValidationError(f"Colonne absente : {', '.join(sorted(missing))}.")
        codes = [str(code).strip() for code in dataset["Code"]]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValidationError(f"Code présent sur plusieurs lignes : {', '.join(twice[:5])}.")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """A code without its blanks."""
        row["Code"] = str(row.get("Code") or "").strip()

    def import_instance(self, instance: Convention, row: Any, **kwargs: Any) -> None:
        """The values of a line; what was signed is left as it was agreed, and no date contradicts another."""
        before = {name: getattr(instance, name) for name in AGREED} if instance.pk else {}
        user = kwargs.get("user")
        settled = bool(instance.pk) and is_settled(user.pk if user else None, instance)
        known = problems(facts_of(instance)) if instance.pk else []
        super().import_instance(instance, row, **kwargs)
        errors: dict[str, Any] = {
            name: SETTLED
            for name, value in before.items()
            if settled and value not in (None, "", False) and getattr(instance, name) != value
        }
        told = problems(facts_of(instance) if instance.pk else facts_of_text(instance))
        if found := [sentence for sentence in told if sentence not in known]:
            errors[NON_FIELD_ERRORS] = found
        if errors:
            raise ValidationError(errors)


class CsvOfSpreadsheets(Format):
    """CSV as French spreadsheets write it, guards against formulas taken off."""

    def __init__(self, encoding: str | None = None) -> None:
        """Whatever the encoding announced: it is read from the file."""

    def get_title(self) -> str:
        """Its name in the list of formats."""
        return "csv"

    def get_extension(self) -> str:
        """Of the file."""
        return "csv"

    def can_import(self) -> bool:
        """It does."""
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The lines of a file in UTF-8 or Windows-1252, separated by semicolons, commas or tabs."""
        try:
            words = in_stream.decode("utf-8-sig")
        except UnicodeDecodeError:
            words = in_stream.decode("cp1252")
        first = words.split("\n", 1)[0]
        separator = max(";,\t", key=first.count)
        rows = [
            [exports.unguarded(cell) for cell in row]
            for row in csv.reader(words.splitlines(keepends=True), delimiter=separator)
        ]
        header, lines = (rows[0], rows[1:]) if rows else ([], [])
        width = len(header)
        for number, line in enumerate(lines, start=2):
            if len(line) > width:
                raise ValidationError(f"La ligne {number} a plus de colonnes que l’en-tête.")
        return tablib.Dataset(
            *[line + [""] * (width - len(line)) for line in lines if any(line)], headers=header
        )


class ConventionImportForm(ImportForm):
    """A file of conventions, through the gate of every file."""

    def clean_import_file(self) -> Any:
        """What the file holds is what its name says."""
        file = self.cleaned_data["import_file"]
        try:
            uploads.check(file, ("csv",))
        except uploads.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        file.seek(0)
        return file


def _given(content: bytes, form: str) -> HttpResponse:
    name = f"conventions-{clock.today():%Y-%m-%d}.{form}"
    return attachment(content, filename=name, media_type=exporting.MEDIA_TYPES[form])


class Exchanges(ImportMixin):
    """Mixin: conventions go out through an action, and come in through a page with a preview."""

    resource_classes = [ConventionResource]
    import_form_class = ConventionImportForm
    formats = [CsvOfSpreadsheets]
    import_formats = [CsvOfSpreadsheets]
    import_error_display = ("message",)
    skip_admin_log = True

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, with the way to the import."""
        return super().changelist_view(request, extra_context)

    changelist_view.access_mode = "writes"  # type: ignore[attr-defined]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file, then what it would do."""
        return super().import_action(request, **kwargs)

    import_action.access_mode = "writes"  # type: ignore[attr-defined]

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """What was shown, done."""
        return super().process_import(request, **kwargs)

    process_import.access_mode = "writes"  # type: ignore[attr-defined]

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Said as done when it is: what changed since the preview may forbid it, and then nothing was written."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        transaction.set_rollback(True)
        messages.error(
            request, "Rien n’a été importé : une convention a changé depuis l’aperçu. Recommencez."
        )
        return HttpResponseRedirect(reverse("admin:partners_convention_import"))

    @admin.action(description="Exporter (XLSX)", permissions=["view"])
    def export_workbook(self, request: HttpRequest, queryset: QuerySet[Convention]) -> HttpResponse:
        """The chosen conventions as a workbook."""
        header, rows = self._table(request, queryset)
        return _given(workbook_bytes("Conventions", header, rows), exporting.XLSX)

    @admin.action(description="Exporter (CSV)", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Convention]) -> HttpResponse:
        """The chosen conventions as a CSV file, which the import takes back."""
        header, rows = self._table(request, queryset)
        return _given(exports.csv_bytes(header, rows), exporting.CSV)

    def _table(
        self, request: HttpRequest, queryset: QuerySet[Convention]
    ) -> tuple[list[str], list[list[Any]]]:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        leave_trace(request, "convention")
        found = with_facts(Convention.objects.filter(pk__in=queryset.order_by().values("pk")))
        data = ConventionResource().export(
            queryset=found.select_related("region", "parent", "predecessor").order_by("code")
        )
        return list(data.headers or []), [list(row) for row in data]
