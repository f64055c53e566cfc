"""The pages of the split, as the officer of a region goes through them; and who else may, or may not."""

import csv
import io
from dataclasses import replace
from fractions import Fraction
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.models import AuditEntry, Change
from core.scope import acting_as
from reporting.funding import reading, running
from reporting.funding.rules import CapsCannotAbsorb, split
from reporting.models import FundingFile, FundingRun
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.keeping import staged
from tests.reporting.simulating import CSV, RANKS, bring, officers, run, settle

LIST, ADD, CREATE = (reverse(f"reporting:funding_{name}") for name in ("list", "file_add", "create"))
TYPED = {
    "nom": "2027, rangs", "exercice": "2027", "enveloppe": "100 000", "part_jeunes": "50", "methode": "ranks",
    "ecart": "2", "indicateur_0": "high", "indicateur_1": "low", "socle": "10000,00", "hausse": "", "baisse": "",
    "transition": "1", "jeunes_de": "donnees", "montants_de": "donnees", "commentaire": "Pour la commission.",
}  # fmt: skip


@staged
def table(world):
    """Four Missions Locales in region 75 (one is left out of the file), and officers of other organisations."""
    with as_owner():
        settle()
        return officers()


@pytest.fixture
def go(table, visit):
    """``go("denis")``: a strict client signed in as one of the officers, or as an inhabitant."""

    def signed_in(name: str) -> StrictClient:
        if name not in table:
            return visit(name)
        strict = StrictClient()
        strict.force_login(table[name][0])
        return strict

    return signed_in


@pytest.fixture
def file(table, world):
    return bring(world.acting("regis"))


@pytest.fixture
def made(world, file):
    return run(world.acting("regis"), file)


def upload(content: str | bytes, name: str = "table.csv") -> dict:
    raw = content.encode() if isinstance(content, str) else content
    return {"titre": "Données de l’Insee", "fichier": SimpleUploadedFile(name, raw, content_type="text/csv")}


def page(response) -> str:
    return response.content.decode().replace("&nbsp;", "\u00a0")


# --- It works -----------------------------------------------------------------------------------------


def test_from_a_table_to_a_split_in_two_pages(go):
    regis = go("regis")
    assert "Aucune simulation" in page(regis.get(LIST))
    response = regis.post(ADD, upload(CSV), follow=True)
    said = page(response)
    assert "3 Missions Locales, lues le" in said
    assert "1 Mission Locale de la région n’est pas dans ce fichier" in said
    assert "Mission locale du Port" in said
    with as_owner():
        file = FundingFile.objects.get()
    address = f"{CREATE}?donnees={file.uuid}"
    assert "Plus il est élevé, plus le territoire est fragile" in page(regis.get(address))
    said = page(regis.post(address, TYPED, follow=True))
    # The split that can be followed with a pencil (tests/rules/test_funding.py).
    for cell in (
        "47\u00a0153,85\u00a0€",
        "25\u00a0076,92\u00a0€",
        "27\u00a0769,23\u00a0€",
        "100\u00a0000,00\u00a0€",
    ):
        assert cell in said
    assert "1 reçoit plus que l’an dernier, 2 moins." in said
    assert "Mission locale du Port" in said, "who is left out is told"
    with as_owner():
        found = FundingRun.objects.get()
        assert (found.name, found.year, found.envelope, found.created_by.first_name) == (
            "2027, rangs", 2027, 100_000_00, "Régis",
        )  # fmt: skip
    assert running.computed_again(found) == running.lines_of(found)


def test_a_copy_with_a_change_is_another_run(go, made):
    regis = go("regis")
    address = f"{CREATE}?copie={made.uuid}"
    form = page(regis.get(address))
    assert 'value="100000"' in form
    assert 'value="50"' in form
    assert "Plus il est bas" in form
    said = page(regis.post(address, TYPED | {"hausse": "10", "nom": "Avec un plafond"}, follow=True))
    assert "22\u00a0000,00\u00a0€" in said
    assert "(au plafond)" in said
    with as_owner():
        assert FundingRun.objects.count() == 2
        assert FundingRun.objects.get(name="Essai").result == made.result
        assert FundingRun.objects.get(name="Avec un plafond").inputs["origin"]["copied"] == str(made.uuid)


