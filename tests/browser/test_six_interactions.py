"""From the search to "envoyée" in six interactions at most, for a known youth, from the home page.

A click, a field sent with Enter and a selection each count one; no address is typed. Moving with Tab is not counted.
"""

import re

import pytest
from playwright.sync_api import Locator

from core.scope import acting_as
from referrals.models import Referral
from tests.browser.visitor import NARROW, Visitor
from tests.conftest import as_owner
from tests.referrals.offers.making import propose
from youths.models import Agreement

pytestmark = pytest.mark.browser
MOST = 6


class Counted:
    """A person whose gestures are counted; with ``keyboard``, they never touch a mouse."""

    def __init__(self, visitor: Visitor, *, keyboard: bool = False) -> None:
        self.visitor, self.keyboard = visitor, keyboard
        self.gestures = 0
        visitor.goto("/")

    def presses(self, target: Locator, key: str = "Enter") -> None:
        """Click, or the key that does the same."""
        self.gestures += 1
        if self.keyboard:
            target.first.wait_for()  # the page that has it, before its stops are walked
            self.visitor.tab_to(target, most=150)
            self.visitor.press(key)
        else:
            target.first.click()

    def searches(self, words: str) -> None:
        """Type in the search of the header, and Enter."""
        self.gestures += 1
        box = self.visitor.page.get_by_role("searchbox", name="Chercher un jeune de votre structure")
        if self.keyboard:
            self.visitor.tab_to(box)
            self.visitor.page.keyboard.type(words)
        else:
            box.fill(words)
        self.visitor.press("Enter")

    def follows(self, name: str | re.Pattern[str]) -> None:
        self.presses(self.visitor.page.locator("main").get_by_role("link", name=name))

    def agrees(self) -> None:
        self.presses(
            self.visitor.page.locator("main").get_by_label(re.compile("Le jeune est d’accord")), "Space"
        )

    def sends(self) -> None:
        self.presses(self.visitor.page.locator("main").get_by_role("button", name="Envoyer l’orientation"))
        self.visitor.sees(re.compile("L’orientation est envoyée"))
        self.visitor.at_peace()

    def finds_yann(self) -> None:
        self.searches("kermarrec")
        self.follows(re.compile("Kermarrec Yann"))
        self.follows("Nouvelle orientation")


@pytest.fixture
def alice(visitor):
    def signed_in(**how) -> Visitor:
        one = visitor(**how)
        one.sign_in("alice@portail.example")
        return one

    return signed_in


def sent(world) -> Referral:
    with acting_as(world.acting("alice")):
        return Referral.objects.select_related("agreement", "offer").get()


@pytest.mark.parametrize("how", ["mouse", "no script", "keyboard", "phone"])
def test_to_the_structure_of_the_territory(world, alice, how):
    one = alice(scripts=how != "no script", width=NARROW if how == "phone" else 1280)
    hand = Counted(one, keyboard=how == "keyboard")
    hand.finds_yann()
    # Nothing is hidden on the way: whether it suits, and what the youth agrees to.
    one.sees("Vers quel dispositif ?", "Être en règle avec la journée défense et citoyenneté (JDC).")
    hand.follows(re.compile("Choisir.*Service militaire volontaire"))
    one.look("Service militaire volontaire", axe=how == "phone")
    one.sees("Ce que dit la règle pour Yann", "L’accord de Yann", re.compile("peut donner à"))
    assert not one.page.get_by_label(re.compile("Le jeune est d’accord")).is_checked()
    hand.agrees()
    hand.sends()
    assert hand.gestures <= MOST
    referral = sent(world)
    assert (referral.state, referral.recipient) == ("sent", world.org("RSMV"))
    assert (referral.agreement.channel, referral.agreement.informed) == ("face_to_face", "read_aloud")
    assert referral.details == {"residence": "metropole"}


def test_to_an_offer(world, alice):
    offer = propose(world)
    one = alice(scripts=False)
    hand = Counted(one)
    hand.finds_yann()
    hand.follows(offer.title)
    one.sees("3 places sur 3")
    hand.agrees()
    hand.sends()
    assert hand.gestures <= MOST
    assert sent(world).offer == offer


def test_under_an_agreement_already_given(world, alice):
    with as_owner():
        Agreement.objects.create(
            youth=world.youth("yann"), recorded_by=world.user("alice"), recorded_for=world.org("ML_A"),
            recipient=world.org("RSMV"), purpose="smv", channel="phone", informed="handed", text_version="smv-1",
        )  # fmt: skip
    hand = Counted(alice())
    hand.finds_yann()
    hand.follows(re.compile("Choisir.*Service militaire volontaire"))
    hand.sends()
    assert hand.gestures < MOST
    assert sent(world).agreement.channel == "phone"


@pytest.mark.parametrize("width", [NARROW, 360, 390, 440, 600, 700, 767, 768])
def test_the_search_covers_nothing_of_the_header(alice, width):
    one = alice(width=width)
    boxes = {
        name: one.page.locator(f".site-{name}:visible").first.bounding_box()
        for name in ("name", "search", "new", "todo", "bell")
    } | {
        "menu": one.page.locator(
            ".site-nav > summary:visible, .site-me > summary:visible"
        ).first.bounding_box()
    }
    for first, a in boxes.items():
        assert a["x"] >= 0, first
        assert a["x"] + a["width"] <= width, first
        for second, b in boxes.items():
            if first < second:
                apart = (
                    a["x"] + a["width"] <= b["x"] + 0.5
                    or b["x"] + b["width"] <= a["x"] + 0.5
                    or a["y"] + a["height"] <= b["y"] + 0.5
                    or b["y"] + b["height"] <= a["y"] + 0.5
                )
                assert apart, f"{first} and {second} at {width} px: {a} {b}"
