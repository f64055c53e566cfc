"""43 fictitious Missions Locales, as many as Nouvelle-Aquitaine has, and three plans for 13.6 million euros.

``data/funding_43.csv`` is what a region would bring; ``data/funding_43_expected.csv`` what each would receive, by
the SQL of ``tests/reporting/funding_reference.py``.
"""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from reporting.funding.money import read_cents, read_number
from reporting.funding.rules import Direction, Method, Place, Plan

_DATA = Path(__file__).parent / "data"
FILE = _DATA / "funding_43.csv"
_EXPECTED = _DATA / "funding_43_expected.csv"


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def places() -> list[Place]:
    """The 43, as the file gives them."""
    labels = INDICATORS
    return [
        Place(
            line["code"], line["nom"], int(line["jeunes"]), read_cents(line["montant précédent"]),
            {label: read_number(line[label]) for label in labels},
        )
        for line in _lines(FILE)
    ]  # fmt: skip


# The five criteria of F-03; income and jobs are the ones whose fall is hard.
INDICATORS = {
    "jeunes sans emploi ni formation (%)": Direction.HIGH,
    "chômage de longue durée (%)": Direction.HIGH,
    "évolution de la demande d’emploi (%)": Direction.HIGH,
    "évolution de l’emploi salarié (%)": Direction.LOW,
    "revenu fiscal médian (€)": Direction.LOW,
}
RANKS = Plan(
    envelope=13_600_000_00, youth_share=Fraction(3, 5), method=Method.RANKS, indicators=INDICATORS, floor=60_000_00
)  # fmt: skip
SCORES = replace(RANKS, method=Method.SCORES)
CAPPED = replace(RANKS, rise=Fraction(1, 10), fall=Fraction(1, 20), years=3)
PLANS = {"rangs": RANKS, "scores": SCORES, "plafonds": CAPPED}


def expected() -> dict[str, dict[str, int]]:
    """By plan, the cents of each code."""
    lines = _lines(_EXPECTED)
    return {name: {line["code"]: int(line[name]) for line in lines} for name in PLANS}
