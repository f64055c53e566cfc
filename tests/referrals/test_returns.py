"""The way back, when the same course ends more than once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Task
from referrals import deadlines
from referrals.models import Referral
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act, reopen
from youths.models import Accompaniment


def drop_out(world, referral: Referral) -> None:
    act(
        world, "rita", referral, "drop_out",
        reason="ABANDON", outcome="SANS_SOLUTION", ended_on=clock.today(),
    )  # fmt: skip


def returns_of(referral: Referral) -> list[Referral]:
    with as_owner():
        return list(Referral.objects.filter(returned_from=referral).order_by("pk"))


@pytest.mark.parametrize("closed", [False, True])
def test_interrupted_again_after_a_reopening(world, closed):
    """One return under way is enough; a closed one calls for another."""
    referral = put(world, "started")
    drop_out(world, referral)
    (first,) = returns_of(referral)
    if closed:
        act(world, "alice", first, "receive")
        act(world, "alice", first, "decline", reason="DOUBLON")
    reopen(world, referral)
    drop_out(world, referral)
    found = returns_of(referral)
    assert [back.state for back in found] == (["declined", "sent"] if closed else ["sent"])


def test_a_return_waiting_for_its_agreement_is_not_doubled(world):
    referral = put(world, "started")
    with as_owner():
        referral.agreement.covers_return = False
        referral.agreement.save(update_fields=["covers_return"])
    for _ in range(2):
        drop_out(world, referral)
        reopen(world, referral)
    (back,) = returns_of(referral)
    assert back.state == "draft"
    with as_owner():
        assert Task.objects.open().filter(kind="agreement").count() == 1


def test_a_return_that_its_author_can_no_longer_send_awaits_nobody(world, travel):
    referral = put(world, "started")
    with as_owner():
        referral.agreement.covers_return = False
        referral.agreement.save(update_fields=["covers_return"])
    drop_out(world, referral)
    (back,) = returns_of(referral)
    for days, awaited in ((29, 1), (31, 0)):
        travel(back.created_at + timedelta(days=days))
        with as_worker():
            deadlines.run()
        with as_owner():
            assert Task.objects.open().filter(kind="agreement").count() == awaited


def test_the_lead_of_the_youth_reads_a_return_that_a_colleague_answers(world, visit):
    """Alice leads Yann; what comes back is routed to Dora, of another team of the same Mission Locale."""
    referral = put(world, "started")
    drop_out(world, referral)
    (back,) = returns_of(referral)
    with as_owner():
        Referral.objects.filter(pk=back.pk).update(
            recipient_professional=world.user("dora"), recipient_team=None
        )
    for who, status in (
        ("alice", 200),
        ("dora", 200),
        ("mona", 200),
        ("bob", 404),
        ("charlie", 404),
        ("regis", 403),
    ):
        assert visit(who).get(back.get_absolute_url()).status_code == status, who
    chain = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert back.get_absolute_url() in chain
    record = visit("alice").get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    assert back.get_absolute_url() in record
    # It is Dora's to answer: it does not come into Alice's list.
    assert back.get_absolute_url() not in visit("alice").get("/orientations/").content.decode()
    # Who leads no more reads no more.
    with as_owner():
        Accompaniment.objects.filter(youth=back.youth_id, role="lead").update(role="partner")
    assert visit("alice").get(back.get_absolute_url()).status_code == 404
