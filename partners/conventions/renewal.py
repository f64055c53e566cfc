"""Preparing the text that follows a convention: a draft that takes up what holds today."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from core import clock
from partners.conventions.acts import Refused, locked
from partners.conventions.facts import ConventionFacts, add_days, add_months, foreseen_on, signature_on
from partners.conventions.reading import facts_of, lines_of, with_facts
from partners.conventions.refusals import UNSIGNABLE
from partners.conventions.state import ConventionState, state_on
from partners.conventions.text import Text, TextFacts, text_on
from partners.models import (
    Commitment,
    Committee,
    CommitteeMember,
    Convention,
    ConventionBranch,
    ConventionParty,
    Organisation,
)

_TAKEN_UP = (
    "nature",
    "level",
    "region",
    "parent",
    "parent_proven",
    "lead",
    "steward",
    "themes",
    "end_known",
    "tacit_renewal",
    "renewal_months",
    "max_renewals",
    "notice_months",
)
_PREPARED = (ConventionState.PROJET, ConventionState.A_SIGNER)


@transaction.atomic
def renew(
    pk: int, *, code: str, title: str = "", starts_on: date | None = None, ends_on: date | None = None
) -> Convention:
    """Prepare the text that follows a convention: a draft that nobody signed, so that it replaces nothing yet.

    It takes up what holds today: the parties (without their signatures, an absorbed organisation replaced by the one
    that took it over), the themes, the purpose and the data as amended, the commitments and the branches in force,
    the committees and their members. It begins on ``starts_on``, else the day after the term that is foreseen; it ends
    on ``ends_on``, else after as long as the first text. Raises Refused, and ValidationError by field of the new text.
    """
    old = locked(pk)
    if old.nature in UNSIGNABLE:
        raise Refused(f"{UNSIGNABLE[old.nature]} ne se renouvelle pas : préparez une nouvelle convention.")
    code = code.strip()
    if not code:
        raise Refused("Donnez un code à la nouvelle convention.", "code")
    if Convention.objects.filter(code=code).exists():
        raise Refused("Une autre convention porte déjà ce code ; un code n’est jamais réutilisé.", "code")
    for successor in with_facts(Convention.objects.filter(predecessor=old)).order_by("pk"):
        if state_on(facts_of(successor), clock.today()) in _PREPARED:
            raise Refused(f"Le texte suivant est déjà en préparation : {successor.code}.")
    commitments = list(Commitment.objects.filter(convention=old).select_related("added_by", "removed_by"))
    branches = list(ConventionBranch.objects.filter(convention=old).select_related("added_by", "removed_by"))
    original = TextFacts(old.purpose, old.data_clause, lines_of(commitments), lines_of(branches))
    facts = facts_of(old)
    text = text_on(facts, original, clock.today())
    starts_on, ends_on = _dates(facts, starts_on, ends_on)
    new = _draft(old, text, code=code, title=title.strip() or old.title, starts_on=starts_on, ends_on=ends_on)
    heirs = _Heirs(
        [span.organisation for span in text.parties] + [one.party_id for one in commitments if one.party_id]
    )
    ConventionParty.objects.bulk_create(
        ConventionParty(convention=new, organisation_id=party)
        for party in dict.fromkeys(heirs.of(span.organisation) for span in text.parties)
    )
    Commitment.objects.bulk_create(
        Commitment(
            convention=new,
            party_id=heirs.of(one.party_id) if one.party_id else None,
            theme=one.theme,
            wording=one.wording,
            frequency=one.frequency,
            due_on=_later(one.due_on, facts, new),
            measure=one.measure,
            target=one.target,
            order=one.order,
        )
        for one in commitments
        if one.pk in text.commitments
    )
    ConventionBranch.objects.bulk_create(
        ConventionBranch(convention=new, branch_id=one.branch_id)
        for one in branches
        if one.pk in text.branches
    )
    _copy_committees(old, new)
    return new


def _draft(old: Convention, text: Text, **given: Any) -> Convention:
    new = Convention(
        predecessor=old,
        purpose=text.purpose,
        data_clause=text.data_clause,
        **{name: getattr(old, name) for name in _TAKEN_UP} | given,
    )
    if new.ends_on is not None:
        new.end_known = True
    new.full_clean()
    new.save()
    return new


def _dates(
    facts: ConventionFacts, starts_on: date | None, ends_on: date | None
) -> tuple[date | None, date | None]:
    """From the day after the term that is foreseen, for as long as the first text in whole months, unless given."""
    term = foreseen_on(facts, clock.today()).term
    begun = facts.starts_on or signature_on(facts)
    starts_on = starts_on or (add_days(term, 1) if term else None)
    if ends_on or starts_on is None or begun is None or facts.ends_on is None:
        return starts_on, ends_on
    over = add_days(facts.ends_on, 1)
    months = (over.year - begun.year) * 12 + over.month - begun.month
    return starts_on, add_days(add_months(starts_on, months), -1) if months > 0 else None


def _later(due_on: date | None, facts: ConventionFacts, new: Convention) -> date | None:
    """A due date, as far from the beginning of the new text as it was from that of the first one."""
    begun = facts.starts_on or signature_on(facts)
    if due_on is None or begun is None or new.starts_on is None:
        return due_on
    return add_months(due_on, (new.starts_on.year - begun.year) * 12 + new.starts_on.month - begun.month)


class _Heirs:
    """Who took over the organisations that no longer exist, however many times."""

    def __init__(self, organisations: Iterable[int]) -> None:
        self._next: dict[int, int] = {}
        gone = set(organisations)
        while gone:
            found = dict(
                Organisation.objects.filter(pk__in=gone, ends_on__lte=clock.today(), successor__isnull=False)
                .order_by("pk")
                .values_list("pk", "successor_id")
            )
            self._next |= found
            gone = set(found.values()) - set(self._next)

    def of(self, organisation: int) -> int:
        """The organisation that stands for this one today."""
        seen = {organisation}
        while (heir := self._next.get(organisation)) is not None and heir not in seen:
            organisation = heir
            seen.add(heir)
        return organisation


def _copy_committees(old: Convention, new: Convention) -> None:
    for committee in Committee.objects.filter(convention=old).prefetch_related("members").order_by("pk"):
        copy = Committee.objects.create(
            convention=new,
            name=committee.name,
            frequency_months=committee.frequency_months,
            reckoning=committee.reckoning,
        )
        CommitteeMember.objects.bulk_create(
            CommitteeMember(
                committee=copy,
                organisation_id=member.organisation_id,
                user_id=member.user_id,
                function=member.function,
            )
            for member in committee.members.all()
        )
