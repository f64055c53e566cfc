"""A referral: who holds it, what happened, what I can do."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, reads, writes
from referrals import blank, chains, creation, presenting, recopying, workflow
from referrals.allowed import available, find_for
from referrals.breaches.declaring import CONTRACT, may_declare
from referrals.clocks import Kind
from referrals.doors import referral_or_404
from referrals.effects import REBOUND_STATES
from referrals.forms import ActionForm, AgreementForm, FollowUpForm, LiveAgreementForm
from referrals.missions.reading import missions_of
from referrals.models import BEFORE_ANSWER, OPEN_STATES, Referral
from referrals.offers import places
from referrals.offers.reading import chosen_offer
from referrals.placements import closing
from referrals.placements import presenting as placements
from referrals.preparing import noting
from referrals.programmes.base import MESSAGE
from referrals.starting import needs_registration, proved, why_not_started
from referrals.states import TAKEN, TERMINAL, State, side_in
from referrals.thread import reading, usual, wording
from referrals.thread.forms import MessageForm, NoteForm
from referrals.transitions import ACTIONS, NotAllowed, Transition
from youths.agreements.forms import agreement_values, minor_values
from youths.agreements.purposes import purposes
from youths.journal_forms import READ_AGAIN
from youths.merging.presenting import may_adopt

# Written by the page itself or by the clock: never a button.
_NO_BUTTON = ("receive", "expire", "send")
# What closes a referral whose youth cannot be reached, from each state.
_GIVING_UP = {State.RECEIVED: "decline", State.ACCEPTED: "withdraw", State.STARTED: "complete"}
# The main answer of each state, shown open; the others wait behind their name.
_FIRST = {
    State.RECEIVED: "accept",
    State.INFO_REQUESTED: "answer_info",
    State.WAITLISTED: "accept",
    State.ACCEPTED: "start",
    State.STARTED: "complete",
    State.DECLINED: "acknowledge",
    State.NO_RESPONSE: "acknowledge",
    State.COMPLETED: "acknowledge",
    State.DROPPED_OUT: "acknowledge",
}
# The other common answer, open as well: an answer takes no more than three gestures from "À faire".
_OPEN = {State.RECEIVED: "decline", State.WAITLISTED: "decline"}
# The same while something else than the state is awaited.
_FIRST_ON_HOLD = {Kind.CANCEL.value: "confirm_cancel", Kind.RESUME.value: "resume"}


@reads
@may("open_referral")
def detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The page of a referral."""
    referral = referral_or_404(request, uuid)
    thread = reading.latest(referral, request.acting)
    if thread.unread:
        request.marks.effect(lambda: reading.mark_read(request.acting, referral, thread))
    return page(request, referral, thread=thread)


