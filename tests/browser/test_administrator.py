"""Adam's story in a browser: he registers an agreement signed elsewhere, amends it, and reads who did what."""

import re

import pytest
from playwright.sync_api import expect

from partners.models import Amendment, Convention
from tests.browser.visitor import Visitor
from tests.conftest import as_owner

pytestmark = pytest.mark.browser


def pick(adam: Visitor, field: str, typed: str) -> None:
    """Choose in a list that answers as one types, with the keyboard alone."""
    box = adam.page.locator(f".select2-selection:has(#select2-{field}-container)")
    box.focus()
    adam.press("Enter")
    expect(adam.page.locator(".select2-search__field")).to_be_focused()
    adam.page.keyboard.type(typed)
    expect(adam.page.locator(".select2-results__option--highlighted")).to_contain_text(
        typed, ignore_case=True
    )
    adam.press("Enter")
    expect(adam.page.locator(f"#select2-{field}-container")).to_contain_text(typed, ignore_case=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_administrator_keeps_conventions(world, person, width):
    adam = person("adam", width=width)
    adam.goto("/admin/")
    adam.look("Structures, personnes et conventions")
    adam.link("Enregistrer un accord déjà signé")
    adam.look("Enregistrer une convention")
    page = adam.page
    page.locator("#id_code").fill("ML-SMV-LR-2026")
    page.locator("#id_title").fill("Convention locale de La Rochelle")
    # The dates are reached and typed with the keyboard, the organisations too.
    adam.tab_to(page.locator("#id_signed_on"))
    page.locator("#id_signed_on").fill("2026-03-01")
    page.locator("#id_starts_on").fill("2026-03-01")
    page.locator("#id_ends_on").fill("2029-02-28")
    pick(adam, "id_parties-0-organisation", str(world.org("UNML")))
    pick(adam, "id_parties-1-organisation", str(world.org("RSMV")))
    adam.press("Tab")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    adam.look("Conventions")
    adam.link(re.compile("Convention locale de La Rochelle"))
    adam.look("Convention locale de La Rochelle")
    adam.sees("En vigueur")
    adam.link("Enregistrer un avenant")
    adam.look("Enregistrer un avenant")
    page.locator("#id_kinds_0").check()
    page.locator("#id_signed_on").fill("2026-10-01")
    page.locator("#id_effective_on").fill("2026-11-01")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    adam.look(re.compile("Enregistrer un avenant"))
    adam.sees("Un avenant de durée, et lui seul, donne une nouvelle échéance.")
    page.locator("#id_new_ends_on").fill("2030-02-28")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    adam.look("Avenants")
    with as_owner():
        amendment = Amendment.objects.get(convention__code="ML-SMV-LR-2026")
        convention = Convention.objects.get(code="ML-SMV-LR-2026")
    adam.goto(f"/admin/partners/amendment/{amendment.pk}/history/")
    adam.look("Historique")
    adam.sees("Adam Admin", "28/02/2030")
    for address, title in (
        (f"/admin/partners/convention/{convention.pk}/renouveler/", "Préparer le renouvellement"),
        (f"/admin/partners/convention/caducite/?c={convention.pk}", "Déclarer caduque"),
        ("/admin/partners/convention/import/", "Importer"),
        ("/admin/partners/amendment/add/", "Enregistrer un avenant"),
        (f"/admin/partners/convention/{convention.pk}/delete/", "Impossible de supprimer"),
        ("/admin/partners/organisation/", "Structures"),
        ("/admin/partners/designation/add/", re.compile("Ajouter")),
    ):
        adam.goto(address)
        adam.look(title)
