"""Mona invites, a second person approves, the newcomer arrives; then an absence, a departure and the review."""

import re

import pytest
from django.core import mail

from partners.models import Membership, Organisation
from tests.browser.test_story import worker
from tests.conftest import as_owner

pytestmark = pytest.mark.browser
PASSWORD = "une phrase assez longue 42"


def membership(world, name: str) -> Membership:
    with as_owner():
        return Membership.objects.get(user=world.user(name))


@pytest.mark.parametrize("width", [320, 1280])
def test_people_come_and_go(world, visitor, person, width):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(email_domains=["portail.example"])
    mona = person("mona", width=width)
    mona.goto("/equipe/")
    mona.look("Équipe")
    mona.link("Inviter quelqu’un")
    mona.look("Inviter")
    mona.fill("Adresse électronique", "nina@ailleurs.example")
    mona.fill(re.compile("^Nom"), "Nouvelle")
    mona.fill("Prénom", "Nina")
    mona.page.locator("main form button[type=submit]").last.click()
    mona.look("Inviter")
    assert mona.page.get_by_label("Prénom").input_value() == "Nina"
    mona.fill("Adresse électronique", "nina@portail.example")
    mona.page.locator("main form button[type=submit]").last.click()
    mona.look(re.compile("."))
    worker()

    regis = person("regis", width=width)
    regis.goto("/invitations/")
    regis.look("Invitations")
    regis.link(re.compile("Nina"))
    regis.look(re.compile("."))
    regis.click(re.compile("Approuver"))
    regis.look(re.compile("."))
    mail.outbox.clear()
    worker()
    letter = next(message for message in mail.outbox if message.to == ["nina@portail.example"])
    address = re.search(r"/invitation/\S+/", str(letter.body))
    assert address
    nina = visitor(width=width)
    nina.goto(address[0])
    nina.look(re.compile("."))
    for box in nina.page.locator("main input[type=password]").all():
        box.fill(PASSWORD)
    nina.page.locator("main form button[type=submit]").last.click()
    nina.look(re.compile("."))
    nina.sign_in("nina@portail.example", PASSWORD)
    nina.look("À faire")

    alice = membership(world, "alice").uuid
    for path, title in (
        ("/equipe/", "Équipe"),
        (f"/equipe/{alice}/", re.compile(".")),
        (f"/equipe/{alice}/absence/", "absence"),
        (f"/equipe/{alice}/depart/", "départ"),
        ("/equipe/revue/", "Revue"),
    ):
        mona.goto(path)
        mona.look(title)
    mona.goto(f"/equipe/{alice}/depart/")
    mona.click("Transmettre et terminer l’accès")
    mona.look("départ")
    mona.sees("Un point est à corriger")
    mona.choose("Qui prend la suite de tout ?", "Bob Colleague")
    mona.click("Transmettre et terminer l’accès")
    mona.look("Équipe")
    gone = person("alice", width=width)
    gone.goto("/")
    gone.never_sees("Kermarrec")
    gone.look(re.compile("."))
    bob = person("bob", width=width)
    bob.goto("/jeunes/")
    bob.look("Jeunes")
    bob.sees(re.compile("Kermarrec"))
