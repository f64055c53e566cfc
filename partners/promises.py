"""The commitments of a convention as pages show them: who promised what, how it stands, on what figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from core import clock
from core.addresses import address
from core.hooks import measure_commitments, measures
from core.prepared import Prepared
from core.working_days import add_months
from partners.conventions.reading import facts_of, lines_of, parties_of
from partners.conventions.state import binds, ending_on, state_on
from partners.conventions.text import TextFacts, text_on
from partners.models import Commitment, CommitmentNote, Convention

COMMON = "Ensemble"
BADGES = {"tenu": "ok", "en cours": "info", "non tenu": "retard", "non mesurable": "neutre"}
UNKNOWN_MEASURE = "Mesure inconnue"


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment, and how it stands: ``status`` and ``badge`` as the page writes them, ``figures`` a sentence."""

    commitment: Commitment
    party: str
    status: str
    badge: str
    figures: str
    measured_by: str
    definition: str
    pieces: int
    comments: int
    url: str

    @property
    def added(self) -> str:
        """What people added beside the measure, in words; empty without anything."""
        words = [
            f"{count} {word}{'s' if count > 1 else ''}"
            for count, word in ((self.pieces, "pièce"), (self.comments, "commentaire"))
            if count
        ]
        return " et ".join(words)


@dataclass(frozen=True, slots=True)
class Period:
    """The days over which the commitments of a convention are measured. ``over``: it binds nobody on the last one."""

    first_day: date
    last_day: date
    over: bool


def period_of(convention: Convention, day: date) -> Period:
    """The twelve months until ``day``, within the life of the convention (read through ``with_facts``)."""
    facts = facts_of(convention)
    ending = ending_on(facts, day)
    last_day = min(day, ending[1]) if ending else day
    first_day = max(add_months(last_day, -12), convention.starts_on or convention.signed_on or date.min)
    return Period(first_day, last_day, not binds(state_on(facts, day)))


def promises_of(convention: Convention, *, as_of: date | None = None) -> dict[str, Any]:
    """The commitments of the text as it stands on a day, by party, each with its measure.

    ``groups`` of :class:`Promise`, the period, and whether the text still binds. One query, and at most two more for
    the measures, whatever the number of commitments. The convention was read through ``with_facts``.
    """
    today = clock.today()
    as_of = as_of or today
    period = period_of(convention, min(as_of, today))
    found = in_text(convention, as_of)
    groups: dict[str, list[Promise]] = {}
    for promise in stand(convention, found, period):
        groups.setdefault(promise.party, []).append(promise)
    return {
        "groups": [{"party": who, "lines": lines} for who, lines in groups.items()],
        "first_day": period.first_day,
        "last_day": period.last_day,
        "over": period.over,
    }


def _of_texts(*, conventions: list[int]) -> QuerySet[Commitment]:
    return counted(Commitment.objects.filter(convention__pk__any_of=conventions)).order_by("order", "pk")


_OF_TEXTS = Prepared(_of_texts)


def in_text(convention: Convention, day: date) -> list[Commitment]:
    """The commitments of the text as amended on a day, in order (one query)."""
    return in_texts([convention], day)[convention.pk]


def in_texts(
    conventions: Iterable[Convention], day: date, *, keeping: int | None = None
) -> dict[int, list[Commitment]]:
    """The commitments of several texts as amended on a day, by convention, in order (one query).

    ``keeping``: a commitment that stays among them, whether the text of that day holds it or not.
    """
    rows: dict[int, list[Commitment]] = {}
    read = {convention.pk: convention for convention in conventions}
    for commitment in _OF_TEXTS(None, conventions=list(read)):
        rows.setdefault(commitment.convention_id, []).append(commitment)
    found = {}
    for pk, convention in read.items():
        lines = rows.get(pk, [])
        held = text_on(facts_of(convention), TextFacts(commitments=lines_of(lines)), day).commitments
        found[pk] = [commitment for commitment in lines if commitment.pk in held or commitment.pk == keeping]
    return found


def stand(convention: Convention, found: list[Commitment], period: Period) -> list[Promise]:
    """How commitments read through :func:`commitments` stand over a period, in their order."""
    if not found:
        return []
    for commitment in found:
        commitment.convention = convention  # already read
    stands = measure_commitments(convention, found, period.first_day, period.last_day)
    names = {party.organisation: party.name for party in parties_of(convention)}
    return [
        _promise(commitment, _party(commitment, names), stands.get(commitment.pk)) for commitment in found
    ]


def commitments(convention: Convention) -> QuerySet[Commitment]:
    """The commitments of a convention, in order, with the number of pieces and comments that stand."""
    return counted(Commitment.objects.filter(convention=convention)).order_by("order", "pk")


def counted(found: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Commitments with the number of pieces and comments that stand, and the amendments that bring or remove them."""
    standing = Q(notes__withdrawn_at__isnull=True)
    return found.select_related("party", "added_by", "removed_by").annotate(
        piece_count=Count("notes", filter=standing & Q(notes__kind=CommitmentNote.Kind.EVIDENCE)),
        comment_count=Count("notes", filter=standing & Q(notes__kind=CommitmentNote.Kind.COMMENT)),
    )


def _party(commitment: Commitment, names: dict[int, str]) -> str:
    """Who promised: the party as the convention names it, whoever it is when it is no party any more."""
    if commitment.party is None:
        return COMMON
    return names.get(commitment.party.pk) or commitment.party.outward_name


def _promise(commitment: Commitment, party: str, measure: Any) -> Promise:
    kind = measures.get(commitment.measure)
    status = measure.status if measure else "non mesurable"
    return Promise(
        commitment=commitment,
        party=party,
        status=status.capitalize(),
        badge=BADGES[status],
        figures=measure.figures if measure else "",
        measured_by=kind.label if kind else UNKNOWN_MEASURE,
        definition=kind.definition if kind else "",
        pieces=commitment.piece_count,  # type: ignore[attr-defined]
        comments=commitment.comment_count,  # type: ignore[attr-defined]
        url=address("partners:commitment_detail", commitment.uuid),
    )
