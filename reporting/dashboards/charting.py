"""What a dashboard draws: the journey of the referrals, the quarters, the map of the departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import clock
from core.charts import Bar, Chart, bar_chart, funnel
from core.suppression import THRESHOLD, Cell
from reporting.dashboards.drawing import Map, Place, draw, quarters_of
from reporting.dashboards.words import count_text, rate
from reporting.periods import QUARTERS, quarter_of
from reporting.tally import STEPS

# Short: a quarter stands beside its number on a telephone.
_MONTHS = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip


def journey(steps: Sequence[Cell]) -> Chart:
    """The journey as bars, with its table twin."""
    bars = [Bar(label, value) for (_, label), value in zip(STEPS, steps, strict=True)]
    said = " ; ".join(f"{bar.label} : {count_text(value)}" for bar, value in zip(bars, steps, strict=True))
    return funnel(
        bars,
        title="Parcours des orientations",
        desc=f"Nombre d’orientations de la période qui ont atteint chaque étape. {said}.",
        share_of="des envois",
        ident="journey",
    )


def trend(published: Mapping[str, Sequence[Cell]]) -> Chart | None:
    """The last quarters, oldest first: eight, or four while there are few referrals."""
    numbers = [number for number, code in reversed(list(enumerate(QUARTERS))) if code in published]
    if not numbers:
        return None
    bars = []
    for number in numbers:
        steps = published[QUARTERS[number]]
        share = rate(steps[1], steps[0], THRESHOLD)
        note = "" if share is None else f"{share}\u00a0% répondues"
        bars.append(Bar(quarter_label(number), steps[0], note=note))
    return bar_chart(
        bars,
        title="Orientations envoyées, trimestre par trimestre",
        desc=f"Nombre d’orientations envoyées pendant chacun des {len(numbers)} derniers trimestres glissants ; le "
        "dernier comprend le mois en cours, et ses orientations attendent encore des réponses.",
        label_header="Trimestre",
        value_header="Envoyées",
        ident="trend",
    )


def quarter_label(number: int) -> str:
    """A quarter in words: "Oct. – déc. 2026"."""
    first, last = quarter_of(number, clock.today())
    year = "" if first.year == last.year else f" {first.year}"
    return f"{_MONTHS[first.month - 1]}{year} – {_MONTHS[last.month - 1]} {last.year}".capitalize()


def map_of(lines: Sequence[tuple[str, str, Sequence[Cell], str]]) -> Map:
    """The map of departments (code, name, steps, address): their share of answers, or how many were sent.

    The second where most shares are hidden: it is hidden less often.
    """
    shares = [rate(steps[1], steps[0], THRESHOLD) for _, _, steps, _ in lines]
    sent = [steps[0] for _, _, steps, _ in lines if steps[0]]
    by_share = 3 * sum(share is not None for share in shares) >= 2 * len(sent)
    places = [
        Place(code, name, share if by_share else steps[0] or None, _said(steps, share), url)
        for (code, name, steps, url), share in zip(lines, shares, strict=True)
    ]
    if by_share:
        return draw(places, title="Part des orientations avec une réponse, par département")
    return draw(places, title="Orientations envoyées, par département", classes=quarters_of(sent), unit="")


def _said(steps: Sequence[Cell], share: Cell) -> str:
    if steps[0] == 0:
        return "aucune orientation"
    if share is not None:
        return f"{share}\u00a0% avec une réponse ({count_text(steps[1])} sur {count_text(steps[0])})"
    return "masqué" if steps[0] is None else f"{count_text(steps[0])} envoyées, réponses masquées"
