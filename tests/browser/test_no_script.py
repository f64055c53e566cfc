"""Sending and answering without JavaScript: everything is a link or a form."""

import re

import pytest

from tests.browser.test_story import answer_smv_form, does, opens

pytestmark = pytest.mark.browser


def test_send_and_answer_without_scripts(visitor):
    alice = visitor(scripts=False)
    alice.sign_in("alice@portail.example")
    alice.page.get_by_role("searchbox", name="Chercher un jeune de votre structure").fill("kermarrec")
    alice.press("Enter")
    alice.link(re.compile("Kermarrec Yann"))
    alice.link("Nouvelle orientation")
    alice.unfold("pas aujourd’hui (")
    alice.link(re.compile("Choisir.*Service militaire volontaire"))
    answer_smv_form(alice)
    alice.click("Envoyer l’orientation")
    alice.sees("Un point est à corriger")
    alice.tick(re.compile("Le jeune est d’accord"))
    alice.tick("je lui ai lu ce texte")
    alice.tick("de vive voix, en entretien")
    alice.click("Envoyer l’orientation")
    alice.sees(re.compile("L’orientation est envoyée"))

    rita = visitor(scripts=False)
    rita.sign_in("rita@portail.example")
    opens(rita, "Yann Kermarrec", "Répondre")
    does(rita, "Demander un complément", {"Votre question": "Quelles sont ses disponibilités ?"})
    opens(alice, "Yann Kermarrec", "Compléter")
    does(alice, "Répondre à la question", {"Votre réponse": "Dès lundi."})
    opens(rita, "Yann Kermarrec", "Répondre")
    does(rita, "Refuser", {"Motif": "Non retenu faute de place"})
    opens(alice, "Yann Kermarrec", "Rebondir")
    alice.link("Proposer ailleurs")
    alice.sees("Vers quel dispositif ?")
    rita.sign_out()
    for one in (alice, rita):
        one.at_peace()
