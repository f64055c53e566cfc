"""What follows a move, in its transaction: access, tasks, notices, and the way back to the Mission Locale."""

from collections.abc import Iterable
from datetime import date, timedelta

from core import clock, todo
from notifications.notices import notify
from partners.people.members import manager_ids, with_substitutes
from referrals import asking, links
from referrals.clocks import Kind, read_rungs
from referrals.delays import moments_of, side_id
from referrals.models import CLOSED_BY_OUTCOME, Referral
from referrals.moves import Move, left_without_solution
from referrals.states import TAKEN, TERMINAL, State, other_side
from youths.models import Accompaniment

CLOSED = TERMINAL
# The task of a side when its clock runs; the sender of a referral that did not start is asked to look again.
REBOUND = "rebound"
AGREEMENT = "agreement"
# Asked of both sides beside the running clock, while the course goes on (referrals.preparing.exits).
PREPARE_EXIT = "prepare_exit"
FOLLOW_UP = "follow_up"
# The side that waits is told, once the promise has been escalated, that nothing comes: it may write, or look elsewhere.
SILENT = "silent"
AWAITED_FROM_OTHERS = (Kind.ANSWER, Kind.COMPLEMENT, Kind.REVIEW, Kind.START, Kind.OUTCOME)
# What is due at a date that is known long ahead is awaited from some days before it.
AT_A_DATE = (Kind.START, Kind.OUTCOME, Kind.RESUME, FOLLOW_UP)
NOTICE = timedelta(days=7)
REBOUND_STATES = (State.DECLINED, State.NO_RESPONSE)

# What the other side is told. No name of a youth: the page says it, behind its door.
NOTICES = {
    "send": "{actor} vous adresse une orientation ({programme}).",
    "ask_info": "{actor} demande un complément sur une orientation ({programme}).",
    "answer_info": "{actor} a répondu à votre question ({programme}).",
    "waitlist": "{actor} a placé une orientation en liste d’attente ({programme}).",
    "accept": "{actor} a accepté une orientation ({programme}).",
    "decline": "{actor} n’a pas retenu une orientation ({programme}). À rebondir avec le jeune.",
    "plan": "{actor} a fixé l’entrée prévue ({programme}).",
    "suspend": "{actor} a noté la suspension d’un parcours ({programme}).",
    "resume": "{actor} a confirmé la reprise d’un parcours ({programme}).",
    "start": "{actor} confirme un démarrage ({programme}).",
    "step": "{actor} a noté une étape ({programme}).",
    "complete": "{actor} a déclaré la fin d’un parcours ({programme}).",
    "drop_out": "{actor} signale une interruption ({programme}).",
    "withdraw": "{actor} a retiré une orientation ({programme}).",
    "ask_cancel": "{actor} demande l’annulation d’une orientation acceptée ({programme}).",
    "confirm_cancel": "{actor} a confirmé l’annulation d’une orientation ({programme}).",
    "refuse_cancel": "{actor} n’a pas confirmé l’annulation d’une orientation ({programme}).",
    "take_back_cancel": "{actor} renonce à annuler une orientation ({programme}).",
    "answer_late": "{actor} reprend une orientation restée sans réponse ({programme}).",
    "reopen": "{actor} a rouvert une orientation ({programme}).",
    "mark_error": "{actor} signale une erreur de saisie ({programme}).",
    "confirm_error": "{actor} signale une erreur de saisie ({programme}).",
}
# What both sides must know: the colleagues of who acts are told as well.
TOLD_TO_BOTH = ("plan", "suspend", "resume")
WITHDRAWN = "Un jeune a retiré son accord : une orientation est close ({programme})."
CANCELLED = "Une annulation demandée est confirmée, faute de réponse à temps ({programme})."
SILENCE = "Une orientation est restée sans réponse ({programme})."
# What both sides are told of what nobody on either side does: words and kind of the notice.
UNASKED = {
    "end_sharing": (WITHDRAWN, "referral.agreement"),
    "confirm_cancel": (CANCELLED, "referral.cancelled"),
    "expire": (SILENCE, "referral.silence"),
}


def after(referral: Referral, move: Move, before: str) -> None:
    """Carry out what a move entails."""
    _adjust_links(referral, move, before)
    refresh_tasks(referral)
    _tell(referral, move)
    if referral.sharing_stopped_at:
        return  # no way back under an agreement that was withdrawn: the sender reads the outcome
    if (code := move.get("outcome")) and referral.rules.must_return(move.row.action, code) and move.acting:
        left_without_solution(move.acting, referral)


def _adjust_links(referral: Referral, move: Move, before: str) -> None:
    action = move.row.action
    if action in ("send", "answer_late"):
        links.open_link(referral, "recipient", Accompaniment.Role.CONTACTED)
        links.open_link(referral, "sender", Accompaniment.Role.PARTNER)
    elif action in ("accept", "reopen"):
        links.open_link(referral, "recipient", role_of_recipient(referral))
        links.open_link(referral, "sender", Accompaniment.Role.PARTNER)
    elif action == "end_sharing" or referral.sharing_stopped_at:
        return  # the withdrawal of the agreement ends the access itself (referrals.agreements)
    elif referral.state in CLOSED and referral.state != before:
        links.end_links(referral, closing(action), at_once=is_taken_back(action, move.side))
        if move.acting and referral.state in CLOSED_BY_OUTCOME:
            links.keep_for_follow_ups(referral)
            referral.refresh_from_db(fields=["sender_access_until", "recipient_access_until"])
        return
    else:
        return
    referral.save(update_fields=["sender_access_until", "recipient_access_until"])


