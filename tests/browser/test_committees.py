"""Mona plans and records a committee and gives Rosa something to do; Alice organises a session. Axe on each page."""

import re
from datetime import timedelta

import pytest

from core import clock
from partners.models import Committee, CommitteeMeeting, CommitteeMember, Convention, ConventionParty
from tests.conftest import as_owner

pytestmark = pytest.mark.browser


@pytest.fixture
def committee(world) -> Committee:
    with as_owner():
        convention = Convention.objects.get()
        Convention.objects.update(ends_on=clock.today() + timedelta(days=300))
        for key in ("ML_A", "RSMV"):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        found = Committee.objects.create(convention=convention, name="Comité du port")
        for who, key in (("mona", "ML_A"), ("rosa", "RSMV")):
            CommitteeMember.objects.create(committee=found, organisation=world.org(key), user=world.user(who))
        CommitteeMeeting.objects.create(committee=found, held_on=clock.today() - timedelta(days=2))
    return found


@pytest.mark.parametrize("width", [320, 1280])
def test_a_committee_meets_and_its_action_is_done(world, person, committee, width):
    mona = person("mona", width=width)
    mona.goto("/comites/tous/")
    mona.look("Tous les comités")
    mona.link(re.compile("Comité du port"))
    mona.look("Comité du port")
    mona.link("Prévoir une réunion")
    mona.look("Prévoir une réunion")
    mona.click("Prévoir la réunion")
    mona.look("Prévoir une réunion")
    mona.sees("Un point est à corriger")
    mona.fill("Date", (clock.today() + timedelta(days=30)).isoformat())
    mona.click("Prévoir la réunion")
    mona.look(re.compile("Réunion du"))
    mona.goto(f"/comites/{committee.uuid}/")
    with as_owner():
        held = committee.meetings.get(held_on__lt=clock.today())
    mona.goto(held.get_absolute_url())
    mona.link("Noter la réunion")
    mona.look("Noter une réunion")
    mona.fill("Décisions", "On se revoit en janvier")
    mona.click("Enregistrer la réunion")
    mona.look(re.compile("Réunion du"))
    mona.link("Inscrire une action")
    mona.look("Inscrire une action")
    mona.fill("Action", "Envoyer les dates")
    mona.page.get_by_label("Confiée à").select_option(f"{world.org('RSMV').pk}-{world.user('rosa').pk}")
    mona.fill("Pour le", (clock.today() + timedelta(days=5)).isoformat())
    mona.click("Inscrire l’action")
    mona.look(re.compile("Réunion du"))

    rosa = person("rosa", width=width)
    rosa.goto("/")
    rosa.look("À faire")
    rosa.link(re.compile("Dire la suite donnée"))
    rosa.look("Suite donnée à une action")
    rosa.page.get_by_label("C’est fait").check()
    rosa.fill("Suite donnée", "Envoyées hier")
    rosa.click("Clore l’action")
    rosa.look("Comité du port")
    rosa.sees("Aucune action n’est en attente.")


@pytest.mark.parametrize("width", [320, 1280])
def test_alice_organises_a_session(world, person, width):
    alice = person("alice", width=width)
    alice.goto("/rencontres/")
    alice.look("Rencontres")
    alice.link("Organiser une rencontre")
    alice.look("Organiser une rencontre")
    alice.page.get_by_label("Nature").select_option("visite")
    alice.fill("Titre", "Visite du régiment")
    alice.fill("Jour", (clock.today() + timedelta(days=9)).isoformat())
    alice.page.locator("#id_starts").fill("14:00")
    alice.page.locator("#id_ends").fill("16:00")
    alice.click("Enregistrer la rencontre")
    alice.look("Choisir les partenaires")
    alice.goto(alice.page.url.replace(alice.base_url, "") + "?q=rsmv")
    alice.page.get_by_label(re.compile("3e RSMV")).check()
    alice.click("Ajouter les structures cochées")
    alice.look("Choisir les partenaires")
    alice.link("C’est terminé")
    alice.look("Visite du régiment")
    alice.sees("3e RSMV de La Rochelle")
    alice.goto("/ressources/")
    alice.look("Ressources partagées")
