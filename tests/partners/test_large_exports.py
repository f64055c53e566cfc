"""A large export: one person asks, another answers, the worker prepares, the file is for its author and for a day."""

import io
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.models import AuditEntry, Document
from core.scope import acting_as, system_scope
from notifications.models import Notification
from partners.exporting import preparing, requests
from partners.models import Export, Membership
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import send
from tests.youths.test_list import add
from youths.models import Youth
from youths.rights import erasure

ASK = reverse("youths:export")


@pytest.fixture(autouse=True)
def two_lines_are_many(settings):
    settings.EXPORT_AT_ONCE = 1


@pytest.fixture
def asked(world, proved) -> Export:
    """Alice asks for her youths, who are more than one."""
    for name in ("Abel", "Bilal", "=2+3"):
        add(world, name, lead="alice")
    response = proved("alice").post(ASK, {"motif": "suivi"})
    with as_owner():
        found = Export.objects.get()
    assert response.url == page(found)
    return found


def page(found: Export, what: str = "detail") -> str:
    return reverse(f"partners:export_{what}", args=[found.uuid])


def now_is(found: Export) -> Export:
    with as_owner():
        return Export.objects.get(pk=found.pk)


def prepare() -> int:
    with as_worker():
        return preparing.run()


def approve(proved, found: Export, who: str = "mona"):
    return proved(who).post(page(found, "decide"), {"decision": "approve"})


def exported() -> list[tuple[int, str]]:
    with as_owner():
        found = AuditEntry.objects.filter(kind="export").order_by("number")
        return list(found.values_list("count", "detail"))


def test_the_whole_story(world, proved, asked, travel):
    assert asked.status == "waiting"
    assert prepare() == 0, "nobody answered for it"
    with as_owner():
        told = set(Notification.objects.filter(kind=requests.ASKED).values_list("user__email", flat=True))
    assert told == {world.user("mona").email, world.user("paul").email}
    alice, mona = proved("alice"), proved("mona")
    assert "Attend l’accord d’un responsable" in alice.get(page(asked)).content.decode()
    seen = mona.get(page(asked)).content.decode()
    assert "Kermarrec" not in seen, "who decides reads a number, no name"
    assert mona.post(page(asked, "decide"), {"decision": "approve"}).url == page(asked)
    assert alice.get(page(asked, "file")).url == page(asked), "nothing to fetch yet"
    assert exported() == []

    assert prepare() == 1
    ready = now_is(asked)
    assert (ready.status, ready.done) == ("ready", ready.lines)
    assert ready.lines >= 4
    file = alice.get(page(asked, "file"))
    book = load_workbook(io.BytesIO(file.content))
    names = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert {"Abel", "Bilal", "Kermarrec", "=2+3"} <= set(names)
    assert len(names) == ready.lines
    assert not [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.data_type == "f"]
    assert exported() == [(ready.lines, "suivi?")]
    assert file["Content-Disposition"].startswith('attachment; filename="jeunes-')

    travel(clock.now() + timedelta(hours=24, minutes=1))
    path = ready.document.path
    assert "Télécharger" not in proved("alice").get(page(asked)).content.decode()
    assert prepare() == 0
    ended = now_is(asked)
    assert (ended.status, ended.ending, ended.document_id, ended.subjects) == ("ended", "expired", None, [])
    with as_owner():
        assert not Document.objects.filter(path=path).exists()
    assert proved("alice").get(page(asked, "file")).url == page(asked)


def test_nobody_else_fetches_it(world, proved, asked):
    approve(proved, asked)
    prepare()
    for name, status in {
        "mona": 404,
        "bob": 404,
        "paul": 403,
        "charlie": 404,
        "carla": 404,
        "regis": 403,
    }.items():
        assert proved(name).get(page(asked, "file")).status_code == status, name
    assert proved("bob").get(page(asked)).status_code == 404
    assert proved("charlie").post(page(asked, "decide"), {"decision": "approve"}).status_code == 403
    assert proved("carla").post(page(asked, "decide"), {"decision": "approve"}).status_code == 404
    assert exported() == []


