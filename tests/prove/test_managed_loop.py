"""The founding loop on managed servers: PostgreSQL 15, Redis, gunicorn, a worker and beat, over HTTP.

The same code as the demo, with each process under its own login. Alice sends three youths to Rita's centre; one
finishes, one is found unfit, one drops out and comes back. Then what must follow is looked at from every side.
"""

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pikepdf
import pytest

from core import clock
from tests.infra.servers import wait_for
from tests.prove.managed import DATABASE, Site, installed
from tests.prove.seeding import PER_STAGE
from tests.prove.visitor import Page, Visitor

pytestmark = [pytest.mark.prove, pytest.mark.alone]

REFERRAL = r"/orientations/[0-9a-f-]{36}/"
NAMES = ("Kermarrec", "Yann", "Trévidic", "Le Goff", "Épreuve")


@dataclass
class Loop:
    """Where the walk has been: the addresses of the referrals, and the people still signed in."""

    alice: Visitor
    rita: Visitor
    completed: str
    declined: str
    dropped: str
    back: str


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with installed("--world", "--history", "--meeting", "15") as started:
        started.start_worker()
        started.start_beat()
        started.start_web()
        yield started


def _find(alice: Visitor, typed: str) -> str:
    """The record of a youth, by the search of the header."""
    found = alice.submit(alice.get("/"), "/jeunes/recherche/", q=typed)
    # The address also says from which list the record is opened.
    return found.link(r"/jeunes/[0-9a-f-]{36}/[?]liste=recherche").split("/")[2]


def _create(alice: Visitor, first: str, last: str, birth: str) -> str:
    page = alice.get("/jeunes/nouveau/")
    values = {
        "first_name": first,
        "last_name": last,
        "birth_date": birth,
        "municipality": "17000 La Rochelle",
    }
    page = alice.submit(page, "/jeunes/nouveau/", **values)
    assert "Le dossier est créé" in page.text
    return page.path.split("/")[2]


def _send(alice: Visitor, youth: str) -> str:
    """Choose the SMV for a youth, record the agreement, send; the address of the referral."""
    choose = alice.get(f"/orientations/nouvelle/?jeune={youth}")
    assert "Service militaire volontaire" in choose.text
    page = alice.get(f"/orientations/nouvelle/{choose.link(r'[?]jeune=[^"]+dispositif=smv')}")
    centre = re.search(r'<option value="(\d+)"[^>]*>3e RSMV', page.html)
    assert centre
    sent = alice.submit(
        page,
        "dispositif=smv",
        recipient=centre[1],
        p_nationalite_francaise="oui",
        p_residence="metropole",
        p_jdc="oui",
        agreed="on",
        informed="read_aloud",
        channel="face_to_face",
        covers_return="on",
        note="Motivé.",
    )
    assert "L’orientation est envoyée." in sent.text
    return sent.path


def _done(page: Page) -> Page:
    assert page.status == 200
    assert "C’est enregistré" in page.text, page.text[:1500]
    return page


@pytest.fixture(scope="module")
def loop(site: Site) -> Loop:
    """The walk itself."""
    today = clock.today()
    wrong = site.visitor()
    refused = wrong.submit(
        wrong.get("/connexion/"), "/connexion/", username="alice@portail.example", password="ce n’est pas lui"
    )
    assert "Adresse ou mot de passe incorrect" in refused.text
    alice, rita = site.as_("alice"), site.as_("rita")
    completed = _send(alice, _find(alice, "kermar"))

    assert "Yann Kermarrec" in rita.get("/").text
    opened = rita.get(completed)
    assert "Yann Kermarrec" in opened.text
    _done(rita.act(completed, "ask_info", question="A-t-il fait sa JDC ?"))
    assert "Un complément vous est demandé" in alice.get("/?groupe=complete").text
    assert "A-t-il fait sa JDC ?" in alice.get(completed).text
    _done(alice.act(completed, "answer_info", answer="Oui, en 2023."))
    _done(rita.act(completed, "accept", planned_on=(today + timedelta(days=20)).isoformat()))
    _done(rita.act(completed, "start", started_on=today.isoformat()))
    _done(rita.act(completed, "complete", outcome="EMPLOI_DURABLE", ended_on=today.isoformat()))
    assert "Emploi durable" in alice.get(completed).text
    _done(alice.act(completed, "acknowledge"))

    declined = _send(alice, _create(alice, "Gaël", "Trévidic", "2004-09-01"))
    rita.get(declined)
    _done(rita.act(declined, "decline", reason="INAPTE_MEDICAL"))
    home = alice.get("/?groupe=todo").text
    assert "Gaël Trévidic À rebondir : une autre solution est à chercher avec le jeune" in home
    assert "napte" not in home
    assert "Proposer ailleurs" in alice.get(declined).text

    dropped = _send(alice, _create(alice, "Erwan", "Le Goff", "2005-02-11"))
    rita.get(dropped)
    _done(rita.act(dropped, "accept"))
    _done(rita.act(dropped, "start", started_on=today.isoformat()))
    _done(
        rita.act(
            dropped,
            "drop_out",
            reason="DENONCIATION_VOLONTAIRE",
            outcome="SANS_SOLUTION",
            ended_on=today.isoformat(),
        )
    )
    received = alice.get("/orientations/?onglet=received")
    assert "Erwan Le Goff" in received.text
    back = received.link(REFERRAL)
    assert "suite d’une première orientation" in alice.get(back).text
    return Loop(alice, rita, completed, declined, dropped, back)


