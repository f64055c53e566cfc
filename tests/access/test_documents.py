"""The file of others is handed over to nobody who names it in a row of their own, by statements of their own too."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from core import clock, documents
from core.models import Document
from core.scope import acting_as
from referrals.models import Message
from tests.access.catalogue import rows
from tests.conftest import as_owner
from tests.referrals.placing import put
from youths.models import RightsRequest


def of_others(travel) -> Document:
    """A file that somebody brought an hour ago."""
    with as_owner():
        brought = documents.store(b"%PDF", filename="piece-jointe.pdf", media_type="application/pdf")
    travel(clock.now() + timedelta(hours=1))
    return brought


def message(world, referral, document: Document) -> Message:
    return Message(
        referral=referral, author=world.user("charlie"), organisation=world.org("ML_C"), text="x", document=document
    )  # fmt: skip


def test_a_message_names_no_file_that_was_there_before(world, travel):
    brought = of_others(travel)
    own = put(world, "received", youth=world.youth("kim"), sender="charlie", sender_org="ML_C",
              recipient="rose", recipient_org="SMV_C")  # fmt: skip
    refused = pytest.raises(DatabaseError, match="row-level security: the file of others")
    with refused, transaction.atomic(), acting_as(world.acting("charlie")):
        message(world, own, brought).save()


def test_nor_does_the_request_of_a_youth(world, travel):
    brought = of_others(travel)
    refused = pytest.raises(DatabaseError, match="row-level security: the file of others")
    with refused, transaction.atomic(), acting_as(world.acting("charlie")):
        RightsRequest(
            organisation=world.org("ML_C"), youth=world.youth("kim"), kind="access", received_on=clock.today(),
            due_on=clock.today(), archive=brought, archive_until=clock.now(),
        ).save()  # fmt: skip


@pytest.mark.parametrize(
    "other", ["{folder}//{name}", "./{folder}/{name}", "../private/{folder}/{name}", "/etc/passwd"]
)
def test_a_file_has_one_name(world, travel, other):
    brought = of_others(travel)
    folder, name = brought.path.split("/")
    refused = pytest.raises(DatabaseError, match="row-level security: no name for a file")
    with refused, transaction.atomic(), acting_as(world.acting("charlie")):
        Document.objects.create(
            media_type="application/pdf", filename="x.pdf", sha256=brought.sha256, size=4,
            path=other.format(folder=folder, name=name),
        )  # fmt: skip


def test_nobody_leads_a_document_to_another_file(world, travel):
    of_others(travel)
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, transaction.atomic(), acting_as(world.acting("charlie")):
        Document.objects.update(path="00/00000000000000000000000000000000")


def test_every_column_that_names_a_document_is_watched(db):
    """A new one has its trigger (``core.documents_sql.brought``)."""
    named = rows(
        "SELECT k.conrelid::regclass::text, a.attname::text FROM pg_constraint k JOIN pg_attribute a"
        " ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)"
        " WHERE k.contype = 'f' AND k.confrelid = 'core_document'::regclass"
    )
    watched = rows(
        "SELECT t.tgrelid::regclass::text, split_part(encode(t.tgargs, 'escape'), '\\000', 1) FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'tu_document_just_brought'"
    )
    assert len(named) >= 8
    assert set(named) == set(watched)
