"""What an import says: one result per line of the file, and their count. No Django here."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of a line."""

    CREATED = "créée"
    UPDATED = "mise à jour"
    UNCHANGED = "inchangée"
    REFUSED = "refusée"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is refused: the column (empty: the whole line), and a French sentence."""

    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.column} : {self.message}" if self.column else self.message


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of one line. ``changes`` say what was and what is; ``remarks`` refuse nothing."""

    line: int
    outcome: Outcome
    subject: str = ""
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()

    def told(self) -> Iterator[str]:
        """The line of the report, and what stands under it."""
        subject = f" · {self.subject}" if self.subject else ""
        yield f"ligne {self.line}{subject} : {self.outcome}"
        for detail in (*self.problems, *self.changes, *self.remarks):
            yield f"    {detail}"


@dataclass(slots=True)
class Totals:
    """How many lines of each outcome."""

    counts: Counter[Outcome] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """Count a line."""
        self.counts[result.outcome] += 1

    @property
    def lines(self) -> int:
        return self.counts.total()

    @property
    def refused(self) -> int:
        return self.counts[Outcome.REFUSED]

    @property
    def changed(self) -> int:
        return self.counts[Outcome.CREATED] + self.counts[Outcome.UPDATED]

    def told(self) -> str:
        """The counts, in one sentence."""
        count = self.counts
        return (
            f"{_many(self.lines, 'ligne')} : {_many(count[Outcome.CREATED], 'créée')}, "
            f"{count[Outcome.UPDATED]} mise{'s' if count[Outcome.UPDATED] > 1 else ''} à jour, "
            f"{_many(count[Outcome.UNCHANGED], 'inchangée')}, {_many(self.refused, 'refusée')}. "
            f"{_many(self.changed, 'changement')}."
        )


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"


def difference(label: str, before: object, after: object) -> str:
    """What changes in a field, in words."""
    return f"{label} : {_shown(before)} → {_shown(after)}"


def _shown(value: object) -> str:
    if value is None or value == "" or value == []:
        return "vide"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"« {value} »"
