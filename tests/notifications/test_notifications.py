"""What a person is told: their own lines only, mails without a name."""

from django.core import mail
from django.urls import reverse

from core.models import OutboxMessage
from notifications.models import Notification
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
        payload = OutboxMessage.objects.order_by("pk").first().payload
        send_mail(payload)
    assert [message.extra_headers["Message-ID"] for message in mail.outbox].count(first) == 2