def test_next_year_starts_from_the_result_of_this_year_and_its_youths(go, world, file, made):
    bare = bring(world.acting("regis"), "code;chômage (%)\nA01;8\nB02;9\nC03;10\n")
    typed = TYPED | {
        "jeunes_de": str(made.uuid),
        "montants_de": str(made.uuid),
        "indicateur_1": "",
        "hausse": "5",
    }
    said = page(go("regis").post(f"{CREATE}?donnees={bare.uuid}", typed, follow=True))
    assert "ceux de la simulation « Essai »" in said
    assert "résultat de la simulation « Essai »" in said
    with as_owner():
        found = FundingRun.objects.get(name="2027, rangs")
    assert [line.place.previous for line in running.lines_of(found)] == [
        line.amount for line in running.lines_of(made)
    ]


def test_two_runs_side_by_side_with_a_chart_and_its_table(go, world, file, made):
    other = run(world.acting("regis"), file, "Plafonné", replace(RANKS, rise=Fraction(1, 10)))
    said = page(
        go("regis").get(
            f"{reverse('reporting:funding_compare')}?simulation={made.uuid}&simulation={other.uuid}"
        )
    )
    assert 'Hausse maximale en un an <span class="muted">(différent)</span>' in said
    assert "−5\u00a0769,23\u00a0€" in said, "27 769.23 becomes 22 000"
    assert said.count('class="chart-mark-2"') == 4, "three dots and the legend"
    assert '<td class="num">+38,8\u00a0%</td><td class="num">+10\u00a0%</td>' in said


@pytest.mark.parametrize("asked", [0, 1, 5])
def test_comparing_takes_two_to_four(go, made, asked):
    query = "&".join(f"simulation={uuid4()}" for _ in range(asked))
    said = page(go("regis").get(f"{reverse('reporting:funding_compare')}?{query}"))
    assert "Cochez-en de deux à quatre." in said


def test_the_workbook_has_its_definitions_and_the_csv_its_table(go, made, world):
    regis = go("regis")
    book = openpyxl.load_workbook(
        io.BytesIO(regis.get(reverse("reporting:funding_xlsx", args=[made.uuid])).content)
    )
    assert book.sheetnames == ["Répartition", "Définitions"]
    rows = list(book["Répartition"].values)
    amounts = rows[0].index("Montant (euros)")
    assert [row[amounts] for row in rows[1:]] == [47153.85, 25076.92, 27769.23, 100000]
    shapes = {cell.column: cell.number_format for cell in book["Répartition"][2]}
    assert shapes[amounts + 1] == "#,##0.00;-#,##0.00;0.00"
    assert shapes[rows[0].index("Jeunes") + 1] == "#,##0"
    assert shapes[1] == "General"
    told = [cell for row in book["Définitions"].values for cell in row]
    assert made.data_hash in told
    assert any("plus forts restes" in str(cell) for cell in told)
    text = regis.get(reverse("reporting:funding_csv", args=[made.uuid])).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert lines[1][0] == "Mission locale de Angoulins"
    assert lines[1][amounts] == "47153,85"
    with as_owner():
        kept = AuditEntry.objects.filter(kind="export", subject_kind="funding_run").values_list(
            "count", flat=True
        )
        assert list(kept.order_by("count")) == [3, 3]


