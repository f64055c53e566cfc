"""The contents of a file: the same tables in a workbook and in a CSV file, and a sheet that says what they are."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.exporting import ABOUT, Column, Contents, Table, as_csv, as_xlsx, form_of

AT = datetime(2026, 6, 17, 9, 30, tzinfo=UTC)
# What a spreadsheet file may hold: XML has no room for the rest.
texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"]), max_size=30)


def contents(*tables: Table, **more) -> Contents:
    return Contents(
        stem="essai", title="Un essai", tables=tables, asked=[("Liste", "Tout")], made_at=AT, **more
    )


def sheets(found: Contents):
    return load_workbook(BytesIO(as_xlsx(found)))


def lines(found: Contents) -> list[list[str]]:
    return list(csv.reader(StringIO(as_csv(found).decode("utf-8-sig"), newline=""), delimiter=";"))


TABLE = Table("Lignes", [Column("Nom", "Qui."), Column("Combien")], [["=1+1", 3], ["b", "masqué"]])


def test_a_workbook_says_what_it_holds():
    book = sheets(contents(TABLE, terms=[("masqué", "Un petit nombre.")]))
    assert book.sheetnames == ["Lignes", ABOUT]
    assert [list(row) for row in book["Lignes"].iter_rows(values_only=True)] == [
        ["Nom", "Combien"], ["=1+1", 3], ["b", "masqué"],
    ]  # fmt: skip
    said = {row[0]: row[1] for row in book[ABOUT].iter_rows(values_only=True) if row[0]}
    assert said["Liste"] == "Tout"
    assert said["Nom"] == "Qui."
    assert said["masqué"] == "Un petit nombre."
    assert "Combien" not in said, "what needs no word has none"


def test_no_text_is_a_formula():
    book = sheets(contents(TABLE))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert lines(contents(TABLE))[1] == ["'=1+1", "3"]


@settings(deadline=None, max_examples=40)
@given(st.lists(texts, min_size=1, max_size=5))
def test_whatever_the_titles_the_sheets_have_names(titles):
    tables = [Table(title, [Column("a")], []) for title in titles]
    names = sheets(contents(*tables)).sheetnames
    assert len({name.casefold() for name in names}) == len(tables) + 1


def test_several_tables_are_one_csv_file():
    other = Table(
        "Autres", [Column("Lieu"), Column("Envoyées"), Column("Acceptées")], [["Finistère", 12, "masqué"]]
    )
    assert lines(contents(TABLE, other)) == [
        ["Tableau", "Ligne", "Colonne", "Valeur"],
        ["Lignes", "'=1+1", "Combien", "3"],
        ["Lignes", "b", "Combien", "masqué"],
        ["Autres", "Finistère", "Envoyées", "12"],
        ["Autres", "Finistère", "Acceptées", "masqué"],
    ]


def test_the_same_contents_are_the_same_bytes():
    assert as_xlsx(contents(TABLE)) == as_xlsx(contents(TABLE))
    assert contents(TABLE).name("csv") == "essai-2026-06-17.csv"


def test_a_day_is_a_day():
    days = Table("Jours", [Column("a"), Column("b")], [["x", date(2026, 1, 2)]])
    assert sheets(contents(days))["Jours"]["B2"].value == datetime(2026, 1, 2)
    assert lines(contents(days))[1] == ["x", "2026-01-02"]


@pytest.mark.parametrize(("asked", "form"), [("csv", "csv"), ("xlsx", "xlsx"), ("pdf", "xlsx"), ("", "xlsx")])
def test_an_unknown_form_is_a_workbook(asked, form):
    assert form_of({"format": asked}) == form
