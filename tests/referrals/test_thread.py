"""The thread of a referral: what both sides read, what is taken back, the pieces, one's own notes."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from core import clock
from core.models import AuditEntry, Document, OutboxMessage
from core.scope import acting_as
from core.text_checks import NIR_REFUSED
from core.uploads import CheckedFile
from notifications import digests
from notifications.models import Notification
from referrals.models import Message, Referral, ReferralNote
from referrals.thread import notes, purging, reading, writing
from tests.conftest import as_owner, as_worker
from tests.core.hostile_files import EICAR, docx, pdf
from tests.referrals.placing import put
from tests.referrals.test_loop import send

ML, CENTRE = ("alice", "bob", "mona"), ("rita", "sam", "rosa")
OUTSIDE = ("charlie", "carla", "dora", "remi")
PAGES = ("thread", "thread_piece", "message_withdraw", "note", "message")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path


def address(name: str, referral: Referral, message: Message | None = None) -> str:
    query = f"?message={message.uuid}" if message else ""
    return reverse(f"referrals:{name}", args=[referral.uuid]) + query


def brought(name: str = "cv.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content)


def write(world, who, referral, text="Bonjour.", piece: bytes | None = None) -> Message:
    acting = world.acting(who)
    with acting_as(acting):
        file = CheckedFile(piece, "pdf") if piece is not None else None
        return writing.post_message(acting, referral, text, file)


def page(visit, who, referral) -> str:
    return visit(who).get(referral.get_absolute_url()).content.decode()


def written() -> list[Message]:
    with as_owner():
        return list(Message.objects.order_by("pk").select_related("document"))


# --- The story ---------------------------------------------------------------------------------------


def test_rita_and_alice_write_to_each_other_and_a_piece_goes_along(world, visit):
    referral = put(world, "received")
    rita, alice = visit("rita"), visit("alice")
    rita.post(address("message", referral), {"text": "Pouvez-vous nous envoyer son CV ?"})
    assert "Pouvez-vous nous envoyer son CV" in page(visit, "alice", referral)
    answer = alice.post(
        address("message", referral),
        {"text": "Le voici.", "file": brought("Kermarrec Yann.pdf")},
        follow=True,
    )
    assert "Pièce jointe (PDF, 1 ko)" in answer.content.decode()
    _, message = written()
    assert message.document.filename == f"piece-jointe-{clock.today():%Y-%m-%d}.pdf"
    handed = rita.get(address("thread_piece", referral, message))
    assert handed.content == pdf()
    assert handed["Content-Disposition"].startswith("attachment")
    assert "Kermarrec" not in handed["Content-Disposition"]
    assert handed["X-Content-Type-Options"] == "nosniff"
    with as_owner():
        assert AuditEntry.objects.filter(kind="export", subject_uuid=message.uuid).count() == 1


def test_a_message_is_taken_back_at_once_and_said_wrong_later(world, visit, travel):
    referral = put(world, "received")
    first = write(world, "alice", referral, "Premier mot.", pdf())
    (path,) = [one.document.path for one in written()]
    alice = visit("alice")
    confirm = alice.get(address("message_withdraw", referral, first)).content.decode()
    assert "elle sera supprimée" in confirm
    assert alice.post(address("message_withdraw", referral, first), follow=True).status_code == 200
    for who in ("alice", "rita"):
        html = page(visit, who, referral)
        assert "Premier mot." not in html
        assert "Retiré par son auteur" in html
    with as_owner():
        assert not Document.objects.filter(path=path).exists()
    second = write(world, "alice", referral, "Second mot.")
    travel(clock.now() + writing.TAKE_BACK + timedelta(seconds=1))
    assert "Signaler comme erreur" in page(visit, "alice", referral)
    # Bob is a colleague, Mona answers for the organisation: authors leave.
    assert "Signaler comme erreur" not in page(visit, "bob", referral)
    assert visit("mona").post(address("message_withdraw", referral, second)).status_code == 302
    assert "Erreur de saisie, le" in page(visit, "rita", referral)
    assert [one.withdrawn_as for one in written()] == ["taken_back", "error"]
    assert [one.text for one in written()] == ["Premier mot.", "Second mot."]


@pytest.mark.parametrize("who", ["rita", "bob", "rosa"])
def test_nobody_takes_back_the_words_of_another(world, visit, who):
    referral = put(world, "received")
    message = write(world, "alice", referral)
    for method in ("get", "post"):
        answer = getattr(visit(who), method)(address("message_withdraw", referral, message), follow=True)
        assert "n’est pas à vous" in answer.content.decode()
    assert written()[0].withdrawn_at is None


def test_a_message_is_taken_back_once(world, visit):
    referral = put(world, "received")
    message = write(world, "alice", referral)
    alice = visit("alice")
    alice.post(address("message_withdraw", referral, message))
    again = alice.post(address("message_withdraw", referral, message), follow=True)
    assert "n’est plus là" in again.content.decode()
    assert alice.get(address("message_withdraw", referral)).status_code == 302
    assert alice.get(address("message_withdraw", referral) + "?message=x").status_code == 302


# --- Who ----------------------------------------------------------------------------------------------


def test_both_sides_read_and_nobody_else(world, visit):
    referral = put(world, "received")
    message = write(world, "rita", referral, "Canari du fil.", pdf())
    for who in (*ML, *CENTRE):
        assert "Canari du fil." in visit(who).get(address("thread", referral)).content.decode(), who
        assert visit(who).get(address("thread_piece", referral, message)).status_code == 200, who
    for who in OUTSIDE:
        assert visit(who).get(address("thread", referral)).status_code == 404
        assert visit(who).get(address("thread_piece", referral, message)).status_code == 404
        for name in ("message", "note", "message_withdraw"):
            assert visit(who).post(address(name, referral, message), {"text": "x"}).status_code == 404
    for who in ("regis", "nadia", "paul"):
        assert {visit(who).get(address(name, referral)).status_code for name in PAGES} == {403}
    assert len(written()) == 1


def test_a_piece_of_another_thread_is_not_reached_through_one_s_own(world, visit):
    foreign = put(world, "received", youth=world.youth("kim"), sender="charlie", sender_org="ML_C",
                  recipient="rose", recipient_org="SMV_C")  # fmt: skip
    message = write(world, "rose", foreign, piece=pdf())
    own = put(world, "received")
    for named in (message.uuid, uuid.uuid4(), "x", "\0"):
        answer = visit("alice").get(address("thread_piece", own), {"message": named})
        assert answer.status_code == (400 if named == "\0" else 404)
    assert visit("alice").get(address("thread_piece", own)).status_code == 302
    assert visit("alice").post(address("thread_piece", own)).status_code == 405


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_its_referral_and_a_draft_without_a_thread(world, visit, name):
    alice = visit("alice")
    assert alice.get(reverse(f"referrals:{name}", args=[uuid.uuid4()])).status_code == 404
    draft = put(world, "draft")
    assert alice.get(address(name, draft)).status_code == (302 if name == "note" else 404)


def test_a_get_writes_nothing(world, visit):
    referral = put(world, "received")
    message = write(world, "alice", referral)
    for name in PAGES:
        visit("alice").get(address(name, referral, message), {"text": "x", "note": "x"})
    assert len(written()) == 1
    assert written()[0].withdrawn_at is None
    with as_owner():
        assert not ReferralNote.objects.exists()


def test_once_sharing_is_stopped_the_partner_reads_no_piece(world, visit):
    referral = put(world, "started")
    message = write(world, "alice", referral, "Confidence.", pdf())
    note = {"note": "Pour nous."}
    visit("rita").post(address("note", referral), note)
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(sharing_stopped_at=clock.now())
    rita, alice = visit("rita"), visit("alice")
    assert "Pour nous." not in page(visit, "rita", referral)
    assert "Confidence." not in rita.get(address("thread", referral), follow=True).content.decode()
    assert rita.get(address("thread_piece", referral, message)).status_code == 404
    assert rita.post(address("note", referral), note).status_code == 409
    assert "Confidence." in page(visit, "alice", referral)
    assert alice.get(address("thread_piece", referral, message)).status_code == 200
    assert alice.post(address("note", referral), note).status_code == 302
    with acting_as(world.acting("rita")):
        assert not ReferralNote.objects.exists()
        assert not Message.objects.exists()


# --- Notes of one's own -------------------------------------------------------------------------------


def test_a_note_is_read_by_one_s_own_organisation_alone(world, visit):
    referral = put(world, "received")
    visit("rita").post(address("note", referral), {"note": "À rappeler jeudi."})
    visit("rita").post(address("note", referral), {"note": "À rappeler jeudi."})
    for who in CENTRE:
        assert page(visit, who, referral).count("À rappeler jeudi.") == 1
        assert "À rappeler jeudi." in visit(who).get(address("thread", referral)).content.decode()
    for who in ML:
        assert "À rappeler jeudi." not in page(visit, who, referral)
        assert "À rappeler jeudi." not in visit(who).get(address("thread", referral)).content.decode()
    with as_owner():
        (note,) = ReferralNote.objects.all()
    visit("alice").post(address("note", referral), {"retirer": note.uuid})
    assert "À rappeler jeudi." in page(visit, "rita", referral)
    visit("sam").post(address("note", referral), {"retirer": note.uuid})
    assert "À rappeler jeudi." not in page(visit, "rita", referral)
    assert "Note retirée." in page(visit, "rita", referral)
    for odd in ("x", str(uuid.uuid4())):
        assert visit("sam").post(address("note", referral), {"retirer": odd}).status_code in (302, 400)


def test_without_wall_1_a_note_stays_at_home(world):
    referral = put(world, "received")
    with acting_as(world.acting("rita")):
        notes.write(world.acting("rita"), referral, "Du centre.")
    for who, seen in (("alice", 0), ("charlie", 0), ("rose", 0), ("rita", 1), ("remi", 1)):
        with acting_as(world.acting(who)):
            assert ReferralNote.objects.count() == seen, who


def test_without_wall_2_a_note_stays_at_home(world):
    """The application asks for one's own organisation, whatever the database gives."""
    referral = put(world, "received")
    with acting_as(world.acting("rita")):
        notes.write(world.acting("rita"), referral, "Du centre.")
    with as_owner():
        assert reading.all_notes(referral, world.acting("alice")) == []
        assert len(reading.all_notes(referral, world.acting("rita"))) == 1
        assert not notes.withdraw(world.acting("alice"), referral, ReferralNote.objects.get().uuid)


