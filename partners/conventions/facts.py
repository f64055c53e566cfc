"""What a convention is made of, in time: its term, its signature, its parties. Pure: dates in, dates out.

Days are included on both sides: ``ends_on`` is the last day in force, ``left_on`` the last day of a party. The
day on which something takes effect is the first day it changes.

Nothing that is learnt later changes a day that came before its effect (DOMAIN §6.1, APILOS): an amendment, an exit
or a decision counts from the day it takes effect, never from the day it was recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core import working_days


@dataclass(frozen=True, kw_only=True)
class AmendmentFacts:
    """A numbered amendment. ``signed_on`` None: nobody signed it yet, it has no effect.

    Empty ``ends_on``, ``purpose``, ``data_clause``: it does not touch them.
    """

    number: int
    effective_on: date
    signed_on: date | None = None
    ends_on: date | None = None
    purpose: str = ""
    data_clause: str = ""

    @property
    def in_force_from(self) -> date | None:
        """The first day it changes: its effect, never before its signature; None while it is not signed."""
        return None if self.signed_on is None else max(self.signed_on, self.effective_on)


@dataclass(frozen=True)
class PartyFacts:
    """A party, from the day it joins to its last day; None means since the beginning, without end.

    ``key`` is what ``replaces`` names: the party to which this one succeeds. ``joined_by`` and ``left_by`` are
    numbers of amendments.
    """

    joined_on: date | None = None
    left_on: date | None = None
    signed_on: date | None = None
    key: int = 0
    organisation: int = 0
    joined_by: int | None = None
    left_by: int | None = None
    replaces: int | None = None


@dataclass(frozen=True)
class Denunciation:
    """A denunciation received on a day. ``effective_on`` None: when the notice is over. ``by``: an organisation."""

    received_on: date
    effective_on: date | None = None
    by: int | None = None


@dataclass(frozen=True)
class Suspension:
    """From its first day to the day on which the convention resumes (excluded); None while it lasts."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the convention is suspended on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, kw_only=True)
