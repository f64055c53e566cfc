"""A youth answers by a signed link: nothing before the birthday, one answer, and nobody named on the way."""

import re
from datetime import date, timedelta
from logging.config import DictConfigurator

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock, links
from core.models import AuditEntry, OutboxMessage, Task
from core.request_id import RequestIdFilter
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Organisation
from referrals.models import Referral
from tests.client import StrictClient
from tests.conftest import as_owner, as_worker
from tests.days import noon
from tests.filling import form_of, send_pairs
from tests.referrals.placing import put
from youths.agreements import asking, todo
from youths.agreements.codes import ANSWERED
from youths.models import Agreement, AgreementRequest, Youth

LABELS = ["Dans le département", "Dans la région", "Ailleurs en France"]
BORN = {"day": "14", "month": "3"}  # Yann


def make_link(world, *, kind="give", youth="yann", purpose="smv", recipient="RSMV", who="alice"):
    """A link of Alice, and its token."""
    acting = world.acting(who)
    with acting_as(acting):
        request, seed = asking.ask(
            acting, world.youth(youth), kind=kind, recipient_id=world.org(recipient).pk, purpose=purpose
        )
    return request, asking.token_of(seed)


def page(token: str) -> str:
    return reverse("youths:agreement_answer", args=[token])


def stored(request) -> AgreementRequest:
    with as_owner():
        return AgreementRequest.objects.get(pk=request.pk)


@pytest.fixture
def phone():
    """A telephone: no session, and cross-site checks on, as for anybody."""
    return StrictClient(enforce_csrf_checks=True)


def test_the_page_names_nobody_before_the_birthday(world, phone):
    _, token = make_link(world)
    html = phone.get(page(token)).content.decode()
    for word in ("Yann", "Kermarrec", world.org("RSMV").name, world.org("ML_A").name, "militaire"):
        assert word not in html
    asked = phone.post(page(token), BORN)
    assert asked.status_code == 200
    html = asked.content.decode()
    assert "Yann" in html
    assert "Kermarrec" not in html
    assert world.org("RSMV").name in html
    assert world.org("ML_A").name in html
    assert "service militaire volontaire" in html
    assert "Et si je change d’avis" in html


def test_its_headers_keep_it_out_of_caches_logs_and_engines(world, phone):
    _, token = make_link(world)
    for response in (phone.get(page(token)), phone.get(page("x" * 64)), phone.post(page(token), BORN)):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "no-store" in response.headers["Cache-Control"]
        assert not response.cookies


def test_yes_is_an_agreement_under_the_text_that_was_read(world, phone):
    draft = put(world, "draft", agreement=None)
    request, token = make_link(world)
    html = phone.post(page(token), BORN | {"reponse": "oui", "retour": "oui"}).content.decode()
    assert "Merci" in html
    assert "changer d’avis" in html
    with as_owner():
        given = Agreement.objects.order_by("-pk").first()
        assert (given.youth_id, given.recipient_id, given.purpose) == (
            world.youth("yann").pk, world.org("RSMV").pk, "smv",
        )  # fmt: skip
        assert (given.channel, given.informed, given.covers_return) == ("link", "link", True)
        assert (given.text_version, given.recorded_by_id) == ("smv-2", world.user("alice").pk)
        # The draft that waited for it may be sent.
        assert Referral.objects.get(pk=draft.pk).agreement_id == given.pk
        assert Task.objects.get(kind=ANSWERED, subject_id=request.pk).user_id == world.user("alice").pk
        told = Notification.objects.get(kind="agreement.answered")
        assert told.user_id == world.user("alice").pk
        assert "Yann" not in told.text


@pytest.mark.parametrize(("years", "told"), [(17, True), (18, False)])
def test_who_asks_a_minor_is_told_to_inform_a_parent(world, visit, years, told):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            birth_date=clock.today() - timedelta(days=365 * years + 30)
        )
    address = reverse("youths:agreement_ask", args=[world.youth("yann").uuid])
    html = visit("alice").get(address).content.decode()
    assert ("son parent ou son tuteur" in html) == told


