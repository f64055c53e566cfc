"""What pages say about a referral: its state in words for a side, its story, the codes in words."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.dateparse import parse_date, parse_datetime

from core import clock
from core.acting import Acting
from core.working_days import long_date
from partners.models import Organisation
from referrals import programmes
from referrals.models import BEFORE_ANSWER, OPEN_STATES, Outcome, Referral, ReferralEvent
from referrals.programmes.base import YES, Candidate, Programme, Verdict
from referrals.states import State, next_step, side_label
from referrals.transitions import TRANSITIONS, Transition
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
    "start": "Démarrage confirmé",
    "complete": "Parcours terminé",
    "drop_out": "Parcours interrompu",
    "withdraw": "Demande retirée",
    "expire": "Restée sans réponse",
    "answer_late": "Reprise, en retard",
    "reopen": "Rouverte",
    "mark_error": "Signalée comme erreur de saisie",
    "acknowledge": "Issue lue par l’envoyeur",
}
RESERVED = "motif réservé aux deux référents"


def badge_of(referral: Referral) -> str:
    """The kind of badge of a state; late promises show as late."""
    if referral.due_on and referral.due_on < clock.today() and referral.state in OPEN_STATES:
        return "retard"
    return _BADGES.get(State(referral.state), "neutre")


def state_words(referral: Referral, acting: Acting) -> str:
    return side_label(referral.state, referral.side_of(acting.organisation_id))


def next_words(referral: Referral, acting: Acting) -> str:
    """Who moves and what happens next, for the side of the acting person."""
    return next_step(
        referral.state,
        referral.side_of(acting.organisation_id),
        sender=in_sentence(referral.sender),
        recipient=in_sentence(referral.recipient),
        due_on=referral.due_on,
        acknowledged=referral.acknowledged_at is not None,
    )


def in_sentence(organisation: Organisation) -> str:
    """An organisation's name inside a sentence: quoted, since it comes without its article."""
    return f"«\u00a0{organisation.name}\u00a0»"


def agreement_words(referral: Referral) -> str:
    """The text of the agreement that is read to the youth."""
    return referral.rules.agreement_text.format(
        sender=in_sentence(referral.sender), recipient=in_sentence(referral.recipient)
    )


def consequence_words(referral: Referral, row: Transition) -> str:
    """What an action entails, for the one who is about to press its button."""
    return row.consequence.format(
        sender=in_sentence(referral.sender), recipient=in_sentence(referral.recipient)
    )


def to_check(referral: Referral) -> list[Verdict]:
    """The rules that the answers do not meet, or not yet: shown to the one who decides, before the answer."""
    if referral.state not in BEFORE_ANSWER or referral.sent_at is None:
        return []
    candidate = Candidate(birth_date=referral.youth.birth_date, level=referral.youth.level)
    verdicts = referral.rules.verdicts(candidate, referral.details, clock.day_of(referral.sent_at))
    return [verdict for verdict in verdicts if verdict.answer != YES]


def late_words(referral: Referral) -> str:
    """ "En retard de 3 jours. " before a sentence whose promise has passed; empty otherwise."""
    if badge_of(referral) != "retard" or referral.due_on is None:
        return ""
    days = (clock.today() - referral.due_on).days
    return f"En retard de {days} jour{'s' if days > 1 else ''}. "


def is_referent(referral: Referral, acting: Acting) -> bool:
    """Whether this person is one of the two referents, who alone read a restricted reason."""
    return acting.user_id in (
        referral.sender_professional_id,
        referral.recipient_professional_id,
        referral.recipient_substitute_id,
    )


