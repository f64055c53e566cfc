"""The frozen data of a committee pack: its shape, its checks, its canonical bytes and its hash.

A pack is prepared once, kept as JSON and rendered as often as needed; so the data holds everything that a
document says, and nothing that differs between two preparations of the same figures (no time of
generation, no database id).

Counts of persons come **already suppressed** (:mod:`core.suppression`): ``None`` is a hidden count.
:func:`validate` refuses a small count, a person's address and a medical code all the same: this is the
last gate before the data leaves the house.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any, Literal, TypedDict, get_args, get_origin, get_type_hints, is_typeddict

from core.suppression import THRESHOLD, hides_ratio, is_small
from core.text_checks import refuse_nir

SCHEMA = 2
"""Version of the shape. A change that old packs do not follow needs a new number and a reader of both."""

CommitmentStatus = Literal["tenu", "en cours", "non tenu", "non mesurable"]
Kind = Literal["committee", "year"]
IndicatorState = Literal["known", "hidden", "not_computable"]


class Meeting(TypedDict):
    """The meeting and its convention; of a report, the last day of its year. Dates are ISO 8601 texts."""

    title: str
    convention_title: str
    convention_code: str
    parties: list[str]
    date: str
    place: str
    prepared_for: str  # the date of the figures: everything is counted as of the end of that day
    version: int
    correction: str  # what changed since the previous version; "" for a first one
    fictitious: bool


class Period(TypedDict):
    """First and last day counted, both included."""

    start: str
    end: str


class PreviousPack(TypedDict):
    """The pack of the meeting before (of the year before), with which the figures are compared."""

    date: str
    version: int


class Decision(TypedDict):
    """A decision of an earlier meeting that is not carried out yet; ``owner`` is an organisation."""

    text: str
    owner: str
    due: str | None


class Indicator(TypedDict):
    """A figure with its definition; ``unit`` is "" for a count, "%", "jours ouvrés"…

    ``persons`` says that it counts youths: then a small count or a rate about a few of them must be hidden.
    """

    code: str
    label: str
    definition: str
    unit: str
    persons: bool
    state: IndicatorState
    value: float | None
    previous: float | None
    numerator: int | None
    denominator: int | None
    note: str


class CountRow(TypedDict):
    """A count of situations, and the one of the previous pack; ``None`` is hidden (or, before, unknown).

    ``group`` is what it is a part of, beside others: of an outcome, how the journey ended.
    """

    code: str
    label: str
    group: str
    count: int | None
    previous: int | None


class Counts(TypedDict):
    """A list of counts and its total."""

    rows: list[CountRow]
    total: int | None


class Step(TypedDict):
    """A step of the journey: how many reached it (cumulated, each step a part of the one before)."""

    code: str
    label: str
    count: int | None


class Column(TypedDict):
    code: str
    label: str


class RegionRow(TypedDict):
    code: str
    label: str
    cells: list[int | None]
    total: int | None


class Regions(TypedDict):
    """Territory × stage, with all margins, suppressed together."""

    columns: list[Column]
    rows: list[RegionRow]
    totals: list[int | None]
    total: int | None


class Commitment(TypedDict):
    """A promise of one party and how it is kept; ``figures`` says on what that rests."""

    party: str
    wording: str
    theme: str
    measure: str
    status: CommitmentStatus
    figures: str


class Coverage(TypedDict):
    """How many organisations have something the convention asks for."""

    label: str
    covered: int
    total: int


class Gap(TypedDict):
    """Something that is missing, and how many times."""

    label: str
    count: int


class SessionKind(TypedDict):
    """How many sessions of a kind were held in the period."""

    label: str
    held: int


class SessionRow(TypedDict):
    """A session that was held; ``organiser`` is an organisation."""

    date: str
    kind: str
    title: str
    place: str
    organiser: str


class Sessions(TypedDict):
    """What the partners held together in the period: by kind, and the last ones. ``planned`` are those to come."""

    held: int
    planned: int
    kinds: list[SessionKind]
    rows: list[SessionRow]


class Contribution(TypedDict):
    """What an organisation brought to the meeting; ``author`` is "" for an organisation that is not named."""

    organisation: str
    author: str
    date: str
    text: str


class Change(TypedDict):
    """A figure that a correction moved: from what, to what, as the two versions show them."""

    section: str
    label: str
    before: str
    after: str


class Changes(TypedDict):
    """What differs from the version before: the figures, then whatever else, by name."""

    since: int
    figures: list[Change]
    others: list[str]


class Definition(TypedDict):
    term: str
    text: str


class PackData(TypedDict):
    """Everything that the documents of a committee pack say."""

    schema: int
    kind: Kind
    meeting: Meeting
    period: Period
    previous_pack: PreviousPack | None
    agenda: list[str]
    decisions: list[Decision]
    indicators: list[Indicator]
    journey: list[Step]
    stages: Counts
    outcomes: Counts
    territory: str  # what the territories are, in the singular: "Région"
    regions: Regions
    commitments: list[Commitment]
    coverage: list[Coverage]
    gaps: list[Gap]
    sessions: Sessions
    contributions: list[Contribution]
    changes: Changes | None
    definitions: list[Definition]


def upgrade(data: Any) -> Any:
    """The data of an older pack in today's shape: what it did not say is empty. Of today's, itself."""
    if not isinstance(data, dict) or data.get("schema") != 1:
        return data
    counts = {
        name: {**data[name], "rows": [{"group": "", **row} for row in data[name]["rows"]]}
        for name in ("stages", "outcomes")
    }
    return {
        **data,
        **counts,
        "schema": SCHEMA,
        "kind": "committee",
        "territory": "Région",
        "sessions": {"held": 0, "planned": 0, "kinds": [], "rows": []},
        "contributions": [],
        "changes": None,
    }


class InvalidPack(ValueError):
    """The data is not that of a pack; the message says where ("regions.rows[3].cells[1]: …")."""


def canonical_json(data: PackData) -> bytes:
    """Return the one way to write the data: sorted keys, no spaces, UTF-8, no NaN.

    A number without decimals is written as an integer, so that 62 and 62.0 hash alike (PostgreSQL's jsonb
    and Python may each turn one into the other).
    """
    return json.dumps(
        _plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def data_hash(data: PackData) -> str:
    """Return the SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical_json(data)).hexdigest()


