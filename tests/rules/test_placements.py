"""The limits of a period in a company, on their boundaries: the day before, the day, the day after."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ages import birthday
from core.working_days import add_months
from referrals.placements import rules, schedule
from referrals.placements.rules import Period, Plan, findings
from referrals.placements.schedule import EMPTY, Slot, read_day

HOST, OTHER_HOST = "73282932000074", "13002526500013"
GROWN = date(1995, 1, 1)
OFFICE = (read_day("9h-12h, 13h-17h"),) * 5 + ((), ())


def week(**days: str) -> schedule.Week:
    """A week from the hours of some days: ``week(mon="9-12")``."""
    return tuple(read_day(days.get(name, "")) for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def plan(start, end, *, born=GROWN, hours=OFFICE, told=True, **of_period) -> Plan:
    period = Period(
        start, end, of_period.pop("host", HOST), of_period.pop("purpose", "DECOUVRIR"), **of_period
    )
    return Plan(period, hours, born, representative_told=told)


def codes(*args, others=(), strict=False, **how) -> list[str]:
    return [one.code for one in findings(plan(*args, **how), others, strict_month=strict)]


@given(st.lists(st.sampled_from(["", "9-12", "9-12, 13-17", "22-6"]), min_size=7, max_size=7))
def test_a_week_told_apart_is_the_same_week(texts):
    whole = tuple(read_day(one) for one in texts)
    usual, alike, own = schedule.told_apart(whole)
    again = tuple(read_day(own.get(number) or (usual if number in alike else "")) for number in range(1, 8))
    assert again == whole
    assert not set(alike) & set(own)


# --- One month date to date -----------------------------------------------------------------------


@pytest.mark.parametrize(("start", "strict", "wide"), [
    (date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 1)),  # after a month of 31 days both readings agree
    (date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)),
    (date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 3)),
    (date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 2)),
    (date(2028, 1, 29), date(2028, 2, 28), date(2028, 2, 28)),  # 29 February: the eve of the 29th
    (date(2028, 1, 30), date(2028, 2, 28), date(2028, 2, 29)),
    (date(2028, 2, 29), date(2028, 3, 28), date(2028, 3, 30)),
    (date(2027, 1, 31), date(2027, 2, 27), date(2027, 3, 2)),  # no 31st: the last day of February, less one
    (date(2026, 12, 15), date(2027, 1, 14), date(2027, 1, 14)),  # the turn of the year
    (date(2026, 11, 20), date(2026, 12, 19), date(2026, 12, 20)),
])  # fmt: skip
def test_the_two_readings_of_one_month(start, strict, wide):
    assert rules.month_ends(start) == (strict, wide)
    day = timedelta(days=1)
    for end, expected, when_strict in (
        (strict - day, [], []),
        (strict, [], []),
        (wide + day, ["MOIS_DEPASSE"], ["MOIS_DEPASSE"]),
    ):
        assert codes(start, end) == expected
        assert codes(start, end, strict=True) == when_strict
    if wide > strict:
        for end in (strict + day, wide):
            assert codes(start, end) == ["MOIS_LECTURES"]
            assert codes(start, end, strict=True) == ["MOIS_DEPASSE"]


@given(st.dates(date(2015, 1, 1), date(2040, 12, 31)), st.integers(0, 80))
def test_a_month_is_never_longer_than_31_days_nor_shorter_than_february(start, days):
    strict, wide = rules.month_ends(start)
    assert timedelta(days=26) <= strict - start <= wide - start == timedelta(days=30)
    found = findings(plan(start, start + timedelta(days=days)))
    assert ("MOIS_DEPASSE" in [one.code for one in found]) == (days > 30)
    assert all(one.blocks for one in found if one.code == "MOIS_DEPASSE")
    assert not any(one.blocks for one in found if one.code == "MOIS_LECTURES")


def test_the_end_does_not_come_before_the_start():
    assert codes(date(2026, 3, 2), date(2026, 3, 1)) == ["DATES"]
    assert codes(date(2026, 3, 2), date(2026, 3, 2)) == []


# --- One renewal ----------------------------------------------------------------------------------

FIRST = Period(date(2026, 3, 2), date(2026, 3, 20), HOST, "DECOUVRIR", key=1)


@pytest.mark.parametrize(("start", "expected"), [
    (date(2026, 3, 19), ["RENOUVELLEMENT_DATES", "MEMES_DATES"]),
    (date(2026, 3, 20), ["RENOUVELLEMENT_DATES", "MEMES_DATES"]),
    (date(2026, 3, 21), []),
])  # fmt: skip
def test_a_renewal_follows_the_first_period(start, expected):
    assert codes(start, date(2026, 4, 3), others=[FIRST], renewal_of=1) == expected


def test_a_renewal_that_itself_exceeds_a_month():
    start = date(2026, 3, 23)
    assert codes(start, date(2026, 4, 22), others=[FIRST], renewal_of=1) == []
    assert codes(start, date(2026, 4, 23), others=[FIRST], renewal_of=1) == ["MOIS_DEPASSE"]


def test_a_period_is_renewed_once():
    again = Period(date(2026, 3, 23), date(2026, 3, 27), HOST, "DECOUVRIR", key=2, renewal_of=1)
    late = (date(2026, 4, 1), date(2026, 4, 3))
    assert codes(*late, others=[FIRST, again], renewal_of=2) == ["RENOUVELLEMENT_SECOND"]
    assert codes(*late, others=[FIRST, again], renewal_of=1) == ["RENOUVELLEMENT_SECOND"]
    # It stays the same object, and is not a second convention.
    assert codes(*late, others=[FIRST], renewal_of=1) == []
    assert codes(*late, others=[again], renewal_of=1, key=2) == []  # amended: not counted against itself


# --- The same company -----------------------------------------------------------------------------


def of_host(start, end, purpose, key, **more) -> Period:
    return Period(start, end, more.pop("host", HOST), purpose, key=key, **more)


TWO = [
    of_host(date(2026, 1, 5), date(2026, 1, 9), "DECOUVRIR", 1),
    of_host(date(2026, 6, 1), date(2026, 6, 12), "CONFIRMER", 2),
]


def test_a_second_period_has_another_object():
    one = TWO[:1]
    second = (date(2026, 6, 1), date(2026, 6, 12))
    assert codes(*second, others=one, purpose="DECOUVRIR") == ["MEME_OBJET"]
    assert codes(*second, others=one, purpose="CONFIRMER") == []
    assert codes(*second, others=one, purpose="DECOUVRIR", host=OTHER_HOST) == []  # any number of companies


@pytest.mark.parametrize(("end", "expected"), [
    (date(2027, 1, 8), ["TROISIEME_PERIODE"]),
    (date(2027, 1, 9), ["TROISIEME_PERIODE"]),  # twelve months later, to the day
    (date(2027, 1, 10), []),  # twelve months and a day
])  # fmt: skip
def test_a_third_period_twelve_months_and_a_day_later(end, expected):
    assert codes(end - timedelta(days=4), end, others=TWO, purpose="RECRUTER") == expected


def test_twelve_months_over_29_february():
    two = [of_host(date(2028, 2, 28), date(2028, 2, 29), "DECOUVRIR", 1), TWO[1]]
    two[1] = of_host(date(2028, 6, 1), date(2028, 6, 12), "CONFIRMER", 2)
    for end, expected in (
        (date(2029, 2, 27), ["TROISIEME_PERIODE"]),
        (date(2029, 2, 28), ["TROISIEME_PERIODE"]),
        (date(2029, 3, 1), ["TROISIEME_PERIODE"]),  # 1 March 2028 is later than 29 February
        (date(2029, 3, 2), []),
    ):
        found = codes(end - timedelta(days=1), end, others=two, purpose="RECRUTER")
        assert found == (expected if add_months(end, -12) <= date(2028, 2, 29) else []), end


def test_a_period_noted_after_the_fact_counts_against_the_later_ones():
    later = [
        of_host(date(2026, 3, 2), date(2026, 3, 6), "CONFIRMER", 2),
        of_host(date(2026, 9, 7), date(2026, 9, 11), "RECRUTER", 3),
    ]
    assert codes(date(2026, 1, 5), date(2026, 1, 9), others=later) == ["TROISIEME_PERIODE"]
    assert codes(date(2025, 9, 8), date(2025, 9, 10), others=later) == []


def test_renewals_are_not_conventions_and_count_in_the_sixty_days():
    known = [
        of_host(date(2026, 1, 5), date(2026, 2, 3), "DECOUVRIR", 1),  # 30 days
        of_host(date(2026, 2, 4), date(2026, 2, 13), "DECOUVRIR", 2, renewal_of=1),  # 10 days
    ]
    start = date(2026, 5, 4)
    for days, expected in ((19, []), (20, []), (21, ["SOIXANTE_JOURS"])):
        end = start + timedelta(days=days - 1)
        assert codes(start, end, others=known, purpose="RECRUTER") == expected


def test_the_check_says_what_it_counts():
    found = findings(plan(date(2026, 9, 1), date(2026, 9, 4), purpose="RECRUTER"), TWO)
    assert [one.code for one in found] == ["TROISIEME_PERIODE"]
    assert "que votre structure peut voir" in found[0].words
    assert "3e période" in found[0].words


def test_what_is_not_verified_never_blocks():
    unverified = {"RENOUVELLEMENT_SECOND", "TROISIEME_PERIODE", "MEME_OBJET", "SOIXANTE_JOURS"}
    unverified |= {code for code in rules.RULES if code.startswith("MINEUR_")}
    assert {code for code in unverified if rules.RULES[code].level == rules.Level.ERROR} == set()
    assert all(rule.source and rule.label for rule in rules.RULES.values())


purposes = st.sampled_from(["DECOUVRIR", "CONFIRMER", "RECRUTER"])
known_periods = st.lists(
    st.builds(
        lambda number, start, days, purpose: Period(
            start, start + timedelta(days=days), HOST, purpose, key=number
        ),
        st.integers(1, 10_000),
        st.dates(date(2025, 1, 1), date(2028, 12, 31)),
        st.integers(0, 30),
        purposes,
    ),
    max_size=5,
    unique_by=lambda one: one.key,
)


@given(known_periods, st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(0, 30), purposes)
def test_the_order_of_what_is_known_changes_nothing_and_more_never_lightens(known, start, days, purpose):
    asked = plan(start, start + timedelta(days=days), purpose=purpose)
    whole = {one.code for one in findings(asked, known)}
    assert {one.code for one in findings(asked, known[::-1])} == whole
    assert {one.code for one in findings(asked, known[1:])} <= whole
    # Of no other company, and of a year before, nothing counts.
    elsewhere = [Period(one.starts_on, one.ends_on, OTHER_HOST, one.purpose, one.key) for one in known]
    assert {"TROISIEME_PERIODE", "MEME_OBJET", "SOIXANTE_JOURS"}.isdisjoint(
        one.code for one in findings(asked, elsewhere)
    )


# --- Hours ----------------------------------------------------------------------------------------

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def test_there_is_some_presence():
    assert codes(MONDAY, FRIDAY, hours=EMPTY) == ["SANS_PRESENCE"]
    assert codes(date(2026, 3, 7), date(2026, 3, 8)) == ["SANS_PRESENCE"]  # a Saturday and a Sunday


@pytest.mark.parametrize(("saturday", "expected"), [
    ("8-12, 13-21", []), ("8-12, 13-22", []), ("8-12, 13-22:01", ["SEMAINE_48_H"]),
])  # fmt: skip
def test_48_hours_a_week(saturday, expected):
    hours = (*OFFICE[:5], read_day(saturday), ())
    assert codes(MONDAY, date(2026, 3, 8), hours=hours) == expected
    assert codes(MONDAY, FRIDAY, hours=hours) == []  # the Saturday is not in the period


def test_the_presence_of_a_night_goes_into_the_next_day():
    hours = week(mon="22-6", tue="5-12")
    assert codes(MONDAY, FRIDAY, hours=hours) == ["HORAIRES_CHEVAUCHES"]
    assert codes(MONDAY, FRIDAY, hours=week(mon="22-6", tue="22-6")) == []


MINOR = date(2009, 3, 6)  # 17 until 5 March 2027


def young(*args, **how):
    return codes(*args, born=how.pop("born", MINOR), **how)


@pytest.mark.parametrize(("hours", "expected"), [
    ("8-12, 13-16:59", []), ("8-12, 13-17", []), ("8-12, 13-17:01", ["MINEUR_8_H"]),
])  # fmt: skip
def test_eight_hours_a_day_before_18(hours, expected):
    assert young(MONDAY, FRIDAY, hours=week(mon=hours)) == expected
    assert codes(MONDAY, FRIDAY, hours=week(mon=hours)) == []


@pytest.mark.parametrize(("friday", "expected"), [
    ("9-12, 13-16:59", []), ("9-12, 13-17", []), ("9-12, 13-17:01", ["MINEUR_35_H"]),
])  # fmt: skip
def test_35_hours_a_week_before_18(friday, expected):
    hours = (*OFFICE[:4], read_day(friday), (), ())
    assert young(MONDAY, FRIDAY, hours=hours) == expected
    assert codes(MONDAY, FRIDAY, hours=hours) == []


def test_turning_18_during_the_period():
    """Until the eve of the birthday, and no further."""
    long_days = week(**dict.fromkeys(("mon", "tue", "wed", "thu"), "8-12:30, 13-17:30"))
    for birthday_on, minor_days in (
        (date(2026, 3, 2), 0), (date(2026, 3, 3), 1), (date(2026, 3, 5), 3), (date(2026, 3, 6), 4),
    ):  # fmt: skip
        born = birthday_on.replace(year=2008)
        found = findings(plan(MONDAY, FRIDAY, born=born, hours=long_days))
        expected = (["MINEUR_8_H"] if minor_days else []) + (["MINEUR_35_H"] if minor_days * 9 > 35 else [])
        assert [one.code for one in found] == expected, birthday_on


def test_turning_18_on_29_february():
    born = date(2008, 2, 29)  # 18 on 1 March 2026
    saturday, sunday = date(2026, 2, 28), date(2026, 3, 1)
    assert codes(saturday, saturday, born=born, hours=week(sat="8-17")) == ["MINEUR_8_H", "MINEUR_PAUSE"]
    assert codes(sunday, sunday, born=born, hours=week(sun="8-17")) == []


@pytest.mark.parametrize(("born", "evening", "expected"), [
    (MINOR, "14-22", []),
    (MINOR, "14-22:01", ["MINEUR_NUIT"]),
    (MINOR, "5:59-9", ["MINEUR_NUIT"]),
    (MINOR, "22-0", ["MINEUR_NUIT"]),
    (date(2010, 6, 1), "16-20", []),
    (date(2010, 6, 1), "16-20:01", ["MINEUR_NUIT"]),
])  # fmt: skip
def test_no_night_before_18_nor_evening_before_16(born, evening, expected):
    found = young(MONDAY, MONDAY, born=born, hours=week(mon=evening))
    assert [code for code in found if code == "MINEUR_NUIT"] == expected


@pytest.mark.parametrize(("born", "morning", "expected"), [
    (MINOR, "7:59-9", ["MINEUR_REPOS"]), (MINOR, "8-9", []),
    (date(2010, 6, 1), "9:59-11", ["MINEUR_REPOS"]), (date(2010, 6, 1), "10-11", []),
])  # fmt: skip
def test_rest_between_two_days(born, morning, expected):
    found = young(MONDAY, FRIDAY, born=born, hours=week(mon="16-20", tue=morning))
    assert [code for code in found if code != "MOINS_DE_16_ANS"] == expected


def test_two_days_of_rest_in_a_row():
    six_days = week(mon="9-12", tue="9-12", wed="9-12", thu="9-12", fri="9-12", sat="9-12")
    sunday_monday = week(tue="9-12", wed="9-12", thu="9-12", fri="9-12", sat="9-12")
    assert young(MONDAY, date(2026, 3, 7), hours=six_days) == []
    assert young(MONDAY, date(2026, 3, 8), hours=six_days) == ["MINEUR_DEUX_JOURS"]
    assert young(MONDAY, date(2026, 3, 29), hours=sunday_monday) == []
    split = week(mon="9-12", tue="9-12", thu="9-12", fri="9-12", sat="9-12")
    assert young(MONDAY, date(2026, 3, 29), hours=split) == ["MINEUR_DEUX_JOURS"]


@pytest.mark.parametrize(("hours", "expected"), [
    ("8-12:30", []), ("8-12:31", ["MINEUR_PAUSE"]), ("8-12, 12:29-13", ["MINEUR_PAUSE"]), ("8-12, 12:30-13", []),
])  # fmt: skip
def test_a_break_every_four_hours_and_a_half(hours, expected):
    assert young(MONDAY, MONDAY, hours=week(mon=hours)) == expected


def test_a_public_holiday():
    may_day = date(2026, 5, 1)
    assert young(may_day, may_day) == ["MINEUR_FERIE"]
    assert codes(may_day, may_day) == []


# --- The night when the hour changes --------------------------------------------------------------

SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)  # the Saturdays before


def test_a_night_lasts_what_the_clock_says():
    night = week(sat="22-6")
    assert schedule.minutes_on(night, date(2026, 3, 21)) == 8 * 60
    assert schedule.minutes_on(night, SPRING) == 7 * 60
    assert schedule.minutes_on(night, AUTUMN) == 9 * 60
    elsewhere = ZoneInfo("America/Cayenne")  # no summer time in Guyane
    assert schedule.minutes_on(night, SPRING, elsewhere) == 8 * 60


def test_an_hour_that_does_not_exist_lasts_nothing():
    assert schedule.minutes_on(week(sun="2:30-3:15"), date(2026, 3, 29)) == 0
    assert schedule.minutes_on(week(sun="1:00-4:00"), date(2026, 3, 29)) == 2 * 60


def test_a_rest_of_twelve_hours_over_the_change_of_hour():
    hours = week(sat="16-20", sun="8-9")
    for saturday, expected in ((SPRING, ["MINEUR_REPOS"]), (SPRING + timedelta(days=7), [])):
        found = young(saturday, saturday + timedelta(days=1), hours=hours)
        assert [code for code in found if code == "MINEUR_REPOS"] == expected
    found = young(AUTUMN, AUTUMN + timedelta(days=1), hours=week(sat="16-20", sun="7-9"))
    assert "MINEUR_REPOS" not in found


def test_a_day_of_eight_hours_over_the_change_of_hour():
    long_night = week(sun="0-8")
    assert "MINEUR_8_H" in young(date(2026, 10, 25), date(2026, 10, 25), hours=long_night)
    assert "MINEUR_8_H" not in young(date(2026, 3, 29), date(2026, 3, 29), hours=week(sun="0-9"))


# --- Age ------------------------------------------------------------------------------------------


def test_the_representative_of_a_minor_is_told():
    assert young(MONDAY, FRIDAY, told=False) == ["REPRESENTANT"]
    assert codes(MONDAY, FRIDAY, born=date(2008, 3, 2), told=False) == []  # 18 on that day
    assert codes(MONDAY, FRIDAY, born=date(2008, 3, 3), told=False) == ["REPRESENTANT"]


def test_sixteen_at_the_start():
    for born, expected in (
        (date(2010, 3, 1), []),
        (date(2010, 3, 2), []),
        (date(2010, 3, 3), ["MOINS_DE_16_ANS"]),
    ):
        assert codes(MONDAY, FRIDAY, born=born) == expected


def test_before_the_birth():
    assert codes(MONDAY, FRIDAY, born=date(2026, 3, 3)) == ["NAISSANCE"]


@given(st.dates(date(2005, 1, 1), date(2012, 12, 31)), st.dates(date(2024, 1, 1), date(2029, 1, 1)))
def test_nothing_is_asked_for_the_young_once_they_are_18(born, start):
    found = {
        one.code for one in findings(plan(start, start, born=born, told=False, hours=(read_day("4-23"),) * 7))
    }
    minor = start < birthday(born, 18)
    assert ("REPRESENTANT" in found) == minor
    assert any(code.startswith("MINEUR_") for code in found) == minor


# --- What is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "read"), [
    ("", ()),
    ("9:00-12:00, 13:00-17:00", ("09:00-12:00", "13:00-17:00")),
    ("9h-12h 13h30-17h", ("09:00-12:00", "13:30-17:00")),
    ("13–17 / 9–12", ("09:00-12:00", "13:00-17:00")),
    ("9 h 15 - 12 h 45 13-17", ("09:15-12:45", "13:00-17:00")),
    ("de 9h", None),
    ("9 h à 12 h et 14 h à 18 h", ("09:00-12:00", "14:00-18:00")),
    ("16-24", ("16:00-00:00",)),
    ("22-6", ("22:00-06:00",)),
    ("9-12, 11-13", None),
    ("9-9", None),
    ("9-25", None),
    ("9:75-12", None),
    ("9-12, 22-6, 23-24", None),
    ("1-2,3-4,5-6,7-8,9-10", None),
    ("9-12\x00", None),
    ("9-12" * 50_000, None),
])  # fmt: skip
def test_hours_as_people_type_them(typed, read):
    if read is None:
        with pytest.raises(ValueError, match=r"[a-zé]"):
            read_day(typed)
    else:
        assert tuple(map(str, read_day(typed))) == read


slots = st.lists(
    st.times().map(lambda one: time(one.hour, one.minute)), min_size=2, max_size=6, unique=True
).map(lambda times: tuple(Slot(*pair) for pair in zip(*[iter(sorted(times))] * 2, strict=False)))


@given(st.lists(slots, min_size=7, max_size=7).map(tuple))
def test_a_week_is_stored_and_read_again(found):
    found = tuple(day[: schedule.MAX_SLOTS] for day in found)
    assert schedule.from_json(schedule.to_json(found)) == found
    assert tuple(read_day(schedule.day_text(day)) for day in found) == found


def test_a_week_in_words():
    assert schedule.words(OFFICE) == ["lundi au vendredi : 09:00-12:00, 13:00-17:00"]
    assert schedule.words(week(mon="9-12", tue="9-12", thu="9-12")) == [
        "lundi au mardi : 09:00-12:00", "jeudi : 09:00-12:00",
    ]  # fmt: skip
    assert schedule.minutes_between(OFFICE, MONDAY, date(2026, 3, 15)) == 70 * 60
    assert [schedule.hours_words(minutes) for minutes in (0, 90, 2100)] == ["0 h", "1 h 30", "35 h"]
