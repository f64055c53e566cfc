"""A youth says on a telephone where they stand with the digital world; their advisor reads it and refers."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, links
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals.digital.answering import TASK
from referrals.digital.rules import ALONE, NOT_YET, QUESTIONS, SKILLS
from referrals.models import DigitalCheck, YouthLink
from referrals.youth_links import asking
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.referrals.staging import move, orient, receive, settle
from youths.models import Accompaniment, Youth

BORN = {"day": "14", "month": "3"}  # Yann
SAID = {item.code: ALONE for item in SKILLS} | {"appareil": "emprunt", "connexion": "bien", "compte": NOT_YET}
ANSWERS = BORN | {"etape": "reponses"} | SAID


def make_link(world, who="alice", youth="yann"):
    with acting_as(world.acting(who)):
        link, seed = asking.ask(world.acting(who), world.youth(youth), YouthLink.Kind.DIGITAL)
    return link, asking.token_of(seed)


def page(token: str) -> str:
    return reverse("referrals:youth_link", args=[token])


def of_advisor(world, youth="yann") -> str:
    return reverse("referrals:digital", args=[world.youth(youth).uuid])


def stored(link) -> YouthLink:
    with as_owner():
        return YouthLink.objects.get(pk=link.pk)


def checks() -> list[DigitalCheck]:
    with as_owner():
        return list(DigitalCheck.objects.order_by("pk"))


@pytest.fixture
def phone():
    """A telephone: no session, and cross-site checks on, as for anybody."""
    return StrictClient(enforce_csrf_checks=True)


# --- The story ------------------------------------------------------------------------------------


def test_from_the_link_to_the_referral(world, phone, visit, run_outbox):
    settle(world, "NUM_17", "Connexion solidaire du Port", "digital", "noe", "numerique")
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(email="yann@exemple.fr")
    alice = visit("alice")
    assert (
        of_advisor(world)
        in alice.get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    )
    made = alice.post(of_advisor(world))
    shown = alice.get(made.url).content.decode()
    token = re.search(r"/questions/([0-9a-f]{64})/", shown).group(1)
    assert "<svg" in shown
    alice.post(made.url, {"courriel": "1"})
    alice.post(made.url, {"courriel": "1"})
    run_outbox()
    (sent,) = [item for item in mail.outbox if item.to == ["yann@exemple.fr"]]
    assert token in sent.body
    sms = re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.S).group(1)
    for text in (sms, sent.subject, sent.body, phone.get(page(token)).content.decode()):
        for word in ("Yann", "Kermarrec", world.org("ML_A").name, "Connexion solidaire", "numérique"):
            assert word not in text
    questions = phone.post(page(token), BORN).content.decode()
    assert "Yann, vous et le numérique" in questions
    assert "Kermarrec" not in questions
    assert "Merci" in phone.post(page(token), ANSWERS).content.decode()
    assert phone.post(page(token), ANSWERS).status_code == 404
    (check,) = checks()
    assert check.answers == SAID
    with as_owner():
        assert Task.objects.open().get(kind=TASK).user_id == world.user("alice").pk
        told = Notification.objects.get(kind="youth_link.answered")
        assert "Yann" not in told.text
    assert "répondu sur le numérique" in alice.get("/").content.decode()
    read = alice.get(of_advisor(world)).content.decode()
    for words in ("S’équiper", "Les premiers gestes", "comptes et mots de passe"):
        assert words in read
    with as_owner():
        assert not Task.objects.open().filter(kind=TASK).exists()
    writing = f"{reverse('referrals:create')}?jeune={world.youth('yann').uuid}&dispositif=inclusion_numerique"
    form = alice.get(writing).content.decode()
    assert "Ce que Yann dit du numérique" in form
    assert '<option value="equipement" selected>' in form
    assert '<option value="aucun" selected>' in form
    key = form.split('name="submission" value="')[1].split('"')[0]
    referred = alice.post(
        writing,
        {
            "submission": key, "recipient": world.org("NUM_17").pk, "p_besoin": "equipement", "p_appareil": "aucun",
            "p_connexion": "oui", "agreed": "on", "informed": "read_aloud", "channel": "face_to_face",
        },
    )  # fmt: skip
    assert referred.status_code == 302
    assert "D’un appareil ou d’une connexion" in visit("noe").get(referred.url).content.decode()


def test_the_partner_reads_it_once_it_accompanies(world, phone, visit):
    settle(world, "NUM_17", "Connexion solidaire du Port", "digital", "noe", "numerique")
    _, token = make_link(world)
    phone.post(page(token), ANSWERS)
    needs = {"besoin": "equipement"}
    referral = orient(world, "alice", world.youth("yann"), "inclusion_numerique", "NUM_17", details=needs)
    receive(world, "noe", referral)
    assert visit("noe").get(of_advisor(world)).status_code == 404
    with acting_as(world.acting("noe")):
        assert not DigitalCheck.objects.exists()  # the second wall alone
    move(world, "noe", referral, "accept")
    assert "S’équiper" in visit("noe").get(of_advisor(world)).content.decode()
    with acting_as(world.acting("noe")):
        assert DigitalCheck.objects.count() == 1
        assert not YouthLink.objects.exists()  # the link is of who asked


# --- The ritual -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("mona", 200),
        ("charlie", 404),
        ("rita", 404),
        ("regis", 403),
        ("paul", 403),
    ],
)
def test_who_may_ask_and_read(world, visit, who, status):
    assert visit(who).get(of_advisor(world)).status_code == status
    assert visit(who).post(of_advisor(world)).status_code == (302 if status == 200 else status)


def test_a_get_makes_no_link(world, visit):
    visit("alice").get(of_advisor(world))
    with as_owner():
        assert not YouthLink.objects.exists()


@pytest.mark.parametrize("asked", ["x", "é", "0" * 400, "00000000-0000-4000-8000-000000000000", "%00"])
def test_a_bad_request_is_unknown(world, visit, asked):
    assert visit("alice").get(of_advisor(world) + f"?demande={asked}").status_code in (400, 404)


def test_a_link_is_shown_to_the_session_that_made_it(world, visit):
    made = visit("alice").post(of_advisor(world))
    assert "/questions/" not in visit("bob").get(made.url).content.decode()
    assert visit("charlie").get(made.url).status_code == 404


def test_a_link_taken_back_is_dead(world, visit, phone):
    alice = visit("alice")
    made = alice.post(of_advisor(world))
    token = re.search(r"/questions/([0-9a-f]{64})/", alice.get(made.url).content.decode()).group(1)
    assert "annulé" in alice.post(made.url, {"annuler": "1"}, follow=True).content.decode()
    assert phone.get(page(token)).status_code == 404
    assert "Rien n’a changé" in alice.post(made.url, {"courriel": "1"}, follow=True).content.decode()


# --- The page of the link -------------------------------------------------------------------------


def test_dead_links_all_look_alike(world, phone, travel):
    start = clock.now()
    bodies = set()
    _, used = make_link(world)
    phone.post(page(used), ANSWERS)
    cancelled, first = make_link(world)
    _, late = make_link(world)  # made again: the first one is dead
    assert stored(cancelled).cancelled_at
    travel(start + timedelta(days=8, minutes=1))
    for token in (used, first, late, "0" * 64, "é", "a" * 5000, "..%2f"):
        for response in (
            phone.get(page(token)), phone.post(page(token), BORN), phone.post(page(token), ANSWERS),
        ):  # fmt: skip
            assert response.status_code == 404
            bodies.add(response.content)
    assert len(bodies) == 1


def test_the_fifth_wrong_birthday_locks_it_and_tells_the_advisor(world, phone):
    link, token = make_link(world)
    for left in (4, 3, 2, 1):
        html = phone.post(page(token), ANSWERS | {"day": "15"}).content.decode()
        assert f"Encore {left} essai" in html
        assert "Yann" not in html
    assert phone.post(page(token), BORN | {"month": "4"}).status_code == 404
    assert phone.post(page(token), ANSWERS).status_code == 404
    assert stored(link).locked_at
    assert checks() == []
    with as_owner():
        assert "bloqué" in Notification.objects.get(user=world.user("alice")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"clavier": ""}, {"clavier": "parfois"}, {"clavier": "seul\0"}, {"clavier": ["seul", "x"]},
        {"appareil": "x" * 100_000}, {"connexion": "{}"}, {"etape": ["reponses", "x"], "visio": "9" * 400},
    ],
)  # fmt: skip
def test_a_wrong_answer_is_said_beside_its_question_and_nothing_is_lost(world, phone, wrong):
    link, token = make_link(world)
    response = phone.post(page(token), ANSWERS | wrong)
    assert response.status_code == 200
    html = response.content.decode()
    assert "Choisissez une réponse" in html
    assert len(re.findall(r"<input[^>]*checked", html)) >= len(QUESTIONS) - 2
    assert stored(link).used_at is None
    assert checks() == []


def test_opening_the_page_changes_nothing(world, phone):
    link, token = make_link(world)
    before = YouthLink.objects.values().get
    with as_owner():
        row = before(pk=link.pk)
    phone.get(page(token))
    phone.post(page(token), BORN)
    with as_owner():
        assert before(pk=link.pk) == row


def test_a_link_dies_with_the_access_of_who_asked(world, phone):
    _, token = make_link(world)
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            held_by=world.org("ML_C"), registered_with=world.org("ML_C")
        )
        world.youth("yann").accompaniments.update(access_until=clock.now() - timedelta(minutes=1))
    assert phone.get(page(token)).status_code == 404
    assert phone.post(page(token), ANSWERS).status_code == 404


def test_many_tries_from_one_machine_wait(world, phone):
    _, token = make_link(world)
    for _ in range(60):
        phone.post(page("f" * 64), BORN)
    assert phone.post(page(token), BORN).status_code == 429


def test_the_token_is_kept_nowhere(world, phone):
    link, token = make_link(world)
    phone.post(page(token), ANSWERS)
    assert stored(link).token_hash == links.hash_of(token)
    with as_owner(), connection.cursor() as cursor:
        for table in ("referrals_youthlink", "core_outboxmessage", "core_auditentry", "core_change"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone()[0] == 0, table
        cursor.execute("SELECT count(*) FROM core_change c WHERE c.values::text LIKE '%%emprunt%%'")
        assert cursor.fetchone()[0] == 0  # the history tells that it was answered, not what was said


# --- The second wall ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["charlie", "rita", "rose"])
def test_wall_two_shows_nothing_to_others(world, phone, who):
    _, token = make_link(world)
    phone.post(page(token), ANSWERS)
    with acting_as(world.acting(who)):
        assert not YouthLink.objects.exists()
        assert not DigitalCheck.objects.exists()


@pytest.mark.parametrize("column", ["used_at", "token_hash", "tries", "expires_at", "youth_id", "locked_at"])
def test_the_web_does_not_change_a_link(world, column):
    link, _ = make_link(world)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE referrals_youthlink SET {column} = {column} WHERE id = %s", [link.pk])


def test_answers_come_by_the_link_alone(world):
    forged = DigitalCheck(
        youth=world.youth("yann"), organisation=world.org("ML_A"), version="numerique-1", answers=SAID
    )
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
    ):
        forged.save()


def test_who_came_with_its_own_record_reads_what_was_answered_since(world, phone, visit, travel):
    settle(world, "NUM_17", "Connexion solidaire du Port", "digital", "noe", "numerique")
    _, token = make_link(world)
    phone.post(page(token), ANSWERS)
    referral = orient(
        world, "alice", world.youth("yann"), "inclusion_numerique", "NUM_17", details={"besoin": "equipement"}
    )
    receive(world, "noe", referral)
    move(world, "noe", referral, "accept")
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("NUM_17")).update(
            reads_from=clock.now() + timedelta(minutes=1)
        )
    with acting_as(world.acting("noe")):
        assert not DigitalCheck.objects.visible_to(world.acting("noe")).exists()
        assert not DigitalCheck.objects.exists()  # the second wall alone
    assert "S’équiper" not in visit("noe").get(of_advisor(world)).content.decode()
    travel(clock.now() + timedelta(hours=1))
    _, token = make_link(world)
    phone.post(page(token), ANSWERS)
    with acting_as(world.acting("noe")):
        assert DigitalCheck.objects.visible_to(world.acting("noe")).count() == 1
        assert DigitalCheck.objects.count() == 1


def test_who_is_solicited_asks_the_youth_nothing(world):
    """Wall 2: a link opens the answers of the youth to who reads them; who is merely asked makes none."""
    settle(world, "NUM_17", "Connexion solidaire du Port", "digital", "noe", "numerique")
    referral = orient(
        world, "alice", world.youth("yann"), "inclusion_numerique", "NUM_17", details={"besoin": "equipement"}
    )
    receive(world, "noe", referral)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        make_link(world, who="noe")
    move(world, "noe", referral, "accept")
    make_link(world, who="noe")


@pytest.mark.parametrize("forged", [{"requested_by": "bob"}, {"expires_at": timedelta(days=400)}])
def test_a_link_is_of_who_asks_and_for_a_few_days(world, forged):
    values = {"requested_by": world.user(forged.get("requested_by", "alice"))}
    values["expires_at"] = clock.now() + forged.get("expires_at", YouthLink.LASTS)
    link = YouthLink(
        youth=world.youth("yann"),
        kind="digital",
        requested_for=world.org("ML_A"),
        token_hash="a" * 64,
        **values,
    )
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
    ):
        link.save()


def test_nobody_asks_a_youth_whom_they_do_not_know(world):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        make_link(world, who="charlie")


@pytest.mark.parametrize(
    "call", ["tu_youth_link_question(%s, 14, 3)", "tu_digital_answer(%s, 14, 3, 'x', '{}')"]
)
def test_a_forged_call_learns_nothing(world, call):
    make_link(world)
    for who in (None, "charlie", "alice"):
        with transaction.atomic(), connection.cursor() as cursor:
            if who:
                with acting_as(world.acting(who)):
                    cursor.execute(f"SELECT {call}", ["0" * 64])
            else:
                cursor.execute(f"SELECT {call}", ["0" * 64])
            assert cursor.fetchone()[0] is None
    assert checks() == []


def test_the_number_of_queries_does_not_grow(world, visit):
    counts = []
    for many in (1, 4):
        with as_owner():
            DigitalCheck.objects.bulk_create(
                DigitalCheck(
                    youth=world.youth("yann"),
                    organisation=world.org("ML_A"),
                    version="numerique-1",
                    answers=SAID,
                )
                for _ in range(many)
            )
        alice = visit("alice")
        alice.get(of_advisor(world))
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(of_advisor(world)).status_code == 200
        counts.append(
            len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])
        )
    assert counts[0] == counts[1] <= 14
