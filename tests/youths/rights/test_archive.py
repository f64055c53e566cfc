"""The archive of what an organisation holds of a youth: whole, in words, and of nobody else."""

import io
import json
import re
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

from django.urls import reverse

from core import clock
from core.marks import Marks
from core.models import AuditEntry
from core.scope import acting_as, system_scope
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act
from tests.referrals.test_loop import send as refer
from tests.youths.rights.requesting import page, received
from tests.youths.test_journal import accepted
from youths.models import Accompaniment, JournalEntry, Merge, Obstacle, PrivateNote, RightsRequest, Youth
from youths.rights import gathering, requests


def gathered(world, visit, run_outbox) -> tuple[RightsRequest, dict, bytes]:
    found = received(world, visit)
    assert visit("paul").post(page(found, "gather")).status_code == 302
    run_outbox()
    answer = visit("paul").get(page(found, "archive"))
    assert answer.status_code == 200
    with ZipFile(io.BytesIO(answer.content)) as archive:
        held = json.loads(archive.read("mes-donnees.json"))
        return found, held, archive.read("mes-donnees.pdf")


def test_the_archive_holds_all_that_the_organisation_holds(world, visit, run_outbox):
    accepted(world)
    youth = world.youth("yann")
    with as_owner():
        for key, name in (("ML_A", "alice"), ("RSMV", "rita")):
            PrivateNote.objects.create(
                youth=youth, organisation=world.org(key), author=world.user(name), text=f"Note de {key}"
            )
    visit("alice").get(reverse("youths:detail", args=[youth.uuid]))
    _, held, pdf = gathered(world, visit, run_outbox)
    said = json.dumps(held, ensure_ascii=False)
    assert pdf.startswith(b"%PDF")
    assert b"pdfuaid" in pdf
    assert youth.last_name in said
    assert "Note de ML_A" in said
    assert "Note de RSMV" not in said
    assert {"Orientation", "Accompagnement", "Accord du jeune"} <= {one["title"] for one in held["sections"]}
    assert held["trace"]
    assert set(held["trace"][0]) == {"date", "organisation", "purpose"}
    for name in ("alice", "rita", "paul"):
        person = world.user(name)
        assert person.last_name not in said
        assert person.email not in said


def test_the_archive_says_words_in_the_order_in_which_people_read(world, visit, run_outbox):
    referral = accepted(world)
    today = clock.today()
    act(world, "rita", referral, "start", started_on=today)
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=today)
    other = refer(world)
    act(world, "rita", other, "receive")
    act(world, "rita", other, "decline", reason="NON_RETENU_CAPACITE")
    with as_owner():
        Obstacle.objects.create(
            youth=world.youth("yann"), category="MOBILITE", since=today,
            organisation=world.org("ML_A"), taken_by=world.org("ML_A"),
        )  # fmt: skip
    _, held, _ = gathered(world, visit, run_outbox)
    codes = re.compile(r"[A-Z]+(_[A-Z]+)+|[a-z]+(_[a-z]+)+|\d+|[a-z]+ : \d+|.* n° \d+")
    english = {"send", "receive", "accept", "decline", "start", "complete", "sender", "recipient", "whole", "training",
               "smv", "jdc", "referral", "clock"}  # fmt: skip
    told = [(name, words) for part in held["sections"] for row in part["rows"] for name, words in row]
    coded = [
        pair for pair in told if codes.fullmatch(pair[1]) or english & set(re.findall(r"[\w]+", pair[1]))
    ]
    assert [pair for pair in coded if pair[0] not in ("niveau", "numéro", "jours ouvrés avant réponse")] == []
    assert ("envoyeur", world.org("ML_A").name) in told
    assert ("côté", "la structure destinataire") in told
    titles = [part["title"] for part in held["sections"]]
    assert titles[0] == "Jeune"
    wanted = ["Accompagnement", "Accord du jeune", "Frein", "Orientation", "Chiffres tirés d’une orientation"]
    assert [title for title in titles if title in wanted] == wanted
    assert titles[-1] == wanted[-1]


