"""A period in a company, from the record of the youth to its outcome, on a desk and on a telephone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from tests.referrals.placing_periods import HOST, next_monday

pytestmark = pytest.mark.browser


def test_an_advisor_notes_a_period_and_tells_its_outcome(world, person):
    alice = person("alice")
    alice.goto(reverse("youths:detail", args=[world.youth("yann").uuid]))
    alice.sees("Périodes en entreprise (PMSMP)", "Aucune période notée.")
    alice.link("Noter une période en entreprise")
    alice.look_at_both("Noter une période en entreprise")

    monday = next_monday()
    alice.fill("SIRET de l’entreprise", HOST)
    alice.fill("Nom de l’entreprise", "Boulangerie du Port")
    alice.fill("Tuteur dans l’entreprise", "Camille Four")
    alice.tick("Découvrir un métier ou un secteur")
    alice.fill("Premier jour", monday.isoformat())
    alice.fill("Dernier jour", (monday + timedelta(days=40)).isoformat())
    alice.click("Noter cette période")
    alice.sees(re.compile("Une période dure un mois au plus"))
    alice.look_at_both("Noter une période en entreprise")

    alice.fill("Dernier jour", (monday + timedelta(days=4)).isoformat())
    alice.click("Noter cette période")
    alice.look_at_both("Boulangerie du Port")
    alice.sees("Convention à signer", "35 h")

    alice.link("Noter la signature")
    alice.look_at_both("Noter la signature")
    alice.fill("Signée le", clock.today().isoformat())
    alice.click("Noter la signature")
    alice.look("Boulangerie du Port")
    alice.link("Écrire le bilan")
    alice.look_at_both("Bilan de la période")
    alice.link("Ne rien changer")
    alice.link("Voir le dossier du jeune")
    alice.look_at_both("Yann Kermarrec")
    alice.sees("Boulangerie du Port")