_FORGED = {
    "a message for the other side": "INSERT INTO referrals_message (referral_id, kind, author_id, organisation_id, text, at)"
    " VALUES ({referral}, 'note', {rita}, {centre}, 'x', now())",
    "a note for the other side": "INSERT INTO referrals_referralnote (uuid, referral_id, author_id, organisation_id, text, at)"
    " VALUES (gen_random_uuid(), {referral}, {rita}, {centre}, 'x', now())",
    "a message born withdrawn": "INSERT INTO referrals_message (referral_id, kind, author_id, organisation_id, text, at,"
    " withdrawn_at, withdrawn_as) VALUES ({referral}, 'note', {alice}, {ml}, 'x', now(), now(), 'error')",
    "another piece": "UPDATE referrals_message SET document_id = {document} WHERE organisation_id = {ml}",
    "a notice of nothing": "SELECT tu_thread_told({referral}, '{{1}}')",
}


@pytest.mark.parametrize("forged", _FORGED)
def test_wall_2_refuses_what_is_forged(world, forged):
    referral = put(world, "received")
    write(world, "alice", referral)
    write(world, "rita", referral)
    with as_owner():
        document = Document.objects.create(media_type="x", filename="x", sha256="x", size=1, path="x")
    values = {
        "referral": referral.pk, "document": document.pk, "rita": world.user("rita").pk, "alice": world.user("alice").pk,
        "centre": world.org("RSMV").pk, "ml": world.org("ML_A").pk,
    }  # fmt: skip
    refused = pytest.raises(DatabaseError, match="row-level security")
    with refused, transaction.atomic(), acting_as(world.acting("alice")), connection.cursor() as cursor:
        cursor.execute(_FORGED[forged].format(**values))


