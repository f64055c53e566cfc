"""The candidacy to the SMV in a browser: prepared, examined, then its exit prepared by both sides; narrow and wide."""

import re
from datetime import timedelta

import pytest

from core import clock
from partners.models import Catchment
from referrals import deadlines
from tests.browser.visitor import Visitor
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put

pytestmark = pytest.mark.browser


def notes(somebody: Visitor, states: dict[str, str]) -> None:
    """Say where each thing stands, on the page of the preparation, and come back to the referral."""
    for question, state in states.items():
        asked = somebody.page.get_by_role("group", name=re.compile(question))
        asked.get_by_label(state, exact=True).check()
    somebody.click("Enregistrer")
    somebody.sees("La préparation est notée.")


def test_a_candidate_is_prepared_taken_and_accompanied_to_the_exit(world, person, travel):
    referral = put(world, "received", sent_at=clock.now() - timedelta(days=3))
    alice, rita, mona = person("alice"), person("rita"), person("mona")

    # Alice prepares the candidate; Rita reads it, and notes the visit.
    alice.goto(referral.get_absolute_url())
    alice.sees("Préparer l’entrée")
    alice.look_at_both("Yann Kermarrec")
    alice.link("Noter ce qui est prêt")
    alice.look_at_both("Préparer l’entrée")
    notes(alice, {"JDC": "Fait", "sportives": "Sans objet"})
    rita.goto(referral.get_absolute_url())
    rita.sees(re.compile("Le certificat de participation à la JDC est réuni, le"))
    part = rita.unfold("Noter une étape")
    part.get_by_label("Étape").select_option(label="Apte")
    part.get_by_role("button", name="Noter une étape").click()
    rita.sees(re.compile("C’est enregistré"))
    rita.look_at_both("Yann Kermarrec")

    # Her manager reads that the visit took place, and no more.
    mona.goto(referral.get_absolute_url())
    mona.sees("Visite passée")
    mona.never_sees(">Apte<")

    # Taken and incorporated; two months before the exit, both sides are asked.
    today = clock.today()
    rita.unfold("Accepter").get_by_role("button", name="Accepter").click()
    part = rita.unfold("Confirmer le démarrage")
    part.get_by_label("A commencé le").fill(str(today))
    part.get_by_label(re.compile("Fin prévue le")).fill(str(today + timedelta(days=240)))
    part.get_by_role("button", name="Confirmer le démarrage").click()
    rita.sees("Préparer la sortie")
    travel(clock.now() + timedelta(days=182))
    with as_worker():
        assert deadlines.run().exits == 1
    alice, rita = person("alice"), person("rita")
    for somebody, first, second in (
        (rita, "projet de sortie", "formations suivies"),
        (alice, "repris contact", "rendez.vous est fixé"),
    ):
        somebody.goto("/")
        somebody.sees("La sortie est à préparer")
        somebody.link(re.compile("^Préparer la sortie"))
        somebody.link("Noter ce qui est prêt")
        somebody.look_at_both("Préparer la sortie")
        notes(somebody, {first: "Fait", second: "Fait"})
        somebody.goto("/")
        assert not somebody.page.get_by_text("La sortie est à préparer").count()


def test_somebody_who_came_by_themselves_is_not_left_alone(world, person):
    with as_owner():
        Catchment.objects.create(organisation=world.org("ML_A"), municipality_id="17300")
    rita = person("rita", width=320)
    rita.goto("/orientations/")
    rita.link(re.compile("venu de lui-même"))
    rita.look_at_both("Un candidat venu de lui-même")
    rita.fill("Où habite cette personne ?", "La Rochelle")
    rita.click("Chercher")
    rita.sees("Mission locale du Port")
    rita.look_at_both("Un candidat venu de lui-même")
    rita.click("L’invitation est donnée")
    rita.sees("C’est compté. Rien n’est gardé de cette personne.")


def test_the_missions_of_an_agency_are_noted_and_read(world, person):
    sent_at = clock.now() - timedelta(days=60)
    referral = put(world, "started", programme="mission_jeunes", sent_at=sent_at)
    rita, alice = person("rita", width=320), person("alice")
    rita.goto(referral.get_absolute_url())
    rita.link("Noter une mission")
    rita.look_at_both("Missions")
    rita.fill("Premier jour", str(clock.today() - timedelta(days=20)))
    rita.fill(re.compile("Ou sa durée"), "5")
    rita.choose("Qu’y a-t-il eu ensuite ?", "Une autre mission")
    rita.click("Noter la mission")
    rita.sees("La mission est notée.")
    rita.link(re.compile("^Corriger"))
    rita.look_at_both("Missions")
    rita.fill(re.compile("Ou sa durée"), "12")
    rita.click("Enregistrer la correction")
    rita.sees("(12 jours)")
    alice.goto(referral.get_absolute_url())
    alice.link("Voir les missions")
    alice.sees("1 mission")
    alice.look_at_both("Missions")
