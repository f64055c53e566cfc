"""How a convention reads on a day: the original, with the amendments in force. Pure: the original is never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from partners.conventions.facts import AmendmentFacts, ConventionFacts, Span, period_on, spans_of


@dataclass(frozen=True)
class LineFacts:
    """A commitment or a branch: there from the beginning or since an amendment, until another takes it away."""

    key: int
    added_by: int | None = None
    removed_by: int | None = None


@dataclass(frozen=True)
class TextFacts:
    """What the original says, and the lines that amendments add to it or take away from it."""

    purpose: str = ""
    data_clause: str = ""
    commitments: tuple[LineFacts, ...] = ()
    branches: tuple[LineFacts, ...] = ()


@dataclass(frozen=True)
class Text:
    """The text on a day. ``purpose_by`` and ``data_by``: the amendment that wrote them; None for the original."""

    parties: tuple[Span, ...]
    commitments: frozenset[int]
    branches: frozenset[int]
    purpose: str
    purpose_by: int | None
    data_clause: str
    data_by: int | None
    term: date | None
    amendments: tuple[int, ...]


def text_on(facts: ConventionFacts, text: TextFacts, day: date) -> Text:
    """How the convention reads on ``day``: an amendment counts from the day it is in force, in the order of these
    days; on the same day, by number.
    """
    applied = _in_force(facts.amendments, day)
    numbers = {amendment.number for amendment in applied}
    purpose, purpose_by, data_clause, data_by = text.purpose, None, text.data_clause, None
    for amendment in applied:
        if amendment.purpose:
            purpose, purpose_by = amendment.purpose, amendment.number
        if amendment.data_clause:
            data_clause, data_by = amendment.data_clause, amendment.number
    return Text(
        parties=tuple(span for span in spans_of(facts) if span.covers(day)),
        commitments=_holding(text.commitments, numbers),
        branches=_holding(text.branches, numbers),
        purpose=purpose,
        purpose_by=purpose_by,
        data_clause=data_clause,
        data_by=data_by,
        term=period_on(facts, day).term,
        amendments=tuple(amendment.number for amendment in applied),
    )


def _in_force(amendments: Iterable[AmendmentFacts], day: date) -> list[AmendmentFacts]:
    dated = [
        (effect, amendment.number, amendment)
        for amendment in amendments
        if (effect := amendment.in_force_from) is not None and effect <= day
    ]
    dated.sort(key=lambda item: item[:2])
    return [amendment for _, _, amendment in dated]


def _holding(lines: Iterable[LineFacts], applied: set[int]) -> frozenset[int]:
    return frozenset(
        line.key
        for line in lines
        if (line.added_by is None or line.added_by in applied) and line.removed_by not in applied
    )
