"""Two records of one Mission Locale become one; and become two again, exactly."""

import json
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from core import clock, todo
from core.functions import call
from core.models import Task
from core.scope import acting_as
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.keeping import staged
from tests.youths.rights.test_erasure import found_anywhere
from tests.youths.test_journal import accepted, text
from youths import journal, records
from youths.accompanying import leaving
from youths.merging import joining
from youths.models import (
    Accompaniment,
    DistinctPair,
    JournalEntry,
    LegalRepresentative,
    Merge,
    NextStep,
    Obstacle,
    ObstacleStep,
    Opening,
    PrivateNote,
    RightsRequest,
    Situation,
    Youth,
)
from youths.rights import erasure

BORN = date(2005, 3, 14)


def record(world, who="alice", first="Yann", last="Kermarec", born=BORN, **fields) -> Youth:
    with acting_as(world.acting(who)):
        return records.create_record(
            world.acting(who), Youth(first_name=first, last_name=last, birth_date=born, **fields)
        )


@staged
def pair(world) -> tuple[Youth, Youth]:
    """Yann, and the second record that Alice opened for him."""
    other = record(world, email="yann@courriel.example", phone="06 39 98 44 55", file_number="B-2", level=4)
    return world.youth("yann"), other


def fill(world, youth: Youth, day: int) -> None:
    """A row of every kind on a record, some of which a record holds once."""
    ml, centre, alice, rita = world.org("ML_A"), world.org("RSMV"), world.user("alice"), world.user("rita")
    on = clock.today() - timedelta(days=day)
    with as_owner():
        Situation.objects.create(
            youth=youth, kind="activity", code="emploi", since=on, organisation=ml, recorded_by=alice
        )
        JournalEntry.objects.create(
            youth=youth, kind="contact", happened_on=on, text="Un fait.", organisation=ml, author=alice
        )
        PrivateNote.objects.create(youth=youth, text="Une note.", organisation=centre, author=rita)
        NextStep.objects.create(
            youth=youth, wording="Une étape", due_on=on, proposed_for=ml, proposed_by=alice
        )
        obstacle = Obstacle.objects.create(
            youth=youth, category="MOBILITE", since=on, organisation=ml, taken_by=ml
        )
        ObstacleStep.objects.create(
            youth=youth, obstacle=obstacle, code="information", on=on, organisation=ml, author=alice
        )
        Opening.objects.create(
            youth=youth, organisation=ml, user=world.user("dora"), reason="urgency", until=clock.now()
        )
        LegalRepresentative.objects.create(youth=youth, name="Une personne")
        Accompaniment.objects.create(
            youth=youth, organisation=centre, professional=rita, role="partner", started_on=on
        )
        # A lead who left, an organisation that was asked.
        Accompaniment.objects.create(
            youth=youth, organisation=ml, professional=world.user("sonia"), role="lead", started_on=on,
            ended_on=on, end_reason="done", access_until=clock.now(),
        )  # fmt: skip
        RightsRequest.objects.create(
            youth=youth, organisation=ml, kind="acces", channel="accueil", due_on=clock.today() + timedelta(days=day)
        )  # fmt: skip
        DistinctPair.objects.create(first=world.youth("zoe"), second=youth, organisation=ml, by=alice)
    with acting_as(world.acting("alice")):
        todo.open_task(
            "essai", subject_kind="youth", subject_id=youth.pk, organisation_id=ml.pk, counterpart_id=None,
            user_id=alice.pk, due_on=date(2030, 1, 1), awaited_on=on,
        )  # fmt: skip


# What says who changed a record and when, and what the merge leaves of itself.
_ASIDE = {"youths_merge"}
_TABLES = sorted(
    {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in ("youths", "referrals", "reporting") and model._meta.managed
    }
    | {"core_task"}
)


