"""Charts: readable by ear, safe with any text, silent about hidden lengths."""

import re
from xml.etree import ElementTree

import pytest

from core.charts import Bar, bar_chart, format_number, funnel

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert(1)</script> & "x" \' ]]> \x00\x07'


def draw(kind, rows, **more):
    return kind(rows, title="Titre", desc="Description.", **more)


@pytest.mark.parametrize("for_print", [False, True])
@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_a_chart_names_and_describes_itself(kind, for_print):
    chart = draw(kind, [("Bretagne", 12), ("Corse", None), ("Normandie", 7)], for_print=for_print)
    root = ElementTree.fromstring(chart.svg)
    assert root.get("role") == "img"
    ids = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert [ids[key] for key in root.get("aria-labelledby").split()] == ["Titre", "Description."]
    texts = "".join(root.itertext())
    assert "Bretagne" in texts
    assert "12" in texts
    assert chart.rows[0][:2] == ["Bretagne", "12"]
    assert chart.rows[1][:2] == ["Corse", "masqué"]
    assert all(len(row) == len(chart.columns) for row in chart.rows)


@pytest.mark.parametrize("for_print", [False, True])
@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_hostile_texts_stay_texts(kind, for_print):
    chart = kind([(HOSTILE, 5)], title=HOSTILE, desc=HOSTILE, for_print=for_print)
    root = ElementTree.fromstring(chart.svg)
    assert not [element for element in root.iter() if element.tag == f"{SVG}script"]
    assert "<script>alert(1)</script>" in root.find(f"{SVG}title").text


@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_on_screen_there_is_no_inline_style_and_no_colour(kind):
    svg = draw(kind, [("a", 3), ("b", None), ("c", 5)]).svg
    assert "style=" not in svg
    assert "#" not in svg
    assert "class=" in svg


@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_on_paper_there_is_no_class(kind):
    svg = draw(kind, [("a", 3), ("b", None), ("c", 5)], for_print=True).svg
    assert "class=" not in svg
    assert "Atkinson Hyperlegible" in svg
    assert "#0F5C5C" in svg


@pytest.mark.parametrize("for_print", [False, True])
def test_a_hidden_bar_says_nothing_about_its_length(for_print):
    widths = [
        re.findall(r'width="([\d.]+)"[^>]*dasharray', draw(bar_chart, rows, for_print=for_print).svg)
        for rows in ([("a", 8), ("b", None)], [("a", 8000), ("b", None)])
    ]
    assert widths[0] == widths[1]
    assert len(widths[0]) == 1


def test_the_accent_marks_one_bar():
    svg = draw(bar_chart, [Bar("a", 3), Bar("b", 2, accent=True)]).svg
    assert svg.count("chart-bar-accent") == 1


def test_a_funnel_gives_shares_of_the_first_step():
    chart = funnel([("Envoyées", 180), ("Acceptées", 90), ("Commencées", None)], title="t", desc="d")
    assert [row[2] for row in chart.rows] == ["100\u00a0%", "50\u00a0%", ""]


def test_a_funnel_whose_start_is_hidden_has_no_share():
    chart = funnel([("Envoyées", None), ("Acceptées", 0)], title="t", desc="d")
    assert [row[2] for row in chart.rows] == ["", ""]


def test_ids_differ_between_charts_and_on_demand():
    first = draw(bar_chart, [("a", 1)]).svg
    assert first == draw(bar_chart, [("a", 1)]).svg
    for other in (draw(bar_chart, [("a", 2)]).svg, draw(bar_chart, [("a", 1)], ident="again").svg):
        assert not set(re.findall(r' id="([^"]+)"', first)) & set(re.findall(r' id="([^"]+)"', other))


@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_nothing_and_zeros_are_drawn(kind):
    ElementTree.fromstring(draw(kind, []).svg)
    ElementTree.fromstring(draw(kind, [("a", 0), ("b", 0)]).svg)


@pytest.mark.parametrize("kind", [bar_chart, funnel])
def test_a_negative_value_is_refused(kind):
    with pytest.raises(ValueError):
        draw(kind, [("a", -1)])


@pytest.mark.parametrize(
    ("value", "text"),
    [(1284, "1\u00a0284"), (62.4, "62,4"), (62.0, "62"), (0, "0"), (1234567.89, "1\u00a0234\u00a0567,9")],
)
def test_numbers_are_french(value, text):
    assert format_number(value) == text
