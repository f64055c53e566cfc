"""The lists behind the figures of an organisation: the very referrals that a figure counts, for who may read them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from core.acting import Acting
from referrals.filters import JOURNEY, LATEST
from referrals.tabs import Asked
from reporting import books
from reporting.dashboards.filters import DashboardFilters
from reporting.indicators.book import DAYS_45, DAYS_60, IN_10, NOW
from reporting.periods import Period

# The rates whose two terms are lists: the steps that each one divides, and how old a month must be to count.
_RATES = {
    "outcome_known": ("outcome_known", "ended", NOW),
    "acceptance": ("accepted", "decided", IN_10),
    "entry": ("started", "accepted", DAYS_45),
    "closed": ("closed", "sent", DAYS_60),
}


def address(acting: Acting, form: DashboardFilters, side: str, step: str, first: date, last: date) -> str:
    """The address of the list of a step, for who reads the whole list of the organisation; else ""."""
    programme = form.nodes[0]
    if not acting.is_manager or step not in JOURNEY or len(form.nodes) > 1 or programme.startswith("g:"):
        return ""
    asked = Asked(side, "", programme, LATEST, step, f"{first:%Y-%m}_{last:%Y-%m}")
    return f"{reverse('referrals:list')}?{asked.query}"


def with_lists(
    figure: dict[str, Any], acting: Acting, form: DashboardFilters, side: str, period: Period
) -> dict[str, Any]:
    """A figure with what is behind it: the list of a count; of a rate, those that it counts and those among whom."""
    lists = [] if figure["is_none"] else _lists(figure["code"], acting, form, side, period)
    return figure | {"lists": lists}


def _lists(
    code: str, acting: Acting, form: DashboardFilters, side: str, period: Period
) -> list[tuple[str, str]]:
    if code not in _RATES:
        found = [("Voir la liste", address(acting, form, side, code, period.first, period.last))]
    else:
        over, among, maturity = _RATES[code]
        last = (
            period.last if maturity == NOW else min(period.last, books.mature_month(clock.today(), maturity))
        )
        # What each one holds is in the definition: a card has room for a few words.
        found = [
            (f"Voir la liste {which}", address(acting, form, side, step, period.first, last))
            for which, step in (("comptée", over), ("entière", among))
        ]
    return [(words, url) for words, url in found if url]


def everything(side: str) -> str:
    """The whole list of a side."""
    return f"{reverse('referrals:list')}?{urlencode({'onglet': side})}"
