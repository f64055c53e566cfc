"""``import_directory``: dry unless told otherwise, all or nothing, the same once as twice, and every refusal in French."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.directory.importing import BATCH, recognised, run
from partners.models import Branch, Catchment, Network, Organisation
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db

HEADER = "id_imilo,nom,departement_code,region_code,commune_insee,adresse,code_postal,telephone,email,site_web,siret\n"
ROW = "17999S00,Mission Locale des Phares,17,75,17300,1 quai Neuf,17000,05 46 00 00 00,accueil@phares.example,,\n"


def organisations() -> list[tuple]:
    return list(Organisation.objects.order_by("pk").values_list())


# --- Dry, wet, twice -------------------------------------------------------------------------------


def test_the_dry_run_says_everything_and_writes_nothing(world, imported):
    before = organisations()
    said, error = imported(HEADER + ROW)
    assert not error
    assert "format « missions_locales »" in said
    assert "UTF-8, séparateur virgule" in said
    assert "ligne 2 · 17999S00 (17) Mission Locale des Phares : créée" in said
    assert "1 ligne : 1 créée, 0 mise à jour, 0 inchangée, 0 refusée. 1 changement." in said
    assert "Essai à blanc : rien n’a été écrit" in said
    assert organisations() == before


def test_the_wet_run_writes_and_a_second_one_changes_nothing(world, imported):
    said, _ = imported(HEADER + ROW, wet_run=True)
    assert "Importé." in said
    made = Organisation.objects.get(code="17999S00")
    assert (made.network, made.level, made.region_id, made.department_id) == (Network.ML, "local", "75", "17")
    assert (made.address, made.postcode, made.municipality_id) == ("1 quai Neuf", "17000", "17300")
    before = organisations()
    said, _ = imported(HEADER + ROW, wet_run=True)
    assert "1 inchangée, 0 refusée. 0 changement." in said
    assert "Rien à changer." in said
    assert organisations() == before


def test_an_update_says_what_was_and_what_is(world, imported):
    imported(HEADER + ROW, wet_run=True)
    said, _ = imported(
        HEADER + ROW.replace("1 quai Neuf", "2 quai Neuf").replace("Phares,", "Falaises,"), wet_run=True
    )
    assert "ligne 2 · 17999S00 (17) Mission Locale des Falaises : mise à jour" in said
    assert "    adresse : « 1 quai Neuf » → « 2 quai Neuf »" in said
    assert "    nom : « Mission Locale des Phares » → « Mission Locale des Falaises »" in said
    assert Organisation.objects.filter(code="17999S00").count() == 1


def test_the_file_wins_and_its_blanks_erase_nothing(world, imported):
    imported(HEADER + ROW, wet_run=True)
    with as_owner():
        Organisation.objects.filter(code="17999S00").update(
            phone="05 99 99 99 99", website="https://phares.example", is_sensitive=True
        )
    said, _ = imported(HEADER + ROW, wet_run=True)
    made = Organisation.objects.get(code="17999S00")
    assert (made.phone, made.website, made.is_sensitive) == ("05 46 00 00 00", "https://phares.example", True)
    assert "téléphone : « 05 99 99 99 99 » → « 05 46 00 00 00 »" in said


def test_one_refused_line_and_nothing_is_written(world, imported):
    before = organisations()
    bad = ROW.replace("17999S00", "17998S00").replace(",17,75,", ",99,75,")
    said, error = imported(HEADER + ROW + bad, wet_run=True)
    assert "ligne 3 · 17998S00 Mission Locale des Phares : refusée" in said
    assert "departement_code : Département « 99 » inconnu." in said
    assert "1 refusée" in said
    assert "Rien n’a été écrit" in error
    assert organisations() == before


def test_terse_reports_keep_the_refusals_and_the_count(world, imported):
    said, _ = imported(HEADER + ROW + "x\n", verbosity=0)
    assert "créée\n" not in said
    assert "ligne 3 : refusée\n    1 cellule au lieu de 11" in said
    assert "2 lignes :" in said


# --- What it matches on ----------------------------------------------------------------------------


def test_it_never_matches_on_the_name(world, imported):
    same_name = world.org("ML_A").name
    said, _ = imported(HEADER + ROW.replace("Mission Locale des Phares", same_name), wet_run=True)
    assert "1 créée" in said
    assert Organisation.objects.filter(name=same_name).count() == 2


def test_the_same_code_in_two_departments_is_two_organisations(world, imported):
    other = ROW.replace(",17,75,17300,", ",86,75,,")
    said, error = imported(HEADER + ROW + other, wet_run=True)
    assert not error
    assert "2 créées" in said
    said, _ = imported(HEADER + other + ROW, wet_run=True)
    assert "0 changement" in said


def test_a_department_that_was_missing_is_completed_not_duplicated(world, imported, owner_makes):
    owner_makes(
        Organisation, name="À compléter", network="ml", level="local", region_id="75", code="17999S00"
    )
    said, _ = imported(HEADER + ROW, wet_run=True)
    assert "département : vide → « 17 »" in said
    assert Organisation.objects.filter(code="17999S00").count() == 1


def test_what_the_product_ships_with_is_completed_and_keeps_its_name(world, imported):
    header = "nom,region_codes,site_web\n"
    with as_owner():
        Organisation.objects.filter(key="ARML").update(key="ARML_75")
    said, _ = imported(header + "ARML du fichier,75,https://arml.example\n", wet_run=True)
    arml = Organisation.objects.get(key="ARML_75")
    assert "mise à jour" in said
    assert (arml.name, arml.code, arml.website) == (
        "ARML Nouvelle-Aquitaine",
        "ARML-75",
        "https://arml.example",
    )
    assert arml.parent == world.org("UNML")
    assert "0 changement" in imported(header + "ARML du fichier,75,https://arml.example\n", wet_run=True)[0]


def test_what_the_demonstration_invented_is_not_taken_for_real(world, imported, owner_makes):
    owner_makes(
        Organisation,
        key="CMA_17",
        name="Fiction",
        network="cma",
        level="local",
        department_id="17",
        is_fictitious=True,
    )
    header = "niveau,id_source,nom,departement_code,region_code\n"
    said, error = imported(header + "departemental,CMA-17,CMA - Charente-Maritime,17,75\n", wet_run=True)
    assert not error
    assert "1 créée" in said
    assert "rattachement à « CMAR-75 » laissé" in said


# --- What hangs on what ----------------------------------------------------------------------------


def test_a_mission_locale_hangs_on_the_association_of_several_regions(territory, imported):
    imported("nom,region_codes\nARML Antilles-Guyane,01 02 03 978\n", wet_run=True)
    said, error = imported(
        "id_imilo,nom,departement_code,region_code\n"
        "97209S00,Mission Locale de Martinique,972,02\n97801S00,Mission Locale de Saint-Martin,978,\n",
        wet_run=True,
    )
    assert not error, said
    association = Organisation.objects.get(code="ARML-01-02-03-978")
    assert association.region_id == "01"
    found = Organisation.objects.filter(parent=association).order_by("code")
    assert [(one.department_id, one.region_id) for one in found] == [("972", "02"), ("978", None)]


def test_a_departmental_chamber_hangs_on_its_region_or_on_the_one_of_local_law(territory, imported):
    said, error = imported(
        "niveau,id_source,nom,departement_code,region_code\n"
        "departemental,chambre_metier-57463-01,CMA - Moselle,57,44\n"
        "departemental,chambre_metier-2B033-01,CMA - Haute-Corse,2b,\n"
        "national,CMA-FRANCE,CMA France,,\n"
        "regional,CMAR-94,CMA de région Corse,,94\n"
        "regional_droit_local,CMA-MOSELLE,CMA de la Moselle,57,44\n"
        "regional_droit_local,CMA-ALSACE,Chambre de métiers d’Alsace,67 68,44\n",
        wet_run=True,
    )
    assert not error, said
    hangs = {one.code: one.parent and one.parent.code for one in Organisation.objects.filter(network="cma")}
    assert hangs["chambre_metier-57463-01"] == "CMA-MOSELLE"
    assert hangs["chambre_metier-2B033-01"] == "CMAR-94"
    assert hangs["CMA-MOSELLE"] == hangs["CMAR-94"] == "CMA-FRANCE"
    assert Organisation.objects.get(code="chambre_metier-2B033-01").department_id == "2B"
    assert Organisation.objects.get(code="CMA-ALSACE").department is None
    assert Organisation.objects.get(key="CMA_FRANCE").code == "CMA-FRANCE"


def test_a_parent_may_come_further_down_in_the_file(territory, imported, monkeypatch):
    monkeypatch.setattr("partners.directory.importing.BATCH", 1)
    header = "dispositif,sigle,nom,type,departement_code,rattachement\n"
    lines = "SMA,RSMA-Ga (Saint-Martin),Maison,antenne,978,RSMA-Ga\nSMA,RSMA-Ga,Régiment,regiment,971,\n"
    said, error = imported(header + lines, wet_run=True)
    assert not error, said
    assert Organisation.objects.get(code="RSMA-Ga-(Saint-Martin)").parent.code == "RSMA-Ga"
    assert "0 changement" in imported(header + lines, wet_run=True)[0]


def test_a_parent_that_somebody_wrote_must_exist(territory, imported):
    header = "dispositif,sigle,nom,type,departement_code,rattachement\n"
    said, error = imported(header + "SMA,RSMA-X,Maison,antenne,971,RSMA-Zz\n", wet_run=True)
    assert "rattachement : « RSMA-Zz » n’est le code d’aucune structure de ce réseau." in said
    assert error


# --- Wrong files -----------------------------------------------------------------------------------


def test_a_wrong_column_is_named_with_the_one_that_was_meant(world, imported):
    _, error = imported(HEADER.replace("telephone", "telphone") + ROW)
    assert "Le plus proche est « missions_locales »" in error
    assert "Colonne inconnue : « telphone »." in error
    assert "Au lieu de « telphone », vouliez-vous dire « telephone » ?" in error
    assert "Colonnes trouvées : « id_imilo », « nom »" in error


def test_a_missing_column_is_named(world, imported):
    _, error = imported("id_imilo;nom\n1;A\n", format="missions_locales")
    assert (
        "Ce fichier n’est pas au format « missions_locales ». Colonne manquante : « departement_code »."
        in error
    )
    _, error = imported("id_imilo;nom\n1;A\n", format="annuaire")
    assert "Format inconnu : « annuaire ». Formats connus :" in error
    assert "missions_locales" in error


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_mark_semicolons_and_windows_1252_change_nothing(world, imported, encoding):
    text = (HEADER + ROW.replace("Phares", "Îles d’Été")).replace(",", ";").replace("\n", "\r\n")
    said, error = imported(text.encode(encoding), wet_run=True)
    assert not error
    assert "séparateur point-virgule" in said
    assert Organisation.objects.get(code="17999S00").name == "Mission Locale des Îles d’Été"


def test_a_duplicate_names_both_lines(world, imported, monkeypatch):
    for batch in (500, 1):
        monkeypatch.setattr("partners.directory.importing.BATCH", batch)
        said, error = imported(HEADER + ROW + ROW.replace("Phares", "Digues"), wet_run=True)
        assert "ligne 3 · 17999S00 (17) Mission Locale des Digues : refusée" in said
        assert "déjà décrite à la ligne 2" in said
        assert error
    assert not Organisation.objects.filter(code="17999S00").exists()


@pytest.mark.parametrize(
    ("column", "written", "message"),
    [
        ("siret", "12345678901234", "siret : Ce numéro SIRET n’est pas valide"),
        ("siret", "1,30028E+13", "siret : « 1,30028E+13 » est un SIRET abîmé par un tableur"),
        ("siret", "732829320000", "siret : Ce numéro SIRET n’est pas valide"),
        ("departement_code", "20", "La Corse s’écrit 2A ou 2B"),
        ("departement_code", "", "departement_code : cette cellule ne peut pas être vide."),
        ("region_code", "99", "region_code : Région « 99 » inconnue."),
        ("region_code", ",", "region_code : « , » n’est pas un code de région."),
        ("departement_code", ",", "departement_code : « , » n’est pas un code de département."),
        ("region_code", "53", "le département 17 est dans la région 75, pas 53"),
        ("commune_insee", "17999", "commune_insee : commune « 17999 » inconnue"),
        ("commune_insee", "29019", "la commune 29019 est dans le département 29, pas 17"),
        ("code_postal", "1700A", "n’est pas un code postal"),
        ("email", "accueil", "email : Saisissez une adresse"),
        ("site_web", "javascript://x.example/", "site_web : "),
        ("nom", "N" * 161, "nom : Assurez-vous que cette valeur comporte au plus 160 caractères"),
        ("telephone", "0" * 21, "telephone : Assurez-vous"),
        ("id_imilo", "I" * 31, "id_imilo : Assurez-vous"),
    ],
)
def test_a_bad_cell_is_refused_with_its_line_and_its_column(world, imported, column, written, message):
    names, cells = HEADER.strip().split(","), ROW.strip().split(",")
    cells[names.index(column)] = f'"{written}"'
    said, error = imported(HEADER + ",".join(cells) + "\n", wet_run=True)
    assert "ligne 2" in said
    assert message in said
    assert error
    assert not Organisation.objects.exclude(code="").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Ce fichier est vide."),
        (HEADER.encode(), "n’a que son en-tête"),
        (b"PK\x03\x04", "un classeur ou une archive"),
        (b"id_imilo\0", "binaire"),
        (HEADER.encode() + b'"jamais,17\n', "Ligne 2 : des guillemets"),
    ],
)
def test_what_is_no_directory_is_said_to_be_so(world, imported, content, message):
    _, error = imported(content)
    assert message in error


def test_a_folder_is_said_to_be_one(world, imported, tmp_path):
    assert "est un dossier" in imported(tmp_path)[1]


def test_zeros_that_a_spreadsheet_ate_are_put_back(territory, imported):
    said, error = imported(
        "id_imilo;nom;departement_code;region_code;commune_insee;code_postal;siret\n"
        "01004S00;Mission Locale;1;84;1004;1500;356 000 000 49837\n",
        wet_run=True,
    )
    assert not error, said
    made = Organisation.objects.get(code="01004S00")
    assert (made.department_id, made.municipality_id, made.postcode) == ("01", "01004", "01500")
    assert made.siret == "35600000049837"


# --- Other kinds of files --------------------------------------------------------------------------


def test_branches_have_none_one_or_several_agreements(world, imported):
    with as_owner():
        Branch.objects.all().delete()
    lines = "slug;libelle;idcc;note\ninterim;Travail temporaire;2378 1413;\nforets;Propriétés forestières;;sans IDCC\n"
    assert "2 créées" in imported(lines, wet_run=True)[0]
    assert Branch.objects.get(code="interim").idcc == ["2378", "1413"]
    assert Branch.objects.get(code="forets").idcc == []
    gathered = (
        "idcc,libelle,titre_court,branche_accord_cadre\n158,Scieries,,forets\n0159,Négoce,,forets\n"
        "1979,Hôtels et cafés,HCR,\n,Secteur des haies,,\n"
    )
    said, error = imported(gathered, wet_run=True)
    assert not error, said
    forests = Branch.objects.get(code="forets")
    assert (forests.name, forests.idcc) == ("Propriétés forestières", ["0158", "0159"])
    assert Branch.objects.get(code="idcc-1979").name == "HCR"
    assert Branch.objects.get(code="secteur-des-haies").idcc == []
    assert "0 changement" in imported(gathered, wet_run=True)[0]
    said, error = imported("slug;libelle;idcc\ninterim;A;15799\ninterim;B;1\n")
    assert "idcc : « 15799 » n’est pas un IDCC" in said
    said, error = imported("slug;libelle;idcc\ninterim;A;1\ninterim;B;1\n")
    assert "déjà décrite à la ligne 2" in said


def test_the_municipalities_that_a_mission_locale_serves(world, imported):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(code="17300S00")
    header = "Code de la structure;Commune;Desservie\n"
    assert "1 créée" in imported(header + "17300S00;17300;\n", wet_run=True)[0]
    assert "1 inchangée" in imported(header + "17300S00;17300 La Rochelle;oui\n", wet_run=True)[0]
    assert Catchment.objects.get().municipality_id == "17300"
    said, error = imported(
        header + "17300S00;17300;\n17300S00;17300;non\nX;17300;\n17300S00;99999;\n", wet_run=True
    )
    assert "déjà décrite à la ligne 2" in said
    assert "« X » n’est le code d’aucune Mission Locale" in said
    assert "commune « 99999 » inconnue" in said
    assert error
    assert "n’est plus desservie" in imported(header + "17300S00;17300;non\n", wet_run=True)[0]
    assert not Catchment.objects.exists()
    assert "0 changement" in imported(header + "17300S00;17300;non\n", wet_run=True)[0]


# --- Many rows -------------------------------------------------------------------------------------


def _many(rows: int) -> str:
    return HEADER + "".join(
        f"L{number},Mission Locale n° {number},17,75,17300,{number} quai Neuf,17000,,,,\n"
        for number in range(rows)
    )


def test_queries_go_by_batches_not_by_rows(world, tmp_path):
    def queries(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_text(_many(rows))
        with as_owner(), CaptureQueriesContext(connection) as captured:
            totals = run(*recognised(path), apply=False, tell=lambda result: None)
        assert totals.changed == rows
        return len(captured)

    one, three = queries(BATCH), queries(3 * BATCH)
    # The lines that wait for an association cost two more queries, once.
    assert (three - one) / 2 <= 12


@pytest.mark.parametrize("code", ["ARML-75", "ARML-53"])  # the association that the lines wait for, or not
def test_memory_does_not_grow_with_the_rows(world, tmp_path, code):
    import tracemalloc

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_text(_many(rows))
        table, reading = recognised(path)
        tracemalloc.start()
        try:
            with as_owner():
                run(table, reading, apply=False, tell=lambda result: None)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with as_owner():
        Organisation.objects.filter(key="ARML").update(code=code)
    peak(10)
    assert peak(4 * BATCH) < peak(2 * BATCH) * 1.3
