"""Preparing the published figures, on the login of the worker: everything is hidden once, then written at once.

The journey is one cube (``lattice``). Each indicator that is a share or a count is a cube of its own (what is in it,
and the rest) over the nation and the regions: a rate is shown when both are, and when every step of the journey that it
is made of is shown too. A delay is shown when it rests on five referrals or more.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from django.db import connection

from core import clock, housekeeping
from core.scope import system_scope
from core.suppression import THRESHOLD, Cell
from core.suppression_cube import Key
from core.working_days import add_months, working_days_between
from partners.models import Department, Region
from referrals import programmes
from reporting import books, counting, summaries
from reporting.indicators import CATALOGUE, TERMS
from reporting.indicators.base import COUNT, Indicator, Sight
from reporting.indicators.book import EXITS, NOW, SENT, Book, Group, Term
from reporting.models import DelayCell, Edition, PublishedCell
from reporting.periods import (
    COMPARED,
    PERIODS,
    QUARTERS,
    SINCE,
    last_long_wait_month,
    last_mature_month,
    period_on,
    quarter_of,
)
from reporting.published import lattice, organisations
from reporting.published.lattice import STEPS, TRENDS, Calendar, Lattice, Tree
from reporting.tally import Tally

HEARTBEAT = "published figures"
# Beside the indicators: how many promises are measured and not kept.
MISSING = "promises.missing"
_LOCK = zlib.crc32(b"reporting published figures")
_CHUNK = 2000
# Referrals of twelve months from which a programme is read in a territory.
CROSSED_FROM = 300_000

_STEPS = f"""
SELECT department_id, programme, month, {", ".join(STEPS)} FROM reporting_summarycell
"""  # noqa: S608 - constants of this module
_SINCE = "SELECT coalesce(sum(sent), 0) FROM reporting_summarycell WHERE month >= %(since)s"
_TERRITORY = "coalesce(x.region_id, '-')"
_SENT = f"""
SELECT {_TERRITORY}, x.programme, x.month, {", ".join(f"sum(x.{name})" for name in counting.SENT)}
FROM reporting_summarycell x GROUP BY 1, 2, 3
"""  # noqa: S608 - constants
_EXITS = f"""
SELECT {_TERRITORY}, x.programme, x.month, {", ".join(f"sum(x.{name})" for name in counting.EXITS)}
FROM reporting_exitcell x GROUP BY 1, 2, 3
"""  # noqa: S608 - constants
_DELAYS = """
SELECT coalesce(nullif(x.region_code, ''), '-'), x.programme, x.month, x.kind, x.answer_days, x.sent_on, x.count
FROM reporting_delaycell x WHERE x.department_code = ''
"""
_GROUPS = """
SELECT coalesce(nullif(x.region_code, ''), '-'), x.programme, x.month, x.dimension, x."group", sum(x.sent),
       sum(x.answered_in_10), sum(x.loop_closed)
