"""The fact of a referral says what the referral, the youth and what hangs on it say, whoever changes which."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from core import clock
from core.scope import acting_as, system_scope
from referrals import creation, programmes, workflow
from referrals.models import Mission, Referral, WorkPlacement
from reporting import checking, counting, facts, summaries
from reporting.models import (
    DirtyCell,
    ExitCell,
    FoldedCount,
    FoldedExit,
    GroupCell,
    ReferralFact,
    SummaryCell,
)
from reporting.models.counts import ExitCounts, SentCounts
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from tests.reporting.conftest import NOW
from youths.models import Youth


def fact_of(referral) -> ReferralFact:
    with as_owner():
        return ReferralFact.objects.get(referral=referral)


def placed(world, state, **fields) -> Referral:
    """A referral put in a state, with its fact."""
    referral = put(world, state, **fields)
    with as_owner():
        facts.record(Referral.objects.get(pk=referral.pk), None)
    return referral


def wrong() -> list[str]:
    with as_worker(), system_scope("test"), transaction.atomic():
        return [*(text for _, text in checking.wrong_facts()), *checking.wrong_cells()]


def test_the_whole_loop_as_a_fact_tells_it(world, now, travel):
    """Sent on a Wednesday to the regiment, opened on Thursday, answered on Friday, and known six months after."""
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=date(2007, 6, 18), level=3)
    referral = send(world)
    fact = fact_of(referral)
    assert (fact.sent_on, fact.month) == (NOW.date(), NOW.date().replace(day=1))
    assert (fact.direction, fact.topic, fact.age_band, fact.level, fact.area) == (
        "from_ml",
        "smv",
        "18_21",
        3,
        "INCONNU",
    )
    assert (fact.department_id, fact.region_id) == (
        world.org("ML_A").department_id,
        world.org("ML_A").region_id,
    )
    assert (fact.recipient_department_id, fact.recipient_region_id) == ("17", "75")
    assert (fact.opening_days, fact.answer_days, fact.silent_days, fact.start_days) == (
        None,
        None,
        None,
        None,
    )

    travel(NOW + timedelta(days=1))
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "ask_info", question="A-t-il fait sa JDC ?")
    act(world, "alice", referral, "answer_info", answer="Oui.")
    travel(NOW + timedelta(days=2))
    act(world, "rita", referral, "accept")
    travel(NOW + timedelta(days=12))
    act(world, "rita", referral, "start", started_on=clock.today())
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    fact = fact_of(referral)
    assert (fact.opening_days, fact.answer_days, fact.start_days) == (1, 2, 8)
    assert (fact.info_requested, fact.acknowledged, fact.completed) == (True, False, True)
    assert (fact.outcome, fact.at_exit, fact.at_m3, fact.ended_on) == (
        "EMPLOI_DURABLE",
        "positive",
        "",
        clock.today(),
    )

    act(world, "alice", referral, "acknowledge")
    travel(NOW + timedelta(days=110))
    acting = world.acting("alice")
    for moment, code in (("m3", "INCONNU"), ("m6", "SANS_SOLUTION")):
        with acting_as(acting):
            version = Referral.objects.get(pk=referral.pk).version
            workflow.follow_up(
                acting, referral.uuid, version=version, code=code, on=clock.today(), moment=moment
            )
        travel(NOW + timedelta(days=200))
    fact = fact_of(referral)
    assert (fact.acknowledged, fact.at_m3, fact.at_m6) == (True, "unknown", "negative")
    with as_worker():
        summaries.refresh()
    assert wrong() == []
    with as_owner():
        ended = ExitCell.objects.get()
        assert ended.month == date(2026, 6, 1)
        assert (ended.ended, ended.positive_completed, ended.m3_known, ended.m6_known, ended.m6_positive) == (
            1,
            1,
            0,
            1,
            0,
        )
        cell = SummaryCell.objects.get()
        assert (cell.loop_closed, cell.succeeded, cell.complete_at_once, cell.answered_in_5) == (1, 1, 0, 1)
        groups = set(GroupCell.objects.values_list("dimension", "group", "sent"))
        assert groups == {("age", "18_21", 1), ("level", "3", 1), ("area", "INCONNU", 1)}


def test_a_birth_date_that_is_corrected_changes_the_facts_that_the_corrector_cannot_read(world, now, travel):
    referral = send(world)
    with as_worker():
        summaries.refresh()
    assert fact_of(referral).age_band == "18_21"
    with acting_as(world.acting("alice")):
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=date(2002, 1, 1), level=5)
    assert (fact_of(referral).age_band, fact_of(referral).level) == ("22_25", 5)
    with as_owner():
        assert DirtyCell.objects.count() == 1
    with as_worker():
        summaries.refresh()
    assert wrong() == []


def test_missions_and_periods_are_counted_where_they_hang(world, now):
    referral = placed(world, "started", programme="mission_jeunes", sent_at=NOW - timedelta(days=60))
    first = NOW.date() - timedelta(days=50)
    with as_owner():
        week, _, long, _ = (
            Mission.objects.create(referral=referral, started_on=first, days=days)
            for days in (7, 20, 40, None)
        )
    fact = fact_of(referral)
    assert (fact.missions, fact.missions_week, fact.missions_month) == (3, 1, 2)
    with as_owner():
        Mission.objects.filter(pk=long.pk).update(days=30)
        week.delete()
    fact = fact_of(referral)
    # From 28 April, thirty days are a month.
    assert (fact.missions, fact.missions_week, fact.missions_month) == (2, 0, 1)

    period = {
        "youth": referral.youth, "referral": referral, "organisation": world.org("ML_A"),
        "followed_by": world.org("ML_A"), "author": world.user("alice"), "host_siret": "35600000000048",
        "host_name": "La Poste", "tutor_name": "T", "purpose": "DECOUVRIR", "starts_on": first,
        "ends_on": first + timedelta(days=5), "planned_minutes": 600, "signed_on": first, "state": "done",
        "done_minutes": 600, "youth_view": "agrees", "closed_at": NOW,
    }  # fmt: skip
    with as_owner():
        for suite in ("CDI", "FORMATION", "AUCUNE"):
            WorkPlacement.objects.create(**period, suite=suite)
    assert (fact_of(referral).placements, fact_of(referral).placements_hired) == (3, 1)
    with as_worker():
        summaries.refresh()
    assert wrong() == []


@pytest.mark.parametrize(("days", "rebounded"), [(20, True), (22, False)])
def test_a_refusal_that_another_partner_makes_up_for(world, now, travel, days, rebounded):
    """Who accepts is told nothing of the first partner; the fact of the refusal knows all the same."""
    first = placed(world, "declined", closed_at=NOW, answered_at=NOW)
    acting = world.acting("alice")
    with acting_as(acting):
        second = creation.create_draft(
            acting, world.youth("yann"), programmes.get("smv"), world.org("SMV_C"), details={},
            submission=uuid.uuid4(), redirected_from=first,
        )  # fmt: skip
        creation.record_agreement(
            acting, second, channel="face_to_face", informed="read_aloud", covers_return=True
        )
        creation.send(acting, second)
    travel(NOW + timedelta(days=days))
    with acting_as(world.acting("rose")):
        workflow.open_first(world.acting("rose"), second.uuid)
    act(world, "rose", second, "accept")
    assert fact_of(first).rebounded is rebounded
    with acting_as(world.acting("rose")):
        assert not ReferralFact.objects.filter(pk=first.pk).exists()
    assert not fact_of(second).rebounded


@pytest.mark.parametrize("who", ["carla", "rosa"])
def test_nobody_writes_the_fact_of_a_referral_of_others(world, now, who):
    """The database fills in what is around it: a stranger would read it, and the fact would be in the way of the sending.

    The recipient does not know of a draft either.
    """
    draft = put(world, "draft")
    with as_owner():
        sent = Referral.objects.get(pk=placed(world, "sent").pk)
        values = facts.fact_values(sent)
    own = world.acting(who).organisation_id
    for sides in ({}, {"sender_id": own}, {"recipient_id": own}):
        with (
            pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(),
            acting_as(world.acting(who)),
        ):  # fmt: skip
            ReferralFact(referral_id=draft.pk, **values | sides).save(force_insert=True)


def test_a_fact_is_not_led_to_the_referral_of_others(world, now):
    sent, draft = placed(world, "sent"), put(world, "draft")
    for changed in ({"referral_id": draft.pk}, {"recipient_id": world.org("SMV_C").pk}):
        with (
            pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(),
            acting_as(world.acting("rita")),
        ):  # fmt: skip
            ReferralFact.objects.filter(pk=sent.pk).update(**changed)


def test_what_is_folded_is_read_by_its_two_sides_and_written_by_none(world, now):
    done = placed(
        world, "completed", sent_at=NOW - timedelta(days=200), answered_at=NOW - timedelta(days=190)
    )
    with as_worker(), system_scope("test"):
        summaries.refresh()
        cells = {(cell.month, cell.programme): cell.sent for cell in SummaryCell.objects.order_by("pk")}
        facts.fold(done.youth_id)
    with as_owner():
        ReferralFact.objects.filter(pk=done.pk).delete()
    with as_worker():
        summaries.refresh()
    with as_owner():
        (cell,) = SummaryCell.objects.order_by("pk")
        assert {(cell.month, cell.programme): cell.sent} != cells
        assert (cell.sent, cell.month) == (1, facts.quarter_of(cell.month))
    for who, is_sender in (("mona", True), ("rosa", False)):
        with acting_as(world.acting(who)):
            (folded,) = FoldedCount.objects.order_by("pk")
            assert (folded.is_sender, folded.home, folded.sent, folded.closed) == (is_sender, is_sender, 1, 1)
    with acting_as(world.acting("carla")):
        assert not FoldedCount.objects.exists()
    for model in (FoldedCount, FoldedExit, ExitCell, GroupCell):
        with (
            pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(),
            acting_as(world.acting("mona")), connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_each_count_has_its_column_and_each_column_its_count():
    for model, counts in ((SentCounts, counting.SENT), (ExitCounts, counting.EXITS)):
        assert [field.name for field in model._meta.fields] == list(counts)
    for name in counting.SENT:
        assert isinstance(SummaryCell._meta.get_field(name), type(FoldedCount._meta.get_field(name)))


def test_quarters():
    assert [facts.quarter_of(date(2026, month, 17)).month for month in range(1, 13)] == [
        1,
        1,
        1,
        4,
        4,
        4,
        7,
        7,
        7,
        10,
        10,
        10,
    ]
