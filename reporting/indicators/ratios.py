"""Ways to read an indicator from the book: a share of two sums, a count, a delay, a share over a declared figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from reporting.indicators.base import (
    COUNT,
    HIDDEN,
    NOT_COMPUTABLE,
    PERCENT,
    REFERRALS,
    WATCH,
    Figure,
    Indicator,
    Sight,
)
from reporting.indicators.book import MATURITIES, NOW, SENT, Book, Term, rank


def share(
    code: str,
    label: str,
    definition: str,
    over: tuple[str, str],
    among: tuple[str, str],
    *,
    table: str = SENT,
    maturity: str = NOW,
    programmes: tuple[str, ...] = (),
    **more: Any,
) -> Indicator:
    """A rate: counts to add (``-name`` to take away) and their words, above and below."""

    def terms(names: str) -> list[tuple[Term, int]]:
        return [
            (Term(name.lstrip("-"), table, maturity, programmes), -1 if name.startswith("-") else 1)
            for name in names.split()
        ]

    upper, lower = terms(over[0]), terms(among[0])

    def read(sight: Sight) -> Figure:
        if sight.book is None:
            return NOT_COMPUTABLE
        # Beside the totals of the page, the terms of a cohort would tell how many are too recent for it.
        alone = maturity != NOW and sight.threshold > 1
        return sight.rate(_sum(sight.book, upper), _sum(sight.book, lower), terms=not alone)

    return Indicator(
        code=code,
        label=label,
        definition=definition,
        unit=PERCENT,
        numerator=over[1],
        denominator=among[1],
        matures=MATURITIES[maturity],
        terms=tuple(term for term, _ in (*upper, *lower)),
        read=read,
        **more,
    )


def number(code: str, label: str, definition: str, count: str, words: str, **more: Any) -> Indicator:
    """A count of the book."""
    term = Term(count, more.pop("table", SENT), NOW, more.pop("programmes", ()))

    def read(sight: Sight) -> Figure:
        return NOT_COMPUTABLE if sight.book is None else counted(sight, sight.book.sums[term])

    return Indicator(
        code=code,
        label=label,
        definition=definition,
        unit=COUNT,
        numerator=words,
        terms=(term,),
        read=read,
        **({"direction": WATCH} | more),
    )


def over_declared(
    code: str, label: str, definition: str, over: tuple[str, str], subject: str, words: str, **more: Any
) -> Indicator:
    """A rate whose denominator is declared; without it, not computable."""
    term = Term(over[0], SENT, NOW, more.pop("programmes", ()))

    def read(sight: Sight) -> Figure:
        declared = sight.book.declared.get(subject) if sight.book else None
        if sight.book is None or declared is None or declared.value <= 0:
            return NOT_COMPUTABLE
        entered, whole = sight.book.sums[term], int(declared.value)
        if sight.is_small(entered):
            return HIDDEN
        return Figure(
            "known", round(float(100 * entered / declared.value), 1), entered, whole, declared.words
        )

    return Indicator(
        code=code,
        label=label,
        definition=definition,
        unit=PERCENT,
        numerator=over[1],
        denominator=words,
        terms=(term,),
        source=f"{REFERRALS} Le dénominateur est déclaré : le portail ne le mesure pas.",
        read=read,
        **more,
    )


def reading(
    code: str, label: str, definition: str, words: str, read: Callable[[Sight, Book], Figure], **more: Any
) -> Indicator:
    """An indicator with a function of its own."""

    def from_sight(sight: Sight) -> Figure:
        return NOT_COMPUTABLE if sight.book is None else read(sight, sight.book)

    return Indicator(
        code=code,
        label=label,
        definition=definition,
        numerator=words,
        read=from_sight,
        **({"unit": COUNT} | more),
    )


def counted(sight: Sight, value: int) -> Figure:
    """A count of persons; hidden when it is small."""
    return HIDDEN if sight.is_small(value) else Figure("known", value)


def delay(of: str, portion: float) -> Callable[[Sight, Book], Figure]:
    """A rank of the delays, or of what still waits: the half of them, nine out of ten."""

    def read(sight: Sight, book: Book) -> Figure:
        counts: Counter[int] = getattr(book, of)
        return sight.duration(rank(counts, portion), sum(counts.values()))

    return read


def gap(rate: str) -> Callable[[Sight, Book], Figure]:
    """The widest gap between two groups of one dimension, in points, among the groups that may be shown."""

    def read(sight: Sight, book: Book) -> Figure:
        found: dict[str, list[float]] = {}
        for group in book.groups:
            figure = sight.rate(getattr(group, rate), group.sent)
            if figure.value is not None:
                found.setdefault(group.dimension, []).append(figure.value)
        gaps = [max(values) - min(values) for values in found.values() if len(values) > 1]
        return Figure("known", max(gaps)) if gaps else NOT_COMPUTABLE

    return read


def _sum(book: Book, terms: Iterable[tuple[Term, int]]) -> int:
    return sum(sign * book.sums[term] for term, sign in terms)
