"""Rules of the measures that hold whatever the dates and the counts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partners.admin.lines import measure_choices
from reporting.measures import KINDS, Evidence, Terms, judge, label_of

DAYS = st.dates(min_value=date(2012, 1, 1), max_value=date(2032, 12, 31))
RHYTHMS = st.sampled_from(["once", "continuous", "yearly"])
# What a party would rather read.
RANK = {"non tenu": 0, "non mesurable": 1, "en cours": 2, "tenu": 3}


def rank(measure) -> int:
    return RANK[measure.status]


@st.composite
def lives(draw):
    """When a convention began, and a day of its life: leap days are among them."""
    since = draw(st.one_of(st.sampled_from([date(2016, 2, 29), date(2024, 2, 29)]), DAYS))
    return since, since + timedelta(days=draw(st.integers(0, 3_000)))


@given(lives(), RHYTHMS, st.lists(DAYS, max_size=6), DAYS, st.none() | DAYS)
def test_one_more_piece_never_makes_it_worse(life, rhythm, days, another, due_on):
    since, last = life
    terms = Terms(rhythm, due_on=due_on)

    def found(pieces):
        first = max(since, last - timedelta(days=365))
        return judge("", terms, Evidence(last=last, first=first, since=since, pieces=tuple(pieces)))

    assert rank(found([*days, another])) >= rank(found(days))
    assert found([last]).status == "tenu"
    # What has not happened yet changes nothing.
    assert found([*days, last + timedelta(days=1)]) == found(days)


@given(lives(), st.lists(DAYS, max_size=6))
def test_a_yearly_promise_is_kept_for_its_own_year(life, days):
    """Kept exactly when a piece is of the year that runs, years being counted from the day it began."""
    since, last = life
    found = judge("", Terms("yearly"), Evidence(last=last, first=since, since=since, pieces=tuple(days)))
    start, following = since, since
    number = 0
    while following <= last:
        start, number = following, number + 1
        year = since.year + number
        leap = since.month == 2 and since.day == 29 and year % 4 != 0
        following = date(year, 2, 28) if leap else since.replace(year=year)
    assert (found.status == "tenu") == any(start <= day <= last for day in days)
    if last == following - timedelta(days=1) and found.status != "tenu":
        assert found.status == "non tenu"


@given(
    lives(),
    RHYTHMS,
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 10),
    st.integers(1, 24),
    st.none() | DAYS,
)
def test_one_more_session_never_makes_it_worse(life, rhythm, held, before, planned, target, due_on):
    since, last = life

    def found(more, to_come):
        evidence = Evidence(
            last=last, first=since, since=since, sessions=held + more, all_sessions=held + before + more,
            planned_sessions=to_come,
        )  # fmt: skip
        return judge("sessions_held", Terms(rhythm, due_on=due_on, target=target), evidence)

    assert rank(found(1, planned)) >= rank(found(0, planned))
    assert rank(found(0, planned + 1)) >= rank(found(0, planned))
    assert found(target, planned).status == "tenu"
    kept = found(0, planned)
    assert (kept.status == "tenu") == (kept.numerator >= kept.denominator)


@given(lives(), st.sampled_from(sorted(KINDS)), DAYS)
def test_until_its_day_nothing_is_not_kept(life, code, due_on):
    since, last = life
    evidence = Evidence(
        last=last, first=since, since=since, due=100, answered=0, on_time=0, unfinished=100, returned=0, due_m3=100,
        known_m3=0, organisations=100, designated=0, frequency_months=12, sessions=0, all_sessions=0, convoked=100,
        present=0,
    )  # fmt: skip
    found = judge(code, Terms(due_on=due_on), evidence)
    assert found.status == "en cours" if last <= due_on else found.status in ("non tenu", "en cours")


def test_one_name_for_one_measure():
    """The administration, the pages and the packs say the same words."""
    assert dict(measure_choices()) == {code: label_of(code) for code in ("", *KINDS)}
    assert label_of("") == "Sur pièces"
