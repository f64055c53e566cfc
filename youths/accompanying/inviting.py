"""Inviting a partner without a referral: asked for by those who keep the record, answered by the partner."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from core.scope import system_scope
from notifications.notices import notify
from partners.designations.coverage import listed_for
from partners.designations.routing import Found, Routing, referent_for
from partners.models import Designation, Level, Organisation, Topic
from partners.people.members import team_id_of
from youths import link_codes
from youths.accompanying.aspects import in_order
from youths.accompanying.leaving import needed, people_of
from youths.accompanying.passing import colleagues, story_from
from youths.accompanying.todo import INVITATION, SUBJECT
from youths.agreements.giving import give, live_agreement
from youths.agreements.purposes import CO_ACCOMPANIMENT
from youths.models import Accompaniment, AccompanimentInvitation, Agreement, Youth
from youths.records import Overtaken, Refused
from youths.rights.standing import check_sharing

State = AccompanimentInvitation.State
INVITED, ANSWERED = "youth.invited", "youth.invitation_answered"
# When an answer is expected; the invitation itself lasts longer.
ANSWER_WITHIN = AccompanimentInvitation.LASTS / 2

# Whom a request is routed to, by what it is for: the first topic for which somebody is designated.
_TOPICS: dict[str, tuple[str, ...]] = {
    link_codes.Aspect.ORIENTATION: (Topic.ORIENTATION,),
    link_codes.Aspect.TRAINING: (Topic.TRAINING, Topic.APPRENTICESHIP, Topic.PREPARATION, Topic.SMV),
    link_codes.Aspect.EMPLOYMENT: (Topic.EMPLOYERS, Topic.INTERIM, Topic.APPRENTICESHIP),
    link_codes.Aspect.DIGITAL: (Topic.DIGITAL,),
}
_ANY = (Topic.RETURN, *(topic for topic in Topic if topic != Topic.RETURN))


def candidates(acting: Acting, youth: Youth) -> list[tuple[str, list[tuple[int, str]]]]:
    """The organisations of the territory that may be invited, those that designated a referent first.

    A sensitive one is named to its own members only, and is asked through a referral.
    """
    linked = Accompaniment.objects.live().active().filter(youth=youth, organisation=OuterRef("pk"))
    named = Designation.objects.live(clock.today()).filter(organisation=OuterRef("pk"))
    found = (
        listed_for(acting)
        .filter(level=Level.LOCAL, pk__in=Organisation.objects.existing_on(clock.today()).values("pk"))
        .exclude(pk__in=youth.keepers)
        .annotate(territory=Coalesce("region_id", "department__region_id"))
        .filter(Q(territory=acting.region), ~Exists(linked))
        .annotate(designates=Exists(named))
        .order_by("name", "pk")
    )
    groups: dict[bool, list[tuple[int, str]]] = {True: [], False: []}
    for pk, name, designates in found.values_list("pk", "name", "designates"):
        groups[designates].append((pk, name))
    labels = {True: "Un référent y est désigné", False: "Autres structures de votre région"}
    return [(labels[designates], some) for designates, some in groups.items() if some]


def route(organisation: Organisation, aspects: Iterable[str]) -> Routing:
    """Who answers in an organisation for what it is asked: a designated referent, else its managers (a gap)."""
    topics = [topic for aspect in in_order(aspects) for topic in _TOPICS.get(aspect, ())]
    routing = Routing(Found.GAP, None, None)
    for topic in dict.fromkeys((*topics, *_ANY)):
        routing = referent_for(organisation.pk, topic, department=organisation.department_id)
        if routing.found != Found.GAP:
            break
    return routing


@transaction.atomic
def invite(
    acting: Acting,
    youth: Youth,
    *,
    organisation: int,
    aspects: list[str],
    reason: str,
    agreed: Mapping[str, Any],
) -> AccompanimentInvitation:
    """Ask an organisation to accompany a youth whose record one keeps, with the youth's agreement.

    ``agreed``: how it was given (``giving.give``), unless one for this recipient holds already. It is solicited until
    it answers. Raises Refused when it is not to be invited or the youth objects, Overtaken when somebody just did.
    """
    check_sharing(acting, youth.pk)
    known = {pk for _, group in candidates(acting, youth) for pk, _ in group}
    if organisation not in known:
        raise Refused(
            "Cette structure accompagne déjà ce jeune, est déjà sollicitée, ou n’est pas de votre région."
        )
    to = Organisation.objects.get(pk=organisation)
    routing = route(to, aspects)
    wanted = in_order(aspects)
    link = Accompaniment(
        youth=youth,
        organisation=to,
        professional_id=routing.user_id,
        substitute_id=routing.substitute_id,
        team_id=team_id_of(routing.user_id, to.pk),
        role=Accompaniment.Role.CONTACTED,
        aspects=wanted,
        reason=Accompaniment.Reason.INVITATION,
        reads_from=story_from(youth.pk, to.pk),
    )
    try:
        with transaction.atomic():
            link.save()
            invitation = AccompanimentInvitation.objects.create(
                youth=youth,
                link=link,
                agreement=_agreement(acting, youth, to, agreed),
                from_organisation_id=acting.organisation_id,
                to_organisation=to,
                sent_by_id=acting.user_id,
                invited_id=routing.user_id,
                aspects=wanted,
                reason=reason,
            )
    except IntegrityError as error:
        if "youths_one_invitation" not in str(error) and "youths_accompaniment_once" not in str(error):
            raise
        raise Overtaken from error
    todo.open_task(
        INVITATION,
        subject_kind=SUBJECT,
        subject_id=youth.pk,
        organisation_id=to.pk,
        counterpart_id=acting.organisation_id,
        user_id=routing.user_id,
        due_on=clock.today() + ANSWER_WITHIN,
        awaited_on=clock.today(),
    )
    who = Organisation.objects.get(pk=acting.organisation_id).outward_name
    notify(
        people_of([link], to.pk),
        organisation_id=to.pk,
        kind=INVITED,
        text=f"{who} vous invite à accompagner un jeune.",
        path=reverse("youths:invitation", args=[youth.uuid]),
        effect_key=f"invitation:{invitation.pk}",
    )
    return invitation


def _agreement(acting: Acting, youth: Youth, to: Organisation, agreed: Mapping[str, Any]) -> Agreement:
    """The live agreement of the youth for this recipient, else the one that was just given."""
    live = live_agreement(youth, to.pk, CO_ACCOMPANIMENT, sender_id=acting.organisation_id)
    return live or give(
        youth,
        recorded_by=acting.user_id,
        recorded_for=acting.organisation_id,
        recipient_id=to.pk,
        purpose=CO_ACCOMPANIMENT,
        **agreed,
    )


def received(acting: Acting, youth: Youth) -> AccompanimentInvitation | None:
    """The invitation that awaits the acting organisation's answer for a youth."""
    return (
        AccompanimentInvitation.objects.filter(
            youth=youth,
            to_organisation=acting.organisation_id,
            state=State.PENDING,
            sent_at__gt=clock.now() - AccompanimentInvitation.LASTS,
        )
        .select_related("from_organisation", "sent_by", "link")
        .first()
    )


