"""What one organisation may write of another's link, and of its own, with wall 1 removed (``referrals.links_sql``)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.models import Change
from core.scope import acting_as
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_loop import send
from youths import decisions
from youths.models import Accompaniment, Agreement, DelegateDecision, Opening

Role = Accompaniment.Role


@pytest.fixture
def youth(world):
    """Yann, whom Alice sent to Rita: solicited, she has not answered."""
    send(world)
    return world.youth("yann")


@pytest.fixture
def rita_accompanies(world, youth):
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).update(role=Role.PARTNER)


def refused(world, name: str, statement: str, *values) -> None:
    with (
        pytest.raises(DatabaseError, match=r"row-level security|permission denied"),
        transaction.atomic(),
        acting_as(world.acting(name)),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def added(youth, organisation, role: str) -> str:
    return (
        "INSERT INTO youths_accompaniment (youth_id, organisation_id, role, aspects, reason, started_on, end_reason)"
        f" VALUES ({youth.pk}, {organisation.pk}, '{role}', '{{whole}}', 'referral', now(), '')"
    )


@pytest.mark.parametrize("role", [Role.PARTNER, Role.CONTACTED])
def test_who_is_solicited_lets_nobody_in(world, youth, role):
    refused(world, "rita", added(youth, world.org("SMV_C"), role))


@pytest.mark.parametrize(
    "change", ["access_until = now()", "organisation_id = {RSMV}", "role = 'contacted'", "ended_on = now()"]
)
def test_who_is_solicited_touches_no_link_of_the_lead(world, youth, change):
    lead = Accompaniment.objects.none()
    with as_owner():
        lead = Accompaniment.objects.get(youth=youth, role=Role.LEAD).pk
    change = change.format(RSMV=world.org("RSMV").pk)
    refused(world, "rita", f"UPDATE youths_accompaniment SET {change} WHERE id = %s", lead)


def test_nobody_deletes_a_link(world, youth):
    refused(world, "alice", "DELETE FROM youths_accompaniment")


def test_nobody_reads_further_back_by_itself(world, youth, rita_accompanies):
    mine = world.org("RSMV").pk
    with as_owner():
        Accompaniment.objects.filter(organisation=mine).update(reads_from=clock.now())
    refused(
        world, "rita", "UPDATE youths_accompaniment SET reads_from = NULL WHERE organisation_id = %s", mine
    )
    refused(world, "rita", added(youth, world.org("RSMV"), Role.PARTNER))


@pytest.mark.parametrize("over", [False, True])
def test_nor_once_it_is_asked_again(world, youth, over):
    """Where its story begins stays when the link is one of who is solicited, or its access is over."""
    mine = world.org("RSMV").pk
    theirs = Accompaniment.objects.filter(youth=youth, organisation=mine)
    with as_owner(), connection.cursor() as cursor:
        theirs.update(reads_from=clock.now())
        if over:
            theirs.update(
                role=Role.PARTNER,
                ended_on=clock.today(),
                end_reason="done",
                access_until=clock.now() - timedelta(hours=1),
            )
            cursor.execute(added(youth, world.org("RSMV"), Role.CONTACTED))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE referrals_referral DISABLE TRIGGER USER")
        cursor.execute("UPDATE referrals_referral SET state = 'accepted'")
        cursor.execute("ALTER TABLE referrals_referral ENABLE TRIGGER USER")
    change = "UPDATE youths_accompaniment SET {} WHERE organisation_id = %s AND ended_on IS NULL"
    if not over:
        refused(world, "rita", change.format("reads_from = NULL"), mine)
    refused(world, "rita", change.format("reads_from = NULL, role = 'partner'"), mine)


def test_who_has_left_does_not_come_back_by_itself(world, youth, rita_accompanies):
    mine = world.org("RSMV").pk
    with as_owner(), connection.cursor() as cursor:
        Accompaniment.objects.filter(organisation=mine).update(
            ended_on=clock.today(), end_reason="complete", access_until=clock.now() + timedelta(days=30)
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE referrals_referral DISABLE TRIGGER USER")
        cursor.execute("UPDATE referrals_referral SET state = 'declined', reason = 'AUTRE'")
        cursor.execute("ALTER TABLE referrals_referral ENABLE TRIGGER USER")
    for change in (
        "access_until = NULL",
        "access_until = now() + interval '90 days'",
        "ended_on = NULL, end_reason = ''",
    ):
        refused(world, "rita", f"UPDATE youths_accompaniment SET {change} WHERE organisation_id = %s", mine)
    refused(world, "rita", added(youth, world.org("RSMV"), Role.CONTACTED))


def test_who_is_asked_again_does_not_take_up_what_ended_without_accepting(world, youth):
    """Rémi accompanied Yann, by a course that is over; Rita is asked for another one."""
    centre = world.org("RSMV")
    put(world, "completed", youth=youth, recipient="remi")
    with as_owner():
        old, asked = Accompaniment.objects.filter(youth=youth, organisation=centre).order_by("professional")
        if old.professional == world.user("rita"):
            old, asked = asked, old
        Accompaniment.objects.filter(pk=old.pk).update(
            role=Role.PARTNER,
            ended_on=clock.today(),
            end_reason="complete",
            access_until=clock.now() - timedelta(hours=1),
        )
        Accompaniment.objects.filter(pk=asked.pk).update(
            role=Role.CONTACTED, ended_on=None, end_reason="", access_until=None
        )
    change = "UPDATE youths_accompaniment SET {} WHERE id = %s"
    refused(world, "rita", change.format("ended_on = NULL, end_reason = '', access_until = NULL"), old.pk)
    refused(world, "rita", change.format("access_until = NULL"), old.pk)
    refused(world, "rita", change.format("role = 'partner'"), asked.pk)


@pytest.mark.parametrize("state", ["declined", "sent"])
def test_who_accompanies_lets_in_whom_it_asks_and_no_further(world, youth, rita_accompanies, state):
    """Rita asked the centre of Brest, which declined, or has not answered."""
    brest = world.org("SMV_C")
    put(
        world, state, youth=youth,
        sender="rita", sender_org="RSMV", recipient="rose", recipient_org="SMV_C",
    )  # fmt: skip
    change = "UPDATE youths_accompaniment SET {} WHERE organisation_id = %s"
    refused(world, "rita", change.format("role = 'partner'"), brest.pk)
    refused(world, "rita", added(youth, brest, Role.PARTNER))
    if state == "declined":
        with as_owner():
            Accompaniment.objects.filter(organisation=brest).update(
                ended_on=clock.today(), end_reason="decline", access_until=clock.now()
            )
        refused(
            world, "rita", change.format("ended_on = NULL, end_reason = '', access_until = NULL"), brest.pk
        )
        refused(world, "rita", change.format("access_until = NULL"), brest.pk)
        refused(world, "rita", added(youth, brest, Role.CONTACTED))


def test_a_withdrawal_is_written_once_and_in_ones_own_name(world, youth):
    with acting_as(world.acting("alice")):
        agreement = Agreement.objects.get(youth=youth)
        assert Agreement.objects.filter(pk=agreement.pk).update(
            withdrawn_at=clock.now(),
            withdrawn_how="face_to_face",
            withdrawn_by=world.user("alice"),
            withdrawn_for=world.org("ML_A"),
        )
    undo = "UPDATE youths_agreement SET withdrawn_at = NULL, withdrawn_how = '', withdrawn_by_id = NULL, withdrawn_for_id = NULL"
    refused(world, "rita", undo)


def test_who_is_solicited_records_no_agreement(world, youth):
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(world.acting("rita")),
    ):
        Agreement.objects.create(
            youth=youth,
            recorded_by=world.user("rita"),
            recorded_for=world.org("RSMV"),
            recipient=world.org("SMV_C"),
            purpose="smv",
            channel=Agreement.Channel.PHONE,
            informed=Agreement.Informed.values[0],
            text_version="smv-2",
        )


def test_what_an_organisation_decides_is_read_there_only(world):
    paul = world.acting("paul")
    with acting_as(paul):
        one = decisions.decide(paul, DelegateDecision.Subject.HEALTH, "RGPD, article 9, 2, h")
        decisions.end(paul, one.pk)
        assert Change.objects.filter(model="youths.DelegateDecision").exists()
    with acting_as(world.acting("charlie")):
        assert not Change.objects.filter(model="youths.DelegateDecision").exists()


@pytest.mark.parametrize("who", ["charlie", "rita"])
def test_nobody_opens_with_a_reason_a_record_that_is_elsewhere(world, who):
    acting = world.acting(who)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(acting),
    ):
        Opening.objects.create(
            youth=world.youth("yann"), organisation_id=acting.organisation_id, user_id=acting.user_id,
            reason="urgency", until=clock.now() + Opening.DURATION,
        )  # fmt: skip