def test_a_name_that_looks_like_a_formula_stays_a_text(go, world, file):
    found = run(world.acting("regis"), file, "=1+1")
    content = go("regis").get(reverse("reporting:funding_xlsx", args=[found.uuid])).content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content))["Définitions"].rows for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_the_template_goes_back_in_once_it_is_filled(go):
    regis = go("regis")
    text = regis.get(reverse("reporting:funding_template")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 5
    filled = [rows[0], *([*row[:4], "120", "1000", "3,5", "4"] for row in rows[1:])]
    stream = io.StringIO()
    csv.writer(stream).writerows(filled)
    said = page(regis.post(ADD, upload(stream.getvalue()), follow=True))
    assert "4 Missions Locales, lues le" in said
    assert "n’est pas dans ce fichier" not in said


# --- Mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hausse": "1", "enveloppe": "200000"}, "le total ne peut aller que de"),
        ({"socle": "50000"}, "plus que l’enveloppe de 100\u00a0000,00\u00a0€"),
        ({"indicateur_0": "", "indicateur_1": ""}, "choisissez au moins un indicateur"),
        ({"enveloppe": "beaucoup"}, "« beaucoup » n’est pas un montant"),
        ({"enveloppe": "0"}, "L’enveloppe doit dépasser zéro"),
        ({"part_jeunes": "101"}, "Un pourcentage va de 0 à 100"),
        ({"ecart": "1"}, "L’écart est plus grand que 1"),
        ({"transition": "99"}, "10"),
        ({"hausse": "10", "montants_de": "aucun"}, "partent des montants de l’an dernier, qui manquent"),
        ({"exercice": "0000"}, "2000"),
        ({"nom": "\0"}, "caractère invisible"),
        ({"nom": "x" * 1_000_000}, "120"),
        ({"methode": "dice"}, "Sélectionnez un choix valide"),
        ({"jeunes_de": str(uuid4())}, "Sélectionnez un choix valide"),
    ],
)
def test_what_is_impossible_is_said_and_nothing_typed_is_lost(go, file, changes, words):
    response = go("regis").post(f"{CREATE}?donnees={file.uuid}", TYPED | changes)
    said = page(response)
    assert response.status_code == 200
    assert words in said
    assert "à corriger" in said
    assert "Pour la commission." in said
    with as_owner():
        assert not FundingRun.objects.exists()


def test_a_missing_indicator_is_said_beside_it(go, world):
    holes = bring(world.acting("regis"), CSV.replace("12;20 000", ";20 000"))
    said = page(go("regis").post(f"{CREATE}?donnees={holes.uuid}", TYPED))
    assert "L’indicateur « chômage (%) » manque pour : Mission locale de Bressuire." in said
    assert 'href="#id_indicateur_0"' in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CSV.replace("B02", "Z99"), "Ligne 3 : Aucune Mission Locale de la région n’a pour code « Z99 »."),
        (CSV.replace("B02", "A01"), "Ligne 3 : Mission locale de Angoulins est déjà donnée à la ligne 2."),
        (CSV.replace("B02", ""), "Ligne 3 : Rien ne dit de quelle Mission Locale il s’agit."),
        (CSV.replace(";100;30", ";douze;30"), "Ligne 3 : jeunes : « douze » n’est pas un nombre."),
        (CSV.replace(";100;30", ";1,5;30"), "Ligne 3 : jeunes : « 1,5 » n’est pas un nombre de jeunes."),
        (CSV.replace(";100;30", ";-1;30"), "« -1 » n’est pas un nombre de jeunes."),
        (CSV.replace(";100;30", ";;30"), "Ligne 3 : jeunes : la cellule est vide."),
        (CSV.replace("30 000", "30,001"), "Ligne 3 : montant précédent : Un montant s’arrête au centime"),
        (
            CSV.replace("30 000", "1.234,50"),
            "Ligne 3 : montant précédent : « 1.234,50 » n’est pas un montant.",
        ),
        (CSV.replace("8,5", "=1+1"), "Ligne 2 : chômage (%) : « =1+1 » n’est pas un nombre."),
        (CSV.replace("8,5", "8,5;9"), "Ligne 2 : 7 cellules au lieu de 6"),
        (CSV.replace("code;", "sigle;"), "il en faut une nommée identifiant, code ou SIRET"),
        (CSV.replace("nom;", "code;"), "« code » est présente deux fois"),
        (CSV.replace("nom;", "Jeunes accompagnés;"), "Deux colonnes disent la même chose"),
        (CSV.replace("chômage (%)", "x" * 200), "Colonne « xxx"),
        (CSV.replace("chômage (%)", "1 85 05 78 006 084 36"), "sécurité sociale"),
        (CSV.splitlines()[0], "ne contient aucune Mission Locale sous son en-tête"),
        ("code\n" + "A01\n" * 301, "plus de 300 lignes"),
        ("code;" + ";".join(f"i{n}" for n in range(21)) + "\nA01" + ";1" * 21, "plus de 20 indicateurs"),
        ("", "Ce fichier est vide"),
        (b"code;jeunes\nA01\0;3", "autre chose que du texte"),
        (b"PK\x03\x04", "n’est pas ce que son nom annonce"),
        ("code;jeunes\nA01;" + "9" * 1_000_000, "Ligne 2 : des guillemets"),
        ("code;jeunes\nA01;" + "9" * 100_000, "n’est pas un nombre"),
        ('code;jeunes\nA01;"3', "guillemets"),
        ("code;jeunes\nA01;<script>alert(1)</script>", "n’est pas un nombre"),
    ],
)
def test_a_wrong_table_is_told_line_by_line_and_nothing_is_kept(go, content, words):
    response = go("regis").post(ADD, upload(content))
    said = page(response)
    assert response.status_code == 200
    assert words in said.replace("&#x27;", "'").replace("&lt;", "<")
    assert "Données de l’Insee" in said
    with as_owner():
        assert not FundingFile.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + CSV).encode(),
        CSV.replace(";", "\t").encode(),
        CSV.encode("cp1252"),
        CSV.encode("utf-16"),
        CSV.replace("8,5", "8.5").replace("20,25", "20.25").replace(",00", ".00").replace(";", ",").encode(),
        CSV.replace("50 000,00", "50\u202f000,00 €").replace("\n", "\r\n").encode(),
    ],
    ids=["bom", "tabs", "windows", "utf-16", "commas", "narrow blanks"],
)
def test_every_way_of_saving_the_same_table_reads_the_same(world, table, content):
    regis = world.acting("regis")
    with acting_as(regis):
        missions = running.missions_of("75")
        found, expected = reading.read(content, missions), reading.read(CSV.encode(), missions)
    assert found.problems == []
    assert found.places == expected.places