def scrub(text: str) -> str:
    """Return a text typed by somebody without the e-mail addresses and telephone numbers it may hold.

    For whoever builds the data from free texts (decisions, evidence): :func:`validate` refuses them.
    """
    for _, pattern in _PERSONAL:
        text = pattern.sub("[coordonnées retirées]", text)
    return text


def validate(data: object) -> PackData:
    """Return the data when it is that of a pack; raise :class:`InvalidPack` otherwise.

    Checked: every key known and present, every type, dates, no e-mail address, telephone or social
    security number in any text, no medical code, no small count, margins that reconcile, a stage that
    has the same count in the list and in the table of territories.
    """
    _shape(data, PackData, "")
    pack: PackData = data  # type: ignore[assignment]
    if pack["schema"] != SCHEMA:
        raise InvalidPack(f"schema: {pack['schema']} instead of {SCHEMA}")
    for path, text in _texts(pack, ""):
        for what, pattern in _PERSONAL:
            if pattern.search(text):
                raise InvalidPack(f"{path}: looks like {what}")
        try:
            refuse_nir(text)
        except ValueError:
            raise InvalidPack(f"{path}: looks like a social security number") from None
    for path, day in _days(pack):
        _check_day(day, path)
    if pack["period"]["start"] > pack["period"]["end"]:
        raise InvalidPack("period: ends before it starts")
    if pack["meeting"]["version"] < 1:
        raise InvalidPack("meeting.version: starts at 1")
    for path, code in _codes(pack):
        if _MEDICAL.search(code):
            raise InvalidPack(f"{path}: a medical code has no place in a pack")
    for path, value in _persons(pack):
        if value is not None and (value < 0 or is_small(value)):
            raise InvalidPack(f"{path}: a count of {value} must be hidden")
    for number, indicator in enumerate(pack["indicators"]):
        _check_indicator(indicator, f"indicators[{number}]")
    _check_sums(pack)
    return pack


