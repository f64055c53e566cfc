"""The one function that moves a referral: a row of the table, under a row lock, with its event.

Everything that follows a move (links, tasks, notices, return) is in ``effects``, in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from core.hooks import transition_applied
from referrals import agreements, asking, becoming, effects, links, transitions
from referrals.allowed import find, find_for, silent_side
from referrals.clocks import BESIDE, Clock, FollowUp, Kind, Level, clock_after, read_rungs
from referrals.courses import filled_in
from referrals.delays import calendars_of, clocks_of, follow_ups_of, moments_of
from referrals.models import REASONED, Message, Outcome, Referral, ReferralEvent
from referrals.moves import Move
from referrals.offers import places
from referrals.programmes.base import AGREEMENT_WITHDRAWN
from referrals.starting import why_not_proved, why_not_started
from referrals.states import ANSWERED, YOUTH, State, side_in
from referrals.thread.writing import SAME_GESTURE, write_message
from referrals.transitions import (
    AFTER_24_HOURS,
    ERROR_HOURS,
    NOT_SUSPENDED,
    REOPEN_DAYS,
    SILENT_SIDE,
    SUSPENDED,
    WITH_PROOF,
    WITHIN_24_HOURS,
    WITHIN_30_DAYS,
    NotAllowed,
    Transition,
)

# What an event keeps of the inputs: codes and dates, never text.
EVENT_INPUTS = (
    "outcome",
    "step",
    "planned_on",
    "planned_end_on",
    "review_on",
    "started_on",
    "ended_on",
    "next_on",
    "suspended_until",
)

# The reason of a silence names the side that stayed silent: the one from which a late answer may come.
_SILENCES = {"sender": "SILENCE_EXPEDITEUR", "recipient": "SILENCE_DESTINATAIRE"}


class Stale(Exception):
    """Somebody else moved the referral since the page was shown. Carries the referral as it is now."""

    def __init__(self, referral: Referral) -> None:
        super().__init__("Cette orientation a changé pendant que vous la lisiez.")
        self.referral = referral


def apply(
    acting: Acting, uuid: UUID, action: str, *, version: int | None, inputs: Mapping[str, Any] | None = None
) -> Referral:
    """Move a referral for an acting person.

    ``inputs`` are cleaned values (see ``Transition.needs``). ``version`` is the one of the page that was shown;
    None only where no page was shown (a first opening). Raises Referral.DoesNotExist when the person may not
    see it, Stale when somebody moved it first, NotAllowed (French sentence) when the table or a guard refuses.
    """
    with transaction.atomic():
        referral = _lock(acting, uuid)
        if version is not None and referral.version != version:
            raise Stale(referral)
        sides = side_in(acting.organisation_id, acting.role, referral.sender_id, referral.recipient_id)
        row, side = find_for(action, referral.state, sides)
        if why := refusal(referral, row, side, acting):
            raise NotAllowed(why)
        if referral.sharing_stopped_at and (inputs or {}).get("note"):
            raise NotAllowed(agreements.STOPPED)
        row, inputs = places.settled(referral, row, side, inputs or {})
        today = clock.today()
        given = {**filled_in(referral, row, inputs, today), **asking.carried(referral, row, acting)}
        return _move(referral, Move(row, side, acting, today, given))


def action_of_clock(referral: Referral) -> str:
    """What the clock does to a referral whose time is over."""
    return "confirm_cancel" if referral.clock_kind == Kind.CANCEL else "expire"


def apply_clock(referral: Referral, action: str) -> Referral:
    """Move a referral, locked by the caller in a system scope, because time has passed."""
    if action == "confirm_cancel":
        row = find(action, referral.state, "clock")
        inputs: Mapping[str, Any] = asking.carried(referral, row, None)
    else:
        inputs = {"reason": _SILENCES[silent_side(referral.state)]}
    return _move(referral, Move(find(action, referral.state, "clock"), "clock", None, clock.today(), inputs))


def end_sharing(referral: Referral) -> Referral:
    """Close a referral, locked by the caller, that has not begun and whose agreement the youth withdrew."""
    row = find("end_sharing", referral.state, YOUTH)
    return _move(referral, Move(row, YOUTH, None, clock.today(), {"reason": AGREEMENT_WITHDRAWN}))


def open_first(acting: Acting, uuid: UUID) -> None:
    """The first opening by the recipient: ``received``. Harmless when somebody opened it meanwhile."""
    with transaction.atomic():
        referral = _lock(acting, uuid)
        if referral.state == State.SENT and referral.recipient_id == acting.organisation_id:
            row = find("receive", referral.state, "recipient")
            _move(referral, Move(row, "recipient", acting, clock.today()))


def await_outcome(referral: Referral) -> None:
    """A suspended course whose sharing was just stopped: nobody resumes it, its outcome is what is awaited."""
    if referral.clock_kind != Kind.RESUME:
        return
    running = clock_after(
        "resume",
        referral.state,
        clocks_of(referral),
        clock.today(),
        calendars_of(referral),
        started_on=referral.started_on,
        planned_end_on=referral.planned_end_on,
    )
    set_clock(referral, running)
    referral.save(
        update_fields=["clock_kind", "clock_side", "due_on", "escalate_on", "expires_on", "rungs", "wake_on"]
    )
    effects.refresh_tasks(referral)


def _lock(acting: Acting, uuid: UUID) -> Referral:
    return Referral.objects.visible_to(acting).select_for_update(of=("self",)).get(uuid=uuid)


# What a cancellation that waits for its answer leaves possible, besides its answers.
_WHILE_CANCELLING = frozenset({"mark_error", "ask_error", "confirm_error", "drop_error"})


def refusal(referral: Referral, row: Transition, side: str, acting: Acting) -> str:
    """Why a guard refuses this row to somebody on this side, in a French sentence; empty when it does not."""
    since = clock.now() - referral.state_since
    if row.guard == SILENT_SIDE and referral.reason != _SILENCES[side]:
        return "La réponse était attendue de l’autre structure."
    if row.guard == WITHIN_30_DAYS and since > timedelta(days=REOPEN_DAYS):
        return f"Une orientation close depuis plus de {REOPEN_DAYS} jours ne se rouvre plus."
    if row.guard == WITHIN_24_HOURS and clock.now() - _sent_at(referral) > timedelta(hours=ERROR_HOURS):
        return "Passé 24 heures, une erreur de saisie se confirme à deux."
    if row.guard == AFTER_24_HOURS and clock.now() - _sent_at(referral) <= timedelta(hours=ERROR_HOURS):
        return "Dans les 24 heures, l’erreur se signale sans autre confirmation."
    if (
        referral.clock_kind == Kind.CANCEL
        and row.settles != transitions.CANCEL
        and row.action not in _WHILE_CANCELLING
    ):
        return "Une annulation est demandée : elle doit d’abord être confirmée ou refusée."
    if why := asking.refusal(referral, row, acting):
        return why
    if row.guard == SUSPENDED and referral.suspended_on is None:
        return "Ce parcours n’est pas suspendu."
    if row.guard == NOT_SUSPENDED and referral.suspended_on is not None:
        return "Ce parcours est déjà suspendu."
    if row.action == "acknowledge" and referral.acknowledged_at:
        return "Vous avez déjà pris connaissance de cette issue."
    if referral.sharing_stopped_at and row.action not in agreements.ONCE_STOPPED:
        return agreements.STOPPED
    if row.action != "acknowledge" and links.only_owes(referral, referral.side_of(acting.organisation_id)):
        return links.ONLY_OWES
    if row.action == "start":
        return why_not_proved(referral) if row.guard == WITH_PROOF else why_not_started(referral)
    if row.action == "send":
        return agreements.why_not_sent(referral)
    if (
        row.action in ("ask_reopen", "reopen", "answer_late")
        and referral.agreement
        and referral.agreement.withdrawn_at
    ):
        return "Le jeune a retiré son accord : recueillez-en un nouveau et écrivez une nouvelle orientation."
    return ""


def _sent_at(referral: Referral) -> datetime:
    assert referral.sent_at is not None  # every state but the draft's (constraint referrals_sent_at)
    return referral.sent_at


def _move(referral: Referral, move: Move) -> Referral:
    before = referral.state
    running = running_clock(referral)
    referral.state = move.row.target_from(before)
    referral.last_action = move.row.action
    referral.version += 1
    if referral.state != before:
        referral.state_since = clock.now()
    set_fields(referral, move)
    _set_clock(referral, move, before, running)
    _save(referral)
    event = _write_event(referral, move, before)
    asking.after(referral, move, before)
    _write_texts(referral, move)
    effects.after(referral, move, before)
    places.given_back(referral, before)
    transition_applied(referral, event)
    if referral.sharing_stopped_at and referral.state in effects.CLOSED:
        agreements.close_stopped(referral)
    return referral


# What it comes from may be out of reach by now for the side that acts.
_OUT_OF_REACH = (
    "uuid",
    "submission",
    "youth",
    "sender",
    "recipient",
    "convention",
    "agreement",
    "offer",
    "redirected_from",
    "returned_from",
)


def _save(referral: Referral) -> None:
    """Save a referral that moved. Raises ValidationError; the constraints, which cost one query each to ask before,
    are named after the database has refused."""
    referral.clean_fields(exclude=_OUT_OF_REACH)
    referral.clean()
    try:
        with transaction.atomic():
            referral.save()
    except IntegrityError:
        referral.validate_constraints(exclude=set(_OUT_OF_REACH))
        raise


def set_fields(referral: Referral, move: Move) -> None:
    """The fields that belong to the state that is entered."""
    now, state, action = clock.now(), referral.state, move.row.action
    if state in REASONED:
        referral.reason = move.get("reason") or referral.reason
        referral.reason_detail = move.get("reason_detail") or referral.reason_detail
    else:
        referral.reason = referral.reason_detail = ""
    for name in ("planned_on", "planned_end_on", "started_on", "ended_on"):
        if move.get(name):
            setattr(referral, name, move.get(name))
    if action == "suspend":
        referral.suspended_on, referral.suspended_until = move.day, move.get("suspended_until")
    elif action == "resume" or state != State.STARTED:
        referral.suspended_on = referral.suspended_until = None
    if action == "send":
        referral.sent_at = now
    elif action == "receive":
        referral.received_at = now
    elif action == "acknowledge":
        referral.acknowledged_at = now
    elif action == "reopen":
        referral.closed_at = referral.acknowledged_at = referral.ended_on = None
    if state in ANSWERED and referral.answered_at is None:
        referral.answered_at = now
    if state in effects.CLOSED:
        referral.closed_at = referral.closed_at or now
    else:
        referral.closed_at = None
    if state == State.RECEIVED and referral.received_at is None:
        referral.received_at = now


def running_clock(referral: Referral) -> Clock | None:
    """The clock stored on a referral; None when nothing is awaited."""
    if not referral.clock_kind or referral.due_on is None or referral.escalate_on is None:
        return None
    return Clock(
        Kind(referral.clock_kind),
        referral.clock_side,
        referral.due_on,
        referral.escalate_on,
        referral.expires_on,
        tuple((Level(rung.level), rung.on) for rung in read_rungs(referral.rungs) if rung.level in BESIDE),
    )


def _set_clock(referral: Referral, move: Move, before: str, running: Clock | None) -> None:
    """The clock that runs from now on; its dates are stored so that the worker only compares dates."""
    calendars, clocks = calendars_of(referral), clocks_of(referral)
    next_clock = clock_after(
        move.row.action,
        before,
        clocks,
        move.day,
        calendars,
        current=running,
        review_on=move.get("review_on"),
        planned_on=move.get("planned_on") or referral.planned_on,
        started_on=referral.started_on,
        planned_end_on=referral.planned_end_on,
        next_on=move.get("next_on"),
        suspended_until=move.get("suspended_until"),
    )
    set_clock(referral, next_clock, follow_ups_of(referral, clocks, calendars))


def set_clock(referral: Referral, running: Clock | None, following: Sequence[FollowUp] = ()) -> None:
    """Store a clock (or none) on a referral, and the follow-ups that run beside it, without saving."""
    referral.clock_kind = running.kind if running else ""
    referral.clock_side = running.side if running else ""
    referral.due_on = running.due_on if running else None
    referral.escalate_on = running.escalate_on if running else None
    referral.expires_on = running.expires_on if running else None
    rungs = [*(running.rungs() if running else ()), *(rung for one in following for rung in one.rungs())]
    referral.rungs = [rung.stored() for rung in sorted(rungs)]
    referral.wake_on = min((rung.on for rung in rungs), default=None)


def _write_event(referral: Referral, move: Move, before: str) -> ReferralEvent:
    details = {}
    for name in EVENT_INPUTS:
        if value := move.get(name):
            details[name] = value.isoformat() if isinstance(value, date) else value
    return ReferralEvent.objects.create(
        referral=referral,
        number=referral.version,
        action=move.row.action,
        from_state=before,
        to_state=referral.state,
        side=move.side,
        actor_id=move.acting.user_id if move.acting else None,
        organisation_id=move.acting.organisation_id if move.acting else None,
        reason=asking.reason_of_event(move),
        details=details,
        at=clock.now(),
        late=move.row.action == "answer_late",
    )


def _write_texts(referral: Referral, move: Move) -> None:
    kinds = {"question": Message.Kind.QUESTION, "answer": Message.Kind.ANSWER, "note": Message.Kind.NOTE}
    for name, kind in kinds.items():
        if (text := move.get(name)) and move.acting:
            write_message(move.acting, referral, text, kind)
    if (code := move.get("outcome")) and move.acting and referral.ended_on:
        record_outcome(move.acting, referral, code, referral.ended_on, Outcome.Moment.EXIT)


def is_repeated(acting: Acting, referral: Referral, action: str, version: str) -> bool:
    """Whether this person has just done the same thing from the same page: one gesture that was sent twice."""
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        return False
    return ReferralEvent.objects.filter(
        referral=referral,
        number=int(version) + 1,
        action=action,
        actor=acting.user_id,
        at__gt=clock.now() - SAME_GESTURE,
    ).exists()


def record_outcome(acting: Acting, referral: Referral, code: str, on: date, moment: str) -> Outcome:
    """Record what became of the youth at a moment; a correction replaces it, and is dated."""
    outcome, _ = Outcome.objects.update_or_create(
        referral=referral,
        moment=moment,
        defaults={
            "code": code,
            "on": on,
            "recorded_by_id": acting.user_id,
            "organisation_id": acting.organisation_id,
            "at": clock.now(),
        },
    )
    return outcome


def follow_up(acting: Acting, uuid: UUID, *, version: int, code: str, on: date, moment: str = "") -> Referral:
    """Record what became of the youth some months after the end, late or not: at ``moment``, else at the first asked.

    Raises as ``apply``; NotAllowed when no follow-up is awaited from this side.
    """
    with transaction.atomic():
        referral = _lock(acting, uuid)
        if referral.version != version:
            raise Stale(referral)
        recorded = set(referral.outcomes.values_list("moment", flat=True))
        asked = asked_of(referral, referral.side_of(acting.organisation_id), recorded)
        if not asked or (moment and moment not in asked):
            raise NotAllowed("Aucun devenir n’est attendu de votre structure.")
        said, keepers = moment or asked[0], referral.youth.keepers
        record_outcome(acting, referral, code, on, said)
        effects.refresh_tasks(referral)
        transition_applied(referral, None)
        links.keep_for_follow_ups(referral)  # the last answer may be the last thing that this side reads
        becoming.tell(referral, referral.side_of(acting.organisation_id), said, acting.user_id, keepers)
        return referral


def asked_of(referral: Referral, side: str, recorded: Collection[str]) -> list[str]:
    """The moments of which a side may say, from today on, what became of the youth; late as long as one likes."""
    soon = clock.today() + effects.NOTICE
    return [
        rung.level
        for rung in moments_of(referral)
        if rung.side == side and rung.on <= soon and rung.level not in recorded
    ]
