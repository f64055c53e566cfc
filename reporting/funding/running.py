"""What is done with a split: bring data, run it, find it again. Everything is frozen when it is written.

Data are JSON of whole cents, decimals as texts and fractions as texts ("3/5"), so that a run computed again from its
inputs gives its result, to the cent, on any machine and at any time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404

from core import clock
from core.acting import Acting
from core.gestures import just_written, one_at_a_time
from core.requests import PortalRequest
from partners.models import Level, Network, Organisation
from reporting.funding.money import named
from reporting.funding.reading import Mission, Table
from reporting.funding.rules import Direction, Impossible, Line, Method, Place, Plan, split
from reporting.models import FundingFile, FundingRun

# What is kept with each run: a computation that changes gets another number, and old runs keep theirs.
RULES = 1
_NAME = "reporting_funding_run_name"


class NameTaken(Exception):
    """Another simulation of the organisation has this name, and is not this one."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the figures of a run come from: data that were brought, or the run that is copied."""

    title: str
    indicators: tuple[str, ...]
    places: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]
    origin: dict[str, str]
    copied: FundingRun | None = None

    @property
    def has_youths(self) -> bool:
        return all("youths" in place for place in self.places)

    @property
    def has_previous(self) -> bool:
        return all("previous" in place for place in self.places)


# --- Finding ---------------------------------------------------------------------------------------------------


def missions_of(region: str) -> list[Mission]:
    """The Missions Locales of a region that exist today."""
    found = (
        Organisation.objects.existing_on(clock.today())
        .filter(Q(region=region) | Q(department__region=region), network=Network.ML, level=Level.LOCAL)
        .select_related("department")
        .order_by("department__name", "name", "pk")
    )
    return [
        Mission(
            one.uuid, one.code, one.siret, one.outward_name, one.department.name if one.department else ""
        )
        for one in found
    ]


def run_or_404(request: PortalRequest, uuid: UUID) -> FundingRun:
    """The door of the runs: the same 404 whether the run exists or not, and a line in the trail."""
    found = (
        FundingRun.objects.visible_to(request.acting)
        .select_related("organisation", "created_by", "region")
        .filter(uuid=uuid)
        .first()
    )
    if found is None:
        request.marks.denied(request.acting, "funding_run", uuid)
        raise Http404
    return found


def file_or_404(request: PortalRequest, uuid: UUID) -> FundingFile:
    """The door of the data."""
    found = FundingFile.objects.visible_to(request.acting).filter(uuid=uuid).first()
    if found is None:
        request.marks.denied(request.acting, "funding_file", uuid)
        raise Http404
    return found


def source_of_file(found: FundingFile) -> Source:
    """The figures of the data that were brought."""
    data = found.data
    return Source(
        found.title,
        tuple(data["indicators"]),
        tuple(data["places"]),
        tuple(data["left_out"]),
        {"file": str(found.uuid), "title": found.title},
    )


def source_of_run(run: FundingRun) -> Source:
    """The figures of a run, for a copy with a change."""
    data = run.inputs
    return Source(
        data["origin"]["title"],
        tuple(data["indicators"]),
        tuple(data["places"]),
        tuple(data["left_out"]),
        data["origin"] | {"copied": str(run.uuid)},
        run,
    )


# --- Writing ---------------------------------------------------------------------------------------------------


def keep_file(acting: Acting, title: str, table: Table) -> FundingFile:
    """Keep the data that were brought, for runs to come; sent twice, they are kept once."""
    assert acting.region is not None
    data = {"indicators": table.indicators, "places": table.places, "left_out": table.left_out}
    one_at_a_time("funding file", acting.user_id)
    if found := just_written(
        FundingFile.objects.filter(organisation=acting.organisation_id, created_by=acting.user_id),
        "created_at",
        title=title,
        data=data,
    ):
        return found
    return FundingFile.objects.create(
        organisation_id=acting.organisation_id,
        region_id=acting.region,
        title=title,
        data=data,
        created_by_id=acting.user_id,
    )


def with_figures_of(
    places: Sequence[Mapping[str, Any]], run: FundingRun, name: str, *, amounts: bool = False
) -> list[dict[str, Any]]:
    """The places with the youths of a run (or the amounts that it gave, as last year's). Raises Impossible."""
    if amounts:
        known = {line["code"]: line["amount"] for line in run.result["lines"]}
    else:
        known = {place["code"]: place["youths"] for place in run.inputs["places"]}
    if missing := sorted(place["name"] for place in places if place["code"] not in known):
        raise Impossible(f"La simulation « {run.name} » ne compte pas : {named(missing)}.")
    return [{**place, name: known[place["code"]]} for place in places]


