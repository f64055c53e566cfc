"""A youth moves: one Mission Locale proposes the record, the other answers, and reads nothing more before."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import OutboxMessage, Task
from core.scope import acting_as
from notifications.models import Notification
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.test_loop import act
from tests.youths.test_adopt import stored
from tests.youths.test_journal import accepted, text, write
from youths import records
from youths.accompanying import inviting
from youths.agreements import todo
from youths.merging import joining, transfers
from youths.models import Accompaniment, AccompanimentInvitation, Agreement, Merge, Transfer, Youth


def propose(client, world, youth="yann", to="ML_C", **typed):
    address = reverse("youths:transfer", args=[world.youth(youth).uuid])
    form = form_of(client.get(address).content.decode(), "recipient")
    typed = {"recipient": str(world.org(to).pk), "informed": "on", "municipality": "29200 Brest"} | typed
    return send_pairs(client, address, form.filled(**typed))


@pytest.fixture
def waiting(world, visit) -> Transfer:
    """Alice proposes Yann to Charlie's Mission Locale."""
    assert propose(visit("alice"), world).status_code == 302
    with as_owner():
        return Transfer.objects.get()


def identity_of(transfer: Transfer) -> list[tuple]:
    """What the database says of who a transfer is about, to the acting person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tu_transferred(%s)", [transfer.pk])
        return cursor.fetchall()


def page_of(transfer: Transfer) -> str:
    return reverse("youths:transfer_detail", args=[transfer.uuid])


def accept(client, transfer: Transfer, **typed):
    form = form_of(text(client, page_of(transfer)), "lead")
    return send_pairs(client, form.action, form.filled(**typed))


def state(transfer: Transfer) -> str:
    with as_owner():
        return Transfer.objects.get(pk=transfer.pk).state


def test_proposed_the_record_stays_where_it_is(world, visit, waiting):
    yann = world.youth("yann")
    assert stored(yann).registered_with == world.org("ML_A")
    assert "Transfert proposé à Mission locale du Large" in text(visit("alice"), f"/jeunes/{yann.uuid}/")
    with acting_as(world.acting("carla")):
        assert not Youth.objects.filter(pk=yann.pk).exists()
    assert visit("carla").get(f"/jeunes/{yann.uuid}/").status_code == 404


def test_its_managers_are_told_without_a_name(world, visit, waiting):
    with as_owner():
        note = Notification.objects.get(kind="youth.transfer")
        mails = [str(mail.payload) for mail in OutboxMessage.objects.order_by("pk")]
        task = Task.objects.get(kind="transfer")
    assert note.user_id == world.user("carla").pk
    assert (task.organisation_id, task.user_id) == (world.org("ML_C").pk, None)
    for said in [note.text, *mails, text(visit("carla"), "/")]:
        assert "Kermarrec" not in said
    assert "Un transfert de dossier attend votre réponse" in text(visit("carla"), "/")
    assert "transfert" not in text(visit("charlie"), "/").lower()


def test_they_read_who_it_is_and_nothing_more(world, visit, waiting):
    html = text(visit("carla"), page_of(waiting))
    assert "Yann Kermarrec" in html
    assert "14/03/2005" in html or "14 mars 2005" in html
    assert "Mission locale du Port" in html
    assert "06 39 98 00 00" not in html


@pytest.mark.parametrize("who", ["charlie", "dora", "bob", "rita", "rosa", "rose"])
def test_the_others_read_nothing_of_it(world, visit, waiting, who):
    client = visit(who)
    for suffix in ("", "accepter/", "refuser/", "reprendre/"):
        # Answering is the affair of managers.
        expected = {404, 403} if suffix in ("accepter/", "refuser/") else {404}
        assert client.get(page_of(waiting) + suffix).status_code in expected
        if suffix:
            assert client.post(page_of(waiting) + suffix, {"reason": "erreur"}).status_code in expected
    assert state(waiting) == "propose"


def test_accepted_the_record_changes_hands(world, visit, waiting, travel):
    start = clock.now()
    yann = world.youth("yann")
    with as_owner():
        Youth.objects.filter(pk=yann.pk).update(file_number="A-1")
    response = accept(visit("carla"), waiting, lead=str(world.user("charlie").pk), file_number="C-9")
    assert response.url == reverse("youths:detail", args=[yann.uuid])
    after = stored(yann)
    large = world.org("ML_C")
    assert (after.held_by, after.registered_with, after.file_number) == (large, large, "C-9")
    assert after.municipality_id == "29019"
    with as_owner():
        lead = Accompaniment.objects.active().get(youth=yann, role="lead")
        old = Accompaniment.objects.get(youth=yann, organisation=world.org("ML_A"))
        assert not Task.objects.open().filter(kind="transfer").exists()
    assert lead.professional == world.user("charlie")
    assert (old.ended_on, old.end_reason) == (clock.today(), "transferred")
    record = f"/jeunes/{yann.uuid}/"
    for name in ("charlie", "carla", "alice", "mona"):
        assert visit(name).get(record).status_code == 200
    # The one that let it go reads, and writes no more; thirty days, to the minute.
    assert visit("alice").get(record + "journal/").status_code == 404
    assert visit("alice").get(record + "corriger/").status_code == 404
    travel(start + timedelta(days=30, minutes=-1))
    assert visit("alice").get(record).status_code == 200
    travel(start + timedelta(days=30, minutes=5))
    for name in ("alice", "mona"):
        assert visit(name).get(record).status_code == 404
        with acting_as(world.acting(name)):
            assert not Youth.objects.filter(pk=yann.pk).exists()


def test_what_was_asked_of_others_is_taken_back_and_they_are_told(world, visit):
    yann = world.youth("yann")
    alice = world.acting("alice")
    with acting_as(alice):
        inviting.invite(
            alice, yann, organisation=world.org("RSMV").pk, aspects=["whole"], reason="frein",
            agreed={"channel": "phone", "informed": "handed"},
        )  # fmt: skip
    propose(visit("alice"), world)
    with as_owner():
        transfer = Transfer.objects.get()
    accept(visit("carla"), transfer)
    with as_owner():
        link = Accompaniment.objects.get(organisation=world.org("RSMV"))
        assert AccompanimentInvitation.objects.get().state == "taken_back"
        assert not Task.objects.open().filter(kind="answer_invitation").exists()
        told = Notification.objects.filter(kind="youth.invited", text__contains="est retirée")
        assert told.count() == 2
    assert link.end_reason == "withdraw"
    assert visit("rita").get(f"/jeunes/{yann.uuid}/").status_code == 404


@pytest.mark.parametrize("who", ["alice", "rita", "charlie"])
def test_wall_two_takes_back_what_others_asked_for_no_stranger(world, who):
    """Who keeps the record takes back nothing of its own that way; the others, nothing at all."""
    alice = world.acting("alice")
    with acting_as(alice):
        inviting.invite(
            alice, world.youth("yann"), organisation=world.org("RSMV").pk, aspects=["whole"], reason="frein",
            agreed={"channel": "phone", "informed": "handed"},
        )  # fmt: skip
    allowed = nullcontext() if who == "alice" else pytest.raises(DatabaseError, match="invitations of others")
    with allowed, transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute("SELECT tu_take_back_invitations(%s)", [world.youth("yann").pk])
        assert cursor.fetchall() == []
    with as_owner():
        assert AccompanimentInvitation.objects.get().state == "pending"


def test_partners_go_on_and_notes_stay(world, visit):
    yann = world.youth("yann")
    accepted(world)
    record = f"/jeunes/{yann.uuid}/"
    write(visit("alice"), record, audience="structure", kind="information", text="Note du Port.")
    propose(visit("alice"), world)
    with as_owner():
        transfer = Transfer.objects.get()
    accept(visit("carla"), transfer)
    assert visit("rita").get(record).status_code == 200
    assert "Note du Port." in text(visit("alice"), record)
    assert "Note du Port." not in text(visit("carla"), record)


def test_a_referral_under_way_stays_its_own_until_it_ends(world, visit, travel):
    start = clock.now()
    yann = world.youth("yann")
    referral = accepted(world)
    propose(visit("alice"), world)
    with as_owner():
        transfer = Transfer.objects.get()
    accept(visit("carla"), transfer)
    travel(start + timedelta(days=60))
    alice = visit("alice")
    assert alice.get(referral.get_absolute_url()).status_code == 200
    assert alice.get(f"/jeunes/{yann.uuid}/").status_code == 200
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    act(world, "rita", referral, "confirm_cancel")
    travel(start + timedelta(days=91))
    alice = visit("alice")
    assert alice.get(f"/jeunes/{yann.uuid}/").status_code == 404


def test_accepted_and_attached_to_the_one_they_have(world, visit, waiting):
    yann = world.youth("yann")
    with acting_as(world.acting("charlie")):
        own = records.create_record(
            world.acting("charlie"),
            Youth(first_name="Yann", last_name="Kermarrec", birth_date=yann.birth_date),
        )
    carla = visit("carla")
    form = form_of(text(carla, page_of(waiting)), "dossier")
    assert send_pairs(carla, form.action, form.filled()).url == reverse("youths:detail", args=[own.uuid])
    assert stored(yann).merged_into_id == own.pk
    with as_owner():
        assert Merge.objects.get().kind == "attach"
        assert Accompaniment.objects.active().get(youth=own, role="lead").professional == world.user(
            "charlie"
        )
    # The old address leads there, thirty days, for those who let it go.
    assert visit("alice").get(f"/jeunes/{yann.uuid}/").url == f"/jeunes/{own.uuid}/"


def test_separated_again_each_record_has_a_lead(world, visit, waiting):
    yann = world.youth("yann")
    charlie, carla = world.acting("charlie"), world.acting("carla")
    with acting_as(charlie):
        own = records.create_record(
            charlie, Youth(first_name="Yann", last_name="Kermarrec", birth_date=yann.birth_date)
        )
    with acting_as(carla):
        transfers.accept(carla, waiting, lead_id=carla.user_id, file_number="", attach_to=own)
        joining.unmerge(carla, Merge.objects.get())
    with as_owner():
        for youth in (yann, own):
            lead = Accompaniment.objects.active().get(youth=youth, role="lead")
            assert lead.professional == world.user("charlie")


def test_who_keeps_the_record_withdraws_what_was_agreed_before_it_came(world, visit, travel):
    """The partner goes on accompanying under the agreement that the other Mission Locale recorded."""
    yann = world.youth("yann")
    alice = world.acting("alice")
    with acting_as(alice):
        agreement = inviting.invite(
            alice, yann, organisation=world.org("RSMV").pk, aspects=["whole"], reason="frein",
            agreed={"channel": "phone", "informed": "handed"},
        ).agreement  # fmt: skip
    with acting_as(world.acting("rita")):
        inviting.accept(world.acting("rita"), yann, professional=world.user("rita").pk, aspects=["whole"])
    for who in ("carla", "dora"):
        with acting_as(world.acting(who)):
            assert Agreement.objects.filter(pk=agreement.pk).exists() == (who == "dora")
    propose(visit("alice"), world)
    with as_owner():
        transfer = Transfer.objects.get()
    accept(visit("carla"), transfer, lead=str(world.user("charlie").pk))
    travel(clock.now() + timedelta(days=(agreement.expires_on - clock.today()).days - 5))
    with as_worker():
        assert todo.open_expiring() == 1
    with as_owner():
        task = Task.objects.get(kind="agreement_expiring")
    assert (task.organisation_id, task.user_id) == (world.org("ML_C").pk, world.user("charlie").pk)
    charlie = visit("charlie")
    assert "Redemander l’accord" in text(charlie, "/")
    address = reverse("youths:agreement_withdraw", args=[yann.uuid])
    form = form_of(text(charlie, address), "agreements")
    sent = form.filled(agreements=[str(agreement.uuid)], how="phone")
    assert send_pairs(charlie, address, sent).status_code == 302
    with as_owner():
        link = Accompaniment.objects.get(youth=yann, organisation=world.org("RSMV"))
    assert link.end_reason == "agreement_withdrawn"
    assert visit("rita").get(f"/jeunes/{yann.uuid}/").status_code == 404


def test_refused_with_a_code(world, visit, waiting):
    carla = visit("carla")
    form = form_of(text(carla, page_of(waiting)), "reason")
    assert send_pairs(carla, form.action, form.filled(reason="hors_territoire")).status_code == 302
    assert state(waiting) == "refuse"
    assert "n’habite pas sur notre territoire" in text(visit("alice"), page_of(waiting))
    # Refused, it no longer says who it was about.
    assert "Kermarrec" not in text(carla, page_of(waiting))
    with acting_as(world.acting("carla")):
        assert identity_of(waiting) == []
    # It may be proposed again.
    assert propose(visit("alice"), world).status_code == 302


@pytest.mark.parametrize("typed", [{}, {"reason": "x"}, {"reason": "\x00"}, {"reason": "y" * 100_000}])
def test_a_wrong_reason_refuses_nothing(world, visit, waiting, typed):
    assert visit("carla").post(page_of(waiting) + "refuser/", typed).status_code == 302
    assert state(waiting) == "propose"


def test_taken_back(world, visit, waiting):
    alice = visit("alice")
    assert alice.post(page_of(waiting) + "reprendre/").status_code == 302
    assert state(waiting) == "repris"
    late = visit("carla").post(page_of(waiting) + "accepter/", {"lead": world.user("carla").pk})
    assert late.status_code == 409
    assert "Kermarrec" not in late.content.decode()
    assert stored(world.youth("yann")).registered_with == world.org("ML_A")


def test_one_transfer_at_a_time(world, visit, waiting):
    address = reverse("youths:transfer", args=[world.youth("yann").uuid])
    assert visit("mona").get(address).url == page_of(waiting)
    with acting_as(world.acting("mona")), pytest.raises(records.Overtaken):
        transfers.propose(world.acting("mona"), world.youth("yann"), world.org("ML_C").pk, None)


def test_nobody_answers_after_thirty_days(world, visit, waiting, travel):
    start = clock.now()

    def expire() -> int:
        with as_worker():
            return transfers.expire()

    travel(start + timedelta(days=29))
    assert expire() == 0
    travel(start + timedelta(days=30, minutes=1))
    assert (
        visit("carla").post(page_of(waiting) + "accepter/", {"lead": world.user("carla").pk}).status_code
        == 409
    )
    assert expire() == 1
    assert expire() == 0
    assert state(waiting) == "expire"
    with as_owner():
        assert not Task.objects.open().filter(kind="transfer").exists()
        assert Notification.objects.filter(user_id=world.user("alice").pk, kind="youth.transfer").count() == 1


def test_a_record_that_is_no_longer_the_sender_s_is_not_passed_on(world, visit, waiting):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(registered_with=None)
    late = accept(visit("carla"), waiting, lead=str(world.user("charlie").pk), file_number="C-9")
    assert late.status_code == 409
    assert "Rien n’a été enregistré" in late.content.decode()
    assert state(waiting) == "propose"


@pytest.mark.parametrize(
    "typed", [{"recipient": "999999"}, {"recipient": "x"}, {"recipient": ""}, {"municipality": "Nulle-Part"}]
)
def test_wrong_input_is_said(world, visit, typed):
    address = reverse("youths:transfer", args=[world.youth("yann").uuid])
    base = {"recipient": str(world.org("ML_C").pk), "informed": "on", "municipality": ""}
    assert visit("alice").post(address, base | typed).status_code == 200
    assert visit("alice").post(address, {"recipient": base["recipient"]}).status_code == 200
    with as_owner():
        assert not Transfer.objects.exists()


@pytest.mark.parametrize("who", ["dora", "charlie", "rita", "rosa"])
def test_only_those_who_accompany_propose(world, visit, who):
    address = reverse("youths:transfer", args=[world.youth("yann").uuid])
    assert visit(who).get(address).status_code == 404
    assert visit(who).post(address, {"recipient": world.org("ML_C").pk, "informed": "on"}).status_code == 404


_FORGED = {
    "accepting by a professional": ("charlie", "SELECT tu_accept_transfer({transfer}, '')"),
    "accepting one's own": ("mona", "SELECT tu_accept_transfer({transfer}, '')"),
    "accepting that of others": ("rosa", "SELECT tu_accept_transfer({transfer}, '')"),
    "refusing by the sender": ("mona", "SELECT tu_close_transfer({transfer}, 'refuse', 'erreur')"),
    "taking back by the recipient": ("carla", "SELECT tu_close_transfer({transfer}, 'repris', '')"),
    "expiring by hand": ("carla", "SELECT tu_close_transfer({transfer}, 'expire', '')"),
    "accepting through the other function": ("carla", "SELECT tu_close_transfer({transfer}, 'accepte', '')"),
    "answering by hand": ("carla", "UPDATE youths_transfer SET state = 'accepte'"),
    "proposing the youth of others": (
        "charlie",
        "INSERT INTO youths_transfer (uuid, youth_id, sender_id, recipient_id, proposed_by_id, proposed_at, state,"
        " reason) SELECT gen_random_uuid(), {zoe}, tu_org(), {ML_A}, tu_user(), now(), 'propose', ''",
    ),
}


@pytest.mark.parametrize("forged", _FORGED)
def test_the_database_answers_by_itself(world, waiting, forged):
    who, statement = _FORGED[forged]
    ids = {"transfer": waiting.pk, "zoe": world.youth("zoe").pk, "ML_A": world.org("ML_A").pk}
    refusal = pytest.raises(DatabaseError, match=r"row-level security|permission denied")
    with refusal, transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute(statement.format(**ids))


@pytest.mark.parametrize("who", ["charlie", "mona", "rosa", "paul", "regis"])
def test_who_it_is_about_is_for_the_managers_of_its_recipient(world, waiting, who):
    with acting_as(world.acting(who)):
        assert identity_of(waiting) == []


def test_what_others_have_under_way_is_asked_by_who_keeps_the_record(world):
    accepted(world)
    with acting_as(world.acting("carla")), connection.cursor() as cursor:
        cursor.execute("SELECT tu_under_way(%s, %s)", [world.youth("yann").pk, world.org("RSMV").pk])
        assert cursor.fetchall() == []


def test_the_page_asks_the_same_number_of_questions(world, visit, waiting):
    carla = visit("carla")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            carla.get(page_of(waiting))
        return len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))])

    carla.get(page_of(waiting))
    assert asked() <= 10
    with acting_as(world.acting("charlie")):
        for first in ("Yann",):
            records.create_record(
                world.acting("charlie"),
                Youth(first_name=first, last_name="Kermarrec", birth_date=world.youth("yann").birth_date),
            )
    one = asked()
    with acting_as(world.acting("charlie")):
        for first in ("Yan", "Yanne"):
            records.create_record(
                world.acting("charlie"),
                Youth(first_name=first, last_name="Kermarrec", birth_date=world.youth("yann").birth_date),
            )
    # The names of one's own youths that are listed leave a line more.
    assert asked() == one <= 11
