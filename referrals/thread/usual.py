"""The usual answers: short texts to start from, in the thread and in the answers to a referral.

Those of everybody are here, those of a programme in its module (``Programme.usual_answers``), those of an organisation
in a table (``UsualAnswer``). None names anybody, nor a cause.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from core.acting import Acting
from referrals import programmes
from referrals.models import Referral, UsualAnswer
from referrals.programmes.base import ACCEPT, ANYWHERE, ASK, DECLINE, MESSAGE, REPLY, Usual

# The button that puts the chosen text in the box, and the list that it is chosen from: names of the form.
INSERT = "inserer"
CHOSEN = "usuelle"
# Where a text goes, by what is being written.
BOXES = {MESSAGE: "text", ACCEPT: "note", DECLINE: "note", ASK: "question", REPLY: "answer"}

COMMON = (
    Usual(
        "RECU",
        "Bien reçu",
        "Nous avons bien reçu votre demande. Nous l’étudions et revenons vers vous cette semaine.",
        MESSAGE,
    ),
    Usual("OU_EN_EST", "Où en est la demande ?", "Pouvez-vous nous dire où en est cette demande ?", MESSAGE),
    Usual("JOINDRE", "Quand le joindre", "Quel est le meilleur moment pour joindre le jeune ?", MESSAGE),
    Usual(
        "EN_PARLER",
        "En parler de vive voix",
        "Nous pouvons en parler par téléphone : dites-nous quand vous appeler.",
    ),
    Usual(
        "CONTACT",
        "Nous le contactons",
        "Nous contactons le jeune cette semaine pour un premier rendez-vous.",
        ACCEPT,
    ),
    Usual(
        "DATE_SUIT",
        "La date suivra",
        "Nous vous donnerons la date d’entrée dès qu’elle est fixée. Gardez le contact avec le jeune.",
        ACCEPT,
    ),
    Usual(
        "REMERCIER",
        "Merci de l’avoir proposé",
        "Merci d’avoir pensé à nous. Vous pourrez nous adresser ce jeune de nouveau si sa situation change.",
        DECLINE,
    ),
    Usual(
        "PIECES", "Pièces du dossier", "Pouvez-vous nous envoyer les pièces qui manquent au dossier ?", ASK
    ),
    Usual(
        "DISPONIBLE",
        "Disponibilités",
        "Quelles sont les disponibilités du jeune pour les quatre semaines à venir ?",
        ASK,
    ),
    Usual(
        "VENIR",
        "Comment venir",
        "Comment le jeune viendra-t-il ? Faut-il prévoir une aide au transport ?",
        ASK,
    ),
    Usual(
        "PIECE_ENVOYEE",
        "La pièce est envoyée",
        "Nous vous envoyons la pièce demandée par un message de ce fil.",
        REPLY,
    ),
    Usual(
        "JEUNE_REPONDRA",
        "Nous demandons au jeune",
        "Nous voyons le jeune cette semaine et complétons notre réponse aussitôt.",
        REPLY,
    ),
)


class Choice(NamedTuple):
    """A text that may be put in a box."""

    code: str
    label: str
    text: str


def of_page(acting: Acting) -> ArraySubquery:
    """The texts of one's own organisation, asked in the question that finds the referral."""
    found = UsualAnswer.objects.filter(organisation=acting.organisation_id).order_by("label", "pk")
    return ArraySubquery(
        found.values(
            row=JSONObject(uuid="uuid", label="label", text="text", programme="programme", moment="moment")
        )
    )


def _own(rows: Iterable[Mapping[str, Any]], programme: str, moment: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(row["uuid"], row["label"], row["text"])
        for row in rows
        if row["programme"] in ("", programme) and row["moment"] in (ANYWHERE, moment)
    )


def _shared(programme: str, moment: str) -> tuple[Choice, ...]:
    found = (*programmes.get(programme).usual_answers, *COMMON)
    return tuple(Choice(one.code, one.label, one.text) for one in found if one.moment in (ANYWHERE, moment))


@lru_cache(maxsize=1024)
def _drawn(prefix: str, box: str, own: tuple[Choice, ...], shared: tuple[Choice, ...]) -> SafeString:
    context = {"prefix": prefix, "box": box, "own": own, "shared": shared, "chosen": CHOSEN, "insert": INSERT}
    return mark_safe(render_to_string("referrals/thread/_usual.html", context))  # noqa: S308 - drawn by a template


def _prefix(moment: str) -> str:
    """That of the names of a form: an action's are told apart by it."""
    return "" if moment == MESSAGE else f"{moment}-"


def _choices(referral: Referral, moment: str) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """Those of one's own organisation, then those of everybody; of a referral fetched through its door."""
    rows = referral.usual_rows  # type: ignore[attr-defined]
    return _own(rows, referral.programme, moment), _shared(referral.programme, moment)


def select(referral: Referral, moment: str) -> SafeString:
    """The list of what may be put in the box of a moment, with its button; empty where there is nothing to choose.

    Drawn once for the same texts.
    """
    if moment not in BOXES:
        return SafeString("")
    return _drawn(_prefix(moment), f"id_{_prefix(moment)}{BOXES[moment]}", *_choices(referral, moment))


def inserted(referral: Referral, moment: str, posted: Mapping[str, str]) -> str:
    """What was typed in the box of a moment, with the text chosen after it; unchanged when nothing was chosen."""
    own, shared = _choices(referral, moment)
    known = {one.code: one.text for one in (*own, *shared)}
    prefix = _prefix(moment)
    typed, code = posted.get(f"{prefix}{BOXES[moment]}", ""), posted.get(f"{prefix}{CHOSEN}", "")
    return "\n".join(part for part in (typed.rstrip(), known.get(code, "")) if part)
