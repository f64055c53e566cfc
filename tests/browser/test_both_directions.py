"""Three stories of the loop in a browser, from the first page to six months after the end, in both directions.

A candidacy to the SMV; a preparation for apprenticeship that comes back, without JavaScript; a breach that a training
centre and a Mission Locale accompany together, with the keyboard alone.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator

from core import clock
from referrals import deadlines
from tests.browser.visitor import NARROW, Visitor
from tests.conftest import as_worker
from tests.referrals.chambers import trades, walk_in

__all__ = ["trades"]
pytestmark = pytest.mark.browser
Name = str | re.Pattern[str]
DONE = re.compile("C’est enregistré")
EMPLOYED = "Emploi durable (CDI, CDD de 6 mois ou plus)"


class Hands:
    """What a person does with a page, by the words that are on it; with ``keyboard``, they never touch a mouse."""

    def __init__(self, one: Visitor, *, keyboard: bool = False) -> None:
        self.one, self.keyboard = one, keyboard
        self.main = one.page.locator("main")
        self.parts = ""

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Click, or the key that does the same."""
        if self.keyboard:
            self.reach(target)
            self.one.press(key)
        else:
            target.first.click()

    def reach(self, target: Locator) -> None:
        """Tab until it has the focus, each stop on the way being seen."""
        target.first.wait_for()
        self.one.tab_to(target, most=150)

    def follow(self, name: Name) -> None:
        self.press(self.main.get_by_role("link", name=name))

    def click(self, name: Name) -> None:
        self.press(self.main.get_by_role("button", name=name).locator("visible=true"))

    def field(self, label: Name, kind: str) -> Locator:
        """The first visible field of that label."""
        return self.main.get_by_label(label).and_(self.one.page.locator(kind)).locator("visible=true").first

    def fill(self, label: Name, value: str | date) -> None:
        field = self.field(label, "input, textarea")
        if not self.keyboard:
            field.fill(str(value))
            return
        self.reach(field)
        self.one.page.keyboard.type(value.strftime(self.order()) if isinstance(value, date) else value)
        assert field.input_value() == str(value)

    def order(self) -> str:
        """In which order the native control of a date takes its parts: it follows the language of the system."""
        if not self.parts:
            page = self.one.context.new_page()
            page.set_content('<input type="date">')
            page.keyboard.press("Tab")
            page.keyboard.type("03022020")
            self.parts = {"2020-02-03": "%d%m%Y", "2020-03-02": "%m%d%Y"}[page.locator("input").input_value()]
            page.close()
        return self.parts

    def choose(self, label: Name, option: str) -> None:
        field = self.field(label, "select")
        if not self.keyboard:
            field.select_option(label=option)
            return
        self.reach(field)
        self.one.page.keyboard.type(option)
        assert field.evaluate("(e) => e.selectedOptions[0].text") == option

    def tick(self, label: Name, *, within: Name | None = None) -> None:
        """Tick a box; with ``within``, the answer to that question."""
        if within is None:
            self.press(self.main.get_by_label(label).locator("visible=true"), "Space")
            return
        group = self.main.get_by_role("group", name=within)
        answer = group.get_by_label(label, exact=True)
        if not self.keyboard:
            answer.check()
            return
        self.reach(group.locator("input"))
        self.one.press("Space")
        while not answer.is_checked():
            self.one.press("ArrowDown")

    def unfold(self, name: str) -> None:
        part = self.main.locator("details").filter(has=self.one.page.locator("summary", has_text=name)).first
        if part.get_attribute("open") is None:
            self.press(part.locator("summary"))

    def looks(self, title: str) -> None:
        """The page on the narrowest screen, read by axe, then on a desk."""
        before = self.one.page.viewport_size
        self.one.page.set_viewport_size({"width": NARROW, "height": 800})
        self.one.look(title)
        if before:
            self.one.page.set_viewport_size(before)
        self.one.look(title, axe=False)

    def does(self, action: str, *steps: Callable[["Hands"], None]) -> None:
        """Unfold an action of a referral, answer what it asks, and carry it out."""
        self.unfold(action)
        for step in steps:
            step(self)
        self.click(action)
        self.one.sees(DONE)

    def agrees(self, *, way_back: bool = True) -> None:
        """The youth agrees, in an interview, and to the way back."""
        self.tick(re.compile("Le jeune est d’accord"))
        self.tick("je lui ai lu ce texte")
        self.tick("de vive voix, en entretien")
        if way_back:
            self.tick(re.compile("Si le parcours s’arrête"))

    def opens(self, who: str, button: str, about: str = "") -> None:
        """From "À faire" to what awaits about somebody (in a programme)."""
        self.one.goto("/")
        card = (
            self.main.locator(".todo-list > li", has_text=who).filter(has_text=button).filter(has_text=about)
        )
        self.press(card.get_by_role("link"))
        self.one.look(who, axe=self.one.scripts)


