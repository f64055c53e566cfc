"""Committee packs, read on their page by who reads the dashboards too, and put in the same system.

What a pack counts stood on its day: who was sent is sent for ever, and a step once reached is not lost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from lxml import html

from core.scope import system_scope
from referrals import programmes
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting.indicators.book import SENT
from reporting.models import CommitteePack
from reporting.packs import snapshot
from reporting.packs.data import UNKNOWN_LABEL
from reporting.perimeter import Perimeter, pack_perimeter
from reporting.periods import LONG_WAIT_DAYS, last_mature_day
from tests.reporting.attack.pages import number_of, said_by, text_of
from tests.reporting.attack.reader import Place, Reader
from tests.reporting.attack.solver import MOST

PARTS = {
    "Sans réponse": "unanswered", "Répondues, non acceptées": "not_accepted",
    "Acceptées, non commencées": "not_started", "En cours": "under_way", "Menées à terme": "completed",
    "Interrompues": "interrupted",
}  # fmt: skip
ENDS = ("completed", "interrupted")
# Each step of the journey: the parts that reached it.
REACHED = {
    step: tuple(PARTS.values())[rank:]
    for rank, step in enumerate(("sent", "answered", "accepted", "started", "ended"))
}
_STEPS = {
    "Envoyées": "sent", "Avec une réponse": "answered", "Acceptées": "accepted", "Commencées": "started",
    "Terminées ou interrompues": "ended", "Devenir connu": "known",
}  # fmt: skip
_INDICATORS = {
    "Orientations envoyées": "sent", "Avec une réponse": "answered", "Acceptées": "accepted", "Commencées": "started",
    "Menées à terme": "completed",
}  # fmt: skip
HIDDEN = "s"


@dataclass(frozen=True)
class Counted:
    """What a pack is about: some programmes, from a day to another; of a region, or of the nation."""

    codes: tuple[str, ...]
    first: date
    last: date
    region: str = ""

    @classmethod
    def of(cls, pack: CommitteePack, codes: Iterable[str]) -> Counted:
        """``codes``: the programmes of which anybody was sent."""
        perimeter, (first, last) = pack_perimeter(pack.subject), pack.counted_days
        return cls(
            tuple(code for code in codes if code in perimeter.programmes), first, last, perimeter.region or ""
        )

    @property
    def name(self) -> str:
        """The programmes as the reader names them."""
        return "@".join(self.codes)

    @property
    def edges(self) -> tuple[date, ...]:
        """The days on which something begins or is over."""
        old = self.last + timedelta(days=1 - LONG_WAIT_DAYS)
        due = {
            last_mature_day(self.last, programmes.get(code).clocks.answer_remind_days) for code in self.codes
        }
        return (self.first, self.last + timedelta(days=1), old, *(day + timedelta(days=1) for day in due))


class Packs:
    """The counts of the packs: by department, part, and outcome of those that ended. Packs of the same days and
    programmes count the same people."""

    def __init__(self, reader: Reader, names: dict[str, str]) -> None:
        """``names``: the territories by their name."""
        self.reader, self.names = reader, names
        self.columns: dict[tuple, int] = {}
        self.built: dict[Counted, list[tuple[str, str]]] = {}

    def _column(self, *key) -> int:
        if key not in self.columns:
            self.columns[key] = self.reader.system.column()
        return self.columns[key]

    def _leaves(self, about: Counted) -> list[str]:
        reader = self.reader
        return [d for d in reader.departments if about.region in ("", reader.region_of[d])]

    def sum_of(
        self, about: Counted, places: Iterable[str], parts: Iterable[str], outcome=""
    ) -> dict[int, float]:
        """The columns of some parts in some departments; of those that ended, by outcome."""
        held = about.codes, about.first, about.last
        found: dict[int, float] = {}
        for place in places:
            for part in parts:
                codes = [code for end, code in self.built[about] if end == part and outcome in ("", code)]
                for code in codes if part in ENDS else ("",):
                    found[self._column(held, place, part, code)] = 1
        return found

    def about(self, about: Counted, outcomes: list[tuple[str, str]]) -> None:
        """Someone knows what a pack counts: what was sent then is what was sent, and steps are not lost."""
        self.built[about] = outcomes
        reader, know = self.reader, self.reader.system.know
        atoms = reader.between(about.first, about.last)
        for place in self._leaves(about):
            for step, parts in REACHED.items():
                row = defaultdict(float, self.sum_of(about, [place], parts))
                for atom in atoms:
                    row[reader.columns[SENT, step, place, about.name, atom]] -= 1
                know(row, 0 if step == "sent" else -MOST, 0, f"{step} on the day of a pack")
            row = defaultdict(float)
            for end, code in outcomes:
                if code != UNKNOWN_OUTCOME:
                    row[self._column((about.codes, about.first, about.last), place, end, code)] += 1
            for atom in atoms:
                row[reader.columns[SENT, "outcome_known", place, about.name, atom]] -= 1
            know(row, -MOST, 0, "outcomes known on the day of a pack")

    # What its page says.

    def hear(self, content: bytes, about: Counted) -> None:
        """All that the page of a pack counts."""
        codes = {one.label: one.code for code in about.codes for one in programmes.get(code).outcomes}
        codes[UNKNOWN_LABEL] = UNKNOWN_OUTCOME
        tree = html.fromstring(content.decode())
        tables = {
            said_by(table, "./caption"): [
                [text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")
            ]
            for table in tree.xpath("//table")
        }
        end, outcomes = "", []
        for label, count, *_ in tables.get("Jeunes par devenir", [["", ""]])[1:-1]:
            if label in PARTS:
                end = PARTS[label]
            else:
                outcomes.append((end, codes[label.partition(", – ")[2]], count))
        self.about(about, [(end, code) for end, code, _ in outcomes])
        every = self._leaves(about)
        for end, code, count in outcomes:
            self._says(about, f"{end} {code}", self.sum_of(about, every, [end], code), count)
        for label, count, *_ in tables["Orientations par situation"][1:]:
            parts = [PARTS[label]] if label in PARTS else PARTS.values()
            self._says(about, label, self.sum_of(about, every, parts), count, 0 if about.region else 1)
        for caption in (
            "Parcours des orientations, de l’envoi au devenir connu",
            "Indicateurs et comparaison",
        ):
            for label, count, *_ in tables.get(caption, [])[1:]:
                names = _STEPS if caption.startswith("Parcours") else _INDICATORS
                step = names.get(label)
                if step == "known":
                    known = self._known(about, every)
                    self._says(about, label, known, count)
                elif step:
                    self._says(about, label, self.sum_of(about, every, REACHED.get(step, (step,))), count)
        self._rates(about, tables.get("Indicateurs et comparaison", []), every)
        self._territories(about, tables.get("Orientations par territoire et par situation", []))
        self._late(about, tree, every)
        self._promises(about, tree, every)

    def _known(self, about: Counted, every) -> dict[int, float]:
        found: dict[int, float] = {}
        for end, code in self.built[about]:
            if code != UNKNOWN_OUTCOME:
                found |= self.sum_of(about, every, [end], code)
        return found

    def _says(self, about: Counted, what: str, columns: dict[int, float], said: str, least: int = 1) -> None:
        value = None if said == HIDDEN else number_of(said)
        low, high = (least, MOST) if value is None else (value, value)
        self.reader.system.know(columns, low, high, f"{what} of {about}")
        self.reader.aims_at(f"{what} of {about}", Place(about.region, about.codes, str(about.last)), columns)

    def _territories(self, about: Counted, rows: list[list[str]]) -> None:
        header = rows[0] if rows else []
        # What stands under a line of a wider pack is hidden by whole stages, whoever is there.
        columns = list(zip(*[counts for _, *counts in rows[1:]], strict=True))
        least = [0 if about.region and set(column[:-1]) == {HIDDEN} else 1 for column in columns]
        for name, *counts in rows[1:]:
            places = self._under(about, name)
            for label, said, low in zip(header[1:], counts, least, strict=True):
                parts = [PARTS[label]] if label in PARTS else PARTS.values()
                low = low if label in PARTS else 1
                self._says(about, f"{label} in {name}", self.sum_of(about, places, parts), said, low)
        if rows:
            # A territory that is not there counts nobody.
            there = {place for name, *_ in rows[1:-1] for place in self._under(about, name)}
            rest = [place for place in self._leaves(about) if place not in there]
            self.reader.system.know(self.sum_of(about, rest, PARTS.values()), 0, 0, f"elsewhere of {about}")

    def _under(self, about: Counted, name: str) -> list[str]:
        if name == "Ensemble":
            return self._leaves(about)
        reader, place = self.reader, self.names[name]
        return [place] if place in reader.region_of else reader.leaves(place, local=True)

    def _rates(self, about: Counted, rows: list[list[str]], every) -> None:
        """The rates of the essential indicators, with their two terms; a median says that five were answered."""
        know = self.reader.system.know
        for label, value, terms, *_ in rows[1:]:
            if label in _INDICATORS or value in (HIDDEN, "non calculable"):
                continue
            if label == "Délai médian de réponse":
                know(self.sum_of(about, every, REACHED["answered"]), 5, MOST, label)
                continue
            if label == "Devenir connu à la sortie":
                inside, whole = self._known(about, every), self.sum_of(about, every, ENDS)
            else:
                assert label == "Réponses dans le délai"
                whole, inside = self._due(about, every), {self._column("on time", about): 1.0}
                given = {self._column("due answered", about): 1.0}
                know({**given, **dict.fromkeys(inside, -1)}, 0, MOST, label)
                self._answers_due(about, every)
            self.reader.says_ratio(label, inside, whole, number_of(value))
            if terms:
                for columns, said in zip((inside, whole), terms.split(" / "), strict=True):
                    know(columns, number_of(said), number_of(said), label)
            place = Place(about.region, about.codes, str(about.last))
            self.reader.aims_at(
                f"{label}: the rest of {about}", place, {**whole, **dict.fromkeys(inside, -1)}
            )

    def _due(self, about: Counted, every) -> dict[int, float]:
        (days,) = {programmes.get(code).clocks.answer_remind_days for code in about.codes}
        return self._sent(about, every, about.first, last_mature_day(about.last, days))

    def _answers_due(self, about: Counted, every) -> dict[int, float]:
        """Those who were answered, among those whose answer was due."""
        answered = {self._column("due answered", about): 1.0}
        minus = dict.fromkeys(answered, -1.0)
        know = self.reader.system.know
        know({**self.sum_of(about, every, REACHED["answered"]), **minus}, 0, MOST, "answers due")
        # Those without an answer hold the ones whose answer was due.
        due = dict.fromkeys(self._due(about, every), -1)
        know({**self.sum_of(about, every, ["unanswered"]), **answered, **due}, 0, MOST, "answers due")
        return answered

    def _late(self, about: Counted, tree, every) -> None:
        """Those who waited long for an answer that never came: among the oldest, and among those without an answer."""
        words = next(
            (
                text_of(li)
                for li in tree.xpath("//li")
                if "Orientations sans réponse, envoyées" in text_of(li)
            ),
            "",
        )
        if not words:
            return
        old = self._column("old", about)
        know = self.reader.system.know
        count = number_of(words.partition(":")[2])
        know({old: 1}, count, count, words)
        unanswered = self.sum_of(about, every, ["unanswered"])
        know({**unanswered, old: -1}, 0, MOST, words)
        recent = self._sent(about, every, about.last + timedelta(days=1 - LONG_WAIT_DAYS), about.last)
        know({**recent, **dict.fromkeys(unanswered, -1), old: 1}, 0, MOST, words)
        self.reader.aims_at(
            "waits", Place(about.region, about.codes, str(about.last)), {**unanswered, old: -1}
        )

    def _sent(self, about: Counted, every, first: date, last: date) -> dict[int, float]:
        columns = self.reader.columns
        return {
            columns[SENT, "sent", place, about.name, atom]: 1
            for place in every
            for atom in self.reader.between(max(first, about.first), last)
        }

    def _promises(self, about: Counted, tree, every) -> None:
        """What a commitment says of the answers that were due."""
        for item in tree.xpath("//p[contains(@class, 'promise-figures')]"):
            found = re.match(r"(\d+) réponses (dans le délai )?pour (\d+) orientations", text_of(item))
            if not found:
                continue
            due, answered = self._due(about, every), self._answers_due(about, every)
            know = self.reader.system.know
            know(due, int(found[3]), int(found[3]), text_of(item))
            if found[2]:
                know(answered, int(found[1]), MOST, text_of(item))
            else:
                know(answered, int(found[1]), int(found[1]), text_of(item))

    # What is true.

    def truth(self, values: np.ndarray) -> np.ndarray:
        """What every column really is, those of the packs included; on the login of the worker."""
        values = np.concatenate([values, np.zeros(self.reader.system.count - len(values))])
        for about in self.built:
            with system_scope("test"):
                found = snapshot.situations(
                    Perimeter(about.codes, (), about.region or None),
                    about.first,
                    about.last,
                    territory="department",
                )
            held = about.codes, about.first, about.last
            for place, counts in found.by_territory.items():
                for part, count in zip(PARTS.values(), counts, strict=True):
                    if part not in ENDS and count:
                        values[self.columns[held, f"D{place}", part, ""]] = count
            ended: dict[tuple, int] = defaultdict(int)
            for (place, _, part, code), count in found.outcomes.items():
                ended[f"D{place}", part, code] += count
            for (place, part, code), count in ended.items():
                values[self.columns[held, place, part, code]] = count
            for name, count in (
                ("old", found.tally.waiting_long),
                ("due answered", found.tally.mature_answered),
                ("on time", found.tally.mature_on_time),
            ):
                if (name, about) in self.columns:
                    values[self.columns[name, about]] = count
        return values
