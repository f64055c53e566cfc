"""Conventions: one state a day, the five ends, tacit renewal, denunciation on the last day, alerts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.conventions.alerts import ALERT_MONTHS, alerts_due
from partners.conventions.facts import (
    ConventionFacts,
    Denunciation,
    PartyFacts,
    Suspension,
    denounced_on,
    period_on,
    signature_on,
)
from partners.conventions.state import (
    LABELS,
    RUNNING,
    ending_on,
    expected_last_day,
    last_day_to_denounce,
    problems,
    state_on,
    term_on,
)
from tests.rules.conventions import ONE_DAY, S, any_facts, days, extension, renewed, signed

# --- Properties -----------------------------------------------------------------------------------


@given(any_facts, days)
def test_exactly_one_state_with_a_label_whatever_the_facts(facts, day):
    state = state_on(facts, day)
    assert state in S
    assert LABELS[state] == state.label
    assert state.ended == (
        ending_on(facts, day) is not None and facts.nature not in ("proposition", "pratique")
    )
    assert isinstance(problems(facts), list)


@given(any_facts, days)
def test_an_unknown_signature_or_end_is_never_in_force(facts, day):
    if state_on(facts, day) == S.EN_VIGUEUR:
        assert facts.signature_known
        assert signature_on(facts) is not None
        assert signature_on(facts) <= day
        assert facts.end_known or term_on(facts, day) is not None
        assert not any(suspension.covers(day) for suspension in facts.suspensions)
        assert facts.nature not in ("proposition", "pratique")
        term = term_on(facts, day)
        assert term is None or day <= term
        assert facts.terminated_on is None or day < facts.terminated_on
        assert facts.lapsed_on is None or day < facts.lapsed_on


@given(any_facts, days, st.integers(0, 4000))
def test_what_a_decision_ended_stays_ended(facts, day, later):
    before, after = ending_on(facts, day), ending_on(facts, day + timedelta(days=later))
    if before is not None and facts.signature_known is False:
        assert after == before
    if before is not None and before[0] != S.ECHUE:
        assert after is not None
        assert after[1] <= before[1]


@given(any_facts, days)
def test_the_running_term_covers_the_day_or_is_the_last_one(facts, day):
    term, done = term_on(facts, day), period_on(facts, day).renewals
    if term is None:
        assert facts.ends_on is None or not facts.end_known
        assert done == 0
        return
    assert done <= (99999 if facts.max_renewals is None else facts.max_renewals)
    if term < day:
        assert not facts.tacit_renewal or not facts.renewal_months or done == facts.max_renewals
    if not facts.amendments:
        assert term >= facts.ends_on
        assert not done or term_on(facts, facts.ends_on + ONE_DAY) > facts.ends_on


@given(any_facts, days)
def test_alerts_are_due_unique_and_kept_when_a_night_is_missed(facts, day):
    alerts = alerts_due(facts, day)
    assert all(alert.on <= day and alert.message.endswith(".") for alert in alerts)
    assert len({(alert.code, alert.term) for alert in alerts}) == len(alerts)
    assert list(alerts) == sorted(alerts, key=lambda alert: (alert.on, alert.code))
    state = state_on(facts, day)
    if state not in (S.EN_VIGUEUR, S.SUSPENDUE, S.TERME_INCONNU, S.ECHUE):
        assert not alerts
    following = day + ONE_DAY
    same_period = period_on(facts, following) == period_on(facts, day)
    running = (
        state_on(facts, following) in RUNNING if state in RUNNING else state_on(facts, following) == state
    )
    if same_period and running and expected_last_day(facts, following) == expected_last_day(facts, day):
        assert set(alerts) <= set(alerts_due(facts, following))


@given(days, st.integers(1, 12), st.integers(1, 36))
def test_denouncing_on_the_last_day_avoids_the_renewal_and_a_day_later_does_not(end, notice, length):
    facts = {
        "nature": "convention",
        "signed_on": date(1999, 1, 1),
        "ends_on": end,
        "tacit_renewal": True,
        "renewal_months": length,
        "notice_months": notice,
    }
    last_day = last_day_to_denounce(ConventionFacts(**facts), end)
    in_time = ConventionFacts(**facts, denunciations=(Denunciation(last_day),))
    assert state_on(in_time, end + ONE_DAY) == S.DENONCEE
    late = ConventionFacts(**facts, denunciations=(Denunciation(last_day + ONE_DAY),))
    assert denounced_on(late) > end
    assert state_on(late, end) == S.EN_VIGUEUR


@given(
    any_facts,
    st.sampled_from([date.min, date.max, date(2026, 1, 1)]),
    st.sampled_from([date.min, date.max]),
    st.sampled_from([0, 1, 6, 32767]),
)
def test_absurd_dates_never_break_a_page(facts, day, extreme, months):
    fields = ("signed_on", "starts_on", "ends_on", "terminated_on", "lapsed_on")
    for name in fields:
        absurd = replace(
            facts,
            **{name: extreme},
            notice_months=months,
            renewal_months=months,
            parties=(PartyFacts(left_on=extreme), PartyFacts()),
            denunciations=(Denunciation(extreme),),
            suspensions=(Suspension(extreme, extreme),),
            amendments=(extension(1, extreme, extreme), extension(2, day, extreme)),
        )
        assert state_on(absurd, day) in S
        assert all(alert.on <= day for alert in alerts_due(absurd, day))
        last_day_to_denounce(absurd, day)
        problems(absurd)


# --- The founding conventions and the traps -------------------------------------------------------


def test_the_smv_convention_of_2019():
    facts = signed()
    assert state_on(facts, date(2019, 5, 9)) == S.PROJET
    assert state_on(facts, date(2019, 5, 10)) == S.EN_VIGUEUR
    assert state_on(facts, date(2022, 5, 9)) == S.EN_VIGUEUR
    assert state_on(facts, date(2022, 5, 10)) == S.ECHUE
    # Replaced in 2024, two years after its term: the term came first.
    assert state_on(signed(replaced_on=date(2024, 4, 19)), date(2025, 1, 1)) == S.ECHUE
    assert state_on(signed(replaced_on=date(2021, 4, 19)), date(2025, 1, 1)) == S.REMPLACEE


def test_what_the_sources_do_not_say_is_said():
    unproven = ConventionFacts(nature="convention", signature_known=False, end_known=False)
    assert state_on(unproven, date(2020, 1, 1)) == S.SIGNATURE_NON_ETABLIE
    endless = signed(ends_on=None, end_known=False)
    assert state_on(endless, date(2020, 1, 1)) == S.TERME_INCONNU
    assert state_on(signed(ends_on=None), date(2040, 1, 1)) == S.EN_VIGUEUR
    lapsed = ConventionFacts(
        nature="accord_cadre", signature_known=False, end_known=False, lapsed_on=date(2015, 1, 1)
    )
    assert state_on(lapsed, date(2016, 1, 1)) == S.CADUQUE
    over = ConventionFacts(nature="convention", signature_known=False, ends_on=date(2020, 12, 31))
    assert state_on(over, date(2021, 1, 1)) == S.ECHUE


def test_what_is_not_signed():
    assert (
        state_on(ConventionFacts(nature="proposition", ends_on=date(2020, 1, 1)), date(2026, 1, 1))
        == S.PROPOSEE
    )
    assert state_on(ConventionFacts(nature="pratique"), date(2026, 1, 1)) == S.PRATIQUE
    draft = ConventionFacts(nature="convention", to_sign_since=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    assert state_on(draft, date(2026, 1, 31)) == S.PROJET
    assert state_on(draft, date(2026, 2, 1)) == S.A_SIGNER
    early = signed(starts_on=date(2019, 9, 1))
    assert state_on(early, date(2019, 6, 1)) == S.A_VENIR
    too_late = signed(signed_on=date(2023, 1, 1))
    assert state_on(too_late, date(2022, 12, 31)) == S.PROJET
    assert state_on(too_late, date(2023, 1, 1)) == S.ECHUE


def test_decisions_and_ties():
    day = date(2021, 3, 1)
    assert state_on(signed(terminated_on=day), day - ONE_DAY) == S.EN_VIGUEUR
    assert state_on(signed(terminated_on=day), day) == S.RESILIEE
    assert state_on(signed(terminated_on=day, lapsed_on=day), day) == S.CADUQUE
    assert (
        state_on(
            signed(denunciations=(Denunciation(date(2022, 2, 1), date(2022, 5, 10)),)), date(2022, 5, 10)
        )
        == S.DENONCEE
    )


def test_one_party_leaving_does_not_end_a_convention_of_three():
    three = (PartyFacts(), PartyFacts(), PartyFacts(left_on=date(2020, 12, 31)))
    assert state_on(signed(parties=three), date(2021, 6, 1)) == S.EN_VIGUEUR
    two = three[1:]
    assert state_on(signed(parties=two), date(2020, 12, 31)) == S.EN_VIGUEUR
    assert state_on(signed(parties=two), date(2021, 1, 1)) == S.CADUQUE
    successor = (*two, PartyFacts(joined_on=date(2021, 1, 1)))  # a party replaced by its heir
    assert state_on(signed(parties=successor), date(2021, 6, 1)) == S.EN_VIGUEUR


def test_tacit_renewal_adds_periods_to_the_first_term():
    facts = renewed()
    assert term_on(facts, date(2020, 2, 29)) == date(2020, 2, 29)
    assert (period_on(facts, date(2020, 3, 1)).renewals, term_on(facts, date(2020, 3, 1))) == (
        1,
        date(2021, 2, 28),
    )
    assert term_on(facts, date(2021, 3, 1)) == date(2022, 2, 28)
    assert state_on(facts, date(2022, 2, 28)) == S.EN_VIGUEUR
    assert state_on(facts, date(2022, 3, 1)) == S.ECHUE
    endless = renewed(max_renewals=None)
    assert term_on(endless, date(2024, 1, 1)) == date(2024, 2, 29)
    assert term_on(endless, date.max) == date.max
    assert last_day_to_denounce(facts, date(2020, 3, 1)) == date(2020, 11, 30)
    assert last_day_to_denounce(facts, date(2021, 6, 1)) is None  # no renewal left to avoid
    assert last_day_to_denounce(signed(notice_months=3), date(2020, 1, 1)) is None


def test_a_denunciation_without_notice_takes_effect_at_once():
    assert denounced_on(signed(denunciations=(Denunciation(date(2020, 1, 1)),))) == date(2020, 1, 1)
    assert denounced_on(signed()) is None


def codes(facts, day):
    return [alert.code for alert in alerts_due(facts, day)]


def test_alerts_before_the_end():
    facts = signed()
    assert codes(facts, date(2021, 11, 8)) == []
    assert codes(facts, date(2021, 11, 9)) == ["before_6_months"]
    assert codes(facts, date(2022, 5, 9)) == [f"before_{months}_months" for months in ALERT_MONTHS]
    assert codes(facts, date(2022, 5, 10)) == codes(facts, date(2023, 1, 1)) == ["ended"]
    assert (
        alerts_due(facts, date(2022, 5, 10))[0].message
        == "La convention est arrivée à échéance le 9 mai 2022."
    )
    assert codes(signed(terminated_on=date(2021, 1, 1)), date(2022, 5, 9)) == []
    assert codes(signed(ends_on=None), date(2022, 5, 9)) == []


def test_alerts_of_a_tacit_renewal():
    facts = renewed()
    assert "denounce_soon" in codes(facts, date(2019, 10, 31))
    assert "denounce_today" not in codes(facts, date(2019, 11, 29))
    assert "denounce_today" in codes(facts, date(2019, 11, 30))
    assert "reconduite tacitement" in alerts_due(facts, date(2019, 9, 1))[0].message
    assert codes(facts, date(2020, 3, 1)) == ["renewed"]
    denounced = renewed(denunciations=(Denunciation(date(2019, 11, 20)),))
    assert not {"denounce_soon", "denounce_today"} & set(codes(denounced, date(2020, 2, 1)))
    assert expected_last_day(denounced, date(2020, 2, 1)) == date(2020, 2, 19)
    assert all("prend fin" in alert.message for alert in alerts_due(denounced, date(2020, 2, 1)))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (signed(ends_on=date(2018, 1, 1)), "avant d’avoir pris effet"),
        (signed(signature_known=False), "signature est donc établie"),
        (signed(end_known=False), "donc connue"),
        (signed(tacit_renewal=True), "durée de reconduction"),
        (
            signed(denunciations=(Denunciation(date(2020, 1, 2), date(2020, 1, 1)),)),
            "avant d’avoir été reçue",
        ),
        (
            signed(notice_months=3, denunciations=(Denunciation(date(2020, 1, 2), date(2020, 2, 1)),)),
            "fin du préavis",
        ),
        (
            signed(
                parties=tuple(PartyFacts(organisation=one) for one in (1, 2, 3)),
                denunciations=(Denunciation(date(2020, 1, 2), by=2),),
            ),
            "la sortie de son auteur",
        ),
        (signed(amendments=(extension(1, date(2022, 5, 11), date(2025, 1, 1)),)), "il est sans effet"),
        (
            signed(amendments=(extension(1, date(2021, 1, 1), date(2020, 1, 1)),)),
            "reportée à la veille",
        ),
        (signed(suspensions=(Suspension(date(2019, 1, 1)),)), "suspendue avant"),
        (signed(terminated_on=date(2018, 1, 1)), "résiliée avant"),
        (
            ConventionFacts(nature="convention", denunciations=(Denunciation(date(2020, 1, 1)),)),
            "dénoncée avant",
        ),
    ],
)
def test_contradictory_facts_are_explained(facts, sentence):
    assert any(sentence in problem for problem in problems(facts))


def test_sound_facts_raise_no_problem():
    assert problems(signed()) == problems(renewed()) == []


def test_only_an_extension_takes_effect_on_the_day_after_the_term():
    day = date(2022, 5, 10)
    assert problems(signed(amendments=(extension(1, day, date(2025, 1, 1)),))) == []
    (found,) = problems(signed(amendments=(replace(extension(1, day, date(2025, 1, 1)), ends_on=None),)))
    assert "il est sans effet" in found
