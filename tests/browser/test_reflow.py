"""The same pages on the narrowest screen (320 CSS pixels, RGAA 10.11): nothing scrolls sideways, axe is content."""

import re
from datetime import timedelta

import pytest

from core import clock
from core.scope import acting_as
from referrals import programmes, workflow
from reporting.packs import producing
from tests.browser.test_story import committee, worker  # noqa: F401 - a fixture
from tests.conftest import as_worker
from tests.referrals.chambers import send as send_to
from tests.referrals.chambers import trades, walk_in
from tests.referrals.offers.making import propose
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send

__all__ = ["trades"]

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
        producing.prepare_due()
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


def test_the_pages_of_the_referrals_on_a_narrow_screen(trades, person):
    """Those that no story of this folder looks at on the way: the form of each programme, offers, a chain, a team."""
    yann, alice = trades.youth("yann"), person("alice", width=NARROW)
    first = put(trades, "declined")
    second = put(trades, "dropped_out", programme="apprentissage", recipient="clara", recipient_org="CMA_17",
                 redirected_from=first)  # fmt: skip
    offer = propose(trades)
    forms = [
        f"/orientations/nouvelle/?jeune={yann.uuid}&dispositif={programme.code}"
        for programme in programmes.for_sender("ml")
    ]
    assert len(forms) >= 8
    states = {
        state: put(trades, state).get_absolute_url()
        for state in ("draft", "waitlisted", "withdrawn", "no_response")
    }
    for path in (
        *forms, *states.values(), second.get_absolute_url(), put(trades, "accepted", asked=("cancel",)).get_absolute_url(),
        put(trades, "started", suspended=True).get_absolute_url(), "/offres/", offer.get_absolute_url(),
        "/notifications/courriels/",
    ):  # fmt: skip
        alice.goto(path)
        alice.look(re.compile("."))
    asked = send_to(trades, "clara", walk_in(trades), "inscription", "ML_A")
    alice.goto(f"{asked.get_absolute_url()}inscription/")
    alice.look("Ce jeune est-il inscrit chez vous ?")
    for name, paths in {
        "rita": (
            "/offres/nouvelle/",
            f"{offer.get_absolute_url()}modifier/",
            f"{offer.get_absolute_url()}fermer/",
        ),
        "mona": ("/", "/equipe/fermetures/", f"/orientations/confier/?de={trades.user('alice').pk}"),
        "clara": ("/", "/orientations/?onglet=received", second.get_absolute_url()),
    }.items():
        one = person(name, width=NARROW)
        for path in paths:
            one.goto(path)
            one.look(re.compile("."))