def test_the_password_is_asked_again_for_the_file(world, visit, proved, asked):
    approve(proved, asked)
    prepare()
    assert visit("alice").get(page(asked, "file")).url.startswith("/mon-compte/confirmer/")


def test_nobody_answers_for_their_own(world, proved, settings):
    for name in ("Abel", "Bilal"):
        add(world, name, lead="mona")
    proved("mona").post(ASK, {"motif": "suivi"})
    with as_owner():
        found = Export.objects.get()
    assert "Accepter" not in proved("mona").get(page(found)).content.decode()
    assert approve(proved, found).status_code == 409
    assert now_is(found).status == "waiting"
    assert approve(proved, found, "paul").status_code == 302
    assert now_is(found).status == "approved"


def test_two_who_decide_at_once(world, proved, asked):
    approve(proved, asked)
    answer = proved("paul").post(page(asked, "decide"), {"decision": "refuse"})
    assert answer.status_code == 409
    assert "Quelqu’un a agi juste avant vous" in answer.content.decode()
    assert now_is(asked).status == "approved"


def test_a_refusal_ends_there(world, proved, asked):
    proved("mona").post(page(asked, "decide"), {"decision": "refuse"})
    assert prepare() == 0
    assert now_is(asked).status == "refused"
    with as_owner():
        assert Notification.objects.filter(kind=requests.DECIDED, user=world.user("alice")).count() == 1


def test_its_author_takes_it_back(world, proved, asked):
    proved("alice").post(page(asked))
    assert (now_is(asked).status, now_is(asked).ending) == ("ended", "taken_back")
    assert approve(proved, asked).status_code == 409


def test_a_form_sent_twice_is_one_request(world, proved, asked):
    assert proved("alice").post(ASK, {"motif": "reunion"}).url == page(asked)
    with as_owner():
        assert Export.objects.count() == 1


def test_an_organisation_with_one_answerer_is_told_so(world, proved):
    with as_owner():
        Membership.objects.filter(user=world.user("paul")).update(ends_on=clock.today() - timedelta(days=1))
    for name in ("Abel", "Bilal"):
        add(world, name, lead="mona")
    said = proved("mona").get(ASK).content.decode()
    assert "il n’y en a pas" in said
    assert "Demander l’export" not in said


def test_the_rights_are_those_of_the_moment(world, proved, asked):
    """Whoever lost a youth since is not handed the file that names them."""
    approve(proved, asked)
    prepare()
    with as_owner():
        Youth.objects.filter(last_name="Abel").delete()
    alice = proved("alice")
    assert alice.get(page(asked, "file")).url == page(asked)
    assert "Ce que vous pouvez lire a changé" in alice.get(page(asked)).content.decode()
    assert exported() == []


def test_who_left_gets_nothing(world, proved, asked):
    approve(proved, asked)
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(
            revoked_at=clock.now(), ends_on=clock.today()
        )
    assert prepare() == 0
    assert (now_is(asked).status, now_is(asked).ending) == ("ended", "rights")


def test_an_erased_youth_takes_the_file_away(world, proved, asked):
    approve(proved, asked)
    prepare()
    path = now_is(asked).document.path
    with as_owner():
        abel = Youth.objects.get(last_name="Abel")
    with as_worker(), system_scope("test"):
        erasure._erase_whole(abel)
    assert (now_is(asked).status, now_is(asked).ending) == ("ended", "erased")
    with as_owner():
        assert not Document.objects.filter(path=path).exists()