@writes
@may("answer_referral")
def act(request: PortalRequest, uuid: UUID, action: str) -> HttpResponse:
    """Carry out an action: one wins, the other is told."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if request.method != "POST":
        return redirect(referral)
    row = next((row for row in _rows(referral, acting) if row.action == action), None)
    if row is None and action == "start" and why_not_started(referral):
        return page(request, referral, status=409)  # which says why
    if row is None:
        if action not in ACTIONS:
            raise Http404
        return _late(request, referral, action)
    if usual.INSERT in request.POST:
        return page(request, referral, forms={action: _with_usual(request, referral, row)}, opened=action)
    form = ActionForm(referral, row, request.POST)
    if not form.is_valid():
        return page(request, referral, forms={action: form}, opened=action)
    if words := form.sensitive():
        return page(request, referral, forms={action: form}, opened=action, action_words=words)
    inputs = dict(form.cleaned_data)
    try:
        moved = workflow.apply(acting, uuid, action, version=inputs.pop("version"), inputs=inputs)
    except workflow.Stale:
        return _late(request, referral, action, form)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return page(request, referral, forms={action: form}, opened=action)
    if places.was_full(action, moved):
        messages.warning(request, places.WAITING)
    else:
        messages.success(request, f"C’est enregistré. {presenting.next_words(moved, acting)}")
    if moved.sharing_stopped_at and moved.recipient_id == acting.organisation_id:
        return redirect("referrals:list")  # the outcome was the last thing that this side had to read
    return redirect(referral)


def _with_usual(request: PortalRequest, referral: Referral, row: Transition) -> ActionForm:
    """The form of an action as it was typed, with the usual answer that was chosen in its box: not judged yet."""
    form = ActionForm(referral, row)
    form.initial.update({name: request.POST.get(form.add_prefix(name), "") for name in form.fields})
    if (box := usual.BOXES.get(row.action)) in form.fields:
        form.initial[box] = usual.inserted(referral, row.action, request.POST)
        form.fields[box].widget.attrs["autofocus"] = True
    return form


@writes
@may("send_draft")
def send_draft(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Send a draft, with the youth's agreement."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if referral.sender_id != acting.organisation_id:
        raise Http404
    if request.method != "POST":
        return redirect(referral)
    if referral.state != State.DRAFT:
        return _sent_before(request, referral)
    live = creation.live_agreement_for(referral) if "given" in request.POST else None
    if live is not None:
        given = LiveAgreementForm(referral.youth, live, request.POST)
        if not given.is_valid():
            return page(request, referral, given=given)
        record: Callable[[], object] = partial(
            creation.rest_on, referral, live, **minor_values(given.cleaned_data)
        )
    else:
        form = AgreementForm(referral.youth, purposes[referral.programme], request.POST)
        if not form.is_valid():
            return page(request, referral, agreement=form)
        record = partial(creation.record_agreement, acting, referral, **agreement_values(form.cleaned_data))
    try:
        with transaction.atomic():
            record()
            creation.send(acting, referral)
    except (creation.Opposed, creation.Unanswered) as refusal:
        messages.warning(request, str(refusal))
        return redirect(referral)
    except (workflow.Stale, NotAllowed):
        fresh = referral_or_404(request, uuid)
        return _sent_before(request, fresh) if fresh.state != State.DRAFT else _refused(request, fresh)
    messages.success(request, f"L’orientation est envoyée à {presenting.in_sentence(referral.recipient)}.")
    return redirect(referral)


def _sent_before(request: PortalRequest, referral: Referral) -> HttpResponse:
    """A second click, or a page gone back to: what was asked is done, and nothing is wrong."""
    messages.info(request, "Cette orientation est déjà envoyée : voici où elle en est.")
    return redirect(referral)


@writes
@may("send_draft")
def discard_draft(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Delete a draft: nobody else has seen it."""
    referral = _own_draft(request, uuid)
    if request.method != "POST":
        return redirect(referral)
    if not creation.discard(request.acting, referral):
        return _refused(request, referral)
    messages.success(request, "Le brouillon est supprimé.")
    return redirect("referrals:list")


def _own_draft(request: PortalRequest, uuid: UUID) -> Referral:
    referral = referral_or_404(request, uuid)
    if referral.state != State.DRAFT:
        raise Http404
    return referral


