"""A centre declares a breach, hands the youth over or says why not, and is asked at 45 days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from core.models import Task
from core.scope import system_scope
from notifications.notices import notify
from partners.people.members import with_substitutes
from referrals import workflow
from referrals.breaches.rules import HANDOVER_DAYS, handover_on
from referrals.models import Breach, Referral
from referrals.programmes.accompagnement_conjoint import PROGRAMME
from referrals.states import State
from youths.models import Youth
from youths.records import Overtaken

SUBJECT = "breach"
HANDOVER = "handover"
STEP = "RUPTURE"
# The scheme of the contract that may have been broken.
CONTRACT = "apprentissage"
# What a person may answer; the sending of the request says the other one by itself.
CHOSEN = tuple(pair for pair in Breach.Closing.choices if pair[0] != Breach.Closing.SENT)


def may_declare(acting: Acting) -> bool:
    """Whether the acting organisation has apprentices: the networks that may ask for a joint accompaniment."""
    return acting.network in PROGRAMME.sends


def current(acting: Acting, youth: Youth) -> Breach | None:
    """The breach of a youth that the acting organisation declared, and that still waits for what comes next."""
    found = Breach.objects.of_ours(acting).waiting().filter(youth=youth)
    return found.select_related("referent").first()


def contract_of(acting: Acting, youth: Youth) -> Referral | None:
    """The contract under way that a Mission Locale sent the youth for, if this person may open it."""
    return (
        Referral.objects.visible_to(acting)
        .filter(youth=youth, programme=CONTRACT, recipient=acting.organisation_id, state=State.STARTED)
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def declare(acting: Acting, youth: Youth, facts: Mapping[str, Any]) -> Breach:
    """Write down that a contract was broken; who sent the youth for it reads a step. Raises Overtaken.

    The one who declares it is asked in 45 days. ``facts``: the fields of ``BreachForm``, cleaned.
    """
    try:
        with transaction.atomic():
            breach = Breach.objects.create(
                youth=youth,
                organisation_id=acting.organisation_id,
                referent_id=acting.user_id,
                declared_by_id=acting.user_id,
                **facts,
            )
    except IntegrityError as error:
        if "referrals_one_open_breach" not in str(error):
            raise
        raise Overtaken from error
    if (contract := contract_of(acting, youth)) is not None:
        workflow.apply(acting, contract.uuid, "step", version=None, inputs={"step": STEP})
    return breach


@transaction.atomic
def close(acting: Acting, youth: Youth, closing: str) -> None:
    """Say what becomes of a breach that is not handed over; its task is done. Raises Overtaken."""
    _close(Breach.objects.of_ours(acting).filter(youth=youth), closing, acting.user_id)


def _close(found: Any, closing: str, user_id: int | None) -> None:
    breach = found.waiting().select_for_update(of=("self",)).first()
    if breach is None:
        raise Overtaken
    found.filter(pk=breach.pk).update(closing=closing, closed_by=user_id, closed_at=clock.now())
    todo.close_tasks(SUBJECT, breach.pk)


def request_under_way(acting: Acting, youth: Youth) -> Referral | None:
    """The draft of the request for a youth, if one waits for its agreement."""
    return (
        Referral.objects.visible_to(acting)
        .filter(youth=youth, programme=PROGRAMME.code, sender=acting.organisation_id, state=State.DRAFT)
        .order_by("-pk")
        .first()
    )


def handed_over(referral: Referral, event: Any) -> None:
    """A request for joint accompaniment left (hook ``transition_applied``): its referent is written down, the breach
    it comes from is closed, and its task is done."""
    if event is None or event.action != "send" or referral.programme != PROGRAMME.code:
        return
    referent = referral.sender_professional
    words = f"{referent.get_full_name()}, {referent.email}"
    referral.details = referral.details | {"referent": words}
    Referral.objects.filter(pk=referral.pk).update(details=referral.details)
    ours = Breach.objects.filter(youth=referral.youth_id, organisation=referral.sender_id)
    if ours.waiting().exists():
        _close(ours, Breach.Closing.SENT, event.actor_id)


def ask_for_handovers(today: date | None = None) -> int:
    """The worker: a task for the centre's referent, 45 days after a breach; returns how many were opened.

    Asked of the database: a missed night loses nothing, and a breach that had its task gets no other one.
    """
    today = today or clock.today()
    asked = Task.objects.filter(kind=HANDOVER, subject_kind=SUBJECT, subject_id=OuterRef("pk"))
    opened = 0
    with system_scope("breaches that nobody handed over"):
        due = (
            Breach.objects.waiting()
            .filter(~Exists(asked), broke_on__lte=today - timedelta(days=HANDOVER_DAYS))
            .select_related("youth")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")
        )
        for breach in due:
            _ask(breach)
            opened += 1
    return opened


def _ask(breach: Breach) -> None:
    due_on = handover_on(breach.broke_on)
    todo.open_task(
        HANDOVER,
        subject_kind=SUBJECT,
        subject_id=breach.pk,
        organisation_id=breach.organisation_id,
        counterpart_id=None,
        user_id=breach.referent_id,
        due_on=due_on,
        awaited_on=due_on,
    )
    notify(
        with_substitutes(breach.organisation_id, [breach.referent_id]),
        organisation_id=breach.organisation_id,
        kind="referral.handover",
        text=(
            f"{HANDOVER_DAYS} jours après une rupture : recueillez l’accord du jeune et sollicitez sa mission locale, "
            "ou dites pourquoi ce n’est pas utile."
        ),
        path=reverse("referrals:breach", args=[breach.youth.uuid]),
        effect_key=f"handover:{breach.pk}",
    )
