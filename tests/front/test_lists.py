"""The lines of lists, built without templates: everything is escaped, badges keep their icon."""

from types import SimpleNamespace

import pytest

from core import clock
from core.templatetags.portal_lists import Row, rows, table_rows, todo_cards
from tests.front.reader import Page

HARD = "<script>\"'&"


def test_every_part_of_a_line_is_escaped():
    html = rows([Row(HARD, HARD, HARD, HARD, ("ok", HARD))])
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 5
    assert Page(html).find("a", href=HARD)


def test_a_line_with_the_least():
    assert rows([Row("/x/", "Titre")]) == '<ul class="rows"><li><a href="/x/"><b>Titre</b>\n</a></ul>'


def test_the_lines_of_a_table_are_escaped_and_named():
    html = table_rows([[HARD, HARD, "12"], ["Deux", "3", "4"]])
    assert "<script>" not in html
    assert html.endswith('<tr><th scope="row">Deux</th><td class="num">3</td><td class="num">4</td></tr>')
    assert html.count("<td") == 4


def test_an_address_under_the_page_is_not_repeated():
    lines = [Row("/x/1/", "Un"), Row("/y/2/", "Deux"), Row("/x/", "La page"), Row("/x/?q=a", "Filtre")]
    found = [link["href"] for link in Page(rows(lines, here="/x/")).find("a")]
    assert found == ["1/", "/y/2/", "/x/", "?q=a"]


def test_a_badge_is_neutral_until_it_says_otherwise():
    html = rows(
        [Row("/x/", "Titre", badge=("neutre", "Échue")), Row("/x/", "Titre", badge=("ok", "Ouverte"))]
    )
    assert "<i>Échue</i>" in html
    assert '<i class="ok">Ouverte</i>' in html


def test_a_badge_without_its_icon_is_refused():
    with pytest.raises(ValueError, match="unknown badge"):
        rows([Row("/x/", "Titre", badge=("rouge", "En retard"))])


def test_cards_are_escaped_and_one_stands_out():
    said = dict.fromkeys(("who", "expected", "context", "button", "url", "owner"), HARD)
    card = SimpleNamespace(**said, due_on=clock.today())
    html = todo_cards([card, card], late=False, first=True)
    assert "<script>" not in html
    assert html.count("btn-accent") == 1
    assert "btn-accent" not in todo_cards([card], late=True, first=False)
