"""The split of the region's envelope, as the Region simulates it before a commission: four plans on the same data.

Fictitious figures, drawn once for the Missions Locales that the demonstration invented.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random

from core import clock
from core.scope import acting_as
from partners.models import Membership
from partners.people.members import acting_from
from portal.demo.country import SEED
from portal.demo.staging import persona
from reporting.funding import reading, running
from reporting.funding.money import plain_euros
from reporting.funding.rules import Direction, Method, Plan
from reporting.models import FundingRun

REGION = "REGION_75"
_INDICATORS = {
    "jeunes sans emploi ni formation (%)": (Direction.HIGH, 120, 290, 1),
    "chômage de longue durée (%)": (Direction.HIGH, 180, 440, 1),
    "revenu fiscal médian (€)": (Direction.LOW, 17_200, 23_900, 0),
}


def load() -> int:
    """Bring the table, run the plans; how many runs there are (a small country may lack the Region or the ARML)."""
    member = Membership.objects.filter(organisation__key=REGION, role="regional").order_by("pk").first()
    regional = persona("regional")
    if member is None or regional is None:
        return 0
    region = acting_from(member)
    assert region.region is not None
    missions = running.missions_of(region.region)
    if len(missions) < 3:
        return 0
    year = clock.today().year + 1
    with acting_as(region):
        table = reading.read(_table(missions).encode(), missions)
        file = running.keep_file(region, f"Jeunes et fragilité, {year}", table)
        source = running.source_of_file(file)
        before = sum(place["previous"] for place in source.places)
        # « Maintien du financement global » : the same total as last year.
        ranks = Plan(
            envelope=before,
            youth_share=Fraction(3, 5),
            method=Method.RANKS,
            indicators={label: found[0] for label, found in _INDICATORS.items()},
            floor=60_000_00,
        )
        capped = replace(ranks, rise=Fraction(1, 10), fall=Fraction(1, 20), years=3)
        for name, plan, comment in (
            (f"{year}, rangs", ranks, "La cible, sans rien lisser."),
            (f"{year}, scores centrés réduits", replace(ranks, method=Method.SCORES), ""),
            (f"{year}, rangs, lissé sur trois ans", capped, "Proposition pour la commission de janvier."),
        ):
            running.run(
                region, source, source.places, plan, name=name, year=year, comment=comment, shared=True
            )
    with acting_as(regional):
        shown = FundingRun.objects.visible_to(regional).get(name=f"{year}, rangs, lissé sur trois ans")
        source = running.source_of_run(shown)
        running.run(
            regional, source, source.places, replace(capped, youth_share=Fraction(2, 5)),
            name=f"{year}, plus de poids à la fragilité", year=year, comment="À discuter en conseil d’administration.",
        )  # fmt: skip
    return 4


def _table(missions: list[reading.Mission]) -> str:
    """What a region would bring, in a spreadsheet saved as CSV."""
    random = Random(f"{SEED}-funding")  # noqa: S311
    lines = [";".join(["identifiant", "nom", "jeunes", "montant précédent", *_INDICATORS])]
    for one in sorted(missions, key=lambda mission: mission.name):
        youths = max(320, int(random.lognormvariate(7.4, 0.55)))
        previous = (110_000 + youths * random.randrange(85, 150)) * 100
        values = []
        for _, low, high, decimals in _INDICATORS.values():
            drawn = random.randrange(low, high)
            values.append(f"{drawn // 10},{drawn % 10}" if decimals else str(drawn))
        lines.append(";".join([str(one.identifier), one.name, str(youths), plain_euros(previous), *values]))
    return "\n".join(lines)