# --- Two at once --------------------------------------------------------------------------------------


def test_a_double_click_is_one_run_and_a_name_is_given_once(go, world, file):
    regis, address = go("regis"), f"{CREATE}?donnees={file.uuid}"
    first, second = regis.post(address, TYPED), regis.post(address, TYPED)
    assert first["Location"] == second["Location"]
    other = regis.post(address, TYPED | {"enveloppe": "90000"})
    assert other.status_code == 409
    said = page(other)
    assert "porte déjà ce nom" in said
    assert 'value="90000"' in said
    with as_owner():
        assert FundingRun.objects.get().envelope == 100_000_00


def test_another_organisation_gives_the_same_name(world, table, file):
    run(world.acting("regis"), file, "Essai")
    denis = table["denis"][1]
    run(denis, bring(denis), "Essai")
    with as_owner():
        assert FundingRun.objects.count() == 2


# --- Who ----------------------------------------------------------------------------------------------


def _status(client, *names_and_uuids) -> set[int]:
    return {
        client.get(reverse(f"reporting:funding_{name}", args=[uuid])).status_code
        for name, uuid in names_and_uuids
    }


@pytest.mark.parametrize(
    ("name", "own", "shown", "pages"),
    [
        ("regis", 200, 200, 200),
        # At the table of the same region: the funder, the State.
        ("regine", 404, 200, 200),
        ("denis", 404, 200, 200),
        # The same region, another network; another region; a local office; not an officer of the region.
        ("cathy", 404, 404, 403),
        ("brieuc", 404, 404, 200),
        ("lola", 404, 404, 403),
        ("prune", 403, 403, 403),
        ("nadia", 403, 403, 403),
        ("alice", 403, 403, 403),
        ("charlie", 403, 403, 403),
    ],
)
def test_who_reads_a_simulation(go, world, file, made, name, own, shown, pages):
    public = run(world.acting("regis"), file, "Montrée", shared=True)
    client = go(name)
    for uuid, expected in ((made.uuid, own), (public.uuid, shown)):
        assert _status(client, ("detail", uuid), ("xlsx", uuid), ("csv", uuid)) == {expected}
        copy = client.get(f"{CREATE}?copie={uuid}").status_code
        assert copy == (pages if pages == 403 else expected)
    assert _status(client, ("file", file.uuid)) == {own}
    assert {client.get(address).status_code for address in (LIST, ADD)} == {pages}
    listed = page(client.get(LIST)) if pages == 200 else ""
    assert ("Essai" in listed, "Montrée" in listed) == (own == 200, shown == 200)
    both = f"{reverse('reporting:funding_compare')}?simulation={made.uuid}&simulation={public.uuid}"
    assert client.get(both).status_code == (pages if pages == 403 else own)