def told_later(person, travel, who: str, first_name: str, label: str, about: str = "", **how) -> None:
    """Three months go by, then three others: each time Alice is asked what became of somebody, and answers."""
    for _ in ("m3", "m6"):
        travel(clock.now() + timedelta(days=96))
        with as_worker():
            deadlines.run()
        alice = Hands(person("alice", scripts=how.get("scripts", True)), keyboard=how.get("keyboard", False))
        alice.opens(who, "Indiquer le devenir", about)
        alice.one.sees(f"Que devient {first_name} ?")
        alice.choose("Que devient le jeune ?", label)
        alice.click("Enregistrer le devenir")
        alice.one.sees(re.compile("Le devenir est enregistré"))
    alice.one.sees("À 3 mois", "À 6 mois")
    alice.one.close()


def test_a_candidacy_to_the_smv(world, person, travel):
    yann, who, today = world.youth("yann"), "Yann Kermarrec", clock.today()
    alice, rita = Hands(person("alice")), Hands(person("rita"))
    alice.one.goto(f"/orientations/nouvelle/?jeune={yann.uuid}")
    alice.follow(re.compile("Choisir.*Service militaire volontaire"))
    alice.tick("Oui", within=re.compile("nationalité française"))
    alice.choose("Où réside le jeune ?", "En France métropolitaine")
    alice.tick("Oui", within=re.compile("JDC"))
    alice.agrees()
    alice.looks("Service militaire volontaire")
    alice.click("Envoyer l’orientation")
    alice.looks(who)

    rita.opens(who, "Répondre")
    for step in ("Dossier complet", "Tests passés", "Visite passée"):
        rita.does("Noter une étape", lambda one, step=step: one.choose("Étape", step))
    rita.does("Accepter", lambda one: one.fill("Entrée prévue le", today + timedelta(days=20)))
    rita.looks(who)
    travel(clock.now() + timedelta(days=20))
    rita = Hands(person("rita"))
    rita.opens(who, "Confirmer")
    entered, ends = clock.today(), clock.today() + timedelta(days=240)
    rita.does(
        "Confirmer le démarrage",
        lambda one: one.fill("A commencé le", entered),
        lambda one: one.fill(re.compile("Fin prévue le"), ends),
    )
    travel(clock.now() + timedelta(days=240))
    rita = Hands(person("rita"))
    rita.opens(who, "Donner le résultat")
    rita.does(
        "Déclarer la fin du parcours",
        lambda one: one.choose(re.compile("Que devient le jeune"), EMPLOYED),
        lambda one: one.fill("A pris fin le", ends),
    )
    rita.looks(who)

    alice = Hands(person("alice"))
    alice.opens(who, "Lire le résultat")
    alice.one.sees(EMPLOYED)
    alice.does("J’ai pris connaissance")
    told_later(person, travel, who, "Yann", EMPLOYED)


