"""A withdrawn agreement: what ends at once, what goes on, what the partner answers, what is left in every table."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals.models import Message, Referral, ReferralEvent
from referrals.thread import writing
from referrals.transitions import NotAllowed
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.placing import put
from tests.referrals.test_loop import act
from tests.youths.test_agreement_link import BORN, make_link, page
from tests.youths.test_journal import accepted
from youths.agreements.giving import give, live_agreement
from youths.agreements.withdrawing import AlreadyWithdrawn, withdraw
from youths.models import Accompaniment, Agreement, Disposal, JournalEntry, Youth

NOT_BEGUN = ["sent", "received", "info_requested", "waitlisted", "accepted"]


def take_back(world, referral, who="alice", how="phone"):
    """The youth tells somebody of one side."""
    acting = world.acting(who)
    with acting_as(acting):
        withdraw(Agreement.objects.get(pk=referral.agreement_id), how=how, by=acting)


def now(referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def sees(world, who, model, **filters) -> bool:
    """Wall 2 alone: no filter of the application."""
    with acting_as(world.acting(who)):
        return model.objects.filter(**filters).exists()


@pytest.mark.parametrize("who", ["alice", "rita"])
@pytest.mark.parametrize("state", NOT_BEGUN)
def test_what_has_not_begun_is_closed(world, state, who):
    referral = put(world, state)
    take_back(world, referral, who)
    after = now(referral)
    assert (after.state, after.reason, after.last_action) == ("withdrawn", "ACCORD_RETIRE", "end_sharing")
    with as_owner():
        event = ReferralEvent.objects.get(referral=referral, action="end_sharing")
        assert (event.side, event.actor_id, event.organisation_id) == ("youth", None, None)
        assert not Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk).exists()
    assert not sees(world, "rita", Referral, pk=referral.pk)
    assert not sees(world, "rita", Youth, pk=referral.youth_id)
    assert sees(world, "alice", Referral, pk=referral.pk)
    assert sees(world, "alice", Youth, pk=referral.youth_id)


def test_the_partner_loses_the_page_it_has_open_and_its_list(world, visit, travel):
    start = clock.now()
    travel(start)
    referral = put(world, "accepted")
    rita = visit("rita")
    pages = [referral.get_absolute_url(), reverse("youths:detail", args=[world.youth("yann").uuid])]
    assert [rita.get(address).status_code for address in pages] == [200, 200]
    assert "Kermarrec" in rita.get(reverse("referrals:list")).content.decode()
    take_back(world, referral)
    travel(start + timedelta(minutes=1))
    assert [rita.get(address).status_code for address in pages] == [404, 404]
    for address in (reverse("referrals:list"), reverse("youths:list"), reverse("home")):
        assert "Kermarrec" not in rita.get(address).content.decode()


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_what_has_begun_goes_on_and_shares_its_outcome_alone(world, visit, who):
    referral = put(world, "started")
    with as_owner():
        JournalEntry.objects.create(
            youth_id=referral.youth_id, organisation=world.org("ML_A"), author=world.user("alice"),
            kind="contact", happened_on=clock.today(), text="Rendez-vous tenu.",
        )  # fmt: skip
        world.youth("yann").accompaniments.filter(organisation=world.org("RSMV")).update(role="partner")
    take_back(world, referral, who)
    after = now(referral)
    assert after.state == "started"
    assert after.sharing_stopped_at
    # Each side reads it; the recipient reads the name, and nothing of the record, by wall 2 too.
    for name in ("alice", "rita"):
        html = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Partage arrêté" in html
        assert "Écrire un message" not in html
    assert "Kermarrec" in html
    assert visit("rita").get(reverse("youths:detail", args=[world.youth("yann").uuid])).status_code == 404
    assert sees(world, "rita", Youth, pk=referral.youth_id)
    for model in (JournalEntry, Accompaniment.objects.exclude(organisation=world.org("RSMV")).model):
        with acting_as(world.acting("rita")):
            assert not model.objects.exclude(organisation=world.org("RSMV")).exists()
    assert not sees(world, "remi", JournalEntry)


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_nothing_is_added_to_a_stopped_sharing(world, who, visit):
    referral = put(world, "started")
    take_back(world, referral)
    acting = world.acting(who)
    with pytest.raises(NotAllowed, match="partage est arrêté"), acting_as(acting):
        writing.post_message(acting, now(referral), "Encore un mot.")
    assert (
        visit(who).post(reverse("referrals:message", args=[referral.uuid]), {"text": "x"}).status_code == 409
    )
    with pytest.raises(NotAllowed):
        act(world, "rita", referral, "step", step="TESTS")
    with pytest.raises(NotAllowed, match="partage est arrêté"):
        act(
            world, "rita", referral, "complete",
            outcome="EMPLOI_DURABLE", ended_on=clock.today(), note="Et puis…",
        )  # fmt: skip
    forged = {
        "row-level security": "INSERT INTO referrals_message (referral_id, kind, author_id, organisation_id, text, at)"
        f" VALUES ({referral.pk}, 'note', {acting.user_id}, {acting.organisation_id}, 'x', now())",
        "sharing of this referral": f"UPDATE referrals_referral SET note = 'x' WHERE id = {referral.pk}",
        "sharing of this": f"UPDATE referrals_referral SET sharing_stopped_at = NULL WHERE id = {referral.pk}",
    }
    for because, statement in forged.items():
        with (
            pytest.raises(DatabaseError, match=because),
            transaction.atomic(),
            acting_as(acting),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with as_owner():
        assert not Message.objects.filter(referral=referral).exists()


@pytest.mark.parametrize(("action", "inputs"), [
    ("complete", {"outcome": "SANS_SOLUTION"}),
    ("drop_out", {"outcome": "SANS_SOLUTION", "reason": "EMPLOI_TROUVE"}),
])  # fmt: skip
def test_the_outcome_closes_it_without_a_way_back(world, visit, action, inputs):
    referral = put(world, "started")
    take_back(world, referral)
    rita = visit("rita")
    prefix = {f"{action}-{name}": value for name, value in inputs.items()}
    answered = rita.post(
        reverse("referrals:act", args=[referral.uuid, action]),
        {
            **prefix,
            f"{action}-ended_on": clock.today().isoformat(),
            f"{action}-version": now(referral).version,
        },
    )
    assert (answered.status_code, answered.url) == (302, reverse("referrals:list"))
    after = now(referral)
    assert after.state in ("completed", "dropped_out")
    with as_owner():
        assert not Referral.objects.filter(returned_from=referral).exists()
    for model, key in ((Referral, referral.pk), (Youth, referral.youth_id)):
        assert not sees(world, "rita", model, pk=key)
    assert rita.get(referral.get_absolute_url()).status_code == 404
    # The sender reads the outcome; nobody asks for what becomes of the youth later.
    act(world, "alice", referral, "acknowledge")
    assert now(referral).clock_kind == ""


def test_by_the_youths_own_link(world, client):
    referral = put(world, "received")
    _, token = make_link(world, kind="withdraw")
    html = client.post(page(token), BORN).content.decode()
    assert "arrêter le partage" in html
    assert "partage est arrêté" in client.post(page(token), BORN | {"reponse": "oui"}).content.decode()
    assert now(referral).state == "withdrawn"
    with as_owner():
        agreement = Agreement.objects.get(pk=referral.agreement_id)
        assert (agreement.withdrawn_how, agreement.withdrawn_by_id) == ("link", None)
        assert Disposal.objects.filter(agreement=agreement).exists()
    assert not sees(world, "rita", Youth, pk=referral.youth_id)


def test_changing_nothing_changes_nothing(world, client):
    referral = put(world, "received")
    _, token = make_link(world, kind="withdraw")
    client.post(page(token), BORN | {"reponse": "non"})
    assert now(referral).state == "received"


def test_the_same_thing_given_twice_is_withdrawn_once_and_for_all(world):
    referral = put(world, "received")
    alice = world.acting("alice")
    with acting_as(alice):
        give(
            world.youth("yann"), recorded_by=alice.user_id, recorded_for=alice.organisation_id,
            recipient_id=world.org("RSMV").pk, purpose="smv", channel="phone", informed="read_aloud",
        )  # fmt: skip
    take_back(world, referral)
    with acting_as(alice):
        assert live_agreement(world.youth("yann"), world.org("RSMV").pk, "smv") is None
    with pytest.raises(AlreadyWithdrawn):
        take_back(world, referral)


def test_what_had_ended_before_keeps_its_reason(world):
    referral = accepted(world)
    act(world, "rita", referral, "start", started_on=clock.today())
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    take_back(world, referral)
    with as_owner():
        link = Accompaniment.objects.get(youth=referral.youth_id, organisation=referral.recipient_id)
    assert link.end_reason == "complete"
    assert link.access_until <= clock.now()


def test_another_live_agreement_keeps_the_access(world):
    referral = put(world, "received")
    alice = world.acting("alice")
    with acting_as(alice):
        give(
            world.youth("yann"), recorded_by=alice.user_id, recorded_for=alice.organisation_id,
            recipient_id=world.org("RSMV").pk, purpose="co_accompagnement", channel="phone", informed="handed",
        )  # fmt: skip
    take_back(world, referral)
    assert now(referral).state == "withdrawn"
    assert not sees(world, "rita", Referral, pk=referral.pk)
    assert sees(world, "rita", Youth, pk=referral.youth_id)


@pytest.mark.parametrize("action", ["ask_reopen", "answer_late"])
def test_nothing_starts_again_under_a_withdrawn_agreement(world, action):
    referral = put(world, "declined" if action == "ask_reopen" else "no_response", silent="sender")
    take_back(world, referral)
    inputs = {"reason": "ELEMENT_NOUVEAU"} if action == "ask_reopen" else {"answer": "La voici."}
    with pytest.raises(NotAllowed, match="retiré son accord"):
        act(world, "mona", referral, action, **inputs)


def test_a_draft_is_not_sent_any_more(world):
    referral = put(world, "draft")
    take_back(world, referral)
    with pytest.raises(NotAllowed, match="accord"):
        act(world, "alice", referral, "send")


def test_what_is_left_in_every_table(world):
    """DOMAIN §9, 14: the proof stays, the record of the Mission Locale stays, the partner reads nothing."""
    referral = put(world, "received")
    take_back(world, referral)
    with as_owner():
        agreement = Agreement.objects.get(pk=referral.agreement_id)
        assert agreement.withdrawn_at
        assert (agreement.withdrawn_how, agreement.withdrawn_for_id) == ("phone", world.org("ML_A").pk)
        link = Accompaniment.objects.get(youth=referral.youth_id, organisation=world.org("RSMV"))
        assert link.end_reason == "agreement_withdrawn"
        assert link.access_until <= clock.now()
        assert Youth.objects.filter(pk=referral.youth_id).exists()
    tables = {
        "youths_youth": "id", "youths_accompaniment": "youth_id", "youths_situation": "youth_id",
        "youths_journalentry": "youth_id", "youths_privatenote": "youth_id", "youths_obstacle": "youth_id",
        "youths_nextstep": "youth_id", "youths_opening": "youth_id", "youths_legalrepresentative": "youth_id",
        "referrals_referral": "youth_id",
    }  # fmt: skip
    with acting_as(world.acting("rosa")), connection.cursor() as cursor:
        for table, column in tables.items():
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE {column} = %s"
                + (" AND organisation_id <> %s" if table == "youths_accompaniment" else ""),
                [referral.youth_id, *([world.org("RSMV").pk] if table == "youths_accompaniment" else [])],
            )
            assert cursor.fetchone()[0] == 0, table
        cursor.execute("SELECT count(*) FROM youths_agreement WHERE withdrawn_at IS NOT NULL")
        assert cursor.fetchone()[0] == 1


# --- The partner deletes ------------------------------------------------------------------------------


@pytest.fixture
def disposal(world) -> Disposal:
    referral = put(world, "received")
    take_back(world, referral)
    with as_owner():
        return Disposal.objects.get()


def test_the_partner_is_asked_to_delete_and_says_what_it_did(world, visit, disposal):
    address = reverse("youths:disposal", args=[disposal.uuid])
    rita = visit("rita")
    assert address in rita.get(reverse("home")).content.decode()
    html = rita.get(address).content.decode()
    assert "Yann Kermarrec" in html
    assert "retiré son accord" in html
    wrong = rita.post(address, {"answer": "kept", "duty": ""})
    assert "Dites ce qui oblige à garder." in wrong.content.decode()
    assert rita.post(address, {"answer": "kept", "duty": "accounts"}).status_code == 302
    with as_owner():
        done = Disposal.objects.get()
        assert (done.answer, done.duty, done.answered_by_id) == ("kept", "accounts", world.user("rita").pk)
        assert not Task.objects.open().filter(subject_kind="disposal").exists()
    # Answered, it names nobody any more; twice, the second is told.
    html = rita.get(address).content.decode()
    assert "Kermarrec" not in html
    again = visit("rosa").post(address, {"answer": "deleted", "duty": ""})
    assert again.status_code == 409


@pytest.mark.parametrize(("name", "status"), [
    ("rosa", 200), ("remi", 404), ("alice", 404), ("charlie", 404), ("rose", 404), ("regis", 403), ("paul", 403),
])  # fmt: skip
def test_who_answers_it(world, visit, disposal, name, status):
    assert visit(name).get(reverse("youths:disposal", args=[disposal.uuid])).status_code == status


@pytest.mark.parametrize("who", ["alice", "charlie", "rose"])
def test_wall_two_names_the_youth_to_the_partner_alone(world, disposal, who):
    with acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute("SELECT tu_disposal_of(%s)", [disposal.pk])
        assert cursor.fetchone()[0] is None


@pytest.mark.parametrize("who", ["charlie", "rose"])
@pytest.mark.parametrize("call", ["tu_stop_sharing", "tu_withdrawn_from"])
def test_wall_two_refuses_forged_withdrawals(world, who, call):
    referral = put(world, "received")
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(world.acting(who)),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT {call}(%s)", [referral.agreement_id])
    with acting_as(world.acting(who)):
        assert not Agreement.objects.filter(pk=referral.agreement_id).update(
            withdrawn_at=clock.now(), withdrawn_how="phone"
        )


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_sharing_is_not_stopped_without_a_withdrawal(world, who):
    referral = put(world, "started")
    for statement in (
        f"SELECT tu_stop_sharing({referral.agreement_id})",
        f"SELECT tu_close_stopped({referral.pk})",
    ):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
            acting_as(world.acting(who)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    # Nor does anybody stand for the youth while the agreement holds.
    sent = put(world, "sent", youth=world.youth("yann"))
    with (
        pytest.raises(DatabaseError, match="no transition"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE referrals_referral SET state = 'withdrawn', version = version + 1, last_action = 'end_sharing',"
            " reason = 'ACCORD_RETIRE' WHERE id = %s",
            [sent.pk],
        )


# --- On the pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_either_side_writes_the_withdrawal_down(world, visit, who):
    referral = put(world, "received")
    client = visit(who)
    address = reverse("youths:agreement_withdraw", args=[world.youth("yann").uuid])
    html = client.get(address).content.decode()
    assert "Service militaire volontaire" in html
    assert "checked" not in html
    with as_owner():
        uuid = Agreement.objects.get(pk=referral.agreement_id).uuid
    assert "Cochez au moins un accord." in client.post(address, {"how": "phone"}).content.decode()
    done = client.post(address, {"agreements": [uuid], "how": "phone"})
    assert done.status_code == 302
    assert now(referral).state == "withdrawn"
    again = client.post(address, {"agreements": [uuid], "how": "phone"})
    assert again.status_code in (200, 404)
    with as_owner():
        for told in Notification.objects.all():
            assert "Yann" not in told.text
            assert world.org("RSMV").name not in told.text or "programme" in told.kind


def test_the_record_tells_of_the_agreements(world, visit):
    referral = put(world, "received")
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    html = visit("alice").get(record).content.decode()
    assert 'id="accords"' in html
    assert "En cours" in html
    take_back(world, referral)
    assert "Retiré" in visit("alice").get(record).content.decode()


def test_the_record_says_that_the_outcome_alone_is_awaited(world, visit):
    referral = put(world, "started")
    take_back(world, referral)
    html = visit("alice").get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    assert world.org("RSMV").name in html


def test_what_was_said_before_is_closed_to_the_partner(world, visit):
    referral = put(world, "started")
    with as_owner():
        Message.objects.create(
            referral=referral,
            author=world.user("alice"),
            organisation=world.org("ML_A"),
            text="Confidence d’avant.",
        )
    assert "Confidence d’avant." in visit("rita").get(referral.get_absolute_url()).content.decode()
    take_back(world, referral)
    for name, read in (("alice", True), ("mona", True), ("rita", False), ("rosa", False)):
        html = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Kermarrec" in html
        assert ("Confidence d’avant." in html) is read
        assert sees(world, name, Message, referral=referral.pk) is read


def test_an_expired_agreement_is_withdrawn_too(world, visit, travel, client):
    """What began under it went on: the youth stops it all the same, told to somebody or by their own link."""
    referral = put(world, "started")
    travel(clock.now() + timedelta(days=400))
    with as_owner():
        assert Agreement.objects.get(pk=referral.agreement_id).expires_on < clock.today()
    alice = visit("alice")
    asking = reverse("youths:agreement_ask", args=[referral.youth.uuid])
    typed = {"kind": "withdraw", "purpose": "smv", "recipient": str(world.org("RSMV").pk)}
    assert (
        send_pairs(
            alice, asking, form_of(alice.get(asking).content.decode(), "kind").filled(**typed)
        ).status_code
        == 302
    )
    address = reverse("youths:agreement_withdraw", args=[referral.youth.uuid])
    form = form_of(alice.get(address).content.decode(), "how")
    assert "expiré le" in alice.get(address).content.decode()
    with as_owner():
        uuid = str(Agreement.objects.get(pk=referral.agreement_id).uuid)
    assert send_pairs(alice, address, form.filled(agreements=uuid, how="phone")).status_code == 302
    assert now(referral).sharing_stopped_at is not None
    # Withdrawn, it is not asked about again.
    assert (
        send_pairs(
            alice, asking, form_of(alice.get(asking).content.decode(), "kind").filled(**typed)
        ).status_code
        == 200
    )


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_a_suspended_course_is_not_to_be_resumed_any_more(world, who):
    """Nobody resumes what is no longer shared: the outcome is awaited instead, and closes the last task."""
    referral = put(world, "started")
    until = clock.today() + timedelta(days=30)
    act(world, "rita", referral, "suspend", reason="INDISPONIBLE", suspended_until=until)
    take_back(world, referral, who)
    after = now(referral)
    assert (after.clock_kind, after.clock_side, after.suspended_until) == ("outcome", "recipient", until)
    with as_owner():
        waiting = Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk)
        assert list(waiting.values_list("kind", "organisation_id")) == [("outcome", world.org("RSMV").pk)]
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    with as_owner():
        assert not waiting.filter(organisation_id=world.org("RSMV").pk).exists()