def _state(site: Site, address: str) -> str:
    return site.one("SELECT state FROM referrals_referral WHERE uuid = %s", address.split("/")[2])


def test_the_loop_is_closed(site: Site, loop: Loop) -> None:
    assert _state(site, loop.completed) == "completed"
    assert _state(site, loop.declined) == "declined"
    assert _state(site, loop.dropped) == "dropped_out"
    assert _state(site, loop.back) == "received"
    story = loop.alice.get(loop.completed).text
    for words in ("Oui, en 2023.", "Emploi durable", "Motivé."):
        assert words in story


def test_what_happened_in_between_is_refused_with_409(site: Site, loop: Loop) -> None:
    """A page read before somebody else acted cannot act any more."""
    page = loop.alice.get(loop.back)
    other = loop.alice.again()
    _done(other.act(loop.back, "accept"))
    late = loop.alice.submit(page, "/action/accept/")
    assert late.status == 409
    assert "Quelqu’un a agi juste avant vous" in late.text


def test_strangers_get_nothing(site: Site, loop: Loop) -> None:
    for name in ("charlie", "regis", "nadia", "adam"):
        page = site.as_(name).get(loop.completed)
        assert page.status in (403, 404)
        assert "Kermarrec" not in page.text
    assert site.visitor().get(loop.completed).path.startswith("/connexion/")


def test_the_notifications_tell_what_moved_without_a_name(site: Site, loop: Loop) -> None:
    text = loop.alice.get("/notifications/").text
    for words in (
        "demande un complément",
        "a accepté une orientation",
        "confirme un démarrage",
        "a déclaré la fin d’un parcours",
        "n’a pas retenu une orientation",
        "signale une interruption",
    ):
        assert words in text
    assert not any(name in text for name in NAMES)


def test_the_clock_reminds_and_escalates_once(site: Site, loop: Loop) -> None:
    """The referrals of a month ago: beat asked the clock, the worker reminded; later runs add nothing."""
    silent = "SELECT count(*) FROM referrals_reminder WHERE kind = 'due' AND late"
    site.wait(silent, 3 * PER_STAGE, 120)
    # Silent ones are not old enough for an escalation; unread exits are.
    assert site.one("SELECT count(*) FROM referrals_reminder WHERE kind = 'escalated'") == 2 * PER_STAGE
    assert "Rappel" in loop.rita.get("/notifications/").text
    assert "Sans nouvelles" in site.as_("mona").get("/notifications/").text


def test_each_mail_is_received_once_and_names_nobody(site: Site, loop: Loop) -> None:
    site.wait_delivered()
    assert site.mails.counted() == site.expected_mails()
    assert {mail.to.split("@")[0] for mail in site.mails.mails} >= {"alice", "rita", "sam"}
    everything = " ".join(mail.subject + mail.body for mail in site.mails.mails)
    assert not any(word in everything for word in (*NAMES, "napte"))


def _journey(page: Page) -> dict[str, str]:
    """The table under the chart of the dashboard: stage, count."""
    chart = page.html.partition('class="chart-table"')[2].partition("</table>")[0]
    return dict(re.findall(r'<th scope="row">([^<]+)</th><td class="num">([^<]+)</td>', chart))


def test_the_dashboards_count_without_names(site: Site, loop: Loop) -> None:
    site.wait("SELECT count(*) FROM reporting_dirtycell", 0, 60)
    [expected] = site.rows(
        "SELECT count(*), count(*) FILTER (WHERE answered), count(*) FILTER (WHERE accepted),"
        " count(*) FILTER (WHERE started) FROM reporting_referralfact WHERE region_id = '75'"
    )
    assert expected[0] == 4 * PER_STAGE + 4
    nadia = site.as_("nadia")
    nadia.submit(nadia.get("/tableau-de-bord/"), "/tableau-de-bord/actualiser/")
    site.wait(
        "SELECT count(*) FROM core_outboxmessage WHERE kind = 'figures.publish' AND done_at IS NULL", 0, 60
    )
    site.wait("SELECT count(*) FROM reporting_edition WHERE made_at IS NULL", 0, 120)
    for name in ("regis", "nadia"):
        page = site.as_(name).get("/tableau-de-bord/")
        assert page.status == 200
        counts = [int(value) for value in list(_journey(page).values())[:4]]
        assert counts == list(expected), page.text
        assert not any(word in page.text for word in (*NAMES, "napte"))
    assert "Nouvelle-Aquitaine" in page.text


