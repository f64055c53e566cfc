"""What is held of a youth by the links and their answers: in the history, and why (core.personal)."""

from core.history import track
from core.personal import REFERENCE, Chapter, Circle, Use, declare
from referrals.digital.rules import in_words
from referrals.models import DigitalCheck, YouthLink

ASKED = Use("Poser quelques questions au jeune, sur son téléphone, sans lui ouvrir de compte")
GUARDED = Use("Empêcher qu’un autre que le jeune réponde à sa place", readers="Personne : sert au portail")
SKILLS = Use("Savoir où le jeune en est avec le numérique, par ce qu’il en dit, pour lui proposer une aide")


def register() -> None:
    """Declare the tables of the links (at start)."""
    of_youth = {"subject_kind": "youth", "subject": "youth"}
    # Neither its token nor what was tried: the link itself says what became of it.
    track(YouthLink, **of_youth, organisations=("requested_for",), ignored=("token_hash", "tries"))
    track(DigitalCheck, **of_youth, organisations=("organisation",), masked=("answers",))
    declare(
        YouthLink,
        {
            ASKED: ("kind", "asked_at", "expires_at", "mailed_at", "cancelled_at", "used_at"),
            GUARDED: ("token_hash", "tries", "locked_at"),
            REFERENCE: ("referral",),
        },
        youth="youth",
        holders=("requested_for",),
        hidden=frozenset({"token_hash"}),
        subjects=("youth_link",),
    )
    declare(
        DigitalCheck,
        {SKILLS: ("version", "answers", "answered_at")},
        youth="youth",
        circle=Circle.STORY,
        moment="answered_at",
        holders=("organisation",),
        chapter=Chapter.OTHERS,
        said={
            "answers": lambda row: " ; ".join(
                f"{question} : {answer}" for question, answer in in_words(row.answers)
            )
        },
    )
