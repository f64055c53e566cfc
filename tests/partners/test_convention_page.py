"""The page of a convention on a chosen day: text, parties, amendments, what changed, documents, tree and coverage."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import AuditEntry
from core.uploads import check
from partners.conventions import acts
from partners.models import (
    Amendment,
    Branch,
    Commitment,
    Convention,
    ConventionBranch,
    ConventionParty,
    DeclaredFigure,
    Organisation,
)
from tests.conftest import as_owner
from tests.core.hostile_files import pdf


@pytest.fixture(autouse=True)
def _june_2026(travel):
    travel(datetime(2026, 6, 1, 10, tzinfo=UTC))


def page_of(convention, day="") -> str:
    url = reverse("partners:convention_detail", args=[convention.uuid])
    return f"{url}?au={day}" if day else url


def text(response) -> str:
    return " ".join(response.content.decode().split())


def a_pdf(marker: bytes = b""):
    return check(
        SimpleUploadedFile("texte.pdf", pdf() if not marker else pdf(b"% " + marker + b"\n")), acts.ACCEPTS
    )


@pytest.fixture
def bretagne(founding, world):
    """The regional declination of UNML-SMV for Bretagne: three parties, an amendment that adds one and extends, one exit."""
    with as_owner():
        bodies = [
            Organisation.objects.create(name=name, network=network, level="regional", region_id="53")
            for name, network in (
                ("ARML Bretagne", "ml"),
                ("RSMV", "smv"),
                ("CMAR", "cma"),
                ("DREETS", "state"),
            )
        ]
        convention = Convention.objects.create(
            code="BRE-SMV-2025", title="Déclinaison bretonne", nature="declinaison", level="regional",
            region_id="53", parent=founding["UNML-SMV-2024"], signed_on=date(2025, 1, 10),
            starts_on=date(2025, 1, 10), ends_on=date(2025, 12, 31), purpose="Orienter vers le SMV.",
            themes=["smv"],
        )  # fmt: skip
        for body in bodies[:3]:
            ConventionParty.objects.create(convention=convention, organisation=body)
        amendment = Amendment.objects.create(
            convention=convention, number=1, kinds=["duree", "parties", "objet", "engagements", "branches"],
            signed_on=date(2025, 9, 1), effective_on=date(2025, 10, 1), new_ends_on=date(2027, 12, 31),
            new_purpose="Orienter vers le SMV et accueillir.", note="Entrée de l’État.",
        )  # fmt: skip
        ConventionParty.objects.create(convention=convention, organisation=bodies[3], joined_by=amendment)
        Commitment.objects.create(
            convention=convention, theme="smv", wording="Tenir une permanence", added_by=amendment
        )
        branch = Branch.objects.create(code="gros", name="Commerces de gros", idcc=["0573", "1624"])
        ConventionBranch.objects.create(convention=convention, branch=branch, added_by=amendment)
        acts.party_exit(
            convention.pk,
            party=bodies[2].pk,
            last_day=date(2026, 3, 31),
            reason="Chambre réorganisée",
            by=world.user("nadia").pk,
        )
    return convention


# --- The text on three days -----------------------------------------------------------------


def test_the_page_tells_the_truth_of_three_days(bretagne, visit):
    nadia = visit("nadia")

    def read(day):
        response = nadia.get(page_of(bretagne, day))
        html = text(response)
        parties = [line.name for line in response.context["reading"].parties]
        return html, parties

    html, parties = read("2025-06-01")
    assert "Vous lisez la convention telle qu’elle était le <strong>1er juin 2025</strong>" in html
    assert parties == ["ARML Bretagne", "RSMV", "CMAR"]
    assert "31 décembre 2025 (dernier jour couvert)" in html
    assert "Orienter vers le SMV.</p>" in html
    assert "Tenir une permanence" not in html
    assert "IDCC" not in html
    assert "Pas encore en vigueur" in html

    html, parties = read("15/11/2025")
    assert parties == ["ARML Bretagne", "RSMV", "CMAR", "DREETS"]
    assert "31 décembre 2027 (dernier jour couvert), par avenant ; au départ le 31 décembre 2025" in html
    assert "Modifié par l’avenant n° 1" in html
    assert "entrée le 1er octobre 2025 par l’avenant n° 1" in html
    assert 'Commerces de gros <span class="muted">(IDCC 0573 et 1624, ajoutée par l’avenant n° 1)' in html
    assert "Tenir une permanence" in html

    html, parties = read("")
    assert parties == ["ARML Bretagne", "RSMV", "DREETS"]
    assert "Vous lisez la convention" not in html
    assert "sortie : dernier jour le 31 mars 2026. Chambre réorganisée." in html
    assert "elle court jusqu’au 31 décembre 2027" in html
    assert (
        "Nouvelle échéance : 31 décembre 2027. Entrée de DREETS. Branche ajoutée : Commerces de gros." in html
    )


def test_a_day_to_come_says_so_and_leaves_today_out(bretagne, visit):
    html = text(visit("nadia").get(page_of(bretagne, "2028-01-01")))
    assert "telle qu’elle sera le" in html
    assert "Échue" in html
    assert "Comité de suivi" not in html
    assert 'href="/conventions/' in html
    assert "Revenir à aujourd’hui" in html


@pytest.mark.parametrize("typed", ["hier", "31/02/2026", "2026-13-01", "0000-00-00", "99/99/9999"])
def test_a_day_that_does_not_exist_is_said_beside_the_field(bretagne, visit, typed):
    response = visit("nadia").get(page_of(bretagne, typed))
    assert response.status_code == 200
    html = text(response)
    assert "Cette date n’existe pas" in html
    assert f'value="{typed}"' in html
    assert response.context["day"] == date(2026, 6, 1)


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_ends_of_the_calendar_are_read(bretagne, founding, visit, day):
    nadia = visit("nadia")
    for convention in (bretagne, *founding.values()):
        assert nadia.get(page_of(convention, day)).context["day"] == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_day_that_no_convention_knew_is_refused_beside_the_field(bretagne, visit, day):
    response = visit("nadia").get(page_of(bretagne, day))
    assert "Choisissez une date entre 1900 et 2199." in text(response)
    assert response.context["day"] == date(2026, 6, 1)


def test_what_changed_says_who_when_and_why(bretagne, visit, world):
    with as_owner():
        acts.suspend(bretagne.pk, on=date(2026, 5, 4), reason="Travaux au centre", by=world.user("nadia").pk)
    response = visit("alice").get(page_of(bretagne))
    html = text(response)
    assert "Suspendue depuis le 4 mai 2026. Travaux au centre. Son terme reste le 31 décembre 2027." in html
    titles = [change.title for change in response.context["changes"]]
    assert titles == [
        "Suspension",
        "Sortie de CMAR",
        "Avenant n° 1 (durée, parties, objet, engagements et branches)",
        "Signature",
    ]
    name = world.user("nadia").get_full_name()
    assert html.count(f"Enregistré le 1er juin 2026 par {name}.") == 2, "the suspension and the exit"
    assert [change.why for change in response.context["changes"]][1:3] == [
        "Chambre réorganisée",
        "Entrée de l’État.",
    ]


def test_declared_figures_with_their_source(bretagne, visit, owner_makes):
    owner_makes(
        DeclaredFigure, convention=bretagne, label="Jeunes accompagnés", value=Decimal("45000"), approximate=True,
        perimeter="Bretagne", period="2024", source="Rapport d’activité",
    )  # fmt: skip
    html = text(visit("alice").get(page_of(bretagne))).replace("\u202f", " ").replace("&nbsp;", " ")
    assert "environ 45 000 jeunes" in html.replace("\xa0", " ")
    assert "Bretagne, 2024. Source : Rapport d’activité" in html


# --- Documents ------------------------------------------------------------------------------


@pytest.fixture
def papers(bretagne, world):
    by = world.user("nadia").pk
    with as_owner():
        return [
            acts.add_document(bretagne.pk, a_pdf(marker), kind="signe", title="Texte signé", by=by)
            for marker in (b"first", b"second")
        ]


def paper_url(convention, document):
    return reverse("partners:convention_document", args=[convention.uuid, document.uuid])


def test_documents_newest_first_and_downloaded_by_any_member(bretagne, papers, visit):
    first, second = papers
    html = text(visit("alice").get(page_of(bretagne)))
    assert html.index(paper_url(bretagne, second)) < html.index("Versions précédentes (1)")
    assert html.index("Versions précédentes (1)") < html.index(paper_url(bretagne, first))
    assert second.document.sha256[:16] in html
    for name in ("alice", "rita", "charlie", "regis", "nadia"):
        response = visit(name).get(paper_url(bretagne, first))
        assert response.status_code == 200
        assert response.content == pdf(b"% first\n")
        assert response["Content-Disposition"].startswith("attachment;")
    with as_owner():
        assert AuditEntry.objects.filter(kind="export", subject_kind="convention").count() == 5


def test_a_document_is_reached_through_its_own_convention_only(bretagne, papers, founding, visit):
    alice = visit("alice")
    assert alice.get(paper_url(founding["UNML-SMV-2019"], papers[0])).status_code == 404
    assert (
        alice.get(reverse("partners:convention_document", args=[bretagne.uuid, uuid4()])).status_code == 404
    )
    assert alice.get(f"/conventions/{bretagne.uuid}/documents/nimporte/").status_code == 404
    assert alice.post(paper_url(bretagne, papers[0])).status_code == 405


# --- The tree and what it covers ------------------------------------------------------------


def test_coverage_counts_regions_and_the_missions_locales_that_sign(founding, bretagne, visit, world):
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(name=f"ML {n}", network="ml", level="local", region_id=region)
            for n, region in enumerate(["53"] * 3 + ["75"] * 3)
        )
        signer = (
            Organisation.objects.filter(region_id="75", network="ml", level="local").order_by("pk").first()
        )
        local = Convention.objects.create(
            code="LOC-1", title="Texte local", level="local", region_id="75", parent=founding["UNML-SMV-2024"],
            signed_on=date(2025, 1, 1),
        )  # fmt: skip
        ConventionParty.objects.create(convention=local, organisation=signer)
        totals = {
            region: Organisation.objects.filter(network="ml", level="local", region_id=region).count()
            for region in ("53", "75")
        }
    response = visit("nadia").get(page_of(founding["UNML-SMV-2024"]))
    tree = response.context["tree"]
    by_region = dict(tree.regions)
    assert (by_region["Bretagne"].covered, by_region["Bretagne"].total) == (totals["53"], totals["53"])
    assert (by_region["Nouvelle-Aquitaine"].covered, by_region["Nouvelle-Aquitaine"].total) == (
        1,
        totals["75"],
    )
    assert tree.total.covered == totals["53"] + 1
    assert f"Missions Locales couvertes : {totals['53']} sur {totals['53']}" in text(response)
    # Before it was signed, it covered nobody.
    before = visit("nadia").get(page_of(founding["UNML-SMV-2024"], "2024-12-31")).context["tree"]
    assert before.total.covered == 0


def test_a_tree_of_a_country_folds_its_local_texts(founding, visit, queries):
    parent = founding["UNML-SMV-2024"]
    with as_owner():
        regional = Convention.objects.create(
            code="REG", title="Texte régional", level="regional", region_id="53", parent=parent
        )
        Convention.objects.bulk_create(
            Convention(code=f"L-{n}", title=f"Local {n}", level="local", region_id="53", parent=regional)
            for n in range(100)
        )
    count, sql = queries(visit("alice"), page_of(parent))
    assert count - 1 <= 10, sql
    html = text(visit("alice").get(page_of(parent)))
    assert f'<a href="{page_of(regional)}#declinaisons">100 textes locaux<' in html
    assert "Local 40" not in html
    html = text(visit("alice").get(page_of(regional)))
    assert "<summary>100 textes locaux</summary>" in html
    assert '<details class="tree-fold">' in html
    one = Convention.objects.get(code="L-40")
    assert '<details class="tree-fold" open>' in text(visit("alice").get(page_of(one)))


def test_queries_of_a_full_page(bretagne, papers, visit, queries, world, owner_makes):
    alice = visit("alice")
    few, _ = queries(alice, page_of(bretagne))
    with as_owner():
        by = world.user("nadia").pk
        for n in range(5):
            acts.add_document(bretagne.pk, a_pdf(), kind="annexe", title=f"Annexe {n}", by=by)
            Amendment.objects.create(
                convention=bretagne, number=n + 2, kinds=["parties"], effective_on=date(2026, 1, 1)
            )
            acts.suspend(bretagne.pk, on=date(2026, 4, n + 1), reason="Pause", by=by)
            acts.resume(bretagne.pk, on=date(2026, 4, n + 2), reason="Reprise", by=by)
    many, sql = queries(alice, page_of(bretagne))
    assert many == few, sql
    assert many - 1 <= 10, sql
    then, sql = queries(alice, page_of(bretagne, "2025-06-01"))
    assert then <= many, sql
