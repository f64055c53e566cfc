"""Inside one's own organisation, the database lets nobody sign for a colleague, nor choose what the worker will do (ADR 0037).

Every statement here is raw SQL under the scope of somebody: what a page would never write.
"""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.functions import call
from core.models import OutboxMessage
from core.scope import acting_as
from referrals.models import MoveRequest, Outcome, ReferralEvent
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from youths.models import Erasure, JournalEntry, RightsRequest, Youth
from youths.rights import requests


def runs(world, who: str, statement: str, *values) -> int:
    with transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


_SIGNED = {
    "a fact of the journal": "INSERT INTO youths_journalentry (uuid, youth_id, kind, happened_on, text,"
    " organisation_id, author_id, at) VALUES (gen_random_uuid(), {yann}, 'contact', '2026-01-02', 'x', {org}, {who}, now())",
    "a note": "INSERT INTO youths_privatenote (uuid, youth_id, kind, happened_on, text, organisation_id, author_id, at)"
    " VALUES (gen_random_uuid(), {yann}, 'contact', '2026-01-02', 'x', {org}, {who}, now())",
    "a situation": "INSERT INTO youths_situation (youth_id, kind, code, since, organisation_id, recorded_by_id, recorded_at)"
    " VALUES ({yann}, 'activity', 'emploi', '2026-01-02', {org}, {who}, now())",
    "a message": "INSERT INTO referrals_message (referral_id, kind, author_id, organisation_id, text, at)"
    " VALUES ({referral}, 'note', {who}, {org}, 'x', now())",
    "an outcome": 'INSERT INTO referrals_outcome (referral_id, moment, code, "on", at, recorded_by_id)'
    " VALUES ({referral}, 'exit', 'X', '2026-01-02', now(), {who})",
    "an event": "INSERT INTO referrals_referralevent (referral_id, number, action, from_state, to_state, side, reason,"
    " details, at, late, actor_id, organisation_id)"
    " VALUES ({referral}, {version}, 'x', 'sent', 'sent', 'sender', '', '{{}}', now(), false, {who}, {org})",
}


@pytest.fixture
def ids(world) -> dict[str, int]:
    referral = put(world, "accepted")
    return {
        "yann": world.youth("yann").pk,
        "org": world.org("ML_A").pk,
        "referral": referral.pk,
        "version": referral.version,
    }


@pytest.mark.parametrize("what", _SIGNED)
def test_nobody_signs_for_a_colleague(world, ids, what):
    with pytest.raises(DatabaseError, match="in the name of somebody else"):
        runs(world, "alice", _SIGNED[what].format(**ids, who=world.user("bob").pk))
    assert runs(world, "alice", _SIGNED[what].format(**ids, who=world.user("alice").pk)) == 1


def test_a_change_is_signed_too(world):
    """Taking the outcome that a colleague wrote leaves their name; putting another one's is refused."""
    referral = put(world, "completed")
    with as_owner():
        Outcome.objects.create(
            referral=referral, moment="exit", code="X", on="2026-01-02", recorded_by=world.user("bob")
        )
    assert (
        runs(world, "alice", "UPDATE referrals_outcome SET code = 'Y', recorded_by_id = recorded_by_id") == 1
    )
    with pytest.raises(DatabaseError, match="in the name of somebody else"):
        runs(world, "alice", "UPDATE referrals_outcome SET recorded_by_id = %s", world.user("mona").pk)