def test_no_is_kept_and_nothing_is_agreed(world, phone, visit):
    request, token = make_link(world)
    with as_owner():
        before = Agreement.objects.count()
    assert "Rien n’est envoyé" in phone.post(page(token), BORN | {"reponse": "non"}).content.decode()
    with as_owner():
        assert Agreement.objects.count() == before
    address = reverse("youths:agreement_ask", args=[world.youth("yann").uuid]) + f"?demande={request.uuid}"
    html = visit("alice").get(address).content.decode()
    assert "n’est pas d’accord" in html
    with as_owner():  # reading the answer closes its task
        assert not Task.objects.open().filter(kind=ANSWERED).exists()


def test_a_link_serves_once(world, phone):
    _, token = make_link(world)
    phone.post(page(token), BORN | {"reponse": "oui"})
    with as_owner():
        before = Agreement.objects.count()
    again = phone.post(page(token), BORN | {"reponse": "oui"})
    assert again.status_code == 404
    with as_owner():
        assert Agreement.objects.count() == before


def test_dead_links_all_look_alike(world, phone, travel):
    bodies = set()
    start = clock.now()
    _, used = make_link(world)
    phone.post(page(used), BORN | {"reponse": "non"})
    cancelled, first = make_link(world)
    make_link(world)  # made again: the first one is dead
    assert stored(cancelled).cancelled_at
    _, late = make_link(world, purpose="co_accompagnement")
    travel(start + timedelta(days=8, minutes=1))
    for token in (used, first, late, "0" * 64, "é", "a" * 5000, "..%2f"):
        for response in (phone.get(page(token)), phone.post(page(token), BORN)):
            assert response.status_code == 404
            bodies.add(response.content)
    assert len(bodies) == 1


def test_it_lasts_eight_days_to_the_minute(world, phone, travel):
    start = clock.now()
    travel(start)
    _, token = make_link(world)
    travel(start + timedelta(days=8) - timedelta(minutes=1))
    assert phone.get(page(token)).status_code == 200
    travel(start + timedelta(days=8))
    assert phone.get(page(token)).status_code == 404


def test_the_fifth_wrong_birthday_locks_it_and_tells_the_advisor(world, phone):
    request, token = make_link(world)
    for left in (4, 3, 2, 1):
        html = phone.post(page(token), {"day": "15", "month": "3"}).content.decode()
        assert f"Encore {left} essai" in html
        assert "Yann" not in html
    last = phone.post(page(token), {"day": "14", "month": "4"})
    assert last.status_code == 404
    assert "Trop d’essais" in last.content.decode()
    later = phone.post(page(token), BORN)
    assert later.status_code == 404
    assert "Trop d’essais" not in later.content.decode()
    assert stored(request).locked_at
    with as_owner():
        assert "bloqué" in Notification.objects.get(user=world.user("alice"), kind="agreement.answered").text


@pytest.mark.parametrize("typed", [
    {}, {"day": "", "month": ""}, {"day": "0", "month": "1"}, {"day": "32", "month": "13"}, {"day": "1e309", "month": "x"},
    {"day": "14\0", "month": "3\0"}, {"day": ["14", "15"], "month": ["3", "x"]}, {"day": "9" * 400, "month": "3"},
])  # fmt: skip
def test_what_is_no_day_is_no_try(world, phone, typed):
    request, token = make_link(world)
    assert phone.post(page(token), typed).status_code == 200
    assert stored(request).tries == 0


@pytest.mark.parametrize(("day", "month", "right"), [(29, 2, True), (28, 2, False), (1, 3, False)])
def test_born_on_29_february(world, phone, day, month, right):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=date(2004, 2, 29))
    _, token = make_link(world)
    html = phone.post(page(token), {"day": day, "month": month}).content.decode()
    assert ("Yann" in html) is right


def test_opening_the_page_writes_nothing(world, phone):
    request, token = make_link(world)
    before = AgreementRequest.objects.values().get
    with as_owner():
        rows = [before(pk=request.pk), Agreement.objects.count(), AuditEntry.objects.count()]
    for _ in range(3):  # mail scanners
        phone.get(page(token))
    with as_owner():
        assert [before(pk=request.pk), Agreement.objects.count(), AuditEntry.objects.count()] == rows


