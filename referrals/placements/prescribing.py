"""Who prescribes a period: the structure that notes it, by right or by delegation, or another prescriber (P-04, P-05).

A delegation is a convention like another: its theme says so, its parties and its state are kept with it. It may be
suspended or withdrawn without notice, so it is looked at on the first day of each period.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from core.ages import is_minor_on
from partners.conventions.reading import bare_facts, facts_of
from partners.conventions.state import IN_FORCE, state_on
from partners.models import Convention, ConventionParty, Theme
from referrals.models import WorkPlacement
from referrals.placements import codes
from referrals.placements.rules import Prescribing


def delegation_of(organisation_id: int, day: date) -> int | None:
    """The convention under which an organisation prescribes for another one on a day, the latest signed."""
    parties = ConventionParty.objects.on(day).filter(convention=OuterRef("pk"))
    found = Convention.objects.filter(
        Exists(parties.filter(organisation=organisation_id)),
        themes__contains=[Theme.PRESCRIBING],
        signed_on__lte=day,
    )
    alive = [(row.signed_on, row.pk) for row in bare_facts(found) if state_on(facts_of(row), day) in IN_FORCE]
    return max(alive)[1] if alive else None


def columns(organisation_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of who prescribes, from what was typed; ``organisation_id``: that of who noted the period."""
    prescriber = values.get("prescriber") or ""
    delegated = bool(values.get("delegated") and prescriber)
    return {
        "prescriber": prescriber,
        "delegated": delegated,
        "delegation_id": delegation_of(organisation_id, values["starts_on"]) if delegated else None,
    }


def asked(organisation_id: int, network: str, values: Mapping[str, Any]) -> Prescribing:
    """What the rules look at, of the structure that noted the period: who changes it may be another one."""
    found = columns(organisation_id, values)
    return Prescribing(
        by_right=network in codes.BY_RIGHT,
        named=bool(found["prescriber"]),
        delegated=bool(values.get("delegated")),
        may_delegate=found["prescriber"] in codes.DELEGATING,
        known=found["delegation_id"] is not None,
    )


def words(placement: WorkPlacement, noted_by: str) -> str:
    """Who prescribes, in words; ``noted_by`` is the name of the structure that noted the period, for this reader."""
    if not placement.prescriber:
        return noted_by
    by_right = codes.Prescriber(placement.prescriber).label
    return f"{noted_by}, au nom de : {by_right}" if placement.delegated else by_right


def parties(placement: WorkPlacement, prescriber: str, follower: str) -> list[str]:
    """Between whom the convention is, for who has to gather them (DOMAIN §1.2, §1.3)."""
    minor = is_minor_on(placement.youth.birth_date, placement.starts_on) and not placement.emancipated
    return [
        "le jeune",
        *(["son représentant légal"] if minor else []),
        "l’entreprise",
        *([follower] if follower != prescriber else []),
        prescriber,
        "son employeur, s’il est salarié",
    ]