def closing(action: str) -> str:
    """The reason (``EndReason``) for which an action ends the links: a confirmation ends them as what it confirms."""
    return {"confirm_cancel": "withdraw", "confirm_error": "mark_error"}.get(action, action)


def is_taken_back(action: str, side: str) -> bool:
    """The sender takes the referral back by itself: the recipient has nothing to finish."""
    return action in ("withdraw", "mark_error", "confirm_error") and side != "recipient"


def role_of_recipient(referral: Referral) -> str:
    """Who accepted accompanies; a referral reopened before its answer merely solicits again."""
    took = referral.state in TAKEN
    return Accompaniment.Role.PARTNER if took else Accompaniment.Role.CONTACTED


def task_kind(referral: Referral) -> str:
    """The task that the running clock stands for."""
    if referral.clock_kind == Kind.ACKNOWLEDGE and referral.state in REBOUND_STATES:
        return REBOUND
    return referral.clock_kind


def awaited_from(kind: str, due_on: date, opened_on: date) -> date:
    """The day from which a task is expected."""
    return due_on - NOTICE if kind in AT_A_DATE else opened_on


def refresh_tasks(referral: Referral) -> None:
    """Close the tasks of a referral and open those that its clock, its follow-ups and its requests ask for."""
    beside = [PREPARE_EXIT] if referral.state == State.STARTED else []
    todo.close_tasks("referral", referral.pk, spared=beside)
    asking.open_tasks(referral)
    for kind, side, due_on in tasks_of(referral):
        open_task(referral, kind, side, due_on, awaited_from(kind, due_on, clock.today()))


def open_task(referral: Referral, kind: str, side: str, due_on: date, awaited_on: date) -> None:
    """Open a task about a referral on one of its sides, for who follows it there."""
    todo.open_task(
        kind,
        subject_kind="referral",
        subject_id=referral.pk,
        organisation_id=side_id(referral, side),
        counterpart_id=side_id(referral, other_side(side)),
        user_id=getattr(referral, f"{side}_professional_id"),
        due_on=due_on,
        awaited_on=awaited_on,
    )


def tasks_of(referral: Referral) -> list[tuple[str, str, date]]:
    """What a referral asks for: the kind of each task, the side, the day."""
    asked = clock_asked(referral)
    if moments_of(referral):
        asked += follow_ups_asked(referral, referral.outcomes.values_list("moment", flat=True))
    return asked


def clock_asked(referral: Referral) -> list[tuple[str, str, date]]:
    """What the running clock asks for, if one runs; and of the side that waits, once nothing came."""
    if not referral.clock_kind or referral.due_on is None:
        return []
    asked = [(task_kind(referral), referral.clock_side, referral.due_on)]
    escalated = referral.escalate_on is not None and referral.escalate_on <= clock.today()
    if escalated and referral.clock_kind in AWAITED_FROM_OTHERS and not referral.sharing_stopped_at:
        asked.append((SILENT, other_side(referral.clock_side), referral.due_on))
    return asked


def follow_ups_asked(referral: Referral, recorded: Iterable[str]) -> list[tuple[str, str, date]]:
    """The follow-ups that still await somebody: nobody said, and the time to say is not over."""
    known = set(recorded)
    over = {rung.level: rung.on for rung in read_rungs(referral.rungs)}
    return [
        (FOLLOW_UP, rung.side, rung.on)
        for rung in moments_of(referral)
        if rung.level not in known and over[f"{rung.level}_over"] > clock.today()
    ]


def people_on(referral: Referral, side: str) -> list[int]:
    """Who is told on a side: its professional and substitute, and those who replace the absent among them; else
    (a gap) its managers."""
    people = [getattr(referral, f"{side}_professional_id")]
    if side == "recipient":
        people.append(referral.recipient_substitute_id)
    found = [person for person in people if person]
    organisation_id = side_id(referral, side)
    return with_substitutes(organisation_id, found) if found else manager_ids(organisation_id)


def _tell(referral: Referral, move: Move) -> None:
    programme = referral.rules.short_label
    key = f"referral:{referral.pk}:{referral.version}"
    if move.acting is None:
        words, kind = UNASKED[move.row.action]
        for side in ("sender", "recipient"):
            notify(
                people_on(referral, side),
                organisation_id=side_id(referral, side),
                kind=kind,
                text=words.format(programme=programme),
                path=referral.get_absolute_url(),
                effect_key=key,
            )
        return
    asking.tell(referral, move)
    text = referral.rules.told.get(move.row.action, NOTICES.get(move.row.action))
    if not text:
        return
    here = referral.side_of(move.acting.organisation_id)
    there = other_side(here)
    actor = getattr(referral, here).outward_name
    for side in (there, here) if move.row.action in TOLD_TO_BOTH else (there,):
        notify(
            [person for person in people_on(referral, side) if person != move.acting.user_id],
            organisation_id=side_id(referral, side),
            kind=f"referral.{move.row.action}",
            text=text.format(actor=actor, programme=programme),
            path=referral.get_absolute_url(),
            effect_key=key,
        )