def reason_words(rules: Programme, action: str, code: str, *, referent: bool) -> str:
    """The reason in words; a restricted one is not said to anybody but the referents."""
    if not code:
        return ""
    if code in rules.restricted_reasons and not referent:
        return RESERVED
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
    title = _STORY.get(action, "")
    if action == "step":
        title = rules.step(details["step"]).label
    texts = [reason_words(rules, action, event["reason"], referent=referent)]
    if code := details.get("outcome"):
        texts.append(rules.outcome(code).label)
    dates = {
        "planned_on": "entrée prévue le",
        "started_on": "a commencé le",
        "planned_end_on": "fin prévue le",
        "ended_on": "a pris fin le",
        "review_on": "à réexaminer le",
        "next_on": "prochaine date :",
    }
    for name, words in dates.items():
        if day := parse_date(details.get(name) or ""):
            texts.append(f"{words} {long_date(day)}")
    text = " ; ".join(part for part in texts if part)
    return {
        "at": event["at"],
        "title": f"{prefix}{title}",
        "text": f"{text[0].upper()}{text[1:]}." if text else "",
        "actor_org": event["organisation"],
        "kind": "alert" if action in ("decline", "drop_out", "expire") else "",
    }


def events_of(referral: Referral) -> list[dict[str, Any]]:
    """The events of one referral, latest first, as ``story`` reads them (one query)."""
    rows = (
        ReferralEvent.objects.filter(referral=referral)
        .order_by("-number")
        .values("action", "details", "reason", "at", organisation_name=F("organisation__name"))
    )
    return [row | {"organisation": row["organisation_name"] or "Le portail"} for row in rows]


def of_youth(acting: Acting, youth: Any) -> dict[str, list[dict[str, Any]]]:
    """What the referrals put on a youth's record (registry ``timeline_sources``), in one query."""
    events = ReferralEvent.objects.filter(referral=OuterRef("pk")).order_by("number")
    organisation = Coalesce(F("organisation__name"), Value("Le portail"), output_field=CharField())
    row = JSONObject(action="action", details="details", reason="reason", at="at", organisation=organisation)
    referrals = (
        Referral.objects.visible_to(acting)
        .filter(youth=youth)
        .select_related("sender", "recipient")
        .annotate(history=ArraySubquery(events.values(row=row)))
        .order_by("-created_at", "-pk")
    )
    items: list[dict[str, Any]] = []
    current: list[dict[str, Any]] = []
    for referral in referrals:
        rules = referral.rules
        history = [event | {"at": parse_datetime(event["at"])} for event in referral.history]
        items += story(
            rules, history, referent=is_referent(referral, acting), prefix=f"{rules.short_label} : "
        )
        if referral.state in (State.DRAFT, *OPEN_STATES):
            current.append(
                {
                    "title": f"{rules.short_label} · {referral.recipient.name}",
                    "url": referral.get_absolute_url(),
                    "badge": badge_of(referral),
                    "state": state_words(referral, acting),
                    "next": next_words(referral, acting),
                }
            )
    return {"items": items, "current": current}


def outcomes_of(referral: Referral) -> list[dict[str, Any]]:
    """The outcomes of a referral fetched through its door, in words."""
    moments = dict(Outcome.Moment.choices)
    return [
        {
            "moment": moments[row["moment"]],
            "label": referral.rules.outcome(row["code"]).label,
            "on": parse_date(row["on"]),
        }
        for row in referral.outcome_rows  # type: ignore[attr-defined]
    ]


def answers_of(referral: Referral) -> list[dict[str, str]]:
    """The answers to the programme's own questions, in words."""
    shown = []
    for item in referral.rules.all_fields:
        value = referral.details.get(item.name)
        if value is None:
            continue
        if isinstance(value, bool):
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
    exits = (State.DECLINED, State.NO_RESPONSE, State.WITHDRAWN, State.DROPPED_OUT, State.ENTERED_IN_ERROR)
    return [
        {
            "label": label,
            "at": at,
            "done": bool(at),
            "current": index == reached,
            "exit": index == reached and referral.state in exits,
        }
        for index, (label, at) in enumerate(walk)
    ]


def known_actions() -> list[str]:
    """Every action of the table, once."""
    return list(dict.fromkeys(row.action for row in TRANSITIONS))


def programme_label(code: str) -> str:
    return programmes.get(code).short_label


def identifiers_of(acting: Acting, youth: Youth) -> list[UUID]:
    """The identifiers of a youth's referrals that this person may open, as the trail knows them."""
    found = Referral.objects.visible_to(acting).filter(youth=youth)
    return list(found.order_by("pk").values_list("uuid", flat=True))
