"""What the referrals hold of people, and why (core.personal)."""

from typing import Any

from django.db.models import Q

from core.personal import ACTOR, REFERENCE, STRUCTURE, Chapter, Circle, Use, declare
from referrals import presenting
from referrals.clocks import LEVEL_LABELS
from referrals.effects import PREPARE_EXIT
from referrals.models import (
    Attendance,
    Breach,
    Message,
    Mission,
    MoveRequest,
    Offer,
    Outcome,
    Preparation,
    Referral,
    ReferralEvent,
    ReferralNote,
    Reminder,
    ThreadReading,
    UsualAnswer,
    WorkPlacement,
)
from referrals.placements.schedule import from_json, hours_words
from referrals.placements.schedule import words as week_words
from referrals.states import SIDE_WORDS, State

REQUEST = Use("Présenter le jeune à un partenaire pour un dispositif, et lui répondre")
REASON = Use(
    "Dire pourquoi une orientation s’arrête, par un code ; un code d’aptitude n’est jamais accompagné de sa cause",
    retention="Avec l’orientation ; un code d’aptitude est remplacé par un code neutre six mois après la fin",
    readers="Les deux côtés de l’orientation ; un code d’aptitude : les deux référents, eux seuls",
)
FOLLOW_UP = Use("Suivre l’orientation jusqu’à son issue, tenir les délais convenus, ne perdre personne")
PREPARING = Use("Préparer l’entrée et la sortie, chaque structure pour sa part, par des codes")
MISSIONS = Use("Savoir quelles missions de travail temporaire le jeune a faites, et ce qui a suivi")
BECOMING = Use("Savoir ce que le jeune est devenu, à la sortie, à trois et à six mois")
BREACH = Use(
    "Ne pas laisser seul un apprenti dont le contrat est rompu : savoir quand et comment, jamais pourquoi",
    readers="Le centre de formation qui l’a déclarée ; la mission locale, ce que la demande lui dit",
)
THREAD = Use(
    "S’entendre entre les deux côtés sur une orientation, et se transmettre les pièces utiles",
    retention="Avec l’orientation ; une pièce est effacée six mois après la fin",
)
OWN_NOTE = Use(
    "Préparer, pour sa propre structure, ce qui concerne une orientation",
    readers="La structure qui l’a écrite, elle seule ; le jeune s’il la demande",
)

READ = Use(
    "Montrer à un professionnel les messages d’un fil qu’il n’a pas encore lus",
    readers="Lui seul",
)

PLACEMENT = Use(
    "Suivre une période de découverte en entreprise (PMSMP) et son bilan, dans les limites que fixe le code du travail",
    basis="Code du travail, articles L5135-1 et suivants",
)
TUTOR = Use(
    "Savoir qui accueille le jeune dans l’entreprise",
    readers="Les structures qui accompagnent le jeune ; jamais donné dans une réponse à une demande d’accès",
)


_REMINDED = {
    **{str(level): label for level, label in LEVEL_LABELS.items()},
    PREPARE_EXIT: "sortie à préparer",
}

SESSION = Use(
    "Convoquer le jeune à une rencontre, et savoir s’il est venu",
    retention="Avec le dossier du jeune",
    readers="La structure qui l’a convoqué, elle seule",
)


def _taken_back_by_others(organisation_id: int) -> Q:
    """A message that was taken back is no longer told to the other side: who wrote it still holds it."""
    taken_back = Q(withdrawn_at__isnull=False) & ~Q(organisation=organisation_id)
    return taken_back | _draft_of_others(organisation_id)


def _draft_of_others(organisation_id: int) -> Q:
    """A draft is nobody's but its author's."""
    return Q(referral__state=State.DRAFT) & ~Q(referral__sender=organisation_id)


def _inside_others(organisation_id: int) -> Q:
    """A draft of others, and what another organisation asked of its own second person: its reason is inside."""
    asked = ~Q(kind=MoveRequest.Kind.CANCEL) & ~Q(organisation=organisation_id)
    return _draft_of_others(organisation_id) | asked


