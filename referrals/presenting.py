"""What pages say about a referral: its state in words for a side, its story, the codes in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.dateparse import parse_date, parse_datetime

from core import clock
from core.acting import Acting
from core.addresses import address
from core.prepared import Prepared
from core.working_days import long_date
from partners.models import Organisation, outward_name
from referrals import asking, programmes
from referrals.models import BEFORE_ANSWER, OPEN_STATES, REASONED, Outcome, Referral, ReferralEvent
from referrals.programmes.base import YES, Candidate, Programme, Verdict
from referrals.states import HOLDS, State, next_step, side_label
from referrals.transitions import ACTIONS, Transition
from youths.models import Youth

_BADGES = {
    State.DRAFT: "neutre",
    State.SENT: "attente",
    State.RECEIVED: "attente",
    State.INFO_REQUESTED: "attente",
    State.WAITLISTED: "attente",
    State.ACCEPTED: "info",
    State.STARTED: "info",
    State.COMPLETED: "ok",
}
_STORY = {
    "send": "Orientation envoyée",
    "receive": "Orientation ouverte par le destinataire",
    "ask_info": "Complément demandé",
    "answer_info": "Complément apporté",
    "waitlist": "Placée en liste d’attente",
    "accept": "Acceptée",
    "decline": "Non retenue",
    "plan": "Entrée prévue fixée",
    "start": "Démarrage confirmé",
    "suspend": "Parcours suspendu",
    "resume": "Parcours repris",
    "complete": "Parcours terminé",
    "drop_out": "Parcours interrompu",
    "withdraw": "Demande retirée",
    "ask_cancel": "Annulation demandée",
    "confirm_cancel": "Annulation confirmée",
    "refuse_cancel": "Annulation refusée",
    "take_back_cancel": "Demande d’annulation retirée",
    "end_sharing": "Close : le jeune a retiré son accord",
    "expire": "Restée sans réponse",
    "answer_late": "Reprise, en retard",
    "ask_reopen": "Réouverture demandée",
    "reopen": "Rouverte",
    "drop_reopen": "Réouverture abandonnée",
    "mark_error": "Signalée comme erreur de saisie",
    "ask_error": "Erreur de saisie à confirmer",
    "confirm_error": "Signalée comme erreur de saisie",
    "drop_error": "Orientation gardée",
    "acknowledge": "Résultat lu par la structure qui a orienté",
}
RESERVED_ANSWER = "Réservé aux deux référents"


class Line(NamedTuple):
    """What lists say about a referral: columns, since fifty instances of three models cost more than their query."""

    pk: int
    uuid: UUID
    programme: str
    state: str
    clock_kind: str
    due_on: date | None
    sent_at: datetime | None
    created_at: datetime
    acknowledged_at: datetime | None
    sender_id: int
    first_name: str
    last_name: str
    sender_name: str
    sender_is_sensitive: bool
    recipient_name: str
    recipient_is_sensitive: bool

    @property
    def who(self) -> str:
        """The youth, for the lists that may name them."""
        return f"{self.first_name} {self.last_name}"

    def counterpart(self, organisation_id: int) -> str:
        """The other structure, as lists name it."""
        if self.sender_id == organisation_id:
            return outward_name(self.recipient_name, is_sensitive=self.recipient_is_sensitive)
        return outward_name(self.sender_name, is_sensitive=self.sender_is_sensitive)


# The columns of a line, in the order of its fields.
LINE = (
    "pk",
    "uuid",
    "programme",
    "state",
    "clock_kind",
    "due_on",
    "sent_at",
    "created_at",
    "acknowledged_at",
    "sender_id",
    "youth__first_name",
    "youth__last_name",
    "sender__name",
    "sender__is_sensitive",
    "recipient__name",
    "recipient__is_sensitive",
)


def badge_of(referral: Referral | Line) -> str:
    """The kind of badge of a state; late promises show as late."""
    if referral.due_on and referral.due_on < clock.today() and referral.state in OPEN_STATES:
        return "retard"
    if referral.clock_kind in HOLDS:
        return "attente"
    return _BADGES.get(State(referral.state), "neutre")


def state_words(referral: Referral | Line, acting: Acting) -> str:
    return side_label(referral.state, side_of(referral, acting), referral.clock_kind)


def side_of(referral: Referral | Line, acting: Acting) -> str:
    """``sender`` or ``recipient``: the side of the acting person's organisation."""
    return "sender" if referral.sender_id == acting.organisation_id else "recipient"


