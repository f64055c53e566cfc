"""A country where some places and schemes count few, published, read by those who steer, and what is true of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from core import clock
from core.scope import system_scope
from core.working_days import working_days_between
from partners.models import Department
from reporting import books, summaries
from reporting.indicators.book import EXITS, SENT
from reporting.models import DelayCell, ExitCell, SummaryCell
from reporting.published import making
from reporting.published.lattice import NATION, NO_REGION
from tests.conftest import as_owner, as_worker
from tests.reporting.attack import knowledge as known
from tests.reporting.attack.reader import Reader
from tests.reporting.attack.walking import Walk
from tests.reporting.test_reconciliation import PLACES, at_once, populate


class Uneven(random.Random):
    """Draws the first ones of a list more often."""

    def choice(self, seq: Sequence) -> object:
        if isinstance(seq, range) and len(seq) > len(PLACES):
            # The youths: their places take turns.
            turn = self.randrange(len(seq) // len(PLACES))
            return turn * len(PLACES) + int(len(PLACES) * self.random() ** 2.5)
        return seq[int(len(seq) * self.random() ** 1.6)]


def published(world, seed: int, count: int) -> None:
    """So many referrals, made and published as the portal does."""
    with as_owner(), system_scope("test"):
        populate(world, Uneven(seed), count, at_once)
    with as_worker():
        summaries.rebuild()
        making.publish()


def read_by(
    visit, world, names: Sequence[str], *, crossed: bool, wanted: Callable
) -> tuple[Reader, np.ndarray]:
    """What these people read together, and what is true; nothing that they read is false."""
    with as_owner():
        departments = list(Department.objects.values_list("code", "region_id"))
        codes = sorted(set(SummaryCell.objects.values_list("programme", flat=True)))
        reader = Reader(clock.today(), departments, codes, crossed=crossed)
        referents = {
            territory: books.around(clock.today(), region=territory or None)[0].referents
            for territory in (NATION, *reader.regions)
        }
        walk = Walk(reader, referents)
    for name in names:
        walk.through(visit(name), world.acting(name), wanted)
    truth = _truth(reader)
    assert reader.system.broken_by(truth) == []
    return reader, truth


def _truth(reader: Reader) -> np.ndarray:
    """What every column really is."""
    values = np.zeros(reader.system.count)
    names: dict[str, list[str]] = defaultdict(list)
    for name in {key[3] for key in reader.columns}:
        for code in reader.codes:
            if name in ("", code, f"due{reader.due[code]}") or code in name.split("@"):
                names[code].append(name)

    def add(table, count, cell, department, region, number) -> None:
        atom = reader.atom_of(cell.month)
        for name in names[cell.programme]:
            for leaf in {f"D{department}", region or NO_REGION, NATION}:
                column = reader.columns.get((table, count, leaf, name, atom))
                if column is not None:
                    values[column] += number

    with as_owner():
        for table, model in ((SENT, SummaryCell), (EXITS, ExitCell)):
            counts = (*known.BESIDE[table], *(known.JOURNEY if table == SENT else ()))
            for cell in model.objects.all():
                for count in counts:
                    if hasattr(cell, count):
                        add(table, count, cell, cell.department_id, cell.region_id, getattr(cell, count))
        for cell in DelayCell.objects.filter(department_code=""):
            counted = ["timed"] + (["delayed"] if cell.kind == "answered" else [])
            if cell.kind == "waiting":
                late = working_days_between(cell.sent_on, clock.today()) > reader.due[cell.programme]
                counted += ["waiting", "overdue"] if late else ["waiting"]
            for count in counted:
                add(SENT, count, cell, "", cell.region_code, cell.count)
    return values