def register() -> None:
    """Declare the tables of the room (at start)."""
    sides = {"holders": ("sender", "recipient")}
    declare(
        Referral,
        {
            REQUEST: ("programme", "details", "note", "agreement"),
            REASON: ("reason", "reason_detail"),
            FOLLOW_UP: (
                "state",
                "last_action",
                "state_since",
                "created_at",
                "sent_at",
                "received_at",
                "answered_at",
                "planned_on",
                "planned_end_on",
                "started_on",
                "ended_on",
                "suspended_on",
                "suspended_until",
                "closed_at",
                "acknowledged_at",
                "sender_access_until",
                "recipient_access_until",
                "sharing_stopped_at",
                "clock_kind",
                "clock_side",
                "due_on",
                "escalate_on",
                "expires_on",
                "rungs",
                "wake_on",
            ),
            STRUCTURE: ("convention", "offer"),
            REFERENCE: ("redirected_from", "returned_from"),
        },
        youth="youth",
        **sides,
        subjects=("referral", "draft"),
        withheld=lambda organisation_id: Q(state=State.DRAFT) & ~Q(sender=organisation_id),
        hidden=frozenset(
            {"clock_kind", "clock_side", "escalate_on", "rungs", "wake_on", "last_action", "agreement"}
        ),
        chapter=Chapter.REFERRALS,
        said={
            "reason": lambda row: presenting.any_reason(row.rules, row.reason),
            "details": lambda row: " ; ".join(
                f"{answer['label']} {answer['value']}"
                for answer in presenting.answers_of(row, restricted=True)
            ),
        },
    )
    of_referral: dict[str, Any] = {
        "youth": "referral__youth",
        "holders": ("referral__sender", "referral__recipient"),
        "withheld": _draft_of_others,
        "chapter": Chapter.REFERRALS,
    }
    declare(
        ReferralEvent,
        {
            FOLLOW_UP: ("number", "action", "from_state", "to_state", "side", "details", "at", "late"),
            REASON: ("reason",),
        },
        title="étape d’une orientation",
        said={
            "action": lambda row: presenting.action_words(row.referral.rules, row.action, row.details),
            "side": lambda row: SIDE_WORDS.get(row.side, ""),
            "details": lambda row: " ; ".join(presenting.details_words(row.referral.rules, row.details)),
            "reason": lambda row: presenting.any_reason(row.referral.rules, row.reason),
        },
        **of_referral,
    )
    declare(
        Outcome,
        {BECOMING: ("moment", "code", "on", "at")},
        said={"code": lambda row: row.referral.rules.outcome(row.code).label},
        **of_referral,
    )
    declare(
        MoveRequest,
        {
            REASON: ("reason", "reason_detail"),
            FOLLOW_UP: (
                "number",
                "kind",
                "by_manager",
                "asked_at",
                "answer_by",
                "answer",
                "answered_at",
            ),
        },
        said={"reason": lambda row: presenting.any_reason(row.referral.rules, row.reason)},
        **of_referral | {"withheld": _inside_others},
    )
    declare(
        Message,
        {THREAD: ("kind", "text", "at", "document", "file_gone_at", "withdrawn_at", "withdrawn_as")},
        **of_referral | {"withheld": _taken_back_by_others},
    )
    declare(
        ReferralNote,
        {OWN_NOTE: ("text", "at", "withdrawn_at")},
        youth="referral__youth",
        holders=("organisation",),
        own=True,
        chapter=Chapter.REFERRALS,
    )
    declare(
        ThreadReading,
        {READ: ("user", "seen_at")},
        youth="referral__youth",
        holders=("organisation",),
        own=True,
        hidden=frozenset({"user", "seen_at"}),
        chapter=Chapter.REFERRALS,
    )
    declare(
        Reminder,
        {FOLLOW_UP: ("kind", "due_on", "late", "at")},
        said={"kind": lambda row: _REMINDED[row.kind]},
        **of_referral,
    )
    declare(
        Mission,
        {MISSIONS: ("branch", "started_on", "ended_on", "days", "after", "at")},
        **of_referral,
    )
    declare(
        Preparation,
        {PREPARING: ("code", "state", "at")},
        said={
            "code": lambda row: next(
                (item.label for item in row.referral.rules.to_prepare if item.code == row.code), row.code
            )
        },
        **of_referral,
    )
    declare(
        Attendance,
        {
            SESSION: ("state", "invited_at", "noted_at"),
            STRUCTURE: ("session",),
            REFERENCE: ("merged_from",),
        },
        youth="youth",
        holders=("organisation",),
        chapter=Chapter.REFERRALS,
    )
    declare(
        Breach,
        {
            BREACH: (
                "started_on",
                "broke_on",
                "presence",
                "mode",
                "mediator_on",
                "employer_on",
                "declared_at",
                "closing",
                "closed_at",
            ),
        },
        youth="youth",
        holders=("organisation",),
        own=True,
        subjects=("breach",),
        chapter=Chapter.REFERRALS,
    )
    declare(Offer, {ACTOR: ("created_by",)})
    declare(UsualAnswer, {ACTOR: ("written_by",)})
    declare(
        WorkPlacement,
        {
            PLACEMENT: (
                "declared_at", "prescriber", "delegated",
                "host_siret", "host_name", "trade", "purpose", "starts_on", "ends_on", "schedule",
                "planned_minutes", "representative_informed_on", "emancipated", "state", "signed_on", "external_id",
                "to_check", "exception_reason", "cancel_reason", "closed_at", "last_day_on", "done_minutes", "suite",
                "suite_on", "youth_view", "youth_comment",
            ),
            TUTOR: ("tutor_name", "tutor_role"),
            REFERENCE: ("referral", "renewal_of", "delegation"),
        },
        youth="youth",
        circle=Circle.STORY,
        holders=("organisation", "followed_by"),
        moment="declared_at",
        hidden=frozenset({"tutor_name", "tutor_role"}),
        subjects=("placement",),
        chapter=Chapter.STORY,
        said={
            "schedule": lambda row: " ; ".join(week_words(from_json(row.schedule))),
            "planned_minutes": lambda row: hours_words(row.planned_minutes),
            "done_minutes": lambda row: "" if row.done_minutes is None else hours_words(row.done_minutes),
        },
    )  # fmt: skip