def next_words(referral: Referral | Line, acting: Acting) -> str:
    """Who moves and what happens next, for the side of the acting person."""
    if isinstance(referral, Line):
        sender, recipient = quoted(referral.sender_name), quoted(referral.recipient_name)
    else:
        sender, recipient = in_sentence(referral.sender), in_sentence(referral.recipient)
    return next_step(
        referral.state,
        side_of(referral, acting),
        sender=sender,
        recipient=recipient,
        due_on=referral.due_on,
        acknowledged=referral.acknowledged_at is not None,
        followed=bool(programmes.get(referral.programme).clocks.follow_up_months),
        clock_kind=referral.clock_kind,
    )


def told_next(line: Line, acting: Acting) -> str:
    """What a line of a list says comes next, its delay first; the other structure is named in the line already."""
    other = line.recipient_name if line.sender_id == acting.organisation_id else line.sender_name
    return late_words(line) + next_words(line, acting).replace(f" ({quoted(other)})", "")


def quoted(name: str) -> str:
    """A name inside a sentence: quoted, since it comes without its article."""
    return f"«\u00a0{name}\u00a0»"


def in_sentence(organisation: Organisation) -> str:
    """An organisation's name inside a sentence."""
    return quoted(organisation.name)


CHOSEN_ABOVE = "la structure choisie ci-dessus"


def agreement_to_read(rules: Programme, sender: Organisation, recipient: Organisation | None) -> str:
    """The text to read to the youth before it is sent; without a recipient, the one that the form asks for."""
    text = rules.agreement_text.format(
        sender=in_sentence(sender), recipient=in_sentence(recipient) if recipient else CHOSEN_ABOVE
    )
    return text.replace(f". {CHOSEN_ABOVE}", f". {CHOSEN_ABOVE.capitalize()}")


def agreement_words(referral: Referral) -> str:
    """The text of the agreement that is read to the youth."""
    return agreement_to_read(referral.rules, referral.sender, referral.recipient)


def consequence_words(referral: Referral, row: Transition) -> str:
    """What an action entails, for the one who is about to press its button."""
    return row.consequence.format(
        sender=in_sentence(referral.sender), recipient=in_sentence(referral.recipient)
    )


def to_check(referral: Referral) -> list[Verdict]:
    """The rules that the answers do not meet, or not yet: shown to the one who decides, before the answer."""
    if referral.state not in BEFORE_ANSWER or referral.sent_at is None:
        return []
    candidate = Candidate(
        birth_date=referral.youth.birth_date,
        level=referral.youth.level,
        registered_with_ml=referral.youth.registered_with_id is not None,
    )
    verdicts = referral.rules.verdicts(candidate, referral.details, clock.day_of(referral.sent_at))
    return [verdict for verdict in verdicts if verdict.answer != YES]


def late_words(referral: Referral | Line) -> str:
    """ "En retard de 3 jours. " before a sentence whose promise has passed; empty otherwise."""
    if badge_of(referral) != "retard" or referral.due_on is None:
        return ""
    days = (clock.today() - referral.due_on).days
    return f"En retard de {days} jour{'s' if days > 1 else ''}. "


# The referents of the two sides, who alone read a restricted reason.
REFERENTS = ("sender_professional_id", "recipient_professional_id", "recipient_substitute_id")


def is_referent(referral: Referral, acting: Acting) -> bool:
    """Whether this person is one of the referents."""
    return acting.user_id in [getattr(referral, name) for name in REFERENTS]


def reads_restricted(referral: Referral, acting: Acting) -> bool:
    """Whether this person reads the reserved answers: a referent, or a manager of the recipient that has none."""
    if is_referent(referral, acting):
        return True
    return (
        referral.recipient_professional_id is None
        and acting.is_manager
        and acting.organisation_id == referral.recipient_id
    )


def reason_words(rules: Programme, action: str, code: str, *, referent: bool) -> str:
    """The reason in words; for anybody but the referents, a restricted one reads as the neutral one does.

    To say that it is restricted would already tell it: only fitness is.
    """
    if not code:
        return ""
    try:
        return rules.reason_label(action, code, restricted=referent)
    except ValueError:
        return ""


