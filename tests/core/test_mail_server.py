"""A real mail server that goes away, comes back, and refuses: nothing is lost, nothing is sent twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from socket import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core import clock, mails, outbox
from core.hooks import mail_bounced, outbox_handlers
from core.models import OutboxMessage
from tests.conftest import as_owner, as_worker

KIND = "test.mail"
QUARTER = timedelta(minutes=15)


class Letters:
    """What a mail server does with what it is handed."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.refusals: dict[str, str] = {}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refusals.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if b"poison" in envelope.content:
            return "554 5.6.0 this mail is refused"
        message = message_from_bytes(envelope.content, policy=default)
        self.received += [(address, message["Message-ID"]) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def server_is_up(settings, letters, monkeypatch):
    """``with server_is_up():`` the mail server answers; nothing listens on its port otherwise."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    monkeypatch.setitem(
        outbox_handlers._entries,
        KIND,
        lambda payload: mails.send(payload["to"], "Trait d’union", payload["body"], payload["to"]),
    )

    @contextmanager
    def up() -> Iterator[None]:
        controller = Controller(letters, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    return up


@pytest.fixture
def bounced(monkeypatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(mail_bounced, "_functions", [told.append])
    return told


def write(to: str, body: str = "Du nouveau vous attend.") -> None:
    outbox.post(KIND, {"to": to, "body": body}, effect_key=to)


def rows() -> dict[str, OutboxMessage]:
    with as_owner():
        return {message.effect_key: message for message in OutboxMessage.objects.all()}


def deliver() -> int:
    with as_worker():
        return outbox.deliver()


@pytest.fixture
def wait(travel):
    """``wait(hours)``: time passes, and the worker wakes every quarter of an hour."""

    def passes(duration: timedelta) -> None:
        end = clock.now() + duration
        while clock.now() < end:
            travel(clock.now() + QUARTER)
            deliver()

    travel(clock.now())
    return passes


def test_the_mail_server_is_down_for_a_day(db, server_is_up, letters, wait):
    """Longer than all the retries of a message that fails: none is put aside, each arrives once."""
    people = [f"agent{number}@portail.example" for number in range(5)]
    for address in people[:3]:
        write(address)
    wait(timedelta(hours=20))
    for address in people[3:]:
        write(address)
    wait(timedelta(hours=4))
    assert letters.received == []
    assert not any(row.quarantined_at or row.done_at for row in rows().values())
    with server_is_up():
        wait(timedelta(hours=1, minutes=15))
        assert sorted(address for address, _ in letters.received) == people
        wait(timedelta(hours=30))
    assert len(letters.received) == len({number for _, number in letters.received}) == 5
    assert all(row.done_at for row in rows().values())


def test_a_poison_row_is_put_aside_while_the_rest_flows(db, server_is_up, letters, wait, caplog):
    with server_is_up():
        write("refusee@portail.example", "poison")
        write("premiere@portail.example")
        deliver()
        assert [address for address, _ in letters.received] == ["premiere@portail.example"]
        wait(timedelta(hours=15))
        write("suivante@portail.example")
        deliver()
    assert [address for address, _ in letters.received] == [
        "premiere@portail.example",
        "suivante@portail.example",
    ]
    aside = rows()["refusee@portail.example"]
    assert aside.quarantined_at
    assert (aside.attempts, aside.last_error) == (len(outbox.RETRIES) + 1, "SMTPDataError")


def test_a_server_that_is_away_is_tried_once_in_a_run(db, server_is_up, wait, monkeypatch):
    """A server that hangs would hold everything else for as long as there are mails."""
    seen: list[dict] = []
    monkeypatch.setitem(outbox_handlers._entries, "test.other", seen.append)
    for number in range(4):
        write(f"agent{number}@portail.example")
    outbox.post("test.other", {"n": 1}, effect_key="other")
    assert deliver() == 2
    assert seen == [{"n": 1}]
    assert [row.attempts for row in rows().values()] == [0] * 5
    assert {row.last_error for row in rows().values()} == {"", "ConnectionRefusedError"}


def test_a_server_that_stays_away_for_a_week_is_not_hidden(db, server_is_up, travel):
    write("agent@portail.example")
    travel(clock.now() + outbox.AWAY_AT_MOST)
    deliver()
    assert rows()["agent@portail.example"].quarantined_at


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 user unknown", True),
        ("550 5.1.10 no such domain", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 no such user", False),
        ("550 5.7.1 relaying denied", False),
        ("450 4.2.2 mailbox full, try later", False),
        ("550 5.1.11 something else", False),
    ],
)
def test_only_a_dead_address_bounces(db, server_is_up, letters, bounced, answer, dead):
    """A server that refuses us is no reason to call an address dead."""
    letters.refusals["partie@portail.example"] = answer
    write("partie@portail.example")
    with server_is_up():
        deliver()
    row = rows()["partie@portail.example"]
    assert bounced == (["partie@portail.example"] if dead else [])
    assert bool(row.done_at) is dead
    assert row.attempts == (0 if dead else 1)
