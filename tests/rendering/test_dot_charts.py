"""Charts of dots: several values on a line, told apart by their shape, on a scale that shows zero."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Series, _ticks, dot_chart

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert(1)</script> & "x" \' ]]> \x00\x07'
LABELS = ["Angoulins", "Bressuire", "Cognac"]
SERIES = [Series("Rangs", [3.0, -2.5, None]), Series("Scores", [3.0, 0.0, 12.25])]


def draw(labels=LABELS, series=SERIES, **how):
    return dot_chart(
        labels, series, **{"title": "Évolution", "desc": "Par structure.", "unit": "%", "signed": True} | how
    )


def centres(svg: str, number: int) -> list[tuple[float, float]]:
    """Where the marks of a series are, its legend first."""
    found = re.findall(rf'<path d="M([\d.]+) ([\d.]+)m[^"]*"[^>]*class="chart-mark-{number}"', svg)
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("for_print", [False, True])
def test_it_names_itself_and_its_series_and_has_its_table(for_print):
    chart = draw(for_print=for_print, missing="nouvelle")
    root = ElementTree.fromstring(chart.svg)
    assert root.get("role") == "img"
    assert {"Angoulins", "Rangs", "Scores"} <= set(root.itertext())
    assert chart.columns == ["Intitulé", "Rangs", "Scores"]
    assert chart.rows == [
        ["Angoulins", "+3\u00a0%", "+3\u00a0%"],
        ["Bressuire", "−2,5\u00a0%", "0\u00a0%"],
        ["Cognac", "nouvelle", "+12,2\u00a0%"],
    ]
    assert ("class=" in chart.svg, "#B4471F" in chart.svg) == (not for_print, for_print)
    assert "style=" not in chart.svg


def test_a_dot_is_where_its_value_says_and_a_missing_value_has_none():
    svg = draw().svg
    (_, (three, first), (minus, second)) = centres(svg, 1)
    (_, (same, _), (zero, _), (twelve, third)) = centres(svg, 2)
    assert three == same
    assert first < second < third
    assert (three - zero) / (zero - minus) == pytest.approx(3 / 2.5, abs=0.01)
    assert (twelve - zero) / (three - zero) == pytest.approx(12.25 / 3, abs=0.01)


def test_shapes_tell_the_series_apart_without_colour():
    svg = draw(["a"], [Series(str(number), [number]) for number in range(4)]).svg
    assert len(set(re.findall(r'd="M[\d.]+ [\d.]+(m[^"]*)"', svg))) == 4
    with pytest.raises(ValueError):
        draw(["a"], [Series(str(number), [number]) for number in range(5)])


def test_hostile_texts_stay_texts():
    root = ElementTree.fromstring(draw([HOSTILE], [Series(HOSTILE, [1.0])], title=HOSTILE, desc=HOSTILE).svg)
    assert not [element for element in root.iter() if element.tag == f"{SVG}script"]


def test_nothing_and_zeros_are_drawn():
    assert draw([], []).rows == []
    assert draw(["a"], [Series("s", [0.0])]).rows == [["a", "0\u00a0%"]]


@given(st.floats(-1e7, 0), st.floats(0, 1e7))
def test_the_scale_holds_every_value_and_few_marks(low, high):
    ticks = _ticks(low, high)
    assert ticks[0] <= low + 1e-6
    assert ticks[-1] >= high - 1e-6
    assert len(ticks) <= 8
    assert all(before < after for before, after in pairwise(ticks))
    assert 0 in ticks
