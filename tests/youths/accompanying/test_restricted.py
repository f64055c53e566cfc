"""Health and justice: for the entitled persons of one organisation, while its delegate allows it, and nobody else."""

import pytest
from django.core import mail
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Change, Task
from core.scope import acting_as
from notifications.models import Notification
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.keeping import staged
from tests.youths.test_journal import accepted
from youths import decisions
from youths.models import EntitledPerson, Obstacle, RestrictedObstacle

TEXT = "RGPD, article 9, 2, b ; avis du délégué du 3 mars 2026"


def allow(world, who="alice", subject="SANTE", key="ML_A", by="paul") -> EntitledPerson:
    """The delegate of an organisation allows a subject there, and names who may note it."""
    with as_owner():
        if decisions.standing(world.org(key).pk, subject) is None:
            decisions.decide(world.acting(by), subject, TEXT)
        return EntitledPerson.objects.create(
            organisation=world.org(key), user=world.user(who), subject=subject, given_by=world.user(by)
        )


def write(world, who="alice", code="SANTE", key="ML_A", youth="yann") -> RestrictedObstacle:
    return RestrictedObstacle.objects.create(
        youth=world.youth(youth), organisation=world.org(key), code=code, since=clock.today(),
        recorded_by=world.user(who),
    )  # fmt: skip


@pytest.fixture
def noted(world) -> RestrictedObstacle:
    """Alice, whom Paul entitled, noted it for Yann, whom Rita accompanies too."""
    accepted(world)
    allow(world)
    with acting_as(world.acting("alice")):
        return write(world)


def refused():
    return pytest.raises(DatabaseError, match="row-level security")


# --- Wall 2 -------------------------------------------------------------------------------------------


def test_the_database_shows_it_to_the_entitled_alone(world, noted):
    for name in ("alice", "bob", "dora", "mona", "paul", "rita", "rosa", "charlie"):
        with acting_as(world.acting(name)):
            assert RestrictedObstacle.objects.exists() is (name == "alice"), name


def test_nothing_is_written_before_the_delegate_allows_it(world):
    with acting_as(world.acting("alice")), refused(), transaction.atomic():
        write(world)
    allow(world, subject="JUSTICE")
    with acting_as(world.acting("alice")), refused(), transaction.atomic():
        write(world)


def test_once_the_decision_ends_nothing_is_written_nor_read(world, noted):
    with acting_as(world.acting("paul")):
        decisions.end(world.acting("paul"), decisions.standing(world.org("ML_A").pk, "SANTE").pk)
    with acting_as(world.acting("alice")):
        assert not RestrictedObstacle.objects.exists()
        with refused(), transaction.atomic():
            write(world, youth="zoe")


def test_once_the_person_is_no_longer_entitled_neither(world, noted):
    with acting_as(world.acting("paul")):
        EntitledPerson.objects.update(ended_at=clock.now(), ended_by=world.user("paul"))
    with acting_as(world.acting("alice")):
        assert not RestrictedObstacle.objects.exists()


@pytest.mark.parametrize(
    ("who", "key", "code"),
    [
        ("bob", "ML_A", "SANTE"),
        ("alice", "RSMV", "SANTE"),
        ("alice", "ML_A", "JUSTICE"),
        ("rita", "RSMV", "SANTE"),
        ("rita", "ML_A", "SANTE"),
        ("charlie", "ML_C", "SANTE"),
    ],
)
def test_nobody_else_writes_one(world, noted, who, key, code):
    with acting_as(world.acting(who)), refused(), transaction.atomic():
        write(world, who=who, key=key, code=code)


def test_a_partner_notes_its_own_and_each_side_reads_its_own(world, noted):
    allow(world, who="rita", key="RSMV", by="rosa")
    with acting_as(world.acting("rita")):
        own = write(world, who="rita", key="RSMV")
        assert RestrictedObstacle.objects.get() == own
    with acting_as(world.acting("alice")):
        assert RestrictedObstacle.objects.get() == noted


def test_it_is_closed_never_changed_nor_deleted(world, noted):
    with acting_as(world.acting("alice")):
        assert RestrictedObstacle.objects.update(closed_on=clock.today(), closed_by=world.user("alice")) == 1
        for statement in (
            "UPDATE youths_restrictedobstacle SET code = 'JUSTICE'",
            "DELETE FROM youths_restrictedobstacle",
        ):
            denied = pytest.raises(DatabaseError, match="permission denied")
            with denied, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_history_keeps_it_and_tells_nobody(world, noted):
    """That a line exists would say what is restricted, to the manager who reads the trail of the record."""
    with as_owner():
        assert Change.objects.filter(model="youths.RestrictedObstacle").count() == 1
    for name in ("alice", "mona", "paul", "rita"):
        with acting_as(world.acting(name)):
            assert not Change.objects.filter(model="youths.RestrictedObstacle").exists()


# --- The pages ----------------------------------------------------------------------------------------

PAGE = "freins/reserves/"


@staged
def record(world) -> str:
    accepted(world)
    return reverse("youths:detail", args=[world.youth("yann").uuid])