def test_a_partner_s_archive_holds_no_draft_and_no_note_of_the_other_side(world, visit, run_outbox):
    accepted(world)
    youth = world.youth("yann")
    with as_owner():
        PrivateNote.objects.create(
            youth=youth, organisation=world.org("ML_A"), author=world.user("alice"), text="Note de ML_A"
        )
    with as_owner():
        from referrals.models import Referral

        Referral.objects.filter(youth=youth).update(note="Brouillon caché", state="draft")
    with as_worker(), system_scope("test"):
        said = json.dumps(gathering.held_by(world.org("RSMV").pk, youth), ensure_ascii=False)
        own = json.dumps(gathering.held_by(world.org("ML_A").pk, youth), ensure_ascii=False)
    assert "Note de ML_A" not in said
    assert "Brouillon caché" not in said
    assert "Brouillon caché" in own


def held_by(world, key: str) -> str:
    with as_worker(), system_scope("test"):
        return json.dumps(gathering.held_by(world.org(key).pk, world.youth("yann")), ensure_ascii=False)


def test_a_partner_whose_access_is_over_hands_over_its_own_rows_alone(world):
    accepted(world)
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(phone="07 00 99 88 77", file_number="ML-777")
    assert "07 00 99 88 77" in held_by(world, "RSMV")
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(
            ended_on=clock.today(), end_reason="done", access_until=clock.now()
        )
        Accompaniment.objects.create(
            youth=world.youth("yann"),
            organisation=world.org("SMV_C"),
            professional=world.user("rose"),
            role="partner",
        )
    said = held_by(world, "RSMV")
    assert "Kermarrec" in said
    assert world.org("RSMV").name in said
    for word in ("07 00 99 88 77", "ML-777", world.org("SMV_C").name):
        assert word not in said


def test_who_is_solicited_is_told_of_itself_and_of_who_keeps_the_record(world):
    put(world, "received")
    with as_owner():
        Accompaniment.objects.create(
            youth=world.youth("yann"),
            organisation=world.org("SMV_C"),
            professional=world.user("rose"),
            role="partner",
        )
    said = held_by(world, "RSMV")
    assert world.org("SMV_C").name not in said
    assert world.org("ML_A").name in said
    assert world.org("SMV_C").name in held_by(world, "ML_A")


def test_who_is_solicited_is_told_neither_the_file_number_nor_the_last_contact(world):
    put(world, "received")
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            phone="07 00 99 88 77", file_number="ML-777", last_contact_on="2021-02-03"
        )
    said = held_by(world, "RSMV")
    assert "07 00 99 88 77" in said
    assert "ML-777" not in said
    assert "03/02/2021" not in said
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(role="partner")
    for key in ("RSMV", "ML_A"):
        assert "ML-777" in held_by(world, key)


def test_a_text_taken_back_is_handed_over_by_who_wrote_it_alone(world):
    youth = world.youth("yann")
    with as_owner():
        for words, taken_back in (("Texte qui reste", None), ("Texte retiré", clock.now())):
            JournalEntry.objects.create(
                youth=youth, organisation=world.org("RSMV"), author=world.user("rita"), kind="contact",
                happened_on=clock.today(), text=words, withdrawn_at=taken_back,
            )  # fmt: skip
    keeper, writer = held_by(world, "ML_A"), held_by(world, "RSMV")
    assert "Texte qui reste" in keeper
    assert "Texte retiré" not in keeper
    assert "Texte retiré" in writer


def test_the_trace_tells_of_the_records_that_were_merged(world):
    youth, merged = world.youth("yann"), uuid4()
    with as_owner():
        Merge.objects.create(
            youth=youth, merged_key=2**40, merged_uuid=merged, kind="merge", organisation=world.org("ML_A"),
            by=world.user("alice"),
        )  # fmt: skip
    marks = Marks()
    marks.read(world.acting("alice"), "youth", merged)
    with acting_as(world.acting("alice")):
        marks.write(marks.entries)
    with as_worker(), system_scope("test"):
        assert len(gathering.held_by(world.org("ML_A").pk, youth)["trace"]) == 1


def test_the_archive_goes_after_seven_days(
    world, visit, run_outbox, travel, tmp_path, django_capture_on_commit_callbacks
):
    found, _, _ = gathered(world, visit, run_outbox)
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    travel(clock.now() + timedelta(days=7, minutes=1))
    assert visit("paul").get(page(found, "archive")).status_code == 404
    with django_capture_on_commit_callbacks(execute=True), as_worker():
        assert requests.forget_archives() == 1
        assert requests.forget_archives() == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_handing_the_archive_over_leaves_a_line(world, visit, run_outbox):
    found, _, _ = gathered(world, visit, run_outbox)
    with as_owner():
        assert AuditEntry.objects.filter(kind="export", subject_uuid=found.uuid).count() == 1
