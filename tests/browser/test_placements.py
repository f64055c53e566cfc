"""A period in a company, from the record of the youth to its outcome, on a desk and on a telephone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from referrals.models import WorkPlacement
from tests.conftest import as_owner
from tests.referrals.placing_periods import HOST, next_monday

pytestmark = pytest.mark.browser


def test_an_advisor_notes_a_period_and_tells_its_outcome(world, person, travel):
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

    # On its last day "À faire" asks for the outcome; the youth has read it and is hired.
    friday = monday + timedelta(days=4)
    travel(clock.now() + (friday - clock.today()))
    alice = person("alice")
    alice.goto("/")
    alice.link(re.compile("Écrire le bilan"))
    alice.look_at_both("Bilan de la période")
    alice.tick("Réalisée", within="Comment la période s’est-elle passée ?")
    alice.choose("Quelle suite ?", "CDI")
    alice.tick("D’accord avec le bilan", within="Qu’en dit le jeune ?")
    alice.click("Enregistrer le bilan")
    alice.sees("Indiquez le jour où la suite commence.")
    alice.fill("La suite commence le", (friday + timedelta(days=10)).isoformat())
    alice.click("Enregistrer le bilan")
    alice.sees("Le bilan est enregistré.")
    alice.look_at_both("Boulangerie du Port")
    alice.sees("Réalisée", "35 h", "CDI", "D’accord avec le bilan")
    alice.goto("/")
    assert not alice.page.get_by_text("Boulangerie").count()
    with as_owner():
        told = WorkPlacement.objects.get(host_siret=HOST)
    assert (told.state, told.done_minutes, told.suite, told.youth_view) == ("done", 35 * 60, "CDI", "agrees")
    alice.goto(told.get_absolute_url())
    alice.link("Voir le dossier du jeune")
    alice.look_at_both("Yann Kermarrec")
    alice.sees("Boulangerie du Port")
