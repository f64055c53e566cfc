"""An organisation takes the place of another: a departmental chamber absorbed by its region (DOMAIN 2.3, 9.12).

One transaction ends the old one, names its successor and puts the heir in its place in the conventions that run
that day. What is about people (designated referents, memberships) or needs somebody's judgement (texts that are not
signed, organisations that hang on it) is listed as what remains to be done, never moved in silence.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import Q, QuerySet

from core.working_days import long_date
from partners.conventions import acts as convention_acts
from partners.conventions.facts import add_days, is_to_join, spans_of
from partners.conventions.reading import facts_of, with_facts
from partners.conventions.state import ENDED, RUNNING, state_on
from partners.models import Commitment, Convention, ConventionParty, Designation, Membership, Organisation


class Refused(Exception):
    """The succession cannot be. ``field`` is the argument it speaks of; the message is French."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Changed(Exception):
    """What would change is no longer what was shown."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """A convention in which the heir takes the place; ``joins`` is false where it is a party already."""

    convention: int
    title: str
    joins: bool


@dataclass(frozen=True, slots=True)
class Remaining:
    """What somebody still has to do: ``kind`` in words, then one line per thing."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a succession changes, and what it leaves to be done."""

    old: int
    heir: int
    on: date
    substitutions: tuple[Substitution, ...]
    remaining: tuple[Remaining, ...]

    @property
    def seal(self) -> str:
        """Says whether two plans are the same."""
        return sha256(repr(self).encode()).hexdigest()


def plan(old: Organisation, heir: Organisation, on: date) -> Plan:
    """What ``succeed`` would do from the day ``on``, the first one without the old organisation. Raises Refused.

    Seven queries, whatever the number of conventions.
    """
    _check(old, heir, on)
    eve = add_days(on, -1)
    parties = ConventionParty.objects.filter(organisation=old).values("convention_id")
    substitutions, others = [], []
    for convention in with_facts(Convention.objects.filter(pk__in=parties)).order_by("code"):
        facts = facts_of(convention)
        spans = spans_of(facts)
        state = state_on(facts, on)
        here = [
            span for span in spans if span.organisation == old.pk and (span.last is None or span.last >= on)
        ]
        if state in ENDED or not here:
            continue
        # A party that came before and whose way out is not recorded yet.
        if state in RUNNING and any(span.covers(eve) and span.last is None for span in here):
            joins = not any(span.organisation == heir.pk and span.covers(on) for span in spans)
            if joins and is_to_join(facts, heir.pk):
                # Its own entry is recorded for later: which of the two holds is for somebody to say.
                others.append(convention.title)
                continue
            substitutions.append(Substitution(convention.pk, convention.title, joins))
        else:
            others.append(convention.title)
    found = [
        Remaining("Autres textes où elle figure, à revoir un par un", tuple(others)),
        Remaining(
            "Engagements pris par elle, que la structure qui lui succède reprend",
            _commitments(old, substitutions),
        ),
        Remaining("Référents désignés, à désigner dans la structure qui lui succède", _designations(old, on)),
        Remaining("Personnes rattachées, dont l’accès reste à organiser", _memberships(old, on)),
        Remaining("Structures rattachées à elle, à rattacher ailleurs", _names(old.children.existing_on(on))),
        Remaining("Conventions dont elle est la structure pilote", _titles(old.led_conventions.all())),
    ]
    return Plan(old.pk, heir.pk, on, tuple(substitutions), tuple(one for one in found if one.lines))


@transaction.atomic
def succeed(
    old: int, heir: int, on: date, reason: str, *, by: int | None = None, seen: str | None = None
) -> Plan:
    """End an organisation on a day and put its heir in its place; returns what was done and what remains.

    ``old`` and ``heir`` are primary keys, ``by`` that of the user who records; ``seen`` is the seal of the plan that
    was shown. Raises Refused, and Changed when things moved since: nothing is written then.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(
            "Indiquez le motif de cette succession : il sera écrit dans chaque convention.", "reason"
        )
    pair = {
        one.pk: one
        for one in Organisation.objects.select_for_update(of=("self",))
        .filter(pk__in=[old, heir])
        .order_by("pk")
    }
    # The plan is made under the lock of the conventions: nobody signs one meanwhile.
    list(
        Convention.objects.select_for_update(of=("self",))
        .filter(pk__in=ConventionParty.objects.filter(organisation=old).values("convention_id"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    found = plan(pair[old], pair[heir], on)
    if seen is not None and seen != found.seal:
        raise Changed
    for one in found.substitutions:
        try:
            if one.joins:
                convention_acts.substitute_party(
                    one.convention, party=old, heir=heir, on=on, reason=reason, by=by
                )
            else:
                convention_acts.party_exit(
                    one.convention, party=old, last_day=add_days(on, -1), reason=reason, by=by
                )
        except convention_acts.Refused as error:
            raise Refused(f"« {one.title} » : {error}", "on") from error
    ended = pair[old]
    ended.ends_on, ended.successor = on, pair[heir]
    ended.full_clean()
    ended.save(update_fields=["ends_on", "successor"])
    return found


def _check(old: Organisation, heir: Organisation, on: date) -> None:
    if old.pk == heir.pk:
        raise Refused("Une structure ne se succède pas à elle-même.", "heir")
    if old.successor_id is not None:
        raise Refused(f"« {old} » a déjà une structure qui lui succède.", "heir")
    if old.ends_on is not None and old.ends_on < on:
        raise Refused(f"« {old} » a cessé d’exister avant, le {long_date(old.ends_on)}.", "on")
    if old.starts_on is not None and on <= old.starts_on:
        raise Refused(f"« {old} » n’existe que depuis le {long_date(old.starts_on)}.", "on")
    if old.network != heir.network:
        raise Refused("Les deux structures ne sont pas du même réseau.", "heir")
    if not Organisation.objects.existing_on(on).filter(pk=heir.pk).exists():
        raise Refused(f"« {heir} » n’existe pas ce jour-là.", "heir")
    if heir.successor_id == old.pk:
        raise Refused(f"« {old} » succède déjà à « {heir} ».", "heir")


def _commitments(old: Organisation, substitutions: list[Substitution]) -> tuple[str, ...]:
    concerned = [one.convention for one in substitutions]
    found = Commitment.objects.filter(party=old, convention__in=concerned, removed_by__isnull=True)
    return tuple(found.order_by("convention", "order", "pk").values_list("wording", flat=True))


def _designations(old: Organisation, on: date) -> tuple[str, ...]:
    """The topics, never the names: those who may name their referents see them on their own pages."""
    running = Designation.objects.not_over(on).filter(organisation=old)
    return tuple(
        f"{one.get_topic_display()}, depuis le {long_date(one.starts_on)}"
        for one in running.order_by("topic", "starts_on", "pk")
    )


def _memberships(old: Organisation, on: date) -> tuple[str, ...]:
    """How many of each role, never who."""
    opened = Membership.objects.filter(organisation=old, revoked_at__isnull=True).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    counts: dict[str, int] = {}
    for one in opened.order_by("role", "pk"):
        counts[one.get_role_display()] = counts.get(one.get_role_display(), 0) + 1
    return tuple(f"{role} : {count}" for role, count in counts.items())


def _names(organisations: QuerySet[Organisation]) -> tuple[str, ...]:
    return tuple(organisations.order_by("name", "pk").values_list("name", flat=True))


def _titles(conventions: QuerySet[Convention]) -> tuple[str, ...]:
    return tuple(conventions.order_by("code").values_list("title", flat=True))
