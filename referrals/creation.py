"""Writing a referral: a draft, its routing, its agreement, its sending."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from core import clock, todo
from core.acting import Acting
from partners.choices import region_of
from partners.conventions.reading import bare_facts, facts_of
from partners.conventions.state import IN_FORCE, state_on
from partners.designations.routing import Found, Routing, referent_for
from partners.models import Convention, ConventionParty, Level, Network, Organisation, Topic
from partners.people.members import team_id_of
from referrals import workflow
from referrals.agreements import covers
from referrals.delays import THEMES
from referrals.effects import AGREEMENT, REBOUND_STATES
from referrals.models import OPEN_STATES, Offer, Referral
from referrals.states import REDIRECTABLE, State
from referrals.transitions import NotAllowed
from youths.agreements.giving import give, live_agreement
from youths.models import Accompaniment, Agreement, Youth
from youths.rights.standing import OPPOSED, opposed


def route(recipient: Organisation, topics: Iterable[str]) -> Routing:
    """Who answers in an organisation, for the first topic that somebody answers for: referent, substitute, or a gap."""
    routing = Routing(Found.GAP, None, None)
    for topic in topics:
        routing = referent_for(recipient.pk, topic, department=recipient.department_id)
        if routing.found != Found.GAP:
            break
    return routing


def convention_for(acting: Acting, recipient: Organisation, topic: str) -> Convention | None:
    """The convention under which two organisations work on a topic: the declination that binds them, else the national
    one, the latest of its theme that was signed."""
    national = (
        Convention.objects.filter(
            themes__contains=[THEMES.get(Topic(topic), topic)],
            level="national",
            signed_on__lte=clock.today(),
        )
        .order_by("-signed_on")
        .first()
    )
    return (_declination(national, acting, recipient) or national) if national else None


def _declination(national: Convention, acting: Acting, recipient: Organisation) -> Convention | None:
    """The text in force that declines a national one for both sides, the nearest: theirs, else that of their region.

    The region is that of the Mission Locale of the two. One query, and one more when there is such a text.
    """
    today, region = clock.today(), acting.region
    if acting.network != Network.ML and recipient.network == Network.ML:
        region = recipient.region_id or region_of(recipient.department_id or "")
    parties = ConventionParty.objects.filter(convention=OuterRef("pk")).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=today)
    )
    local = Q(
        Exists(parties.filter(organisation=acting.organisation_id)),
        Exists(parties.filter(organisation=recipient.pk)),
        level=Level.LOCAL,
    )
    found = Convention.objects.filter(
        Q(parent=national) | Q(parent__parent=national, parent__parent_proven=True),
        Q(level=Level.REGIONAL, region=region) | local,
        parent_proven=True,
    )
    alive = [
        (row.level == Level.LOCAL, row.signed_on or date.min, row.pk)
        for row in bare_facts(found, "level")
        if state_on(facts_of(row), today) in IN_FORCE
    ]
    return Convention.objects.get(pk=max(alive)[2]) if alive else None


def sender_of(acting: Acting, youth: Youth, programme_code: str) -> Organisation:
    """The acting organisation, with what the youth already agreed to there for a programme, latest first.

    ``already``: the open referral of this youth to the same programme by the same organisation, if any.
    """
    live = (
        Agreement.objects.live()
        .filter(youth=youth.pk, recorded_for=OuterRef("pk"), purpose=programme_code)
        .order_by("-given_on", "-pk")
    )
    row = JSONObject(agreement="pk", recipient="recipient_id", name="recipient__name", until="expires_on")
    under_way = (
        Referral.objects.sent_by(acting.organisation_id)
        .filter(youth=youth.pk, programme=programme_code, state__in=OPEN_STATES)
        .order_by("-pk")
    )
    found = Organisation.objects.annotate(
        live_rows=ArraySubquery(live.values(row=row)), already=Subquery(under_way.values("uuid")[:1])
    )
    return found.get(pk=acting.organisation_id)


def may_redirect(acting: Acting, referral: Referral) -> bool:
    """Whether the acting organisation may propose the youth elsewhere: what it sent came to nothing, or broke off."""
    return referral.sender_id == acting.organisation_id and referral.state in REDIRECTABLE


class ForeignSubmission(Exception):
    """The key of this form was used by another organisation: nobody gets one by themselves."""


@transaction.atomic
def create_draft(
    acting: Acting,
    youth: Youth,
    programme: Any,
    recipient: Organisation,
    *,
    details: Mapping[str, Any],
    note: str = "",
    submission: UUID,
    offer: Offer | None = None,
    returned_from: Referral | None = None,
    redirected_from: Referral | None = None,
) -> Referral:
    """A draft of the acting organisation, routed to the recipient's referent.

    The same ``submission`` twice gives back the first draft. Raises ForeignSubmission.
    """
    routing = route(recipient, programme.topics_for(acting.network, details))
    try:
        with transaction.atomic():
            return Referral.objects.create(
                submission=submission,
                youth=youth,
                programme=programme.code,
                sender_id=acting.organisation_id,
                recipient=recipient,
                convention=convention_for(acting, recipient, programme.topic),
                sender_professional_id=acting.user_id,
                sender_team_id=acting.team_id,
                recipient_professional_id=routing.user_id,
                recipient_substitute_id=routing.substitute_id,
                recipient_team_id=team_id_of(routing.user_id, recipient.pk),
                offer=offer,
                returned_from=returned_from,
                redirected_from=redirected_from,
                details=dict(details),
                note=note,
            )
    except IntegrityError:
        first = Referral.objects.filter(submission=submission, sender=acting.organisation_id).first()
        if first is None:
            raise ForeignSubmission from None
        return first


def is_as_written(
    referral: Referral,
    recipient: Organisation,
    *,
    details: Mapping[str, Any],
    note: str,
    offer: Offer | None,
    redirected_from: Referral | None,
) -> bool:
    """Whether a referral says what was just typed: a form that comes back changed is not the one that was kept."""
    return (
        referral.recipient_id == recipient.pk
        and referral.details == dict(details)
        and referral.note == note
        and referral.offer_id == (offer.pk if offer else None)
        and referral.redirected_from_id == (redirected_from.pk if redirected_from else None)
    )


@transaction.atomic
def record_agreement(
    acting: Acting, referral: Referral, *, channel: str, informed: str, covers_return: bool, **of_minor: Any
) -> Agreement:
    """Record the youth's agreement to this referral, under the programme's text of today. Raises Unanswered."""
    check_accompanies(acting, referral.youth)
    agreement = give(
        referral.youth,
        recorded_by=acting.user_id,
        recorded_for=acting.organisation_id,
        recipient_id=referral.recipient_id,
        purpose=referral.programme,
        channel=channel,
        informed=informed,
        covers_return=covers_return,
        **of_minor,
    )
    use_agreement(referral, agreement)
    return agreement


def use_agreement(referral: Referral, agreement: Agreement) -> None:
    """Let a draft rest on an agreement."""
    referral.agreement = agreement
    referral.save(update_fields=["agreement"])


def live_agreement_for(referral: Referral) -> Agreement | None:
    """The live agreement that a draft may be sent under: the one it rests on, else the latest that is for it."""
    if referral.agreement is not None and referral.agreement.is_live and covers(referral):
        return referral.agreement
    return live_agreement(
        referral.youth, referral.recipient_id, referral.programme, sender_id=referral.sender_id
    )


@transaction.atomic
def rest_on(referral: Referral, agreement: Agreement, **of_minor: Any) -> None:
    """Let a draft rest on an agreement already given, with what was still to be said of a minor."""
    if of_minor:
        Agreement.objects.filter(pk=agreement.pk).update(**of_minor)
    use_agreement(referral, Agreement.objects.get(pk=agreement.pk))


class Unanswered(NotAllowed):
    """The acting organisation has not accepted what it is asked for this youth; the message is French."""


UNANSWERED = "Répondez d’abord à ce qui vous est demandé pour ce jeune : vous pourrez ensuite l’orienter."


def check_accompanies(acting: Acting, youth: Youth) -> None:
    """Raises Unanswered for who is merely solicited: sending would make it accompany without having accepted."""
    if acting.organisation_id in (youth.held_by_id, youth.registered_with_id):
        return
    links = Accompaniment.objects.accompanying().filter(youth=youth, organisation=acting.organisation_id)
    if not links.exists():
        raise Unanswered(UNANSWERED)


class Opposed(NotAllowed):
    """The youth objects to new sharing by this organisation; the message is French."""


def check_opposition(acting: Acting, youth_id: int) -> None:
    """Raises Opposed while the youth's objection stands in the acting organisation (RGPD art. 21)."""
    if opposed(youth_id, acting.organisation_id):
        raise Opposed(OPPOSED)


