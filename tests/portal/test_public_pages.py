"""What the law and good manners ask every site to publish, and what machines look for."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from core import clock
from tests.client import StrictClient

PUBLIC = {
    "/aide/": ["Demander de l’aide"],
    "/accessibilite/": [
        "État de conformité", "non conforme", "Résultats des tests", "Non-conformités",
        "Dérogations pour charge disproportionnée", "Contenus non soumis", "Établissement de cette déclaration",
        "Technologies utilisées", "Environnement de test", "Outils pour évaluer", "fait l’objet de la vérification",
        "Retour d’information et contact", "Voies de recours", "Défenseur des droits, Libre réponse 71120",
        "schéma pluriannuel", "plan d’actions",
    ],
    "/mentions-legales/": ["Éditeur", "Directeur ou directrice de la publication", "Hébergeur", "Témoins de connexion"],
    "/donnees-personnelles/": [
        "Qui est responsable", "responsables ensemble", "Délégué à la protection des données", "mission d’intérêt public",
        "Quelles données", "D’où elles viennent", "Qui les voit", "Combien de temps", "Vos droits", "opposer", "réclamation",
        "3 place de Fontenoy", "aucune décision n’est prise par une machine",
    ],
    "/conditions-utilisation/": ["Un compte est personnel", "Ce qui est enregistré"],
    "/contact/": ["119", "Une faille de sécurité", "Délégué à la protection des données"],
    "/plan-du-site/": ["Déclaration d’accessibilité", "Se connecter"],
    "/nouveautes/": ["Première version"],
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_reads_what_must_be_published(db, client, address):
    html = client.get(address).content.decode()
    assert [words for words in PUBLIC[address] if words not in html] == []
    assert "Accessibilité : non conforme" in html


@pytest.mark.parametrize("who", [None, "alice", "nadia", "adam"])
def test_each_of_them_is_reached_from_each_page(world, visit, who):
    client = visit(who) if who else StrictClient()
    html = client.get("/aide/").content.decode()
    assert [address for address in PUBLIC if f'href="{address}"' not in html] == []


@pytest.mark.parametrize("who", [None, "alice", "mona", "nadia", "regis", "paul", "adam"])
def test_the_site_map_leads_somewhere(world, visit, who):
    """Each entry is a page that this very person may open."""
    client = visit(who) if who else StrictClient()
    main = client.get("/plan-du-site/").content.decode().partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="([^"#]+)"', main)
    assert len(links) >= 8
    for address in links:
        assert client.get(address, follow=True).status_code == 200, address


def test_what_the_publisher_has_not_said_is_said(db, client):
    for address in (
        "/mentions-legales/",
        "/contact/",
        "/accessibilite/",
        "/donnees-personnelles/",
        "/conditions-utilisation/",
    ):
        assert "à compléter par l’éditeur" in client.get(address).content.decode(), address


def test_what_the_publisher_said_is_shown_as_it_is():
    publisher = dict.fromkeys(
        ("name", "address", "phone", "director", "host", "contact", "dpo", "security"), "Maison <b>"
    )
    for name in ("mentions_legales", "contact", "accessibilite", "donnees_personnelles", "conditions"):
        html = render_to_string(f"pages/{name}.html", {"publisher": publisher})
        assert "Maison &lt;b&gt;" in html
        assert "à compléter" not in html


# --- Machines -----------------------------------------------------------------------------------------


def test_robots_read_nothing(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content == b"User-agent: *\nDisallow: /\n"
    assert answer["Cache-Control"] == "public, max-age=86400"


def fields(client) -> dict[str, str]:
    answer = client.get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())


def test_whom_to_tell_about_a_weakness(client, settings):
    settings.PORTAL_URL = "https://portail.example/"
    found = fields(client)
    assert found["Contact"] == "mailto:securite@portail.example"
    assert found["Canonical"] == "https://portail.example/.well-known/security.txt"
    assert found["Preferred-Languages"] == "fr, en"
    expires = datetime.strptime(found["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - clock.now() < timedelta(days=365)


@pytest.mark.parametrize(("said", "written"), [
    ({"security": "https://portail.example/signaler"}, "https://portail.example/signaler"),
    ({"security": "", "contact": "aide@portail.example"}, "mailto:aide@portail.example"),
    ({"security": "mailto:a@portail.example"}, "mailto:a@portail.example"),
])  # fmt: skip
def test_the_contact_is_an_address(client, settings, said, written):
    settings.PUBLISHER = settings.PUBLISHER | said
    assert fields(client)["Contact"] == written


@pytest.mark.parametrize("contact", ["", "le secrétariat", "a@b c\nContact: mailto:evil@example"])
def test_without_a_contact_there_is_no_file(db, client, settings, contact):
    settings.PUBLISHER = settings.PUBLISHER | {"security": "", "contact": contact}
    assert client.get("/.well-known/security.txt").status_code == 404


def test_neither_asks_the_database(client):
    """No database in this test: asking it would fail."""
    assert client.get("/robots.txt").status_code == client.get("/.well-known/security.txt").status_code == 200
