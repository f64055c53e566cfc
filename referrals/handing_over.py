"""How the referrals that somebody follows pass to a colleague: those still open, drafts, and those that wait."""

from collections.abc import Callable

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import NullIf

from core.handovers import Held, Holding, Pass
from partners.people.members import team_id_of
from referrals.effects import CLOSED
from referrals.models import OPEN_STATES, Breach, Referral
from referrals.states import State

# What still asks for somebody: an open state, or what runs after the exit (to read, to follow up).
_ALIVE = Q(state__in=OPEN_STATES) | (Q(state__in=CLOSED) & (~Q(clock_kind="") | Q(wake_on__isnull=False)))


def drafts(user_id: int, organisation_id: int) -> QuerySet[Referral]:
    return Referral.objects.filter(
        sender=organisation_id, sender_professional=user_id, state=State.DRAFT
    ).order_by("created_at", "pk")


def sent(user_id: int, organisation_id: int) -> QuerySet[Referral]:
    return Referral.objects.filter(_ALIVE, sender=organisation_id, sender_professional=user_id).order_by(
        "sent_at", "pk"
    )


def received(user_id: int, organisation_id: int) -> QuerySet[Referral]:
    mine = Q(recipient_professional=user_id) | Q(recipient_substitute=user_id)
    return Referral.objects.filter(_ALIVE, mine, recipient=organisation_id).order_by("sent_at", "pk")


def _holding(label: str, which: Callable[[int, int], QuerySet[Referral]], side: str) -> Holding:
    def held(user_id: int, organisation_id: int) -> list[Held]:
        return [
            Held(one.pk, f"{one.youth.full_name}, {one.rules.short_label}")
            for one in which(user_id, organisation_id).select_related("youth")
        ]

    def hand_over(one: Pass) -> list[int]:
        passed = list(
            which(one.leaver_id, one.organisation_id)
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )
        _give(Referral.objects.filter(pk__in=passed), side, one)
        return passed

    return Holding(label, held, hand_over, names_youths=True)


def _give(referrals: QuerySet[Referral], side: str, one: Pass) -> None:
    """The professional and the team of one side; a recipient's substitute is never their own referent."""
    successor, team_id = one.successor_id, team_id_of(one.successor_id, one.organisation_id)
    people = {f"{side}_professional": successor, f"{side}_team": team_id}
    if side == "sender":
        referrals.update(**people)
        return
    replaced = referrals.filter(recipient_substitute=one.leaver_id)
    replaced.exclude(recipient_professional=successor).update(recipient_substitute=successor)
    replaced.update(recipient_substitute=None)
    own = referrals.filter(recipient_professional=one.leaver_id)
    own.update(**people, recipient_substitute=NullIf(F("recipient_substitute"), Value(successor)))


def breaches(user_id: int, organisation_id: int) -> QuerySet[Breach]:
    return Breach.objects.waiting().filter(organisation=organisation_id, referent=user_id).order_by("pk")


def _held_breaches(user_id: int, organisation_id: int) -> list[Held]:
    found = breaches(user_id, organisation_id).select_related("youth")
    return [Held(one.pk, f"{one.youth.full_name}, contrat rompu") for one in found]


def _give_breaches(one: Pass) -> list[int]:
    found = breaches(one.leaver_id, one.organisation_id).select_for_update(of=("self",))
    passed = list(found.values_list("pk", flat=True))
    Breach.objects.filter(pk__in=passed).update(referent=one.successor_id)
    return passed


BREACHES = Holding("Ruptures de contrat à suivre", _held_breaches, _give_breaches, names_youths=True)
DRAFTS = _holding("Brouillons d’orientation", drafts, "sender")
SENT = _holding("Orientations envoyées", sent, "sender")
RECEIVED = _holding("Orientations reçues", received, "recipient")
