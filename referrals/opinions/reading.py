"""What an organisation reads of the opinions: quarters that are over, counts of five at least."""

from collections import defaultdict
from datetime import date
from typing import Any

from core import clock
from core.acting import Acting
from core.suppression import THRESHOLD, suppress_line
from core.working_days import add_months
from referrals import programmes
from referrals.models import OpinionCount

SHOWN = 8


def quarter_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_words(first: date) -> str:
    """ "2e trimestre 2026"."""
    number = (first.month + 2) // 3
    return f"{number}{'er' if number == 1 else 'e'} trimestre {first.year}"


def found_for(acting: Acting) -> list[dict[str, Any]]:
    """The latest quarters, each with its programmes and their questions (one query).

    The quarter that runs is not shown: a count that grows by one while one watches is an answer with a name.
    """
    since = add_months(quarter_of(clock.today()), -3 * SHOWN)
    rows = OpinionCount.objects.filter(
        organisation=acting.organisation_id, quarter__gte=since, quarter__lt=quarter_of(clock.today())
    ).order_by("-quarter", "programme", "question", "answer")
    counts: dict[tuple[date, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for row in rows:
        counts[row.quarter, row.programme][row.question, row.answer] = row.count
    return [
        {
            "quarter": quarter_words(quarter),
            "programme": programmes.get(code).label,
            "questions": [_question(item, of) for item in programmes.get(code).opinion],
        }
        for (quarter, code), of in counts.items()
    ]


def _question(item: Any, of: dict[tuple[str, str], int]) -> dict[str, Any]:
    values = [of.get((item.code, answer), 0) for answer, _ in item.choices]
    if sum(values) < THRESHOLD:
        return {"asked": item.asked, "lines": []}
    line = suppress_line(values)
    return {
        "asked": item.asked,
        "lines": list(zip([words for _, words in item.choices], line.cells, strict=True)),
        "total": line.total,
    }
