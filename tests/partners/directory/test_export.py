"""What the administration exports can be corrected and imported again, and no spreadsheet computes any of it."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from partners.directory.exporting import COLUMNS
from partners.models import Organisation
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
LIST = reverse("admin:partners_organisation_changelist")
EXPORT = reverse("admin:partners_organisation_export")
XLSX, CSV = "0", "1"


@pytest.fixture
def marked(world):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(
            code="17300S00",
            name="=cmd|'/C calc'!A0",
            phone="+33 5 46 00 00 00",
            address="1 quai Neuf ; fond de cour",
            municipality="17300",
            starts_on=date(1990, 1, 2),
            parent=world.org("ARML"),
        )
    return world.org("ML_A")


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_the_list_has_its_export(marked, visit):
    adam = visit("adam")
    assert f'href="{EXPORT}' in adam.get(LIST).content.decode()
    page = adam.get(EXPORT)
    assert page.status_code == 200
    assert "Structure sensible" in page.content.decode()


def test_the_csv_is_guarded_and_complete(marked, visit):
    response = visit("adam").post(EXPORT, {"format": CSV, "resource": "0"})
    assert response["Content-Type"] == "text/csv"
    assert response["Content-Disposition"].startswith('attachment; filename="annuaire-')
    rows = rows_of(response)
    assert len(rows) == 7
    assert list(rows[0]) == list(COLUMNS)
    row = next(row for row in rows if row["Code"] == "17300S00")
    assert row["Nom"] == "'=cmd|'/C calc'!A0"
    assert row["Téléphone"] == "'+33 5 46 00 00 00"
    assert row["Réseau"] == "Missions Locales"
    assert row["Région"] == "75 Nouvelle-Aquitaine"
    assert row["Commune"] == "17300 La Rochelle"
    assert row["Rattachement"] == "ARML"
    assert row["Existe depuis le"] == "1990-01-02"
    assert row["Structure sensible"] == "non"


def test_the_workbook_holds_texts(marked, visit):
    response = visit("adam").post(EXPORT, {"format": XLSX, "resource": "0"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=cmd|'/C calc'!A0" in {cell.value for cell in cells}


def test_filters_hold_in_the_export(marked, visit):
    response = visit("adam").post(f"{EXPORT}?network__exact=smv", {"format": CSV, "resource": "0"})
    assert {row["Réseau"] for row in rows_of(response)} == {"Service militaire volontaire"}


def test_an_export_is_read_back_and_changes_nothing_twice(marked, visit, imported):
    """The guard of formulas is taken off, blanks stay blank, parents are found by their code."""
    content = visit("adam").post(EXPORT, {"format": CSV, "resource": "0"}).content
    said, error = imported(content, wet_run=True)
    assert not error, said
    assert "format « portail »" in said
    # The organisations that the product ships with get the code under which they were exported.
    assert "7 lignes : 0 créée" in said
    assert Organisation.objects.get(pk=marked.pk).name == "=cmd|'/C calc'!A0"
    assert Organisation.objects.get(pk=marked.pk).phone == "+33 5 46 00 00 00"
    assert "0 changement" in imported(content, wet_run=True)[0]
    assert Organisation.objects.count() == 7


def test_a_corrected_export_is_applied(marked, visit, imported):
    content = visit("adam").post(EXPORT, {"format": CSV, "resource": "0"}).content.decode("utf-8-sig")
    said, error = imported(content.replace("1 quai Neuf", "2 quai Neuf").encode("cp1252"), wet_run=True)
    assert not error, said
    assert "adresse : « 1 quai Neuf ; fond de cour » → « 2 quai Neuf ; fond de cour »" in said


def test_queries_do_not_grow(marked, visit, django_assert_max_num_queries):
    adam = visit("adam")
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(
                name=f"S{n}", network="ml", level="local", region_id="75", department_id="17", parent=marked
            )
            for n in range(60)
        )
    with django_assert_max_num_queries(12):
        assert len(rows_of(adam.post(EXPORT, {"format": CSV, "resource": "0"}))) == 67


def test_nobody_else_exports(marked, visit):
    for name in ("alice", "mona", "nadia"):
        assert visit(name).get(EXPORT).status_code == 302
