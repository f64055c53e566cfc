"""A mail that comes back opens a task for who can mend the address, and facts close it."""

import io
import mailbox
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications import bounce_box, bounces
from notifications.models import Notification
from notifications.tasks import read_bounces
from partners.models import Membership
from partners.people import bounces as addresses
from referrals.models import YouthLink
from referrals.youth_links import asking as questions
from tests.conftest import as_owner, as_worker
from youths.agreements import asking as agreements
from youths.models import AgreementRequest, Youth

REPORT = """\
From: MAILER-DAEMON@relais.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limite"

--limite
Content-Type: text/plain

The mail system could not deliver it.

--limite
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--limite--
"""


def report(address="alice@portail.example", action="failed", status="5.1.1") -> bytes:
    return REPORT.format(address=address, action=action, status=status).replace("\n", "\r\n").encode()


def come_back(address: str) -> None:
    with as_worker():
        bounces.bounced(address)


def open_tasks() -> list[tuple[int, int | None]]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind=addresses.SUBJECT).order_by("pk")
        return list(found.values_list("organisation_id", "user_id"))


def settle() -> int:
    with as_worker():
        return addresses.settle()


def test_the_managers_are_asked_once_to_mend_the_address(world, visit):
    for written in ("alice@portail.example", "Alice@Portail.example "):
        come_back(written)
    assert open_tasks() == [(world.org("ML_A").pk, None)]
    home = visit("mona").get("/").content.decode()
    assert "Ses courriels reviennent" in home
    assert world.user("alice").get_full_name() in home
    for name in ("alice", "rosa", "carla"):
        assert "Ses courriels reviennent" not in visit(name).get("/").content.decode()


def test_another_address_closes_it(world, travel):
    come_back("alice@portail.example")
    assert settle() == 0
    travel(clock.now() + timedelta(hours=1))
    with as_owner():
        user = world.user("alice")
        user.email = "alice.nouvelle@portail.example"
        user.save(update_fields=["email"])
    assert settle() == 1
    assert open_tasks() == []


def test_a_departure_closes_it(world):
    come_back("alice@portail.example")
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(ends_on=clock.today() - timedelta(days=1))
    assert settle() == 1


def test_a_month_without_another_one_closes_it(world, travel):
    come_back("alice@portail.example")
    travel(clock.now() + timedelta(days=29))
    assert settle() == 0
    travel(clock.now() + timedelta(days=2))
    assert settle() == 1
    come_back("alice@portail.example")
    assert len(open_tasks()) == 1


def test_an_address_that_nobody_has_opens_nothing(world):
    come_back("personne@portail.example")
    assert open_tasks() == []
    with as_owner():
        assert not Notification.objects.exists()


def test_who_sent_a_link_to_a_youth_learns_that_it_was_not_handed(world):
    """The agreement that was mailed and the questions that were; not what was only shown on a screen."""
    alice, yann = world.acting("alice"), world.youth("yann")
    with as_owner():
        Youth.objects.filter(pk=yann.pk).update(email="yann@exemple.fr")
        yann.refresh_from_db()
    with acting_as(alice):
        asked = [
            agreements.ask(
                alice,
                yann,
                kind=AgreementRequest.Kind.GIVE,
                recipient_id=world.org(key).pk,
                purpose="smv",
            )
            for key in ("RSMV", "SMV_C")
        ]
        agreements.mail_link(*asked[0])
    come_back("Yann@exemple.fr")
    assert told_unreached() == [(world.user("alice").pk, f"/jeunes/{yann.uuid}/")]
    with acting_as(alice):
        link, seed = questions.ask(alice, yann, YouthLink.Kind.DIGITAL)
        questions.mail_link(link, seed)
    come_back("yann@exemple.fr")
    come_back("yann@exemple.fr")
    assert told_unreached()[1:] == [(world.user("alice").pk, link.get_absolute_url())]


def told_unreached() -> list[tuple[int, str]]:
    with as_owner():
        found = Notification.objects.filter(kind="agreement.unreached").order_by("pk")
        return list(found.values_list("user_id", "path"))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (report(), ["alice@portail.example"]),
        (report(action="delayed", status="4.2.2"), []),
        (report(status="5.7.1"), []),
        (report(status="5.2.2"), []),
        (report(address=""), []),
        (b"", []),
        (b"\0\xff nothing that is a mail", []),
        (report() + b"x" * bounces.LONGEST, []),
    ],
)
def test_a_report_says_which_addresses_are_dead(given, found):
    assert bounces.addresses_of(given) == found


def test_the_command_reads_a_report(world, monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(report())))
    out = io.StringIO()
    with as_worker():
        call_command("mail_bounced", "--rapport", stdout=out)
    assert "1 adresse" in out.getvalue()
    assert "alice" not in out.getvalue()
    assert len(open_tasks()) == 1


def test_the_command_wants_something(db):
    with pytest.raises(CommandError):
        call_command("mail_bounced")


# --- A box of reports ---------------------------------------------------------------------------------------

OTHER = b"From: quelqu.un@ailleurs.example\r\nSubject: Absence\r\n\r\nJe reviens lundi.\r\n"


@pytest.fixture(params=["Maildir", "mbox"])
def box(request, tmp_path):
    """A box with two reports of dead addresses, one of a full one, and an answer of somebody."""
    path = tmp_path / "retours"
    made = getattr(mailbox, request.param)(path, create=True)
    letters = [
        report(),
        report("bob@portail.example", status="5.1.2"),
        report("dora@portail.example", "delayed", "4.2.2"),
    ]
    for letter in (*letters, OTHER):
        made.add(letter)
    made.close()
    return path


def left(path) -> int:
    opened = mailbox.Maildir(path) if path.is_dir() else mailbox.mbox(path)
    count = len(opened)
    opened.close()
    return count


def test_a_box_is_read_and_what_was_understood_is_taken_out(world, box, capsys):
    with as_worker():
        call_command("mail_bounced", boite=box)
    assert "2 adresse(s) signalée(s)." in capsys.readouterr().out
    assert len(open_tasks()) == 2
    assert left(box) == 2
    # What is left was looked at: it is not told again, and what comes since is.
    with as_worker():
        assert bounce_box.read(box) == 0
        made = mailbox.Maildir(box) if box.is_dir() else mailbox.mbox(box)
        made.add(report("sonia@portail.example"))
        made.close()
        assert bounce_box.read(box) == 1
    assert left(box) == 2


def test_a_reading_that_is_cut_short_loses_nothing(world, box, monkeypatch):
    def fails(address: str) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, as_worker():
        patched.setattr(bounces, "bounced", fails)
        with pytest.raises(RuntimeError):
            bounce_box.read(box)
    assert left(box) == 4
    with as_worker():
        assert bounce_box.read(box) == 2


def test_the_worker_reads_the_box_of_the_settings(world, box, settings):
    with as_worker():
        assert read_bounces() == 0
        settings.BOUNCE_MAILBOX = str(box)
        assert read_bounces() == 2


def test_a_box_that_is_not_there_says_so(world, tmp_path):
    with pytest.raises(CommandError, match="ne peut pas être lue"):
        call_command("mail_bounced", boite=tmp_path / "rien")
