"""What a committee reads: corrections shown, contributions, sessions, the report of a year, the cases of a local one."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.documents import read
from partners.models import (
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionParty,
    MeetingContribution,
    Organisation,
    Session,
)
from referrals.models import Outcome
from reporting import facts
from reporting.models import CommitteePack
from reporting.packs import producing
from tests.conftest import as_owner, as_worker
from tests.rendering.test_documents import read as read_pdf
from tests.rendering.test_documents import squeeze
from tests.reporting.conftest import NOW, counted, named_in
from tests.reporting.test_packs import DUE, OLD, TODAY, all_packs, private_files, run

__all__ = ["private_files"]


def address(pack, kind=""):
    return f"/comites/dossiers/{pack.uuid}/{kind}"


def correct(count, code="FORMATION"):
    """Some outcomes are corrected, after the pack was made."""
    with as_owner():
        outcomes = list(Outcome.objects.filter(code="EMPLOI_DURABLE").order_by("pk")[:count])
        Outcome.objects.filter(pk__in=[one.pk for one in outcomes]).update(code=code)
        facts.mend([one.referral_id for one in outcomes])


def test_a_correction_is_read_on_screen_in_the_pdf_and_in_the_workbook(visit, meeting, story, now):
    story(40, "completed", sent_at=OLD)
    story(20, "completed", outcome="FORMATION", sent_at=OLD)
    asked = meeting(DUE)
    run()
    correct(1)
    nadia = visit("nadia")
    nadia.post(f"/comites/reunions/{asked.uuid}/preparer/")
    assert run() == 1
    first, second = all_packs()
    assert second.version == 2
    page = nadia.get(address(second)).content.decode()
    assert "Ce qui a changé depuis la version 1" in page
    for words in ("<td class=\"num\">40</td><td class=\"num\"><strong>39</strong></td>",
                  "<td class=\"num\">20</td><td class=\"num\"><strong>21</strong></td>"):  # fmt: skip
        assert words in page
    assert "Ouvrir la version 2" in nadia.get(address(first)).content.decode()
    with as_owner():
        pdf, xlsx = read(second.pdf), read(second.xlsx)
    said = read_pdf(pdf)
    assert squeeze("Ce qui a changé depuis la version 1") in said
    assert said.count("4039") == 1
    sheet = openpyxl.load_workbook(BytesIO(xlsx))["Changements"]
    assert next(iter(sheet.values)) == ("Partie", "Chiffre", "Version 1", "Cette version")
    assert ("40", "39") in {row[2:] for row in sheet.values}
    # Checked again: nothing moved since, the version stays with what it said.
    with as_worker():
        assert producing.regenerate(second) is None


def test_a_hidden_count_stays_hidden_when_it_grows(meeting, story, now):
    """Three become six: shown, the six would tell the three."""
    story(40, "completed", sent_at=OLD)
    story(3, "completed", outcome="FORMATION", sent_at=OLD)
    story(12, "completed", outcome="INCONNU", sent_at=OLD)
    meeting(DUE)
    run()
    (first,) = all_packs()
    hidden = {row["code"] for row in first.data["outcomes"]["rows"] if row["count"] is None}
    assert hidden == {"completed/FORMATION", "completed/INCONNU"}
    correct(3)
    with as_worker():
        second = producing.regenerate(first)
    after = {row["code"]: row["count"] for row in second.data["outcomes"]["rows"]}
    assert after == {"completed/EMPLOI_DURABLE": 37, "completed/FORMATION": None, "completed/INCONNU": None}
    assert not any("Formation" in row["label"] for row in second.data["changes"]["figures"])


def test_contributions_and_sessions_are_in_the_pack(visit, meeting, story, now, world, convention):
    story(12, "completed", sent_at=OLD)
    asked = meeting(DUE)
    with as_owner():
        for days, state in ((-40, "tenue"), (-20, "tenue"), (-10, "prevue"), (30, "prevue")):
            starts = NOW + timedelta(days=days)
            Session.objects.create(
                kind="visite", title="Visite du centre", organiser=world.org("RSMV"), convention=convention,
                created_by=world.user("rosa"), starts_at=starts, ends_at=starts + timedelta(hours=2), state=state,
            )  # fmt: skip
    nadia = visit("nadia")
    wrote = nadia.post(
        f"/comites/reunions/{asked.uuid}/contribution/",
        {"text": "Le délai baisse.\nIl reste long.", "version": 0},
    )
    assert wrote.status_code == 302
    run()
    (pack,) = all_packs()
    assert (pack.data["sessions"]["held"], pack.data["sessions"]["planned"]) == (2, 1)
    (one,) = pack.data["contributions"]
    assert (one["organisation"], one["text"]) == (
        "Union nationale des Missions Locales", "Le délai baisse.\nIl reste long."
    )  # fmt: skip
    page = nadia.get(address(pack)).content.decode()
    assert "2 rencontres tenues sur la période (visite de centre : 2). 1 à venir." in page
    assert "Le délai baisse.<br>Il reste long." in page
    with as_owner():
        assert squeeze("Le délai baisse.") in read_pdf(read(pack.pdf))
        # Written after the pack: beside it on screen, and in its next version.
        MeetingContribution.objects.create(
            meeting=asked, organisation=world.org("SMV_EM"), author=world.user("rosa"), text="Venez nous voir.",
            written_at=NOW + timedelta(days=1),
        )  # fmt: skip
    assert "Contributions reçues depuis" in nadia.get(address(pack)).content.decode()
    with as_worker():
        second = producing.regenerate(pack)
    assert second.data["changes"]["others"] == ["les contributions"]
    assert len(second.data["contributions"]) == 2


# --- The report of a year -------------------------------------------------------------------------

JANUARY = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def in_force(convention):
    """The convention binds its parties, today and then."""
    with as_owner():
        Convention.objects.filter(pk=convention.pk).update(ends_on=NOW.date() + timedelta(days=700))
    return convention


def reports():
    with as_owner():
        return list(
            CommitteePack.objects.exclude(convention=None).select_related("convention", "pdf").order_by("pk")
        )


def test_the_report_of_a_year_is_made_in_january_once(visit, in_force, convention, story, travel):
    travel(JANUARY)
    story(12, "completed", sent_at=JANUARY - timedelta(days=120))
    story(9, "sent", sent_at=JANUARY - timedelta(days=5))  # of this year: not counted
    with as_owner():
        convention.committees.get().meetings.create(
            held_on=date(2025, 6, 3), decisions="Désigner un référent par centre."
        )
    assert run(date(2026, 1, 14)) == 0
    assert run(date(2026, 1, 15)) >= 1
    assert run(date(2026, 1, 16)) == 0
    (report,) = [one for one in reports() if one.convention_id == convention.pk]
    assert (report.year, report.figures_on, report.late, report.status) == (
        2025,
        date(2025, 12, 31),
        False,
        "ready",
    )
    assert report.data["kind"] == "year"
    assert report.data["stages"]["total"] == 12
    assert report.data["agenda"] == ["1 réunion de comité dans l’année."]
    assert report.data["decisions"][0]["text"] == "Désigner un référent par centre."
    nadia = visit("nadia")
    page = nadia.get(address(report)).content.decode()
    assert "Bilan de l’année 2025" in page
    assert "Réunion" not in page.split("<main")[1].split("Version")[0].replace("Réunions du comité", "")
    assert address(report) in nadia.get("/comites/").content.decode()
    answer = nadia.get(address(report, "pdf/"))
    assert answer["Content-Disposition"] == 'attachment; filename="bilan-unml-smv-2019-2025.pdf"'
    assert squeeze("Bilan annuel") in read_pdf(answer.content)
    assert not named_in(page)


def test_missed_in_january_it_is_caught_up_once_and_marked(in_force, story, travel):
    travel(JANUARY + timedelta(days=40))
    assert run() >= 1
    assert all(report.late for report in reports())
    assert run() == 0


def test_a_year_that_nobody_waited_for_is_made_on_demand(visit, convention, now):
    assert run() == 0
    where = f"/comites/bilans/{convention.uuid}/preparer/"
    for name in ("mona", "alice", "charlie"):
        assert visit(name).post(where).status_code == 403
    nadia = visit("nadia")
    assert "31 décembre 2025" in nadia.get(where).content.decode()
    assert reports() == []
    for _ in range(2):
        answer = nadia.post(where)
    (report,) = reports()
    assert answer["Location"] == address(report)
    assert "En préparation" in nadia.get(address(report)).content.decode()
    assert run() == 1
    assert not reports()[0].late
    # Again: the figures are looked at, and are the same.
    nadia.post(where)
    assert run() == 0
    assert len(reports()) == 1


# --- A local committee ----------------------------------------------------------------------------


@pytest.fixture
def local(world, story, now):
    story(8, "completed", sent_at=OLD)
    story(3, "started", sender="ML_C", recipient="SMV_C", sent_at=OLD)
    with as_owner():
        found = Convention.objects.create(
            code="LOCALE", title="Convention du port", level="local", region_id="75", themes=["smv"]
        )
        for key in ("ML_A", "RSMV"):
            ConventionParty.objects.create(convention=found, organisation=world.org(key))
        CommitteeMeeting.objects.create(committee=Committee.objects.create(convention=found), held_on=DUE)
    run()
    (pack,) = all_packs()
    return pack


def test_the_manager_of_a_party_sees_on_screen_the_cases_they_may_open(visit, local):
    # Those of its two parties alone.
    assert local.data["stages"]["total"] == 8
    assert local.data["territory"] == "Département"
    mona = visit("mona")
    assert "Les orientations que vous pouvez ouvrir" in mona.get(address(local)).content.decode()
    page = mona.get(address(local, "situations/")).content.decode()
    assert page.count('href="/orientations/') >= 8
    assert "Kermarrec" in page
    with as_owner():
        for document in (local.pdf, local.xlsx):
            assert b"Kermarrec" not in read(document)
        assert "Kermarrec" not in str(local.data)


def test_the_others_see_no_case(visit, local):
    assert visit("rosa").get(address(local, "situations/")).status_code == 200
    for name, status in (("carla", 404), ("regis", 403), ("nadia", 403), ("charlie", 403), ("alice", 403)):
        answer = visit(name).get(address(local, "situations/"))
        assert answer.status_code == status, name
        assert "Kermarrec" not in answer.content.decode()
    # Régis reads the figures of his region, and no link to cases.
    page = visit("regis").get(address(local)).content.decode()
    assert "situations/" not in page


def test_a_neighbour_who_is_no_party_reads_none_of_its_figures(visit, local, world):
    """Charlie's manager works in the same region, for the same network: the figures are those of two others."""
    with as_owner():
        Organisation.objects.filter(pk=world.org("ML_C").pk).update(region_id="75", department_id="86")
        CommitteePack.objects.create(
            convention=local.subject, year=TODAY.year - 1, figures_on=DUE, status="ready", data=local.data,
            data_hash=local.data_hash, pdf=local.pdf, xlsx=local.xlsx, ready_at=clock.now(),
        )  # fmt: skip
    carla = visit("carla")
    for pack in all_packs():
        assert carla.get(address(pack)).status_code == 404
        assert carla.get(address(pack, "xlsx/")).status_code == 404
        assert str(pack.uuid) not in carla.get(reverse("reporting:pack_list")).content.decode()
        for name in ("mona", "rosa", "regis", "nadia"):
            assert visit(name).get(address(pack)).status_code == 200, name
            assert str(pack.uuid) in visit(name).get(reverse("reporting:pack_list")).content.decode(), name


def test_a_national_committee_has_no_cases(visit, meeting, story, now):
    story(8, "completed", sent_at=OLD)
    meeting(DUE)
    run()
    (pack,) = all_packs()
    assert visit("mona").get(address(pack, "situations/")).status_code == 404


def test_the_cases_cost_few_queries(visit, local, story):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert mona.get(address(local, "situations/")).status_code == 200
        return len(counted(captured))

    mona = visit("mona")
    before = queries()
    story(9, "completed", sent_at=OLD)
    assert queries() == before <= 8
    assert clock.today() == TODAY
