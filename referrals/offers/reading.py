"""What pages say of an offer: where, for whom, how many places, whether it still holds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from core import clock, history
from core.models import Change
from core.templatetags.portal_ui import fr_date, fr_day
from partners import choices
from referrals.models import BEFORE_ANSWER, Offer, Referral
from referrals.offers.codes import Public

SHOWN_TERRITORIES = 3
HISTORY = 20
# What an offer is never without, and what only its page holds.
_NOT_TOLD = frozenset({"version", "uuid", "id", "created_at", "created_by_id"})


def with_organisation() -> QuerySet[Offer]:
    """Offers with what their lines and pages show: who proposes them, and how many places are taken."""
    return Offer.objects.with_places().select_related("organisation")


def proposed_by(offer: Offer) -> str:
    """Who proposes an offer. A sensitive structure named itself the day it published one (ADR 0026)."""
    return str(offer.organisation)


def territory_words(offer: Offer) -> str:
    """ "Charente-Maritime (17), Vienne (86)", "Bretagne et 4 autres", "Toute la France"."""
    if offer.is_national:
        return "Toute la France"
    named = [choices.region_name(code) for code in offer.regions]
    departments = dict(choices.departments())
    named += [departments.get(code, code) for code in offer.departments]
    if len(named) <= SHOWN_TERRITORIES:
        return ", ".join(named)
    return f"{', '.join(named[:2])} et {len(named) - 2} autres"


def publics_words(offer: Offer) -> str:
    """Whom it is for, in words."""
    labels = dict(Public.choices)
    return ", ".join(labels.get(code, code) for code in offer.publics)


def places_words(places: int | None, taken: int, *, need: bool = False) -> str:
    """ "2 places sur 8", "1 poste sur 1", "complète", "places non comptées"."""
    if places is None:
        return "places non comptées"
    left = max(places - taken, 0)
    thing = "poste" if need else "place"
    if not left:
        return f"plus de {thing}"
    return f"{left} {thing}{'s' if left > 1 else ''} sur {places}"


def left_words(offer: Offer) -> str:
    """The places that remain, of an offer read ``with_places``."""
    return places_words(offer.places, offer.taken, need=offer.is_need)  # type: ignore[attr-defined]


def next_entry(offer: Offer, today: date) -> date | None:
    """The first entry to come."""
    return next((day for day in sorted(offer.entries) if day >= today), None)


def when_words(offer: Offer) -> str:
    """The next entry or the deadline; empty when neither is said."""
    today = clock.today()
    if offer.is_need and offer.closes_on:
        return f"jusqu’au {fr_date(offer.closes_on)}"
    if day := next_entry(offer, today):
        return f"entrée le {fr_date(day)}"
    return f"jusqu’au {fr_date(offer.closes_on)}" if offer.closes_on else ""


def badge_of(offer: Offer) -> tuple[str, str]:
    """Where an offer stands, in words."""
    today = clock.today()
    if offer.closed_on is not None:
        return ("neutre", "Fermée")
    if offer.opens_on > today:
        return ("info", f"Ouvre le {fr_day(offer.opens_on)}")
    if not offer.is_open_on(today):
        return ("neutre", "Terminée")
    if offer.left(offer.taken) == 0:  # type: ignore[attr-defined]
        return ("attente", "Complète")
    if offer.is_stale_on(today):
        return ("attente", "À vérifier")
    return ("ok", "Ouverte")


def checked_words(offer: Offer) -> str:
    """When it was last checked, and that this is too long ago when it is."""
    words = f"vérifiée le {fr_day(offer.checked_on)}"
    return f"{words}, il y a plus de 6 mois" if offer.is_stale_on(clock.today()) else words


def line_of(offer: Offer) -> tuple[str, str]:
    """The two lines under a title in a list."""
    first = f"{offer.rules.short_label} · {proposed_by(offer)} · {territory_words(offer)}"
    second = [left_words(offer).capitalize(), when_words(offer), checked_words(offer)]
    return first, " · ".join(part for part in second if part)


def chosen_offer(referral: Referral, side: str) -> dict[str, str] | None:
    """The offer of a referral fetched through its door; its places for who is to answer. None without one."""
    if referral.offer_id is None:
        return None
    assert referral.offer is not None
    words = ""
    if side == "recipient" and referral.state in BEFORE_ANSWER:
        words = places_words(referral.offer.places, referral.places_taken)  # type: ignore[attr-defined]
    return {"title": referral.offer.title, "url": referral.offer.get_absolute_url(), "places": words}


def changes_of(offer: Offer) -> list[dict[str, Any]]:
    """What was changed and when, the latest first; by whom is for the trail. One query."""
    tracked = history.of_label(Offer._meta.label)
    assert tracked is not None
    found = Change.objects.filter(model=Offer._meta.label, object_id=offer.pk).order_by("-at", "-number")
    return [
        {"at": change.at, "words": _change_words(tracked, change.operation, change.columns)}
        for change in found[:HISTORY]
    ]


def _change_words(tracked: history.Tracked, operation: str, columns: Iterable[str]) -> str:
    if operation == Change.Operation.INSERT:
        return "Publiée"
    told = [tracked.field_label(column) for column in columns if column not in _NOT_TOLD]
    if "fermée le" in told:
        return "Fermée"
    if set(told) <= {"vérifiée le"}:
        return "Vérifiée"
    return "Modifiée : " + ", ".join(sorted(set(told) - {"vérifiée le"}))
