"""What can be exported: each list is one entry, given by the room that shows it (at start)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.acting import Acting
from core.exporting import Column
from core.exports import Cell
from core.hooks import Registry

# Lines read together: the worker says how far it is after each of these.
CHUNK = 500
# Codes alone: words about a list of people would stay for a year in a trail that nobody may change.
REASONS = {
    "reunion": "préparer une réunion d’équipe",
    "relance": "relancer les personnes sans nouvelles",
    "suivi": "rapprocher la liste du logiciel de la structure",
    "controle": "répondre à un contrôle",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as somebody asked for it on its page."""

    # Its filters and its order, in codes: what the trail keeps.
    query: str
    # The same in words.
    told: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    # The page of the list.
    url: str


@dataclass(frozen=True, slots=True)
class ListExport:
    """A list that people export. Each function answers for the acting person, and for what they may read today."""

    code: str
    title: str
    # What it counts, in the singular and in the plural.
    noun: tuple[str, str]
    # The right that exporting it asks for (the matrix of rights).
    action: str
    # What the trail calls its lines.
    subject_kind: str
    read: Callable[[Acting, str], Asked]
    count: Callable[[Acting, str], int]
    # (line, youth) in the order of the list, so many at most.
    keys: Callable[[Acting, str, int], list[tuple[int, int]]]
    # The cells of some of the lines, in the order of the list; those that left it meanwhile are not given.
    lines: Callable[[Acting, str, list[int]], list[list[Cell]]]
    # How many of some youths are still named in the list, or in a list as wide.
    readable: Callable[[Acting, str, list[int]], int]

    def many(self, number: int) -> str:
        """« 3 orientations »."""
        return f"{number} {self.noun[number > 1]}"


lists: Registry[ListExport] = Registry("lists that are exported")


def register(export: ListExport) -> None:
    """Add a list (at start only)."""
    lists.register(export.code, export)
