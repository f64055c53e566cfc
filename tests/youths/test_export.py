"""The export of a list: why, the password again, what it holds and does not, the line of the trail."""

import io
from datetime import datetime

from openpyxl import load_workbook

from core import clock
from core.models import AuditEntry
from partners.models import Membership
from tests.conftest import as_owner
from tests.referrals.test_loop import send
from tests.youths.test_list import add, hinder

PAGE = "/jeunes/export/"


def sheet(response) -> list[list]:
    found = load_workbook(io.BytesIO(response.content)).worksheets[0]
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
    assert row[:4] == ["Kermarrec", "Yann", datetime(2005, 3, 14), "Alice Advisor"]
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
    assert ["Kermarrec", "Yann", datetime(2005, 3, 14), "Alice Advisor"] in found


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


def test_more_than_the_most_is_refused_before_a_line_is_read(world, proved, settings):
    settings.EXPORT_AT_ONCE = settings.EXPORT_MOST = 1
    add(world, "Abel", lead="alice")
    response = proved("alice").post(PAGE, {"motif": "suivi"})
    assert "Un export compte 1 lignes au plus" in response.content.decode()
    assert exported() == []


def test_a_second_sheet_says_what_the_file_is(world, proved):
    response = proved("alice").post(f"{PAGE}?dispositif=smv&vue=miens", {"motif": "suivi"})
    assert response.status_code == 200
    hinder(world, world.youth("yann"))
    send(world)
    response = proved("alice").post(f"{PAGE}?dispositif=smv", {"motif": "suivi"})
    about = load_workbook(io.BytesIO(response.content))["À propos"]
    told = {row[0]: row[1] for row in about.iter_rows(values_only=True) if row[0]}
    assert told["Liste"] == "Mes jeunes"
    assert told["Filtre"] == "SMV"
    assert told["Lignes"] == "1"
    assert told["Pourquoi"] == "rapprocher la liste du logiciel de la structure"
    assert told["Exporté par"].startswith("Alice Advisor, ")
    assert told["Dernières nouvelles"].startswith("Le jour du dernier contact.")


def test_a_csv_file_opens_in_a_french_spreadsheet(world, proved):
    add(world, "=2+3", lead="alice")
    response = proved("alice").post(PAGE, {"motif": "suivi", "format": "csv"})
    assert response["Content-Disposition"].endswith('.csv"')
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = response.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith('"Nom";"Prénom";"Naissance";"Référent"')
    assert any(line.startswith('"\'=2+3"') for line in lines)


def test_the_limit_of_the_day_holds(world, proved, settings):
    settings.TRAIL_LIMITS = settings.TRAIL_LIMITS | {"exported_day": 0}
    response = proved("alice").post(PAGE, {"motif": "suivi"})
    assert response.status_code == 429
    assert "revenez demain" in response.content.decode()
    assert exported() == []


def test_whoever_has_just_arrived_is_told_before_filling_the_form(world, proved):
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(arrived_at=clock.now())
    page = proved("alice").get(PAGE).content.decode()
    assert "Pendant les trois premiers jours" in page
    assert 'name="motif"' not in page
    assert 'href="/jeunes/?">Revenir à la liste' in page
    # Sent all the same, it is refused for the same reason, which no wait of some minutes lifts.
    response = proved("alice").post(PAGE, {"motif": "suivi"})
    assert response.status_code == 429
    assert "Pendant les trois premiers jours" in response.content.decode()
    assert "quelques minutes" not in response.content.decode()
    assert exported() == []


def test_an_empty_list_gives_no_file(world, proved):
    response = proved("alice").post(f"{PAGE}?mineurs=1", {"motif": "suivi"})
    assert "Cette liste est vide" in response.content.decode()