def rows(*, without: set[str] = frozenset()) -> dict[str, list[str]]:
    """Every row of every table of the youths and of the referrals, as text."""
    found = {}
    with as_owner(), connection.cursor() as cursor:
        for table in _TABLES:
            if table in _ASIDE:
                continue
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            found[table] = sorted(
                json.dumps({key: value for key, value in json.loads(line).items() if key not in without})
                for (line,) in cursor.fetchall()
            )
    return found


def merged(world, kept: Youth, other: Youth, who="alice", take=()) -> Merge:
    with acting_as(world.acting(who)):
        return joining.merge(world.acting(who), kept, other, take=take)


def undone(world, made: Merge, who="alice") -> None:
    with acting_as(world.acting(who)):
        joining.unmerge(world.acting(who), made)


# --- There and back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("full", ["neither", "kept", "merged", "both"])
@pytest.mark.parametrize("take", [(), tuple(joining.IDENTITY)])
@pytest.mark.parametrize("order", [1, -1])
def test_merged_then_separated_every_table_is_as_it_was(world, pair, full, take, order):
    kept, other = pair[::order]
    if full in ("kept", "both"):
        fill(world, kept, 10)
    if full in ("merged", "both"):
        fill(world, other, 20)
    before = rows(without={"version"})
    made = merged(world, kept, other, take=take)
    assert rows(without={"version"}) != before
    undone(world, made)
    assert rows(without={"version"}) == before


@pytest.mark.parametrize("order", [1, -1])
def test_no_fact_stays_behind(world, pair, order):
    """Only a row that the other record has already (its representative, its open obstacle, its task) does."""
    kept, other = pair[::order]
    fill(world, kept, 10)
    fill(world, other, 20)
    merged(world, kept, other)
    left = {}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT tab, col FROM tu_youth_columns()")
        for table, column in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [other.pk])
            (count,) = cursor.fetchone()
            if count:
                left[f"{table}.{column}"] = count
        assert left == {
            "youths_obstacle.youth_id": 1, "youths_legalrepresentative.youth_id": 1, "youths_distinctpair.second_id": 1,
        }  # fmt: skip
        on_kept = {"youth": kept}
        assert (
            JournalEntry.objects.filter(**on_kept).count()
            == PrivateNote.objects.filter(**on_kept).count()
            == 2
        )
        requests = RightsRequest.objects.filter(**on_kept)
        assert sorted(requests.values_list("state", flat=True)) == ["ouverte", "satisfaite"]
        assert requests.get(state="ouverte").due_on == clock.today() + timedelta(days=10)
        # What was done about the second obstacle is told of the first.
        assert Obstacle.objects.get(**on_kept).steps.count() == 2
        assert set(NextStep.objects.filter(**on_kept).values_list("closing", flat=True)) == {"", "remplace"}
        assert Situation.objects.filter(**on_kept).count() == 2
        assert Situation.objects.get(**on_kept, until=None).since == clock.today() - timedelta(days=10)
        links = Accompaniment.objects.filter(**on_kept)
        assert links.filter(role="lead", ended_on=None).count() == 1
        assert links.count() == 6
        assert (
            Task.objects.open().filter(subject_kind="youth", subject_id__in=[kept.pk, other.pk]).count() == 1
        )


def test_a_second_lead_goes_on_accompanying(world):
    yann = world.youth("yann")
    other = record(world, "dora")
    made = merged(world, yann, other, who="mona")
    with as_owner():
        roles = dict(
            Accompaniment.objects.active().filter(youth=yann).values_list("professional__first_name", "role")
        )
    assert roles == {"Alice": "lead", "Dora": "partner"}
    undone(world, made, who="mona")
    with as_owner():
        assert Accompaniment.objects.get(youth=other).role == "lead"


