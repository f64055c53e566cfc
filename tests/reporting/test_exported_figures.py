"""Figures as files: what a page shows, in the same words and in the same places, hidden ones included."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.models import AuditEntry
from reporting.exporting.tables import cell_of
from reporting.indicators import CATALOGUE
from tests.conftest import as_owner

DEFINITIONS = reverse("reporting:definitions_export")


@pytest.mark.parametrize(
    ("shown", "cell"),
    [
        ("12", 12), ("1\u00a0234", 1234), ("1\u202f234\u202f567", 1234567), ("3,5", 3.5), ("−4", -4), (7, 7),
        ("masqué", "masqué"), ("s", "masqué"), (None, "masqué"), ("12\u00a0%", "12 %"), ("non calculable", "non calculable"),
        ("2 jours", "2 jours"), ("1 2", "1 2"), ("–", "–"), ("=1", "=1"), ("", ""),
    ],
)  # fmt: skip
def test_a_cell_of_a_page_is_the_cell_of_the_file(shown, cell):
    assert cell_of(shown) == cell


def test_every_definition_leaves(world, visit):
    response = visit("nadia").get(DEFINITIONS)
    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {one.label for one in CATALOGUE.values()}
    assert all(row[2] and row[3] for row in rows)
    with as_owner():
        (line,) = AuditEntry.objects.filter(kind="export")
    assert (line.subject_kind, line.count) == ("figures", 1)


def test_who_is_not_signed_in_gets_none(world, client):
    assert client.get(DEFINITIONS).status_code == 302
