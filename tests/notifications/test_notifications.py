"""What a person is told: their own lines only, mails without a name."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from core import clock, mails
from core.models import OutboxMessage
from notifications.mail import KIND
from notifications.models import Mute, Notification
from notifications.notices import notify
from partners.models import Membership
from tests.conftest import as_owner
from tests.referrals.test_loop import send


def test_rita_is_told_and_reads_it(world, visit):
    send(world)
    rita = visit("rita")
    page = rita.get(reverse("notifications:list")).content.decode()
    assert "vous adresse une orientation" in page
    assert "Kermarrec" not in page
    assert "Nouveau" in page
    after = rita.post(reverse("notifications:mark_read"), follow=True).content.decode()
    assert "Nouveau<" not in after


def test_nobody_reads_the_lines_of_another(world, visit):
    send(world)
    for name in ("alice", "charlie", "remi", "nadia"):
        assert "vous adresse" not in visit(name).get(reverse("notifications:list")).content.decode()


def test_marking_read_touches_mine_alone(world, visit):
    send(world)
    visit("charlie").post(reverse("notifications:mark_read"))
    with as_owner():
        assert Notification.objects.filter(read_at__isnull=False).count() == 0


def test_a_gap_is_told_to_the_managers(world, visit):
    from partners.models import Designation

    Designation.objects.all().delete()
    send(world)
    assert "vous adresse" in visit("rosa").get(reverse("notifications:list")).content.decode()
    assert "Yann" in visit("rosa").get("/").content.decode()


def test_who_left_the_organisation_is_told_nothing_more_of_it(world, run_outbox):
    """Rita works elsewhere since this morning: her account lives, the chamber's news is no longer hers."""
    send(world)
    with as_owner():
        mine = Membership.objects.filter(user=world.user("rita"))
        mine.update(starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1))
    run_outbox()
    assert [message.to for message in mail.outbox] == [["sam@portail.example"]]


def test_the_mail_of_someone_who_left_is_not_sent(world, run_outbox):
    send(world)
    user = world.user("rita")
    user.is_active = False
    user.save()
    run_outbox()
    assert [message.to for message in mail.outbox] == [["sam@portail.example"]]
    with as_owner():
        assert not OutboxMessage.objects.filter(done_at__isnull=True).exists()


def test_a_mail_has_a_link_and_no_name(world, run_outbox, settings):
    referral = send(world)
    run_outbox()
    message = mail.outbox[0]
    assert settings.PORTAL_URL + referral.get_absolute_url() in message.body
    assert not any(word in message.subject + message.body for word in ("Yann", "Kermarrec", "2005"))


def test_the_same_effect_has_the_same_identifier(world, run_outbox):
    from notifications.mail import send as send_mail

    send(world)
    run_outbox()
    first = mail.outbox[0].extra_headers["Message-ID"]
    with as_owner():
        # As a worker leaves it that is killed between the server's answer and its own COMMIT.
        OutboxMessage.objects.update(done_at=None)
        payload = OutboxMessage.objects.order_by("pk").first().payload
        send_mail(payload)
    assert [message.extra_headers["Message-ID"] for message in mail.outbox].count(first) == 2


# --- Urgent things of one minute ----------------------------------------------------------------------------

URGENT = "referral.send"


def tell(world, *texts: str, name: str = "rita", kind: str = URGENT) -> None:
    with as_owner():
        for text in texts:
            notify(
                [world.user(name).pk], organisation_id=world.acting(name).organisation_id, kind=kind, text=text,
                path="/orientations/", effect_key=f"{name}:{text}",
            )  # fmt: skip


def told(name: str = "rita") -> list[str]:
    return [message.body for message in mail.outbox if message.to == [f"{name}@portail.example"]]


def test_what_is_due_together_is_one_mail(world, run_outbox, settings):
    tell(world, "Un.", "Deux.", "Trois.")
    tell(world, "Un.", name="sam")
    run_outbox()
    (body,) = told()
    assert [text for text in ("Un.", "Deux.", "Trois.") if text in body] == ["Un.", "Deux.", "Trois."]
    assert body.count(settings.PORTAL_URL + "/orientations/") == 3
    assert len(told("sam")) == 1
    with as_owner():
        assert not OutboxMessage.objects.filter(kind=KIND, done_at__isnull=True).exists()


def test_the_first_leaves_at_once_and_the_rest_of_the_minute_together(world, run_outbox, travel):
    start = clock.now()
    travel(start)
    tell(world, "Un.")
    run_outbox()
    assert len(told()) == 1
    for seconds, text in ((5, "Deux."), (20, "Trois.")):
        travel(start + timedelta(seconds=seconds))
        tell(world, text)
        run_outbox()
    travel(start + timedelta(seconds=59))
    run_outbox()
    assert len(told()) == 1
    travel(start + timedelta(seconds=60))
    run_outbox()
    first, second = told()
    assert "Un." in first
    assert "Deux." in second
    assert "Trois." in second
    with as_owner():
        assert not OutboxMessage.objects.filter(done_at__isnull=True).exists()
        assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {0}


def test_a_mail_that_fails_keeps_what_was_to_go_with_it(world, run_outbox, monkeypatch, travel):
    start = clock.now()
    travel(start)
    tell(world, "Un.", "Deux.")
    with monkeypatch.context() as patched:
        patched.setattr(mails, "send", lambda *args: 1 / 0)
        run_outbox()
    with as_owner():
        assert not OutboxMessage.objects.filter(done_at__isnull=False).exists()
    travel(start + timedelta(hours=1))
    run_outbox()
    (body,) = told()
    assert "Un." in body
    assert "Deux." in body


@pytest.mark.parametrize("muted", [True, False])
def test_a_kind_that_is_turned_off_is_left_out_of_the_mail(world, run_outbox, muted):
    with as_owner():
        if muted:
            Mute.objects.create(user=world.user("rita"), kind="referral.test")
        for kind, text in (("referral.test", "Sans."), (URGENT, "Avec.")):
            payload = {"user": world.user("rita").pk, "kind": kind, "text": text, "path": "/", "effect": text}
            OutboxMessage.objects.create(kind=KIND, payload=payload, effect_key=text)
    run_outbox()
    (body,) = told()
    assert "Avec." in body
    assert ("Sans." in body) is not muted