@transaction.atomic
def send(acting: Acting, referral: Referral) -> Referral:
    """Send a draft that has its agreement. Raises as ``workflow.apply``, Opposed and Unanswered.

    Orienting a youth again is what a task "rebondir" was waiting for: the exits of the earlier referrals that
    this person may open are thereby read, and their loops close; so does that of the course it follows.
    """
    check_opposition(acting, referral.youth_id)
    if referral.returned_from_id is None:  # the way back was foreseen by the one who sent
        check_accompanies(acting, referral.youth)
    sent = workflow.apply(acting, referral.uuid, "send", version=referral.version)
    todo.close_tasks("referral", referral.pk, kinds=[AGREEMENT])
    waiting = Referral.objects.visible_to(acting).filter(
        Q(state__in=REBOUND_STATES) | Q(pk=sent.redirected_from_id, state=State.DROPPED_OUT),
        youth=sent.youth_id,
        sender=acting.organisation_id,
        acknowledged_at__isnull=True,
    )
    for uuid in waiting.order_by("pk").values_list("uuid", flat=True):
        workflow.apply(acting, uuid, "acknowledge", version=None)
    return sent


@transaction.atomic
def discard(acting: Acting, referral: Referral) -> bool:
    """Delete a draft: nobody else has seen it. False when it was sent meanwhile."""
    with connection.cursor() as cursor:
        # Not ``referral.delete()``: Django would first delete from the append-only tables, which no login may.
        cursor.execute(
            "DELETE FROM referrals_referral WHERE id = %s AND state = %s", [referral.pk, State.DRAFT]
        )
        gone = cursor.rowcount == 1
    if gone:
        todo.close_tasks("referral", referral.pk)
    return gone