def test_without_a_person_nobody_signs(world, ids):
    """What an answer to a signed link entails is written in nobody's name."""
    from core.scope import on_behalf_of

    statement = _SIGNED["a fact of the journal"].format(**ids, who=world.user("alice").pk)
    with (
        pytest.raises(DatabaseError, match="in the name of somebody else"),
        transaction.atomic(),
        on_behalf_of(ids["org"]),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with as_owner():
        assert not JournalEntry.objects.exists()


# --- What is asked inside one organisation ------------------------------------------------------------


def requests_seen(world, who: str) -> set[tuple[str, str]]:
    with acting_as(world.acting(who)):
        return set(MoveRequest.objects.values_list("kind", "reason"))


def test_the_other_side_reads_no_request_to_reopen(world):
    """Nor its reason: it is asked, and confirmed, inside one organisation."""
    referral = put(world, "declined")
    act(world, "rita", referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    assert requests_seen(world, "sam") == {("reopen", "ELEMENT_NOUVEAU")}
    assert requests_seen(world, "alice") == set()
    with acting_as(world.acting("alice")), connection.cursor() as cursor:
        cursor.execute("SELECT kind, organisation_id FROM tu_requests_waiting(%s)", [referral.pk])
        assert cursor.fetchall() == [("reopen", world.org("RSMV").pk)]
    for who in ("charlie", "rose", "regis"):
        with acting_as(world.acting(who)), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tu_requests_waiting(%s)", [referral.pk])
            assert cursor.fetchone() == (0,)


def test_a_cancellation_is_read_by_who_answers(world):
    referral = put(world, "accepted")
    act(world, "alice", referral, "ask_cancel", reason="AUTRE", reason_detail="Il a trouvé mieux.")
    assert {kind for kind, _ in requests_seen(world, "rita")} == {"cancel"}


@pytest.mark.parametrize("who", ["alice", "rita", "charlie"])
def test_a_request_lapses_by_a_move_and_no_other_way(world, who):
    referral = put(world, "declined")
    act(world, "rita", referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    with acting_as(world.acting(who)):
        call("tu_requests_lapse", referral.pk)
    with as_owner():
        assert MoveRequest.objects.get().answer == ""


# --- What a youth's link counts ------------------------------------------------------------------------


def test_a_fourth_link_about_a_referral_is_refused_by_the_database(world):
    referral = put(world, "completed")
    statement = (
        "INSERT INTO referrals_youthlink (uuid, youth_id, referral_id, kind, requested_by_id, requested_for_id, token_hash,"
        " asked_at, expires_at, tries, cancelled_at) VALUES (gen_random_uuid(), %s, %s, 'opinion', %s, %s, %s, now(),"
        " tu_now() + interval '8 days', 0, now())"
    )
    values = [referral.youth_id, referral.pk, world.user("alice").pk, world.org("ML_A").pk]
    for number in range(3):
        assert runs(world, "alice", statement, *values, f"hash{number}") == 1
    with pytest.raises(IntegrityError, match="no more link"):
        runs(world, "alice", statement, *values, "hash4")


# --- What the worker is asked --------------------------------------------------------------------------

_ASKED = "INSERT INTO core_outboxmessage (kind, payload, effect_key, attempts, last_error{}) VALUES (%s, %s, %s, %s, %s{})"


@pytest.mark.parametrize(("values", "more"), [
    (("notification.mail", '{"user": 1}', "a", 3, ""), ""),
    (("notification.mail", '{"user": 1}', "a", 0, "TimeoutError"), ""),
    (("notification.mail", '{"user": 1}', "a", 0, ""), "done_at"),
    (("notification.mail", '{"user": 1}', "a", 0, ""), "quarantined_at"),
    (("notification.mail", '{"user": {"pk": 1}}', "a", 0, ""), ""),
    (("notification.mail", '{"users": [1, 2]}', "a", 0, ""), ""),
    (("notification.mail", "[1]", "a", 0, ""), ""),
    (("notification.mail", json.dumps({"text": "x" * 5000}), "a", 0, ""), ""),
    (("Robert'); DROP", "{}", "a", 0, ""), ""),
])  # fmt: skip
def test_the_web_asks_and_decides_nothing_of_what_becomes_of_it(world, values, more):
    statement = _ASKED.format(f", {more}" if more else "", ", now()" if more else "")
    with pytest.raises(DatabaseError, match="no message of the web"):
        runs(world, "alice", statement, *values)
    assert runs(world, "alice", _ASKED.format("", ""), "notification.mail", '{"user": 1}', "a", 0, "") == 1


def test_a_forged_message_erases_nobody(world, run_outbox):
    """Whom to erase is written in a request of one's own organisation, not in the message."""
    kim = world.youth("kim")
    payload = json.dumps(
        {"youth": kim.pk, "organisation": world.org("ML_C").pk, "by": world.user("alice").pk, "request": 0}
    )
    runs(world, "alice", _ASKED.format("", ""), requests.ERASE, payload, "forged", 0, "")
    run_outbox()
    with as_owner():
        assert Youth.objects.filter(pk=kim.pk).exists()
        assert not Erasure.objects.exists()
        assert OutboxMessage.objects.get(effect_key="forged").done_at


def test_an_erasure_that_is_no_longer_asked_erases_nobody(world, run_outbox):
    """Answered otherwise between the message and the worker."""
    youth = world.youth("yann")
    with as_owner():
        asked = RightsRequest.objects.create(
            youth=youth,
            organisation=world.org("ML_A"),
            kind="acces",
            received_on="2026-01-02",
            due_on="2026-02-02",
        )
    payload = json.dumps({"request": asked.pk, "by": world.user("alice").pk})
    runs(world, "alice", _ASKED.format("", ""), requests.ERASE, payload, "other kind", 0, "")
    run_outbox()
    with as_owner():
        assert Youth.objects.filter(pk=youth.pk).exists()


def test_the_moves_of_the_loop_are_signed_by_who_makes_them(world):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept")
    with as_owner():
        hands = dict(ReferralEvent.objects.filter(referral=referral).values_list("action", "actor"))
    assert hands["accept"] == world.user("rita").pk
