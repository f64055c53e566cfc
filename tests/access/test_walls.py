"""Wall 2 and the trail: what the database refuses, what a request leaves behind."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import AuditEntry, Heartbeat, OpenedFile
from core.scope import WrongLogin, acting_as, system_scope
from partners.models import Session
from referrals.models import Attendance, Referral
from tests.access.catalogue import APPEND_ONLY, BY_COLUMN, HOLDS_TRACES, HOLDS_YOUTHS, TAKEN_BACK, rows, value
from tests.access.probing import fetched
from tests.conftest import as_owner, as_worker
from tests.keeping import staged
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from youths.models import Opening, Youth

# --- Scope --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("worker", [False, True])
def test_a_connection_without_scope_sees_nothing(world, worker):
    send(world)
    full = 0
    for table in HOLDS_YOUTHS + HOLDS_TRACES:
        with as_owner():
            full += value(f"SELECT count(*) FROM {table}") > 0
        if worker:
            with as_worker():
                assert value(f"SELECT count(*) FROM {table}") == 0, table
        else:
            assert value(f"SELECT count(*) FROM {table}") == 0, table
    assert full >= 8


def test_two_people_in_one_test_prove_the_reset_of_the_scope(world, visit):
    send(world)
    alice, charlie = visit("alice"), visit("charlie")
    for client, seen, unseen in ((alice, "Kermarrec", "Lointain"), (charlie, "Lointain", "Kermarrec")) * 2:
        page = client.get("/jeunes/").content.decode()
        assert seen in page
        assert unseen not in page
        assert rows("SELECT tu_org(), tu_user(), tu_system()") == [(None, None, False)]
        assert not Youth.objects.exists()


def test_the_scope_is_handed_back_after_a_block_and_after_an_error(world):
    with acting_as(world.acting("alice")):
        with acting_as(world.acting("charlie")):
            assert Youth.objects.get().last_name == "Lointain"
        assert Youth.objects.count() == 2
        with pytest.raises(RuntimeError), acting_as(world.acting("charlie")):
            raise RuntimeError
        assert Youth.objects.count() == 2
    assert not Youth.objects.exists()


def test_the_system_scope_is_for_the_worker(world):
    with pytest.raises(WrongLogin), system_scope("curiosity"):
        pass
    with pytest.raises(ValueError, match="reason"), system_scope(""):
        pass
    with transaction.atomic():
        # Even by hand, the policies of the web ignore it.
        rows("SELECT set_config('app.system', 'by hand', true)")
        assert value("SELECT tu_system()")
        assert not Youth.objects.exists()
    with as_worker(), system_scope("test"):
        assert Youth.objects.count() == 3


# --- Writing for somebody else ------------------------------------------------------------------------


@staged
def loop(world):
    """Alice's referral to Rita, and the ids that raw SQL needs."""
    referral = send(world)
    ids = {key: world.org(key).pk for key in ("ML_A", "ML_C", "RSMV", "SMV_C")}
    ids |= {name: world.youth(name).pk for name in ("yann", "kim")}
    return ids | {"referral": referral.pk, "user": world.user("charlie").pk, "alice": world.user("alice").pk}


