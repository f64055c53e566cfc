"""Referrals put in any state by the owner, and inputs that satisfy any action: the ground of the proofs."""

import uuid
from datetime import timedelta
from typing import Any

from core import clock
from referrals.models import CLOSED_BY_OUTCOME, REASONED, MoveRequest, Referral, ReferralEvent
from referrals.states import State
from tests.conftest import as_owner
from tests.world import World
from youths.models import Accompaniment, Agreement, Youth

# Who stands on each side in the world of the tests; the clock is nobody.
PERSON_OF = {
    "sender": "alice",
    "recipient": "rita",
    "sender_manager": "mona",
    "recipient_manager": "rosa",
}


def _reason(state: str, silent: str) -> str:
    if state == State.NO_RESPONSE:
        return "SILENCE_DESTINATAIRE" if silent == "recipient" else "SILENCE_EXPEDITEUR"
    return "AUTRE" if state in REASONED else ""


def put(
    world: World,
    state: str,
    *,
    youth: Youth | None = None,
    sender: str = "alice",
    sender_org: str = "ML_A",
    recipient: str | None = "rita",
    recipient_org: str = "RSMV",
    silent: str = "recipient",
    asked: tuple[str, ...] = (),
    **fields: Any,
) -> Referral:
    """A referral in a state, written by the owner as the history of the demo is; no task, no notice.

    ``silent`` is the side whose silence led to ``no_response``. ``asked``: the kinds of requests that wait there, asked
    by Bob and by Rémi as managers; their last day is over, as the clock wants it.
    """
    youth = youth or world.youth("yann")
    now, today = clock.now(), clock.today()
    values: dict[str, Any] = {
        "youth": youth,
        "programme": "smv",
        "sender": world.org(sender_org),
        "recipient": world.org(recipient_org),
        "sender_professional": world.user(sender),
        "sender_team_id": world.acting(sender).team_id,
        "recipient_professional": world.user(recipient) if recipient else None,
        "recipient_substitute": world.user("sam") if recipient == "rita" else None,
        "state": state,
        "version": 1 if state == State.DRAFT else 2,
        "last_action": "create" if state == State.DRAFT else "test",
        "reason": _reason(state, silent),
        "submission": uuid.uuid4(),
        "state_since": now,
    }
    if state != State.DRAFT:
        values["sent_at"] = now
    if state in (State.STARTED, *CLOSED_BY_OUTCOME):
        values["started_on"] = today - timedelta(days=40)
    if "cancel" in asked:
        values |= {"clock_kind": "cancel", "clock_side": "recipient"}
    if fields.pop("suspended", False):
        values |= {"suspended_on": today - timedelta(days=10), "suspended_until": today + timedelta(days=20)}
    if state in CLOSED_BY_OUTCOME:
        values["ended_on"] = today - timedelta(days=1)
    with as_owner():
        values["agreement"] = Agreement.objects.create(
            youth=youth,
            recorded_by=world.user(sender),
            recorded_for=world.org(sender_org),
            recipient=world.org(recipient_org),
            purpose="smv",
            channel="face_to_face",
            informed="read_aloud",
            covers_return=True,
            text_version="smv-1",
        )
        referral = Referral.objects.create(**(values | fields))
        if state == State.NO_RESPONSE:
            ReferralEvent.objects.create(
                referral=referral,
                number=2,
                action="expire",
                from_state=State.SENT if silent == "recipient" else State.INFO_REQUESTED,
                to_state=state,
                side="clock",
            )
        for rank, kind in enumerate(asked, start=1):
            askers = {sender_org: "bob"} | ({} if kind == "cancel" else {recipient_org: "remi"})
            for number, (organisation, asker) in enumerate(askers.items(), start=rank * 10):
                MoveRequest.objects.create(
                    referral=referral,
                    number=number,
                    kind=kind,
                    organisation=world.org(organisation),
                    asked_by=world.user(asker),
                    by_manager=True,
                    reason="AUTRE",
                    answer_by=today - timedelta(days=1),
                )
        if state != State.DRAFT:
            for organisation, professional in ((sender_org, sender), (recipient_org, recipient)):
                Accompaniment.objects.get_or_create(
                    youth=youth,
                    organisation=world.org(organisation),
                    professional=world.user(professional) if professional else None,
                    defaults={"role": Accompaniment.Role.CONTACTED},
                )
    return referral


def inputs_for(action: str) -> dict[str, Any]:
    """Cleaned inputs that any row of an action accepts."""
    today = clock.today()
    return {
        "decline": {"reason": "NON_PRECISE"},
        "withdraw": {"reason": "JEUNE_RENONCE"},
        "drop_out": {"reason": "ABANDON", "outcome": "EMPLOI_DURABLE", "ended_on": today},
        "complete": {"outcome": "EMPLOI_DURABLE", "ended_on": today},
        "ask_cancel": {"reason": "JEUNE_RENONCE"},
        "refuse_cancel": {"note": "Sa place est prête."},
        "ask_reopen": {"reason": "ELEMENT_NOUVEAU"},
        "mark_error": {"reason": "ESSAI"},
        "ask_error": {"reason": "ESSAI"},
        "ask_info": {"question": "A-t-il son attestation ?"},
        "answer_info": {"answer": "Oui, depuis mars."},
        "answer_late": {"answer": "La voici."},
        "waitlist": {"review_on": today + timedelta(days=20)},
        "start": {"started_on": today},
        "step": {"step": "TESTS"},
        "plan": {"planned_on": today + timedelta(days=12)},
        "suspend": {"reason": "INDISPONIBLE", "suspended_until": today + timedelta(days=30)},
    }.get(action, {})
