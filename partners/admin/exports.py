"""Exports of the administration: the formats and the views of django-import-export, our guards and our declarations.

A spreadsheet never computes what a cell holds (``core.exports``), and a view says whether it writes, as every view.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.http import HttpRequest
from import_export import admin as import_export_admin
from import_export import resources
from import_export.fields import Field
from import_export.formats import base_formats
from import_export.forms import ExportForm

from core import clock, exports, request_id
from core.marks import Marks
from core.models import AuditEntry
from core.sheets import workbook_bytes
from core.views import writes


def leave_trace(request: HttpRequest, subject_kind: str) -> None:
    """Write in the trail that an administrator, who acts for no organisation, takes a file out; no file without it.

    One file is one, as everywhere for what names nobody: the limits of a day count the lines that name people.
    """
    entry = AuditEntry(
        at=clock.now(),
        kind=AuditEntry.Kind.EXPORT,
        user_id=request.user.pk,
        subject_kind=subject_kind,
        request_id=request_id.current(),
    )
    Marks.write([entry])


class GuardedCsv(base_formats.CSV):
    """A CSV file that French spreadsheets open as it is, and compute nothing of."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """The bytes of the file."""
        return exports.csv_bytes(dataset.headers, dataset)

    def is_binary(self) -> bool:
        """Its encoding is chosen already."""
        return True


class GuardedXlsx(base_formats.XLSX):
    """A workbook whose texts are texts."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """The bytes of the file."""
        # Days as the imports read them back.
        rows = [[str(cell) if isinstance(cell, date) else cell for cell in row] for row in dataset]
        return workbook_bytes("Export", dataset.headers, rows)


class ColumnsResource(resources.Resource):
    """What is exported of a model: columns in French, each with the function that fills it."""

    columns: ClassVar[Mapping[str, Callable[[Any], exports.Cell]]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {
            name: Field(column_name=name, dehydrate_method=fill) for name, fill in self.columns.items()
        }

    @classmethod
    def get_display_name(cls) -> str:
        """How the page of the export names it."""
        return "Format du portail"

    def get_user_visible_fields(self) -> list[Field]:
        """All of them, in their order."""
        return list(self.fields.values())

    def get_export_order(self) -> tuple[str, ...]:
        """The order of the columns."""
        return tuple(self.columns)


class Exports(import_export_admin.ExportMixin):
    """Mixin: the list, as it is filtered, in a file. ``export_name`` is the beginning of its name."""

    formats = [GuardedXlsx, GuardedCsv]
    export_form_class = ExportForm
    export_name: str

    def get_urls(self) -> list[Any]:
        """Those of the library, declared as ours are."""
        urls: list[Any] = super().get_urls()
        for url in urls:
            if not url.callback.__module__.startswith("django."):
                url.callback = writes(url.callback)
        return urls

    def get_data_for_export(self, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        """The lines of the file, told in the trail before it leaves."""
        leave_trace(request, self.model._meta.model_name)
        return super().get_data_for_export(request, queryset, **kwargs)

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        """What it is and the day, nothing of what it holds."""
        return f"{self.export_name}-{clock.today():%Y-%m-%d}.{file_format.get_extension()}"

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        """The page sends its form to itself, filters included."""
        context: dict[str, Any] = super().init_request_context_data(request, form)
        return context | {"export_url": request.get_full_path()}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """The resources take no option."""
        return {}


def resource(columns: Mapping[str, Callable[[Any], exports.Cell]]) -> type[ColumnsResource]:
    """The resource of some columns."""
    return type("Resource", (ColumnsResource,), {"columns": columns})
