"""Accounts that nobody uses: warned, asleep, woken with a second factor, closed, invited again."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import entry
from accounts.models import Session, User
from core import clock
from core.models import OutboxMessage
from notifications.models import Notification
from partners.models import Membership
from partners.people import dormancy, invitations
from tests.conftest import as_owner, as_worker

WAKE = reverse("partners:wake")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture(autouse=True)
def lately(world):
    """Everybody was here this morning."""
    with as_owner():
        User.objects.update(last_login=clock.now(), date_joined=clock.now() - timedelta(days=2000))


@pytest.fixture
def last_seen(world):
    def days_ago(name: str, days: float) -> User:
        with as_owner():
            User.objects.filter(pk=world.user(name).pk).update(last_login=clock.now() - timedelta(days=days))
        return User.objects.get(pk=world.user(name).pk)

    return days_ago


def run() -> dormancy.Run:
    with as_worker():
        return dormancy.run()


def prove(client) -> None:
    """The session of somebody who gave a second factor."""
    session = client.session
    session[entry.PROVEN] = "app"
    session.save()


def memberships(user) -> Membership:
    return Membership.objects.get(user=user)


def test_alice_is_warned_sleeps_and_wakes(world, visit, last_seen, run_outbox, travel):
    last_seen("alice", 84)
    assert run() == dormancy.Run(warned=1)
    run()
    run_outbox()
    assert [message.to for message in mail.outbox] == [["alice@portail.example"]]
    assert "se mettra en sommeil" in mail.outbox[0].body
    alice = visit("alice")
    last_seen("alice", 91)
    assert run().asleep == 1
    assert run() == dormancy.Run()
    assert not Session.objects.filter(user_id=world.user("alice").pk).exists()
    assert alice.get(reverse("youths:list")).status_code == 302
    travel(clock.now() + timedelta(minutes=1))  # a mail a minute at most
    run_outbox()
    assert len(mail.outbox) == 2
    assert "en sommeil" in mail.outbox[-1].body
    # Signed in again: nothing opens but the way back.
    alice = visit("alice")
    assert alice.get(reverse("youths:list")).status_code == 403
    home = alice.get("/")
    assert "Votre compte est en sommeil" in text(home)
    assert "Alice Advisor" in text(visit("mona").get(reverse("partners:team")))
    assert "En sommeil" in text(visit("mona").get(reverse("partners:team")))
    assert alice.get(WAKE).status_code == 302
    assert memberships(world.user("alice")).suspended_at
    prove(alice)
    key = alice.session.session_key
    response = alice.post(WAKE, follow=True)
    assert "Votre compte est réactivé" in text(response)
    assert alice.session.session_key != key
    assert alice.get(reverse("youths:list")).status_code == 200
    assert run() == dormancy.Run()


def test_a_password_alone_does_not_wake(world, visit, last_seen, settings):
    last_seen("alice", 91)
    run()
    settings.MFA_REQUIRED = False
    alice = visit("alice")
    session = alice.session
    session.pop(entry.PROVEN, None)
    session.save()
    response = alice.post(WAKE, follow=True)
    assert "une seconde protection" in text(response)
    assert memberships(world.user("alice")).suspended_at


def test_waking_concerns_oneself_alone(world, visit, last_seen):
    last_seen("alice", 91)
    run()
    for name in ("bob", "mona", "charlie"):
        other = visit(name)
        prove(other)
        assert other.post(WAKE).status_code == 302
    assert memberships(world.user("alice")).suspended_at


def test_a_membership_that_ended_does_not_wake(world, visit, last_seen):
    last_seen("alice", 91)
    run()
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(
            revoked_at=clock.now(), ends_on=clock.today()
        )
    alice = visit("alice")
    assert "rattaché à aucune structure" in text(alice.get("/"))
    prove(alice)
    alice.post(WAKE)
    assert memberships(world.user("alice")).suspended_at


def test_after_a_year_the_account_closes_and_only_an_invitation_opens_it(
    world, visit, last_seen, client, run_outbox
):
    last_seen("alice", 91)
    run()
    last_seen("alice", 366)
    assert run().closed == 1
    assert run() == dormancy.Run()
    alice = User.objects.get(pk=world.user("alice").pk)
    assert not alice.is_active
    with as_owner():
        (told,) = Notification.objects.filter(kind="people.closed")
    assert told.user == world.user("mona")
    # Still a member: what she follows is handed over first.
    mona, regis = world.user("mona"), world.acting("regis")
    place = {"first_name": "A", "last_name": "A", "role": "professional"}
    with pytest.raises(invitations.Refused, match="déjà rattachée"):
        invitations.invite(mona.pk, world.org("ML_A").pk, email=alice.email, **place)
    leave = reverse("partners:departure", args=[memberships(alice).uuid])
    assert visit("mona").post(leave, {"everything": world.user("bob").pk}).status_code == 302
    invitation = invitations.invite(mona.pk, world.org("ML_A").pk, email=alice.email, **place)
    invitations.decide(invitation.uuid, by=regis.user_id, approve=True, acting=regis)
    with as_owner():
        seed = OutboxMessage.objects.get(kind=invitations.KIND).payload["seed"]
    path = reverse("partners:invitation_accept", args=[invitations.token_of(seed)])
    password = "une phrase assez longue 42"
    assert client.post(path, {"password": password, "again": password}).status_code == 302
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.check_password(password)
    assert alice.get_full_name() == "Alice Advisor"


def test_the_last_administrator_stays(world, last_seen):
    last_seen("adam", 900)
    assert run() == dormancy.Run()
    with as_owner():
        User.objects.create_superuser("eve@portail.example", "x", last_login=clock.now())
    assert run().closed == 1
    assert not User.objects.get(pk=world.user("adam").pk).is_active


def test_a_newcomer_is_not_asleep(world, last_seen):
    """Somebody who arrived yesterday with an old account, or who never signed in since, is left alone."""
    last_seen("alice", 200)
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(arrived_at=clock.now() - timedelta(days=1))
        User.objects.filter(pk=world.user("bob").pk).update(last_login=None, date_joined=clock.now())
    assert run() == dormancy.Run()


def test_the_command_counts_then_applies(world, last_seen):
    last_seen("alice", 91)
    last_seen("bob", 85)
    out = io.StringIO()
    with as_worker():
        call_command("dormant_accounts", stdout=out)
        assert "À faire : 1 à prévenir, 1 en sommeil, 0 à fermer." in out.getvalue()
        assert memberships(world.user("alice")).suspended_at is None
        assert dormancy.plan() == dormancy.Run(1, 1, 0)
        call_command("dormant_accounts", "--wet-run", stdout=out)
    assert "Fait : 1 à prévenir" in out.getvalue()
    assert memberships(world.user("alice")).suspended_at


@given(st.floats(0, 500))
@hypothesis_settings(max_examples=25, deadline=None)
def test_what_happens_follows_the_date_alone(django_db_setup, django_db_blocker, days):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        with as_owner():
            User.objects.update(last_login=clock.now())
            User.objects.filter(email="alice@portail.example").update(
                last_login=clock.now() - timedelta(days=days), date_joined=clock.now() - timedelta(days=999)
            )
        planned = dormancy.plan()
        transaction.set_rollback(True)
    assert planned == dormancy.Run(int(83 <= days < 90), int(days >= 90), int(days >= 365))