def test_what_was_written_since_stays(world, pair):
    kept, other = pair
    made = merged(world, kept, other, take=["phone"])
    with acting_as(world.acting("alice")):
        journal.share(world.acting("alice"), kept, kind="contact", happened_on=clock.today(), text="Depuis.")
    with as_owner():
        Youth.objects.filter(pk=kept.pk).update(phone="06 39 98 99 99")
    undone(world, made)
    with as_owner():
        assert JournalEntry.objects.get(text="Depuis.").youth_id == kept.pk
        assert Youth.objects.get(pk=kept.pk).phone == "06 39 98 99 99"
        assert Youth.objects.get(pk=other.pk).phone == "06 39 98 44 55"


def test_a_number_given_meanwhile_is_not_taken_back(world, pair):
    kept, other = pair
    made = merged(world, kept, other)
    record(world, first="Autre", last="Personne", file_number="B-2")
    undone(world, made)
    with as_owner():
        assert Youth.objects.get(pk=other.pk).file_number == ""


def test_merges_are_undone_from_the_last_one(world, pair):
    kept, second = pair
    third = record(world, last="Kermarrec")
    before = rows(without={"version"})
    one = merged(world, second, third)
    two = merged(world, kept, second)
    with as_owner():
        assert Youth.objects.get(pk=third.pk).merged_into_id == kept.pk
    for early in (one,):
        with pytest.raises(records.Overtaken):
            undone(world, early)
    undone(world, two)
    undone(world, one)
    assert rows(without={"version"}) == before


# --- Every table --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_move_knows_every_foreign_key_to_a_youth():
    wanted = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Youth
    }
    # Made from the records and the links, once these have moved.
    follow = {("youths_reach", "youth_id")}
    assert follow <= wanted
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT tab, col FROM tu_youth_columns()")
        assert set(cursor.fetchall()) == wanted - follow
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_name IN ('youth_id', 'youth', 'jeune_id')"
        )
        assert set(cursor.fetchall()) <= wanted


# What a record holds once, and what becomes of the second one (youths.merging_sql, "tu_reconcile").
HELD_ONCE = {
    "youths_accompaniment_once": "ends",
    "youths_one_active_lead": "goes on in another role",
    "youths_one_current_situation": "ended when the other began",
    "youths_one_next_step": "replaced",
    "youths_one_open_request": "answered with the other one, by the earlier day",
    "youths_notice_once": "stays behind",
    "youths_one_agreement_request": "stays behind while both are open (8 days), then follows (tu_gather)",
    "youths_one_invitation": "stays behind: the organisation is asked by the other one",
    "youths_restricted_once": "stays behind: the same code, of the same organisation",
    "youths_obstacle_once": "its steps are told of the other one",
    "youths_legalrepresentative_youth_id_key": "stays behind",
    "youths_distinct_once": "stays behind",
    "youths_youth_file_number": "of the records that were not merged",
    "referrals_attendance_once": "stays behind: the same meeting, where the person was convoked twice",
    "referrals_one_youth_link": "stays behind while both are open (8 days), then follows (tu_gather)",
    "referrals_one_open_breach": "stays behind: the same breach, declared twice by the same centre",
    "youths_one_transfer": "refused: nothing is joined while a transfer waits",
}


