"""When a page is too slow: a list against its SQL, then against a record; the check can fail."""

import pytest

from portal.bench.measure import Measure, _compare
from portal.bench.pages import BASE, DETAIL, LIST, Page

EMPTY, ALIVE = 40.0, 4.0


def measured(kind: str, page: float, raw: float | None) -> Measure:
    """A page of so many milliseconds, compared with the empty one."""
    wanted = Measure(Page("a page", "someone", "/", kind, "raw" if raw else ""), times=[page] * 3)
    wanted.raw_times = [raw] * 3 if raw else []
    empty = Measure(Page("empty page", "someone", "/", BASE), times=[EMPTY] * 3)
    alive = Measure(Page("sign of life", "", "/", BASE), times=[ALIVE] * 3)
    _compare([empty, alive, wanted])
    return wanted


@pytest.mark.parametrize(
    ("kind", "page", "raw", "slow"),
    [
        # Within seven times its SQL, however slow that is: the raw SQL is the place to look at.
        (LIST, 700, 100, False),
        # Beyond both yardsticks.
        (LIST, 710, 100, True),
        (LIST, 110, 5, True),
        # Beyond seven times five milliseconds, which no page can hold, and no slower than a record may be.
        (LIST, 100, 5, False),
        (DETAIL, 100, None, False),
        (DETAIL, 101, None, True),
    ],
)
def test_too_slow(kind, page, raw, slow):
    assert measured(kind, page, raw).too_slow is slow


def test_what_a_list_takes_of_its_own():
    found = measured(LIST, 100, 5)
    assert (found.ratio, found.to_empty, found.own) == (20, 2.5, 12)
    assert measured(DETAIL, 100, None).own is None
