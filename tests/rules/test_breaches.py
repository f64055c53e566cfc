"""The rules of a breach on their boundaries: the day before, the day, the day after; 29 February; properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ages import birthday
from referrals import programmes
from referrals.breaches.rules import (
    FREE_PRESENCE_DAYS,
    Facts,
    Mode,
    earliest_breach,
    earliest_notice,
    elapsed,
    findings,
    handover_on,
    is_free,
    kept_until_at_most,
)
from referrals.programmes.base import CHECK, NO, YES, Candidate, overall

START = date(2027, 12, 1)
LEAP = date(2028, 2, 29)
days = st.dates(date(2019, 1, 1), date(2035, 12, 31))


def facts(broke_on=date(2028, 3, 1), mode=Mode.FREE, **known) -> Facts:
    return Facts(known.pop("started_on", START), broke_on, mode, **known)


def wrong(found) -> dict[str, str]:
    return {finding.field: finding.words for finding in found if finding.wrong}


# --- The two delays of 45 days ----------------------------------------------------------------------------


@pytest.mark.parametrize(("presence", "free"), [(44, True), (45, True), (46, False)])
def test_days_of_presence_decide_of_the_free_period(presence, free):
    assert is_free(facts(presence=presence)) is free
    assert ("mode" in wrong(findings(facts(presence=presence), date(2028, 3, 1)))) is not free


@pytest.mark.parametrize(("calendar", "free"), [(44, True), (45, True), (46, None), (200, None)])
def test_the_calendar_alone_decides_only_while_it_can(calendar, free):
    """Nobody is present more days than have passed; beyond, the days at the centre do not count."""
    known = facts(broke_on=START + timedelta(days=calendar - 1))
    assert elapsed(known) == calendar
    assert is_free(known) is free
    found = findings(known, known.broke_on)
    assert wrong(found) == {}
    assert bool(found) is (free is None)


@pytest.mark.parametrize(
    ("broke_on", "asked"),
    [
        (date(2028, 1, 15), LEAP),
        (date(2027, 11, 17), date(2028, 1, 1)),
        (date(2028, 3, 10), date(2028, 4, 24)),  # summer time begins meanwhile
    ],
)
def test_the_hand_over_is_asked_45_calendar_days_after(broke_on, asked):
    assert handover_on(broke_on) == asked


# --- The mediator ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "accepted"), [(4, False), (5, True), (6, True)])
def test_the_employer_is_informed_five_days_after_the_mediator(after, accepted):
    mediator = date(2028, 2, 24)
    employer = mediator + timedelta(days=after)
    known = facts(employer + timedelta(days=30), Mode.APPRENTICE, mediator_on=mediator, employer_on=employer)
    assert ("employer_on" not in wrong(findings(known, known.broke_on))) is accepted
    assert earliest_notice(mediator) == LEAP


@pytest.mark.parametrize(("after", "accepted"), [(6, False), (7, True), (8, True)])
def test_the_contract_ends_seven_days_after_the_employer_knows(after, accepted):
    employer = date(2028, 2, 22)
    known = facts(
        employer + timedelta(days=after), Mode.APPRENTICE, mediator_on=date(2028, 2, 1), employer_on=employer
    )
    assert ("broke_on" not in wrong(findings(known, known.broke_on))) is accepted
    assert earliest_breach(employer) == LEAP


def test_the_steps_are_asked_of_the_apprentice_s_breach_alone():
    assert set(wrong(findings(facts(mode=Mode.APPRENTICE), date(2028, 3, 1)))) == {
        "mediator_on",
        "employer_on",
    }
    assert findings(facts(mode=Mode.AGREED), date(2028, 3, 1)) == []


# --- Dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "field"),
    [
        (date(2028, 2, 28), "broke_on"),
        (LEAP, None),
        (LEAP + timedelta(days=365), None),
        (LEAP + timedelta(days=366), "broke_on"),
    ],
)
def test_a_breach_is_declared_within_the_year(today, field):
    assert list(wrong(findings(facts(LEAP, Mode.AGREED), today))) == ([field] if field else [])


def test_more_presence_than_days_is_refused():
    known = facts(START + timedelta(days=9), presence=11)
    assert list(wrong(findings(known, known.broke_on))) == ["presence"]
    assert findings(facts(START + timedelta(days=9), presence=10), START + timedelta(days=9)) == []


@pytest.mark.parametrize(
    ("kept", "heard"), [(date(2028, 8, 28), 0), (date(2028, 8, 29), 0), (date(2028, 8, 30), 1)]
)
def test_kept_at_the_centre_for_six_months(kept, heard):
    assert kept_until_at_most(LEAP) == date(2028, 8, 29)
    found = findings(facts(LEAP, Mode.AGREED), LEAP, kept_until=kept)
    assert (len(found), wrong(found)) == (heard, {})


@given(days, st.integers(0, 400), st.none() | st.integers(1, 500), st.sampled_from(list(Mode)), days)
def test_what_is_said_is_a_sentence_and_never_contradicts_itself(start, length, presence, mode, today):
    known = Facts(start, start + timedelta(days=length), mode, presence)
    found = findings(known, today)
    assert all(finding.words[-1] in ".?)" for finding in found)
    if not wrong(found):
        assert presence is None or presence <= elapsed(known)
        assert not (mode == Mode.FREE and presence is not None and presence > FREE_PRESENCE_DAYS)
        assert known.broke_on <= today


# --- The ages of the contract ---------------------------------------------------------------------------------


def worst(born: date, day: date, **answers) -> str:
    return overall(programmes.get("apprentissage").verdicts(Candidate(birth_date=born), answers, day))


@pytest.mark.parametrize("born", [date(2004, 2, 29), date(2003, 6, 15), date(2004, 12, 31)])
@pytest.mark.parametrize(("age", "before", "after"), [(16, {CHECK, NO}, {YES}), (30, {YES}, {CHECK})])
def test_the_ages_on_their_days(born, age, before, after):
    on = birthday(born, age)
    assert worst(born, on - timedelta(days=1)) in before
    assert worst(born, on) in after
    assert worst(born, on + timedelta(days=1)) in after


@pytest.mark.parametrize("born", [date(1996, 2, 29), date(1997, 6, 15)])
def test_an_exception_is_justified_or_not_and_says_no_more(born):
    on = birthday(born, 30)
    assert worst(born, on - timedelta(days=1), age_exception=False) == YES
    assert worst(born, on, age_exception=False) == NO
    assert worst(born, on, age_exception=True) == CHECK  # the sources differ: never better


@pytest.mark.parametrize(
    ("day", "answer"), [(date(2018, 12, 31), CHECK), (date(2019, 1, 1), YES), (date(2019, 1, 2), YES)]
)
def test_the_limit_that_held_on_the_day_of_the_contract(day, answer):
    """26 years old when the limit was raised: an older contract is to be checked, and stays valid at 25."""
    assert worst(date(1992, 6, 1), day) == answer
    assert worst(date(1993, 6, 1), day) == YES


@pytest.mark.parametrize(
    ("day", "answer"), [(date(2026, 9, 14), CHECK), (date(2026, 9, 15), YES), (date(2026, 9, 16), YES)]
)
def test_at_15_once_the_third_form_is_over(day, answer):
    """Reached between the start of the school year and 31 December."""
    born = date(2011, 9, 15)
    assert worst(born, day, troisieme_terminee=True) == answer
    assert worst(born, day, troisieme_terminee=False) == NO
    assert worst(date(2012, 1, 1), day, troisieme_terminee=True) == NO
