"""Conventions that leave the administration in a file, and those that come in by one."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import AuditEntry
from partners.models import Convention, Organisation
from tests.conftest import as_owner
from tests.filling import form_of
from tests.partners.admin_pages import text, url

IMPORT = "/admin/partners/convention/import/"


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


def bring(client, words: str | bytes, name: str = "conventions.csv"):
    """Send a file, and give the page with its preview."""
    content = words if isinstance(words, bytes) else words.encode()
    return client.post(IMPORT, {"import_file": SimpleUploadedFile(name, content, "text/csv"), "format": "0"})


def confirm(client, page):
    """Confirm what the preview shows."""
    form = form_of(text(page), "import_file_name")
    return client.post("/admin/partners/convention/process_import/", dict(form.pairs), follow=True)


def export(client, action: str, *conventions):
    chosen = {"action": action, "_selected_action": [one.pk for one in conventions]}
    return client.post(url(Convention, "changelist"), chosen)


def test_an_export_never_makes_a_spreadsheet_compute(adam, founding, owner_makes):
    trap = owner_makes(Convention, code="=1+1", title="@SUM(A1)", source="-2+3")
    sheet = openpyxl.load_workbook(BytesIO(export(adam, "export_workbook", trap).content)).active
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert cells["=1+1"] == "s"
    csv = export(adam, "export_csv", trap).content.decode("utf-8-sig")
    assert '"\'=1+1"' in csv
    assert '"\'@SUM(A1)"' in csv


@pytest.mark.parametrize(
    ("subject", "address", "sent"),
    [
        ("convention", url(Convention, "changelist"), {"action": "export_csv"}),
        ("convention", url(Convention, "changelist"), {"action": "export_workbook"}),
        ("organisation", url(Organisation, "export"), {"format": "0", "resource": "0"}),
    ],
)
def test_an_export_leaves_its_trace(adam, founding, world, subject, address, sent):
    pk = Convention.objects.order_by("pk").first().pk
    assert adam.get(address).status_code == 200
    response = adam.post(address, sent | {"_selected_action": [pk]})
    assert response["Content-Disposition"].startswith("attachment")
    with as_owner():
        (line,) = AuditEntry.objects.filter(kind=AuditEntry.Kind.EXPORT)
    assert (line.user_id, line.organisation_id) == (world.user("adam").pk, None)
    assert (line.subject_kind, line.subject_uuid, line.count) == (subject, None, 1)
    assert line.request_id


def test_what_was_exported_comes_back_unchanged(adam, founding):
    before = list(Convention.objects.order_by("pk").values())
    file = export(adam, "export_csv", *founding.values())
    assert file["Content-Disposition"].startswith("attachment")
    page = bring(adam, file.content)
    assert page.status_code == 200
    confirm(adam, page)
    assert list(Convention.objects.order_by("pk").values()) == before


def test_a_preview_then_a_confirmation(adam):
    words = "Code;Titre;Niveau;Région;Signée le;Échéance\nBZH-1;Déclinaison;Régional;Bretagne;01/03/2026;2029-02-28\n"
    page = bring(adam, words)
    assert "BZH-1" in text(page)
    assert not Convention.objects.filter(code="BZH-1").exists()
    confirm(adam, page)
    made = Convention.objects.get(code="BZH-1")
    assert (made.level, made.region_id, str(made.ends_on)) == ("regional", "53", "2029-02-28")
    # The same code again changes the same text, never a second one.
    confirm(adam, bring(adam, words.replace("Déclinaison", "Déclinaison relue")))
    assert Convention.objects.get(code="BZH-1").title == "Déclinaison relue"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("X-1;;Régional;Bretagne;", "Ce champ ne peut pas être vide"),
        ("X-1;Titre;Régional;;", "Indiquez la région"),
        ("X-1;Titre;Cosmique;Bretagne;", "« Cosmique » n’est pas l’un de"),
        ("X-1;Titre;Régional;Neustrie;", "« Neustrie » : inconnue du portail"),
        ("X-1;Titre;Régional;Bretagne;31/02/2026", "« 31/02/2026 » n’est pas une date"),
        ("UNML-SMV-2019;Titre;National;;01/01/2020", "sa valeur ne se change pas par un fichier"),
    ],
)
def test_each_line_says_what_is_wrong(adam, travel, visit, line, words):
    travel(datetime.now(UTC) + timedelta(hours=25))
    adam = visit("adam")
    before = list(Convention.objects.order_by("pk").values())
    page = bring(adam, f"Code;Titre;Niveau;Région;Signée le\nBON-1;Titre;National;;\n{line}\n")
    assert words in text(page).replace("&#x27;", "’")
    assert "import_file_name" not in text(page)
    assert list(Convention.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Nom;Titre\nA;B\n", "Colonne absente : Code"),
        ("Code;Titre\nA;B\nA;C\n", "Code présent sur plusieurs lignes : A"),
        (b"MZ\x00\x01", "Ce fichier"),
        ("", "vide"),
    ],
)
def test_a_file_of_something_else_is_refused_whole(adam, content, words):
    before = Convention.objects.count()
    assert words in text(bring(adam, content))
    assert Convention.objects.count() == before


def test_windows_files_are_read_as_they_are(adam):
    words = "Code;Titre;Niveau;Région\r\nWIN-1;Déclinaison d’été;Régional;Île-de-France\r\n".encode("cp1252")
    confirm(adam, bring(adam, words))
    assert Convention.objects.get(code="WIN-1").region_id == "11"
