"""Conventions that live: amendments, suspensions, exits, signatures one by one; nothing learnt later rewrites a day."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partners.conventions.alerts import alerts_due
from partners.conventions.facts import (
    AmendmentFacts,
    ConventionFacts,
    Denunciation,
    PartyFacts,
    Suspension,
    alone_since,
    period_on,
    signature_on,
    spans_of,
    takes_effect_on,
)
from partners.conventions.state import ending_on, expected_last_day, last_day_to_denounce, state_on, term_on
from partners.conventions.text import LineFacts, TextFacts, text_on
from tests.rules.conventions import ONE_DAY, S, any_facts, days, extension, renewed, signed

LATER = st.integers(0, 4000).map(lambda count: timedelta(days=count))


def known_by(facts: ConventionFacts, day: date) -> ConventionFacts:
    """The same convention without anything that takes effect after a day."""

    def past(on):
        return on if on is not None and on <= day else None

    return replace(
        facts,
        amendments=tuple(one for one in facts.amendments if past(one.in_force_from)),
        denunciations=tuple(
            one for one in facts.denunciations if past(takes_effect_on(one, facts.notice_months))
        ),
        suspensions=tuple(
            Suspension(one.since, past(one.until)) for one in facts.suspensions if past(one.since)
        ),
        terminated_on=past(facts.terminated_on),
        lapsed_on=past(facts.lapsed_on),
        replaced_on=past(facts.replaced_on),
        parties=tuple(
            replace(one, left_on=None, left_by=None) if one.left_on and one.left_on >= day else one
            for one in facts.parties
        ),
    )


def without_heirs(facts: ConventionFacts) -> ConventionFacts:
    """The law makes an heir, whenever the amendment that says so is signed: heirs have their own test."""
    return replace(facts, parties=tuple(replace(one, replaces=None) for one in facts.parties))


# --- The truth of a day -----------------------------------------------------------------------------


@given(any_facts, days, LATER)
def test_what_takes_effect_later_changes_nothing_of_a_day(facts, day, later):
    facts = without_heirs(facts)
    known = known_by(facts, day + later)
    assert state_on(facts, day) == state_on(known, day)
    assert ending_on(facts, day) == ending_on(known, day)
    assert term_on(facts, day) == term_on(known, day)


@given(any_facts, days, LATER)
def test_the_text_of_a_day_does_not_know_what_comes_later(facts, day, later):
    facts = without_heirs(facts)
    lines = tuple(LineFacts(n, n if n % 2 else None, n + 1 if n % 3 else None) for n in range(1, 8))
    text = TextFacts("L’objet", "Les données", lines, lines)
    read, known = text_on(facts, text, day), text_on(known_by(facts, day + later), text, day)
    assert read.commitments == known.commitments
    assert (read.purpose, read.data_clause, read.term) == (known.purpose, known.data_clause, known.term)
    assert {span.key for span in read.parties} == {span.key for span in known.parties}


@given(any_facts, days)
def test_a_suspension_never_outlives_the_end_nor_hides_it(facts, day):
    bare = replace(facts, suspensions=())
    assert ending_on(facts, day) == ending_on(bare, day)
    if state_on(facts, day) == S.SUSPENDUE:
        assert state_on(bare, day) in (S.EN_VIGUEUR, S.TERME_INCONNU)
        assert any(one.covers(day) for one in facts.suspensions)
    else:
        assert state_on(facts, day) == state_on(bare, day)


@given(any_facts, days)
def test_a_suspension_silences_no_alert(facts, day):
    assert alerts_due(facts, day) == alerts_due(replace(facts, suspensions=()), day)


@given(any_facts, days)
def test_caducity_wins_a_tie(facts, day):
    tied = replace(
        facts, nature="convention", lapsed_on=day, terminated_on=day, replaced_on=day, denunciations=()
    )
    ending = ending_on(tied, day)
    assert ending is not None
    if ending[1] == day:
        assert ending[0] == S.CADUQUE


# --- Amendments of the term -------------------------------------------------------------------------


@given(any_facts, days, days, days, days)
def test_amendments_of_different_kinds_commute(facts, day, first, second, ends_on):
    def both(one, other):
        term = extension(1, one, ends_on, signed_on=date(1999, 1, 1))
        purpose = AmendmentFacts(
            number=2, effective_on=other, signed_on=date(1999, 1, 1), purpose="Autre objet"
        )
        return term, purpose

    term, purpose = both(first, first)
    text = TextFacts("L’objet")
    for order in ((term, purpose), (purpose, term)):
        read = text_on(replace(facts, amendments=order), text, day)
        assert read == text_on(replace(facts, amendments=(term, purpose)), text, day)
    # The day on which the object changes does not move the term, nor the other way round.
    moved = both(first, second)
    assert term_on(replace(facts, amendments=moved), day) == term_on(replace(facts, amendments=(term,)), day)
    assert text_on(replace(facts, amendments=moved), text, day).purpose == (
        "Autre objet" if second <= day else "L’objet"
    )


@given(
    st.permutations([1, 2, 3]),
    st.lists(st.integers(0, 1000), min_size=3, max_size=3, unique=True),
    st.lists(st.integers(1100, 4000), min_size=3, max_size=3),
)
def test_of_two_amendments_of_the_term_the_later_effect_wins(numbers, starts, ends):
    found = [
        extension(
            number,
            date(2019, 5, 11) + timedelta(days=start),
            date(2019, 5, 11) + timedelta(days=end),
        )
        for number, start, end in zip(numbers, starts, ends, strict=True)
    ]
    last = max(found, key=lambda one: one.effective_on)
    for amendments in (found, found[::-1]):
        assert term_on(signed(amendments=tuple(amendments)), date(2022, 5, 9)) == last.ends_on


def test_amendments_of_the_same_day_are_settled_by_number():
    day = date(2020, 1, 1)
    one, two = extension(1, day, date(2024, 1, 1)), extension(2, day, date(2023, 1, 1))
    for amendments in ((one, two), (two, one)):
        assert term_on(signed(amendments=amendments), day) == date(2023, 1, 1)
    swapped = (extension(2, day, date(2024, 1, 1)), extension(1, day, date(2023, 1, 1)))
    assert term_on(signed(amendments=swapped), day) == date(2024, 1, 1)


def test_an_unsigned_amendment_has_no_effect_and_a_late_signature_no_past():
    draft = extension(1, date(2021, 1, 1), date(2025, 5, 9), signed_on=None)
    assert state_on(signed(amendments=(draft,)), date(2022, 5, 10)) == S.ECHUE
    late = extension(1, date(2021, 1, 1), date(2025, 5, 9), signed_on=date(2021, 6, 1))
    assert term_on(signed(amendments=(late,)), date(2021, 5, 31)) == date(2022, 5, 9)
    assert term_on(signed(amendments=(late,)), date(2021, 6, 1)) == date(2025, 5, 9)


def test_what_is_over_is_not_prolonged():
    on_time = extension(1, date(2022, 5, 10), date(2025, 5, 9))
    assert state_on(signed(amendments=(on_time,)), date(2022, 5, 10)) == S.EN_VIGUEUR
    too_late = extension(1, date(2022, 5, 11), date(2025, 5, 9))
    assert state_on(signed(amendments=(too_late,)), date(2022, 5, 11)) == S.ECHUE


def test_a_term_brought_forward_ends_at_the_earliest_the_day_before():
    sooner = extension(1, date(2021, 1, 1), date(2020, 6, 30))
    facts = signed(amendments=(sooner,))
    assert state_on(facts, date(2020, 12, 31)) == S.EN_VIGUEUR
    assert ending_on(facts, date(2021, 1, 1)) == (S.ECHUE, date(2021, 1, 1))


def test_an_amendment_gives_a_term_to_a_text_without_one():
    unknown = signed(
        ends_on=None, end_known=False, amendments=(extension(1, date(2021, 1, 1), date(2021, 12, 31)),)
    )
    assert state_on(unknown, date(2020, 12, 31)) == S.TERME_INCONNU
    assert state_on(unknown, date(2021, 1, 1)) == S.EN_VIGUEUR
    assert state_on(unknown, date(2022, 1, 1)) == S.ECHUE


def test_renewals_are_counted_from_the_running_term_and_add_up_to_the_maximum():
    # One year, renewed at most twice; an amendment of the first renewed year gives a term in September.
    facts = renewed(amendments=(extension(1, date(2020, 6, 1), date(2021, 9, 30)),))
    assert period_on(facts, date(2020, 6, 1)).renewals == 1
    assert term_on(facts, date(2021, 9, 30)) == date(2021, 9, 30)
    assert (period_on(facts, date(2021, 10, 1)).renewals, term_on(facts, date(2021, 10, 1))) == (
        2,
        date(2022, 9, 30),
    )
    assert state_on(facts, date(2022, 10, 1)) == S.ECHUE
    # Before the first renewal happened, it does not count.
    early = renewed(amendments=(extension(1, date(2020, 3, 1), date(2021, 9, 30)),))
    assert period_on(early, date(2020, 3, 1)).renewals == 0


def test_a_term_on_a_leap_day_and_its_renewals():
    facts = signed(
        amendments=(extension(1, date(2022, 1, 1), date(2024, 2, 29)),), tacit_renewal=True, renewal_months=12
    )
    assert term_on(facts, date(2024, 2, 29)) == date(2024, 2, 29)
    assert term_on(facts, date(2024, 3, 1)) == date(2025, 2, 28)
    assert term_on(facts, date(2028, 2, 29)) == date(2028, 2, 29)
    assert state_on(facts, date(2028, 2, 29)) == S.EN_VIGUEUR


def test_alerts_follow_an_amendment_from_its_signature():
    later = extension(1, date(2022, 5, 1), date(2025, 5, 9), signed_on=date(2022, 2, 1))
    facts = signed(amendments=(later,))
    before = [alert.code for alert in alerts_due(facts, date(2022, 1, 31))]
    assert before == ["before_6_months"]
    assert alerts_due(facts, date(2022, 2, 1)) == ()
    assert expected_last_day(facts, date(2022, 2, 1)) == date(2025, 5, 9)
    assert {alert.term for alert in alerts_due(facts, date(2025, 4, 30))} == {date(2025, 5, 9)}


def test_the_last_day_to_denounce_follows_the_term_foreseen():
    facts = renewed(
        amendments=(extension(1, date(2020, 2, 1), date(2020, 8, 31), signed_on=date(2019, 10, 1)),)
    )
    assert last_day_to_denounce(facts, date(2019, 9, 30)) == date(2019, 11, 30)
    assert last_day_to_denounce(facts, date(2019, 10, 1)) == date(2020, 5, 31)


# --- Suspensions --------------------------------------------------------------------------------------


def test_a_suspended_convention_resumes_and_its_term_does_not_wait():
    facts = signed(
        suspensions=(Suspension(date(2020, 3, 17), date(2020, 9, 1)), Suspension(date(2022, 1, 1)))
    )
    assert state_on(facts, date(2020, 3, 16)) == S.EN_VIGUEUR
    assert state_on(facts, date(2020, 3, 17)) == state_on(facts, date(2020, 8, 31)) == S.SUSPENDUE
    assert state_on(facts, date(2020, 9, 1)) == S.EN_VIGUEUR
    assert state_on(facts, date(2022, 5, 9)) == S.SUSPENDUE
    assert state_on(facts, date(2022, 5, 10)) == S.ECHUE


# --- Parties ------------------------------------------------------------------------------------------


def three(**changes):
    return signed(parties=tuple(PartyFacts(key=n, organisation=n) for n in (1, 2, 3)), **changes)


@given(st.lists(st.integers(0, 1500), min_size=2, max_size=5))
def test_parties_leave_down_to_one(lags):
    lasts = [date(2019, 6, 1) + timedelta(days=lag) for lag in lags]
    facts = signed(
        ends_on=None,
        parties=(
            PartyFacts(key=99),
            *(PartyFacts(left_on=last, key=n) for n, last in enumerate(lasts, start=1)),
        ),
    )
    day = max(lasts) + ONE_DAY
    assert alone_since(facts) == day
    assert state_on(facts, day - ONE_DAY) == S.EN_VIGUEUR
    assert state_on(facts, day) == S.CADUQUE


@given(st.integers(1, 3), days)
def test_one_of_three_that_denounces_only_leaves(who, received):
    facts = three(ends_on=None, notice_months=3, denunciations=(Denunciation(received, by=who),))
    effect = takes_effect_on(facts.denunciations[0], 3)
    if effect > date(2019, 5, 10):
        assert state_on(facts, effect) == S.EN_VIGUEUR
    (gone,) = [span for span in spans_of(facts) if span.last]
    assert (gone.organisation, gone.last) == (who, effect - ONE_DAY)
    again = replace(facts, denunciations=(*facts.denunciations, Denunciation(effect, by=who % 3 + 1)))
    assert state_on(again, takes_effect_on(again.denunciations[1], 3)) == S.DENONCEE


def test_a_denunciation_by_nobody_in_particular_or_by_one_of_two_ends_it():
    day = date(2020, 1, 1)
    assert state_on(three(denunciations=(Denunciation(day),)), day) == S.DENONCEE
    two = three(denunciations=(Denunciation(day, by=1),))
    two = replace(two, parties=two.parties[:2])
    assert state_on(two, day) == S.DENONCEE


def test_a_party_that_denounces_and_whose_exit_is_written_too_leaves_once():
    facts = three(denunciations=(Denunciation(date(2020, 1, 1), by=1),))
    facts = replace(
        facts, parties=(replace(facts.parties[0], left_on=date(2019, 12, 31)), *facts.parties[1:])
    )
    assert state_on(facts, date(2020, 1, 1)) == S.EN_VIGUEUR


def test_an_heir_keeps_the_count_without_a_day_between():
    old = PartyFacts(key=1, left_on=date(2020, 12, 31))
    facts = signed(
        parties=(old, PartyFacts(key=2), PartyFacts(key=3, joined_on=date(2021, 3, 1), replaces=1))
    )
    assert alone_since(facts) is None
    assert [span.first for span in spans_of(facts)] == [None, None, date(2021, 1, 1)]
    assert state_on(facts, date(2021, 2, 1)) == S.EN_VIGUEUR
    # An amendment signed late says so late; it leaves no day with one party only.
    late = AmendmentFacts(number=1, effective_on=date(2021, 1, 1), signed_on=date(2021, 6, 1))
    said = replace(facts.parties[2], joined_on=None, joined_by=1)
    assert alone_since(replace(facts, amendments=(late,), parties=(*facts.parties[:2], said))) is None
    # The end of the first one was not written: it is the eve of its heir.
    silent = replace(facts, parties=(replace(old, left_on=None), *facts.parties[1:]))
    assert spans_of(silent)[0].last == date(2021, 2, 28)


def test_a_party_of_an_amendment_nobody_signed_is_not_one():
    draft = AmendmentFacts(number=1, effective_on=date(2020, 1, 1))
    rows = (
        PartyFacts(key=1, left_on=date(2020, 1, 31), left_by=1),
        PartyFacts(key=2),
        PartyFacts(key=3, joined_by=1),
    )
    facts = signed(amendments=(draft,), parties=rows)
    assert [(span.key, span.last) for span in spans_of(facts)] == [(1, None), (2, None)]
    done = replace(facts, amendments=(replace(draft, signed_on=date(2020, 3, 1)),))
    assert [(span.key, span.first, span.last) for span in spans_of(done)] == [
        (1, None, date(2020, 2, 29)),
        (2, None, None),
        (3, date(2020, 3, 1), None),
    ]


def test_parties_that_sign_on_their_own_days():
    def with_signatures(*found, **changes):
        rows = tuple(PartyFacts(key=n, signed_on=day) for n, day in enumerate(found, start=1))
        return signed(signed_on=None, starts_on=None, **{"parties": rows, **changes})

    first, last = date(2019, 5, 10), date(2019, 6, 3)
    facts = with_signatures(first, last)
    assert signature_on(facts) == last
    assert state_on(facts, first - ONE_DAY) == S.PROJET
    assert state_on(facts, first) == S.A_SIGNER
    assert state_on(facts, last) == S.EN_VIGUEUR
    waiting = with_signatures(first, last, None)
    assert state_on(waiting, date(2026, 1, 1)) == S.A_SIGNER
    assert signature_on(with_signatures(first)) is None
    # One gives up: the others are bound from then on, not before.
    rows = (*facts.parties, PartyFacts(key=3, left_on=date(2019, 9, 30)))
    assert signature_on(replace(facts, parties=rows)) == date(2019, 10, 1)
    # A party that joins later does not move the signature.
    rows = (*facts.parties, PartyFacts(key=3, joined_by=1, signed_on=date(2021, 1, 1)))
    assert signature_on(replace(facts, parties=rows)) == last


# --- The text -----------------------------------------------------------------------------------------


def test_the_text_of_three_days():
    amendment = AmendmentFacts(
        number=1,
        signed_on=date(2020, 1, 1),
        effective_on=date(2020, 1, 1),
        ends_on=date(2025, 5, 9),
        purpose="Élargi",
    )
    rows = (
        PartyFacts(key=1),
        PartyFacts(key=2, left_on=date(2021, 6, 30)),
        PartyFacts(key=3, joined_by=1),
    )
    facts = signed(amendments=(amendment,), parties=rows)
    lines = (LineFacts(1), LineFacts(2, removed_by=1), LineFacts(3, added_by=1))
    text = TextFacts("Restreint", "", lines, lines)

    def read(day):
        found = text_on(facts, text, day)
        return (
            [span.key for span in found.parties],
            found.commitments,
            found.purpose,
            found.purpose_by,
            found.term,
        )

    assert read(date(2019, 12, 31)) == ([1, 2], {1, 2}, "Restreint", None, date(2022, 5, 9))
    assert read(date(2020, 1, 1)) == ([1, 2, 3], {1, 3}, "Élargi", 1, date(2025, 5, 9))
    assert read(date(2021, 7, 1)) == ([1, 3], {1, 3}, "Élargi", 1, date(2025, 5, 9))