def fill(client, record: str, **typed):
    html = client.get(record + PAGE).content.decode()
    return send_pairs(client, record + PAGE, form_of(html, "code").filled(**typed))


def test_the_entitled_notes_it_reads_it_and_lifts_it(world, visit, record):
    allow(world)
    alice = visit("alice")
    assert "Suivre les freins réservés" in alice.get(record).content.decode()
    assert fill(alice, record, code="SANTE").url == record
    with as_owner():
        noted = RestrictedObstacle.objects.get()
    assert (noted.code, noted.organisation, noted.recorded_by) == (
        "SANTE",
        world.org("ML_A"),
        world.user("alice"),
    )
    html = alice.get(record).content.decode()
    assert "Santé, depuis le" in html.replace("\xa0", " ")
    # Noted once, and what she is not entitled to is not offered.
    form_page = alice.get(record + PAGE).content.decode()
    assert "JUSTICE" not in form_page
    assert 'name="code"' not in form_page
    assert alice.post(record + PAGE, {"frein": noted.uuid}).url == record
    with as_owner():
        assert RestrictedObstacle.objects.get().closed_by == world.user("alice")
    # Not even in the story.
    assert "Santé" not in alice.get(record).content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "mona", "rita", "rosa"])
def test_to_who_is_not_entitled_the_page_does_not_exist(world, visit, record, who):
    client = visit(who)
    assert "réservés" not in client.get(record).content.decode()
    for method in ("get", "post"):
        response = getattr(client, method)(record + PAGE, {"code": "SANTE", "since": "2026-01-01"})
        assert response.url == record
    with as_owner():
        assert not RestrictedObstacle.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("paul", 403)]
)
def test_the_others_open_nothing(world, visit, record, who, status):
    assert visit(who).get(record + PAGE).status_code == status
    assert visit(who).post(record + PAGE, {"code": "SANTE"}).status_code == status


@pytest.mark.parametrize(("typed", "words"), [
    ({"code": ""}, "obligatoire"), ({"code": "SANTE", "since": "2190-01-01"}, "dans le futur"),
    ({"code": "SANTE", "since": "1970-01-01"}, "précède la naissance"), ({"code": "SANTE", "since": "0000-00-00"}, ""),
])  # fmt: skip
def test_wrong_input_is_told(world, visit, record, typed, words):
    allow(world)
    response = fill(visit("alice"), record, **typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    with as_owner():
        assert not RestrictedObstacle.objects.exists()


def test_a_code_one_is_not_entitled_to_is_refused(world, visit, record):
    allow(world)
    response = visit("alice").post(record + PAGE, {"code": "JUSTICE", "since": "2026-01-01"})
    assert response.status_code == 200
    with as_owner():
        assert not RestrictedObstacle.objects.exists()


@pytest.mark.parametrize("sent", ["", "x", "00000000-0000-4000-8000-000000000000", "\0"])
def test_an_unknown_line_is_not_lifted(world, visit, record, sent):
    allow(world)
    assert visit("alice").post(record + PAGE, {"frein": sent}).url == record


def test_it_leaves_the_pages_the_day_the_decision_ends(world, visit, record):
    allow(world)
    fill(visit("alice"), record, code="SANTE")
    with acting_as(world.acting("paul")):
        decisions.end(world.acting("paul"), decisions.standing(world.org("ML_A").pk, "SANTE").pk)
    assert "réservés" not in visit("alice").get(record).content.decode()
    assert visit("alice").get(record + PAGE).url == record


def test_nowhere_else_does_it_show(world, visit, record, run_outbox):
    """Hard case 15: no page, mail, task, notice, trail nor list of anybody says that it is there."""
    allow(world)
    fill(visit("alice"), record, code="SANTE")
    run_outbox()
    pages = [
        "/",
        "/jeunes/",
        "/orientations/",
        record,
        f"{record}freins/",
        f"{record}traces/",
        "/tableau-de-bord/",
    ]
    for who in ("bob", "mona", "rita", "rosa", "regis", "nadia", "paul"):
        client = visit(who)
        for address in pages:
            html = client.get(address, follow=True).content.decode()
            for word in ("SANTE", "Santé", "réservé", "restrictedobstacle"):
                assert word not in html, (who, address, word)
    with as_owner():
        assert not Task.objects.filter(subject_kind="restricted").exists()
        assert not Obstacle.objects.exists()
        told = [*Notification.objects.values_list("text", flat=True)]
    assert not any("anté" in words or "réservé" in words for words in told)
    assert not any("anté" in message.body + message.subject for message in mail.outbox)


def test_it_holds_no_text():
    """Hard case 16: a code and days; no reason has a comment that would soon tell of an illness."""
    texts = [
        field.name
        for field in RestrictedObstacle._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    assert texts == []


def test_the_record_asks_no_more_questions(world, visit, record):
    alice = visit("alice")
    alice.get(record)
    with CaptureQueriesContext(connection) as before:
        alice.get(record)
    allow(world)
    fill(alice, record, code="SANTE")
    with CaptureQueriesContext(connection) as after:
        alice.get(record)
    assert len(after) == len(before)
