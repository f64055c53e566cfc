"""Figures as files: what a page shows, in the same words and in the same places, hidden ones included."""

from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.charts import format_number
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


BOARD = reverse("reporting:dashboard")


@pytest.mark.parametrize("query", ["", "periode=3m", "periode=12m&dispositif=smv"])
@pytest.mark.parametrize("name", ["nadia", "regis", "mona"])
def test_the_file_is_the_page(world, visit, story, publish, now, name, query):
    """Each cell of the file is on the page, in words; a hidden one is hidden there too."""
    story(30, "completed")
    story(12, "declined")
    story(3, "silent", sender="ML_C", recipient="SMV_C")
    publish()
    client = visit(name)
    for page in (BOARD, reverse("reporting:dashboard_indicators")):
        shown = unescape(client.get(f"{page}?{query}").content.decode()).replace("\u00a0", " ")
        response = client.get(f"{page}export/?{query}")
        book = load_workbook(BytesIO(response.content))
        assert book.sheetnames[-1] == "À propos"
        cells = [
            cell for sheet in book.worksheets[:-1] for row in sheet.iter_rows(values_only=True, min_row=2) for cell in row
            if cell not in (None, "")
        ]  # fmt: skip
        assert len(cells) > 10
        assert [cell for cell in cells if said(cell) not in shown] == []
        about = {row[0] for row in book.worksheets[-1].iter_rows(values_only=True)}
        assert {"Période", "Chiffres", "Exporté par", "masqué"} <= about


def said(cell) -> str:
    """A cell as a page writes it."""
    return format_number(cell).replace("\u00a0", " ") if isinstance(cell, int | float) else str(cell)


def test_a_file_asks_three_questions_more_than_its_page(world, visit, queries, story, publish, now):
    """What was taken out today, who asks, and the line of the trail."""
    story(30, "completed")
    publish()
    client = visit("nadia")
    page, _ = queries(client, BOARD)
    file, sql = queries(client, reverse("reporting:dashboard_export"))
    assert file <= page + 3, sql


def test_who_is_not_signed_in_gets_none(world, client):
    assert client.get(DEFINITIONS).status_code == 302


def test_the_trail_keeps_no_word_of_the_address(world, visit, publish, story):
    """What was asked for is kept in codes, and what means nothing is not: a name typed there would stay for a year."""
    story(9, "declined")
    publish()
    typed = {"nom": "Kermarrec", "region": "Kermarrec", "periode": "12m", "dispositif": "smv"}
    for route in ("dashboard_export", "indicators_export", "definitions_export"):
        assert visit("nadia").get(reverse(f"reporting:{route}"), typed).status_code == 200
    with as_owner():
        details = list(AuditEntry.objects.filter(kind="export").values_list("detail", flat=True))
    assert len(details) == 3
    assert not [detail for detail in details if "Kermarrec" in detail]
    assert sum("dispositif=smv" in detail for detail in details) == 2
