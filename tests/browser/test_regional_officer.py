"""Régis steers a region: from the map to a gap, the organisation behind it, a promise, and the file of the committee.

Each page is read by axe and fits its width; the map is gone about with the keyboard, and the file is looked at as it prints.
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from core import clock
from partners.models import Convention, ConventionParty
from reporting.packs import producing
from tests.browser.visitor import Visitor
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import convention, meeting, publish, refresh, story  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
# What nobody may read here.
NAMES = ("Kermarrec", "Yann", "Zoé", "Aubigné")


@pytest.fixture
def figures(world, story, publish, meeting):  # noqa: F811
    """A year of referrals in the region, and a committee in ten days whose file is ready."""
    weeks = clock.now() - timedelta(days=60)
    for count, path in ((30, "completed"), (12, "declined"), (9, "silent")):
        with transaction.atomic():
            story(count, path, sent_at=weeks)
    meeting(clock.today() + timedelta(days=10))
    publish()
    with as_worker():
        assert producing.prepare_due() == 1
    today = clock.today()
    with as_owner():
        # In force, so that referents are expected; nobody at the Mission locale du Port is one.
        agreed = Convention.objects.create(
            code="SMV", title="Convention SMV", themes=["smv"], signed_on=today - timedelta(days=400),
            starts_on=today - timedelta(days=400), ends_on=today + timedelta(days=300),
        )  # fmt: skip
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=agreed, organisation=world.org(key))


def the_map_by_keyboard(regis: Visitor) -> None:
    """The table of the map unfolds with Enter, and a department of it is followed."""
    table = regis.page.locator("details.chart-table", has_text="Département").last
    regis.tab_to(table.locator("summary"), most=120)
    regis.press("Enter")
    place = table.get_by_role("link", name="Charente-Maritime")
    regis.tab_to(place, most=60)
    regis.press("Enter")
    regis.look(re.compile("Charente-Maritime"))


def a_gap_and_its_organisation(regis: Visitor) -> None:
    """Who has no referent, and which organisation that is."""
    regis.link("Voir les structures sans référent")
    regis.look("Référents manquants")
    regis.link("Mission locale du Port")
    regis.look("Mission locale du Port")


def a_promise(regis: Visitor, found) -> None:
    """What was promised, with its measure."""
    regis.goto(reverse("partners:convention_detail", args=[found.uuid]))
    regis.look(found.title)
    regis.link("Donner suite à chaque candidature.")
    regis.look("Donner suite à chaque candidature.")


def the_file_of_the_committee(regis: Visitor) -> None:
    """Ready before the meeting; printed, it keeps its figures and loses the menus."""
    regis.goto("/comites/")
    regis.look("Comités")
    regis.link(re.compile("Dossier|dossier|prêt"))
    regis.look(re.compile("."))
    regis.page.emulate_media(media="print")
    assert regis.page.locator("main").is_visible()
    assert not regis.page.locator("header.site-header, .site-header").first.is_visible()
    regis.page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_regional_officer(world, visitor, figures, convention, width):  # noqa: F811
    regis = visitor(width=width)
    regis.sign_in("regis@portail.example")
    regis.goto("/tableau-de-bord/")
    regis.look(re.compile("Tableau de bord"))
    regis.sees("Sur le territoire", "Ce qui manque")
    the_map_by_keyboard(regis)
    a_gap_and_its_organisation(regis)
    a_promise(regis, convention)
    the_file_of_the_committee(regis)
    regis.never_sees(*NAMES)
