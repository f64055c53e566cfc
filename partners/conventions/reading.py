"""Conventions as they are read from the database: everything their state is computed from, in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    JSONField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Greatest, JSONObject, Least

from core import clock
from core.prepared import Prepared
from core.working_days import long_date
from partners.conventions.facts import (
    AmendmentFacts,
    ConventionFacts,
    Denunciation,
    PartyFacts,
    Suspension,
)
from partners.conventions.state import SIGNED_NATURES, ConventionState, expected_last_day, state_on
from partners.conventions.text import LineFacts
from partners.models import (
    Amendment,
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionParty,
    outward_name,
)

Kind = ConventionDecision.Kind

# What a convention's own columns say; the rest comes from its parties, its amendments, its decisions and the
# texts that replace it.
_COPIED = (
    "nature",
    "signed_on",
    "signature_known",
    "starts_on",
    "ends_on",
    "end_known",
    "tacit_renewal",
    "renewal_months",
    "max_renewals",
    "notice_months",
)


@dataclass(frozen=True, slots=True)
class Party:
    """A row of the parties; ``network`` is a code, a sensitive organisation is not named.

    ``joined_by`` and ``left_by`` are numbers of amendments, ``replaces`` the key of another row.
    """

    key: int
    organisation: int
    name: str
    uuid: str | None
    network: str
    level: str
    signed_on: date | None
    joined_on: date | None
    left_on: date | None
    joined_by: int | None
    left_by: int | None
    replaces: int | None
    exit_reason: str
    exit_recorded: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a convention; ``effective_on`` None: at once, or after the notice for a denunciation."""

    kind: str
    decided_on: date
    effective_on: date | None
    at_latest: bool
    reason: str
    party: int | None
    party_name: str
    recorded_at: datetime
    recorded_by: str

    @property
    def first_day(self) -> date:
        """The day it changes, its notice left aside."""
        return self.effective_on or self.decided_on

    @property
    def recorded(self) -> str:
        """When it was recorded, and by whom when somebody did."""
        return recorded_words(self.recorded_at, self.recorded_by)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a committee; ``decisions`` one per line."""

    held_on: date
    place: str
    agenda: list[str]
    decisions: list[str]


# What the state is computed from, in each kind of row.
_OF_DECISION = {
    "kind": F("kind"),
    "decided_on": F("decided_on"),
    "effective_on": F("effective_on"),
    "party": F("party_id"),
}
_OF_AMENDMENT = {
    "number": F("number"),
    "signed_on": F("signed_on"),
    "effective_on": F("effective_on"),
    "ends_on": F("new_ends_on"),
    "purpose": F("new_purpose"),
    "data_clause": F("new_data_clause"),
}
_OF_PARTY = {
    "key": F("pk"),
    "organisation": F("organisation_id"),
    "signed_on": F("signed_on"),
    "joined_on": F("joined_on"),
    "left_on": F("left_on"),
    "joined_by": F("joined_by__number"),
    "left_by": F("left_by__number"),
    "replaces": F("replaces_id"),
}


def with_facts(queryset: QuerySet[Convention]) -> QuerySet[Convention]:
    """Annotate what the state of each convention is computed from, so that a list costs one query."""
    return queryset.select_related("region").annotate(**_fact_rows())


def _read(*, convention: int) -> QuerySet[Convention]:
    return with_facts(Convention.objects.filter(pk=convention)).order_by("pk")


_READ = Prepared(_read)


def read_with_facts(pk: int) -> Convention:
    """A convention that exists, with its facts, for a page about something of it."""
    return _READ(None, convention=pk)[0]


def with_facts_of_one(queryset: QuerySet[Convention], uuid: UUID) -> QuerySet[Convention]:
    """As :func:`with_facts` for one of them; of the others, what their state and the reasons of it are read from."""
    rows = dict(_fact_rows())
    for name in ("amendment_rows", "party_rows"):
        rows[name] = Case(When(uuid=uuid, then=rows[name]), default=_bare_rows()[name])
    return queryset.select_related("region").annotate(**rows)


@cache
def _fact_rows() -> dict[str, Any]:
    """What hangs on a convention and its page tells. Written once: a query copies what it is given."""
    return {
        "decision_rows": _rows(
            ConventionDecision.objects.order_by("decided_on", "pk"),
            **_OF_DECISION,
            at_latest=F("at_latest"),
            reason=F("reason"),
            party_name=F("party__name"),
            party_acronym=F("party__acronym"),
            party_sensitive=F("party__is_sensitive"),
            recorded_at=F("recorded_at"),
            recorded_by=_person("recorded_by"),
        ),
        "amendment_rows": _rows(
            Amendment.objects.order_by("number"),
            **_OF_AMENDMENT,
            kinds=F("kinds"),
            note=F("note"),
            recorded_at=F("recorded_at"),
            recorded_by=_person("recorded_by"),
        ),
        "replaced_on": Subquery(_replacements()[:1]),
        "party_rows": _rows(
            ConventionParty.objects.order_by("pk"),
            **_OF_PARTY,
            name=F("organisation__name"),
            acronym=F("organisation__acronym"),
            sensitive=F("organisation__is_sensitive"),
            uuid=F("organisation__uuid"),
            network=F("organisation__network"),
            level=F("organisation__level"),
            exit_reason=F("exit_reason"),
            exit_recorded_at=F("exit_recorded_at"),
            exit_recorded_by=_person("exit_recorded_by"),
        ),
    }


def _person(field: str) -> Concat:
    """The name of a user that a row may have."""
    return Concat(
        Coalesce(f"{field}__first_name", Value("")), Value(" "), Coalesce(f"{field}__last_name", Value(""))
    )


def _rows(queryset: QuerySet[Any], **columns: Any) -> ArraySubquery:
    """The rows that hang on each convention, as a list of objects."""
    return ArraySubquery(queryset.filter(convention=OuterRef("pk")).values(row=JSONObject(**columns)))


def bare_facts(queryset: QuerySet[Convention], *also: str, **more: Any) -> QuerySet[Any, Any]:
    """The primary key of each convention, what :func:`facts_of` asks for, ``also`` and ``more``: for thousands of them.

    Its parties only count when one of them came or went, when they sign in the place of the text, or when
    somebody denounced.
    """
    return (
        Convention.objects.filter(pk__in=queryset.order_by().values("pk"))
        .annotate(**_bare_rows(), **more)
        .order_by("pk")
        .values_list("pk", *also, *more, *_COPIED, *_bare_rows(), named=True)
    )


def with_bare_facts(queryset: QuerySet[Convention]) -> QuerySet[Convention]:
    """Annotate what :func:`facts_of` asks for, and nothing else: for pages that tell no reason and no party."""
    return queryset.annotate(**_bare_rows())


@cache
def _bare_rows() -> dict[str, Any]:
    """What hangs on a convention, for its state alone. Written once: a query copies what it is given."""
    moved = ConventionParty.objects.filter(
        Q(left_on__isnull=False) | Q(replaces__isnull=False), convention=OuterRef("pk")
    )
    denounced = ConventionDecision.objects.filter(kind=Kind.DENOUNCED, convention=OuterRef("pk"))
    parties = _rows(ConventionParty.objects.order_by("pk"), **_OF_PARTY)
    return {
        "decision_rows": _rows(ConventionDecision.objects.order_by("decided_on", "pk"), **_OF_DECISION),
        "amendment_rows": _rows(Amendment.objects.order_by("number"), **_OF_AMENDMENT),
        "replaced_on": Subquery(_replacements()[:1]),
        "party_rows": Case(
            When(Q(signed_on__isnull=True) | Exists(moved) | Exists(denounced), then=parties),
            default=Value([], output_field=ArrayField(JSONField())),
        ),
    }


def _replacements() -> QuerySet[Any]:
    """The first day on which each text that follows a convention replaces it: none before it is signed.

    Its signature is read as :func:`partners.conventions.facts.signature_on` says.
    """
    originals = (
        ConventionParty.objects.filter(
            Q(joined_on__isnull=True)
            | Q(convention__starts_on__isnull=True)
            | Q(joined_on__lte=F("convention__starts_on")),
            convention=OuterRef("pk"),
            joined_by__isnull=True,
            replaces__isnull=True,
        )
        .annotate(
            settled=Coalesce(
                "signed_on",
                # The day after, within the calendar.
                ExpressionWrapper(
                    Least(F("left_on"), Value(date.max - timedelta(days=1))) + Value(1),
                    output_field=DateField(),
                ),
            )
        )
        .order_by()
        .values("convention")
        .annotate(
            everybody=Count("pk"), signed=Count("signed_on"), known=Count("settled"), last=Max("settled")
        )
        .filter(everybody=F("known"), signed__gt=1)
        .values("last")
    )
    return (
        Convention.objects.filter(predecessor=OuterRef("pk"), signature_known=True, nature__in=SIGNED_NATURES)
        .annotate(signed=Coalesce("signed_on", Subquery(originals)))
        .filter(signed__isnull=False)
        .annotate(first=Greatest("starts_on", "signed"))
        .order_by("first")
        .values("first")
    )


def with_next_meeting(queryset: QuerySet[Convention], day: date) -> QuerySet[Convention]:
    """Annotate the day of the next meeting of any committee of each convention."""
    upcoming = CommitteeMeeting.objects.filter(
        committee__convention=OuterRef("pk"), held_on__gte=day, cancelled=False
    ).order_by("held_on")
    return queryset.annotate(next_meeting=Subquery(upcoming.values("held_on")[:1]))


@cache
def committee_rows() -> ArraySubquery:
    """The committees of a convention with their meetings, as :func:`meetings_of` reads them."""
    meetings = CommitteeMeeting.objects.filter(committee=OuterRef("pk"), cancelled=False).order_by("held_on")
    committees = Committee.objects.filter(convention=OuterRef("pk")).order_by("pk")
    return ArraySubquery(
        committees.values(
            row=JSONObject(
                uuid=F("uuid"),
                name=F("name"),
                frequency_months=F("frequency_months"),
                reckoning=F("reckoning"),
                meetings=ArraySubquery(
                    meetings.values(
                        row=JSONObject(
                            held_on=F("held_on"),
                            place=F("place"),
                            agenda=F("agenda"),
                            decisions=F("decisions"),
                        )
                    )
                ),
            )
        )
    )


def parties_of(convention: Convention) -> list[Party]:
    """The rows of the parties of a convention read through :func:`with_facts`."""
    return [
        Party(
            key=row["key"],
            organisation=row["organisation"],
            name=_outward(row["name"], row["acronym"], row["sensitive"]),
            uuid=None if row["sensitive"] else row["uuid"],
            network=row["network"],
            level=row["level"],
            signed_on=_day(row["signed_on"]),
            joined_on=_day(row["joined_on"]),
            left_on=_day(row["left_on"]),
            joined_by=row["joined_by"],
            left_by=row["left_by"],
            replaces=row["replaces"],
            exit_reason=row["exit_reason"],
            exit_recorded=recorded_words(row["exit_recorded_at"], row["exit_recorded_by"]),
        )
        for row in convention.party_rows  # type: ignore[attr-defined]
    ]


def lines_of(rows: Iterable[Commitment | ConventionBranch]) -> tuple[LineFacts, ...]:
    """Commitments or branches as the text of a day counts them; their amendments were read with them."""
    return tuple(
        LineFacts(
            row.pk,
            row.added_by.number if row.added_by else None,
            row.removed_by.number if row.removed_by else None,
        )
        for row in rows
    )


def decisions_of(convention: Convention) -> list[Decision]:
    """The decisions about a convention read through :func:`with_facts`, oldest first."""
    return [
        Decision(
            kind=row["kind"],
            decided_on=date.fromisoformat(row["decided_on"]),
            effective_on=_day(row["effective_on"]),
            at_latest=row["at_latest"],
            reason=row["reason"],
            party=row["party"],
            party_name=_outward(row["party_name"] or "", row["party_acronym"] or "", row["party_sensitive"]),
            recorded_at=datetime.fromisoformat(row["recorded_at"]),
            recorded_by=row["recorded_by"].strip(),
        )
        for row in convention.decision_rows  # type: ignore[attr-defined]
    ]


def meetings_of(committee: dict[str, Any]) -> list[Meeting]:
    """The meetings of a committee read with :func:`committee_rows`, oldest first."""
    return [
        Meeting(
            held_on=date.fromisoformat(row["held_on"]),
            place=row["place"],
            agenda=[line.strip() for line in row["agenda"].splitlines() if line.strip()],
            decisions=[line.strip() for line in row["decisions"].splitlines() if line.strip()],
        )
        for row in committee["meetings"]
    ]


def facts_of(convention: Any) -> ConventionFacts:
    """What the state is computed from, without a query: the convention was read through :func:`with_facts`."""
    decisions = convention.decision_rows
    return ConventionFacts(
        to_sign_since=_first_day(decisions, Kind.TO_SIGN),
        amendments=tuple(
            AmendmentFacts(
                number=row["number"],
                effective_on=date.fromisoformat(row["effective_on"]),
                signed_on=_day(row["signed_on"]),
                ends_on=_day(row["ends_on"]),
                purpose=row["purpose"],
                data_clause=row["data_clause"],
            )
            for row in convention.amendment_rows
        ),
        denunciations=tuple(
            Denunciation(date.fromisoformat(row["decided_on"]), _day(row["effective_on"]), row["party"])
            for row in decisions
            if row["kind"] == Kind.DENOUNCED
        ),
        suspensions=_suspensions(decisions),
        terminated_on=_first_day(decisions, Kind.TERMINATED),
        lapsed_on=_first_day(decisions, Kind.LAPSED),
        replaced_on=convention.replaced_on,
        parties=tuple(
            PartyFacts(
                key=row["key"],
                organisation=row["organisation"],
                signed_on=_day(row["signed_on"]),
                joined_on=_day(row["joined_on"]),
                left_on=_day(row["left_on"]),
                joined_by=row["joined_by"],
                left_by=row["left_by"],
                replaces=row["replaces"],
            )
            for row in convention.party_rows
        ),
        **{name: getattr(convention, name) for name in _COPIED},
    )


def facts_of_text(convention: Convention) -> ConventionFacts:
    """What the columns of a convention say alone: all there is of one that is not saved yet."""
    return ConventionFacts(**{name: getattr(convention, name) for name in _COPIED})


def state_of(convention: Convention, day: date | None = None) -> ConventionState:
    """The state of a convention read through :func:`with_facts`, today unless told."""
    return state_on(facts_of(convention), day or clock.today())


def ending_between(queryset: QuerySet[Convention], first: date, last: date) -> list[int]:
    """The primary keys of those whose last day, as it stands on ``first``, comes by ``last``. One light query."""
    found = ((one.pk, expected_last_day(facts_of(one), first)) for one in bare_facts(queryset))
    return [pk for pk, term in found if term is not None and first <= term <= last]


def in_state(queryset: QuerySet[Convention], state: str, day: date | None = None) -> list[int]:
    """The primary keys of the conventions of a queryset that are in a state.

    A computed state is filtered in Python: it is nowhere in a column. One light query.
    """
    day = day or clock.today()
    return [row.pk for row in bare_facts(queryset) if state_on(facts_of(row), day) == state]


def recorded_words(moment: datetime | str | None, by: str) -> str:
    """When something was recorded, and by whom when somebody did; empty when nobody noted it."""
    if not moment:
        return ""
    day = clock.day_of(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)
    return f"Enregistré le {long_date(day)}{f' par {by.strip()}' if by.strip() else ''}."


def first_of(decisions: list[Decision], kind: str) -> Decision | None:
    """The decision of a kind that takes effect first."""
    return min(
        (decision for decision in decisions if decision.kind == kind),
        key=lambda decision: decision.first_day,
        default=None,
    )


def _change(row: dict[str, Any]) -> date:
    """The day that a decision changes, its notice left aside."""
    return date.fromisoformat(row["effective_on"] or row["decided_on"])


def _first_day(rows: list[dict[str, Any]], kind: str) -> date | None:
    return min((_change(row) for row in rows if row["kind"] == kind), default=None)


def _suspensions(rows: list[dict[str, Any]]) -> tuple[Suspension, ...]:
    """The periods of suspension: each goes on until the next decision to resume."""
    found: list[Suspension] = []
    moves = [(_change(row), row["kind"]) for row in rows if row["kind"] in (Kind.SUSPENDED, Kind.RESUMED)]
    for day, kind in sorted(moves, key=lambda move: move[0]):
        running = bool(found) and found[-1].until is None
        if kind == Kind.SUSPENDED and not running:
            found.append(Suspension(day))
        elif kind == Kind.RESUMED and running:
            found[-1] = Suspension(found[-1].since, day)
    return tuple(found)


def _outward(name: str, acronym: str, sensitive: bool | None) -> str:
    return outward_name(acronym or name, is_sensitive=bool(sensitive))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
