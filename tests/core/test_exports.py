"""Texts that leave the portal stay texts in the spreadsheet that opens them."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import csv_bytes, csv_text, is_formula_like, unguarded

FORMULAS = [
    "=1+1", "+1+2", "-2", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =cmd|'/C calc'!A0", "\u00a0=1", "\u200b=1", "\ufeff=1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", " ＝1", "|calc", "%0A=1", "\ttexte",
]  # fmt: skip
PLAIN = [
    "",
    "Kermarrec",
    "O'Brien",
    "a=b",
    "1+1",
    "2 - 3",
    "zoe@portail.example",
    "'déjà",
    "é",
    "12",
    "–",
    "« x »",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_could_compute_is_guarded(text):
    assert is_formula_like(text)
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_is_left_alone(text):
    assert not is_formula_like(text)
    assert csv_text(text) == text


@pytest.mark.parametrize(("value", "written"), [
    (None, ""), (12, "12"), (-3, "-3"), (2.5, "2,5"), (date(2026, 3, 1), "2026-03-01"),
])  # fmt: skip
def test_numbers_and_days_are_not_texts(value, written):
    assert csv_text(value) == written


def test_a_moment_without_its_zone_is_refused():
    with pytest.raises(TypeError, match="time zone"):
        csv_text(datetime(2026, 3, 1, tzinfo=UTC))


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_file_is_read_back():
    rows = [["D’Été; Zoé", 3], ['guillemet " et\nligne', None], ["=1+1", -3]]
    assert read(csv_bytes(["Nom", "Nombre"], rows)) == [
        ["Nom", "Nombre"], ["D’Été; Zoé", "3"], ['guillemet " et\nligne', ""], ["'=1+1", "-3"],
    ]  # fmt: skip


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_of_a_file_begins_like_a_formula(text):
    ((cell,),) = read(csv_bytes([text], []))
    assert not is_formula_like(cell)
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("text", ["=1+1", " -2", "'", "l’été", "", "'abc", "@x", "’=x"])
def test_the_guard_of_a_cell_comes_off(text):
    assert unguarded(csv_text(text)) == text
    assert unguarded("'abc") == "'abc"