def story(
    rules: Programme, events: Iterable[dict[str, Any]], *, referent: bool, prefix: str = ""
) -> list[dict[str, Any]]:
    """The events of a referral as items of a timeline (``partials/timeline.html``)."""
    return [_item(rules, event, referent=referent, prefix=prefix) for event in events]


def _item(rules: Programme, event: dict[str, Any], *, referent: bool, prefix: str) -> dict[str, Any]:
    action, details = event["action"], event["details"]
    texts = [
        reason_words(rules, action, event["reason"], referent=referent),
        *details_words(rules, details),
    ]
    text = " ; ".join(part for part in texts if part)
    return {
        "at": event["at"],
        "title": f"{prefix}{action_words(rules, action, details, referent=referent)}",
        "text": f"{text[0].upper()}{text[1:]}." if text else "",
        "actor_org": event["organisation"],
        "kind": "alert" if action in ("decline", "drop_out", "expire") else "",
    }


def action_words(rules: Programme, action: str, details: Mapping[str, Any], *, referent: bool = True) -> str:
    """What an event is; a restricted step is told to the referents, and to the youth whom it is about."""
    if action != "step":
        return rules.story.get(action, _STORY.get(action, ""))
    code = details["step"]
    return (rules.step(code) if referent else rules.public_step(code)).label


# How many contacts in a row without reaching the youth propose to close.
FAILURES = 3


