"""Access follows the referral: the link between the youth and the organisation on the other side.

Sending opens a link ("sollicité"), accepting confirms it ("co-accompagne"), an exit ends it with the time needed to
finish (30 days) or at once when the sender takes the referral back. The organisations that keep the record (held
by, registered with) never lose it here.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from core import clock
from core.acting import Acting
from core.functions import call
from partners.people.members import team_id_of
from referrals.models import CLOSED_BY_OUTCOME, OPEN_STATES, Referral
from referrals.states import GRACE_DAYS
from youths.accompanying import aspects
from youths.accompanying.passing import story_from
from youths.models import Accompaniment, AccompanimentInvitation

# A link that a colleague took over is of the referral that it continues.
OF_REFERRALS = (Accompaniment.Reason.REFERRAL, Accompaniment.Reason.HANDED_OVER)
# How long a partner still reads its own referral after the exit.
GRACE = timedelta(days=GRACE_DAYS)


def _of(referral: Referral, organisation_id: int):
    return Accompaniment.objects.filter(youth=referral.youth_id, organisation=organisation_id)


def needed(acting: Acting | None, youths: Sequence[int]) -> set[tuple[int, int]]:
    """The links that open referrals need, of all sides for who keeps the record (registry ``links_needed``)."""
    if acting is None:
        found = Referral.objects.filter(youth__in=youths, state__in=OPEN_STATES).order_by()
        pairs = found.values_list("youth", "sender").union(found.values_list("youth", "recipient"))
        return set(pairs)
    with connection.cursor() as cursor:
        cursor.execute("SELECT youth, organisation FROM tu_in_referrals(%s)", [list(youths)])
        return set(cursor.fetchall())


def aspects_asked(referral: Referral, side: str) -> list[str]:
    """What a side takes care of: the recipient, what it is asked for; the sender, nothing narrower is known."""
    topic = referral.rules.topic_for(referral.sender.network) if side == "recipient" else ""
    return aspects.of_topic(topic)


def open_link(referral: Referral, side: str, role: str) -> None:
    """Give a side the access it needs while the referral is open, in a role."""
    organisation_id = getattr(referral, f"{side}_id")
    setattr(referral, f"{side}_access_until", None)
    professional_id = getattr(referral, f"{side}_professional_id")
    link = (
        _of(referral, organisation_id)
        .filter(professional=professional_id)
        .exclude(role=Accompaniment.Role.LEAD, ended_on__isnull=False)
        # What is left to somebody for an answer they owe is not how they accompanied.
        .exclude(role=Accompaniment.Role.CLOSING, access_until__gt=clock.now())
        .order_by(F("ended_on").desc(nulls_first=True), "-pk")
        .first()
    )
    start = story_from(referral.youth_id, organisation_id)
    if link is None:
        Accompaniment.objects.bulk_create(
            [
                Accompaniment(
                    youth_id=referral.youth_id,
                    organisation_id=organisation_id,
                    professional_id=professional_id,
                    substitute_id=referral.recipient_substitute_id if side == "recipient" else None,
                    team_id=team_id_of(professional_id, organisation_id),
                    role=role,
                    aspects=aspects_asked(referral, side),
                    reason=Accompaniment.Reason.REFERRAL,
                    started_on=clock.today(),
                    reads_from=start,
                )
            ]
        )
        return
    changed = ["ended_on", "access_until", "end_reason", "role", "reason"]
    if link.role == Accompaniment.Role.CONTACTED and link.reads_from != start:
        link.reads_from = start
        changed.append("reads_from")
    take_up(link, role)
    link.save(update_fields=changed)


def take_up(link: Accompaniment, role: str) -> None:
    """A link that a referral finds: who accompanies already is not merely solicited, whatever it is asked next."""
    contacted = link.role == Accompaniment.Role.CONTACTED
    if link.role != Accompaniment.Role.LEAD and (contacted or link.ended_on is not None):
        link.role = role
        if not (contacted and link.reason == Accompaniment.Reason.INVITATION):
            link.reason = Accompaniment.Reason.REFERRAL
    link.ended_on = link.access_until = None
    link.end_reason = ""


def ends_with_referrals(link: Accompaniment) -> bool:
    """Whether a link ends with the referral that opened it: not the lead's, nor what began in another way."""
    return link.role != Accompaniment.Role.LEAD and link.reason in OF_REFERRALS


def end_links(referral: Referral, reason: str, *, at_once: bool = False) -> None:
    """End the access of the sides that do not keep the record, unless another open referral needs it.

    ``at_once`` (the sender takes the referral back) is for the recipient; the sender keeps the time to finish.
    """
    for side in ("sender", "recipient"):
        until = clock.now() if at_once and side == "recipient" else clock.now() + GRACE
        organisation_id = getattr(referral, f"{side}_id")
        if organisation_id in referral.youth.keepers:
            continue
        needed = (
            Referral.objects.filter(youth=referral.youth_id, state__in=OPEN_STATES)
            .filter(Q(sender=organisation_id) | Q(recipient=organisation_id))
            .exclude(pk=referral.pk)
        )
        setattr(referral, f"{side}_access_until", until)
        if needed.exists():
            continue
        active = _of(referral, organisation_id).filter(ended_on__isnull=True)
        # What is left of the link of an invitation is the invitation, until it is answered.
        waiting = AccompanimentInvitation.objects.filter(
            link=OuterRef("pk"), state=AccompanimentInvitation.State.PENDING
        )
        active.filter(Exists(waiting), role=Accompaniment.Role.PARTNER).update(
            role=Accompaniment.Role.CONTACTED
        )
        theirs = active.filter(reason__in=OF_REFERRALS)
        theirs.exclude(role=Accompaniment.Role.LEAD).update(
            ended_on=clock.today(), end_reason=reason, access_until=until
        )
    referral.save(update_fields=["sender_access_until", "recipient_access_until"])


def keep_for_follow_ups(referral: Referral) -> None:
    """Who owes what became of the youth reads the name and the question, until it is answered or asked no more."""
    call("tu_keep_for_follow_ups", referral.pk)


ONLY_OWES = "Votre accès à cette orientation est terminé : il reste à dire ce que devient le jeune."


def only_owes(referral: Referral, side: str) -> bool:
    """Whether the time to finish is over for a side, which only answers what became of the youth (ADR 0035)."""
    if getattr(referral, f"{side}_access_until") is None or referral.state not in CLOSED_BY_OUTCOME:
        return False
    return referral.closed_at is not None and referral.closed_at + GRACE <= clock.now()