_PERSONAL = (
    ("an e-mail address", re.compile(r"[^\s@<>()]+@[\w-]+(?:\.[\w-]+)+")),
    ("a telephone number", re.compile(r"(?<!\d)(?:\+33\s?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\d)")),
)
# The unfit are seen by two referents only and are absent from packs (DESIGN, "Access: two walls").
_MEDICAL = re.compile(r"INAPT|MEDIC|UNFIT|SANTE", re.IGNORECASE)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


# The types of a schema, whose annotations are text: read once, not for each object of each pack.
_hints = cache(get_type_hints)


def _shape(value: Any, kind: Any, path: str) -> None:
    """Compare a value with a type of the schema, key by key."""
    where = path or "pack"
    if is_typeddict(kind):
        if not isinstance(value, dict):
            raise InvalidPack(f"{where}: an object is expected")
        hints = _hints(kind)
        unknown = sorted(str(key) for key in value.keys() - hints.keys())
        missing = sorted(hints.keys() - value.keys())
        if unknown or missing:
            raise InvalidPack(f"{where}: unknown keys {unknown}, missing keys {missing}")
        for key, item in value.items():
            _shape(item, hints[key], f"{path}.{key}" if path else key)
    elif get_origin(kind) is list:
        if not isinstance(value, list):
            raise InvalidPack(f"{where}: a list is expected")
        for number, item in enumerate(value):
            _shape(item, get_args(kind)[0], f"{path}[{number}]")
    elif get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise InvalidPack(f"{where}: one of {get_args(kind)} is expected")
    elif type(None) in get_args(kind):
        if value is not None:
            _shape(value, next(arg for arg in get_args(kind) if arg is not type(None)), path)
    elif kind is float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise InvalidPack(f"{where}: a number is expected")
    elif type(value) is not kind:  # not isinstance: True is no count
        raise InvalidPack(f"{where}: {kind.__name__} is expected")


def _check_indicator(indicator: Indicator, path: str) -> None:
    value, part, whole = indicator["value"], indicator["numerator"], indicator["denominator"]
    if (indicator["state"] == "known") != (value is not None):
        raise InvalidPack(f"{path}: a value if and only if it is known")
    if indicator["state"] == "hidden" and (part is not None or whole is not None):
        raise InvalidPack(f"{path}: hidden, yet its terms are shown")
    if not indicator["persons"]:
        return
    if part is not None and whole is not None and hides_ratio(part, whole):
        raise InvalidPack(f"{path}: a rate about a few persons must be hidden")
    for size in (part, whole, *((value, indicator["previous"]) if not indicator["unit"] else ())):
        if size is not None and 0 < size < THRESHOLD:
            raise InvalidPack(f"{path}: a count of {size} must be hidden")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def _days(pack: PackData) -> Iterator[tuple[str, str]]:
    meeting, period, previous = pack["meeting"], pack["period"], pack["previous_pack"]
    yield "meeting.date", meeting["date"]
    yield "meeting.prepared_for", meeting["prepared_for"]
    yield "period.start", period["start"]
    yield "period.end", period["end"]
    if previous is not None:
        yield "previous_pack.date", previous["date"]
    for number, decision in enumerate(pack["decisions"]):
        if decision["due"] is not None:
            yield f"decisions[{number}].due", decision["due"]
    for name, rows in (("sessions.rows", pack["sessions"]["rows"]), ("contributions", pack["contributions"])):
        for number, row in enumerate(rows):
            yield f"{name}[{number}].date", row["date"]