def test_a_preparation_comes_back_without_scripts(trades, person, travel):
    """Every page has its twin, with JavaScript, that axe reads."""
    yann, who = trades.youth("yann"), "Yann Kermarrec"
    alice, clara = (Hands(person(name, scripts=False)) for name in ("alice", "clara"))
    alice.one.goto(f"/orientations/nouvelle/?jeune={yann.uuid}&dispositif=preparation_apprentissage")
    alice.choose("À qui l’adresser ?", "CMA de La Rochelle")
    alice.fill("Métier visé", "Boulanger")
    alice.agrees()
    alice.click("Envoyer l’orientation")
    alice.one.look(who, axe=False)
    clara.opens(who, "Répondre")
    clara.does("Accepter")
    clara.does("Confirmer le démarrage", lambda one: one.fill("A commencé le", clock.today()))
    travel(clock.now() + timedelta(days=100))
    clara, alice = (Hands(person(name, scripts=False)) for name in ("clara", "alice"))
    clara.one.goto("/orientations/")
    clara.follow(re.compile("Kermarrec"))
    clara.does(
        "Déclarer la fin du parcours",
        lambda one: one.choose(
            re.compile("Que devient le jeune"), "Sans solution, de retour à la mission locale"
        ),
        lambda one: one.fill("A pris fin le", clock.today()),
    )

    # The way back reaches Alice, who takes Yann up again, and sees the whole story on one page.
    alice.opens(who, "Répondre")
    alice.one.sees("Retour vers la mission locale", "Toute l’histoire")
    twin = person("alice")
    twin.goto(alice.one.page.url)
    Hands(twin).looks(who)
    alice.does("Accepter")
    alice.does("Confirmer le démarrage", lambda one: one.fill("A commencé le", clock.today()))
    alice.does(
        "Déclarer la fin du parcours",
        lambda one: one.choose(re.compile("Que devient le jeune"), "Nouvelle orientation engagée"),
        lambda one: one.fill("A pris fin le", clock.today()),
    )
    twin = person("clara")
    twin.goto(clara.one.page.url)
    Hands(twin).looks(who)
    clara.opens(who, "Lire le résultat")
    clara.one.sees("Nouvelle orientation engagée")
    clara.does("J’ai pris connaissance")
    told_later(person, travel, who, "Yann", "Accompagnement repris", "Retour", scripts=False)


def test_a_breach_is_accompanied_together_with_the_keyboard(trades, person, travel):
    lina, who, today = walk_in(trades), "Lina Le Goff", clock.today()
    clara = Hands(person("clara"), keyboard=True)
    clara.one.goto(f"/jeunes/{lina.uuid}/")
    clara.follow("Son contrat d’apprentissage est rompu")
    clara.looks("Le contrat d’apprentissage est rompu")
    clara.fill("Le contrat a commencé le", today - timedelta(days=60))
    clara.fill("Il a été rompu le", today)
    clara.tick("D’un commun accord, par écrit", within="De quelle façon ?")
    clara.click("Déclarer la rupture")
    clara.one.sees(re.compile("La rupture est déclarée"))
    clara.looks("Rupture du contrat d’apprentissage")
    clara.follow("Demander un accompagnement conjoint")
    clara.looks("Demander un accompagnement conjoint")
    clara.choose("À qui l’adresser ?", "Mission locale du Port")
    clara.choose("Se déplacer", "permis à passer")
    clara.fill("Formation suivie", "CAP boulanger")
    clara.tick("Oui", within="Le jeune est-il encore au centre de formation ?")
    clara.choose("Coordonnées vérifiées avec le jeune", "son téléphone")
    clara.fill("Vérifiées le", today)
    clara.agrees(way_back=False)
    clara.click("Envoyer la demande")
    clara.looks(who)

    alice = Hands(person("alice"), keyboard=True)
    alice.opens(who, "Répondre")
    alice.one.sees("permis à passer", re.compile("Clara Chamber"))
    alice.does("Noter une étape", lambda one: one.choose("Étape", "Rendez-vous pris à la mission locale"))
    alice.one.goto(alice.one.page.url)
    alice.does("Accepter")
    alice.looks(who)
    alice.follow("Inscrire ce jeune dans votre Mission Locale")
    alice.looks("Inscrire")
    alice.click(re.compile("^Inscrire"))
    alice.one.sees("Le jeune est inscrit dans votre Mission Locale.")
    alice.one.goto("/orientations/?onglet=received")
    alice.follow(re.compile("Le Goff"))
    alice.does("Confirmer le démarrage", lambda one: one.fill("A commencé le", today))
    travel(clock.now() + timedelta(days=60))
    alice = Hands(person("alice"), keyboard=True)
    alice.one.goto("/orientations/?onglet=received")
    alice.follow(re.compile("Le Goff"))
    alice.does(
        "Déclarer la fin du parcours",
        lambda one: one.choose(re.compile("Que devient le jeune"), "Nouveau contrat d’apprentissage"),
        lambda one: one.fill("A pris fin le", clock.today()),
    )
    clara = Hands(person("clara"), keyboard=True)
    clara.opens(who, "Lire le résultat")
    clara.one.sees("Nouveau contrat d’apprentissage")
    clara.does("J’ai pris connaissance")
    told_later(person, travel, who, "Lina", "Nouveau contrat d’apprentissage", keyboard=True)