@transaction.atomic
def accept(acting: Acting, youth: Youth, *, professional: int, aspects: list[str]) -> None:
    """Accompany the youth: oneself or a colleague. Raises Overtaken when somebody answered, Refused for a stranger."""
    if professional not in dict(colleagues(acting.organisation_id)):
        raise Refused(
            "Cette personne n’accompagne pas de jeunes dans votre structure : choisissez un collègue."
        )
    invitation = _close(acting, youth, State.ACCEPTED, to_organisation=acting.organisation_id)
    if not invitation.agreement.is_live:
        raise Refused(
            "Le jeune a retiré son accord, ou il n’est plus valable : la structure qui invite est à joindre."
        )
    _join(acting, invitation, professional, in_order(aspects))
    _answer(acting, invitation, "accepte d’accompagner un jeune que vous suivez.")


def _join(acting: Acting, invitation: AccompanimentInvitation, professional: int, aspects: list[str]) -> None:
    """The link of an invitation becomes that of who accompanies, unless a referral made it one meanwhile.

    A colleague who has a link of their own keeps it: it goes on for what was accepted, and the other one ends.
    Raises Overtaken when the link has ended.
    """
    links = Accompaniment.objects.active().select_for_update(of=("self",))
    link = links.filter(pk=invitation.link_id).first()
    if link is None:
        raise Overtaken
    if link.role != Accompaniment.Role.CONTACTED:
        return
    theirs = (
        links.filter(youth=link.youth_id, organisation=acting.organisation_id, professional=professional)
        .exclude(pk=link.pk)
        .first()
    )
    link.role, link.aspects, link.started_on = Accompaniment.Role.PARTNER, aspects, clock.today()
    if theirs is None:
        link.professional_id = professional
        link.substitute_id = None if link.substitute_id == professional else link.substitute_id
        link.team_id = team_id_of(professional, acting.organisation_id)
        link.save()
        return
    # The first link opens the record while the second one is written.
    link.save()
    if theirs.role == Accompaniment.Role.CONTACTED:
        theirs.role, theirs.reads_from = Accompaniment.Role.PARTNER, link.reads_from
    theirs.aspects, theirs.reason, theirs.access_until = aspects, Accompaniment.Reason.INVITATION, None
    theirs.save()
    end_solicited([link.pk], Accompaniment.EndReason.HANDED_OVER, role=Accompaniment.Role.PARTNER)


