"""A country where some places and schemes count few, published, read by those who steer, and what is true of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from django.db import connection
from django.urls import reverse

from core import clock
from core.scope import system_scope
from core.working_days import working_days_between
from partners.models import Department
from reporting import books, counting, summaries
from reporting.indicators.book import EXITS, SENT
from reporting.models import CommitteePack, SummaryCell
from reporting.published import making
from reporting.published.lattice import NATION, NO_REGION
from tests.conftest import as_owner, as_worker
from tests.reporting.attack import knowledge as known
from tests.reporting.attack.packs import Counted, Packs
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
        ready = CommitteePack.objects.filter(status="ready").select_related(
            "meeting__committee__convention", "convention"
        )
        made = {pack.uuid: Counted.of(pack, codes) for pack in ready.order_by("pk")}
        reader = Reader(
            clock.today(), departments, codes, crossed=crossed,
            days={day for about in made.values() for day in about.edges},
            apart={about.codes for about in made.values()},
        )  # fmt: skip
        referents = {
            territory: books.around(clock.today(), region=territory or None)[0].referents
            for territory in (NATION, *reader.regions)
        }
        walk = Walk(reader, referents)
    packs = Packs(reader, walk.named | walk.departments)
    for name in names:
        client = visit(name)
        walk.through(client, world.acting(name), wanted)
        for uuid, about in list(made.items()):
            page = client.get(reverse("reporting:pack_detail", args=[uuid]))
            if page.status_code == 200:
                packs.hear(page.content, about)
                del made[uuid]
    assert not made, "nobody opens these packs"
    packs.understand()
    with as_worker():
        truth = packs.truth(_truth(reader))
    assert reader.system.broken_by(truth) == [], str(reader.system.broken_by(truth)[:6])
    return reader, truth


_FACTS = {
    SENT: f"""SELECT f.sent_on AS day, f.programme, f.department_id, f.region_id, {counting.of_each(counting.SENT)}, d.kind
              FROM reporting_referralfact f CROSS JOIN LATERAL (SELECT {counting.DELAY}) d""",
    EXITS: f"""SELECT f.ended_on AS day, f.programme, f.department_id, f.region_id, {counting.of_each(counting.EXITS)}
               FROM reporting_referralfact f WHERE {counting.IS_EXIT}""",
}


def _truth(reader: Reader) -> np.ndarray:
    """What every column really is."""
    values = np.zeros(reader.system.count)
    names: dict[str, list[str]] = defaultdict(list)
    for name in {key[3] for key in reader.columns}:
        for code in reader.codes:
            if name in ("", code, f"due{reader.due[code]}") or code in name.split("@"):
                names[code].append(name)

    def add(table, count, fact, number) -> None:
        atom = reader.atom_of(fact["day"])
        for name in names[fact["programme"]]:
            for leaf in {f"D{fact['department_id']}", fact["region_id"] or NO_REGION, NATION}:
                column = reader.columns.get((table, count, leaf, name, atom))
                if column is not None:
                    values[column] += number

    with system_scope("test"), connection.cursor() as cursor:
        for table, sql in _FACTS.items():
            cursor.execute(sql)
            names_of = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                fact = dict(zip(names_of, row, strict=True))
                counts = fact | {"delayed": 0, "timed": 1, "waiting": 0, "overdue": 0}
                if table == SENT:
                    counts["delayed"] = fact["kind"] == "answered"
                    if fact["kind"] == "waiting":
                        late = working_days_between(fact["day"], clock.today())
                        counts |= {"waiting": 1, "overdue": late > reader.due[fact["programme"]]}
                for count in (*known.BESIDE[table], *(known.JOURNEY if table == SENT else ())):
                    if counts[count]:
                        add(table, count, fact, counts[count])
    return values
