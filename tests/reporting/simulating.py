"""A region with a few Missions Locales, the officers at its table, and what they bring."""

from datetime import date
from fractions import Fraction
from typing import Any

from accounts.models import User
from core.acting import Acting
from core.scope import acting_as
from partners.models import Membership, Organisation
from partners.people.members import acting_from
from reporting.funding import reading, running
from reporting.funding.rules import Direction, Method, Plan
from reporting.models import FundingFile, FundingRun
from tests.conftest import as_owner

TOWNS = {"A01": "Angoulins", "B02": "Bressuire", "C03": "Cognac"}
CSV = """code;nom;jeunes;montant précédent;chômage (%);revenu médian (€)
A01;Angoulins;300;50 000,00;8,5;24000
B02;Bressuire;100;30 000;12;20 000
C03;Cognac;100;20000,00;20,25;18000
"""
RANKS = Plan(
    envelope=100_000_00, youth_share=Fraction(1, 2), method=Method.RANKS, floor=10_000_00,
    indicators={"chômage (%)": Direction.HIGH, "revenu médian (€)": Direction.LOW},
)  # fmt: skip
# key: (first name, network, level, region, role)
OFFICERS = {
    "regine": ("Régine", "region", "regional", "75", "regional"),
    "denis": ("Denis", "state", "regional", "75", "regional"),
    "cathy": ("Cathy", "cma", "regional", "75", "regional"),
    "brieuc": ("Brieuc", "region", "regional", "53", "regional"),
    "lola": ("Lola", "region", "local", "75", "regional"),
    "prune": ("Prune", "region", "regional", "75", "professional"),
}


def settle() -> None:
    """Three Missions Locales of region 75, besides that of the port, which has no code (as the owner)."""
    for code, town in TOWNS.items():
        Organisation.objects.create(
            name=f"Mission locale de {town}", network="ml", level="local", region_id="75", department_id="17",
            code=code, key=f"ML_{code}",
        )  # fmt: skip


def officers() -> dict[str, tuple[User, Acting]]:
    """The officers of other organisations, by name (as the owner)."""
    found = {}
    for name, (first, network, level, region, role) in OFFICERS.items():
        organisation = Organisation.objects.create(
            name=f"{network} {region} {name}",
            network=network,
            level=level,
            region_id=region,
            key=f"OF_{name}",
        )
        user = User.objects.create_user(
            f"{name}@portail.example", "mot de passe", first_name=first, last_name="Guichet"
        )
        membership = Membership.objects.create(
            user=user, organisation=organisation, role=role, starts_on=date(2020, 1, 1)
        )
        found[name] = (user, acting_from(membership))
    return found


def bring(acting: Acting, content: str = CSV) -> FundingFile:
    """The table of the region, brought by somebody."""
    assert acting.region is not None
    with acting_as(acting):
        table = reading.read(content.encode(), running.missions_of(acting.region))
        assert table.problems == []
        return running.keep_file(acting, "Données d’essai", table)


def run(acting: Acting, file: FundingFile, name: str = "Essai", plan: Plan = RANKS, **how: Any) -> FundingRun:
    """A simulation made by somebody."""
    with acting_as(acting):
        source = running.source_of_file(file)
        return running.run(acting, source, source.places, plan, name=name, year=2027, **how)


def simulated(world: Any) -> dict[str, Any]:
    """What Régis brought and simulated, for the probes of the matrix."""
    with as_owner():
        settle()
    regis = world.acting("regis")
    file = bring(regis)
    return {"funding_file": file.uuid, "funding_run": run(regis, file).uuid}
