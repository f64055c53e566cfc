"""The import of a portfolio: allowed by the delegate, checked line by line, previewed, all or nothing, twice the same."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.scope import acting_as
from partners.directory.reading import Unreadable
from tests.conftest import as_owner, as_worker
from tests.keeping import staged
from tests.youths.test_list import add
from youths.decisions import decide, end
from youths.models import Accompaniment, DelegateDecision, PortfolioImport, PortfolioRow, Youth
from youths.portfolio import importing
from youths.portfolio.reading import read

PAGE = "/jeunes/portefeuille/"
HEADER = "Numéro de dossier;Nom;Prénom;Date de naissance;Téléphone;Courriel;Courriel du référent"
LINES = [
    "1001;Abel;Ana;05/06/2004;06 39 98 01 01;ana@courriel.example;alice@portail.example",
    "1002;Le Goff;Éloïse;2005-07-08;;;dora@portail.example",
    "1003;O’Brien;Zoé;09.10.2006;+33 6 39 98 01 03;;",
]


@staged
def allowed(world) -> DelegateDecision:
    paul = world.acting("paul")
    with acting_as(paul):
        return decide(paul, DelegateDecision.Subject.PORTFOLIO, "RGPD art. 6-1-e")


def send(client, lines: list[str] = LINES, header: str = HEADER, encoding: str = "utf-8"):
    content = "\r\n".join([header, *lines]).encode(encoding)
    return client.post(PAGE, {"fichier": SimpleUploadedFile("extrait.csv", content)})


def confirm(client, **more):
    html = client.get(PAGE).content.decode()
    uuid = re.search(r'name="import" value="([^"]*)"', html)
    return client.post(PAGE, {"action": "confirmer", "import": uuid[1] if uuid else "", **more})


def verdicts(world) -> dict[int, str]:
    with as_owner():
        return dict(PortfolioRow.objects.order_by("number").values_list("number", "verdict"))


def kept(world) -> dict[str, tuple]:
    """The imported records by their number: what the file gives, and who leads them."""
    with as_owner():
        found = {}
        for youth in (
            Youth.objects.filter(registered_with=world.org("ML_A")).exclude(file_number="").order_by("pk")
        ):
            lead = youth.accompaniments.active().filter(role="lead").first()
            who = lead.professional.first_name if lead else ""
            found[youth.file_number] = (
                youth.last_name,
                youth.first_name,
                str(youth.birth_date),
                youth.phone,
                who,
            )
        return found


def test_it_is_closed_until_the_delegate_allows_it_and_again_after(world, visit):
    mona, paul = visit("mona"), world.acting("paul")
    assert "Cet import est fermé" in mona.get(PAGE).content.decode()
    assert send(mona).status_code == 200
    with acting_as(paul):
        decision = decide(paul, DelegateDecision.Subject.PORTFOLIO, "RGPD art. 6-1-e")
    assert send(mona).status_code == 302
    with acting_as(paul):
        end(paul, decision.pk)
    confirm(mona)
    assert kept(world) == {}


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 403), ("paul", 403), ("regis", 403), ("rita", 403), ("rosa", 200), ("carla", 200)],
)
def test_the_managers_of_the_mission_locale_alone(world, visit, allowed, name, status):
    response = visit(name).get(PAGE)
    assert response.status_code == status
    if status == 200:
        assert "Cet import est fermé" in response.content.decode()
        assert send(visit(name)).status_code == 200
        assert verdicts(world) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_portfolio_is_previewed_then_imported(world, visit, allowed, encoding):
    mona = visit("mona")
    assert send(mona, encoding=encoding).status_code == 302
    html = mona.get(PAGE).content.decode()
    assert "3 lignes à créer" in html
    assert "Le Goff Éloïse" in html
    assert kept(world) == {}
    assert confirm(mona).status_code == 302
    assert kept(world) == {
        "1001": ("Abel", "Ana", "2004-06-05", "06 39 98 01 01", "Alice"),
        "1002": ("Le Goff", "Éloïse", "2005-07-08", "", "Dora"),
        "1003": ("O’Brien", "Zoé", "2006-10-09", "+33 6 39 98 01 03", ""),
    }
    assert verdicts(world) == {}
    with as_owner():
        begun = Accompaniment.objects.filter(youth__file_number__in=["1001", "1002"])
        assert set(begun.values_list("reason", flat=True)) == {"import"}


def test_the_same_file_twice_changes_nothing(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    confirm(mona)
    with as_owner():
        before = list(Youth.objects.order_by("pk").values_list("pk", "version"))
        links = list(Accompaniment.objects.order_by("pk").values_list("pk", "ended_on"))
    send(mona)
    assert set(verdicts(world).values()) == {"same"}
    assert "Importer ces lignes" not in mona.get(PAGE).content.decode()
    confirm(mona)
    with as_owner():
        assert list(Youth.objects.order_by("pk").values_list("pk", "version")) == before
        assert list(Accompaniment.objects.order_by("pk").values_list("pk", "ended_on")) == links


def test_a_number_written_otherwise_is_the_same_number(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    confirm(mona)
    same = [line.replace("06 39 98 01 01", "0639980101") for line in LINES]
    send(mona, [*same, "1004;Neuf;Nina;05/06/2004;06.39.98.01.04;;"])
    assert list(verdicts(world).values()) == ["same", "same", "same", "new"]
    confirm(mona)
    assert kept(world)["1004"][3] == "06 39 98 01 04"
    with as_owner():
        Youth.objects.filter(file_number="1004").update(phone="0639980104")
    send(mona, ["1004;Neuf;Nina;05/06/2004;06 39 98 01 04;;"])
    assert list(verdicts(world).values()) == ["same"]


def test_refused_lines_are_counted_in_words_that_agree(world, visit, allowed):
    mona = visit("mona")
    send(mona, ["1001;Abel;Ana;31/31/2004;;;", "1002;Le Goff;Élo1se;05/06/2004;;;"])
    assert "2 lignes refusées" in mona.get(PAGE).content.decode()
    send(mona, ["1001;Abel;Ana;31/31/2004;;;"])
    assert "1 ligne refusée<" in mona.get(PAGE).content.decode()


def test_what_changed_is_told_and_a_blank_cell_takes_nothing_away(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    confirm(mona)
    send(
        mona,
        [
            "1001;Abel;Anna;05/06/2004;;;bob@portail.example",
            "1003;O’Brien;Zoé;09/10/2006;;;dora@portail.example",
        ],
    )
    html = mona.get(PAGE).content.decode()
    assert "2 lignes à mettre à jour" in html
    assert "Change : prénom, référent" in html
    confirm(mona)
    assert kept(world)["1001"] == ("Abel", "Anna", "2004-06-05", "06 39 98 01 01", "Bob")
    assert kept(world)["1003"][-1] == "Dora"


def test_what_was_corrected_since_the_preview_is_not_overwritten(world, visit, allowed):
    """All or nothing: the other lines wait too, and the preview says what would be done now."""
    mona = visit("mona")
    send(mona)
    confirm(mona)
    send(mona, ["1001;Abel;Autre;05/06/2004;;;", "1009;Neuf;Nina;05/06/2004;;;"])
    with as_owner():
        Youth.objects.filter(file_number="1001").update(first_name="Corrigée", version=2)
    late = confirm(mona)
    assert late.status_code == 409
    assert "Rien n’a été importé" in late.content.decode()
    assert kept(world)["1001"][1] == "Corrigée"
    assert "1009" not in kept(world)
    assert confirm(mona).status_code == 302
    assert kept(world)["1001"][1] == "Autre"


def test_what_was_merged_since_the_preview_changes_no_other_record(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    confirm(mona)
    send(mona, ["1001;Abel;Autre;05/06/2004;;;"])
    with as_owner():
        PortfolioRow.objects.update(youth=Youth.objects.get(file_number="1002"))
    assert confirm(mona).status_code == 409
    assert kept(world)["1002"][1] == "Éloïse"


def test_a_file_confirmed_by_somebody_else_is_not_imported_again(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    html = mona.get(PAGE).content.decode()
    uuid = re.search(r'name="import" value="([^"]*)"', html)[1]
    for status in (302, 409):
        assert mona.post(PAGE, {"action": "confirmer", "import": uuid}).status_code == status
    assert len(kept(world)) == 3


def test_a_likely_duplicate_is_never_merged_nor_created_in_silence(world, visit, allowed):
    add(world, "Abel", first_name="Anna", birth_date="2004-06-05")
    mona = visit("mona")
    send(mona)
    assert verdicts(world) == {2: "similar", 3: "new", 4: "new"}
    assert "C’est une autre personne que Anna Abel" in mona.get(PAGE).content.decode()
    confirm(mona)
    assert set(kept(world)) == {"1002", "1003"}
    send(mona)
    confirm(mona, distinct="2")
    assert set(kept(world)) == {"1001", "1002", "1003"}


def test_twins_are_two_people(world, visit, allowed):
    mona = visit("mona")
    send(mona, ["1;Twin;Ana;05/06/2004;;;", "2;Twin;Bob;05/06/2004;;;"])
    confirm(mona)
    assert {row[1] for row in kept(world).values()} == {"Ana", "Bob"}


@pytest.mark.parametrize(("line", "reason"), [
    ("1;Abel;Ana;;;;", "Date de naissance : la cellule est vide."),
    (";Abel;Ana;05/06/2004;;;", "Numéro de dossier : la cellule est vide."),
    ("1;Abel;Ana;38143;;;", "nombre de tableur"),
    ("1;Abel;Ana;31/02/2005;;;", "n’existe pas"),
    ("1;Abel;Ana;05/06/1970;;;", "jeunes de 14 à 35 ans"),
    ("1;Abel;Ana;05/06/2090;;;", "jeunes de 14 à 35 ans"),
    ("1;Abel;Ana 2;05/06/2004;;;", "sans chiffres ni signes"),
    ("185057800608491;Abel;Ana;05/06/2004;;;", "sécurité sociale"),
    ("1;Abel;Ana;05/06/2004;12;;", "10 chiffres"),
    ("1;Abel;Ana;05/06/2004;;pas une adresse;", "mal écrite"),
    ("1;Abel;Ana;05/06/2004", "4 cellules au lieu de 7"),
    (f"1;{'A' * 81};Ana;05/06/2004;;;", "limite est de 80"),
])  # fmt: skip
def test_a_line_that_is_wrong_is_refused_alone_with_its_reason(world, visit, allowed, line, reason):
    mona = visit("mona")
    send(mona, [line, LINES[1]])
    assert verdicts(world) == {2: "refused", 3: "new"}
    html = mona.get(PAGE).content.decode()
    assert reason in html
    assert "Ligne 2" in html
    with as_owner():
        row = PortfolioRow.objects.get(number=2)
        assert (row.last_name, row.first_name, row.file_number, row.birth_date) == ("", "", "", None)
    confirm(mona)
    assert set(kept(world)) == {"1002"}


def test_a_number_given_twice_is_refused_on_both_lines(world, visit, allowed):
    send(visit("mona"), ["1;Abel;Ana;05/06/2004;;;", "1;Abel;Bob;05/06/2004;;;", LINES[1]])
    assert verdicts(world) == {2: "refused", 3: "refused", 4: "new"}


def test_a_referent_of_elsewhere_is_left_out_and_told(world, visit, allowed):
    mona = visit("mona")
    send(mona, ["1;Abel;Ana;05/06/2004;;;charlie@portail.example"])
    assert "Le référent n’est pas un membre actif" in mona.get(PAGE).content.decode()
    confirm(mona)
    assert kept(world)["1"][-1] == ""


@pytest.mark.parametrize(("header", "line", "reason"), [
    (HEADER + ";Commentaire", LINES[0] + ";bavard", "La colonne « Commentaire » n’est pas acceptée"),
    (HEADER.replace("Prénom", "NIR"), LINES[0], "La colonne « NIR » n’est pas acceptée"),
    (HEADER.replace("Téléphone", "Mobile").replace("Courriel;", "Portable;"), LINES[0], "disent la même chose"),
    ("Nom;Prénom", "a;b", "Il manque la colonne « Numéro de dossier »"),
    (HEADER, "1;Abel;Ana;12/25/2004;;;", "met le mois avant le jour"),
    (HEADER, "", "ne contient aucun jeune"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_nothing_waits(world, visit, allowed, header, line, reason):
    response = send(visit("mona"), [line] if line else [], header)
    assert response.status_code == 200
    assert reason in response.content.decode()
    assert verdicts(world) == {}


def test_more_lines_than_the_most_are_refused():
    with pytest.raises(Unreadable, match="plus de 5000 lignes"):
        read("\n".join([HEADER, *(f"{n};A;B;05/06/2004;;;" for n in range(5001))]).encode())


def test_what_is_not_a_csv_is_refused(world, visit, allowed):
    for name, content in (
        ("x.xlsx", b"PK\x03\x04"),
        ("x.csv", b"PK\x03\x04"),
        ("x.csv", b""),
        ("x.csv", b"a\0b"),
    ):
        response = visit("mona").post(PAGE, {"fichier": SimpleUploadedFile(name, content)})
        assert response.status_code == 200
    assert visit("mona").post(PAGE, {}).status_code == 200


def test_what_waits_is_forgotten_after_a_day(world, visit, allowed, travel):
    mona = visit("mona")
    send(mona)
    with as_worker():
        assert importing.forget_portfolios() == 0
    travel(clock.now() + timedelta(hours=25))
    with acting_as(world.acting("mona")):
        assert importing.waiting(world.acting("mona")) is None
    with as_worker():
        assert importing.forget_portfolios() == 1
        assert importing.forget_portfolios() == 0
    assert verdicts(world) == {}


@pytest.mark.parametrize("name", ["carla", "rosa", "regis"])
def test_what_waits_is_the_organisation_s_own(world, visit, allowed, name):
    """Wall 2 alone: neither read, nor changed, nor confirmed by another organisation."""
    send(visit("mona"))
    acting = world.acting(name)
    with acting_as(acting):
        assert not PortfolioImport.objects.exists()
        assert not PortfolioRow.objects.exists()
        assert not PortfolioRow.objects.update(last_name="x")
    with as_owner():
        assert PortfolioRow.objects.count() == 3


def test_giving_up_forgets_the_file(world, visit, allowed):
    mona = visit("mona")
    send(mona)
    mona.post(PAGE, {"action": "abandonner"})
    assert verdicts(world) == {}
