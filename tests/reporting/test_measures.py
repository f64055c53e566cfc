"""Commitments: kept, under way, not kept, not measurable, each with its figures."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.hooks import measures as registered
from core.scope import system_scope
from partners.founding import MEASURES as PROMISED
from partners.models import Commitment, Designation
from referrals.models import Outcome
from reporting import measures, snapshot
from reporting.measures import Evidence, judge
from reporting.perimeter import perimeter_of
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW

LAST = date(2026, 6, 16)
FIRST = date(2025, 6, 17)
OLD = NOW - timedelta(days=120)


def test_every_promised_measure_exists_and_is_registered():
    assert set(PROMISED) == set(measures.MEASURES) == set(registered)


@pytest.mark.parametrize(
    ("code", "part", "whole"),
    [
        ("answers_returned", "answered", "due"),
        ("answers_on_time", "on_time", "due"),
        ("returns_of_unfinished", "returned", "unfinished"),
        ("outcomes_known_m3", "known_m3", "due_m3"),
        ("designations_covered", "designated", "organisations"),
    ],
)
def test_a_share_is_kept_under_way_or_not(code, part, whole):
    def status(counted, of):
        return judge(code, Evidence(last=LAST, **{part: counted, whole: of})).status

    assert status(100, 100) == "tenu"
    assert status(75, 100) == ("non tenu" if code == "answers_returned" else "en cours")
    assert status(10, 100) == "non tenu"
    assert status(0, 0) == "non mesurable"
    assert judge(code, Evidence(last=LAST)).status == "non mesurable"
    measure = judge(code, Evidence(last=LAST, **{part: 90, whole: 100}))
    assert "90" in measure.figures
    assert (measure.numerator, measure.denominator) == (90, 100)


def test_a_share_of_a_few_persons_is_not_written():
    few = judge("answers_returned", Evidence(last=LAST, answered=3, due=4))
    assert few.status == "non mesurable"
    one_left = judge("answers_returned", Evidence(last=LAST, answered=99, due=100))
    assert one_left.status == "tenu"
    assert "99" not in one_left.figures
    assert one_left.numerator is None


def test_sessions_are_honestly_not_measured():
    assert judge("sessions_held", Evidence(last=LAST)).status == "non mesurable"
    assert judge("", Evidence(last=LAST)).status == "non mesurable"


def test_a_committee_meets_in_its_rhythm():
    def status(*held, planned=False, calendar=False, since=date(2019, 5, 10), months: int | None = 12):
        return judge(
            "committee_held",
            Evidence(
                last=LAST,
                frequency_months=months,
                meetings=held,
                planned=planned,
                calendar=calendar,
                since=since,
            ),
        ).status

    assert status(months=None) == "non mesurable"
    assert status(LAST) == "tenu"
    assert status(date(2025, 6, 17)) == "tenu"
    assert status(date(2025, 6, 16)) == "non tenu"
    assert status(date(2025, 6, 16), planned=True) == "en cours"
    assert status() == "non tenu"
    assert status(since=date(2026, 1, 1)) == "en cours"
    # A calendar year that is not over leaves time.
    assert status(date(2025, 6, 16), calendar=True) == "en cours"
    assert status(date(2026, 1, 5), calendar=True) == "tenu"


@pytest.fixture
def evidence(convention):
    def read():
        with as_worker(), system_scope("test"):
            found = snapshot.situations(perimeter_of(convention), FIRST, LAST).tally
            return measures.evidence_of(convention, found, FIRST, LAST)

    return read


def test_the_evidence_comes_from_the_events(evidence, story, now, convention):
    story(6, "declined", sent_at=OLD)
    story(2, "sent", sent_at=OLD)
    story(1, "sent", sent_at=NOW - timedelta(days=3))  # too recent to be judged
    (unfinished, solved) = story(1, "dropped_out", outcome="SANS_SOLUTION", sent_at=OLD) + story(
        1, "completed", sent_at=OLD
    )
    story(1, "dropped_out", outcome="SANS_SOLUTION", sent_at=OLD)
    story(
        1, "sent", programme="retour", sender="RSMV", recipient="ML_A", returned_from=unfinished, sent_at=OLD
    )
    with as_owner():
        for referral, code in ((unfinished, "INCONNU"), (solved, "FORMATION")):
            Outcome.objects.create(
                referral=referral, moment="m3", code=code, on=LAST, at=NOW - timedelta(days=10)
            )
    found = evidence()
    assert (found.due, found.answered, found.on_time) == (11, 9, 9)
    assert (found.unfinished, found.returned) == (2, 1)
    assert (found.due_m3, found.known_m3) == (3, 1)
    assert (found.organisations, found.designated) == (4, 2)
    assert found.frequency_months == 12


def test_on_a_page_aggregates_alone_are_read(convention, story, refresh, now, meeting):
    story(40, "declined", sent_at=OLD)
    story(20, "silent", sent_at=OLD)
    meeting(LAST)
    refresh()
    found = {}
    for commitment in Commitment.objects.select_related("convention").order_by("order"):
        if commitment.measure:
            with CaptureQueriesContext(connection) as queries:
                found[commitment.measure] = registered[commitment.measure](commitment, FIRST, LAST)
            assert len(queries) <= 1
    assert found["answers_returned"].status == "non tenu"
    assert (found["answers_returned"].numerator, found["answers_returned"].denominator) == (40, 60)
    assert found["returns_of_unfinished"].status == "non mesurable"
    assert "dossier de comité" in found["returns_of_unfinished"].figures
    assert found["committee_held"].status == "tenu"


def test_designations_count_local_organisations(convention, now, world):
    commitment = Commitment(convention=convention, measure="designations_covered")
    assert registered["designations_covered"](commitment, FIRST, LAST).denominator == 4
    assert registered["designations_covered"](commitment, FIRST, LAST).numerator == 2
    with as_owner():
        Designation.objects.filter(organisation=world.org("RSMV")).update(ends_on=LAST - timedelta(days=1))
    assert registered["designations_covered"](commitment, FIRST, LAST).numerator == 1
