"""Nadia steers the conventions for the nation: state and coverage at a glance, promises with their measure, gaps.

Each page is read by axe and fits its width, on a wide screen and on the narrowest one (320 CSS pixels).
"""

import re
from datetime import timedelta

import pytest

from core import clock
from partners.conventions import deadlines
from partners.models import AlertAnswer, Convention
from tests.browser.visitor import Visitor
from tests.conftest import as_owner, as_worker
from tests.partners.conftest import founding  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
SMV_2024 = "UNML-SMV-2024"
CMA_2025 = "CMA-FT-UNML-CHEOPS-2025"
LAPSED = "CNML-CMA-2011"
REGIONAL = "IDF-CMA-ARML-2025"


def reads(nadia: Visitor, convention) -> None:
    """From the list to a convention, found by its words."""
    nadia.goto("/conventions/")
    nadia.look("Conventions")
    nadia.goto(f"/conventions/?q={convention.code}")
    nadia.look("Conventions")
    nadia.link(re.compile(re.escape(convention.title)))
    nadia.look(convention.title)


def the_family_of_a_convention(nadia: Visitor, texts) -> None:
    """UNML–CMA: its tree with coverage, its succession, and the text of 2011, which is void."""
    reads(nadia, texts[CMA_2025])
    nadia.sees("D’un texte à l’autre", "Du national au local")
    nadia.sees(texts[LAPSED].title, texts[REGIONAL].title, "Caduque")
    for table in nadia.page.locator("details.disclosure").all():
        if table.get_attribute("open") is None:
            table.locator("summary").first.click()
    nadia.sees(re.compile(r"\d+ sur \d+"))
    nadia.look(texts[CMA_2025].title)
    nadia.link(texts[LAPSED].title)
    nadia.look(texts[LAPSED].title)
    nadia.sees(re.compile("Caduque (au plus tard|depuis)"), re.compile("CNML"))


def promises_with_their_measure(nadia: Visitor, texts) -> None:
    """UNML–SMV: what each side promised, and what the portal measures of it."""
    reads(nadia, texts[SMV_2024])
    nadia.sees("Engagements", re.compile("Mesuré du"))
    promises = nadia.page.locator(".promises > li")
    assert promises.count() >= 5
    said = " ".join(promises.all_inner_texts()).lower()
    assert "non mesurable" in said or "non tenu" in said or "en cours" in said, said


def gaps_and_referents(nadia: Visitor) -> None:
    """Who answers today; where nobody does, by region, and the organisations behind a figure."""
    nadia.goto("/referents/")
    nadia.look("Référents désignés")
    nadia.sees("Rita Referent", "Qui répond aujourd’hui")
    nadia.link("Voir où il manque un référent")
    nadia.look("Référents manquants")
    nadia.sees("Par région", re.compile(r"\d+ sur \d+"))
    nadia.link("Bretagne")
    nadia.look("Référents manquants")
    nadia.sees("Mission locale du Large", "Région : Bretagne")
    nadia.link("Mission locale du Large")
    nadia.look("Mission locale du Large")


def a_deadline_decided(nadia: Visitor, texts) -> None:
    """The term of a convention awaits her; she says what is decided, and it awaits her no more."""
    with as_owner():
        Convention.objects.filter(code=SMV_2024).update(
            end_known=True, ends_on=clock.today() + timedelta(days=80)
        )
    with as_worker():
        deadlines.run()
    nadia.goto("/")
    nadia.look("À faire")
    title = texts[SMV_2024].title
    card = nadia.page.locator(".todo-list > li", has_text=title).first
    card.get_by_role("link").click()
    nadia.look("Échéance d’une convention")
    nadia.click("Noter la décision")
    nadia.look("Échéance d’une convention")
    nadia.sees(re.compile("obligatoire"))
    nadia.fill("Ce qui est décidé", "La suite se négocie avec l’état-major, première réunion en janvier.")
    nadia.click("Noter la décision")
    nadia.sees("C’est noté : la décision est gardée avec la convention.")
    with as_owner():
        assert AlertAnswer.objects.get().convention.code == SMV_2024


@pytest.mark.parametrize("width", [1280, 320])
def test_the_national_officer(world, visitor, founding, width):  # noqa: F811
    nadia = visitor(width=width)
    nadia.sign_in("nadia@portail.example")
    nadia.look(re.compile("."))
    the_family_of_a_convention(nadia, founding)
    promises_with_their_measure(nadia, founding)
    gaps_and_referents(nadia)
    nadia.goto("/comites/tous/")
    nadia.look("Tous les comités")
    a_deadline_decided(nadia, founding)
    for path in ("/referents/designer/", "/referents/transmettre/"):
        nadia.goto(path)
        nadia.look(re.compile("Désigner|Transmettre"))
