"""Sending and answering with the keyboard alone: every stop shows its focus, nothing traps, nothing is covered."""

import re

import pytest

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def signs_in(one: Visitor, email: str) -> None:
    one.goto("/connexion/")
    main = one.page.locator("main")
    one.tab_to(main.get_by_label("Adresse électronique"))
    one.page.keyboard.type(email)
    one.press("Tab")
    one.page.keyboard.type("mot de passe de test")
    one.tab_to(main.get_by_role("button", name="Se connecter"))
    one.press("Enter")
    one.look("À faire", axe=False)


def test_send_and_answer_with_the_keyboard(visitor):
    alice = visitor()
    signs_in(alice, "alice@portail.example")
    # The first stop leads straight to the content.
    alice.press("Tab")
    assert alice.page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    alice.press("Enter")
    assert alice.page.evaluate("document.activeElement.id") == "contenu"
    # The menu of the person opens with Enter and closes with Escape, which gives the focus back.
    alice.goto("/")
    menu = alice.page.locator(".site-me > summary")
    alice.tab_to(menu)
    alice.press("Enter")
    assert alice.page.locator(".site-me").get_attribute("open") is not None
    alice.tab_to(alice.page.get_by_role("button", name="Se déconnecter"))
    alice.press("Escape")
    assert alice.page.locator(".site-me").get_attribute("open") is None
    assert menu.evaluate("(e) => e === document.activeElement")

    alice.goto("/")
    alice.tab_to(alice.page.get_by_role("link", name="Nouvelle orientation"))
    alice.press("Enter")
    alice.look("Nouvelle orientation", axe=False)
    main = alice.page.locator("main")
    alice.tab_to(main.get_by_role("link", name=re.compile("Kermarrec Yann")))
    alice.press("Enter")
    alice.look("Vers quel dispositif ?", axe=False)
    alice.tab_to(main.get_by_role("link", name=re.compile("Choisir.*Service militaire")))
    alice.press("Enter")
    alice.look("Service militaire volontaire", axe=False)

    # The structure of the territory is proposed; another one is chosen by typing its name, and back again.
    recipient = main.get_by_label("À qui l’adresser ?")
    alice.tab_to(recipient)
    for typed in ("Centre SMV", "3e RSMV"):
        alice.page.keyboard.type(typed)
        assert typed in recipient.evaluate("(e) => e.selectedOptions[0].text")
        alice.page.wait_for_timeout(1200)  # the browser forgets what was typed, and begins another name
    for question in ("nationalité française", "JDC"):
        group = main.get_by_role("group", name=re.compile(question))
        alice.tab_to(group.locator("input").first)
        while not group.get_by_label("Oui", exact=True).is_checked():
            alice.press("ArrowDown")
    # A first sending without the youth's agreement: the summary takes the focus, its link leads to the field.
    alice.tab_to(main.get_by_role("button", name="Envoyer l’orientation"))
    alice.press("Enter")
    alice.look("Service militaire volontaire", axe=False)
    summary = main.locator(".error-summary")
    assert summary.evaluate("(e) => e === document.activeElement || e.contains(document.activeElement)")
    alice.tab_to(summary.get_by_role("link").first)
    alice.press("Enter")
    agreed = main.get_by_label(re.compile("Le jeune est d’accord"))
    assert agreed.evaluate("(e) => e === document.activeElement")
    alice.press("Space")
    alice.tab_to(main.get_by_role("button", name="Envoyer l’orientation"))
    alice.press("Enter")
    alice.look("Yann Kermarrec", axe=False)
    alice.sees(re.compile("L’orientation est envoyée"))

    rita = visitor()
    signs_in(rita, "rita@portail.example")
    main = rita.page.locator("main")
    rita.tab_to(main.get_by_role("link", name=re.compile("Répondre")))
    rita.press("Enter")
    rita.look("Yann Kermarrec", axe=False)
    asking = main.locator("details", has=rita.page.locator("summary", has_text="Demander un complément"))
    rita.tab_to(asking.locator("summary"))
    rita.press("Space")
    rita.tab_to(asking.get_by_label("Votre question"))
    rita.page.keyboard.type("Quelles sont ses disponibilités ?")
    rita.tab_to(asking.get_by_role("button", name="Demander un complément"))
    rita.press("Enter")
    rita.look("Yann Kermarrec", axe=False)
    rita.sees(re.compile("C’est enregistré"), "Quelles sont ses disponibilités ?")
    rita.goto(rita.page.url)
    rita.tab_to(main.get_by_text("Écrire un message"))
    rita.press("Enter")
    rita.tab_to(main.get_by_label("Votre message"))
