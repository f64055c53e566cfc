"""French dates, figures, badges and breadcrumbs."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core import clock
from core.icons import ICONS
from core.templatetags import portal_ui as ui

NOW = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _third_of_march():
    with clock.travel(NOW):
        yield


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 3, 3), "mardi 3\u00a0mars"),
        (date(2026, 3, 1), "dimanche 1er\u00a0mars"),
        (date(2025, 12, 1), "lundi 1er\u00a0décembre 2025"),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "mardi 3\u00a0mars"),  # already the 3rd in Paris
        (None, ""),
    ],
)
def test_fr_date(value, text):
    assert ui.fr_date(value) == text


def test_fr_day_and_time():
    assert ui.fr_day(date(2026, 3, 3)) == "3\u00a0mars 2026"
    assert ui.fr_datetime(NOW) == "mardi 3\u00a0mars à 12\u00a0h\u00a000"
    assert ui.fr_day(None) == ui.fr_datetime(None) == ui.iso(None) == ""
    assert ui.iso(date(2026, 3, 3)) == "2026-03-03"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 3, 3), "aujourd’hui"),
        (date(2026, 3, 4), "demain"),
        (date(2026, 3, 2), "hier"),
        (date(2026, 3, 5), "dans 2\u00a0jours"),
        (date(2026, 2, 28), "il y a 3\u00a0jours"),
        (datetime(2026, 3, 3, 23, 30, tzinfo=UTC), "demain"),
        (None, ""),
    ],
)
def test_relative_day(value, text):
    assert ui.relative_day(value) == text


def test_figures():
    assert ui.fr_number(1234567) == "1\u00a0234\u00a0567"
    assert ui.fr_number(Decimal("-12.345"), 1) == "−12,3"
    assert ui.fr_number(0) == "0"
    assert ui.fr_percent(0.624) == "62\u00a0%"
    assert ui.fr_percent(0.6249, 1) == "62,5\u00a0%"
    assert ui.fr_percent(None) == ui.fr_number(None) == "non calculable"


def test_badges_speak():
    assert ui.badge("attente", "Réponse <attendue>") == (
        '<span class="badge attente">Réponse &lt;attendue&gt;</span>'
    )
    with pytest.raises(ValueError, match="unknown badge kind"):
        ui.badge("rouge", "En retard")


def test_icons_are_hidden_from_readers():
    for name in ICONS:
        assert 'aria-hidden="true"' in ui.icon(name)
    with pytest.raises(KeyError):
        ui.icon("licorne")


def test_breadcrumbs():
    html = ui.breadcrumbs("Orientations", "/orientations/", "Léa <3")
    assert '<li><a href="/orientations/">Orientations</a></li>' in html
    assert '<li aria-current="page">Léa &lt;3</li>' in html
    with pytest.raises(ValueError, match="end with the label"):
        ui.breadcrumbs("Orientations", "/orientations/")


def test_initials():
    assert ui.initials("Alice Martin") == "AM"
    assert ui.initials("Mission locale du Léon") == "ML"
    assert ui.initials("3e RSMV") == "R"
    assert ui.initials("") == ""
