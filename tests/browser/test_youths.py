"""The record of a youth, from the desk of an advisor to the telephone of the youth, and back."""

import re

import pytest
from django.urls import reverse

from tests.browser.test_keyboard import signs_in
from tests.browser.visitor import Visitor
from tests.referrals.placing import put
from tests.youths.test_agreement_link import make_link, page
from tests.youths.test_list import add

pytestmark = pytest.mark.browser
PURPOSE = "Service militaire volontaire"


def born(phone: Visitor, day: str, month: str) -> None:
    phone.fill("Jour", day)
    phone.choose("Mois", month)
    phone.click("Voir la question")


def asks_by_link(advisor: Visitor, world, what: str = "De donner son accord") -> str:
    """From the record to the link; the address that the youth gets, taken from the text to copy."""
    advisor.link("Demander par un lien")
    advisor.tick(what)
    advisor.choose("Pour quoi ?", PURPOSE)
    advisor.choose("Avec quelle structure ?", world.org("RSMV").name)
    advisor.click("Faire le lien")
    text = advisor.page.get_by_label("Texte du message").input_value()
    for word in ("Yann", "Kermarrec", world.org("RSMV").name):
        assert word not in text
    return re.search(r"/accord/[0-9a-f]{64}/", text).group(0)


def test_from_the_desk_to_the_telephone(world, visitor, person):
    add(world, "Abel", lead="alice")
    add(world, "Autrui", lead="bob")
    alice = person("alice")
    alice.goto("/jeunes/")
    alice.choose("Référent", "Alice Advisor")
    alice.choose("Trier par", "Les plus jeunes d’abord")
    alice.click("Appliquer")
    alice.look_at_both("Jeunes")
    alice.sees("2 jeunes")
    alice.never_sees("Autrui")

    # From the filtered list to the next record, and back to the same list.
    alice.link(re.compile("Kermarrec Yann"))
    alice.look_at_both("Yann Kermarrec")
    alice.link("Dossier suivant")
    alice.look("Lou Abel", axe=False)
    alice.link("Dossier précédent")
    alice.look("Yann Kermarrec", axe=False)

    alice.link("Noter un frein")
    alice.look_at_both("Noter un frein")
    alice.choose("Frein", "Se loger")
    alice.click("Noter ce frein")
    alice.link("Écrire dans le journal")
    alice.look_at_both("Écrire dans le journal")
    alice.tick("Toutes les structures qui accompagnent ce jeune")
    alice.fill("Ce qui s’est passé", "Le dossier du foyer est déposé.")
    alice.click("Écrire dans le journal")
    alice.look_at_both("Yann Kermarrec")
    alice.sees("Se loger", "Le dossier du foyer est déposé.")

    address = asks_by_link(alice, world)
    alice.look_at_both("Le lien du jeune")

    phone = visitor(width=390)
    phone.goto(address)
    phone.look_at_both("Une question pour vous")
    phone.never_sees("Yann", "Kermarrec", world.org("RSMV").name, world.org("ML_A").name)
    born(phone, "15", "mars")
    phone.sees(re.compile("Encore 4 essais"))
    phone.look_at_both("Une question pour vous")
    born(phone, "14", "mars")
    phone.look_at_both("Yann, êtes-vous d’accord ?")
    phone.sees(re.compile("service militaire volontaire"))
    phone.click("J’accepte")
    phone.look_at_both("Merci, c’est enregistré")
    phone.sees(re.compile("Pour changer d’avis"))
    phone.goto(address)
    phone.problems.clear()  # the browser notes every 404
    phone.look_at_both("Ce lien ne s’ouvre plus")

    alice.page.reload()
    alice.look("Le lien du jeune")
    alice.sees(re.compile("Le jeune est d’accord"))


def test_without_scripts_the_youth_agrees_then_stops(world, visitor):
    alice = visitor(scripts=False)
    alice.sign_in("alice@portail.example")
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    for what, question, answer in (
        ("De donner son accord", "Yann, êtes-vous d’accord ?", "J’accepte"),
        ("De retirer un accord", "Yann, voulez-vous arrêter le partage ?", "J’arrête le partage"),
    ):
        alice.goto(record)
        address = asks_by_link(alice, world, what)
        phone = visitor(width=320, scripts=False)
        phone.goto(address)
        phone.look("Une question pour vous", axe=False)
        born(phone, "14", "mars")
        phone.look(question, axe=False)
        phone.click(answer)
        phone.look("Merci, c’est enregistré", axe=False)
    phone.sees(re.compile("Le partage est arrêté"))
    alice.goto(record)
    alice.sees("Retiré")


def test_with_the_keyboard_alone(world, visitor):
    add(world, "Abel", lead="alice")
    alice = visitor()
    signs_in(alice, "alice@portail.example")
    alice.goto("/jeunes/")
    main = alice.page.locator("main")
    alice.tab_to(main.get_by_label("Trier par"))
    alice.page.keyboard.type("Les plus jeunes")
    alice.tab_to(main.get_by_role("button", name="Appliquer"))
    alice.press("Enter")
    alice.page.wait_for_url(re.compile("tri=naissance"))
    alice.tab_to(main.get_by_role("link", name=re.compile("Kermarrec Yann")))
    alice.press("Enter")
    alice.look("Yann Kermarrec", axe=False)
    alice.tab_to(main.get_by_role("link", name="Dossier suivant"))
    alice.press("Enter")
    alice.look("Lou Abel", axe=False)
    alice.tab_to(main.get_by_role("link", name="Noter un frein"))
    alice.press("Enter")
    alice.look("Noter un frein", axe=False)
    alice.tab_to(main.get_by_label("Frein", exact=True))
    alice.page.keyboard.type("Se loger")
    alice.tab_to(main.get_by_role("button", name="Noter ce frein"))
    alice.press("Enter")
    alice.look("Lou Abel", axe=False)
    alice.sees("Se loger")

    # The youth changes their mind, with a keyboard too.
    put(world, "received")
    _, token = make_link(world, kind="withdraw")
    phone = visitor(width=320)
    phone.goto(page(token))
    main = phone.page.locator("main")
    phone.tab_to(main.get_by_label("Jour"))
    phone.page.keyboard.type("14")
    phone.tab_to(main.get_by_label("Mois"))
    phone.page.keyboard.type("mars")
    phone.tab_to(main.get_by_role("button", name="Voir la question"))
    phone.press("Enter")
    phone.look_at_both("Yann, voulez-vous arrêter le partage ?")
    phone.tab_to(main.get_by_role("button", name="J’arrête le partage"))
    phone.press("Enter")
    phone.look_at_both("Merci, c’est enregistré")
