"""Régis prepares a commission: a table, a plan that is impossible, one that is not, a copy, the two side by side.

Each page is read by axe and fits its width, on a wide screen and on the narrowest one (320 CSS pixels); the result fits
on paper.
"""

from pathlib import Path

import pytest

from reporting.models import FundingRun
from tests.browser.visitor import Visitor
from tests.conftest import as_owner
from tests.reporting.simulating import CSV, settle

pytestmark = pytest.mark.browser


def brings(regis: Visitor, folder: Path) -> None:
    """A table with a mistake, then without."""
    regis.goto("/repartition/")
    regis.look("Répartition des financements")
    regis.link("Apporter des données")
    regis.look("Apporter des données")
    table = folder / "table.csv"
    for content in (CSV.replace("B02", "Z99"), CSV):
        table.write_text(content, encoding="utf-8")
        regis.fill("Nom de ces données", "Jeunes et fragilité")
        regis.page.get_by_label("Tableau des Missions Locales").set_input_files(table)
        regis.click("Lire ce fichier")
        if content != CSV:
            regis.look("Apporter des données")
            regis.sees("Aucune Mission Locale de la région n’a pour code « Z99 ».")
    regis.look("Jeunes et fragilité")
    regis.sees("Mission locale du Port")


def simulates(regis: Visitor) -> None:
    """The cap cannot absorb the envelope: said beside it, and mended."""
    regis.link("Simuler avec ces données")
    regis.look("Nouvelle simulation")
    regis.fill("Nom de la simulation", "Rangs")
    regis.fill("Enveloppe à répartir (euros)", "200 000")
    regis.page.get_by_label("chômage (%)").select_option("high")
    regis.page.get_by_label("revenu médian (€)").select_option("low")
    regis.fill("Hausse maximale en un an (%)", "10")
    regis.click("Calculer la répartition")
    regis.look("Nouvelle simulation")
    regis.sees("le total ne peut aller que de 0,00\u00a0€ à 110\u00a0000,00\u00a0€")
    regis.fill("Enveloppe à répartir (euros)", "100 000")
    regis.click("Calculer la répartition")
    regis.look("Rangs")
    regis.sees("22\u00a0000,00\u00a0€", "(au plafond)")


def copies_and_compares(regis: Visitor) -> None:
    """The same by z-scores, then both at once."""
    regis.link("Copier avec un changement")
    regis.look("Copier une simulation")
    regis.fill("Nom de la simulation", "Scores")
    regis.page.get_by_label("Somme des scores centrés réduits").check()
    regis.click("Calculer la répartition")
    regis.look("Scores")
    regis.goto("/repartition/")
    for name in ("Rangs", "Scores"):
        regis.page.get_by_label(f"Comparer {name}").check()
    regis.click("Comparer les simulations cochées")
    regis.look("Comparer des simulations")
    regis.sees("somme des rangs", "somme des scores centrés réduits")
    regis.page.locator(".chart-table > summary").click()
    regis.look("Comparer des simulations")


def prints(regis: Visitor) -> None:
    """On paper nothing is cut: the widest table fits the page."""
    with as_owner():
        run = FundingRun.objects.get(name="Rangs")
    regis.goto(f"/repartition/{run.uuid}/")
    regis.page.emulate_media(media="print")
    regis.page.set_viewport_size({"width": 1000, "height": 700})  # A4, landscape, without its margins
    wide = regis.page.evaluate(
        "() => [...document.querySelectorAll('.table-scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert wide == 0
    assert not regis.page.get_by_role("link", name="Copier avec un changement").is_visible()
    regis.page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_officer_of_a_region_prepares_a_commission(world, visitor, tmp_path, width):
    with as_owner():
        settle()
    regis = visitor(width=width)
    regis.sign_in("regis@portail.example")
    brings(regis, tmp_path)
    simulates(regis)
    copies_and_compares(regis)
    prints(regis)