@pytest.mark.django_db
def test_what_a_record_holds_once_is_declared():
    """A new unique row of a youth says here what becomes of the second one, or a fact could stay behind."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT i.relname FROM tu_youth_columns() c JOIN pg_class t ON t.relname = c.tab"
            " JOIN pg_index x ON x.indrelid = t.oid AND x.indisunique AND NOT x.indisprimary"
            " JOIN pg_class i ON i.oid = x.indexrelid"
            " WHERE pg_get_indexdef(x.indexrelid) ~ ('\\m' || c.col || '\\M')"
        )
        assert {name for (name,) in cursor.fetchall()} == set(HELD_ONCE)


# --- Hidden -------------------------------------------------------------------------------------------


def test_a_merged_record_is_nowhere(world, visit, pair):
    kept, other = pair
    merged(world, kept, other)
    mona = visit("mona")
    assert "Kermarec " not in text(mona, reverse("youths:list"))
    for suffix in ("corriger/", "situation/", "journal/", "etape/", "doublons/"):
        page = mona.get(f"/jeunes/{other.uuid}/{suffix}")
        # The address of before leads to the record that is kept, or nowhere.
        assert page.status_code == 404 or "Kermarrec" in page.content.decode()
    assert mona.get(f"/jeunes/{other.uuid}/ouvrir/").status_code == 404
    mona.post(reverse("youths:search"), {"q": "Kermarec"})
    assert str(other.uuid) not in text(mona, reverse("youths:list") + "?recherche=1")
    with acting_as(world.acting("mona")):
        for found in (Youth.objects.visible_to, Youth.objects.listed_for, Youth.objects.kept_for,
                      Youth.objects.accompanied_for):  # fmt: skip
            assert not found(world.acting("mona")).filter(pk=other.pk).exists()
        assert not joining.candidates(world.acting("mona"), "Zélie", "Kermarec", BORN + timedelta(1))
        duplicates = joining.candidates(world.acting("mona"), "Yann", "Kermarec", BORN)
        assert [youth.pk for youth in duplicates] == [kept.pk]


def test_the_trail_tells_the_lines_of_both(world, visit, pair):
    kept, other = pair
    visit("alice").get(reverse("youths:detail", args=[other.uuid]))
    with acting_as(world.acting("alice")):
        records.correct(world.acting("alice"), Youth.objects.get(pk=other.pk), ["phone"], version=1)
    address = reverse("youths:trail", args=[kept.uuid])
    assert "Alice Advisor" not in text(visit("mona"), address).split("Changements")[0]
    merged(world, kept, other)
    assert "Alice Advisor" in text(visit("mona"), address).split("Changements")[0]


# --- The worker ---------------------------------------------------------------------------------------


def settle() -> int:
    with as_worker():
        return joining.settle()


def test_after_thirty_days_it_is_final(world, visit, pair, travel):
    kept, other = pair
    fill(world, kept, 10)
    fill(world, other, 20)
    start = clock.now()
    made = merged(world, kept, other)
    travel(start + timedelta(days=29))
    assert settle() == 0
    # Somebody who had the old page open wrote on the hidden record: it is gathered, never lost.
    with as_owner():
        JournalEntry.objects.create(
            youth=other, kind="contact", happened_on=clock.today(), text="Tardif.", organisation=world.org("ML_A"),
            author=world.user("alice"),
        )  # fmt: skip
    before = rows()["youths_journalentry"]
    travel(start + timedelta(days=30, minutes=1))
    with pytest.raises(records.Overtaken):
        undone(world, made)
    assert settle() == 1
    assert settle() == 0
    with as_owner():
        assert not Youth.objects.filter(pk=other.pk).exists()
        assert JournalEntry.objects.get(text="Tardif.").youth_id == kept.pk
        after = Merge.objects.get(pk=made.pk)
        assert (after.moved, after.changed, after.settled_at is not None) == ({}, [], True)
    assert len(rows()["youths_journalentry"]) == len(before)
    # The address still leads there.
    assert visit("mona").get(f"/jeunes/{other.uuid}/").url == reverse("youths:detail", args=[kept.uuid])


def test_late_rows_go_back_with_the_rest(world, pair):
    kept, other = pair
    made = merged(world, kept, other)
    with as_owner():
        JournalEntry.objects.create(
            youth=other, kind="contact", happened_on=clock.today(), text="Tardif.", organisation=world.org("ML_A"),
            author=world.user("alice"),
        )  # fmt: skip
    assert settle() == 0
    undone(world, made)
    with as_owner():
        assert JournalEntry.objects.get(text="Tardif.").youth_id == other.pk


def test_erased_nothing_is_left_of_the_hidden_record(world, pair):
    kept, other = pair
    canary = "canarirature"
    with as_owner():
        Youth.objects.filter(pk=other.pk).update(first_name=canary)
        Youth.objects.filter(pk=other.pk).update(first_name="Yann", last_name=canary)
    merged(world, kept, other)
    with as_owner():
        assert found_anywhere(canary)
    with as_worker():
        assert erasure.erase(kept.pk, world.org("ML_A").pk, by=world.user("paul").pk, reason="demande").whole
    with as_owner():
        assert found_anywhere(canary) == {}
        assert not Youth.objects.filter(pk__in=[kept.pk, other.pk]).exists()


# --- The pages ----------------------------------------------------------------------------------------


def test_compared_side_by_side_and_joined(world, visit, pair):
    kept, other = pair
    alice = visit("alice")
    page = text(alice, reverse("youths:duplicates", args=[kept.uuid]))
    # Unless people say otherwise, the record that has a number is kept.
    assert reverse("youths:merge", args=[other.uuid]) + f"?avec={kept.uuid}" in page
    assert "Alice" in page.split(">ce dossier<")[1].split("</tr>")[0]
    address = reverse("youths:merge", args=[kept.uuid]) + f"?avec={other.uuid}"
    compared = text(alice, address)
    assert "06 39 98 44 55" in compared
    assert "06 39 98 00 00" in compared
    form = form_of(compared, "phone")
    chosen = form.filled(phone="fusionne", last_name="conserve")
    response = send_pairs(alice, address, chosen)
    assert response.url == reverse("youths:detail", args=[kept.uuid])
    with as_owner():
        after = Youth.objects.get(pk=kept.pk)
    # What one of the two lacked was taken from the other.
    assert (after.phone, after.last_name, after.email) == (
        "06 39 98 44 55",
        "Kermarrec",
        "yann@courriel.example",
    )
    assert after.file_number == "B-2"
    page = text(alice, reverse("youths:duplicates", args=[kept.uuid]))
    undo = form_of(page, "fusion")
    assert send_pairs(alice, undo.action, undo.filled()).status_code == 302
    with as_owner():
        assert Youth.objects.get(pk=other.pk).merged_into is None


def test_of_two_records_without_a_number_the_older_is_kept(world, visit):
    yann, later = world.youth("yann"), record(world)
    for one in (yann, later):
        page = text(visit("alice"), reverse("youths:duplicates", args=[one.uuid]))
        assert reverse("youths:merge", args=[yann.uuid]) + f"?avec={later.uuid}" in page


def test_a_level_and_its_diploma_are_one_choice(world, visit):
    kept = record(world, level=3, level_obtained=True)
    other = record(world, last="Kermarrec", level=4)
    alice = visit("alice")
    address = reverse("youths:merge", args=[kept.uuid]) + f"?avec={other.uuid}"
    form = form_of(text(alice, address), "level")
    assert "level_obtained" not in form.order
    assert send_pairs(alice, address, form.filled(level="fusionne")).status_code == 302
    with as_owner():
        kept.refresh_from_db()
    assert (kept.level, kept.level_obtained) == (4, False)


def test_twins_are_said_once(world, visit):
    twin = record(world, first="Yvan", last="Kermarrec")
    yann = world.youth("yann")
    alice = visit("alice")
    address = reverse("youths:merge", args=[yann.uuid]) + f"?avec={twin.uuid}"
    form = form_of(text(alice, address), "avec")
    assert form.action == reverse("youths:distinct", args=[yann.uuid])
    for _ in range(2):
        assert send_pairs(alice, form.action, form.filled()).status_code == 302
    with as_owner():
        assert DistinctPair.objects.count() == 1
    for one in (yann, twin):
        assert "Aucun autre dossier" in text(alice, reverse("youths:duplicates", args=[one.uuid]))


@pytest.mark.parametrize(
    ("who", "status"), [("dora", 404), ("charlie", 404), ("rita", 404), ("regis", 403), ("paul", 403)]
)
def test_the_others_join_nothing(world, visit, pair, who, status):
    kept, other = pair
    client = visit(who)
    for suffix in ("doublons/", "fusionner/", "distincts/", "separer/"):
        assert client.get(f"/jeunes/{kept.uuid}/{suffix}").status_code == status
        if suffix != "doublons/":
            assert (
                client.post(f"/jeunes/{kept.uuid}/{suffix}", {"avec": str(other.uuid)}).status_code == status
            )
    with as_owner():
        assert not Merge.objects.exists()


def test_who_accompanies_one_of_the_two_asks_a_manager(world, visit):
    other = record(world, "dora")
    yann = world.youth("yann")
    alice = visit("alice")
    assert "Demandez à un responsable" in text(alice, reverse("youths:duplicates", args=[yann.uuid]))
    address = reverse("youths:merge", args=[yann.uuid]) + f"?avec={other.uuid}"
    assert alice.post(address, {}).url == reverse("youths:duplicates", args=[yann.uuid])
    with as_owner():
        assert not Merge.objects.exists()
    assert visit("mona").get(address).status_code == 200


@pytest.mark.parametrize("typed", ["", "x", "\x00", "0" * 5000, "00000000-0000-4000-8000-000000000000"])
def test_a_wrong_record_leads_back(world, visit, typed):
    yann = world.youth("yann")
    for suffix in ("fusionner/", "distincts/"):
        response = visit("alice").post(f"/jeunes/{yann.uuid}/{suffix}", {"avec": typed})
        assert response.url == reverse("youths:duplicates", args=[yann.uuid])
    assert visit("alice").post(f"/jeunes/{yann.uuid}/separer/", {"fusion": typed}).status_code == 302


def test_of_two_at_once_the_second_is_told(world, visit, pair):
    kept, other = pair
    alice = visit("alice")
    address = reverse("youths:merge", args=[kept.uuid]) + f"?avec={other.uuid}"
    typed = form_of(text(alice, address), "phone").filled()
    merged(world, kept, other)
    # The other record is gone from what may be joined; and the database answers no.
    assert send_pairs(alice, address, typed).url == reverse("youths:duplicates", args=[kept.uuid])
    with acting_as(world.acting("alice")):
        assert call("tu_merge_youths", kept.pk, other.pk, [], "merge") is None


def test_a_partner_of_either_goes_on(world, visit, pair):
    """A referral that was accepted, and its partner, follow the youth."""
    kept, other = pair
    referral = accepted(world)
    merged(world, other, kept)
    with as_owner():
        referral.refresh_from_db()
        assert referral.youth_id == other.pk
    assert visit("rita").get(reverse("youths:detail", args=[other.uuid])).status_code == 200
    assert visit("rita").get(referral.get_absolute_url()).status_code == 200


def test_the_link_that_a_merge_ended_opens_nothing_once_the_other_one_ends(world, visit, pair):
    """Rita accompanies both records; then she leaves."""
    kept, other = pair
    with as_owner():
        for youth in pair:
            Accompaniment.objects.create(
                youth=youth, organisation=world.org("RSMV"), professional=world.user("rita"), role="partner"
            )
    made = merged(world, kept, other)
    rita = world.acting("rita")
    with acting_as(rita):
        goes_on = Accompaniment.objects.active().get(youth=kept, organisation=world.org("RSMV"))
        leaving.end_link(rita, Youth.objects.get(pk=kept.pk), goes_on.pk, reason="done", until=None)
    assert visit("rita").get(reverse("youths:detail", args=[kept.uuid])).status_code == 404
    with as_owner():
        assert not Accompaniment.objects.live().filter(youth=kept, organisation=world.org("RSMV")).exists()
    undone(world, made)
    assert visit("rita").get(reverse("youths:detail", args=[other.uuid])).status_code == 200