def run(
    acting: Acting,
    source: Source,
    places: Sequence[Mapping[str, Any]],
    plan: Plan,
    *,
    name: str,
    year: int,
    comment: str = "",
    shared: bool = False,
    sources: Mapping[str, str] | None = None,
) -> FundingRun:
    """Compute and keep. The same run sent twice by the same person is one run.

    Raises Impossible, and NameTaken when the name is that of another run of the organisation.
    """
    assert acting.region is not None
    lines = split([as_place(place) for place in places], plan)
    inputs = {
        "plan": frozen_plan(plan),
        "indicators": list(source.indicators),
        "places": list(places),
        "left_out": list(source.left_out),
        "origin": source.origin | dict(sources or {}),
    }
    result = {"rules": RULES, "lines": [_frozen_line(line) for line in lines]}
    found = FundingRun(
        organisation_id=acting.organisation_id,
        region_id=acting.region,
        name=name,
        comment=comment,
        year=year,
        envelope=plan.envelope,
        shared=shared,
        inputs=inputs,
        result=result,
        data_hash=_hash([inputs, result, year, comment, shared]),
        created_by_id=acting.user_id,
    )
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError as error:
        if _NAME not in str(error):
            raise
        same = FundingRun.objects.filter(
            organisation=acting.organisation_id,
            name=name,
            data_hash=found.data_hash,
            created_by=acting.user_id,
        ).first()
        if same is None:
            raise NameTaken from error
        return same
    return found


def _hash(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- Frozen, and back --------------------------------------------------------------------------------------------


def as_place(place: Mapping[str, Any]) -> Place:
    """A Mission Locale of the data, as the rules take it."""
    values = {label: Decimal(text) for label, text in place["values"].items()}
    return Place(place["code"], place["name"], place["youths"], place.get("previous"), values)


def _ratio(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def frozen_plan(plan: Plan) -> dict[str, Any]:
    """The settings, as they are kept."""
    return {
        "envelope": plan.envelope,
        "youth_share": str(plan.youth_share),
        "method": plan.method.value,
        "indicators": {label: direction.value for label, direction in sorted(plan.indicators.items())},
        "spread": str(plan.spread),
        "floor": plan.floor,
        "rise": _ratio(plan.rise),
        "fall": _ratio(plan.fall),
        "years": plan.years,
    }


def plan_of(run: FundingRun) -> Plan:
    """The settings of a run, as the rules take them."""
    asked = run.asked
    return Plan(
        envelope=asked["envelope"],
        youth_share=Fraction(asked["youth_share"]),
        method=Method(asked["method"]),
        indicators={label: Direction(one) for label, one in asked["indicators"].items()},
        spread=Fraction(asked["spread"]),
        floor=asked["floor"],
        rise=_fraction(asked["rise"]),
        fall=_fraction(asked["fall"]),
        years=asked["years"],
    )


def _frozen_line(line: Line) -> dict[str, Any]:
    return {
        "code": line.place.code,
        "positions": {label: str(value) for label, value in line.positions.items()},
        "score": str(line.score),
        "weight": str(line.weight),
        "floor": line.floor,
        "by_youths": line.by_youths,
        "by_vulnerability": line.by_vulnerability,
        "by_transition": line.by_transition,
        "by_caps": line.by_caps,
        "amount": line.amount,
        "lowest": line.lowest,
        "highest": line.highest,
    }


def lines_of(run: FundingRun) -> list[Line]:
    """What a run gave, as it was frozen: nothing is computed again."""
    places = {place["code"]: as_place(place) for place in run.inputs["places"]}
    return [
        Line(
            place=places[line["code"]],
            positions={label: Fraction(text) for label, text in line["positions"].items()},
            score=Fraction(line["score"]),
            weight=Fraction(line["weight"]),
            **{name: line[name] for name in _AMOUNTS},
        )
        for line in run.result["lines"]
    ]


_AMOUNTS = (
    "floor", "by_youths", "by_vulnerability", "by_transition", "by_caps", "amount", "lowest", "highest",
)  # fmt: skip


def computed_again(found: FundingRun) -> list[Line]:
    """The same computation from the frozen inputs: what a run gave, unless somebody touched one or the other."""
    return split([as_place(place) for place in found.inputs["places"]], plan_of(found))


def recent(acting: Acting, most: int) -> Iterable[FundingRun]:
    """The last runs that somebody may read, for a choice in a form."""
    return FundingRun.objects.visible_to(acting).only("uuid", "name", "year").order_by("-pk")[:most]
