"""The place of a youth on a waiting list: told to the two sides, and nothing of who else waits."""

from datetime import timedelta

import pytest
from django.db import connection

from core import clock
from core.scope import acting_as
from tests.referrals.placing import put
from tests.referrals.staging import move


def place(world, who: str, referral) -> int | None:
    with acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute("SELECT tu_waiting_rank(%s)", [referral.pk])
        row = cursor.fetchone()
        return row[0] if row else None


@pytest.fixture
def waiting(world):
    """Somebody else waits first, then Yann; the third waits for another programme."""
    now = clock.now()
    first = put(
        world, "waitlisted", youth=world.youth("zoe"), sender="charlie", sender_org="ML_C",
        state_since=now - timedelta(days=9),
    )  # fmt: skip
    put(
        world, "waitlisted", youth=world.youth("zoe"), programme="pmsmp", state_since=now - timedelta(days=20)
    )
    return first, put(world, "waitlisted", state_since=now - timedelta(days=2))


def test_the_place_is_shown_to_both_sides(world, visit, waiting):
    first, yann = waiting
    for who in ("alice", "rita"):
        assert "Rang dans la liste d’attente : 2" in visit(who).get(yann.get_absolute_url()).content.decode()
    move(world, "rita", first, "accept")
    assert "Rang dans la liste d’attente : 1" in visit("alice").get(yann.get_absolute_url()).content.decode()
    move(world, "rita", yann, "accept")
    assert "Rang dans" not in visit("alice").get(yann.get_absolute_url()).content.decode()


def test_a_question_does_not_lose_the_place(world, waiting, travel):
    first, yann = waiting
    travel(clock.now() + timedelta(days=1))
    for referral in (yann, first):
        move(world, "rita", referral, "ask_info", question="A-t-il son attestation JDC ?")
    for who, referral in (("alice", yann), ("charlie", first)):
        move(world, who, referral, "answer_info", answer="Oui.")
        move(world, "rita", referral, "waitlist", review_on=clock.today() + timedelta(days=20))
        travel(clock.now() + timedelta(hours=1))
    assert place(world, "alice", yann) == 1  # both were put there again: Yann, first
    travel(clock.now() + timedelta(days=1))
    move(world, "rita", yann, "ask_info", question="Est-il libre en mars ?")
    move(world, "alice", yann, "answer_info", answer="Oui.")
    move(world, "rita", yann, "waitlist", review_on=clock.today() + timedelta(days=20))
    assert place(world, "alice", yann) == 1


def test_nobody_else_is_told(world, waiting):
    first, yann = waiting
    assert (place(world, "alice", yann), place(world, "charlie", first)) == (2, 1)
    for who, referral in (("charlie", yann), ("alice", first), ("regis", yann), ("rose", yann)):
        assert place(world, who, referral) is None
