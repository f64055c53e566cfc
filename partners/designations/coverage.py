"""Where designated referents are, and where they are missing: numbers of organisations, never of persons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject

from core import clock
from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from partners.choices import region_name
from partners.models import Designation, Level, Network, Organisation, Theme, Topic
from partners.models.organisations import OrganisationQuerySet

# The networks whose local organisations are expected to name a referent (DOMAIN §6.1, "référents per topic").
EXPECTED: dict[str, tuple[str, ...]] = {
    Topic.ORIENTATION: (Network.ML, Network.CMA),
    Topic.APPRENTICESHIP: (Network.ML, Network.CMA),
    Topic.PREPARATION: (Network.ML, Network.CMA),
    Topic.TRAINING: (Network.ML, Network.CMA),
    Topic.EMPLOYERS: (Network.ML, Network.CMA),
    Topic.SMV: (Network.ML, Network.SMV),
    Topic.INTERIM: (Network.ML, Network.INTERIM),
    Topic.DIGITAL: (Network.ML, Network.DIGITAL),
    Topic.RETURN: (Network.ML,),
}
TOPIC_OF_THEME: dict[str, str] = {
    Theme.ORIENTATION: Topic.ORIENTATION,
    Theme.APPRENTICESHIP: Topic.APPRENTICESHIP,
    Theme.TRAINING: Topic.TRAINING,
    Theme.EMPLOYERS: Topic.EMPLOYERS,
    Theme.INTERIM: Topic.INTERIM,
    Theme.SMV: Topic.SMV,
    Theme.DIGITAL: Topic.DIGITAL,
}

# As many referents as a page names around one's own organisation.
NEAR = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """Organisations that have a referent, out of those expected to."""

    covered: int
    total: int

    @property
    def gap(self) -> int:
        """How many organisations have nobody."""
        return self.total - self.covered

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.covered + other.covered, self.total + other.total)


def listed_for(acting: Acting) -> OrganisationQuerySet:
    """The organisations a member may see in a directory: a sensitive one is named to its own members only."""
    return Organisation.objects.filter(Q(is_sensitive=False) | Q(pk=acting.organisation_id))


def topics_of(themes: Iterable[str], networks: Iterable[str]) -> list[str]:
    """The topics on which the parties of a convention name referents on both sides, in the order of the themes."""
    parties = set(networks)
    topics = [TOPIC_OF_THEME[theme] for theme in themes if theme in TOPIC_OF_THEME]
    return [topic for topic in topics if len(parties.intersection(EXPECTED[topic])) > 1]


def expected_organisations(networks: Iterable[str], region: str | None, day: date) -> QuerySet[Any]:
    """The local organisations of these networks that exist on a day (in a region, when given), with ``territory``."""
    found = (
        Organisation.objects.existing_on(day)
        .filter(level=Level.LOCAL, network__in=list(networks), is_sensitive=False)
        .annotate(territory=Coalesce("region_id", "department__region_id", Value("")))
    )
    if region:
        found = found.filter(Q(region_id=region) | Q(region_id__isnull=True, department__region_id=region))
    return found


def missions_locales_by_region(day: date) -> ArraySubquery:
    """How many Missions Locales each region has on a day, to annotate a row with: see :func:`totals_by_region`."""
    organisations = (
        Organisation.objects.existing_on(day)
        .filter(level=Level.LOCAL, network=Network.ML, is_sensitive=False)
        .order_by()
        .values("region_id", "department__region_id")
        .annotate(organisations=Count("pk"))
    )
    return ArraySubquery(
        organisations.values(
            row=JSONObject(
                region=F("region_id"), by_department=F("department__region_id"), count=F("organisations")
            )
        )
    )


def totals_by_region(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Region → Missions Locales, from what :func:`missions_locales_by_region` gave; "" is outside the regions."""
    totals: dict[str, int] = {}
    for row in rows:
        region = row["region"] or row["by_department"] or ""
        totals[region] = totals.get(region, 0) + row["count"]
    return totals


def has_referent(topic: str, day: date) -> Exists:
    """Whether somebody answers for a topic in an organisation on a day."""
    return Exists(Designation.objects.live(day).filter(organisation=OuterRef("pk"), topic=topic))


def _by_region(
    topics: tuple[str, ...], networks: tuple[str, ...], everywhere: bool, *, region: str
) -> QuerySet[Organisation, Any]:
    """How many organisations of each network each region has, and how many of them have a referent for each topic."""
    day = clock.today()
    return (
        expected_organisations(networks, None if everywhere else region, day)
        .annotate(**{f"has_{topic}": has_referent(topic, day) for topic in topics})
        .order_by()
        .values("territory", "network")
        .annotate(
            total=Count("pk"),
            **{f"covered_{topic}": Count("pk", filter=Q(**{f"has_{topic}": True})) for topic in topics},
        )
        .order_by("territory", "network")
    )