@writes
@may("answer_referral")
def follow_up(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say what became of the youth some months later."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if request.method != "POST":
        return redirect(referral)
    asked = _asked(referral, acting)
    if not asked:
        if _is_told(referral, request):
            messages.info(request, "Ce devenir est déjà noté.")
            return redirect(referral)
        return _refused(request, referral)
    form = FollowUpForm(referral, asked, request.POST)
    if not form.is_valid():
        return page(request, referral, following=form)
    cleaned = form.cleaned_data
    try:
        workflow.follow_up(
            acting,
            uuid,
            version=cleaned["version"],
            code=cleaned["outcome"],
            on=cleaned["on"],
            moment=cleaned["moment"],
        )
    except (workflow.Stale, NotAllowed):
        return _refused(request, referral)
    messages.success(request, "Le devenir est enregistré. Merci : la boucle se ferme grâce à vous.")
    # The last answer was perhaps the last thing that this side had to read.
    still = Referral.objects.visible_to(acting).filter(uuid=uuid).exists()
    return redirect(referral if still else "referrals:list")


def _is_told(referral: Referral, request: PortalRequest) -> bool:
    """Whether what is sent is written already: the same outcome, at the same moment."""
    sent = (request.POST.get("follow_up-moment"), request.POST.get("follow_up-outcome"))
    return sent in [(row["moment"], row["code"]) for row in referral.outcome_rows]  # type: ignore[attr-defined]


def _asked(referral: Referral, acting: Acting) -> list[str]:
    """The moments of which this side may say what became of the youth; from what the door has read."""
    recorded = {row["moment"] for row in referral.outcome_rows}  # type: ignore[attr-defined]
    return workflow.asked_of(referral, referral.side_of(acting.organisation_id), recorded)


def _rows(referral: Referral, acting: Acting) -> list[Transition]:
    sides = side_in(acting.organisation_id, acting.role, referral.sender_id, referral.recipient_id)
    # What the programme asks on a page of its own is not asked here too.
    elsewhere = referral.rules.answered_there
    return [
        row
        for row in available(referral.state, sides)
        if row.action not in _NO_BUTTON
        and row.action not in elsewhere
        and not workflow.refusal(referral, *find_for(row.action, referral.state, sides), acting)
    ]


def _late(
    request: PortalRequest, referral: Referral, action: str, form: ActionForm | None = None
) -> HttpResponse:
    """Too late; the second click of one gesture is told that the first one is kept."""
    version = request.POST.get(f"{action}-version", "")
    repeated = workflow.is_repeated(request.acting, referral, action, version)
    return _refused(request, referral, form, repeated=repeated)


def _refused(
    request: PortalRequest, referral: Referral, form: ActionForm | None = None, *, repeated: bool = False
) -> HttpResponse:
    """409: somebody moved first. What was typed is given back, to be used again."""
    fresh = referral_or_404(request, referral.uuid)
    typed = []
    if form is not None:
        texts = ("question", "answer", "note", "reason_detail")
        typed = [form.cleaned_data[name] for name in texts if form.cleaned_data.get(name)]
    return page(request, fresh, status=409, typed=typed, conflict=True, repeated=repeated)


def page(
    request: PortalRequest,
    referral: Referral,
    *,
    forms: dict[str, ActionForm] | None = None,
    opened: str = "",
    agreement: AgreementForm | None = None,
    given: LiveAgreementForm | None = None,
    message: MessageForm | None = None,
    note: NoteForm | None = None,
    thread: reading.Thread | None = None,
    following: FollowUpForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """The page of a referral, with the forms that were sent and could not be carried out."""
    acting: Acting = request.acting
    side = referral.side_of(acting.organisation_id)
    referent = presenting.is_referent(referral, acting)
    if (
        side == "recipient"
        and referral.state in TERMINAL
        and acting.organisation_id not in referral.youth.keepers
    ):
        # Who came to the end of it is not told how to reach the youth from then on.
        referral.youth.forget_contact_since(clock.day_of(referral.state_since))
    today, stopped = clock.today(), referral.sharing_stopped_at is not None
    closed_to_us = reading.closed_to(referral, acting)
    events = presenting.events_of(referral, acting)
    # Three contacts failed: closing is proposed, and closes nothing by itself.
    giving_up = _GIVING_UP.get(State(referral.state), "") if side == "recipient" else ""
    unreached = bool(giving_up) and presenting.unreached(referral.rules, events)
    expected = _FIRST_ON_HOLD.get(referral.clock_kind) or _FIRST.get(State(referral.state), "")
    # Each period that hangs on it is told: what they say is proposed to who closes.
    told = (
        closing.proposed(referral, referral.placement_rows)  # type: ignore[attr-defined]
        if side == "recipient" and not stopped
        else None
    )
    # What the sender may say has begun, since a period noted here says so.
    shown = proved(referral) if side == "sender" and referral.state == State.ACCEPTED and not stopped else {}
    if shown:
        told = closing.Proposal("start", shown)
    first = opened or (told.action if told else giving_up if unreached else expected)
    actions = [
        {
            "row": row,
            "form": (forms or {}).get(row.action)
            or (
                ActionForm(referral, row, proposed=told.initial)
                if told and row.action == told.action
                else None
            )
            or (ActionForm(referral, row) if stopped else None),
            "fields": blank.action_fields(referral.programme, row, today),
            "usual": "" if stopped else usual.select(referral, row.action),
            "consequence": presenting.consequence_words(referral, row),
            "first": row.action == first,
            "open": row.action in (first, not opened and _OPEN.get(State(referral.state))),
        }
        for row in _rows(referral, acting)
    ]
    shown_thread = thread or reading.latest(referral, acting)
    asked = _asked(referral, acting)
    drafting = referral.state == State.DRAFT and side == "sender"
    live = creation.live_agreement_for(referral) if drafting else None
    blocked = why_not_started(referral) if referral.state == State.ACCEPTED else ""
    context = {
        "referral": referral,
        "rules": referral.rules,
        "side": side,
        "blocked": blocked,
        "unregistered": bool(blocked) and needs_registration(referral),
        "answer_page": _answer_page(referral, side),
        "may_adopt": (side == "recipient" or needs_registration(referral))
        and referral.state in OPEN_STATES
        and not referral.rules.answer_page
        and may_adopt(acting, referral.youth),
        "holder": referral.clock_side,
        "badge": presenting.badge_of(referral),
        "state": presenting.state_words(referral, acting),
        "next": presenting.next_words(referral, acting),
        "steps": presenting.step_of(referral),
        "items": presenting.story(referral.rules, events, referent=referent),
        "unreached": unreached,
        "period_told": told is not None and not shown,
        "may_break": side == "recipient"
        and referral.state == State.STARTED
        and referral.programme == CONTRACT
        and may_declare(acting),
        "reason": presenting.reason_words(
            referral.rules, _reason_action(referral), referral.reason, referent=referent
        ),
        "outcomes": presenting.outcomes_of(referral),
        "requests": presenting.requests_of(referral, acting),
        "answers": presenting.answers_of(referral, restricted=presenting.reads_restricted(referral, acting)),
        "thread": shown_thread,
        "question": reading.question(shown_thread) if expected == "answer_info" else "",
        "notes": [] if closed_to_us else reading.notes_of(referral),
        "more_notes": len(referral.note_rows) > reading.NOTES,  # type: ignore[attr-defined]
        "closed_to_us": closed_to_us,
        "actions": sorted(actions, key=lambda item: not item["first"]),
        "message_form": message,
        "message_fields": blank.message_fields(),
        "message_words": [],
        "message_usual": usual.select(referral, MESSAGE),
        "wording": wording.wording_of(referral) if side == "sender" else "",
        "action_words": [],
        "note_form": note,
        "note_fields": blank.note_fields(),
        "note_words": [],
        "read_again": READ_AGAIN,
        "live_agreement": live,
        "given_form": (given or LiveAgreementForm(referral.youth, live)) if live else None,
        "agreement_form": (agreement or AgreementForm(referral.youth, purposes[referral.programme]))
        if drafting
        else None,
        "agreement_text": presenting.agreement_words(referral) if drafting else "",
        "follow_up_form": (following or FollowUpForm(referral, asked)) if asked else None,
        "missions": None if closed_to_us else missions_of(referral),
        "preparing": None if closed_to_us else noting.shown(referral, side),
        "offer": chosen_offer(referral, side),
        "to_check": presenting.to_check(referral) if side == "recipient" else [],
        "rebound": referral.state in REBOUND_STATES and side == "sender",
        "placements": [] if closed_to_us else placements.of_referral(referral),
        "may_declare": not stopped and referral.state in TAKEN,
        "elsewhere": not closed_to_us
        and creation.may_redirect(acting, referral)
        and referral.last_action != "end_sharing",
        "chain": chains.chain_of(referral, acting),
        "summary": "" if closed_to_us or drafting else recopying.summary_of(referral, events),
        "may_open_youth": not closed_to_us,
    } | extra
    return render(request, "referrals/detail.html", context, status=status)


def _answer_page(referral: Referral, side: str) -> str:
    """Where the recipient answers, when the programme has a page of its own for it; empty otherwise."""
    waits = referral.state in BEFORE_ANSWER and referral.state != State.DRAFT
    if not (referral.rules.answer_page and waits and side == "recipient" and not referral.sharing_stopped_at):
        return ""
    return reverse(referral.rules.answer_page, args=[referral.uuid])


def _reason_action(referral: Referral) -> str:
    """The action whose list the reason of a closed referral comes from."""
    return {
        State.DECLINED: "decline",
        State.WITHDRAWN: "end_sharing" if referral.last_action == "end_sharing" else "withdraw",
        State.DROPPED_OUT: "drop_out",
        State.NO_RESPONSE: "expire",
        State.ENTERED_IN_ERROR: "mark_error",
    }.get(State(referral.state), "")