def test_who_is_erased_while_it_is_prepared_is_in_no_file(world, proved, asked, monkeypatch, travel):
    approve(proved, asked)
    with as_owner():
        abel = Youth.objects.get(last_name="Abel")
        before = Document.objects.count()

    def erase(name):
        if name == "export:part":
            monkeypatch.undo()
            with system_scope("test"):
                erasure._erase_whole(abel)

    monkeypatch.setattr(preparing, "checkpoint", erase)
    assert prepare() == 0
    with as_owner():
        assert Document.objects.count() == before
    travel(clock.now() + preparing.LEASE + timedelta(seconds=1))
    assert prepare() == 1
    assert abel.pk not in now_is(asked).subjects
    assert b"Abel" not in proved("alice").get(page(asked, "file")).content


def test_a_worker_killed_halfway_leaves_a_request_that_another_takes_up(
    world, proved, asked, travel, monkeypatch
):
    approve(proved, asked)

    def killed(name):
        if name == "export:stored":
            raise KeyboardInterrupt

    monkeypatch.setattr(preparing, "checkpoint", killed)
    with as_owner():
        before = Document.objects.count()
    with pytest.raises(KeyboardInterrupt):
        prepare()
    left = now_is(asked)
    assert (left.status, left.document_id, left.attempts) == ("approved", None, 1)
    with as_owner():
        assert Document.objects.count() == before
    monkeypatch.undo()
    assert prepare() == 0, "its claim has not lapsed"
    travel(clock.now() + preparing.LEASE + timedelta(seconds=1))
    assert prepare() == 1


def test_progress_is_told(world, proved, asked, monkeypatch):
    approve(proved, asked)
    monkeypatch.setattr(preparing, "CHUNK", 2)
    seen = []

    def look(name):
        with as_owner():
            seen.append(Export.objects.get(pk=asked.pk).done)

    monkeypatch.setattr(preparing, "checkpoint", look)
    prepare()
    assert seen[:2] == [2, 4]
    assert seen == sorted(seen)


def test_one_taken_back_while_it_is_prepared_has_no_file(world, proved, asked, monkeypatch):
    approve(proved, asked)

    def take_back(name):
        with as_owner():
            Export.objects.update(status="ended", ending="taken_back")

    monkeypatch.setattr(preparing, "checkpoint", take_back)
    assert prepare() == 0
    assert now_is(asked).document_id is None


def test_the_limit_of_the_day_counts_it_and_does_not_stop_it(world, proved, asked, settings):
    """A second person answered for these lines; what is asked next is refused."""
    settings.TRAIL_LIMITS = settings.TRAIL_LIMITS | {"exported_day": 3}
    approve(proved, asked)
    prepare()
    assert proved("alice").get(page(asked, "file")).status_code == 200
    settings.EXPORT_AT_ONCE = 500
    assert proved("alice").post(ASK, {"motif": "suivi"}).status_code == 429


def test_referrals_go_the_same_way(world, proved):
    send(world)
    answer = proved("alice").post(
        reverse("referrals:export") + "?onglet=sent", {"motif": "suivi", "format": "csv"}
    )
    assert answer["Content-Type"].startswith("text/csv")
    assert '"Kermarrec";"Yann";"SMV"' in answer.content.decode("utf-8-sig")


def test_pages_ask_a_constant_number_of_questions(world, proved, asked, queries):
    client = proved("mona")
    count, said = queries(client, reverse("partners:export_list"))
    assert count <= 8, said
    for name in ("mona", "alice"):
        count, said = queries(proved(name), page(asked))
        assert count <= 10, said
        # Its author reads what was asked; nobody goes through the list again for that.
        assert "youths_accompaniment" not in said, said


# --- Wall 2 ---------------------------------------------------------------------------------------------