def unreached(rules: Programme, events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the last contacts noted (``events``, the latest first) all failed, three times at least."""
    noted = [event["details"].get("step") for event in events if event["action"] == "step"]
    return len(noted) >= FAILURES and all(code in rules.failed_contacts for code in noted[:FAILURES])


def any_reason(rules: Programme, code: str, *, referent: bool = True) -> str:
    """A reason in words, whatever action it explains; restricted or not for the referents and for the youth."""
    for action in ACTIONS if code else ():
        if words := reason_words(rules, action, code, referent=referent):
            return words
    return code


def details_words(rules: Programme, details: Mapping[str, Any]) -> list[str]:
    """The facts of an event: what became of the youth, and the days."""
    texts = []
    if code := details.get("outcome"):
        texts.append(rules.outcome(code).label)
    dates = {
        "planned_on": "entrée prévue le",
        "started_on": "a commencé le",
        "planned_end_on": "fin prévue le",
        "ended_on": "a pris fin le",
        "review_on": "à réexaminer le",
        "next_on": "prochaine date :",
        "suspended_until": "jusqu’au",
    }
    for name, words in dates.items():
        if (told := details.get(name)) and (day := parse_date(told)):
            texts.append(f"{words} {long_date(day)}")
    return texts


def _events(*, referral: int) -> QuerySet[ReferralEvent, Any]:
    return (
        ReferralEvent.objects.filter(referral=referral)
        .order_by("-number")
        .values(
            "action", "details", "reason", "at", "organisation_id", organisation_name=F("organisation__name")
        )
    )


_EVENTS = Prepared(_events)


def events_of(referral: Referral, acting: Acting) -> list[dict[str, Any]]:
    """The events of one referral, latest first, as ``story`` reads them (one query)."""
    rows = _told_to(_EVENTS(None, referral=referral.pk), acting)
    return [row | {"organisation": row["organisation_name"] or "Le portail"} for row in rows]


def _told_to(events: Iterable[dict[str, Any]], acting: Acting) -> list[dict[str, Any]]:
    """The events without what the other side asks of its own people: it is told by what comes of it."""
    mine = acting.organisation_id
    return [
        event for event in events if event["action"] not in asking.WITHIN or event["organisation_id"] == mine
    ]


def _of_youth(acting: Acting, *, youth: int) -> QuerySet[Referral, tuple[Any, ...]]:
    events = ReferralEvent.objects.filter(referral=OuterRef("pk")).order_by("number")
    organisation = Coalesce(F("organisation__name"), Value("Le portail"), output_field=CharField())
    row = JSONObject(
        action="action",
        details="details",
        reason="reason",
        at="at",
        organisation=organisation,
        organisation_id="organisation",
    )
    return (
        Referral.objects.visible_to(acting)
        .filter(youth=youth)
        .annotate(history=ArraySubquery(events.values(row=row)))
        .order_by("-created_at", "-pk")
        .values_list(*LINE, *REFERENTS, "history")
    )


_OF_YOUTH = Prepared(_of_youth)


def of_youth(acting: Acting, youth: Any) -> dict[str, list[dict[str, Any]]]:
    """What the referrals put on a youth's record (registry ``timeline_sources``), in one query."""
    items: list[dict[str, Any]] = []
    current: list[dict[str, Any]] = []
    for *columns, sender, recipient, substitute, history in _OF_YOUTH(acting, youth=youth.pk):
        line = Line(*columns)
        rules = programmes.get(line.programme)
        events_of_line = [event | {"at": parse_datetime(event["at"])} for event in _told_to(history, acting)]
        referent = acting.user_id in (sender, recipient, substitute)
        items += story(rules, events_of_line, referent=referent, prefix=f"{rules.short_label} : ")
        if line.state in (State.DRAFT, *OPEN_STATES):
            current.append(
                {
                    "title": f"{rules.short_label} · {line.recipient_name}",
                    "url": address("referrals:detail", line.uuid),
                    "badge": badge_of(line),
                    "state": state_words(line, acting),
                    "next": next_words(line, acting),
                }
            )
    return {"items": items, "current": current}


def outcomes_of(referral: Referral) -> list[dict[str, Any]]:
    """The outcomes of a referral fetched through its door, in words."""
    moments = dict(Outcome.Moment.choices)
    if referral.rules.exit_words:
        moments[Outcome.Moment.EXIT] = referral.rules.exit_words
    return [
        {
            "moment": moments[row["moment"]],
            "label": referral.rules.outcome(row["code"]).label,
            "on": parse_date(row["on"]),
        }
        for row in referral.outcome_rows  # type: ignore[attr-defined]
    ]


def answers_of(referral: Referral, *, restricted: bool = False) -> list[dict[str, str]]:
    """The answers to the programme's own questions, in words; what is reserved only where ``restricted`` is True."""
    shown = []
    for item in referral.rules.all_fields:
        value = referral.details.get(item.name)
        if value is None:
            continue
        if value in item.restricted and not restricted:
            value = RESERVED_ANSWER
        elif isinstance(value, bool):
            value = "Oui" if value else "Non"
        elif item.kind == "choice":
            value = dict(item.choices).get(value, value)
        elif item.kind == "date" and (day := parse_date(str(value))):
            value = long_date(day)
        shown.append({"label": item.label, "value": str(value)})
    return shown


def step_of(referral: Referral) -> list[dict[str, Any]]:
    """The walk of a referral in five steps, for the bar on top of its page."""
    walk = [
        ("Envoyée", referral.sent_at),
        ("Ouverte", referral.received_at),
        ("Réponse donnée", referral.answered_at),
        ("Démarrée", referral.started_on),
        ("Terminée", referral.ended_on),
    ]
    reached = max((index for index, (_, at) in enumerate(walk) if at), default=-1)
    return [
        {
            "label": label,
            "at": at,
            "done": bool(at),
            "current": index == reached,
            "exit": index == reached and referral.state in REASONED,
        }
        for index, (label, at) in enumerate(walk)
    ]


def requests_of(referral: Referral, acting: Acting) -> list[dict[str, Any]]:
    """What waits for an answer on a referral fetched through its door: of one's own organisation, or of both sides."""
    sides = {referral.sender_id: referral.sender, referral.recipient_id: referral.recipient}
    shown = []
    for request in asking.pending(referral):
        cancelling = request.kind == asking.Kind.CANCEL
        if not cancelling and request.organisation_id != acting.organisation_id:
            continue
        action = {"cancel": "withdraw", "reopen": "reopen", "error": "mark_error"}[request.kind]
        shown.append(
            {
                "what": asking.Kind(request.kind).label,
                "by": request.asked_by,
                "organisation": sides[request.organisation_id].name,
                "until": request.answer_by,
                "reason": reason_words(referral.rules, action, request.reason, referent=False),
                "detail": request.reason_detail,
                "by_clock": cancelling,
                "second": None if cancelling else "" if request.by_manager else "un responsable",
            }
        )
    return shown


def programme_label(code: str) -> str:
    return programmes.get(code).short_label


def identifiers_of(acting: Acting, youth: Youth) -> list[UUID]:
    """The identifiers of a youth's referrals that this person may open, as the trail knows them."""
    found = Referral.objects.visible_to(acting).filter(youth=youth)
    return list(found.order_by("pk").values_list("uuid", flat=True))
