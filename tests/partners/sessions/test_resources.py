"""Shared resources: found, opened, shared by a party, taken away by who shared them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.models import Document
from partners.models import Convention, ConventionParty, Organisation, Resource
from tests.conftest import as_owner
from tests.core.hostile_files import pdf

LIST, ADD = reverse("partners:resource_list"), reverse("partners:resource_add")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def convention(world):
    with as_owner():
        found = Convention.objects.get()
        Convention.objects.update(ends_on=clock.today() + timedelta(days=100))
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=found, organisation=world.org(key))
    return found


@pytest.fixture
def share(world, convention):
    def make(key: str = "ML_A", **fields) -> Resource:
        with as_owner():
            return Resource.objects.create(
                convention=convention, organisation=world.org(key), added_by=world.user("alice"),
                **{"kind": "lien", "title": "Guide", "theme": "smv", "url": "https://ressources.example.org/guide"}
                | fields,
            )  # fmt: skip

    return make


def typed(convention, **changes) -> dict:
    return {
        "convention": str(convention.uuid), "title": "Livret d’accueil", "theme": "smv",
        "url": "https://ressources.example.org/livret", "description": "Pour les équipes",
    } | changes  # fmt: skip


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_everybody_finds_what_is_shared(visit, share, convention, name):
    share(title="Guide du recruteur", theme="smv")
    share(
        "RSMV", title="Cartes de métiers", theme="apprentissage", kind="pedagogie", description="À découper"
    )
    who = visit(name)
    for query, shown, hidden in (
        ("theme=apprentissage", "Cartes de métiers", "Guide du recruteur"),
        ("nature=lien", "Guide du recruteur", "Cartes de métiers"),
        ("q=DÉCOUPER", "Cartes de métiers", "Guide du recruteur"),
        (f"convention={convention.uuid}&q=recruteur", "Guide du recruteur", "Cartes de métiers"),
    ):
        page = text(who.get(f"{LIST}?{query}"))
        assert shown in page, query
        assert hidden not in page, query
    assert "Convention : Convention UNML – SMV" in text(who.get(f"{LIST}?convention={convention.uuid}"))
    assert "Aucune ressource ne correspond" in text(who.get(f"{LIST}?q=introuvable"))


def test_the_list_costs_the_same_whatever_its_length(visit, share, queries):
    share()
    few, _ = queries(visit("alice"), LIST)
    for number in range(40):
        share(title=f"Guide {number}")
    assert queries(visit("alice"), LIST)[0] == few <= 8


def test_alice_shares_a_link(world, visit, convention):
    alice = visit("alice")
    assert "Convention UNML – SMV" in text(alice.get(f"{ADD}?convention={convention.uuid}"))
    assert not Resource.objects.exists()
    page = text(alice.post(ADD, typed(convention, teaching="on"), follow=True))
    assert "La ressource est partagée" in page
    assert 'rel="noopener noreferrer external"' in page
    resource = Resource.objects.get()
    assert (resource.kind, resource.organisation) == ("pedagogie", world.org("ML_A"))


def test_rosa_shares_a_file_that_everybody_opens_and_takes_it_away(world, visit, convention):
    rosa = visit("rosa")
    file = SimpleUploadedFile("Livret de Jean.pdf", pdf())
    assert rosa.post(ADD, typed(convention, url="", file=file)).status_code == 302
    resource = Resource.objects.get()
    answer = visit("charlie").get(reverse("partners:resource_file", args=[resource.uuid]))
    assert answer["Content-Type"] == "application/pdf"
    assert "Jean" not in answer["Content-Disposition"]
    remove = reverse("partners:resource_remove", args=[resource.uuid])
    assert "Livret d’accueil" in text(rosa.get(remove))
    assert Resource.objects.exists()
    assert "est retirée" in text(rosa.post(remove, follow=True))
    assert not Resource.objects.exists()
    assert not Document.objects.exists()
    assert rosa.post(remove).status_code == 404


@pytest.mark.parametrize(("changes", "message"), [
    ({"url": "http://ressources.example.org/"}, "qui commence par https://"),
    ({"url": "javascript:alert(1)"}, "qui commence par https://"),
    ({"url": "https://moi:secret@ressources.example.org/"}, "ni identifiant ni mot de passe"),
    ({"url": ""}, "Donnez une adresse ou un fichier"),
    ({"convention": "00000000-0000-4000-8000-000000000000"}, "Sélectionnez un choix valide"),
    ({"theme": ""}, "Ce champ est obligatoire"),
])  # fmt: skip
def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(visit, convention, changes, message):
    page = text(visit("alice").post(ADD, typed(convention, description="À ne pas perdre") | changes))
    assert message in page
    assert "À ne pas perdre" in page
    assert not Resource.objects.exists()


def test_a_link_and_a_file_are_one_too_many_and_a_lying_file_is_refused(visit, convention):
    alice = visit("alice")
    both = typed(convention, file=SimpleUploadedFile("a.pdf", pdf()))
    assert "pas les deux" in text(alice.post(ADD, both))
    lying = typed(convention, url="", file=SimpleUploadedFile("a.pdf", b"MZ"))
    assert "has-error" in text(alice.post(ADD, lying))
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["rita", "charlie", "carla", "regis", "nadia", "paul"])
def test_what_others_share_is_theirs(visit, share, name):
    resource = share()
    who, remove = visit(name), reverse("partners:resource_remove", args=[resource.uuid])
    assert "Retirer" not in text(who.get(LIST))
    assert who.get(remove).status_code == 403
    assert who.post(remove).status_code == 403
    assert Resource.objects.exists()


def test_who_may_not_share_and_what_is_unknown(client, world, visit, share):
    resource = share()
    assert visit("paul").get(ADD).status_code == 403
    assert client.get(LIST).status_code == 302
    # A link has no file.
    assert visit("alice").get(reverse("partners:resource_file", args=[resource.uuid])).status_code == 404
    assert visit("alice").get("/ressources/pas-un-uuid/fichier/").status_code == 404


def test_a_sensitive_organisation_shares_without_being_named(world, visit, share):
    share("RSMV")
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_sensitive=True)
    page = text(visit("alice").get(LIST))
    assert "Structure partenaire" in page
    assert "RSMV" not in page


def test_what_is_shared_twice_in_one_gesture_is_there_once(visit, convention):
    rosa = visit("rosa")
    for _ in range(2):
        rosa.post(ADD, typed(convention))
        rosa.post(ADD, typed(convention, url="", file=SimpleUploadedFile("Livret.pdf", pdf())))
    assert Resource.objects.count() == 2
    assert Document.objects.count() == 1
