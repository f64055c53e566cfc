"""Conventions as pages read them: their state in one query, their words, their family."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject

from core import clock
from core.working_days import add_days, long_date
from partners.convention_state import (
    ConventionFacts,
    ConventionState,
    PartyFacts,
    ending_on,
    renewals_on,
    state_on,
    term_on,
)
from partners.founding import CARRIED_OVER_NOTE, assumed_from
from partners.models import (
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionDecision,
    ConventionParty,
)

S = ConventionState

BADGES: dict[ConventionState, str] = {
    S.PROPOSEE: "info",
    S.PRATIQUE: "info",
    S.PROJET: "info",
    S.A_SIGNER: "info",
    S.A_VENIR: "info",
    S.EN_VIGUEUR: "ok",
    S.TERME_INCONNU: "attente",
    S.SIGNATURE_NON_ETABLIE: "attente",
    S.ECHUE: "neutre",
    S.DENONCEE: "neutre",
    S.RESILIEE: "neutre",
    S.CADUQUE: "retard",
    S.REMPLACEE: "neutre",
}
# Texts that bind nobody: no meeting of their committee is expected.
_NOT_BINDING = frozenset({S.PROPOSEE, S.PRATIQUE, S.PROJET, S.A_SIGNER, S.A_VENIR})
# What a convention's own columns say; the rest comes from its parties, its decisions and its successors.
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
# The texts before and after, those it declines, those that decline it and theirs.
_FAMILY = """
WITH RECURSIVE one AS (SELECT id, parent_id, predecessor_id FROM partners_convention WHERE uuid = %s),
before AS (
    SELECT * FROM one
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN before b ON c.id = b.predecessor_id
), line AS (
    SELECT * FROM before
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN line l ON c.predecessor_id = l.id
), up AS (
    SELECT * FROM line
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN up u ON c.id = u.parent_id
), down AS (
    SELECT * FROM up
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN down d ON c.parent_id = d.id
) SELECT id FROM down LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Party:
    """A signatory as a page shows it; ``network`` is a code, a sensitive organisation is not named."""

    key: int
    name: str
    uuid: str | None
    network: str
    signed_on: date | None
    joined_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a convention; ``effective_on`` None: at once, or after the notice for a denunciation."""

    kind: str
    decided_on: date
    effective_on: date | None
    at_latest: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a committee; ``decisions`` one per line."""

    held_on: date
    place: str
    agenda: list[str]
    decisions: list[str]


def with_facts(queryset: QuerySet[Convention]) -> QuerySet[Convention]:
    """Annotate what the state of each convention is computed from, so that a list costs one query."""
    parties = ConventionParty.objects.filter(convention=OuterRef("pk")).order_by("pk")
    successors = (
        Convention.objects.filter(predecessor=OuterRef("pk"))
        .order_by()
        .values("predecessor")
        .annotate(first=Min(Coalesce("starts_on", "signed_on")))
        .values("first")
    )
    decisions = ConventionDecision.objects.filter(convention=OuterRef("pk")).order_by("decided_on", "pk")
    return queryset.select_related("region").annotate(
        decision_rows=ArraySubquery(
            decisions.values(
                row=JSONObject(
                    kind=F("kind"),
                    decided_on=F("decided_on"),
                    effective_on=F("effective_on"),
                    at_latest=F("at_latest"),
                    reason=F("reason"),
                )
            )
        ),
        replaced_on=Subquery(successors),
        party_rows=ArraySubquery(
            parties.values(
                row=JSONObject(
                    key=F("organisation_id"),
                    name=F("organisation__name"),
                    acronym=F("organisation__acronym"),
                    sensitive=F("organisation__is_sensitive"),
                    uuid=F("organisation__uuid"),
                    network=F("organisation__network"),
                    signed_on=F("signed_on"),
                    joined_on=F("joined_on"),
                    left_on=F("left_on"),
                )
            )
        ),
    )


def with_next_meeting(queryset: QuerySet[Convention], day: date) -> QuerySet[Convention]:
    """Annotate the day of the next meeting of any committee of each convention."""
    upcoming = CommitteeMeeting.objects.filter(
        committee__convention=OuterRef("pk"), held_on__gte=day, cancelled=False
    ).order_by("held_on")
    return queryset.annotate(next_meeting=Subquery(upcoming.values("held_on")[:1]))


