"""Erasing a youth: what is left in every table of the database, in the history and on the disk (issue, must show 4)."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from core import clock, documents, seals, todo
from core.models import Task
from core.personal import of_youths
from core.scope import acting_as, system_scope
from core.uploads import CheckedFile
from notifications.notices import notify
from partners.models import Session
from portal import consistency
from referrals import workflow
from referrals.models import (
    Attendance,
    Breach,
    DigitalCheck,
    Mission,
    MoveRequest,
    Preparation,
    ThreadReading,
    WorkPlacement,
    YouthLink,
)
from referrals.thread import notes, writing
from reporting import summaries
from reporting.models import FoldedCount, FoldedExit, ReferralFact, SummaryCell
from tests.access.catalogue import rows
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import send
from youths import journal, records
from youths.merging import transfers
from youths.models import (
    Accompaniment,
    AccompanimentInvitation,
    AgreementRequest,
    Disposal,
    DistinctPair,
    Erasure,
    JournalEntry,
    LegalRepresentative,
    Merge,
    Obstacle,
    ObstacleStep,
    PrivateNote,
    RestrictedObstacle,
    RetentionNotice,
    RightsRequest,
    Situation,
    Transfer,
    Youth,
)  # fmt: skip
from youths.models.portfolio import PortfolioImport, PortfolioRow
from youths.records import Overtaken
from youths.rights import erasure

CANARY = "canarizebre"
# Tables that another test fills: here they are erased with the rest when they hold something.
OTHERS_FILL = {"referrals.Reminder"}


def filled(world) -> Youth:
    """Yann, whose every string is a canary, with one row in each table of the room, a closed referral, a file."""
    youth = world.youth("yann")
    alice, rita = world.acting("alice"), world.acting("rita")
    referral = send(world)
    with acting_as(rita):
        workflow.open_first(rita, referral.uuid)
        piece = CheckedFile(f"{CANARY} de la pièce".encode(), "pdf")
        writing.post_message(rita, referral, f"{CANARY} du fil", piece)
        notes.write(rita, referral, f"{CANARY} note du centre")
        workflow.apply(rita, referral.uuid, "accept", version=None, inputs={})
        today = clock.today()
        journal.propose(rita, youth, wording=f"{CANARY} étape", due_on=today + timedelta(days=3))
        workflow.apply(rita, referral.uuid, "start", version=None, inputs={"started_on": today})
        workflow.apply(
            rita,
            referral.uuid,
            "complete",
            version=None,
            inputs={"outcome": "EMPLOI_DURABLE", "ended_on": today},
        )
    with acting_as(alice):
        records.open_with_reason(alice, youth, "urgency")
    ml, by = world.org("ML_A"), world.user("alice")
    notify(
        [by.pk],
        organisation_id=ml.pk,
        kind="youth.opened",
        text="Un dossier.",
        path=f"/jeunes/{youth.uuid}/",
        effect_key="x",
    )
    with as_owner():
        Youth.objects.filter(pk=youth.pk).update(
            first_name=CANARY,
            last_name=f"{CANARY} nom",
            phone=f"06 {CANARY}"[:20],
            email=f"{CANARY}@exemple.test",
            file_number=f"D-{CANARY}",
        )
        written = {"youth": youth, "organisation": ml, "author": by}
        JournalEntry.objects.create(**written, kind="contact", happened_on=today, text=f"{CANARY} journal")
        PrivateNote.objects.create(**written, text=f"{CANARY} note")
        LegalRepresentative.objects.create(
            youth=youth, name=f"{CANARY} parent", phone="06", email=f"{CANARY}@p.test"
        )
        Situation.objects.create(
            youth=youth, kind="activite", code="X", since=today, organisation=ml, recorded_by=by
        )
        ThreadReading.objects.create(referral=referral, user=by, organisation=ml, seen_at=clock.now())
        Mission.objects.create(referral=referral, started_on=today, days=3)
        Preparation.objects.create(
            referral=referral, code="PROJET", state="done", organisation=world.org("RSMV")
        )
        YouthLink.objects.create(
            youth=youth, kind="digital", requested_by=by, requested_for=ml, token_hash=f"{CANARY} questions",
            expires_at=clock.now(),
        )  # fmt: skip
        DigitalCheck.objects.create(
            youth=youth, organisation=ml, version="numerique-1", answers={"clavier": CANARY}
        )
        obstacle = Obstacle.objects.create(
            youth=youth, category="X", since=today, organisation=ml, taken_by=ml
        )
        ObstacleStep.objects.create(
            youth=youth, obstacle=obstacle, code="X", on=today, organisation=ml, author=by
        )
        archive = documents.store(CANARY.encode(), filename="archive.zip", media_type="application/zip")
        RightsRequest.objects.create(
            youth=youth, organisation=ml, kind="acces", channel="accueil", due_on=today, state="satisfaite",
            answer=f"{CANARY} réponse", answered_on=today, archive=archive, archive_until=clock.now(),
        )  # fmt: skip
        RetentionNotice.objects.create(
            youth=youth, organisation=ml, last_contact_on=today, erase_from=today, kept_until=today,
            kept_reason=f"{CANARY} recours",
        )  # fmt: skip
        AccompanimentInvitation.objects.create(
            youth=youth, link=youth.accompaniments.latest("pk"), agreement=youth.agreements.latest("pk"),
            from_organisation=ml, to_organisation=world.org("RSMV"), sent_by=by, reason="frein",
        )  # fmt: skip
        RestrictedObstacle.objects.create(
            youth=youth, organisation=ml, code="SANTE", since=today, recorded_by=by
        )
        Merge.objects.create(
            youth=youth, merged_key=2**40, merged_uuid=uuid4(), kind="merge", organisation=ml, by=by,
            changed=[{"values": {"last_name": [CANARY, ""]}}],
        )  # fmt: skip
        DistinctPair.objects.create(first=youth, second=world.youth("zoe"), organisation=ml, by=by)
        Transfer.objects.create(youth=youth, sender=ml, recipient=world.org("ML_C"), proposed_by=by)
        AgreementRequest.objects.create(
            youth=youth, requested_by=by, requested_for=ml, recipient=world.org("RSMV"), purpose="smv", kind="give",
            token_hash=f"{CANARY} lien", expires_at=clock.now(),
        )  # fmt: skip
        Disposal.objects.create(
            agreement=youth.agreements.latest("pk"), organisation=world.org("RSMV"), due_on=today
        )
        brought = PortfolioImport.objects.create(organisation=ml, created_by=by)
        PortfolioRow.objects.create(
            brought=brought, organisation=ml, number=1, verdict=PortfolioRow.Verdict.values[0], youth=youth,
            last_name=f"{CANARY} ligne",
        )  # fmt: skip
        WorkPlacement.objects.create(
            youth=youth, organisation=ml, followed_by=ml, author=by, host_siret="73282932000074",
            host_name=f"{CANARY} atelier", trade=f"{CANARY} métier", tutor_name=f"{CANARY} tuteur", purpose="DECOUVRIR",
            starts_on=today, ends_on=today, planned_minutes=420, signed_on=today, state="no_show", done_minutes=0,
            suite="AUCUNE", youth_view="disagrees", youth_comment=f"{CANARY} avis", closed_at=clock.now(),
        )  # fmt: skip
        MoveRequest.objects.create(
            referral=referral, number=referral.events.latest("number").number, kind="error", organisation=ml,
            asked_by=by, reason="ERREUR", reason_detail=f"{CANARY} précision", answer_by=today, answer="refused",
            answered_by=world.user("rita"), answered_for=world.org("RSMV"), answered_at=clock.now(),
        )  # fmt: skip
        session = Session.objects.create(
            kind="information", title="Découvrir", organiser=world.org("RSMV"), created_by=world.user("rita"),
            starts_at=clock.now(), ends_at=clock.now() + timedelta(hours=2),
        )  # fmt: skip
        Attendance.objects.create(session=session, youth=youth, organisation=ml, invited_by=by)
        Breach.objects.create(
            youth=youth, organisation=ml, referent=by, declared_by=by, started_on=today, broke_on=today,
            mode="accord",
        )  # fmt: skip
        Youth.objects.filter(pk=youth.pk).update(phone="")
        # Rita accompanies no more: nobody but the Mission Locale keeps the record.
        Accompaniment.objects.filter(youth=youth).exclude(organisation=ml).update(
            ended_on=today, end_reason="complete", access_until=clock.now()
        )
        youth.refresh_from_db()
        with connection.cursor() as cursor:
            # As at the end of the requests that did this: what was deferred is checked.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        empty = [found.label for found in of_youths() if not found.of(youth.pk).exists()]
        assert set(empty) <= OTHERS_FILL, "the test must hold a row of each table"
    return youth


def erase(world, youth, key="ML_A", **how) -> Erasure | None:
    with as_worker():
        return erasure.erase(youth.pk, world.org(key).pk, by=world.user("paul").pk, reason="demande", **how)


def found_anywhere(*needles: str) -> dict[str, int]:
    """In which tables of the database one of these strings stands, in any column at all."""
    found = {}
    tables = rows(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    for (table,) in tables:
        for needle in needles:
            count = rows(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s", f"%{needle}%")[0][0]
            if count:
                found[table] = found.get(table, 0) + count
    return found


def on_disk() -> list[str]:
    folder = Path(settings.PRIVATE_FILES)
    return [
        path.name for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()
    ]


def identifiers(youth) -> list[str]:
    return erasure._identifiers(youth.pk)


def test_nothing_is_left_of_an_erased_youth_in_any_table(world, django_capture_on_commit_callbacks):
    youth = filled(world)
    with as_worker(), system_scope("test"):
        seals.seal()
    with as_owner():
        named = identifiers(youth)
        assert len(named) >= 6
        before = found_anywhere(CANARY, *named)
    assert {"youths_youth", "referrals_message", "notifications_notification"} <= set(before)
    assert any(table.startswith("core_change") for table in before)
    assert on_disk()
    with django_capture_on_commit_callbacks(execute=True):
        proof = erase(world, youth)
    with as_owner():
        assert found_anywhere(CANARY) == {}
        left = found_anywhere(*named)
        assert {table.rpartition("_20")[0] for table in left} <= {"core_auditentry"}, left
        assert [found.label for found in of_youths() if found.of(youth.pk).exists()] == []
    assert on_disk() == []
    assert proof.whole
    assert proof.counts["youths_youth"] == 1
    assert proof.counts["youths_privatenote"] == 1
    assert proof.counts["core_change"] > 5
    assert proof.record_hash == erasure.record_hash(youth.uuid)
    with as_owner():
        assert found_anywhere(proof.record_hash).keys() == {"youths_erasure"}


def test_the_seals_and_the_consistency_hold_after_an_erasure(world):
    youth = filled(world)
    with as_worker():
        summaries.refresh()
        seals.seal()
    erase(world, youth)
    with as_worker():
        summaries.refresh()
        seals.seal()
        with system_scope("test"):
            assert list(seals.verify()) == []
        breaches = [breach for _, found in consistency.run() for breach in found if not breach.warning]
    assert breaches == []


def test_the_figures_survive_the_people(world):
    youth = filled(world)
    with as_worker():
        summaries.refresh()
        with system_scope("test"):
            cells = list(
                SummaryCell.objects.order_by("pk").values("department", "programme", "sent", "outcome_known")
            )
    assert sum(cell["sent"] for cell in cells) == 1
    erase(world, youth)
    with as_worker():
        summaries.refresh()
        with system_scope("test"):
            assert not ReferralFact.objects.exists()
            # One row for each side; that of the Mission Locale counts for its territory.
            home, other = FoldedCount.objects.order_by("-home")
            for folded in (home, other):
                assert (folded.sent, folded.state, folded.outcome) == (1, "completed", "EMPLOI_DURABLE")
                assert folded.quarter.day == 1
                assert folded.quarter.month in (1, 4, 7, 10)
            assert (home.is_sender, other.is_sender) == (True, False)
            assert home.organisation_id != other.organisation_id
            left = FoldedExit.objects.get()
            assert (left.ended, left.known, left.positive_completed) == (1, 1, 1)
            after = SummaryCell.objects.order_by("pk").values(
                "department", "programme", "sent", "outcome_known"
            )
            assert list(after) == cells
            summaries.rebuild()
            assert list(after.all()) == cells


def test_another_youth_loses_nothing(world):
    youth, kim = filled(world), world.youth("kim")
    with as_owner():
        before = {found.label: found.of(kim.pk).count() for found in of_youths()}
    erase(world, youth)
    with as_owner():
        assert {found.label: found.of(kim.pk).count() for found in of_youths()} == before


def test_erasing_twice_is_erasing_once(world):
    youth = filled(world)
    assert erase(world, youth) is not None
    assert erase(world, youth) is None
    with as_owner():
        assert Erasure.objects.count() == 1


def test_a_referral_under_way_stands_in_the_way(world):
    youth = world.youth("yann")
    send(world)
    with pytest.raises(erasure.Hindered, match="orientation est en cours"):
        erase(world, youth)
    with as_owner():
        assert Youth.objects.filter(pk=youth.pk).exists()


def asked(youth, organisation, kind, state="ouverte") -> RightsRequest:
    settled = {} if state == "ouverte" else {"answer": "Répondu.", "answered_on": clock.today()}
    with as_owner():
        return RightsRequest.objects.create(
            youth=youth, organisation=organisation, kind=kind, channel="accueil", due_on=clock.today(), state=state,
            **settled,
        )  # fmt: skip


@pytest.mark.parametrize("state", ["refusee", "levee"])
def test_a_restriction_that_was_refused_or_lifted_stands_no_more(world, state):
    youth = world.youth("zoe")
    asked(youth, world.org("ML_A"), "limitation", state)
    assert erase(world, youth).whole


@pytest.mark.parametrize("state", ["ouverte", "satisfaite"])
def test_a_restriction_stands_in_the_way(world, state):
    youth = world.youth("yann")
    asked(youth, world.org("ML_A"), "limitation", state)
    with pytest.raises(erasure.Hindered, match="limitation"):
        erase(world, youth)


# --- Several organisations ----------------------------------------------------------------------------


def test_who_still_accompanies_keeps_the_record_without_the_part_of_the_other(world):
    youth = filled(world)
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).update(
            role="partner", ended_on=None, end_reason="", access_until=None
        )
    proof = erase(world, youth)
    assert not proof.whole
    assert "youths_youth" not in proof.counts
    with as_owner():
        left = Youth.objects.get(pk=youth.pk)
        assert left.held_by == world.org("RSMV")
        assert left.registered_with is None
        assert left.file_number == ""
        ml = world.org("ML_A").pk
        for found in of_youths():
            if found.own:
                assert not found.of(youth.pk).filter(found.named(ml)).exists(), found.label
        assert JournalEntry.objects.filter(youth=youth).exists()
    with acting_as(world.acting("alice")):
        assert not Youth.objects.filter(pk=youth.pk).exists()


def test_what_the_one_that_goes_had_proposed_or_taken_is_let_go(world):
    youth = filled(world)
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).update(
            role="partner", ended_on=None, end_reason="", access_until=None
        )
        taken = Obstacle.objects.create(
            youth=youth, category="Y", since=clock.today(), organisation=world.org("RSMV"), taken_by=world.org("ML_A")
        )  # fmt: skip
        proposed = Transfer.objects.get(youth=youth, state="propose")
        todo.open_task(
            transfers.KIND, subject_kind=transfers.SUBJECT, subject_id=proposed.pk, organisation_id=world.org("ML_C").pk,
            counterpart_id=None, user_id=None, due_on=clock.today(), awaited_on=clock.today(),
        )  # fmt: skip
    assert not erase(world, youth).whole
    with as_owner():
        proposed.refresh_from_db()
        assert proposed.state == "repris"
        assert not Task.objects.open().filter(kind=transfers.KIND).exists()
        taken.refresh_from_db()
        assert taken.taken_by == world.org("RSMV")
    with acting_as(world.acting("carla")), pytest.raises(Overtaken):
        transfers.accept(world.acting("carla"), proposed, lead_id=world.user("carla").pk, file_number="")


def test_a_partner_erases_its_part_and_the_mission_locale_keeps_hers(world):
    youth = filled(world)
    with as_owner():
        PrivateNote.objects.create(
            youth=youth, organisation=world.org("RSMV"), author=world.user("rita"), text="Du centre"
        )
        notes = PrivateNote.objects.filter(youth=youth).count()
    proof = erase(world, youth, "RSMV")
    assert not proof.whole
    with as_owner():
        assert PrivateNote.objects.filter(youth=youth).count() == notes - 1
        assert Youth.objects.get(pk=youth.pk).held_by == world.org("ML_A")
        assert not Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).exists()
    with acting_as(world.acting("rita")):
        assert not Youth.objects.filter(pk=youth.pk).exists()
    assert erase(world, youth, "RSMV") is None


def test_who_holds_nothing_erases_nothing(world):
    assert erase(world, world.youth("yann"), "ML_C") is None


# --- Wall 2 -------------------------------------------------------------------------------------------


def test_the_web_cannot_erase_nor_write_a_proof(world):
    youth = world.youth("yann")
    for statement, values in (
        ("SELECT tu_erase_youth(%s)", [youth.pk]),
        ("SELECT tu_erase_rows('youths_youth', ARRAY[%s]::bigint[], '{}')", [youth.pk]),
        (
            "INSERT INTO youths_erasure (uuid, organisation_id, at, reason, whole, counts, record_hash)"
            " VALUES (gen_random_uuid(), %s, now(), 'demande', true, '{}', '')",
            [world.org("ML_A").pk],
        ),
    ):
        with pytest.raises(DatabaseError), acting_as(world.acting("mona")), connection.cursor() as cursor:
            cursor.execute(statement, values)


def test_the_worker_erases_in_a_declared_scope_only(world):
    with pytest.raises(DatabaseError), as_worker(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tu_erase_youth(%s)", [world.youth("yann").pk])