_FORGED = {
    "one's own approval": ("alice", "UPDATE partners_export SET status = 'approved', decided_by_id = {alice},"
                           " decided_at = now()"),
    "an approval by somebody else's name": ("mona", "UPDATE partners_export SET status = 'approved',"
                                            " decided_by_id = {paul}, decided_at = now()"),
    "a colleague's approval": ("bob", "UPDATE partners_export SET status = 'approved', decided_by_id = {bob},"
                               " decided_at = now()"),
    "a colleague's taking back": ("bob", "UPDATE partners_export SET status = 'ended', ending = 'taken_back'"),
    "an approved one from the start": (
        "alice", "INSERT INTO partners_export (uuid, organisation_id, user_id, membership_id, kind, query, form, reason,"
        " lines, status, created_at, decided_by_id, decided_at, attempts, done, subjects, ending) SELECT"
        " gen_random_uuid(), organisation_id, user_id, membership_id, kind, 'x', form, reason, lines, 'approved', now(),"
        " {mona}, now(), 0, 0, '{{}}', '' FROM partners_export"),
    "one asked for in another's name": (
        "bob", "INSERT INTO partners_export (uuid, organisation_id, user_id, membership_id, kind, query, form, reason,"
        " lines, status, created_at, attempts, done, subjects, ending) SELECT"
        " gen_random_uuid(), organisation_id, user_id, membership_id, kind, 'x', form, reason, lines, 'waiting', now(),"
        " 0, 0, '{{}}', '' FROM partners_export"),
}  # fmt: skip


@pytest.mark.parametrize("forged", _FORGED)
def test_the_database_asks_for_a_second_person_too(world, proved, asked, forged):
    who, statement = _FORGED[forged]
    people = {name: world.user(name).pk for name in ("alice", "bob", "mona", "paul")}
    refused = pytest.raises(DatabaseError, match="row-level security: ")
    with refused, transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute(statement.format(**people))
    assert now_is(asked).status == "waiting"


@pytest.mark.parametrize("column", ["lines", "query", "document_id", "subjects", "expires_at", "user_id"])
def test_the_web_changes_nothing_else_of_a_request(world, proved, asked, column):
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, transaction.atomic(), acting_as(world.acting("alice")), connection.cursor() as cursor:
        cursor.execute(f"UPDATE partners_export SET {column} = NULL")


_ASKED_BY_SQL = """
    INSERT INTO partners_export (uuid, organisation_id, user_id, membership_id, kind, query, form, reason, lines, status,
                                 created_at, attempts, done, subjects, ending)
    SELECT gen_random_uuid(), organisation_id, user_id, membership_id, %s, 'x', form, reason, 1, 'waiting', now(), 0, 0,
           '{}', '' FROM partners_export
"""


def asked_by_sql(world, kind: str) -> Export:
    with acting_as(world.acting("alice")), connection.cursor() as cursor:
        cursor.execute(_ASKED_BY_SQL, [kind])
    with as_owner():
        return Export.objects.latest("pk")


def test_no_more_lines_leave_than_were_answered_for(world, proved, asked):
    """Mona is told of one line: so many leave, whatever the list holds. So it is of a list that grew meanwhile."""
    forged = asked_by_sql(world, "jeunes")
    assert "1 jeune" in proved("mona").get(page(forged)).content.decode()
    for one in (forged, asked):
        approve(proved, one)
    add(world, "Chloé", lead="alice")
    assert prepare() == 2
    for one in (forged, asked):
        file = proved("alice").get(page(one, "file"))
        sheets = load_workbook(io.BytesIO(file.content)).worksheets
        assert sheets[0].max_row - 1 == one.lines == now_is(one).lines == len(now_is(one).subjects)
        assert f"{one.lines} sur 5" in {cell.value for row in sheets[1].iter_rows() for cell in row}


def test_a_list_that_is_none_breaks_nobodys_page(world, proved, asked):
    forged = asked_by_sql(world, "rien")
    for name in ("alice", "mona"):
        assert proved(name).get(reverse("partners:export_list")).status_code == 200
        assert proved(name).get(page(forged)).status_code == 404


def test_another_organisation_sees_no_request(world, proved, asked):
    with acting_as(world.acting("carla")):
        assert not Export.objects.exists()


def test_no_name_is_in_what_people_are_told(world, proved, asked):
    approve(proved, asked)
    prepare()
    with as_owner():
        said = " ".join(Notification.objects.order_by("pk").values_list("text", flat=True))
    assert not re.search("Kermarrec|Abel|Alice", said)