def test_the_token_is_kept_nowhere(world, visit, run_outbox):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(email="yann@exemple.fr")
    alice = visit("alice")
    address = reverse("youths:agreement_ask", args=[world.youth("yann").uuid])
    made = alice.post(address, {"kind": "give", "purpose": "smv", "recipient": world.org("RSMV").pk})
    shown = alice.get(made.url).content.decode()
    token = re.search(r"/accord/([0-9a-f]{64})/", shown).group(1)
    assert "<svg" in shown
    assert "style=" not in shown
    sms = re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.S).group(1)
    assert token in sms
    alice.post(made.url, {"courriel": "1"})
    alice.post(made.url, {"courriel": "1"})
    run_outbox()
    sent = [item for item in mail.outbox if item.to == ["yann@exemple.fr"]]
    assert len(sent) == 1
    assert token in sent[0].body
    for text in (sms, sent[0].subject, sent[0].body):  # DOMAIN §9, 15
        for word in ("Yann", "Kermarrec", world.org("RSMV").name, world.org("ML_A").name, "militaire"):
            assert word not in text
    with as_owner(), connection.cursor() as cursor:
        for table in (
            "youths_agreementrequest",
            "core_outboxmessage",
            "core_auditentry",
            "core_change",
            "django_session",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone()[0] == 0, table
    # Another colleague, or the same one elsewhere, does not see the link again.
    assert token not in visit("bob").get(made.url).content.decode()


def test_a_mail_that_waits_sends_nothing_once_the_link_is_cancelled(world, visit, run_outbox):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(email="yann@exemple.fr")
    alice, address = visit("alice"), reverse("youths:agreement_ask", args=[world.youth("yann").uuid])
    made = alice.post(address, {"kind": "give", "purpose": "smv", "recipient": world.org("RSMV").pk})
    alice.post(made.url, {"courriel": "1"})
    alice.post(made.url, {"annuler": "1"})
    run_outbox()
    assert not [item for item in mail.outbox if item.to == ["yann@exemple.fr"]]


def test_a_link_dies_with_the_access_of_who_asked(world, phone):
    _, token = make_link(world)
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            held_by=world.org("ML_C"), registered_with=world.org("ML_C")
        )
        world.youth("yann").accompaniments.update(access_until=clock.now() - timedelta(minutes=1))
    assert phone.get(page(token)).status_code == 404
    assert phone.post(page(token), BORN | {"reponse": "oui"}).status_code == 404


@pytest.mark.parametrize("who", [None, "charlie", "rita", "rose"])
def test_wall_two_gives_a_link_to_nobody_else(world, who):
    make_link(world)
    forged = (
        "SELECT count(*) FROM youths_agreementrequest",
        "SELECT count(*) FROM youths_agreementrequest WHERE token_hash <> ''",
    )
    with transaction.atomic():
        if who:
            with acting_as(world.acting(who)), connection.cursor() as cursor:
                for statement in forged:
                    cursor.execute(statement)
                    assert cursor.fetchone()[0] == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT tu_agreement_question(%s, 14, 3)", ["0" * 64])
            assert cursor.fetchone()[0] is None


@pytest.mark.parametrize("column", ["answer", "token_hash", "tries", "expires_at", "youth_id"])
def test_an_answer_comes_by_the_link_alone(world, column):
    request, _ = make_link(world)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE youths_agreementrequest SET {column} = {column} WHERE id = %s", [request.pk])


def test_a_request_for_a_foreign_youth_is_refused(world):
    charlie = world.acting("charlie")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_as(charlie):
        asking.ask(
            charlie, world.youth("yann"), kind="give", recipient_id=world.org("SMV_C").pk, purpose="smv"
        )


def test_many_tries_from_one_machine_wait(world, phone):
    _, token = make_link(world)
    for _ in range(60):
        phone.post(page("f" * 64), BORN)
    assert phone.post(page(token), BORN).status_code == 429