_BY_REGION = Prepared(_by_region)


def coverage_by_region(
    topics: Iterable[str], networks: Iterable[str], region: str | None = None
) -> dict[str, dict[str, dict[str, Cell]]]:
    """topic → region code → network → cell, in one query. Empty when there is no topic."""
    topics = tuple(topics)
    if not topics:
        return {}
    wanted = {network for topic in topics for network in EXPECTED[topic]}.intersection(networks)
    cells: dict[str, dict[str, dict[str, Cell]]] = {topic: {} for topic in topics}
    for row in _BY_REGION(None, topics, tuple(sorted(wanted)), not region, region=region or ""):
        for topic in topics:
            if row["network"] in EXPECTED[topic]:
                by_network = cells[topic].setdefault(row["territory"], {})
                by_network[row["network"]] = Cell(row[f"covered_{topic}"], row["total"])
    return cells


def _by_network(network: str, region: str) -> QuerySet[Organisation, Any]:
    """How many organisations of each network there are, and how many of them have a referent for each topic."""
    day = clock.today()
    return (
        expected_organisations([network] if network else Network.values, region or None, day)
        .annotate(**{f"has_{topic}": has_referent(topic, day) for topic in EXPECTED})
        .order_by()
        .values("network")
        .annotate(
            total=Count("pk"),
            **{f"covered_{topic}": Count("pk", filter=Q(**{f"has_{topic}": True})) for topic in EXPECTED},
        )
        .order_by("network")
    )


_BY_NETWORK = Prepared(_by_network)


def coverage_by_topic(network: str = "", region: str = "") -> list[dict[str, Any]]:
    """One line per topic: how many organisations have a referent, out of those expected to. One query."""
    rows = _BY_NETWORK(None, network, region)
    found = []
    for topic, networks in EXPECTED.items():
        concerned = [row for row in rows if row["network"] in networks]
        if total := sum(row["total"] for row in concerned):
            covered = sum(row[f"covered_{topic}"] for row in concerned)
            found.append({"topic": topic, "label": Topic(topic).label, "cell": Cell(covered, total)})
    return found


def gaps_of(topic: str, network: str = "", region: str = "") -> QuerySet[Organisation]:
    """The local organisations expected to name a referent for a topic, and without one today."""
    networks = [code for code in EXPECTED[topic] if network in ("", code)]
    day = clock.today()
    return (
        expected_organisations(networks, region or None, day)
        .filter(~has_referent(topic, day))
        .order_by("name", "pk")
    )


def _near(acting: Acting, *, topics: list[str], networks: list[str]) -> QuerySet[Designation]:
    """The live referents for some topics in one's organisation, and in the local ones of some networks."""
    others = Q(
        organisation__network__any_of=networks,
        organisation__level=Level.LOCAL,
        organisation__is_sensitive=False,
    )
    return (
        Designation.objects.live()
        .with_people()
        .filter(Q(organisation_id=acting.organisation_id) | others, topic__any_of=topics)
        .annotate(
            territory=Coalesce("organisation__region_id", "organisation__department__region_id", Value("")),
            rank=Case(
                When(organisation_id=acting.organisation_id, then=Value("0")),
                When(territory=acting.region or "", then=Value("1")),
                default=Value("2"),
                output_field=CharField(),
            ),
        )
        .order_by("rank", "organisation__name", "topic", "pk")[:NEAR]
    )


_NEAR = Prepared(_near)


def referents_near(topics: Iterable[str], networks: Iterable[str], acting: Acting) -> list[Designation]:
    """The live referents of my organisation, then of the local organisations of the other networks, mine first.

    Those of my region come before the others, so that the caller may keep the nearest. One query.
    """
    topics = list(topics)
    if not topics:
        return []
    others = [network for network in networks if network != acting.network]
    return _NEAR(acting, topics=topics, networks=others)


def region_rows(by_region: dict[str, dict[str, Cell]], networks: list[str]) -> list[dict[str, Any]]:
    """The lines of a coverage table, by name of region; a network absent from a region counts nobody."""
    nobody = Cell(0, 0)
    rows = [
        {
            "code": code,
            "region": region_name(code) if code else "Hors région",
            "cells": [by_region[code].get(network, nobody) for network in networks],
            "gap": sum(cell.gap for cell in by_region[code].values()),
        }
        for code in by_region
    ]
    return sorted(rows, key=lambda row: normalise(row["region"]))