@pytest.mark.parametrize("who", ["rita", "charlie"])
def test_wall_2_takes_back_only_what_is_one_s_own(world, who):
    referral = put(world, "received")
    write(world, "alice", referral)
    with acting_as(world.acting(who)):
        assert Message.objects.update(withdrawn_at=clock.now(), withdrawn_as="error") == 0
    with (
        acting_as(world.acting("alice")),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        Message.objects.update(text="Autre chose.")


@pytest.mark.parametrize("who", ["charlie", "rose"])
def test_the_notice_of_a_thread_is_renewed_by_its_sides_alone(world, who):
    referral = put(world, "received")
    write(world, "alice", referral)
    refused = pytest.raises(DatabaseError, match="row-level security")
    with refused, transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute("SELECT tu_thread_told(%s, %s)", [referral.pk, [world.user("rita").pk]])


# --- What people are told -----------------------------------------------------------------------------


def test_ten_messages_are_one_line_of_one_mail(world, travel):
    travel(clock.start_of(clock.today()) + timedelta(hours=10))
    referral = put(world, "received")
    for number in range(10):
        travel(clock.now() + timedelta(minutes=5))
        write(world, "alice", referral, f"Message {number}.")
    with as_owner():
        lines = Notification.objects.filter(kind="referral.message").order_by("user")
        assert sorted(line.user_id for line in lines) == sorted(world.user(who).pk for who in ("rita", "sam"))
        assert {line.at for line in lines} == {clock.now()}
        assert not OutboxMessage.objects.filter(effect_key__startswith="mail:").exists()
        assert not any("Yann" in line.text or "Kermarrec" in line.text for line in lines)
        # Read, and written again: it is to be read again, and nothing is lost.
        lines.update(read_at=clock.now())
    travel(clock.now() + timedelta(minutes=1))
    write(world, "alice", referral, "Encore un.")
    with as_owner():
        assert Notification.objects.unread().filter(kind="referral.message").count() == 2
    travel(clock.now() + timedelta(days=1))
    with as_worker():
        digests.run()
    with as_owner():
        assert (
            OutboxMessage.objects.filter(
                kind=digests.KIND, effect_key__contains=f":{world.user('rita').pk}:"
            ).count()
            == 1
        )


def test_the_other_side_is_told_whoever_writes(world):
    referral = put(world, "received")
    write(world, "rita", referral)
    write(world, "alice", referral)
    with as_owner():
        told = Notification.objects.filter(kind="referral.message")
        assert {one.user_id for one in told} >= {world.user("alice").pk, world.user("rita").pk}


# --- Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content", "why"), [
    ("photo.jpg", b"\xff\xd8\xff", "images ne sont pas acceptées"),
    ("cv.pdf", docx(), "pas ce que son nom annonce"),
    ("cv.pdf", b"", "vide"),
    ("cv.docx", b"PK\x03\x04" + b"0" * 200, "recommencez"),
    ("cv.pdf", pdf() + EICAR, "signature d’un virus"),
    ("x" * 70 + ".pdf", None, "dépasse 64 caractères"),
    ("tableau.xlsx", b"PK\x03\x04", "pas accepté"),
])  # fmt: skip
def test_a_wrong_file_is_refused_and_nothing_typed_is_lost(world, visit, name, content, why):
    referral = put(world, "received")
    answer = visit("rita").post(
        address("message", referral), {"text": "Voici <son> CV.", "file": brought(name, content)}
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert why in html
    assert escape("Voici <son> CV.") in html
    assert "Choisissez de nouveau le fichier" in html
    assert written() == []
    with as_owner():
        assert not Document.objects.exists()


def test_a_bomb_is_refused(world, visit):
    referral = put(world, "received")
    bomb = docx("<w:p/>" * 200_000 + " " * 60_000_000)
    answer = visit("rita").post(address("message", referral), {"text": "x", "file": brought("cv.docx", bomb)})
    assert answer.status_code == 200
    assert 'id="id_file_error"' in answer.content.decode()
    assert written() == []


@pytest.mark.parametrize(("text", "why"), [
    ("1 85 05 78 006 084 36", NIR_REFUSED),
    ("a\0b", "caractère invisible"),
    ("é" * 2_001, "la limite est de 2000"),
    ("", "obligatoire"),
])  # fmt: skip
@pytest.mark.parametrize(("name", "field"), [("message", "text"), ("note", "note")])
def test_a_wrong_text_is_said_beside_it(world, visit, name, field, text, why):
    referral = put(world, "received")
    answer = visit("rita").post(address(name, referral), {field: text})
    assert answer.status_code == 200
    assert escape(why) in answer.content.decode() or why in answer.content.decode()
    assert written() == []


@pytest.mark.parametrize(("name", "field"), [("message", "text"), ("note", "note")])
def test_a_word_of_health_is_read_again_first(world, visit, name, field):
    referral = put(world, "received")
    rita = visit("rita")
    typed = {field: "Il voit son médecin mardi."}
    html = rita.post(address(name, referral), typed).content.decode()
    assert "Relisez ce texte" in html
    assert "Il voit son médecin mardi." in html
    assert rita.post(address(name, referral), typed | {"relu": "on"}).status_code == 302
    assert "Il voit son médecin mardi." in page(visit, "rita", referral)


def test_one_gesture_is_one_message_and_two_pieces_are_two(world, visit):
    referral = put(world, "received")
    for content in (pdf(), pdf(), pdf() + b"\n%%EOF\n"):
        visit("rita").post(
            address("message", referral), {"text": "La pièce.", "file": brought("a.pdf", content)}
        )
    assert len(written()) == 2


# --- Many, and much later -----------------------------------------------------------------------------


def test_the_last_ones_are_on_the_page_and_the_others_a_page_away(world, visit):
    referral = put(world, "received")
    with as_owner():
        start = clock.now() - timedelta(days=3)
        Message.objects.bulk_create(
            Message(
                referral=referral, author=world.user("alice"), organisation=world.org("ML_A"),
                text=f"Message n{number:03}.", at=start + timedelta(minutes=number),
            )
            for number in range(200)
        )  # fmt: skip
    seen = []
    html = page(visit, "rita", referral)
    assert html.index("Message n190.") < html.index("Message n199.")
    assert "Message n189." not in html
    alice = visit("alice")
    with as_owner():
        named = Message.objects.get(text="Message n190.").uuid
    while named:
        found = alice.get(address("thread", referral) + f"?avant={named}")
        thread = found.context["thread"]
        seen += [line["text"] for line in thread.lines]
        named = found.context["earliest"]
    assert len(seen) == len(set(seen)) == 190
    assert "n199" in alice.get(address("thread", referral) + "?avant=x").content.decode()


def test_the_page_asks_as_much_for_two_hundred_messages_as_for_none(world, visit):
    referral = put(world, "received")
    counts = []
    for _ in range(2):
        client = visit("rita")
        client.get(referral.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            client.get(referral.get_absolute_url())
        counts.append(
            len([one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET"))])
        )
        with as_owner():
            Message.objects.bulk_create(
                Message(
                    referral=referral, author=world.user("alice"), organisation=world.org("ML_A"), text="x"
                )
                for _ in range(200)
            )
            ReferralNote.objects.bulk_create(
                ReferralNote(
                    referral=referral, author=world.user("rita"), organisation=world.org("RSMV"), text="x"
                )
                for _ in range(30)
            )
    assert counts[0] == counts[1]
    assert counts[0] <= 10
    assert "Voir toutes les notes" in page(visit, "rita", referral)


def test_a_piece_is_deleted_six_months_after_the_end(world, visit, travel):
    referral = put(world, "completed", closed_at=clock.now())
    under_way = put(world, "started", youth=world.youth("zoe"))
    for one in (referral, under_way):
        write(world, "alice", one, "La pièce.", pdf())
    gone = written()[0].document.path
    with as_worker():
        assert purging.forget_pieces() == 0
    travel(clock.now() + timedelta(days=185))
    with as_worker():
        assert purging.forget_pieces() == 1
        assert purging.forget_pieces() == 0
    assert [one.document is None for one in written()] == [True, False]
    assert "La pièce jointe a été effacée" in page(visit, "alice", referral)
    with as_owner():
        assert not Document.objects.filter(path=gone).exists()


def test_two_who_write_at_once_both_keep_their_message(world, visit):
    referral = send(world)
    for who in ("alice", "bob", "rita", "sam"):
        assert visit(who).post(address("message", referral), {"text": "En même temps."}).status_code == 302
    assert len(written()) == 4
