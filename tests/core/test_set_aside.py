"""What was put aside: an administrator sees which kind and since when, and has it tried again; nobody else does."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock, outbox
from core.hooks import outbox_handlers, outbox_words
from core.models import AuditEntry, OutboxMessage, SetAside
from core.scope import acting_as, apply_scope
from tests.conftest import as_owner

LIST = reverse("admin:core_setaside_changelist")


@pytest.fixture
def aside(world) -> OutboxMessage:
    now = clock.now()
    with as_owner():
        return OutboxMessage.objects.create(
            kind="people.invitation",
            payload={"seed": "un-secret", "text": "canari-nominatif"},
            effect_key="canari-effet",
            organisation_id=world.org("ML_A").pk,
            attempts=6,
            due_at=now,
            quarantined_at=now,
            last_error="SMTPDataError",
        )


def again() -> OutboxMessage:
    with as_owner():
        return OutboxMessage.objects.get()


def test_the_administrator_sees_what_keeps_failing_and_not_what_it_says(world, visit, aside):
    client = visit("adam")
    for address in (LIST, reverse("admin:core_setaside_change", args=[aside.pk])):
        page = client.get(address).content.decode()
        assert "Courriel : une invitation" in page
        assert "SMTPDataError" in page
        assert not any(word in page for word in ("canari", "un-secret"))


def test_it_is_tried_again_and_the_trail_says_who_asked(world, visit, aside):
    client = visit("adam")
    sent = {"action": "retry", "_selected_action": [aside.pk]}
    page = client.post(LIST, sent, follow=True).content.decode()
    assert "1 message repart" in page
    row = again()
    assert (row.quarantined_at, row.attempts) == (None, 0)
    with as_owner():
        line = AuditEntry.objects.get(kind=AuditEntry.Kind.RETRY)
    assert (line.user_id, line.subject_kind, line.detail) == (world.user("adam").pk, "outbox", str(aside.pk))
    # Somebody else, from a page that is no longer true.
    client.post(LIST, sent, follow=True)
    assert outbox.retry(world.user("adam").pk, [aside.pk]) == 0
    with as_owner():
        assert AuditEntry.objects.filter(kind=AuditEntry.Kind.RETRY).count() == 1


def test_what_was_delivered_never_starts_again(world, aside):
    with as_owner():
        OutboxMessage.objects.update(done_at=clock.now())
    assert outbox.retry(world.user("adam").pk, [aside.pk]) == 0


@pytest.mark.parametrize("name", ["mona", "nadia", "alice"])
def test_the_database_shows_it_to_nobody_else(world, aside, name):
    """Even who claims to be an administrator: the account is asked, not the scope."""
    with acting_as(world.acting(name)):
        assert not SetAside.objects.exists()
    with transaction.atomic():
        outbox.as_administrator(world.user(name).pk)
        assert not SetAside.objects.exists()
    with pytest.raises(DatabaseError, match="only an administrator"), transaction.atomic():
        outbox.retry(world.user(name).pk, [aside.pk])
    assert again().quarantined_at


def test_an_administrator_who_acts_for_an_organisation_sees_nothing(world, aside):
    with transaction.atomic():
        apply_scope((str(world.user("adam").pk), str(world.org("ML_A").pk), "professional", ""))
        assert not SetAside.objects.exists()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_setaside SET attempts = 0", "DELETE FROM core_setaside", "SELECT tu_administers('x')"],
)
def test_the_view_is_only_read(world, aside, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_kind_of_message_has_its_words():
    assert set(outbox_words) == set(outbox_handlers)