_YOUTH = "uuid, held_by_id, file_number, first_name, last_name, birth_date, phone, email, level_obtained, last_contact_on"
_LINK = "youth_id, organisation_id, professional_id, role, aspects, reason, started_on, end_reason"
_AGREEMENT = (
    "uuid, youth_id, recorded_by_id, recorded_for_id, recipient_id, purpose, given_on, expires_on, channel, informed,"
    " covers_return, text_version, emancipated, withdrawn_how"
)
_REFERRAL = (
    "uuid, submission, youth_id, programme, sender_id, recipient_id, sender_professional_id, state, version, last_action,"
    " reason, reason_detail, details, note, created_at, state_since, clock_kind, clock_side"
)
_FORGED = {
    "a youth of another organisation": f"INSERT INTO youths_youth ({_YOUTH}) VALUES"
    " (gen_random_uuid(), {ML_A}, '', 'X', 'Y', '2005-01-01', '', '', false, '2026-01-01')",
    "a link given to oneself": f"INSERT INTO youths_accompaniment ({_LINK}) VALUES"
    " ({yann}, {ML_C}, {user}, 'partner', '{{whole}}', 'creation', '2026-01-01', '')",
    "a link moved to a foreign youth": "UPDATE youths_accompaniment SET youth_id = {yann} WHERE youth_id = {kim}",
    "an agreement recorded for another": f"INSERT INTO youths_agreement ({_AGREEMENT}) VALUES"
    " (gen_random_uuid(), {yann}, {user}, {ML_A}, {ML_C}, 'smv', '2026-01-01', '2027-01-01', 'phone', 'handed', true, 'x', false, '')",
    "an agreement for a foreign youth": f"INSERT INTO youths_agreement ({_AGREEMENT}) VALUES"
    " (gen_random_uuid(), {yann}, {user}, {ML_C}, {SMV_C}, 'smv', '2026-01-01', '2027-01-01', 'phone', 'handed', true,"
    " 'x', false, '')",
    "an opening for another": "INSERT INTO youths_opening (youth_id, organisation_id, user_id, reason, at, until)"
    " VALUES ({yann}, {ML_A}, {alice}, 'urgency', now(), now())",
    "a referral sent by another": f"INSERT INTO referrals_referral ({_REFERRAL}) VALUES"
    " (gen_random_uuid(), gen_random_uuid(), {yann}, 'smv', {ML_A}, {ML_C}, {alice}, 'draft', 1, 'create',"
    " '', '', '{{}}', '', now(), now(), '', '')",
    "an event on a foreign referral": "INSERT INTO referrals_referralevent"
    " (referral_id, number, action, from_state, to_state, side, reason, details, at, late)"
    " VALUES ({referral}, 99, 'accept', 'sent', 'accepted', 'recipient', '', '{{}}', now(), false)",
    "a message on a foreign referral": "INSERT INTO referrals_message (referral_id, kind, author_id, organisation_id,"
    " text, at) VALUES ({referral}, 'note', {user}, {ML_C}, 'x', now())",
    "an outcome on a foreign referral": 'INSERT INTO referrals_outcome (referral_id, moment, code, "on", at)'
    " VALUES ({referral}, 'exit', 'X', '2026-01-01', now())",
    "a task of others": "INSERT INTO core_task (kind, subject_kind, subject_id, organisation_id, due_on, awaited_on)"
    " VALUES ('answer', 'referral', {referral}, {ML_A}, '2026-01-01', '2026-01-01')",
    "one's own youth given away": "UPDATE youths_youth SET held_by_id = {ML_A}, registered_with_id = {ML_A}",
}


@pytest.mark.parametrize("forged", _FORGED)
def test_nobody_writes_as_another_organisation(world, loop, forged):
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting("charlie")), connection.cursor() as cursor:
        cursor.execute(_FORGED[forged].format(**loop))


@pytest.mark.parametrize("table", [one for one in HOLDS_YOUTHS if one not in (*APPEND_ONLY, *BY_COLUMN)])
def test_nobody_changes_nor_deletes_what_is_elsewhere(world, loop, table):
    with as_owner():
        before = value(f"SELECT count(*) FROM {table}")
    key = "referral_id" if table == "reporting_referralfact" else "id"
    theirs = f"WHERE {key} IN (SELECT {key} FROM {table})"
    with acting_as(world.acting("rose")), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {key} = {key} {theirs}")
        assert cursor.rowcount == 0
        # A login that may not delete at all has nothing to try.
        if value("SELECT has_table_privilege(current_user, %s, 'DELETE')", table):
            cursor.execute(f"DELETE FROM {table} {theirs}")
            assert cursor.rowcount == 0
    with as_owner():
        assert value(f"SELECT count(*) FROM {table}") == before


