"""A recipient answers in three gestures at most, from "À faire": a click and a selection each count one."""

import re

import pytest

from tests.browser.visitor import Visitor
from tests.referrals.test_loop import send

pytestmark = pytest.mark.browser


class Gestures:
    """What somebody does at a page, counted."""

    def __init__(self, somebody: Visitor) -> None:
        self.page, self.count = somebody.page, 0
        somebody.goto("/")

    def click(self, role: str, name: str | re.Pattern[str]) -> None:
        self.page.locator("main").get_by_role(role, name=name, exact=True).locator(
            "visible=true"
        ).first.click()
        self.count += 1

    def unfold(self, name: str) -> None:
        self.page.locator("details:not([open]) > summary", has_text=name).first.click()
        self.count += 1

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label).locator("visible=true").first.select_option(label=option)
        self.count += 1


@pytest.mark.parametrize("answer", ["accept", "decline", "ask", "wait"])
def test_a_recipient_answers_in_three_gestures(world, person, answer):
    send(world)
    rita = person("rita")
    does = Gestures(rita)
    does.click("link", re.compile("^Répondre"))
    if answer == "accept":
        does.click("button", "Accepter")
    elif answer == "decline":
        does.choose("Motif", "Non retenu faute de place")
        does.click("button", "Refuser")
    elif answer == "ask":
        does.unfold("Demander un complément")
        rita.fill("Votre question", "A-t-il fait sa JDC ?")
        does.click("button", "Demander un complément")
    else:
        does.unfold("Mettre en liste d’attente")
        rita.fill(
            "À réexaminer le", rita.page.evaluate("new Date(Date.now() + 2e9).toISOString().slice(0, 10)")
        )
        does.click("button", "Mettre en liste d’attente")
    rita.sees(re.compile("C’est enregistré"))
    assert does.count <= 3