FROM reporting_groupcell x GROUP BY 1, 2, 3, 4, 5
"""

# The cells of an indicator: what is in it, the rest, both.
INSIDE, REST, WHOLE = "inside", "rest", "whole"
Place = tuple[str, str, str]  # a territory, a programme or a group, a period


def publish() -> Edition:
    """Make the figures exact, and publish them in the place of the last ones. One at a time; on the worker's login."""
    summaries.refresh()
    with system_scope("publish the figures"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        at = clock.now()
        today = clock.today()
        made = Maker(today)
        Edition.objects.all().delete()
        edition = Edition.objects.create(asked_at=at, made_at=at, month=today.replace(day=1))
        PublishedCell.objects.bulk_create(
            (PublishedCell(edition=edition, **cell) for cell in made.cells()), batch_size=_CHUNK
        )
        organisations.publish(edition, made)
        housekeeping.beat(HEARTBEAT)
    return edition


def publish_due() -> bool:
    """Publish when somebody asked, and once a day. A missed night is caught up; a failure leaves the last edition."""
    with system_scope("figures to publish"):
        last = Edition.objects.filter(made_at__isnull=False).order_by("-pk").first()
        asked = Edition.objects.filter(made_at__isnull=True).exists()
    if (
        not asked
        and last is not None
        and last.made_at is not None
        and clock.day_of(last.made_at) == clock.today()
    ):
        return False
    publish()
    return True


def ask(_payload: Mapping[str, Any]) -> None:
    """Somebody wants exact figures now (outbox): the next run of the worker makes them."""
    Edition.objects.bulk_create([Edition()], ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What an indicator counts at a leaf, and the rest of what it is a part of."""

    inside: int
    rest: int


class Maker:
    """Everything that is published, as of a day."""

    def __init__(self, today: date) -> None:
        self.today = today
        departments = list(Department.objects.order_by("code").values_list("code", "region_id"))
        regions = list(Region.objects.order_by("code").values_list("code", flat=True))
        self.schemes = [(one.code, one.topic) for one in programmes.all()]
        self.lattice = Lattice(
            lattice.territories(regions, departments),
            lattice.programmes(self.schemes),
            lattice.steps(),
            Calendar(today.replace(day=1)),
            self._is_full(),
        )
        self.shown = self.lattice.hide(self._counts())
        self.regions = [name for name in self.lattice.territories.names if not name.startswith("D")]
        self.calendar = self.lattice.calendar
        self._above: dict[tuple[str, str, str], list[Place]] = {}
        self.sights = _Sights(self)

    def _is_full(self) -> bool:
        """Whether there are enough referrals for a programme to be read in a territory."""
        since = add_months(self.today.replace(day=1), -11)
        [(sent,)] = _rows(_SINCE, {"since": since})
        return int(sent) >= CROSSED_FROM

    def _counts(self) -> dict[Key, int]:
        """The journey at the leaves: how many stopped at each step."""
        counts: dict[Key, int] = defaultdict(int)
        for code, programme, month, *steps in _rows(_STEPS):
            leaf = self.lattice.calendar.leaf_of(month)
            for step, here, further in zip(STEPS, steps, (*steps[1:], 0), strict=True):
                name = step if step == STEPS[-1] else lattice.REST + STEPS[STEPS.index(step) + 1]
                if here > further:
                    counts[self.lattice.key(name, leaf, programme, lattice.department(code))] += (
                        here - further
                    )
        return counts

    def steps(self, place: Place, names: Sequence[str] = STEPS) -> list[Cell]:
        """What may be shown of the journey at a place."""
        territory, programme, period = place
        return self.lattice.read(self.shown, names, period, programme, territory)

    def places_above(self, region: str, programme: str, leaf: str) -> list[Place]:
        """The places of the nation and the regions in which a leaf counts."""
        found = self._above.get((region, programme, leaf))
        if found is None:
            periods = [
                code
                for code in (*(code for code, _ in PERIODS), *COMPARED)
                if leaf in self.calendar.leaves[code]
            ]
            group = f"g:{programmes.get(programme).topic}"
            found = [
                (territory, scheme, period)
                for territory in (region, lattice.NATION)
                for scheme in (programme, group, lattice.ALL_PROGRAMMES)
                for period in periods
            ]
            self._above[region, programme, leaf] = found
        return found

    def cells(self) -> Iterator[dict[str, Any]]:
        """The rows to write."""
        figures = self.sights.figures()
        trees = self.lattice.territories
        for territory in trees.names:
            up = trees.parents[trees.rank[territory]]
            within = "" if up is None else trees.names[up]
            for programme in self.lattice.programmes.names:
                for period in (*(code for code, _ in PERIODS), *COMPARED):
                    place = (territory, programme, period)
                    if not self.is_listed(place):
                        continue
                    steps = self.steps(place)
                    if any(value is None or value for value in steps):
                        yield _cell(place, within, steps, figures.get(place, {}))
                drawn = [one for one in QUARTERS if self.is_listed((territory, programme, one), TRENDS[0])]
                if not set(lattice.RECENT) <= set(drawn):
                    continue
                for quarter in drawn:
                    place = (territory, programme, quarter)
                    yield _cell(place, within, self.steps(place, TRENDS), {})

    def veiled_places(self) -> list[Place]:
        """The places of the nation and the regions where 0 is hidden as a small count is."""
        periods = [code for code, _ in PERIODS] + list(COMPARED)
        return [
            place
            for place in product(self.regions, self.lattice.programmes.names, periods)
            if self.is_listed(place)
            and self.lattice.veiled(
                self.lattice.key(STEPS[0], self.calendar.tree.names[0], place[1], place[0])
            )
        ]

    def is_listed(self, place: Place, step: str = STEPS[0]) -> bool:
        """Whether a page shows this place."""
        territory, programme, period = place
        node = self.calendar.node(period)
        return all(
            self.lattice.listed(self.lattice.key(step, name, programme, territory))
            for name in ((node,) if node else self.calendar.leaves[period])
        )


def _cell(place: Place, within: str, steps: list[Cell], figures: dict[str, Any]) -> dict[str, Any]:
    territory, programme, period = place
    return {
        "territory": territory,
        "within": within,
        "programme": programme,
        "period": period,
        "steps": steps,
        "figures": figures,
    }


class _Sights:
    """What indicators are read from, at every place of the nation and the regions, and at their leaves."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.leaves: dict[tuple[str, str, str], Sight] = {}
        self.places: dict[Place, Sight] = {}
        today = maker.today
        self._due = {one.code: one.clocks.answer_remind_days for one in programmes.all()}
        self._mature = {days: last_mature_month(today, days) for days in set(self._due.values())}
        self._long_wait = last_long_wait_month(today)
        self._months = {
            code: books.mature_month(today, code) for code in {term.maturity for term in TERMS} if code != NOW
        }
        self._read_counts()
        self._read_delays()
        self._read_groups()
        for place in maker.veiled_places():
            # What is hidden there may be nobody: nothing says that it is.
            self.places.setdefault(place, _empty(THRESHOLD))
        self._read_around()
        for sight in self.leaves.values():
            steps = {step: getattr(sight.tally, step) for step in (*STEPS, "completed")}
            sight.steps.update(steps)  # type: ignore[attr-defined]
        self._journeys: dict[Place, dict[str, Cell]] = {}
        for place, sight in self.places.items():
            shown = self._journeys[place] = dict(zip(STEPS, maker.steps(place), strict=True))
            # The only step that is no part of the journey: its own cube decides.
            sight.steps.update(shown | {"completed": sight.tally.completed})  # type: ignore[attr-defined]

    def _at(self, region: str, programme: str, month: date) -> list[Sight]:
        """The leaf of a row, and every place that it counts in."""
        leaf = self.maker.calendar.leaf_of(month)
        key = (region, programme, leaf)
        if key not in self.leaves:
            self.leaves[key] = _empty(1)
        found = [self.leaves[key]]
        for place in self.maker.places_above(*key):
            if place not in self.places:
                self.places[place] = _empty(THRESHOLD)
            found.append(self.places[place])
        return found

    def _read_counts(self) -> None:
        for table, sql, names in ((SENT, _SENT, counting.SENT), (EXITS, _EXITS, counting.EXITS)):
            terms = [term for term in TERMS if term.table == table]
            for region, programme, month, *numbers in _rows(sql):
                counts = dict(zip(names, map(int, numbers), strict=True))
                added = [
                    (term, counts[term.count])
                    for term in terms
                    if counts[term.count] and self._counts_in(term, programme, month)
                ]
                for sight in self._at(region, programme, month):
                    for term, value in added:
                        sight.book.sums[term] += value  # type: ignore[union-attr, index]
                    if table == SENT:
                        self._add(sight.tally, counts, programme, month)

    def _counts_in(self, term: Term, programme: str, month: date) -> bool:
        return (not term.programmes or programme in term.programmes) and (
            term.maturity == NOW or month <= self._months[term.maturity]
        )

    def _add(self, tally: Tally, counts: Mapping[str, int], programme: str, month: date) -> None:
        for name in (*STEPS, "completed"):
            setattr(tally, name, getattr(tally, name) + counts[name])
        if month <= self._mature[self._due[programme]]:
            tally.mature_sent += counts["sent"]
            tally.mature_answered += counts["answered"]
            tally.mature_on_time += counts["on_time"]
        if month <= self._long_wait:
            tally.waiting_long += counts["sent"] - counts["answered"]

    def _read_delays(self) -> None:
        elapsed: dict[date, int] = {}
        for region, programme, month, kind, days, sent_on, count in _rows(_DELAYS):
            waits = kind == DelayCell.Kind.WAITING
            if waits:
                if sent_on not in elapsed:
                    elapsed[sent_on] = working_days_between(sent_on, self.maker.today)
                days = elapsed[sent_on]
            for sight in self._at(region, programme, month):
                book = sight.book
                assert book is not None
                book.delays[days] += count
                if waits:
                    book.waiting[days] += count
                    book.overdue += count if days > self._due[programme] else 0
                elif kind == DelayCell.Kind.ANSWERED:
                    sight.tally.delays[days] += count

    def _read_groups(self) -> None:
        found: dict[int, tuple[Book, dict[tuple[str, str], list[int]]]] = {}
        for region, programme, month, dimension, name, *numbers in _rows(_GROUPS):
            for sight in self._at(region, programme, month):
                assert sight.book is not None
                _, groups = found.setdefault(id(sight), (sight.book, defaultdict(lambda: [0, 0, 0])))
                held = groups[dimension, name]
                for rank, number in enumerate(numbers):
                    held[rank] += int(number)
        for book, groups in found.values():
            book.groups = [Group(dimension, name, *held) for (dimension, name), held in groups.items()]

    def _read_around(self) -> None:
        """What the portal knows of the networks, the promises and the declared figures: no youth is counted."""
        for territory in {territory for territory, _, _ in self.places}:
            if territory == lattice.NO_REGION:
                continue
            network, promises = books.around(self.maker.today, region=territory or None)
            declared: dict[str, Any] = {}
            for code, _ in PERIODS:
                declared[code], declared[f"{code}-1"] = books.declared(
                    period_on(code, self.maker.today), territory or None
                )
            for place, sight in self.places.items():
                if place[0] == territory and sight.book is not None:
                    sight.book.network, sight.book.promises = network, promises
                    sight.book.declared = declared[place[2]]

    def figures(self) -> dict[Place, dict[str, Any]]:
        """The value of each indicator at each place that a page shows; ``None`` is hidden."""
        read = {place: sight for place, sight in self.places.items() if self.maker.is_listed(place)}
        found: dict[Place, dict[str, Any]] = {
            place: {MISSING: sight.book.promises.measured - sight.book.promises.kept}
            for place, sight in read.items()
            if sight.book is not None
        }
        for code, indicator in CATALOGUE.items():
            unread = {place for place in read if self._hides(place, indicator)}
            masked = self._masked(indicator, unread, read)
            for place, sight in read.items():
                if place in unread or masked(place):
                    # Even when there is nothing to compute: saying so would say that nobody is there.
                    found[place][code] = None
                    continue
                figure = indicator.read(sight)
                if figure.state == "not_computable":
                    continue
                found[place][code] = figure.value
                if figure.note and figure.state == "known":
                    found[place][f"{code}.note"] = figure.note
        return found

    def _hides(self, place: Place, indicator: Indicator) -> bool:
        """Whether the journey hides something that an indicator is made of, or sets a bound on; or tells it."""
        if indicator.slack is not None and indicator.slack(self.places[place]) < THRESHOLD:
            return True
        if not (steps := indicator.steps):
            return False
        territory, _, period = place
        narrowed = {code for term in indicator.terms for code in term.programmes}
        places = [place, *((territory, code, period) for code in narrowed)]
        return any(None in self._steps_at(one, steps) for one in places)

    def _steps_at(self, place: Place, steps: frozenset[str]) -> list[Cell]:
        shown = self._journeys.get(place)
        if shown is None:
            shown = self._journeys[place] = dict(zip(STEPS, self.maker.steps(place), strict=True))
        return [shown[step] for step in steps]

    def _masked(self, indicator: Indicator, unread: Collection[Place], read: Collection[Place]) -> Any:
        """Which of the places that are read hide a share or a count: those where a part of it has to be hidden.

        Where it is not read (``unread``) its parts are hidden, and no other place gives them back by a subtraction: nor
        a longer period less the quarters that are drawn.
        """
        parts = {
            key: found
            for key, sight in self.leaves.items()
            if (found := _parts(indicator, sight)) is not None
        }
        if not parts or indicator.code in STEPS:
            return lambda place: False
        maker, calendar = self.maker, self.maker.calendar
        parted = Lattice(
            lattice.territories([name for name in maker.regions if name], []),
            maker.lattice.programmes,
            Tree.of({WHOLE: None, INSIDE: WHOLE, REST: WHOLE}),
            calendar,
            maker.lattice.crossed,
            (WHOLE, INSIDE, REST),
            (),
        )
        counts: dict[Key, int] = {}
        for (region, programme, leaf), found in parts.items():
            for name, value in ((INSIDE, found.inside), (REST, found.rest)):
                if value:
                    counts[parted.key(name, leaf, programme, region)] = value
        lost = set(unread)
        while True:
            hidden = {
                parted.key(name, node, programme, territory)
                for territory, programme, period in lost
                if (node := calendar.node(period))
                for name in (WHOLE, INSIDE, REST)
            }
            shown = parted.hide(counts, hidden)
            small = {
                (territory, programme, period)
                for territory, programme, period in read
                if None in parted.read(shown, parted.shown, period, programme, territory)
            }
            gone = lost | small
            more = self._told_with(gone, read) - gone if indicator.drawn else set()
            if not more:
                return lambda place: place in gone
            lost |= more

    def _told_with(self, hidden: Collection[Place], read: Collection[Place]) -> set[Place]:
        """The places that some hidden ones tell, and are told by: between them there are quarters that are drawn."""
        around = {place[:2] for place in hidden}
        alike: dict[tuple[str, str, frozenset[str]], set[Place]] = defaultdict(set)
        for place in read:
            if place[:2] in around and (leaves := self._not_drawn(place)):
                alike[*place[:2], leaves].add(place)
        return {place for places in alike.values() if not places.isdisjoint(hidden) for place in places}

    def _not_drawn(self, place: Place) -> frozenset[str]:
        """The leaves of a period that the journey does not tell there, where every answer is due.

        It draws the quarters; what is older than all of them is left of the whole when it draws them all.
        """
        territory, programme, period = place
        calendar, oldest = self.maker.calendar, min(self._mature.values())
        leaves = set(calendar.leaves[period])
        drawn = {
            quarter
            for quarter in QUARTERS
            if self.maker.is_listed((territory, programme, quarter), TRENDS[0])
            and None not in self.maker.steps((territory, programme, quarter), TRENDS[:2])
        }
        if drawn == set(QUARTERS) and None not in self.maker.steps((territory, programme, SINCE), TRENDS[:2]):
            leaves.discard("old")
        for number, quarter in enumerate(QUARTERS):
            names = set(calendar.leaves[quarter])
            if quarter in drawn and names <= leaves and quarter_of(number, self.maker.today)[1] <= oldest:
                leaves -= names
        return frozenset(leaves)


def _empty(threshold: int) -> Sight:
    book = Book(sums=dict.fromkeys(TERMS, 0))
    return Sight(Tally(), {}, threshold, book)


def _parts(indicator: Indicator, sight: Sight) -> _Parts | None:
    """What an indicator counts at a leaf, exact; ``None`` when it is neither a share nor a count."""
    if indicator.parts is not None:
        return _Parts(*indicator.parts(sight))
    figure = indicator.read(sight)
    if figure.numerator is not None and figure.denominator is not None:
        return _Parts(figure.numerator, figure.denominator - figure.numerator)
    if indicator.unit == COUNT and figure.value is not None:
        return _Parts(int(figure.value), 0)
    return None


def _rows(sql: str, values: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield from cursor.fetchall()