@pytest.mark.parametrize("table", BY_COLUMN)
def test_what_was_written_stays_as_it_was_written(world, loop, table):
    """Even to those who accompany: the web changes what became of it, and deletes nothing."""
    allowed = rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND has_column_privilege('tu_app', table_name, column_name, 'UPDATE')",
        table,
    )
    assert {name for (name,) in allowed} == BY_COLUMN[table]
    may_delete = value("SELECT has_table_privilege('tu_app', %s, 'DELETE')", table)
    assert may_delete == (table in TAKEN_BACK)
    key = "youth_id" if table == "youths_reach" else "id"
    refused = [f"UPDATE {table} SET {key} = {key}"] + [f"DELETE FROM {table}"] * (not may_delete)
    for statement in refused:
        refusal = pytest.raises(DatabaseError, match="permission denied")
        with refusal, transaction.atomic(), acting_as(world.acting("alice")), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("name", ["rita", "charlie", "rose"])
def test_an_attendance_is_changed_and_taken_back_by_who_asked_alone(world, loop, name):
    """The columns that the web may write, and the row: out of reach of another organisation."""
    with as_owner():
        held = Session.objects.create(
            kind="information",
            title="Découvrir",
            organiser=world.org("RSMV"),
            created_by=world.user("rita"),
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(hours=2),
        )
        Attendance.objects.create(
            session=held,
            youth=world.youth("yann"),
            organisation=world.org("ML_A"),
            invited_by=world.user("alice"),
        )
    with acting_as(world.acting(name)), connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_attendance SET state = 'absent'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM referrals_attendance")
        assert cursor.rowcount == 0
    with as_owner():
        assert Attendance.objects.get().state == "invited"


def test_a_partner_reads_the_record_it_was_sent_and_does_not_write_it(world, loop):
    with acting_as(world.acting("rita")), connection.cursor() as cursor:
        assert Youth.objects.get().pk == loop["yann"]
        cursor.execute("UPDATE youths_youth SET registered_with_id = %s", [loop["RSMV"]])
        assert cursor.rowcount == 0


# --- Access begins and ends ---------------------------------------------------------------------------


def test_a_draft_is_nobody_elses(world, visit):
    draft = put(world, "draft")
    address = draft.get_absolute_url()
    assert visit("alice").get(address).status_code == 200
    for name in ("rita", "rosa"):
        assert visit(name).get(address).status_code == 404
        with acting_as(world.acting(name)):
            assert not Referral.objects.filter(pk=draft.pk).exists()
            assert not Youth.objects.filter(pk=draft.youth_id).exists()


def test_access_ends_to_the_minute(world, visit, travel):
    start = clock.now()
    referral = send(world)
    rita, youth = visit("rita"), reverse("youths:detail", args=[world.youth("yann").uuid])
    assert rita.get(referral.get_absolute_url()).status_code == 200
    travel(start + timedelta(hours=1))
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    until = start + timedelta(hours=1) + timedelta(days=30)
    travel(until - timedelta(minutes=1))
    rita = visit("rita")
    assert rita.get(referral.get_absolute_url()).status_code == 200
    assert rita.get(youth).status_code == 200
    travel(until + timedelta(minutes=1))
    rita = visit("rita")
    assert rita.get(referral.get_absolute_url()).status_code == 404
    assert rita.get(youth).status_code == 404
    with acting_as(world.acting("rita")):
        assert not Referral.objects.exists()
        assert not Youth.objects.exists()
    assert visit("alice").get(referral.get_absolute_url()).status_code == 200


def test_a_withdrawal_ends_the_partners_access_at_once(world, visit, travel):
    start = clock.now()
    referral = send(world)
    assert visit("rita").get(referral.get_absolute_url()).status_code == 200
    travel(start + timedelta(hours=1))
    act(world, "alice", referral, "withdraw", reason="JEUNE_RENONCE")
    travel(start + timedelta(hours=1, seconds=1))
    assert visit("rita").get(referral.get_absolute_url()).status_code == 404
    with acting_as(world.acting("rita")):
        assert not Youth.objects.exists()
    assert visit("alice").get(referral.get_absolute_url()).status_code == 200


