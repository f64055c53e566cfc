"""Committee packs: once each, whole, the same figures for the same day, for the members alone."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.documents import read
from core.models import Document
from core.scope import system_scope
from notifications.models import Notification
from partners.models import CommitteeAction, Organisation
from referrals.models import Outcome
from reporting import facts, summaries, tasks
from reporting.measures.judges import TOO_FEW
from reporting.models import CommitteePack
from reporting.packs import producing
from reporting.packs.data import build
from reporting.rendering.data import data_hash
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import act, send
from tests.reporting.conftest import NOW, counted, named_in

TODAY = NOW.date()
DUE = TODAY + timedelta(days=settings.PACK_LEAD_DAYS)
OLD = NOW - timedelta(days=90)


class Killed(BaseException):
    """Stands for the signal that nothing catches."""


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path / "documents"
    return settings.PRIVATE_FILES


@pytest.fixture
def figures(story, now):
    story(12, "completed", sent_at=OLD)
    story(8, "declined", sent_at=OLD)
    story(6, "silent", sent_at=OLD)
    story(7, "dropped_out", outcome="SANS_SOLUTION", sent_at=OLD)
    story(3, "started", sender="ML_C", recipient="SMV_C", sent_at=OLD)


@pytest.fixture
def other_schemes(story, now):
    """In both regions, youths of a scheme that no convention is about."""
    story(6, "declined", sent_at=OLD, programme="pmsmp")
    story(6, "declined", sent_at=OLD, programme="pmsmp", sender="ML_C", recipient="SMV_C")
    with as_worker():
        summaries.rebuild()


def run(today=None):
    with as_worker():
        return producing.prepare_due(today)


def all_packs():
    with as_owner():
        return list(
            CommitteePack.objects.select_related("meeting__committee__convention", "pdf", "xlsx").order_by(
                "pk"
            )
        )


def in_system(function, *args, **kwargs):
    with as_worker(), system_scope("test"):
        return function(*args, **kwargs)


# --- When -----------------------------------------------------------------------------------------


def test_a_meeting_gets_its_pack_on_the_due_day_and_once(meeting, figures):
    meeting(DUE + timedelta(days=1))
    assert run() == 0
    assert run(TODAY + timedelta(days=1)) == 1
    assert run(TODAY + timedelta(days=1)) == run(TODAY + timedelta(days=2)) == 0
    (pack,) = all_packs()
    assert pack.status == "ready"
    assert not pack.late
    assert pack.figures_on == TODAY
    assert pack.version == 1


def test_missed_meetings_are_caught_up_once_and_marked(meeting, figures):
    """Beat was off over three due days: three packs, once each, late, with the figures of their own day."""
    days = [TODAY - timedelta(days=20), TODAY + timedelta(days=3), TODAY + timedelta(days=9)]
    for day in days:
        meeting(day)
    meeting(TODAY - timedelta(days=producing.CATCH_UP_DAYS + 1))
    meeting(TODAY + timedelta(days=4), cancelled=True)
    assert run() == 3
    assert run() == 0
    found = all_packs()
    assert [pack.meeting.held_on for pack in found] == days
    assert all(pack.late for pack in found)
    assert [pack.figures_on for pack in found] == [day - timedelta(days=16) for day in days]
    # The second compares itself with the first.
    assert found[0].data["previous_pack"] is None
    assert found[1].data["previous_pack"] == {"date": days[0].isoformat(), "version": 1}


def test_the_celery_task_prepares(meeting, figures):
    meeting(DUE)
    with as_worker():
        assert tasks.prepare_packs.delay().get() == 1


def test_one_pack_that_cannot_be_made_does_not_stop_the_others(meeting, figures, monkeypatch, caplog):
    meeting(DUE - timedelta(days=1))
    meeting(DUE)
    broken, build_data = DUE - timedelta(days=1), producing.build

    def build_some(pack, **kwargs):
        if pack.meeting.held_on == broken:
            raise ValueError("broken")
        return build_data(pack, **kwargs)

    monkeypatch.setattr(producing, "build", build_some)
    assert run() == 1
    assert "was not prepared" in caplog.text
    monkeypatch.undo()
    assert run() == 1


# --- Whole ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", producing.STEPS)
def test_a_worker_killed_at_any_step_leaves_one_whole_pack(
    meeting, figures, monkeypatch, private_files, step
):
    meeting(DUE)

    def kill(name):
        if name == f"pack:{step}":
            raise Killed

    monkeypatch.setattr(producing, "checkpoint", kill)
    with pytest.raises(Killed):
        run()
    monkeypatch.undo()
    assert all(pack.status == "preparing" for pack in all_packs())
    with as_owner():
        assert not Notification.objects.exists()
    assert run() == 1
    (pack,) = all_packs()
    assert pack.status == "ready"
    with as_owner():
        assert {document.pk for document in Document.objects.order_by("pk")} == {pack.pdf_id, pack.xlsx_id}
        assert Notification.objects.count() == 1
        assert read(pack.pdf).startswith(b"%PDF")
        assert read(pack.xlsx).startswith(b"PK")


def test_files_without_a_row_are_swept_when_they_are_old(meeting, figures, private_files):
    meeting(DUE)
    run()
    orphan, fresh = private_files / "ab" / ("a" * 32), private_files / "ab" / ".b"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    for file in (orphan, fresh):
        file.write_bytes(b"x")
    old = (NOW - timedelta(hours=2)).timestamp()
    os.utime(orphan, (old, old))
    (pack,) = all_packs()
    os.utime(private_files / pack.pdf.path, (old, old))
    with as_worker():
        assert producing.sweep() == 0  # swept less than an hour ago
        assert producing.sweep(at_once=True) == 1
    assert not orphan.exists()
    assert fresh.exists()
    assert Path(private_files / pack.pdf.path).exists()


# --- The same figures -----------------------------------------------------------------------------


def test_the_same_day_gives_the_same_figures_whatever_happens_next(meeting, figures, story, travel, world):
    travel(NOW - timedelta(days=30))
    sent = [send(world) for _ in range(5)]
    travel(NOW)
    meeting(DUE)
    run()
    (pack,) = all_packs()
    assert {row["code"]: row["count"] for row in pack.data["stages"]["rows"]}["unanswered"] == 11
    # Later: some of them are answered, one starts and drops out, new ones are sent.
    travel(NOW + timedelta(days=2))
    for referral in sent[:2]:
        act(world, "rosa", referral, "receive")
        act(world, "rosa", referral, "accept")
    act(world, "rosa", sent[0], "start", started_on=clock.today())
    act(world, "rosa", sent[0], "drop_out", reason="ABSENCE", outcome="SANS_SOLUTION", ended_on=clock.today())
    send(world)
    story(9, "completed", sent_at=NOW + timedelta(hours=1), step=timedelta(hours=1))
    travel(NOW + timedelta(days=10))
    assert data_hash(in_system(build, pack)) == pack.data_hash
    with as_worker():
        assert producing.regenerate(pack) is None


def test_regenerated_it_has_the_same_hash_and_the_same_bytes(meeting, figures, travel):
    meeting(DUE)
    run()
    (pack,) = all_packs()
    travel(NOW + timedelta(days=30))
    assert data_hash(in_system(build, pack)) == pack.data_hash
    with as_owner():
        assert producing.render_pdf(pack.data) == read(pack.pdf)
        assert producing.render_xlsx(pack.data) == read(pack.xlsx)
    with as_worker():
        assert producing.regenerate(pack) is None


def test_what_goes_on_after_the_day_does_not_count(meeting, now, story):
    # Sent, received, accepted, then started after the day of the figures.
    story(6, "started", sent_at=NOW - timedelta(days=5))
    meeting(DUE)
    run()
    (pack,) = all_packs()
    assert {row["code"]: row["count"] for row in pack.data["stages"]["rows"]}["not_started"] == 6


def test_a_corrected_outcome_makes_a_version_that_says_so(meeting, figures):
    meeting(DUE)
    run()
    (first,) = all_packs()
    with as_owner():
        outcomes = list(Outcome.objects.filter(code="EMPLOI_DURABLE").order_by("pk")[:6])
        Outcome.objects.filter(pk__in=[one.pk for one in outcomes]).update(code="FORMATION")
        facts.mend([one.referral_id for one in outcomes])
    with as_worker():
        second = producing.regenerate(first)
        assert producing.advance(second.pk)
    assert second.version == 2
    assert second.data["meeting"]["correction"] == "Ont changé depuis la version 1 : 2 chiffres."
    moved = {
        (row["section"], row["label"]): (row["before"], row["after"])
        for row in second.data["changes"]["figures"]
    }
    assert set(moved.values()) == {("12", "6"), ("0", "6")}
    assert moved["Devenirs", "Emploi durable (CDI, CDD de 6 mois ou plus) (menées à terme)"] == ("12", "6")
    assert {section for section, _ in moved} == {"Devenirs"}
    (_, second) = all_packs()
    assert second.status == "ready"
    assert second.pdf_id != first.pdf_id
    with as_owner():
        first.refresh_from_db()
        assert first.data["meeting"]["version"] == 1
        assert Notification.objects.count() == 2


# --- What it says ---------------------------------------------------------------------------------


def _act(meeting, wording: str, **fields) -> None:
    with as_owner():
        CommitteeAction.objects.create(
            committee=meeting.committee, meeting=meeting, wording=wording,
            organisation=Organisation.objects.get(key="RSMV"), **{"due_on": TODAY} | fields,
        )  # fmt: skip


def test_the_figures_are_those_of_the_events(meeting, figures, other_schemes):
    earlier = meeting(
        TODAY - timedelta(days=120), decisions="Désigner un référent par centre.\n\nÉcrire à agent@exemple.fr"
    )
    _act(earlier, "Relancer les centres", due_on=TODAY + timedelta(days=30))
    _act(earlier, "Écrire aux régions", due_on=TODAY - timedelta(days=30))
    _act(earlier, "Faite avant", closed_on=TODAY - timedelta(days=90), state="fait", closing_note="Faite.")
    # Closed since the day of the figures: it was open on that day, and stays in the pack whenever it is made.
    _act(earlier, "Faite depuis", closed_on=TODAY, state="fait", closing_note="Faite.")
    meeting(DUE, agenda="Point d’étape\nBilan")
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_fictitious=True)
    assert run() == 1
    data = all_packs()[-1].data
    assert data["agenda"] == ["Point d’étape", "Bilan"]
    carried = [(decision["text"], decision["owner"]) for decision in data["decisions"][:3]]
    assert carried == [
        ("Écrire aux régions", "3e RSMV de La Rochelle"),
        ("Faite depuis", "3e RSMV de La Rochelle"),
        ("Relancer les centres", "3e RSMV de La Rochelle"),
    ]
    assert data["decisions"][0]["due"] == (TODAY - timedelta(days=30)).isoformat()
    assert [decision["text"] for decision in data["decisions"][3:]] == [
        "Désigner un référent par centre.", "Écrire à [coordonnées retirées]"
    ]  # fmt: skip
    assert data["meeting"]["fictitious"]
    assert data["regions"]["rows"][0]["label"] == "Bretagne"
    # Three youths in Bretagne: hidden, with what would tell them.
    assert data["regions"]["rows"][0]["cells"][3] is None
    assert data["regions"]["rows"][0]["total"] is None
    assert data["journey"][0] == {"code": "sent", "label": "Envoyées", "count": 36}
    outcomes = {row["code"]: row["count"] for row in data["outcomes"]["rows"]}
    assert outcomes == {"completed/EMPLOI_DURABLE": 12, "interrupted/SANS_SOLUTION": None}
    assert {"code": "answered", "label": "Avec une réponse", "count": 30} in data["journey"]
    assert data["commitments"][0]["figures"].startswith("30 réponses pour 36 orientations")
    # Those who ended are hidden with the three: neither a figure nor a verdict tells how many had no solution.
    assert {"code": "ended", "label": "Terminées ou interrompues", "count": None} in data["journey"]
    assert data["commitments"][1]["figures"] == TOO_FEW
    known = [(one["state"], one["value"]) for one in data["indicators"] if one["code"] == "outcome_known"]
    assert known == [("hidden", None)]
    statuses = [(promise["measure"], promise["status"]) for promise in data["commitments"]]
    assert statuses == [
        ("Part des orientations avec une réponse", "en cours"),
        ("Retours des jeunes sortis sans solution", "non mesurable"),
        ("Réunions du comité de suivi", "tenu"),
        ("Sur pièces", "non mesurable"),
    ]
    assert data["coverage"] == [
        {
            "label": "Structures locales des réseaux signataires qui ont désigné un référent",
            "covered": 2,
            "total": 4,
        }
    ]


def test_territories_with_nothing_but_schemes_that_have_packs_are_told_together(meeting, figures):
    """All that the dashboards count there is in a pack: less that pack, nothing would be left to hide anybody in."""
    meeting(DUE)
    run()
    table = all_packs()[-1].data["regions"]
    (row,) = table["rows"]
    assert (row["label"], row["total"], table["total"]) == ("Régions non distinguées", 36, 36)
    assert row["cells"] == table["totals"]


def test_nobody_is_named(meeting, figures):
    meeting(DUE)
    run()
    (pack,) = all_packs()
    with as_owner():
        book = openpyxl.load_workbook(BytesIO(read(pack.xlsx)))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    texts.append(str(pack.data))
    assert not named_in(" ".join(texts))
    assert not any(name in text for text in texts for name in ("Alice", "Rita"))


def test_the_pdf_is_tagged_and_speaks_french(meeting, figures):
    meeting(DUE)
    run()
    (pack,) = all_packs()
    with as_owner():
        content = read(pack.pdf)
    with pikepdf.open(BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("fr")
        assert "/StructTreeRoot" in pdf.Root
        found, todo = [], [pdf.Root.StructTreeRoot]
        while todo:
            node = todo.pop()
            if isinstance(node, pikepdf.Array):
                todo += list(node)
            elif isinstance(node, pikepdf.Dictionary):
                if node.get("/S") == "/Figure":
                    found.append(node)
                if "/K" in node:
                    todo.append(node["/K"])
        assert found
        assert all(str(figure.get("/Alt", "")) for figure in found)


def test_a_country_where_nothing_happened(meeting, now):
    meeting(DUE)
    assert run() == 1
    (pack,) = all_packs()
    assert pack.data["stages"]["total"] == 0
    assert pack.data["outcomes"] == {"rows": [], "total": 0}


def test_the_members_are_told_once_without_a_name(meeting, figures, run_outbox, world):
    meeting(DUE)
    run()
    run_outbox()
    (message,) = mail.outbox
    assert message.to == ["nadia@portail.example"]
    assert "Le dossier du comité du" in message.body
    assert "/comites/" in message.body


# --- Who ------------------------------------------------------------------------------------------


@pytest.fixture
def pack(meeting, figures):
    meeting(DUE)
    run()
    return all_packs()[0]


def addresses(pack):
    return [f"/comites/dossiers/{pack.uuid}/{kind}" for kind in ("", "pdf/", "xlsx/")]


def test_staff_and_managers_of_the_networks_open_it(visit, pack):
    for name in ("nadia", "regis", "mona", "rosa", "carla"):
        page, pdf, xlsx = (visit(name).get(address) for address in addresses(pack))
        assert "Situations des jeunes" in page.content.decode()
        assert pdf.headers["Content-Type"] == "application/pdf"
        expected = f'attachment; filename="dossier-unml-smv-2019-{pack.meeting.held_on}.pdf"'
        assert pdf.headers["Content-Disposition"] == expected
        assert xlsx.content.startswith(b"PK")
        assert not named_in(page.content.decode())


def test_the_others_are_refused(visit, pack):
    for name in ("charlie", "alice", "rita", "paul"):
        for address in addresses(pack):
            assert visit(name).get(address).status_code == 403
        listed = visit(name).get("/comites/").content.decode()
        assert "Comité de suivi UNML – SMV" in listed
        assert str(pack.uuid) not in listed


def test_a_network_that_is_no_party_finds_nothing(visit, pack, convention):
    with as_owner():
        convention.parties.filter(organisation__key="UNML").update(
            left_on=TODAY - timedelta(days=1), exit_reason="Retrait"
        )
    for name in ("nadia", "mona"):
        assert visit(name).get(addresses(pack)[0]).status_code == 404
    assert visit("rosa").get(addresses(pack)[0]).status_code == 200
    assert "Aucun comité pour votre réseau" in visit("nadia").get("/comites/").content.decode()


def test_a_bad_address_is_404(visit, pack):
    for address in (
        "/comites/dossiers/pas-un-uuid/",
        f"{addresses(pack)[0]}exe/",
        addresses(pack)[0].replace("-", "0", 1),
    ):
        assert visit("nadia").get(address).status_code == 404


def test_a_document_that_leaves_and_a_refusal_are_in_the_trail(visit, pack, world):
    from core.models import AuditEntry

    visit("nadia").get(addresses(pack)[1])
    visit("charlie").get(addresses(pack)[0])
    with as_owner():
        trail = [
            (line.kind, line.subject_kind, line.subject_uuid)
            for line in AuditEntry.objects.order_by("at", "id")
        ]
    assert sorted(trail) == sorted([("export", "pack", pack.uuid), ("denied", "pack", pack.uuid)])


def test_the_list_shows_where_each_pack_stands(visit, pack, meeting):
    meeting(DUE + timedelta(days=200))
    page = visit("regis").get("/comites/").content.decode()
    assert f"/comites/dossiers/{pack.uuid}/" in page
    assert "Puis le" in page
    assert "Préparer maintenant" not in page
    assert "Vérifier et corriger" in visit("nadia").get("/comites/").content.decode()


# --- On demand ------------------------------------------------------------------------------------


def test_national_staff_ask_and_the_worker_prepares(visit, meeting, figures, travel):
    asked = meeting(DUE + timedelta(days=60))
    address = f"/comites/reunions/{asked.uuid}/preparer/"
    client = visit("nadia")
    assert "chiffres de la veille" in client.get(address).content.decode()
    with as_owner():
        assert not CommitteePack.objects.exists()  # to look is not to ask
    for _ in range(2):
        # A double click is one pack, whose page says where it is.
        answer = client.post(address)
    (pack,) = all_packs()
    assert answer["Location"] == addresses(pack)[0]
    assert (pack.status, pack.figures_on, pack.late) == ("preparing", TODAY - timedelta(days=1), False)
    page = client.get(addresses(pack)[0]).content.decode()
    assert page.count("Fait</span>") == 1
    assert 'hx-trigger="every 4s"' in page
    assert "Actualiser la page" in page
    assert run() == 1
    polled = client.get(addresses(pack)[0], headers={"HX-Request": "true"})
    assert polled["HX-Refresh"] == "true"
    # Asked again, nothing has changed: the pack stays as it is, and its page says that somebody looked.
    travel(NOW + timedelta(minutes=5))
    client.post(address)
    assert "Vérification demandée" in client.get(addresses(pack)[0]).content.decode()
    assert run() == 0
    assert len(all_packs()) == 1
    assert "rien n’a changé" in client.get(addresses(pack)[0]).content.decode()
    assert run() == 0


def test_what_could_not_be_made_says_so_and_is_tried_again(visit, meeting, figures, monkeypatch):
    meeting(DUE)
    monkeypatch.setattr(producing, "render_pdf", lambda data: 1 / 0)
    assert run() == 0
    (pack,) = all_packs()
    page = visit("nadia").get(addresses(pack)[0]).content.decode()
    assert "Une étape n’a pas abouti" in page
    assert page.count("Fait</span>") == 2
    monkeypatch.undo()
    assert run() == 1
    assert all_packs()[0].failed_at is None


def test_the_others_may_not_ask(visit, meeting, now):
    address = f"/comites/reunions/{meeting(DUE).uuid}/preparer/"
    for name in ("regis", "mona", "alice"):
        assert visit(name).post(address).status_code == 403
    assert (
        visit("nadia").get("/comites/reunions/00000000-0000-4000-8000-000000000000/preparer/").status_code
        == 404
    )


def test_a_pack_in_preparation_says_so(visit, meeting, figures):
    found = meeting(DUE)
    with as_worker():
        producing.claim(found)
    (pack,) = all_packs()
    page = visit("nadia").get(addresses(pack)[0]).content.decode()
    assert "En préparation" in page
    assert visit("nadia").get(addresses(pack)[1]).status_code == 404
    assert "En préparation" in visit("nadia").get("/comites/").content.decode()
    # A list stays a list for who hears it: its place announces, not the list.
    assert '<div role="status"><ol>' in page


# --- Small counts ---------------------------------------------------------------------------------


def test_one_list_does_not_tell_what_another_hides(meeting, now, story):
    """Two youths in training are hidden with the unknown ones: the share of known outcomes is too."""
    story(40, "completed", sent_at=OLD)
    story(2, "completed", outcome="FORMATION", sent_at=OLD)
    story(10, "completed", outcome="INCONNU", sent_at=OLD)
    meeting(DUE)
    run()
    (pack,) = all_packs()
    outcomes = {row["code"]: row["count"] for row in pack.data["outcomes"]["rows"]}
    assert outcomes == {
        "completed/EMPLOI_DURABLE": 40, "completed/FORMATION": None, "completed/INCONNU": None
    }  # fmt: skip
    journey = {step["code"]: step["count"] for step in pack.data["journey"]}
    assert (journey["ended"], journey["outcome_known"]) == (52, None)
    states = {indicator["code"]: indicator["state"] for indicator in pack.data["indicators"]}
    assert states["outcome_known"] == "hidden"
    assert states["completed"] == "known"


def test_the_pages_cost_few_queries_whatever_the_number_of_meetings(visit, pack, meeting):
    for months in range(1, 6):
        meeting(DUE + timedelta(days=40 * months))
    for name in ("nadia", "regis", "mona"):
        client = visit(name)
        for address, budget in (("/comites/", 8), (f"/comites/dossiers/{pack.uuid}/", 10)):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            assert len(counted(captured)) <= budget, counted(captured)
