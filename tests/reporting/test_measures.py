"""Commitments: kept, under way, not kept, not measurable, each with its figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core import documents
from core.hooks import measures as registered
from core.scope import system_scope
from partners.committees.rhythm import rhythm_on
from partners.founding import MEASURES as PROMISED
from partners.models import Commitment, CommitmentNote, Committee, Convention, Designation, Session
from referrals.models import Attendance, Outcome
from reporting import facts, measures
from reporting.measures import Evidence, Terms
from reporting.models import CommitteePack
from reporting.packs import snapshot
from reporting.perimeter import perimeter_of
from reporting.tally import Tally
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW
from youths.models import Youth

LAST = date(2026, 6, 16)
FIRST = date(2025, 6, 17)
SINCE = date(2019, 5, 10)
OLD = NOW - timedelta(days=120)

ANY = Terms()
# What each measure judges when the promise is kept, when it is not, and when nobody can tell. A new measure without
# its three examples fails.
EXAMPLES = {
    "": {
        "tenu": {"pieces": (date(2026, 2, 1),)},
        "non tenu": {"terms": Terms("yearly"), "pieces": ()},
        "non mesurable": {"pieces": (date(2024, 2, 1),)},
    },
    "sessions_held": {
        "tenu": {"sessions": 1},
        "non tenu": {"sessions": 0},
        "non mesurable": {"sessions": 0, "since": None},
    },
    "sessions_attended": {
        "tenu": {"present": 60, "convoked": 100},
        "non tenu": {"present": 10, "convoked": 100},
        "non mesurable": {"present": 0, "convoked": 0},
    },
    "answers_returned": {
        "tenu": {"answered": 96, "due": 100},
        "non tenu": {"answered": 60, "due": 100},
        "non mesurable": {"answered": 0, "due": 0},
    },
    "answers_on_time": {
        "tenu": {"on_time": 85, "due": 100},
        "non tenu": {"on_time": 50, "due": 100},
        "non mesurable": {"on_time": 0, "due": 0},
    },
    "returns_of_unfinished": {
        "tenu": {"returned": 95, "unfinished": 100},
        "non tenu": {"returned": 50, "unfinished": 100},
        "non mesurable": {"returned": 2, "unfinished": 3},
    },
    "outcomes_known_m3": {
        "tenu": {"known_m3": 80, "due_m3": 100},
        "non tenu": {"known_m3": 20, "due_m3": 100},
        "non mesurable": {},
    },
    "designations_covered": {
        "tenu": {"designated": 9, "organisations": 10},
        "non tenu": {"designated": 2, "organisations": 10},
        "non mesurable": {"designated": 0, "organisations": 0},
    },
    "committee_held": {
        "tenu": {"frequency_months": 12, "meetings": (date(2026, 1, 5),)},
        "non tenu": {"frequency_months": 12, "meetings": (date(2024, 1, 5),)},
        "non mesurable": {},
    },
}


def judge(code, terms=ANY, *, last=LAST, since=SINCE, **found):
    return measures.judge(code, terms, Evidence(last=last, first=FIRST, since=since, **found))


def test_every_promised_measure_exists_and_is_registered():
    assert {"", *PROMISED} == {"", *measures.KINDS} == set(registered)
    assert all(kind.label and kind.definition for _, kind in registered.items())


@pytest.mark.parametrize("status", ["tenu", "non tenu", "non mesurable"])
@pytest.mark.parametrize("code", ["", *measures.KINDS])
def test_each_measure_has_an_example_of_each_verdict(code, status):
    found = judge(code, **EXAMPLES[code][status])
    assert found.status == status
    assert found.figures.endswith(".")


@pytest.mark.parametrize("code", ["", *measures.KINDS])
def test_until_its_last_day_a_promise_is_under_way(code):
    example = EXAMPLES[code]["non tenu"]
    ahead = {**example, "terms": Terms(example.get("terms", ANY).frequency, due_on=LAST)}
    found = judge(code, **ahead)
    assert found.status == "en cours"
    assert "À tenir avant le 16/06/2026." in found.figures
    over = {**example, "terms": Terms(example.get("terms", ANY).frequency, due_on=LAST - timedelta(days=1))}
    assert judge(code, **over).status == "non tenu"
    assert judge(code, **{**EXAMPLES[code]["tenu"], "terms": Terms(due_on=LAST)}).status == "tenu"


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
        return judge(code, **{part: counted, whole: of}).status

    assert status(100, 100) == "tenu"
    assert status(75, 100) == ("non tenu" if code == "answers_returned" else "en cours")
    assert status(10, 100) == "non tenu"
    assert status(0, 0) == "non mesurable"
    assert judge(code).status == "non mesurable"
    measure = judge(code, **{part: 90, whole: 100})
    assert "90" in measure.figures
    assert (measure.numerator, measure.denominator) == (90, 100)


def test_a_share_of_a_few_persons_is_not_written():
    few = judge("answers_returned", answered=3, due=4)
    assert few.status == "non mesurable"
    one_left = judge("answers_returned", answered=99, due=100)
    assert one_left.status == "tenu"
    assert "99" not in one_left.figures
    assert one_left.numerator is None


def test_sessions_are_counted_against_what_was_promised_by_year():
    def found(held, target=4, **known):
        return judge("sessions_held", Terms(target=target), sessions=held, **known)

    assert found(4).status == "tenu"
    assert found(4).figures == "4 rencontres tenues ; attendu : 4 par an."
    assert found(2).status == "en cours"
    assert found(1).status == "non tenu"
    assert found(1, planned_sessions=3).status == "en cours"
    assert found(1, planned_sessions=2).status == "non tenu"
    assert found(1, target=None).status == "tenu"
    # In the first year, only for the days that ran; and time is left for the rest.
    begun = date(2026, 1, 17)  # 151 days: 4 × 151 ÷ 365 is 1.65
    assert found(2, since=begun).status == "tenu"
    assert found(1, since=begun).figures == "1 rencontre tenue ; attendu : 2 à ce jour (4 par an)."
    assert found(0, since=begun).status == "en cours"
    assert found(0, since=LAST + timedelta(days=1)).status == "non mesurable"
    # Held, it counts even when nothing tells since when it was promised.
    assert found(4, since=None).status == "tenu"
    assert judge("sessions_held").status == "non mesurable"


def test_sessions_to_hold_once_count_since_the_beginning():
    def found(held, due_on):
        return judge("sessions_held", Terms("once", due_on=due_on), sessions=0, all_sessions=held)

    assert found(1, date(2020, 1, 1)).status == "tenu"
    assert found(0, date(2020, 1, 1)).status == "non tenu"
    assert found(0, LAST).status == "en cours"


def test_pieces_of_a_year_are_counted_from_the_day_the_convention_began():
    def status(*pieces, last=LAST, since=SINCE):
        return judge("", Terms("yearly"), pieces=pieces, last=last, since=since).status

    # On 16 June 2026 the eighth year runs since 10 May.
    assert status(date(2026, 5, 10)) == "tenu"
    assert status(date(2026, 5, 9)) == "en cours"
    assert status(date(2025, 5, 9)) == "non tenu"
    assert status() == "non tenu"
    first_year = date(2026, 3, 1)
    assert status(since=first_year) == "en cours"
    assert status(since=first_year, last=date(2027, 2, 27)) == "en cours"
    assert status(since=first_year, last=date(2027, 2, 28)) == "non tenu"
    assert status(date(2026, 3, 1), since=first_year, last=date(2027, 2, 28)) == "tenu"
    assert status(since=None) == "non mesurable"
    assert status(LAST, since=LAST + timedelta(days=1)) == "non mesurable"
    # Never counted before its day.
    assert status(date(2026, 6, 17)) == "non tenu"


def test_a_piece_to_bring_once():
    def found(*pieces, due_on=date(2026, 1, 31)):
        return judge("", Terms("once", due_on=due_on), pieces=pieces)

    assert found(date(2020, 1, 1)).status == "tenu"
    assert found().status == "non tenu"
    late = found(date(2026, 2, 3))
    assert late.status == "tenu"
    assert "après la date prévue (31/01/2026)" in late.figures
    assert found(due_on=LAST).status == "en cours"


def test_a_code_that_nobody_knows_any_more():
    assert judge("old_measure").status == "non mesurable"
    assert measures.label_of("old_measure") == "Mesure inconnue"


def test_a_committee_meets_in_its_rhythm():
    def status(*held, planned=False, calendar=False, since=date(2019, 5, 10), months: int | None = 12):
        return judge(
            "committee_held",
            frequency_months=months,
            meetings=held,
            planned=planned,
            calendar=calendar,
            since=since,
        ).status

    assert status(months=None) == "non mesurable"
    assert status(LAST) == "tenu"
    assert status(date(2025, 6, 17)) == "tenu"
    # The day a year later is the last one of the period, as on the page of the committee.
    assert status(date(2025, 6, 16)) == "tenu"
    assert status(date(2025, 6, 15)) == "non tenu"
    assert status(date(2025, 6, 15), planned=True) == "en cours"
    # A late meeting, held at last on the very day.
    assert status(date(2024, 1, 5), LAST) == "tenu"
    assert status() == "non tenu"
    assert status(since=date(2026, 1, 1)) == "en cours"
    # A calendar year that is not over leaves time.
    assert status(date(2025, 6, 16), calendar=True) == "en cours"
    assert status(date(2026, 1, 5), calendar=True) == "tenu"
    # One that is over does not.
    assert status(date(2024, 6, 16), calendar=True) == "non tenu"
    assert status(date(2024, 6, 16), calendar=True, planned=True) == "en cours"
    assert status(calendar=True) == "non tenu"
    assert status(since=date(2026, 1, 1), calendar=True) == "en cours"
    # Two calendar years.
    assert status(date(2025, 1, 5), calendar=True, months=24) == "tenu"
    assert status(date(2024, 1, 5), calendar=True, months=24) == "en cours"
    assert status(date(2023, 12, 31), calendar=True, months=24) == "non tenu"
    # Nothing says since when a meeting is awaited.
    assert status(since=None) == "non mesurable"


@given(
    held=st.lists(st.dates(date(2019, 5, 10), LAST), max_size=4),
    since=st.dates(date(2019, 5, 10), LAST),
    months=st.integers(1, 48),
    calendar=st.booleans(),
)
def test_a_measure_and_the_page_of_a_committee_agree_on_what_is_late(held, since, months, calendar):
    found = judge(
        "committee_held", frequency_months=months, meetings=tuple(held), calendar=calendar, since=since
    )
    page = rhythm_on(
        LAST,
        held,
        frequency_months=months,
        reckoning=Committee.Reckoning.CALENDAR if calendar else Committee.Reckoning.SLIDING,
        since=since,
    )
    assert (found.status == "non tenu") is (page.overdue and LAST not in held)


@pytest.fixture
def evidence(convention):
    def read():
        with as_worker(), system_scope("test"):
            found = snapshot.situations(perimeter_of(convention), FIRST, LAST).tally
            return measures.for_pack(convention, found, FIRST, LAST)

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
        facts.mend([unfinished.pk, solved.pk])
    found = evidence().shared
    assert (found.due, found.answered, found.on_time) == (11, 9, 9)
    assert (found.unfinished, found.returned) == (2, 1)
    assert (found.due_m3, found.known_m3) == (3, 1)
    assert (found.organisations, found.designated) == (4, 2)
    assert found.frequency_months == 12


def test_on_a_page_aggregates_alone_are_read(convention, story, publish, now, meeting):
    story(40, "declined", sent_at=OLD)
    story(20, "silent", sent_at=OLD)
    meeting(LAST)
    publish()
    with CaptureQueriesContext(connection) as queries:
        found = on_a_page(convention, NOW.date())
    assert len(queries) == 1 + 2  # the commitments, then their evidence
    assert found["answers_returned"].status == "non tenu"
    assert found["answers_returned"].figures.startswith("67\u00a0% de réponses")
    assert found["returns_of_unfinished"].status == "non mesurable"
    assert "dossier de comité" in found["returns_of_unfinished"].figures
    assert found["committee_held"].status == "tenu"
    # Of a past day nothing is counted: from one day to the next, one would read a month.
    past = on_a_page(convention, LAST - timedelta(days=30))
    assert past["answers_returned"].status == "non mesurable"
    assert "dossier de comité" in past["answers_returned"].figures


def on_a_page(convention, last=LAST):
    promises = list(Commitment.objects.filter(convention=convention).order_by("order"))
    found = measures.for_page(convention, promises, FIRST, last)
    return {promise.measure: found[promise.pk] for promise in promises}


@pytest.fixture
def promise(convention, now):
    """``promise("sessions_held")``: a commitment of the convention."""

    def make(measure, **fields):
        with as_owner():
            return Commitment.objects.create(
                convention=convention, theme="smv", wording="Promis", measure=measure, **fields
            )

    return make


def stands(commitment, last=LAST):
    found = measures.for_page(commitment.convention, [commitment], last.replace(year=last.year - 1), last)
    return found[commitment.pk]


def test_designations_count_local_organisations(promise, now, world):
    commitment = promise("designations_covered")
    assert (stands(commitment).numerator, stands(commitment).denominator) == (2, 4)
    with as_owner():
        Designation.objects.filter(organisation=world.org("RSMV")).update(ends_on=LAST - timedelta(days=1))
    assert stands(commitment).numerator == 1
    with as_owner():
        Convention.objects.update(themes=[])
    commitment.convention.refresh_from_db()
    assert stands(commitment).status == "non mesurable"


def test_sessions_count_for_the_convention_and_its_declinations(promise, convention, world):
    commitment, other = promise("sessions_held", target=10), promise("sessions_held")

    def declined(code, parent, **fields):
        return Convention.objects.create(
            code=code, title=code, level="regional", region_id="75", parent=parent, **fields
        )

    def session(of, day, state="tenue", **fields):
        at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        Session.objects.create(
            convention=of, kind="information", title="Information", organiser=world.org("RSMV"),
            starts_at=at, ends_at=at + timedelta(hours=1), state=state, created_by=world.user("rosa"), **fields,
        )  # fmt: skip

    with as_owner():
        regional = declined("R", convention)
        session(convention, FIRST)
        session(convention, LAST, commitment=commitment)
        session(convention, LAST, commitment=other)
        session(convention, FIRST - timedelta(days=1))
        session(convention, LAST + timedelta(days=1), state="prevue")
        session(convention, LAST, state="annulee", cancel_reason="Panne")
        session(regional, LAST)
        session(declined("L", regional), LAST)
        session(declined("U", convention, parent_proven=False), LAST)
        session(None, LAST)
    assert (stands(commitment).numerator, stands(commitment).denominator) == (4, 10)
    assert "1 prévue" in stands(commitment).figures
    assert stands(other).numerator == 4
    once = promise("sessions_held", frequency="once", due_on=LAST)
    assert stands(once).numerator == 4


@pytest.mark.parametrize(("present", "convoked", "target", "since", "status", "says"), [
    (50, 100, None, SINCE, "tenu", "50 jeunes présents sur 100 convoqués ; attendu : 50 (la moitié)."),
    (49, 100, None, SINCE, "en cours", "attendu : 50"),
    (24, 100, None, SINCE, "non tenu", "attendu : 50"),
    (80, 100, 80, SINCE, "tenu", "attendu : 80."),
    (79, 100, 80, SINCE, "en cours", "attendu : 80."),
    (39, 100, 80, SINCE, "non tenu", "attendu : 80."),
    # A tenth of the first year: a tenth of the number.
    (8, 100, 80, LAST - timedelta(days=36), "en cours", "attendu : 9."),
    (3, 4, None, SINCE, "non mesurable", "trop faibles"),
    (98, 100, None, SINCE, "tenu", "trop faibles"),
    (0, 0, 80, SINCE, "non tenu", "0 jeunes présents"),
    (0, 0, None, LAST + timedelta(days=1), "non mesurable", "pas encore pris effet"),
])  # fmt: skip
def test_youths_who_came_are_judged_by_the_number_or_by_those_asked(
    present, convoked, target, since, status, says
):
    found = judge("sessions_attended", Terms(target=target), present=present, convoked=convoked, since=since)
    assert (found.status, says in found.figures) == (status, True), found


def test_who_came_to_the_sessions_is_measured_for_the_pack(promise, convention, world, now):
    """Each youth once, of the sessions held, by the worker; the page says that a pack will measure it."""
    commitment, other = promise("sessions_attended"), promise("sessions_attended")
    with as_owner():
        crowd = [
            Youth.objects.create(
                held_by=world.org("ML_A"), registered_with=world.org("ML_A"), first_name="Foule",
                last_name=f"Numéro {number}", birth_date=date(2005, 1, 1 + number),
            )
            for number in range(20)
        ]  # fmt: skip

        def session(day, state="tenue", states=(), **fields):
            at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            made = Session.objects.create(
                convention=convention, kind="information", title="Information", organiser=world.org("RSMV"),
                starts_at=at, ends_at=at + timedelta(hours=1), state=state, created_by=world.user("rosa"), **fields,
            )  # fmt: skip
            Attendance.objects.bulk_create(
                Attendance(
                    session=made, youth=youth, organisation=world.org("ML_A"), state=stands,
                    invited_by=world.user("alice"),
                )
                for youth, stands in zip(crowd, states, strict=False)
            )  # fmt: skip

        session(LAST, states=["present"] * 10 + ["absent"] * 8 + ["excused"] * 2)
        session(FIRST, states=["absent"] * 5)  # the same youths: counted once
        session(LAST, commitment=other, states=["present"] * 15)
        session(FIRST - timedelta(days=1), states=["present"] * 20)
        session(LAST, state="annulee", cancel_reason="Panne", states=["present"] * 20)
    with as_worker(), system_scope("test"):
        found = measures.for_pack(convention, Tally(), FIRST, LAST)
        assert found.came is not None
        assert (found.came[commitment.pk], found.came[other.pk]) == ((18, 10), (18, 15))
        assert found.measure(commitment).figures.startswith("10 jeunes présents sur 18 convoqués")
    assert stands(commitment).status == "non mesurable"
    assert "dossier de comité" in stands(commitment).figures


def test_pieces_of_the_parties_count_while_they_stand(promise, convention, world):
    commitment = promise("")

    def note(key, kind="piece", day=LAST, **fields):
        with as_owner():
            return CommitmentNote.objects.create(
                commitment=commitment, kind=kind, text="Affiche", happened_on=day,
                author=world.user("nadia"), organisation=world.org(key), **fields,
            )  # fmt: skip

    note("UNML", kind="commentaire")
    note("ML_A")
    note("UNML", withdrawn_at=NOW)
    note("UNML", day=FIRST.replace(year=2024))
    assert stands(commitment).status == "non mesurable"
    piece = note("UNML", day=LAST)
    assert stands(commitment).status == "tenu"
    assert stands(commitment).figures == "1 pièce, du 16/06/2026."
    with as_owner():
        CommitmentNote.objects.filter(pk=piece.pk).update(withdrawn_at=NOW)
    assert stands(commitment).status == "non mesurable"


def test_a_pack_knows_the_pieces_of_its_day(promise, convention, world, evidence):
    commitment = promise("")
    with as_owner():
        note = CommitmentNote.objects.create(
            commitment=commitment, kind="piece", text="Affiche", happened_on=LAST, author=world.user("nadia"),
            organisation=world.org("UNML"), added_at=NOW - timedelta(days=3), withdrawn_at=NOW,
        )  # fmt: skip
    # Withdrawn the day after the figures: it stood then.
    assert evidence().measure(commitment).status == "tenu"
    with as_owner():
        CommitmentNote.objects.filter(pk=note.pk).update(added_at=NOW, withdrawn_at=None)
    assert evidence().measure(commitment).status == "non mesurable"


def test_a_page_takes_up_what_the_last_pack_said(promise, meeting):
    commitment = promise("returns_of_unfinished")
    assert "à la préparation du dossier" in stands(commitment).figures

    def pack(day, figures, status="tenu"):
        row = {
            "wording": "Promis", "measure": "Retours des jeunes sortis sans solution", "status": status,
            "figures": figures,
        }  # fmt: skip
        with as_owner():
            paper = documents.store(b"x", filename="dossier.pdf", media_type="application/pdf")
            CommitteePack.objects.create(
                meeting=meeting(day), figures_on=day, data={"commitments": [row]}, status="ready", pdf=paper,
                xlsx=paper, ready_at=NOW,
            )  # fmt: skip

    pack(date(2025, 5, 1), "Trop ancien.")
    assert "à la préparation du dossier" in stands(commitment).figures
    pack(date(2026, 1, 5), "12 retours pour 12 sorties.")
    found = stands(commitment)
    assert (found.status, found.figures) == (
        "tenu", "12 retours pour 12 sorties. Dossier de comité du 05/01/2026.",
    )  # fmt: skip
    pack(date(2026, 3, 2), "3 retours pour 12 sorties.", status="non tenu")
    assert stands(commitment).status == "non tenu"
    # Another measure of the same words is another promise.
    assert "à la préparation" in stands(promise("outcomes_known_m3")).figures