def test_a_partner_who_takes_back_its_own_referral_still_reads_it(world, travel):
    """The sender of a return does not keep the record: it has the same thirty days as after any exit."""
    start = clock.now()
    referral = put(
        world,
        "received",
        sender="rita",
        sender_org="RSMV",
        recipient="alice",
        recipient_org="ML_A",
        programme="retour",
    )
    travel(start + timedelta(hours=1))
    act(world, "rita", referral, "withdraw", reason="JEUNE_RENONCE")
    travel(start + timedelta(days=29))
    with acting_as(world.acting("rita")):
        assert Referral.objects.visible_to(world.acting("rita")).get().state == "withdrawn"


# --- The request --------------------------------------------------------------------------------------


@pytest.fixture
def misbehaving(settings):
    """The test-only views of ``tests.access.urls``."""
    settings.ROOT_URLCONF = "tests.access.urls"


def written() -> bool:
    return Heartbeat.objects.filter(name="test").exists()


def test_a_page_read_cannot_write(world, visit, misbehaving):
    alice = visit("alice")
    with pytest.raises(DatabaseError, match="read-only transaction"):
        alice.get("/essai/lecture/")
    with pytest.raises(DatabaseError, match="read-only transaction"):
        alice.get("/essai/formulaire/")
    assert not written()
    assert alice.post("/essai/lecture/").status_code == 405


@pytest.mark.parametrize(("status", "kept"), [("200", True), ("409", True), ("500", False), ("503", False)])
def test_a_response_of_failure_rolls_back(world, visit, misbehaving, status, kept):
    response = visit("alice").post(f"/essai/formulaire/?status={status}")
    assert response.status_code == int(status)
    assert written() is kept


def test_an_exception_rolls_back_and_the_page_is_ours(world, visit, misbehaving):
    alice = visit("alice")
    alice.raise_request_exception = False
    response = alice.post("/essai/formulaire/?status=raise")
    assert response.status_code == 500
    assert "Le portail a rencontré une erreur" in response.content.decode()
    assert not written()


def test_a_view_that_does_not_say_whether_it_reads_is_refused(world, visit, misbehaving):
    with pytest.raises(ImproperlyConfigured, match="neither reads nor writes"):
        visit("alice").get("/essai/sans-mode/")


# --- The trail ----------------------------------------------------------------------------------------


def trail(**wanted) -> list[AuditEntry]:
    with as_owner():
        return list(AuditEntry.objects.filter(**wanted).order_by("at"))


def opened(world, name: str) -> int:
    with as_owner():
        return OpenedFile.objects.filter(user_id=world.user(name).pk).count()


def test_reading_leaves_a_mark_and_counts_once_a_day(world, visit):
    youth = world.youth("yann")
    address = reverse("youths:detail", args=[youth.uuid])
    alice = visit("alice")
    for times in (1, 2):
        assert alice.get(address).status_code == 200
        marks = trail(kind="read", subject_kind="youth", subject_uuid=youth.uuid)
        assert len(marks) == times
        assert (marks[0].user_id, marks[0].organisation_id) == (world.user("alice").pk, world.org("ML_A").pk)
        assert opened(world, "alice") == 1


def test_a_page_of_conflict_is_a_reading_too(world, visit):
    """It names the youth as any other: a 409 is no way around the trail."""
    referral = put(world, "received")
    response = visit("rita").post(
        reverse("referrals:act", args=[referral.uuid, "start"]), {"start-version": 9}
    )
    assert response.status_code == 409
    assert "Kermarrec" in response.content.decode()
    assert trail(kind="read", subject_uuid=referral.uuid)


def test_what_was_not_shown_is_not_a_reading(world, visit):
    referral = put(world, "received")
    assert visit("alice").post(reverse("referrals:discard", args=[referral.uuid])).status_code == 404
    assert not trail(kind="read")


@pytest.mark.parametrize("name", ["charlie", "dora", "remi", "regis", "paul", "adam"])
def test_a_denied_access_is_in_the_trail(world, visit, name):
    youth = world.youth("yann")
    assert visit(name).get(reverse("youths:detail", args=[youth.uuid])).status_code in (403, 404)
    denied = trail(kind="denied", subject_uuid=youth.uuid)
    assert [entry.user_id for entry in denied] == [None if name == "adam" else world.user(name).pk]
    assert not trail(kind="read")


