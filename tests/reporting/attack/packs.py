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
from reporting.packs.data import TOGETHER_LABELS, UNDETAILED_LABEL, UNKNOWN_LABEL
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
    """What a pack is about: some programmes, from a day to another; of a region, of the nation, or (``parties``) between
    some organisations."""

    codes: tuple[str, ...]
    first: date
    last: date
    region: str = ""
    parties: tuple[int, ...] = ()

    @classmethod
    def of(cls, pack: CommitteePack, codes: Iterable[str]) -> Counted:
        """``codes``: the programmes of which anybody was sent."""
        perimeter, (first, last) = pack_perimeter(pack.subject), pack.counted_days
        return cls(
            tuple(code for code in codes if code in perimeter.programmes), first, last, perimeter.region or "",
            perimeter.organisations,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The programmes as the reader names them."""
        return "@".join(self.codes)

    @property
    def held(self) -> tuple:
        """What those that count the same people have in common."""
        return self.codes, self.first, self.last, self.parties

    @property
    def edges(self) -> tuple[date, ...]:
        """The days on which something begins or is over."""
        old = self.last + timedelta(days=1 - LONG_WAIT_DAYS)
        due = {
            last_mature_day(self.last, programmes.get(code).clocks.answer_remind_days) for code in self.codes
        }
        return (self.first, self.last + timedelta(days=1), old, *(day + timedelta(days=1) for day in due))


def _tables(tree: html.HtmlElement) -> dict[str, list[list[str]]]:
    """The lines of each table of a page, by its caption."""
    return {
        said_by(table, "./caption"): [
            [text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")
        ]
        for table in tree.xpath("//table")
    }


class Packs:
    """The counts of the packs: by department, part, and outcome of those that ended. Packs of the same days and
    programmes count the same people."""

    def __init__(self, reader: Reader, names: dict[str, str]) -> None:
        """``names``: the territories by their name."""
        self.reader, self.names = reader, names
        self.columns: dict[tuple, int] = {}
        # What each page says, and (end, outcome) of those that it lists; then of all that count the same people.
        self.heard: list[tuple[Counted, html.HtmlElement]] = []
        self.built: dict[tuple, set[tuple[str, str]]] = defaultdict(set)

    def _column(self, *key) -> int:
        if key not in self.columns:
            self.columns[key] = self.reader.system.column()
        return self.columns[key]

    def _leaves(self, about: Counted) -> list[str]:
        reader = self.reader
        return [d for d in reader.departments if about.region in ("", reader.region_of[d])]

    def sum_of(
        self, about: Counted, places: Iterable[str], parts: Iterable[str], outcome: str | None = None
    ) -> dict[int, float]:
        """The columns of some parts in some departments; of those that ended, one outcome or (None) all."""
        found: dict[int, float] = {}
        for place in places:
            for part in parts:
                codes = [
                    code for end, code in self.built[about.held] if end == part and outcome in (None, code)
                ]
                for code in codes if part in ENDS else ("",):
                    found[self._column(about.held, place, part, code)] = 1
        return found

    def about(self, about: Counted) -> None:
        """Someone knows what a pack counts: what was sent then is what was sent, and steps are not lost."""
        reader, know = self.reader, self.reader.system.know
        atoms = reader.between(about.first, about.last)
        for place in self._leaves(about):
            for step, parts in REACHED.items():
                row = defaultdict(float, self.sum_of(about, [place], parts))
                for atom in atoms:
                    row[reader.columns[SENT, step, place, about.name, atom]] -= 1
                every = step == "sent" and not about.parties
                know(row, 0 if every else -MOST, 0, f"{step} on the day of a pack")
            row = defaultdict(float, self._known(about, [place]))
            for atom in atoms:
                row[reader.columns[SENT, "outcome_known", place, about.name, atom]] -= 1
            know(row, -MOST, 0, "outcomes known on the day of a pack")

    # What its page says.

    def hear(self, content: bytes, about: Counted) -> None:
        """The page of a pack: what it means is known when all are heard."""
        tree = html.fromstring(content.decode())
        self.heard.append((about, tree))
        for end, code, _ in self._outcomes(about, _tables(tree)):
            # An outcome that is not told apart may be any: one stands for all.
            self.built[about.held].add((end, code))

    def understand(self) -> None:
        """All that the pages of the packs count."""
        for about, tree in self.heard:
            self._read(about, tree)
        for about, _ in self.heard:
            for wider in {one for one, _ in self.heard if one.held[:3] == about.held[:3] and not one.parties}:
                if about.parties:
                    self._within(about, wider)

    def _within(self, about: Counted, wider: Counted) -> None:
        """What some organisations do is a part of what all do there."""
        for place in self._leaves(wider):
            for part in PARTS.values():
                codes = (
                    {code for end, code in self.built[about.held] if end == part and code}
                    if part in ENDS
                    else set()
                )
                for code in (None, *sorted(codes)):
                    row = dict.fromkeys(self.sum_of(wider, [place], [part], code), 1.0)
                    if row and (code is None or (part, "") not in self.built[wider.held]):
                        row |= dict.fromkeys(self.sum_of(about, [place], [part], code), -1.0)
                        self.reader.system.know(row, 0, MOST, f"{part} of {about} within {wider}")

    def _outcomes(self, about: Counted, tables) -> list[tuple[str, str, str]]:
        """The end, the outcome ("" for all of them) and the count of each line."""
        codes = {one.label: one.code for code in about.codes for one in programmes.get(code).outcomes}
        codes |= {UNKNOWN_LABEL: UNKNOWN_OUTCOME, UNDETAILED_LABEL: ""}
        end, outcomes = "", []
        for label, count, *_ in tables.get("Jeunes par devenir", [["", ""]])[1:-1]:
            if label in PARTS:
                end = PARTS[label]
            else:
                outcomes.append((end, codes[label.partition(", – ")[2]], count))
        return outcomes

    def _read(self, about: Counted, tree) -> None:
        tables = _tables(tree)
        outcomes = self._outcomes(about, tables)
        self.about(about)
        every = self._leaves(about)
        for end, code, count in outcomes:
            if code:
                self._says(about, f"{end} {code}", self.sum_of(about, every, [end], code), count)
        for end in {end for end, code, _ in outcomes if code}:
            # An outcome that is told apart elsewhere, and is not here, is nobody's here.
            there = {code for one, code, _ in outcomes if one == end}
            for code in {code for one, code in self.built[about.held] if one == end} - there:
                self.reader.system.know(self.sum_of(about, every, [end], code), 0, 0, f"no {code} of {about}")
        # What a region hides may be nobody: the nation may hide the whole of it.
        least = 0 if about.region else 1
        for label, count, *_ in tables["Orientations par situation"][1:]:
            parts = [PARTS[label]] if label in PARTS else PARTS.values()
            self._says(about, label, self.sum_of(about, every, parts), count, least)
        for caption in (
            "Parcours des orientations, de l’envoi au devenir connu",
            "Indicateurs et comparaison",
        ):
            for label, count, *_ in tables.get(caption, [])[1:]:
                names = _STEPS if caption.startswith("Parcours") else _INDICATORS
                step = names.get(label)
                if step == "known":
                    # Hidden with those who ended, it may be nobody.
                    self._says(about, label, self._known(about, every), count, 0)
                elif step:
                    reached = self.sum_of(about, every, REACHED.get(step, (step,)))
                    self._says(about, label, reached, count, least)
        self._rates(about, tables.get("Indicateurs et comparaison", []), every)
        self._territories(about, tables.get("Orientations par territoire et par situation", []))
        self._late(about, tree, every)
        self._promises(about, tree, every)

    def _known(self, about: Counted, every) -> dict[int, float]:
        """Those whose outcome is known for sure."""
        found: dict[int, float] = {}
        for end, code in self.built[about.held]:
            if code not in ("", UNKNOWN_OUTCOME):
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
        closed = [bool(about.region) and set(column[:-1]) == {HIDDEN} for column in columns]
        names = {
            name: self._under(about, name) for name, *_ in rows[1:-1] if name not in TOGETHER_LABELS.values()
        }
        named = {place for places in names.values() for place in places}
        # Those that are counted together are any of the others.
        others = [place for place in self._leaves(about) if place not in named]
        for name, *counts in rows[1:]:
            places = self._leaves(about) if name == "Ensemble" else names.get(name, others)
            for label, said, hidden in zip(header[1:], counts, closed, strict=True):
                parts = [PARTS[label]] if label in PARTS else PARTS.values()
                low = 0 if hidden and label in PARTS else 1
                self._says(about, f"{label} in {name}", self.sum_of(about, places, parts), said, low)
        if rows:
            # A territory that is not there counts nobody, but for what is told of no territory.
            told = [
                PARTS[label]
                for label, hidden in zip(header[1:], closed, strict=True)
                if label in PARTS and not hidden
            ]
            rest = others if len(names) == len(rows) - 2 else []
            self.reader.system.know(self.sum_of(about, rest, told), 0, 0, f"elsewhere of {about}")

    def _under(self, about: Counted, name: str) -> list[str]:
        reader, place = self.reader, self.names[name]
        return [place] if place in reader.region_of else reader.leaves(place, local=True)

    def _rates(self, about: Counted, rows: list[list[str]], every) -> None:
        """The rates of the essential indicators, with their two terms; a median says that five were answered."""
        know = self.reader.system.know
        for label, value, terms, *_ in rows[1:]:
            if label in _INDICATORS or value in (HIDDEN, "non calculable"):
                continue
            if about.parties and label == "Réponses dans le délai":
                # Who is due among them is in no other table.
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
        if not words or about.parties:
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
            if not found or about.parties:
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
        for about, _ in self.heard:
            with system_scope("test"):
                found = snapshot.situations(
                    Perimeter(about.codes, (), about.region or None, about.parties),
                    about.first,
                    about.last,
                    territory="department",
                )
            for place, counts in found.by_territory.items():
                for part, count in zip(PARTS.values(), counts, strict=True):
                    if part not in ENDS and count:
                        values[self.columns[about.held, f"D{place}", part, ""]] = count
            ended: dict[tuple, int] = defaultdict(int)
            for (place, _, part, code), count in found.outcomes.items():
                ended[f"D{place}", part, code] += count
            apart: dict[int, int] = defaultdict(int)
            for (place, part, code), count in ended.items():
                told = code if (about.held, place, part, code) in self.columns else ""
                apart[self.columns[about.held, place, part, told]] += count
            for column, count in apart.items():
                values[column] = count
            for name, count in (
                ("old", found.tally.waiting_long),
                ("due answered", found.tally.mature_answered),
                ("on time", found.tally.mature_on_time),
            ):
                if (name, about) in self.columns:
                    values[self.columns[name, about]] = count
        return values