def test_the_committee_pack_is_prepared_by_beat(site: Site, loop: Loop) -> None:
    site.wait("SELECT count(*) FROM reporting_committeepack WHERE status = 'ready'", 1, 120)
    [(uuid, late, figures_on)] = site.rows("SELECT uuid, late, figures_on FROM reporting_committeepack")
    assert not late
    assert figures_on == clock.today() - timedelta(days=1)
    nadia = site.as_("nadia")
    page = nadia.get(nadia.get("/comites/").link(rf"/comites/dossiers/{uuid}/"))
    assert page.status == 200
    assert not any(word in page.text for word in (*NAMES, "napte"))
    answer = nadia.get(page.link(rf"/comites/dossiers/{uuid}/pdf/"))
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        catalogue: Any = pdf.Root
        assert bool(catalogue.MarkInfo.Marked)
        assert str(catalogue.Lang).startswith("fr")
        assert "/StructTreeRoot" in catalogue
    workbook = nadia.get(page.link(rf"/comites/dossiers/{uuid}/xlsx/"))
    assert zipfile.ZipFile(io.BytesIO(workbook.content)).testzip() is None
    assert loop.alice.get(f"/comites/dossiers/{uuid}/pdf/").status == 403


def test_the_site_is_ready(site: Site, loop: Loop) -> None:
    wait_for(lambda: site.health()["status"] == "ok", 90, "ready")
    assert set(site.health()["checks"].values()) == {"ok"}


def test_each_process_has_its_own_login(site: Site, loop: Loop) -> None:
    rows = site.rows(
        "SELECT DISTINCT application_name, usename FROM pg_stat_activity WHERE application_name LIKE 'portal-%%'"
    )
    assert set(rows) <= {("portal-app", "tu_app"), ("portal-worker", "tu_worker")}


def test_the_doors_of_the_demo_do_not_exist(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.get("/connexion/")
    assert "démonstration" not in page.text
    assert visitor.get("/connexion/demonstration/").status == 404
    values = page.form("/connexion/").values | {"email": "alice@portail.example"}
    assert visitor.post("/connexion/demonstration/", values, referer="/connexion/").status == 404


def test_the_production_settings_are_clean(site: Site) -> None:
    site.done("manage.py", "check", "--deploy", "--fail-level", "WARNING", login="app")


def test_the_data_are_consistent(site: Site, loop: Loop) -> None:
    site.wait("SELECT count(*) FROM reporting_dirtycell", 0, 60)
    for login in ("worker", "owner"):
        result = site.run("manage.py", "check_consistency", login=login)
        assert result.returncode == 0, result.stdout + result.stderr


def test_a_backup_holds_everything_and_can_be_restored(site: Site, loop: Loop) -> None:
    """The exercise of ``docs/exploitation.md``, on the same server: dump, empty database, restore, audit."""
    refused = site.backup("--file=/dev/null")
    assert refused.returncode != 0
    assert "row" in refused.stderr
    archive = site.var / "portal.dump"
    dumped = site.backup("--format=custom", "--enable-row-security", f"--file={archive}")
    assert dumped.returncode == 0, dumped.stderr
    copy = f"{DATABASE}_restored"
    site.postgres.execute(f"CREATE DATABASE {copy} OWNER tu_owner TEMPLATE template0 ENCODING 'UTF8'")
    started = time.monotonic()
    site.restore(archive, copy)
    result = site.run(
        "manage.py", "check_consistency", DATABASE_OWNER_URL=site.postgres.url("tu_owner", copy)
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert time.monotonic() - started < 15 * 60
    for table in ("youths_youth", "referrals_referral", "referrals_referralevent", "core_auditentry"):
        [(there,)] = site.postgres.execute(f"SELECT count(*) FROM {table}", copy)
        # The trail goes on growing meanwhile.
        assert 0 < there <= site.one(f"SELECT count(*) FROM {table}")
    [(name,)] = site.postgres.execute("SELECT last_name FROM youths_youth WHERE first_name = 'Yann'", copy)
    assert name == "Kermarrec"


def test_nothing_unforeseen_happened(site: Site, loop: Loop) -> None:
    site.assert_no_error("web", "worker", "beat")