def with_committees(queryset: QuerySet[Convention]) -> QuerySet[Convention]:
    """Annotate the committees of each convention, with their meetings."""
    meetings = CommitteeMeeting.objects.filter(committee=OuterRef("pk"), cancelled=False).order_by("held_on")
    committees = Committee.objects.filter(convention=OuterRef("pk")).order_by("pk")
    return queryset.annotate(
        committee_rows=ArraySubquery(
            committees.values(
                row=JSONObject(
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
    )


def family_of(uuid: Any) -> list[Convention]:
    """The convention of that uuid, its succession and its tree, oldest first; empty when it does not exist."""
    members = with_committees(with_facts(Convention.objects.filter(pk__in=RawSQL(_FAMILY, [uuid]))))  # noqa: S611
    return sorted(members.order_by("pk"), key=lambda member: (sort_day(member), member.code))


def sort_day(convention: Convention) -> date:
    """The day that puts a convention in its place on a line of time: effect, signature, else its code's year."""
    known = convention.starts_on or convention.signed_on
    return known or date(year_of(convention) or 9999, 1, 1)


def year_of(convention: Convention) -> int | None:
    """The year of a convention: of its effect or signature, else the one its code ends with."""
    known = convention.starts_on or convention.signed_on
    if known:
        return known.year
    last = convention.code.rsplit("-", 1)[-1]
    return int(last) if len(last) == 4 and last.isascii() and last.isdigit() and last > "1900" else None


def parties_of(convention: Convention) -> list[Party]:
    """The signatories of a convention read through :func:`with_facts`."""
    return [
        Party(
            key=row["key"],
            name="Structure partenaire" if row["sensitive"] else (row["acronym"] or row["name"]),
            uuid=None if row["sensitive"] else row["uuid"],
            network=row["network"],
            signed_on=_day(row["signed_on"]),
            joined_on=_day(row["joined_on"]),
            left_on=_day(row["left_on"]),
        )
        for row in convention.party_rows  # type: ignore[attr-defined]
    ]


def decisions_of(convention: Convention) -> list[Decision]:
    """The decisions about a convention read through :func:`with_facts`, oldest first."""
    return [
        Decision(
            kind=row["kind"],
            decided_on=date.fromisoformat(row["decided_on"]),
            effective_on=_day(row["effective_on"]),
            at_latest=row["at_latest"],
            reason=row["reason"],
        )
        for row in convention.decision_rows  # type: ignore[attr-defined]
    ]


def meetings_of(committee: dict[str, Any]) -> list[Meeting]:
    """The meetings of a committee read through :func:`with_committees`, oldest first."""
    return [
        Meeting(
            held_on=date.fromisoformat(row["held_on"]),
            place=row["place"],
            agenda=[line.strip() for line in row["agenda"].splitlines() if line.strip()],
            decisions=[line.strip() for line in row["decisions"].splitlines() if line.strip()],
        )
        for row in committee["meetings"]
    ]


def facts_of(convention: Convention) -> ConventionFacts:
    """What the state is computed from, without a query: the convention was read through :func:`with_facts`."""
    decisions = decisions_of(convention)
    denounced = _first(decisions, ConventionDecision.Kind.DENOUNCED)
    return ConventionFacts(
        to_sign_since=_day_of(_first(decisions, ConventionDecision.Kind.TO_SIGN)),
        denounced_on=denounced.decided_on if denounced else None,
        denunciation_effective_on=denounced.effective_on if denounced else None,
        terminated_on=_day_of(_first(decisions, ConventionDecision.Kind.TERMINATED)),
        lapsed_on=_day_of(_first(decisions, ConventionDecision.Kind.LAPSED)),
        replaced_on=convention.replaced_on,  # type: ignore[attr-defined]
        parties=tuple(
            PartyFacts(joined_on=party.joined_on, left_on=party.left_on) for party in parties_of(convention)
        ),
        **{name: getattr(convention, name) for name in _COPIED},
    )


def reason_of(convention: Convention, kind: str) -> str:
    """Why a decision of a kind was taken; empty when there was none."""
    decision = _first(decisions_of(convention), kind)
    return decision.reason if decision else ""


def _first(decisions: list[Decision], kind: str) -> Decision | None:
    return next((decision for decision in decisions if decision.kind == kind), None)


def _day_of(decision: Decision | None) -> date | None:
    return (decision.effective_on or decision.decided_on) if decision else None


def state_of(convention: Convention, day: date | None = None) -> ConventionState:
    """The state of a convention read through :func:`with_facts`, today unless told."""
    return state_on(facts_of(convention), day or clock.today())


def in_state(conventions: Iterable[Convention], state: str, day: date | None = None) -> list[int]:
    """The primary keys of those in a state. A computed state is filtered in Python: it is nowhere in a column."""
    day = day or clock.today()
    return [convention.pk for convention in conventions if state_of(convention, day) == state]


def binds(state: ConventionState) -> bool:
    """Whether the parties still have to do what they promised, as far as one can tell."""
    return not state.ended and state not in _NOT_BINDING


def why(convention: Convention, day: date | None = None, successor: Convention | None = None) -> str:
    """Why the convention is in its state, in one or two French sentences."""
    day = day or clock.today()
    facts = facts_of(convention)
    state = state_on(facts, day)
    ending = ending_on(facts, day)
    since = ending[1] if ending else None
    if state == S.CADUQUE and since:
        lapse = _first(decisions_of(convention), ConventionDecision.Kind.LAPSED)
        how = "au plus tard le" if lapse and lapse.at_latest else "depuis le"
        return _with_reason(f"Caduque {how} {long_date(since)}.", lapse.reason if lapse else "")
    if state == S.RESILIEE and since:
        reason = reason_of(convention, ConventionDecision.Kind.TERMINATED)
        return _with_reason(f"Résiliée le {long_date(since)}.", reason)
    if state == S.DENONCEE and since:
        received = f"Dénoncée le {long_date(facts.denounced_on)}, s" if facts.denounced_on else "S"
        reason = reason_of(convention, ConventionDecision.Kind.DENOUNCED)
        return _with_reason(f"{received}ans effet depuis le {long_date(since)}.", reason)
    if state == S.REMPLACEE and since:
        by = f" par « {successor.title} »" if successor else ""
        return f"Remplacée le {long_date(since)}{by}."
    if state == S.ECHUE and since:
        return f"Arrivée à échéance le {long_date(add_days(since, -1))}."
    return _why_alive(facts, state, day, replaced=successor is not None)


def _why_alive(facts: ConventionFacts, state: ConventionState, day: date, *, replaced: bool) -> str:
    if state == S.PROPOSEE:
        return "Ce texte a été proposé ; rien n’établit qu’il a été signé."
    if state == S.PRATIQUE:
        return "Cette pratique est décrite par une source ; ce n’est pas un texte signé."
    if state == S.SIGNATURE_NON_ETABLIE:
        after = " Un texte plus récent lui a succédé, à une date qui n’est pas établie." if replaced else ""
        return f"Aucune source n’établit le jour de la signature : on ne peut pas dire qu’elle s’applique.{after}"
    if state == S.PROJET:
        return "Personne n’a encore signé ce texte."
    if state == S.A_SIGNER:
        return "Le texte est prêt ; les signatures sont attendues."
    if state == S.A_VENIR and facts.starts_on:
        return f"Signée, elle prendra effet le {long_date(facts.starts_on)}."
    signed = f"Signée le {long_date(facts.signed_on)}" if facts.signed_on else "Signée"
    if state == S.TERME_INCONNU:
        return f"{signed}, mais son terme n’est pas établi : rien ne permet de dire qu’elle court encore."
    term = term_on(facts, day)
    if term is None:
        return f"{signed}, elle court sans limite de durée."
    if done := renewals_on(facts, day):
        times = "une fois" if done == 1 else f"{done} fois"
        return f"{signed}, reconduite tacitement {times} ; la période en cours finit le {long_date(term)}."
    return f"{signed}, elle court jusqu’au {long_date(term)}."


def dates_of(convention: Convention) -> list[tuple[str, str]]:
    """The dates of a convention as (label, words); what is not known says so."""
    found = [("Signature", _signature(convention))]
    if convention.starts_on:
        found.append(("Prise d’effet", long_date(convention.starts_on)))
    elif convention.signed_on:
        found.append(("Prise d’effet", "non établie"))
    if convention.ends_on:
        found.append(("Échéance", f"{long_date(convention.ends_on)} (dernier jour couvert)"))
    elif convention.end_known:
        found.append(("Échéance", "sans limite de durée"))
    else:
        found.append(("Échéance", "terme non établi"))
    if convention.tacit_renewal:
        words = (
            f"tacite, par périodes de {convention.renewal_months} mois"
            if convention.renewal_months
            else "tacite"
        )
        if convention.max_renewals:
            words += f", {convention.max_renewals} fois au plus"
        found.append(("Reconduction", words))
    if convention.notice_months:
        found.append(("Préavis", f"{convention.notice_months} mois"))
    if denounced := _first(decisions_of(convention), ConventionDecision.Kind.DENOUNCED):
        found.append(("Dénonciation reçue", long_date(denounced.decided_on)))
    return found


def span_of(convention: Convention) -> str:
    """The dates of a convention on one line of a list."""
    if not convention.signature_known:
        return "Signature non établie"
    if convention.signed_on is None:
        return "Pas encore signée"
    signed = f"Signée le {long_date(convention.signed_on)}"
    if convention.ends_on:
        return f"{signed}, jusqu’au {long_date(convention.ends_on)}"
    return f"{signed}, sans limite de durée" if convention.end_known else f"{signed}, terme non établi"


def carried_over_note(convention: Convention) -> str:
    """What to say when the commitments shown are those of an earlier text; empty otherwise."""
    return CARRIED_OVER_NOTE if assumed_from(convention.code) else ""


def _signature(convention: Convention) -> str:
    if not convention.signature_known:
        return "non établie"
    if convention.signed_on is None:
        return "pas encore signée"
    return long_date(convention.signed_on) + (f", à {convention.place}" if convention.place else "")


def _with_reason(sentence: str, reason: str) -> str:
    return f"{sentence} {reason}" if reason else sentence


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
