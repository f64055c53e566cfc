"""What may never be stored, and the normal form of the rest. No number here belongs to anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text_checks import clean_free_text, normalise, refuse_nir

SEPARATORS = ["", " ", ".", "-", "\u00a0", " - ", "\u202f", "_"]
nir_parts = st.tuples(
    st.sampled_from("123478"),
    st.from_regex(r"\A[0-9]{2}\Z"),
    st.sampled_from(["01", "12", "20", "42", "50", "99"]),
    st.one_of(st.from_regex(r"\A[0-9]{2}\Z"), st.sampled_from(["2A", "2B", "2a"])),
    st.from_regex(r"\A[0-9]{3}\Z"),
    st.from_regex(r"\A[0-9]{3}\Z"),
)


@given(nir_parts, st.sampled_from(SEPARATORS), st.sampled_from([None, "07", "97"]))
def test_a_nir_is_refused_however_it_is_written(parts, separator, key):
    text = separator.join([*parts, key] if key else parts)
    for sentence in (text, f"Son numéro : {text}.", f"({text})"):
        with pytest.raises(ValueError, match="sécurité sociale"):
            refuse_nir(sentence)


@given(st.from_regex(r"\A(?:[0-9]{13}|[0-9]{15})\Z"))
def test_any_bare_run_of_13_or_15_digits_is_refused(text):
    with pytest.raises(ValueError):
        refuse_nir(f"n°{text}")


@pytest.mark.parametrize(
    "text",
    [
        "１９００１７５１２３４５６",
        "1\u200b900175123456",
        "1 9 0 0 1 7 5 1 2 3 4 5 6",
        "1-90-01-75-123-456 / 12",
    ],
)
def test_disguises_do_not_help(text):
    with pytest.raises(ValueError):
        refuse_nir(text)


@pytest.mark.parametrize(
    "text",
    [
        "SIRET 35600000000048",
        "06 12 34 56 78 ou 01 44 55 66 77",
        "06.12.34.56.78 06.98.76.54.32",
        "+33 6 12 34 56 78",
        "le 12/03/2026 à 14:30, puis le 15/04/2027",
        "3/12/2026 14:30:15",
        "2026-03-12 14:30",
        "dossier 123456789012",
        "IBAN absent, code postal 17000, 3 places sur 12",
        "👩‍🎓 motivée, 100 %",
    ],
)
def test_ordinary_numbers_pass(text):
    assert clean_free_text(text, 200) == text


@given(st.text())
def test_cleaning_refuses_or_gives_a_storable_text(value):
    try:
        text = clean_free_text(value, 50)
    except ValueError:
        return
    assert len(text) <= 50
    assert "\0" not in text
    assert text == text.strip()
    text.encode()
    assert clean_free_text(text, 50) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.booleans())
def test_normalising_twice_changes_nothing(value, single_line):
    once = normalise(value, single_line=single_line)
    assert normalise(once, single_line=single_line) == once
    if single_line:
        assert "\n" not in once


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_what_postgresql_cannot_store_is_refused(value):
    with pytest.raises(ValueError, match="invisible"):
        clean_free_text(value, 10)


def test_messages_and_normal_form():
    with pytest.raises(ValueError, match="12 caractères ; la limite est de 10"):
        clean_free_text("abcdefghijkl", 10)
    with pytest.raises(ValueError, match="obligatoire"):
        clean_free_text(" \u200b\n ", 10, required=True)
    assert clean_free_text(" un\r\n\r\n\r\n\r\ndeux \u202etrois ", 50) == "un\n\ndeux trois"
    assert clean_free_text(" un\n deux\t", 50, single_line=True) == "un deux"
    assert normalise("e\u0301") == "é"