class ConventionFacts:
    """What the state is computed from.

    ``signed_on`` None with ``signature_known`` means that the signatures of the parties tell; without it, that
    nobody can tell. ``ends_on`` None with ``end_known`` means without limit; without it, that the term is unknown.
    ``max_renewals`` None means without limit.
    """

    nature: str
    signed_on: date | None = None
    signature_known: bool = True
    to_sign_since: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    end_known: bool = True
    tacit_renewal: bool = False
    renewal_months: int | None = None
    max_renewals: int | None = None
    notice_months: int | None = None
    amendments: tuple[AmendmentFacts, ...] = ()
    denunciations: tuple[Denunciation, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    terminated_on: date | None = None
    lapsed_on: date | None = None
    replaced_on: date | None = None
    parties: tuple[PartyFacts, ...] = ()


# --- The signature --------------------------------------------------------------------------------------------


def signature_on(facts: ConventionFacts) -> date | None:
    """The day on which the convention is signed; None when it is not, or when nobody can tell.

    The date of the text; without one, the day on which the last of its original parties signed, once two at least
    have and nobody is waited for any more (one that left without signing no longer is). Those who join later sign
    what already binds the others.
    """
    if facts.signed_on is not None or not facts.signature_known:
        return facts.signed_on
    originals = _originals(facts)
    settled = [
        party.signed_on or (add_days(party.left_on, 1) if party.left_on else None) for party in originals
    ]
    known = [day for day in settled if day is not None]
    together = sum(party.signed_on is not None for party in originals) > 1
    return max(known) if together and len(known) == len(settled) else None


def awaited_since(facts: ConventionFacts) -> date | None:
    """Since when signatures are expected: the text was put to signature, or a first party signed."""
    days = [party.signed_on for party in _originals(facts)] + [facts.to_sign_since]
    return min((day for day in days if day is not None), default=None)


def _originals(facts: ConventionFacts) -> list[PartyFacts]:
    """The parties of the beginning: not joined by an amendment, nor in the place of another, nor after the start."""
    return [
        party
        for party in facts.parties
        if party.joined_by is None
        and party.replaces is None
        and (party.joined_on is None or facts.starts_on is None or party.joined_on <= facts.starts_on)
    ]


# --- The term -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """The period running on a day.

    ``renewals`` happened so far, ``term`` is its last day (None: none, or unknown), ``previous`` the last day of
    the period before it when a tacit renewal opened this one.
    """

    renewals: int
    term: date | None
    previous: date | None = None


def period_on(facts: ConventionFacts, day: date) -> Period:
    """The period running on ``day``: amendments of the term and tacit renewals up to then.

    An amendment replaces the running term; the renewals that follow are counted from the new one, and those that
    happened still count towards the maximum. One that comes after the end has no effect: what is over is not
    extended (the day after the term is the last one to extend it). It shortens at the earliest to its own eve.
    A renewal adds a period to the term it prolongs (never to an already shortened month: 31 January renewed by
    months falls on 28 February, then 31 March).
    """
    done, anchor = 0, facts.ends_on if facts.end_known else None
    for effect, amendment in _term_amendments(facts):
        if effect > day:
            break
        eve = add_days(effect, -1)
        running = _renewed(facts, anchor, done, eve)
        if running.term is not None and running.term < eve:
            continue
        assert amendment.ends_on is not None
        done, anchor = running.renewals, max(amendment.ends_on, eve)
    return _renewed(facts, anchor, done, day)


def foreseen_on(facts: ConventionFacts, day: date) -> Period:
    """The period running on ``day``, with the amendments already signed that will change its term."""
    period = period_on(facts, day)
    for effect, amendment in _term_amendments(facts):
        assert amendment.signed_on is not None
        if effect <= day or amendment.signed_on > day:
            continue
        if period.term is not None and effect > add_days(period.term, 1):
            break
        assert amendment.ends_on is not None
        period = Period(period.renewals, max(amendment.ends_on, add_days(effect, -1)))
    return period


def may_renew(facts: ConventionFacts, done: int) -> bool:
    """Whether another tacit renewal may follow those already done."""
    if not (facts.tacit_renewal and facts.renewal_months and facts.renewal_months > 0):
        return False
    return facts.max_renewals is None or done < facts.max_renewals


def _term_amendments(facts: ConventionFacts) -> list[tuple[date, AmendmentFacts]]:
    """Those that change the term, in the order in which they take effect; on the same day, by number."""
    found = [
        (effect, amendment.number, amendment)
        for amendment in facts.amendments
        if amendment.ends_on is not None and (effect := amendment.in_force_from) is not None
    ]
    found.sort(key=lambda item: item[:2])
    return [(effect, amendment) for effect, _, amendment in found]


def _renewed(facts: ConventionFacts, anchor: date | None, done: int, day: date) -> Period:
    """The period running on a day, after ``done`` renewals up to the term ``anchor``."""
    if anchor is None or day <= anchor or not may_renew(facts, done):
        return Period(done, anchor)
    length = facts.renewal_months
    assert length is not None
    count = ((day.year - anchor.year) * 12 + day.month - anchor.month) // length
    if add_months(anchor, length * count) < day:
        count += 1
    if facts.max_renewals is not None:
        count = min(count, facts.max_renewals - done)
    return Period(done + count, add_months(anchor, length * count), add_months(anchor, length * (count - 1)))


# --- The parties ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """The days on which an organisation is a party; None: since the beginning, without end."""

    key: int
    organisation: int
    first: date | None
    last: date | None

    def covers(self, day: date) -> bool:
        """Whether it is a party on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def spans_of(facts: ConventionFacts) -> tuple[Span, ...]:
    """When each party is one, exits by denunciation included."""
    return _standing(facts)[0]


def denounced_on(facts: ConventionFacts) -> date | None:
    """First day without the convention after a denunciation; None when there is none.

    A party that denounces a convention to which two others at least remain leaves it: they go on (DOMAIN §9.17).
    """
    return _standing(facts)[1]


def takes_effect_on(denunciation: Denunciation, notice_months: int | None) -> date:
    """The first day changed by a denunciation: the day decided, else the day it was received plus the notice."""
    return denunciation.effective_on or add_months(denunciation.received_on, notice_months or 0)


def is_an_exit(spans: Iterable[Span], denunciation: Denunciation, effect: date) -> bool:
    """Whether a denunciation only takes its author out: a party, while two others at least remain."""
    spans = tuple(spans)
    if not any(
        span.organisation == denunciation.by and (span.first is None or span.first < effect) for span in spans
    ):
        return False
    return sum(span.organisation != denunciation.by and span.covers(effect) for span in spans) > 1


def is_to_join(facts: ConventionFacts, organisation: int) -> bool:
    """Whether an organisation is a party without end, be it later or once an amendment is signed."""
    return any(party.organisation == organisation and party.left_on is None for party in facts.parties)


def alone_since(facts: ConventionFacts) -> date | None:
    """First day on which fewer than two parties remain: no convention holds with oneself (DOMAIN §9.17)."""
    spans = spans_of(facts)
    for last in sorted(span.last for span in spans if span.last is not None):
        day = add_days(last, 1)
        if sum(span.covers(last) for span in spans) > 1 and sum(span.covers(day) for span in spans) < 2:
            return day
    return None


def _standing(facts: ConventionFacts) -> tuple[tuple[Span, ...], date | None]:
    """(when each party is one, first day without the convention by denunciation)."""
    spans = _written_spans(facts)
    received = sorted(
        ((takes_effect_on(one, facts.notice_months), one.received_on, one) for one in facts.denunciations),
        key=lambda item: item[:2],
    )
    for effect, _, denunciation in received:
        if not is_an_exit(spans, denunciation, effect):
            return spans, effect
        eve = add_days(effect, -1)
        spans = tuple(
            Span(span.key, span.organisation, span.first, min(span.last or eve, eve))
            if span.organisation == denunciation.by
            else span
            for span in spans
        )
    return spans, None


def _written_spans(facts: ConventionFacts) -> tuple[Span, ...]:
    """When each party is one, as the rows and the signed amendments say.

    A party that takes the place of another follows it without a day between, whenever the amendment that says so is
    signed: the law makes the heir, and the count of parties stays.
    """
    effects = {amendment.number: amendment.in_force_from for amendment in facts.amendments}
    heirs = {party.replaces: party for party in facts.parties if party.replaces is not None}
    lasts = [_last_day(party, heirs.get(party.key), effects) for party in facts.parties]
    left = {party.key: last for party, last in zip(facts.parties, lasts, strict=True)}
    spans = []
    for party, last in zip(facts.parties, lasts, strict=True):
        first = party.joined_on
        replaced = left.get(party.replaces) if party.replaces is not None else None
        if replaced is not None:
            first = add_days(replaced, 1)
        elif party.joined_by is not None:
            effect = effects.get(party.joined_by)
            if effect is None:
                continue
            first = max(first or effect, effect)
        spans.append(Span(party.key, party.organisation, first, last))
    return tuple(spans)


def _last_day(party: PartyFacts, heir: PartyFacts | None, effects: dict[int, date | None]) -> date | None:
    """The last day of a party: its own, never before the amendment that takes it out; else the eve of its heir."""
    last = party.left_on
    if last is not None and party.left_by is not None:
        effect = effects.get(party.left_by)
        last = None if effect is None else max(last, add_days(effect, -1))
    if last is None and heir is not None:
        arrival = heir.joined_on
        if heir.joined_by is not None:
            effect = effects.get(heir.joined_by)
            arrival = None if effect is None else max(arrival or effect, effect)
        last = add_days(arrival, -1) if arrival is not None else None
    return last


# --- The calendar ---------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """``core.working_days.add_months``, within the calendar: a page must show any typed date."""
    try:
        return working_days.add_months(day, months)
    except ValueError:
        return date.max if months > 0 else date.min


def add_days(day: date, count: int) -> date:
    """``core.working_days.add_days``, within the calendar."""
    try:
        return working_days.add_days(day, count)
    except ValueError:
        return date.max if count > 0 else date.min
