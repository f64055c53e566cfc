"""Where nobody is designated: the organisations of a convention in force without a referent on its topics.

A national convention concerns every local organisation of the networks of its parties, a regional one those of its
region, a local one its own parties. Somebody answers for a convention when they are designated for the topic in
general or for that convention: the same rule as ``designations.routing.referent_for``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from core import clock
from core.names import normalise
from partners.choices import region_name
from partners.conventions.facts import spans_of
from partners.conventions.reading import facts_of, parties_of, with_facts
from partners.conventions.state import ConventionState, state_on
from partners.designations import coverage
from partners.models import Convention, Designation, Level, Network, Topic

OUTSIDE = "Hors région"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a convention in force asks: somebody for these topics, in the organisations that it concerns.

    ``region`` "" is everywhere. ``parties`` is given for a local convention: it concerns these organisations only.
    """

    pk: int
    code: str
    title: str
    topics: tuple[str, ...]
    networks: frozenset[str]
    region: str = ""
    parties: frozenset[int] | None = None

    def topics_in(self, network: str) -> list[str]:
        """The topics on which an organisation of a network is expected to name somebody."""
        return [topic for topic in self.topics if network in coverage.EXPECTED[topic]]

    def concerns(self, pk: int, network: str, territory: str) -> bool:
        """Whether it concerns a local organisation."""
        if self.parties is not None:
            return pk in self.parties
        return network in self.networks and self.region in ("", territory)


@dataclass(frozen=True, slots=True)
class Missing:
    """A topic on which an organisation has nobody, and the conventions that ask for somebody."""

    topic: str
    conventions: tuple[Asked, ...]

    @property
    def label(self) -> str:
        return Topic(self.topic).label


@dataclass(frozen=True, slots=True)
class Gap:
    """An organisation without a referent on some topics."""

    pk: int
    uuid: Any
    name: str
    network: str
    region: str
    department: str
    missing: tuple[Missing, ...]

    @property
    def network_label(self) -> str:
        return Network(self.network).label

    @property
    def region_label(self) -> str:
        return region_name(self.region) if self.region else OUTSIDE


@dataclass(slots=True)
class RegionCount:
    """How many organisations of a region have nobody on some topic, out of those concerned."""

    code: str
    name: str
    concerned: int = 0
    organisations: int = 0
    topics: int = 0


def asked() -> list[Asked]:
    """What every convention in force asks, national ones first. Two queries at most.

    Local conventions are read only when they may ask more than the national ones already do.
    """
    steering = _asked_by(Convention.objects.exclude(level=Level.LOCAL))
    national = [one for one in steering if not one.region]
    everywhere = {
        (topic, network) for one in national for network in one.networks for topic in one.topics_in(network)
    }
    themes = [
        theme
        for theme, topic in coverage.TOPIC_OF_THEME.items()
        if not all((topic, network) in everywhere for network in coverage.EXPECTED[topic])
    ]
    local = _asked_by(Convention.objects.filter(level=Level.LOCAL, themes__overlap=themes)) if themes else []
    return sorted([*steering, *local], key=lambda one: (bool(one.region), one.title, one.pk))


def _asked_by(conventions: QuerySet[Convention]) -> list[Asked]:
    day = clock.today()
    found = []
    bearing = conventions.filter(themes__overlap=list(coverage.TOPIC_OF_THEME))
    for convention in with_facts(bearing).order_by("title", "pk"):
        facts = facts_of(convention)
        if state_on(facts, day) != ConventionState.EN_VIGUEUR:
            continue
        standing = {span.key for span in spans_of(facts) if span.covers(day)}
        parties = [party for party in parties_of(convention) if party.key in standing]
        networks = frozenset(party.network for party in parties)
        topics = tuple(coverage.topics_of(convention.themes, networks))
        if topics:
            local = convention.level == Level.LOCAL
            found.append(
                Asked(
                    convention.pk,
                    convention.code,
                    convention.title,
                    topics,
                    networks,
                    (convention.region_id or "") if convention.level != Level.NATIONAL else "",
                    frozenset(party.organisation for party in parties) if local else None,
                )
            )
    return found


def find(
    wanted: Iterable[Asked], *, network: str = "", region: str = "", topic: str = "", first: str = ""
) -> tuple[list[Gap], list[RegionCount]]:
    """The gaps, by region and name, and the counts of each region; those of the region ``first`` come first.

    ``topic`` narrows both to one topic. One query.
    """
    wanted = list(wanted)
    networks = {code for one in wanted for code in one.networks if network in ("", code)}
    if not networks:
        return [], []
    found: list[Gap] = []
    counts: dict[str, RegionCount] = {}
    general: dict[tuple[str, str], list[Asked]] = {}
    local = [one for one in wanted if one.parties is not None]
    for row in _organisations(networks, region):
        pk, code, territory = row["pk"], row["network"], row["territory"]
        if (code, territory) not in general:
            general[code, territory] = [
                one for one in wanted if one.parties is None and one.concerns(pk, code, territory)
            ]
        asking = general[code, territory] + [one for one in local if one.concerns(pk, code, territory)]
        topics = _by_topic(asking, code, topic)
        if not topics:
            continue
        count = counts.setdefault(
            territory, RegionCount(territory, region_name(territory) if territory else OUTSIDE)
        )
        count.concerned += 1
        missing = _missing(topics, set(row["held"]))
        if missing:
            count.organisations += 1
            count.topics += len(missing)
            found.append(
                Gap(pk, row["uuid"], row["name"], code, territory, row["department__name"] or "", missing)
            )

    def place(code: str) -> tuple[bool, bool, str]:
        return (not first or code != first, not code, normalise(counts[code].name))

    found.sort(key=lambda gap: (place(gap.region), normalise(gap.name), gap.pk))
    return found, [counts[code] for code in sorted(counts, key=place)]


def _organisations(networks: set[str], region: str) -> QuerySet[Any, dict[str, Any]]:
    """The local organisations of networks, each with what it has somebody for: "topic/convention"."""
    day = clock.today()
    held = Designation.objects.live(day).filter(organisation=OuterRef("pk")).order_by()
    pair = Concat(
        F("topic"),
        Value("/"),
        Coalesce(Cast("convention_id", CharField()), Value("")),
        output_field=CharField(),
    )
    return (
        coverage.expected_organisations(networks, region or None, day)
        .annotate(held=ArraySubquery(held.annotate(pair=pair).values("pair")))
        .order_by("name", "pk")
        .values("pk", "uuid", "name", "network", "territory", "department__name", "held")
    )


def _by_topic(asking: list[Asked], network: str, topic: str) -> dict[str, list[Asked]]:
    topics: dict[str, list[Asked]] = {}
    for one in asking:
        for code in one.topics_in(network):
            if topic in ("", code):
                topics.setdefault(code, []).append(one)
    return topics


def _missing(topics: dict[str, list[Asked]], held: set[str]) -> tuple[Missing, ...]:
    found = []
    for topic in coverage.EXPECTED:
        if topic in topics and f"{topic}/" not in held:
            nobody = tuple(one for one in topics[topic] if f"{topic}/{one.pk}" not in held)
            if nobody:
                found.append(Missing(topic, nobody))
    return tuple(found)