def _check_day(text: str, path: str) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InvalidPack(f"{path}: {text!r} is not a day written YYYY-MM-DD")


def _codes(pack: PackData) -> Iterator[tuple[str, str]]:
    for name, rows in (("stages", pack["stages"]["rows"]), ("outcomes", pack["outcomes"]["rows"])):
        for number, row in enumerate(rows):
            yield f"{name}.rows[{number}].code", row["code"]
    for number, step in enumerate(pack["journey"]):
        yield f"journey[{number}].code", step["code"]
    for number, column in enumerate(pack["regions"]["columns"]):
        yield f"regions.columns[{number}].code", column["code"]


def _persons(pack: PackData) -> Iterator[tuple[str, int | None]]:
    """Every count of persons of the pack, with its place."""
    for name, counts in (("stages", pack["stages"]), ("outcomes", pack["outcomes"])):
        for number, row in enumerate(counts["rows"]):
            yield f"{name}.rows[{number}].count", row["count"]
            yield f"{name}.rows[{number}].previous", row["previous"]
        yield f"{name}.total", counts["total"]
    for number, step in enumerate(pack["journey"]):
        yield f"journey[{number}].count", step["count"]
    regions = pack["regions"]
    for number, region in enumerate(regions["rows"]):
        for place, cell in enumerate(region["cells"]):
            yield f"regions.rows[{number}].cells[{place}]", cell
        yield f"regions.rows[{number}].total", region["total"]
    for place, cell in enumerate(regions["totals"]):
        yield f"regions.totals[{place}]", cell
    yield "regions.total", regions["total"]


def _check_sums(pack: PackData) -> None:
    regions = pack["regions"]
    _check_table(regions, "regions")
    for name, counts in (("stages", pack["stages"]), ("outcomes", pack["outcomes"])):
        _check_sum([row["count"] for row in counts["rows"]], counts["total"], f"{name}.total")
    by_stage = {
        column["code"]: total for column, total in zip(regions["columns"], regions["totals"], strict=True)
    }
    for number, stage in enumerate(pack["stages"]["rows"]):
        # Shown on one side and hidden on the other, the count would not be hidden at all.
        if stage["code"] in by_stage and stage["count"] != by_stage[stage["code"]]:
            raise InvalidPack(f"stages.rows[{number}].count: differs from the table of territories")


def _check_table(table: Regions, name: str) -> None:
    width = len(table["columns"])
    for number, row in enumerate(table["rows"]):
        if len(row["cells"]) != width:
            raise InvalidPack(f"{name}.rows[{number}].cells: {width} expected")
        _check_sum(row["cells"], row["total"], f"{name}.rows[{number}].total")
    if len(table["totals"]) != width:
        raise InvalidPack(f"{name}.totals: {width} expected")
    for place, total in enumerate(table["totals"]):
        _check_sum([row["cells"][place] for row in table["rows"]], total, f"{name}.totals[{place}]")
    _check_sum(table["totals"], table["total"], f"{name}.total")
    _check_sum([row["total"] for row in table["rows"]], table["total"], f"{name}.total")


def _check_sum(cells: list[int | None], total: int | None, path: str) -> None:
    if fault := fault_of_sum(cells, total):
        raise InvalidPack(f"{path}: {fault}")


def fault_of_sum(cells: list[int | None], total: int | None) -> str:
    """What is wrong between cells and their total, of which those that are hidden must stay so; else ""."""
    known = [cell for cell in cells if cell is not None]
    hidden = len(cells) - len(known)
    if total is None:
        return "hidden, yet the sum of what is shown" if cells and not hidden else ""
    if hidden == 1 or (not hidden and sum(known) != total):
        # One hidden cell is a subtraction away.
        return f"{total} does not reconcile with its cells, or reveals the hidden one"
    if hidden and total - sum(known) <= hidden:
        return f"{total} reveals the hidden cells (each of them would be 1)"
    return ""
