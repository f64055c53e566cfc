"""The export of a list: why, the password again, what it holds and does not, the line of the trail."""

import io

import pytest
from openpyxl import load_workbook

from accounts.entry import CONFIRMED
from core import clock
from core.models import AuditEntry
from partners.models import Membership
from tests.conftest import as_owner
from tests.referrals.test_loop import send
from tests.youths.test_list import add, hinder
from youths.listing import exporting

PAGE = "/jeunes/export/"


@pytest.fixture
def proved(visit):
    """Signs somebody in who has just proved who they are."""

    def client(name: str):
        signed = visit(name)
        session = signed.session
        session[CONFIRMED] = clock.now().timestamp()
        session.save()
        return signed

    return client


def sheet(response) -> list[list]:
    found = load_workbook(io.BytesIO(response.content)).active
    assert not [cell for row in found.iter_rows() for cell in row if cell.data_type == "f"]
    return [list(row) for row in found.iter_rows(values_only=True)]


def exported() -> list[tuple[int, str]]:
    with as_owner():
        found = AuditEntry.objects.filter(kind="export").order_by("number")
        return list(found.values_list("count", "detail"))


def test_the_password_is_asked_again_first(world, visit):
    for send_it in (visit("alice").get, visit("alice").post):
        assert send_it(PAGE, {"motif": "reunion"}).url.startswith("/mon-compte/confirmer/")
    assert exported() == []


def test_a_list_is_exported_as_it_is_on_screen(world, proved):
    hinder(world, world.youth("yann"))
    send(world)
    response = proved("alice").post(f"{PAGE}?dispositif=smv", {"motif": "relance"})
    assert response["Content-Disposition"] == f'attachment; filename="jeunes-{clock.today():%Y-%m-%d}.xlsx"'
    header, row = sheet(response)
    assert header == [
        "Nom", "Prénom", "Naissance", "Référent", "Dispositif en cours", "Freins en cours", "Dernières nouvelles",
    ]  # fmt: skip
    assert row[:4] == ["Kermarrec", "Yann", "14/03/2005", "Alice Advisor"]
    assert row[5] == 1
    assert exported() == [(1, "relance?dispositif=smv")]
    assert "RSMV" not in repr(row)
    assert "06 39" not in repr(row)


def test_the_trail_keeps_every_filter(world, proved):
    hinder(world, world.youth("yann"))
    send(world)
    with as_owner():
        alice = Membership.objects.get(user=world.user("alice")).uuid
    asked = f"tri=nouvelles&referent={alice}&dispositif=smv&frein=MOBILITE"
    assert len(asked) > 80
    proved("alice").post(f"{PAGE}?{asked}", {"motif": "relance"})
    assert exported() == [(1, f"relance?{asked}")]


def test_of_the_others_it_says_what_the_screen_says(world, proved):
    header, *found = sheet(proved("dora").post(f"{PAGE}?vue=structure", {"motif": "reunion"}))
    assert header == ["Nom", "Prénom", "Naissance", "Référent"]
    assert ["Kermarrec", "Yann", "14/03/2005", "Alice Advisor"] in found


def test_a_reason_is_needed(world, proved):
    for data in ({}, {"motif": ""}, {"motif": "x"}):
        response = proved("alice").post(PAGE, data)
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/html")
    assert exported() == []


def test_a_name_that_looks_like_a_formula_is_a_text(world, proved):
    add(world, "=2+3", lead="alice")
    assert [
        row[0] for row in sheet(proved("alice").post(PAGE, {"motif": "suivi"})) if "=" in str(row[0])
    ] == ["=2+3"]


def test_more_than_the_most_is_refused_before_a_line_is_read(world, proved, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 1)
    add(world, "Abel", lead="alice")
    response = proved("alice").post(PAGE, {"motif": "suivi"})
    assert "Un export compte 1 jeunes au plus" in response.content.decode()
    assert exported() == []


def test_the_limit_of_the_day_holds(world, proved, settings):
    settings.TRAIL_LIMITS = settings.TRAIL_LIMITS | {"exported_day": 0}
    assert proved("alice").post(PAGE, {"motif": "suivi"}).status_code == 429
    assert exported() == []


def test_an_empty_list_gives_no_file(world, proved):
    response = proved("alice").post(f"{PAGE}?mineurs=1", {"motif": "suivi"})
    assert "Cette liste est vide" in response.content.decode()