@transaction.atomic
def decline(acting: Acting, youth: Youth, *, declining: str) -> None:
    """Say no, with a code. The access of the organisation ends. Raises Overtaken."""
    invitation = _close(acting, youth, State.DECLINED, declining, to_organisation=acting.organisation_id)
    _answer(acting, invitation, "ne peut pas accompagner un jeune que vous suivez.")
    _end(acting, invitation, Accompaniment.EndReason.DECLINED)


@transaction.atomic
def take_back(acting: Acting, youth: Youth, organisation: int) -> None:
    """Take an invitation back before it is answered; the organisation reads nothing any more. Raises Overtaken."""
    invitation = _close(
        acting,
        youth,
        State.TAKEN_BACK,
        from_organisation=acting.organisation_id,
        to_organisation=organisation,
    )
    who = Organisation.objects.get(pk=acting.organisation_id).outward_name
    notify(
        people_of([invitation.link], organisation),
        organisation_id=organisation,
        kind=INVITED,
        text=f"{who} a repris son invitation à accompagner un jeune : rien ne vous est plus demandé.",
        path=reverse("youths:list"),
        effect_key=f"invitation-back:{invitation.pk}",
    )
    _end(acting, invitation, Accompaniment.EndReason.WITHDRAWN)


def stop(agreement: Agreement) -> None:
    """The youth withdrew an agreement: the invitation that it allowed is closed.

    Told to the partner, it is the partner that says no; told to who asked, or to the portal, it is taken back.
    """
    told_to = Agreement.objects.values_list("withdrawn_for", flat=True).get(pk=agreement.pk)
    by_partner = told_to == agreement.recipient_id
    waiting = AccompanimentInvitation.objects.filter(agreement=agreement.pk, state=State.PENDING)
    stopped = waiting.update(
        state=State.DECLINED if by_partner else State.TAKEN_BACK,
        declining=link_codes.Declining.YOUTH if by_partner else "",
        answered_at=clock.now(),
    )
    if stopped:
        todo.close_tasks(
            SUBJECT, agreement.youth_id, kinds=[INVITATION], organisation_id=agreement.recipient_id
        )