def test_an_unknown_simulation_is_a_404_in_the_trail(go, table):
    regis = go("regis")
    assert _status(regis, ("detail", uuid4()), ("xlsx", uuid4()), ("file", uuid4())) == {404}
    for query in (f"copie={uuid4()}", "copie=x", "donnees=x", f"donnees={uuid4()}"):
        assert regis.get(f"{CREATE}?{query}").status_code == 404
    assert regis.get(f"{reverse('reporting:funding_compare')}?simulation=x&simulation=y").status_code == 404
    with as_owner():
        assert AuditEntry.objects.filter(kind="denied", subject_kind="funding_run").count() == 3


def test_reading_writes_nothing(go, made, file):
    regis = go("regis")
    with as_owner():
        before = Change.objects.count()
    _status(regis, ("detail", made.uuid), ("file", file.uuid))
    regis.get(f"{CREATE}?copie={made.uuid}")
    with as_owner():
        assert Change.objects.count() == before
        assert FundingRun.objects.count() == 1


def test_the_cost_of_a_page_does_not_grow(go, world, file, made, queries):
    regis, acting = go("regis"), world.acting("regis")
    addresses = [LIST, reverse("reporting:funding_detail", args=[made.uuid]), f"{CREATE}?donnees={file.uuid}"]
    regis.get(LIST)
    few = [queries(regis, address)[0] for address in addresses]
    for number in range(12):
        run(acting, file, f"Autre {number}")
    assert [queries(regis, address)[0] for address in addresses] == few
    assert few[0] <= 8
    assert max(few[1:]) <= 10


# --- The second wall ----------------------------------------------------------------------------------


def _refused(statement: str, *values) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError:
        return True
    return False


def test_the_database_keeps_organisations_apart_and_runs_as_they_are(world, table, file, made):
    public = run(world.acting("regis"), file, "Montrée", shared=True)
    seen = {}
    for name in ("regine", "denis", "cathy", "brieuc", "lola"):
        with acting_as(table[name][1]):
            seen[name] = set(FundingRun.objects.values_list("uuid", flat=True)), FundingFile.objects.count()
    assert seen["regine"] == seen["denis"] == ({public.uuid}, 0)
    assert seen["cathy"] == seen["brieuc"] == seen["lola"] == (set(), 0)
    with acting_as(world.acting("alice")):
        assert not FundingRun.objects.exists()
    assert not FundingRun.objects.exists(), "nobody acts: nothing is seen"
    with acting_as(world.acting("regis")):
        for statement in (
            "UPDATE reporting_fundingrun SET name = 'x'",
            "DELETE FROM reporting_fundingrun",
            "UPDATE reporting_fundingfile SET title = 'x'",
            "DELETE FROM reporting_fundingfile",
        ):
            assert _refused(statement), statement
        made.pk, made.uuid, made.name = None, uuid4(), "Forgée"
        made.organisation_id = table["denis"][1].organisation_id
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            made.save(force_insert=True)


def test_the_history_says_who_made_a_run(made):
    with as_owner():
        line = Change.objects.get(model="reporting.FundingRun")
        assert (line.operation, line.object_id, line.user_id) == ("insert", made.pk, made.created_by_id)


def test_the_rules_refuse_before_anything_is_written(world, file):
    source = running.source_of_file(file)
    plan = replace(RANKS, envelope=500_000_00, rise=Fraction(1, 10))
    with pytest.raises(CapsCannotAbsorb):
        split([running.as_place(place) for place in source.places], plan)
    with pytest.raises(CapsCannotAbsorb):
        run(world.acting("regis"), file, "Impossible", plan)
    with as_owner():
        assert not FundingRun.objects.exists()


def test_a_table_sent_twice_is_kept_once(go):
    regis = go("regis")
    first = regis.post(ADD, upload(CSV))
    assert regis.post(ADD, upload(CSV)).url == first.url
    with as_owner():
        assert FundingFile.objects.count() == 1
