"""The same pages on the narrowest screen (320 CSS pixels, RGAA 10.11): nothing scrolls sideways, axe is content."""

import re
from datetime import timedelta

import pytest

from core import clock
from core.scope import acting_as
from referrals import workflow
from reporting import packs
from tests.browser.test_story import committee, worker  # noqa: F401 - a fixture
from tests.conftest import as_worker
from tests.referrals.test_loop import act, send

pytestmark = pytest.mark.browser
NARROW = 320


@pytest.fixture
def stages(world):
    """Referrals of Yann at the stages whose pages differ most, by name."""
    today = clock.today()

    def opened():
        referral = send(world)
        with acting_as(world.acting("rita")):
            workflow.open_first(world.acting("rita"), referral.uuid)
        return referral

    done = opened()
    act(world, "rita", done, "accept", planned_on=today + timedelta(days=20))
    act(world, "rita", done, "start", started_on=today)
    act(world, "rita", done, "complete", outcome="EMPLOI_DURABLE", ended_on=today)
    declined = opened()
    act(world, "rita", declined, "decline", reason="INAPTE_MEDICAL")
    asked = opened()
    act(world, "rita", asked, "ask_info", question="Le certificat de la JDC est-il disponible ?")
    return {"done": done, "declined": declined, "asked": asked, "received": opened()}


def test_the_sender_on_a_narrow_screen(world, visitor, person, stages):
    anybody = visitor(width=NARROW)
    for path in (
        "/",
        "/connexion/",
        "/aide/",
        "/accessibilite/",
        "/contact/",
        "/conditions-utilisation/",
        "/plan-du-site/",
    ):
        anybody.goto(path)
        anybody.look(re.compile("."))
    alice = person("alice", width=NARROW)
    yann = world.youth("yann").uuid
    for path in (
        "/", "/jeunes/", "/jeunes/nouveau/", f"/jeunes/{yann}/", "/orientations/", "/orientations/nouvelle/",
        f"/orientations/nouvelle/?jeune={yann}", "/notifications/",
        stages["done"].get_absolute_url(), stages["declined"].get_absolute_url(),
        stages["asked"].get_absolute_url(),
    ):  # fmt: skip
        alice.goto(path)
        alice.look(re.compile("."))
    alice.page.locator(".site-nav > summary").click()
    alice.look(re.compile("."))
    alice.goto(f"/orientations/nouvelle/?jeune={yann}&dispositif=smv")
    # Yann already agreed: without this box, and without a new agreement, the page comes back with its error.
    alice.page.get_by_label("Utiliser l’accord que le jeune a déjà donné").uncheck()
    alice.click("Envoyer l’orientation")
    alice.sees("Un point est à corriger")
    alice.look("Service militaire volontaire")


def test_the_others_on_a_narrow_screen(person, stages, committee):  # noqa: F811
    rita = person("rita", width=NARROW)
    rita.goto("/orientations/")
    rita.look("Orientations")
    rita.goto(stages["received"].get_absolute_url())
    while (folded := rita.page.locator("main details:not([open]) > summary")).count():
        folded.first.click()
    rita.look("Yann Kermarrec")
    worker()
    with as_worker():
        packs.prepare_due()
    nadia = person("nadia", width=NARROW)
    for path in (
        "/tableau-de-bord/", "/comites/", "/conventions/", "/structures/", "/structures/commune/?code=17300",
        "/structures/commune/?commune=nulle+part", "/referents/",
    ):  # fmt: skip
        nadia.goto(path)
        nadia.look(re.compile("."))
    nadia.goto("/structures/")
    nadia.link("Mission locale du Port")
    nadia.look("Mission locale du Port")
    nadia.goto("/comites/")
    nadia.link(re.compile("Ouvrir le dossier"))
    nadia.look(re.compile("."))
    nadia.goto("/conventions/")
    nadia.link("Convention UNML – SMV")
    nadia.look(re.compile("."))