def _close(
    acting: Acting, youth: Youth, state: str, declining: str = "", **side: Any
) -> AccompanimentInvitation:
    """Close the pending invitation of a side, its task with it. Raises Overtaken when there is none any more."""
    invitation = (
        AccompanimentInvitation.objects.filter(
            youth=youth, state=State.PENDING, sent_at__gt=clock.now() - AccompanimentInvitation.LASTS, **side
        )
        .select_for_update(of=("self",))
        .select_related("link", "agreement", "youth")
        .first()
    )
    if invitation is None:
        raise Overtaken
    AccompanimentInvitation.objects.filter(pk=invitation.pk).update(
        state=state, declining=declining, answered_by=acting.user_id, answered_at=clock.now()
    )
    close_tasks_of([invitation])
    return invitation


def close_tasks_of(invitations: Iterable[AccompanimentInvitation]) -> None:
    for invitation in invitations:
        todo.close_tasks(
            SUBJECT, invitation.youth_id, kinds=[INVITATION], organisation_id=invitation.to_organisation_id
        )


def _end(acting: Acting | None, invitation: AccompanimentInvitation, reason: str) -> None:
    """End the link of an invitation, unless a referral under way needs it: it ends with that one then."""
    if (invitation.youth_id, invitation.to_organisation_id) in needed(acting, [invitation.youth_id]):
        leave_to_referral(invitation.link_id)
        return
    end_solicited([invitation.link_id], reason)


def leave_to_referral(link_id: int) -> None:
    """The link of an invitation that is closed is that of the referral which needs it, and ends with it."""
    links = Accompaniment.objects.active().filter(pk=link_id, reason=Accompaniment.Reason.INVITATION)
    links.update(reason=Accompaniment.Reason.REFERRAL)


def end_solicited(links: Iterable[int], reason: str, *, role: str = Accompaniment.Role.CONTACTED) -> None:
    """End links at once, but those that became more than what the invitation opened, or have ended already."""
    Accompaniment.objects.active().filter(pk__in=list(links), role=role).update(
        ended_on=clock.today(), end_reason=reason, access_until=clock.now()
    )


def _answer(acting: Acting, invitation: AccompanimentInvitation, said: str) -> None:
    who = Organisation.objects.get(pk=acting.organisation_id).outward_name
    notify(
        [invitation.sent_by_id],
        organisation_id=invitation.from_organisation_id,
        kind=ANSWERED,
        text=f"{who} {said}",
        path=reverse("youths:detail", args=[invitation.youth.uuid]),
        effect_key=f"invitation-answer:{invitation.pk}",
    )


def expire() -> int:
    """Close what stayed without an answer for thirty days; who asked is told. Returns how many; twice does nothing."""
    count = 0
    while True:
        with system_scope("invitations left without an answer"):
            late = list(
                AccompanimentInvitation.objects.filter(
                    state=State.PENDING, sent_at__lte=clock.now() - AccompanimentInvitation.LASTS
                )
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("youth", "link", "to_organisation")
                .order_by("pk")[:100]
            )
            for invitation in late:
                AccompanimentInvitation.objects.filter(pk=invitation.pk).update(
                    state=State.EXPIRED, answered_at=clock.now()
                )
                notify(
                    [invitation.sent_by_id],
                    organisation_id=invitation.from_organisation_id,
                    kind=ANSWERED,
                    text=f"{invitation.to_organisation.outward_name} n’a pas répondu à votre invitation.",
                    path=reverse("youths:detail", args=[invitation.youth.uuid]),
                    effect_key=f"invitation-answer:{invitation.pk}",
                )
                _end(None, invitation, Accompaniment.EndReason.UNANSWERED)
            close_tasks_of(late)
        if not late:
            return count
        count += len(late)
