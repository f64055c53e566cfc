"""Offers: published, changed, checked and closed by their organisation, read by everybody."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.scope import acting_as
from core.working_days import add_months
from partners.models import Network, Organisation
from referrals.models import Offer
from referrals.offers import keeping
from referrals.offers.codes import TELLING
from tests.conftest import as_owner
from tests.days import noon
from tests.referrals.offers.making import propose

LIST, CREATE = reverse("referrals:offer_list"), reverse("referrals:offer_create")
READERS = ["alice", "mona", "rita", "charlie", "regis", "nadia", "paul"]


def text(response) -> str:
    return response.content.decode()


def page(offer: Offer, name: str = "detail") -> str:
    return reverse(f"referrals:offer_{name}", args=[offer.uuid])


def typed(**changes) -> dict:
    today = clock.today()
    return {
        "programme": "smv", "title": "Incorporation de mars", "description": "Huit à douze mois.",
        "departments": "17, 86", "publics": ["MOINS_26"], "prerequisites": "Motivation", "places": "8",
        "entry_1": str(today + timedelta(days=40)), "opens_on": str(today),
        "url": "https://carif.example.org/fiche/12",
    } | changes  # fmt: skip


def test_rita_publishes_and_everybody_reads(world, visit):
    rita = visit("rita")
    assert "Publier une offre" in text(rita.get(LIST))
    assert "?nature=besoin" not in text(rita.get(LIST))
    assert not Offer.objects.exists()
    content = text(rita.post(CREATE, typed(), follow=True))
    assert "L’offre est publiée" in content
    with acting_as(world.acting("rita")):
        offer = Offer.objects.get()
    assert (offer.organisation, offer.checked_on) == (world.org("RSMV"), clock.today())
    for name in READERS:
        who = visit(name)
        assert "Incorporation de mars" in text(who.get(LIST)), name
        detail = text(who.get(page(offer)))
        for words in ("8 places sur 8", "Vienne (86)", "18-25 ans", "https://carif.example.org/fiche/12"):
            assert words in detail, (name, words)
        assert ("Modifier" in detail) is (name == "rita")
        assert ("Orienter un jeune vers cette offre" in detail) is (name in ("alice", "mona", "charlie"))


def test_the_life_of_an_offer(world, visit, travel):
    """Published, forgotten for six months, checked, changed, closed: each is told in its history."""
    rita = visit("rita")
    offer = propose(world)
    assert "Ouverte" in text(rita.get(page(offer)))
    limit = add_months(clock.today(), 6)
    for day, stale in ((limit, False), (limit + timedelta(days=1), True)):
        travel(noon(day))
        rita = visit("rita")
        assert ("depuis plus de six mois" in text(rita.get(page(offer)))) is stale
        assert ("À vérifier" in text(rita.get(LIST))) is stale
    assert "vérifiée aujourd’hui" in text(rita.post(page(offer, "verify"), {"version": 1}, follow=True))
    assert "a changé entre-temps" in text(rita.post(page(offer, "verify"), {"version": 1}, follow=True))
    done = rita.post(
        page(offer, "edit"), typed(version=2, places="5", opens_on=str(offer.opens_on)), follow=True
    )
    assert "5 places sur 5" in text(done)
    assert "Dites pourquoi" in text(rita.post(page(offer, "close"), {"version": 3}))
    closed = text(rita.post(page(offer, "close"), {"version": 3, "reason": "pourvue"}, follow=True))
    for words in ("Fermée le", "toutes les places sont prises", "Publiée", "Vérifiée", "places", "Fermée"):
        assert words in closed
    assert "Incorporation" not in text(rita.get(LIST))
    assert "Incorporation" in text(rita.get(f"{LIST}?quand=toutes"))
    for name in ("edit", "close"):
        assert "elle ne change plus" in text(rita.get(page(offer, name), follow=True))


def test_two_people_at_once(world, visit):
    offer = propose(world)
    mine = typed(version=1, title="Le mien")
    assert visit("sam").post(page(offer, "edit"), typed(version=1, title="Le sien")).status_code == 302
    late = visit("rita").post(page(offer, "edit"), mine)
    assert late.status_code == 409
    assert "Le sien" in text(late)
    assert "Le mien" in text(late)
    assert visit("rita").post(page(offer, "edit"), mine | {"version": 2}).status_code == 302
    late = visit("rita").post(page(offer, "close"), {"version": 1, "reason": "erreur"})
    assert late.status_code == 409


@pytest.mark.parametrize(("changes", "message"), [
    ({"title": ""}, "Ce champ est obligatoire"),
    ({"programme": "apprentissage"}, "Sélectionnez un choix valide"),
    ({"departments": ""}, "Dites où"),
    ({"departments": "17, 999"}, "n’existe pas : 999"),
    ({"is_national": "on"}, "suffit"),
    ({"publics": []}, "Cochez au moins un public"),
    ({"publics": ["RQTH", "EXILES"]}, "Ajoutez un public plus large"),
    ({"places": "0"}, "supérieure ou égale à 1"),
    ({"url": "http://carif.example.org/"}, "qui commence par https://"),
    ({"url": "https://moi:secret@carif.example.org/"}, "ni identifiant ni mot de passe"),
    ({"entry_1": "9999-12-31"}, "trois ans à venir"),
    ({"opens_on": "0000-00-00"}, "Cette date n’existe pas"),
    ({"closes_on": str(clock.today() - timedelta(days=1))}, "avant d’ouvrir"),
    ({"prerequisites": "1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
    ({"description": "x" * 1_000_000}, "la limite est de 2000"),
    ({"title": "a\x00b"}, "caractère"),
])  # fmt: skip
def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(world, visit, changes, message):
    content = text(visit("rita").post(CREATE, typed(prerequisites="À ne pas perdre") | changes))
    assert message in content
    assert "prerequisites" in changes or "À ne pas perdre" in content
    with as_owner():
        assert not Offer.objects.exists()


def test_a_chamber_publishes_the_need_of_an_employer(world, visit):
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(network=Network.CMA)
    rita = visit("rita")
    assert "?nature=besoin" in text(rita.get(LIST))
    need = {
        "programme": "apprentissage", "title": "Deux apprentis boulangers", "trade": "Boulanger",
        "employer": "Fournil du Port", "places": "2", "closes_on": str(clock.today() + timedelta(days=30)),
        "aids": "Logement possible", "departments": "17", "publics": ["TOUS"], "opens_on": str(clock.today()),
    }  # fmt: skip
    for missing in ("trade", "places", "closes_on"):
        assert "obligatoire" in text(rita.post(f"{CREATE}?nature=besoin", need | {missing: ""}))
    content = text(rita.post(f"{CREATE}?nature=besoin", need, follow=True))
    for words in ("Boulanger", "Fournil du Port", "2 postes sur 2", "Logement possible"):
        assert words in content
    assert "Deux apprentis" in text(
        visit("alice").get(f"{LIST}?q=FOURNIL&nature=besoin&dispositif=apprentissage")
    )


def test_whoever_receives_nobody_publishes_nothing_and_a_centre_publishes_no_employer(world, visit):
    assert "Publier un besoin" not in text(visit("rita").get(f"{CREATE}?nature=besoin"))
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(network=Network.STATE)
    assert "pour aucun dispositif" in text(visit("rita").get(CREATE, follow=True))


def test_filters(world, visit):
    propose(world)
    propose(world, "SMV_C", title="Brest", departments=[], regions=["53"], is_national=False)
    propose(world, "ML_A", title="Atelier", programme="retour", departments=[], is_national=True)
    alice = visit("alice")
    for query, shown in {
        "departement=17": {"Incorporation", "Atelier"},
        "departement=29": {"Brest", "Atelier"},
        "reseau=smv": {"Incorporation", "Brest"},
        "dispositif=retour": {"Atelier"},
        "qui=nous": {"Atelier"},
        "q=brest": {"Brest"},
        "nature=besoin": set(),
    }.items():
        content = text(alice.get(f"{LIST}?{query}"))
        found = {title for title in ("Incorporation", "Brest", "Atelier") if f"<b>{title}" in content}
        assert found == shown, query


def test_what_is_not_open_today_is_not_in_the_list(world, visit):
    today = clock.today()
    propose(world, title="Demain", opens_on=today + timedelta(days=1))
    propose(world, title="Hier", opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1))
    propose(world, title="Dernier jour", opens_on=today - timedelta(days=9), closes_on=today)
    propose(world, "SMV_C", title="Structure fermée", departments=["29"])
    with as_owner():
        Organisation.objects.filter(key="SMV_C").update(ends_on=today)
    content = text(visit("alice").get(LIST))
    assert "Dernier jour" in content
    for title in ("Demain", "Hier", "Structure fermée"):
        assert title not in content


@pytest.mark.parametrize("name", ["alice", "charlie", "rose"])
def test_the_others_read_and_write_nothing(world, visit, name):
    offer = propose(world)
    who = visit(name)
    for action in ("edit", "verify", "close"):
        assert who.get(page(offer, action)).status_code == 404
        assert who.post(page(offer, action), {"version": 1, "reason": "erreur"}).status_code == 404
    assert visit("regis").get(CREATE).status_code == 403
    assert (
        who.get(reverse("referrals:offer_detail", args=["0" * 8 + "-0000-4000-8000-" + "0" * 12])).status_code
        == 404
    )
    assert visit("rita").get(page(offer, "verify")).status_code == 302
    with as_owner():
        offer.refresh_from_db()
    assert (offer.version, offer.closed_on) == (1, None)


def test_a_sensitive_structure_names_itself_by_publishing(world, visit):
    offer = propose(world)
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_sensitive=True)
    detail = text(visit("alice").get(page(offer)))
    assert "3e RSMV" in detail
    assert reverse("partners:organisation_detail", args=[world.org("RSMV").uuid]) not in detail
    assert "avec le nom de votre structure" in text(visit("rita").get(CREATE))


def test_wall_2(world):
    """With wall 1 forgotten: everybody reads, only the organisation writes, nobody deletes."""
    offer = propose(world)
    with acting_as(world.acting("charlie")):
        assert Offer.objects.count() == 1
        assert Offer.objects.filter(pk=offer.pk).update(places=99) == 0
        assert not Offer.objects.select_for_update().filter(pk=offer.pk).exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Offer.objects.create(
                organisation=world.org("RSMV"), created_by=world.user("charlie"), programme="smv",
                title="Fausse", is_national=True, publics=["TOUS"],
            )  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Offer.objects.all()._raw_delete("default")
    with acting_as(world.acting("rita")):
        assert Offer.objects.filter(pk=offer.pk).update(places=4) == 1
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(organisation=world.org("SMV_C"))
    assert not Offer.objects.exists()  # without a scope


@pytest.mark.parametrize("fields", [
    {"publics": []},
    {"publics": [TELLING[0]]},
    {"departments": []},
    {"is_national": True},
    {"places": 0},
    {"closing": "erreur"},
    {"kind": "besoin"},
    {"employer": "Fournil"},
])  # fmt: skip
def test_the_database_refuses_an_offer_that_makes_no_sense(world, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        propose(world, **fields)


def test_fewer_places_than_are_taken(world, visit, monkeypatch):
    offer = propose(world)
    refused = keeping.TooFew(2)

    def change(*args, **kwargs):
        raise refused

    monkeypatch.setattr(keeping, "change", change)
    assert "2 places sont déjà prises" in text(visit("rita").post(page(offer, "edit"), typed(version=1)))


def test_the_pages_cost_the_same_whatever_their_length(world, visit, queries):
    offer = propose(world)
    alice = visit("alice")
    few = queries(alice, LIST)[0]
    for number in range(60):
        propose(world, title=f"Offre {number}")
    assert queries(alice, LIST)[0] == few <= 8
    assert len(alice.get(LIST).content) < 25_000
    assert queries(alice, page(offer))[0] <= 10


def test_the_form_sent_twice_publishes_one_offer(visit, travel):
    rita = visit("rita")
    first = rita.post(CREATE, typed())
    assert rita.post(CREATE, typed()).url == first.url
    rita.post(CREATE, typed(title="Incorporation d’avril"))
    travel(clock.now() + timedelta(minutes=20))
    assert rita.post(CREATE, typed()).url != first.url, "later, it is another promotion of the same kind"
    with as_owner():
        assert Offer.objects.count() == 3