@pytest.mark.parametrize("written_as", ["line", "json"])
def test_no_log_holds_the_address_of_a_link(world, phone, settings, caplog, written_as):
    """Refused or unknown, it is written as its route, in service and in the demonstration."""
    _, token = make_link(world)
    formatter = DictConfigurator(settings.LOGGING).configure_formatter(
        dict(settings.LOGGING["formatters"][written_as])
    )
    caplog.handler.addFilter(RequestIdFilter())
    for _ in range(61):
        phone.post(page(token), {"day": "x", "month": "3"})
    phone.get(page("f" * 64))
    written = [formatter.format(record) for record in caplog.records if record.name == "django.request"]
    assert len(written) == 2
    for line in written:
        assert token not in line
        assert "f" * 64 not in line
        assert "<str:token>" in line


def test_the_hash_is_of_the_token(world):
    request, token = make_link(world)
    assert stored(request).token_hash == links.hash_of(token) != token
    assert len(token) == 64


# --- An agreement about to end ------------------------------------------------------------------------


def test_what_ends_within_thirty_days_and_is_needed_is_asked_again(world, travel):
    put(world, "received")
    with as_owner():
        end = Agreement.objects.get().expires_on
    travel(noon(end - timedelta(days=31)))
    with as_worker():
        assert todo.open_expiring() == 0
    travel(noon(end - timedelta(days=30)))
    with as_worker():
        assert todo.open_expiring() == 1
        assert todo.open_expiring() == 0
    with as_owner():
        task = Task.objects.get(kind="agreement_expiring")
        assert (task.due_on, task.user_id) == (end, world.user("alice").pk)


def test_what_nothing_needs_is_not_asked_again(world, travel):
    start = clock.now()
    put(world, "completed")
    travel(start + timedelta(days=350))
    with as_worker():
        assert todo.open_expiring() == 0


def test_outbox_holds_no_name(world, phone):
    _, token = make_link(world)
    phone.post(page(token), BORN | {"reponse": "oui"})
    with as_owner():
        for message in OutboxMessage.objects.all():
            assert "Yann" not in str(message.payload)
            assert world.org("RSMV").name not in str(message.payload)


@pytest.mark.parametrize(("years", "told"), [(17, True), (18, False)])
def test_a_minor_reads_that_a_parent_is_told(world, phone, years, told):
    with as_owner():
        born = clock.today().replace(day=14, month=3, year=clock.today().year - years)
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=born)
    _, token = make_link(world)
    html = phone.post(page(token), BORN).content.decode()
    assert "êtes-vous d’accord" in html
    assert ("votre parent ou votre tuteur en sera prévenu" in html) == told


def test_the_structures_near_the_youth_come_first(world, visit):
    address = reverse("youths:agreement_give", args=[world.youth("yann").uuid])
    html = visit("alice").get(address).content.decode()
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', html, re.S)
    assert [label for label, _ in groups] == sorted([label for label, _ in groups], key=LABELS.index)
    listed = re.findall(r'<option value="\d+"', html)
    assert len(listed) == sum(inside.count("<option") for _, inside in groups)
    home = world.org("ML_A").department_id
    told = dict(groups)
    with as_owner():
        others = Organisation.objects.filter(level="local", is_sensitive=False).exclude(
            pk=world.org("ML_A").pk
        )
        near = set(others.filter(department=home).values_list("name", flat=True))
        away = set(others.exclude(department=home).values_list("name", flat=True))
    assert near
    assert all(name in told[LABELS[0]] for name in near)
    assert not any(name in told[LABELS[0]] for name in away)


def test_an_agreement_sent_twice_is_one(world, visit):
    address = reverse("youths:agreement_give", args=[world.youth("yann").uuid])
    alice = visit("alice")
    typed = form_of(alice.get(address).content.decode(), "recipient").filled(
        purpose="smv",
        recipient=str(world.org("RSMV").pk),
        agreed="on",
        channel="face_to_face",
        informed="read_aloud",
    )
    for _ in range(2):
        assert send_pairs(alice, address, typed).status_code == 302
    with as_owner():
        found = Agreement.objects.filter(youth=world.youth("yann"), recipient=world.org("RSMV"))
        assert found.count() == 1
        found.update(withdrawn_at=clock.now(), withdrawn_how="phone")
    # Given again after it was withdrawn, it is another one.
    send_pairs(alice, address, typed)
    with as_owner():
        assert found.count() == 2
