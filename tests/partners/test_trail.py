"""The trail of an organisation: for its managers and delegates, without any name of a youth."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core import clock
from core.models import AuditEntry
from core.scope import acting_as
from tests.conftest import as_owner
from tests.core.test_detectors import mark
from tests.referrals.test_loop import send
from youths.models import Youth

READERS = ["mona", "paul"]


@pytest.fixture
def read(world, visit):
    """Alice and Bob opened Yann's record; Charlie opened his own youth's."""
    for who, youth in (("alice", "yann"), ("bob", "yann"), ("charlie", "kim")):
        assert visit(who).get(f"/jeunes/{world.youth(youth).uuid}/").status_code == 200
    return world


@pytest.mark.parametrize("who", READERS)
def test_managers_and_delegates_see_who_read_what(read, visit, who):
    page = visit(who).get("/traces/").content.decode()
    assert "Alice Advisor" in page
    assert "Bob Colleague" in page
    assert "Charlie" not in page
    assert "Kermarrec" not in page


@pytest.mark.parametrize("who", ["alice", "regis", "nadia", "adam"])
def test_the_others_do_not(visit, world, who):
    client = visit(who)
    for address in ("/traces/", "/traces/export/", "/traces/alertes/"):
        assert client.get(address).status_code == 403


def test_a_delegate_lands_on_the_trail_and_browses_no_youth(read, visit):
    paul = visit("paul")
    assert paul.get("/").headers["Location"] == "/protection-des-donnees/"
    assert paul.get("/jeunes/").status_code == 403
    assert paul.get(f"/jeunes/{read.youth('yann').uuid}/").status_code == 403
    assert paul.get(f"/jeunes/{read.youth('yann').uuid}/traces/").status_code == 403


def lines(client, query: str) -> list:
    return client.get(f"/traces/?{query}").context["lines"]


def test_filters(read, visit):
    mona = visit("mona")
    assert {line.person for line in lines(mona, f"personne={read.user('bob').pk}")} == {"Bob Colleague"}
    assert {line.what for line in lines(mona, "nature=read")} == {"lecture d’un dossier"}
    assert lines(mona, "nature=export") == []
    assert len(lines(mona, f"dossier={read.youth('yann').uuid}")) == 2
    assert lines(mona, f"dossier={read.youth('kim').uuid}") == []
    assert len(lines(mona, f"jour={clock.today()}")) == 2
    assert lines(mona, f"jour={clock.today() - timedelta(days=1)}") == []


@pytest.mark.parametrize("query", ["apres=x_y", "apres=2026-01-01T00:00:00_1"])
def test_a_page_that_makes_no_sense(read, visit, query):
    assert visit("mona").get(f"/traces/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("personne=x", "Cette personne n’est pas de votre structure"),
        ("personne=999999999", "Cette personne n’est pas de votre structure"),
        ("nature=x", "Ce filtre n’existe pas"),
        ("jour=31/31/31", "Cette date n’existe pas"),
        ("jour=9999-12-31", "La trace n’a rien de ce jour"),
        ("jour=0001-01-01", "La trace n’a rien de ce jour"),
        ("dossier=x", "Ce dossier n’est pas reconnu"),
    ],
)
def test_a_filter_that_makes_no_sense_says_so(read, visit, query, said):
    """Everything is shown, and the reader is told that the filter did nothing."""
    response = visit("mona").get(f"/traces/?{query}")
    assert said in response.content.decode()
    assert len(response.context["lines"]) == 2


def test_pages_by_keyset_lose_nothing(world, visit):
    mark(world, "alice", "read", lines=120)
    mona, address, seen = visit("mona"), "/traces/", []
    while address:
        context = mona.get(address).context
        seen += [line.file for line in context["lines"]]
        address = context["next_url"] and f"/traces/{context['next_url']}"
    assert len(seen) == len(set(seen)) == 120


def test_queries_do_not_grow(world, visit):
    mona = visit("mona")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert mona.get("/traces/").status_code == 200
        return len(
            [one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET TRANS"))]
        )

    mark(world, "alice", "read", lines=2)
    mona.get("/traces/")
    few = queries()
    mark(world, "bob", "read", lines=60)
    assert queries() == few <= 8


def test_the_export_is_a_workbook_and_a_line_of_the_trail(read, visit):
    mona = visit("mona")
    response = mona.get(f"/traces/export/?personne={read.user('alice').pk}")
    assert response.headers["Content-Disposition"] == 'attachment; filename="traces.xlsx"'
    sheet = load_workbook(BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("Le", "Personne", "Ce qui a été fait")
    assert [(row[1], row[2], row[5]) for row in rows[1:]] == [("Alice Advisor", "lecture d’un dossier", 1)]
    assert "Kermarrec" not in str(rows)
    with as_owner():
        (line,) = AuditEntry.objects.filter(kind="export")
    assert (line.user_id, line.subject_kind, line.count) == (read.user("mona").pk, "trail", 1)


# --- A youth's trail ----------------------------------------------------------------------------------


def test_a_manager_sees_who_opened_a_record_and_what_changed(read, visit):
    with acting_as(read.acting("alice")):
        Youth.objects.filter(pk=read.youth("yann").pk).update(phone="06 39 98 55 55")
    referral = send(read)
    visit("alice").get(f"/orientations/{referral.uuid}/")
    mona = visit("mona")
    record = mona.get(f"/jeunes/{read.youth('yann').uuid}/").content.decode()
    assert f"/jeunes/{read.youth('yann').uuid}/traces/" in record
    response = mona.get(f"/jeunes/{read.youth('yann').uuid}/traces/")
    page = response.content.decode()
    people = [line.person for line in response.context["lines"]]
    assert people.count("Alice Advisor") == 2
    assert "Bob Colleague" in people
    assert "Charlie Stranger" not in people
    assert "téléphone" in page
    assert "06 39 98 55 55" not in page


def test_a_record_s_trail_is_behind_its_door(read, visit):
    address = f"/jeunes/{read.youth('yann').uuid}/traces/"
    assert visit("alice").get(address).status_code == 403
    assert visit("carla").get(address).status_code == 404
    assert "Qui a ouvert" not in visit("alice").get(f"/jeunes/{read.youth('yann').uuid}/").content.decode()


def test_the_partner_s_manager_sees_their_own_organisation_s_reads_alone(read, visit):
    referral = send(read)
    visit("rita").get(f"/orientations/{referral.uuid}/")
    response = visit("rosa").get(f"/jeunes/{read.youth('yann').uuid}/traces/")
    assert {line.person for line in response.context["lines"]} == {"Rita Referent"}