def test_when_the_trail_cannot_be_written_the_page_is_not_given(world, visit):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON core_auditentry FROM tu_app")
    alice = visit("alice")
    alice.raise_request_exception = False
    response = alice.get(reverse("youths:detail", args=[world.youth("yann").uuid]))
    assert response.status_code == 500
    assert "Kermarrec" not in response.content.decode()


def test_a_prefetch_is_not_a_reading(world, visit):
    referral = send(world)
    response = visit("rita").get(
        referral.get_absolute_url(), headers={"Sec-Purpose": "prefetch;anonymous-client-ip"}
    )
    assert response.status_code == 503
    assert response.content == b""
    assert not trail(kind="read")
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "sent"


def test_a_search_keeps_no_name(world, visit):
    visit("alice").post(reverse("youths:search"), {"q": "Kermarrec"}, follow=True)
    (search,) = trail(kind="search")
    assert len(search.detail) == 32
    assert "kermarrec" not in search.detail.lower()
    assert search.count == 1
    assert [entry.count for entry in trail(kind="list")] == [1]


def fill_the_day(world, name: str, count: int, organisation: str) -> None:
    with as_owner():
        OpenedFile.objects.bulk_create(
            OpenedFile(
                user_id=world.user(name).pk, day=clock.today(), subject_kind="youth", subject_uuid=uuid4(),
                organisation_id=world.org(organisation).pk,
            )
            for _ in range(count)
        )  # fmt: skip


@pytest.mark.parametrize("organisation", ["ML_A", "ML_C"])
def test_the_201st_file_of_the_day_is_refused_before_it_is_fetched(world, visit, travel, organisation):
    """Whichever organisation the others were opened for: the limit is a person's."""
    mona = visit("mona")
    known = reverse("youths:detail", args=[world.youth("zoe").uuid])
    refused = reverse("youths:detail", args=[world.youth("yann").uuid])
    fill_the_day(world, "mona", settings.TRAIL_LIMITS["files_day"] - 1, organisation)
    assert mona.get(known).status_code == 200
    with fetched() as found:
        response = mona.get(refused)
    assert response.status_code == 429
    assert "Kermarrec" not in repr(found) + response.content.decode()
    assert len(trail(kind="denied", subject_uuid=world.youth("yann").uuid)) == 1
    assert mona.get(known).status_code == 200
    assert opened(world, "mona") == settings.TRAIL_LIMITS["files_day"]
    travel(clock.now() + timedelta(days=1))
    assert visit("mona").get(refused).status_code == 200


def test_an_opening_with_a_reason_is_shown_to_the_lead(world, visit):
    dora = visit("dora")
    dora.post(reverse("youths:open", args=[world.youth("yann").uuid]), {"reason": "urgency"})
    with as_owner():
        assert Opening.objects.get().user == world.user("dora")
    page = visit("alice").get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    assert "Dora Elsewhere" in page


def test_the_second_record_of_a_pair_passes_the_same_door(world, visit):
    """Named in the address of a comparison (``avec``), a file counts, is refused beyond the limit, and is told."""
    mona = visit("mona")
    zoe, yann = world.youth("zoe"), world.youth("yann")
    address = f"{reverse('youths:merge', args=[zoe.uuid])}?avec="
    fill_the_day(world, "mona", settings.TRAIL_LIMITS["files_day"] - 1, "ML_A")
    assert mona.get(reverse("youths:detail", args=[zoe.uuid])).status_code == 200
    with fetched() as found:
        response = mona.get(f"{address}{yann.uuid}")
    assert response.status_code == 429
    assert "Kermarrec" not in repr(found) + response.content.decode()
    assert len(trail(kind="denied", subject_uuid=yann.uuid)) == 1
    # A youth of another organisation, and one that does not exist: the same answer, told as well.
    alice, mine = visit("alice"), reverse("youths:merge", args=[yann.uuid])
    for other in (world.youth("kim").uuid, uuid4()):
        answer = alice.get(f"{mine}?avec={other}")
        assert (answer.status_code, answer.url) == (302, reverse("youths:duplicates", args=[yann.uuid]))
        assert len(trail(kind="denied", subject_uuid=other)) == 1
