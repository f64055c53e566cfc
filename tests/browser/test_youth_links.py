"""A youth on a telephone, 320 pixels wide, with or without JavaScript: what they are asked by a link."""

import pytest

from referrals.models import YouthLink
from tests.conftest import as_owner
from tests.referrals import test_digital_check as digital
from tests.referrals import test_opinions as opinions
from tests.referrals.staging import settle

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_youth_answers_the_questions_on_the_digital_world(world, visitor, person, scripts):
    _, token = digital.make_link(world)
    yann = visitor(width=320, scripts=scripts)
    yann.goto(digital.page(token))
    yann.look("Une question pour vous", axe=scripts)
    yann.fill("Jour", "14")
    yann.choose("Mois", "mars")
    yann.click("Voir la question")
    yann.look("Yann, vous et le numérique", axe=scripts)
    yann.click("Envoyer mes réponses")  # nothing was answered: each question says so
    yann.look("Yann, vous et le numérique", axe=scripts)
    yann.sees("Choisissez une réponse.")
    for name, value in digital.SAID.items():
        yann.page.locator(f'input[name="{name}"][value="{value}"]').check()
    yann.click("Envoyer mes réponses")
    yann.look("Merci, c’est envoyé", axe=scripts)
    yann.goto(digital.page(token))
    yann.problems.clear()  # the browser notes every 404
    yann.look("Ce lien ne s’ouvre plus", axe=scripts)
    alice = person("alice", width=320)
    alice.goto(digital.of_advisor(world))
    alice.look("Autodiagnostic numérique")
    alice.sees("Les premiers gestes")
    alice.click("Faire un lien pour Yann")
    alice.look("Autodiagnostic numérique")
    alice.sees("Par SMS")


def test_a_youth_gives_an_opinion(world, visitor, person):
    settle(world, "OFFRE_17", "Tremplin du Port", "region", "oscar", "formation")
    referral = opinions.course(world)
    _, token = opinions.make_link(world, referral)
    yann = visitor(width=320)
    yann.goto(opinions.page(token))
    yann.fill("Jour", "14")
    yann.choose("Mois", "mars")
    yann.click("Voir la question")
    yann.look("Yann, votre avis compte")
    yann.click("Envoyer mon avis")
    yann.look("Yann, votre avis compte")
    yann.page.locator('input[name="utile"][value="oui"]').check()
    yann.click("Envoyer mon avis")
    yann.look("Merci pour votre avis")
    alice = person("alice", width=320)
    alice.goto(opinions.ask_page(referral))
    alice.look("L’avis du jeune")
    alice.goto("/orientations/avis/")
    alice.look("Ce que disent les jeunes")
    with as_owner():
        assert not YouthLink.objects.filter(used_at__isnull=False).exists()
