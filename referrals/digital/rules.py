"""The questions of the self-diagnosis and what the answers suggest. Pure: no database, no request.

Ten questions in everyday words: two about what one has, eight about what one does. Nothing is a mark: the answers
propose, the advisor and the youth decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

VERSION = "numerique-1"
ALONE, HELPED, NOT_YET = "seul", "aide", "non"
LEVELS = (
    (ALONE, "Oui, sans aide"),
    (HELPED, "Oui, si quelqu’un m’aide"),
    (NOT_YET, "Non, pas encore"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its code, how the youth reads it, how the advisor reads it, its answers (code, words)."""

    code: str
    asked: str
    short: str
    choices: tuple[tuple[str, str], ...] = LEVELS


DEVICE, CONNECTION = "appareil", "connexion"
QUESTIONS = (
    Question(
        DEVICE,
        "Qu’est-ce que vous avez, à vous ?",
        "Appareil",
        (
            ("ordinateur", "Un ordinateur"),
            ("telephone", "Un téléphone, pas d’ordinateur"),
            ("emprunt", "Rien à moi : on me prête un appareil"),
            ("rien", "Rien du tout"),
        ),
    ),
    Question(
        CONNECTION,
        "Internet là où vous vivez, ça marche comment ?",
        "Connexion",
        (
            ("bien", "Bien"),
            ("limite", "Ça coupe, ou je n’ai pas assez de données"),
            ("rien", "Je n’ai pas internet"),
        ),
    ),
    Question("clavier", "Écrire avec un clavier et cliquer avec une souris ?", "Clavier et souris"),
    Question("compte", "Créer un compte, et retrouver son mot de passe ?", "Comptes et mots de passe"),
    Question("message", "Envoyer un mail avec un document joint ?", "Mail avec un document"),
    Question(
        "chercher", "Trouver un horaire ou une adresse, et voir si c’est vrai ?", "Chercher et vérifier"
    ),
    Question("formulaire", "Remplir une demande en ligne jusqu’au bout ?", "Demande en ligne"),
    Question("document", "Faire son CV sur un ordinateur, et le garder ?", "Faire un CV"),
    Question("visio", "Parler à quelqu’un en vidéo, pour un rendez-vous ?", "Rendez-vous en vidéo"),
    Question("arnaque", "Reconnaître un message qui cherche à vous piéger ?", "Messages piégés"),
)
SKILLS = tuple(item for item in QUESTIONS if item.choices is LEVELS)
# Without these, no course can be followed: one starts with them.
BASICS = ("clavier", "compte", "message")
# From so many things not done yet, the first steps come before a course; from so many not done alone, a course helps.
MANY_NOT_YET, SOME_NOT_ALONE = 4, 3


class Proposal(StrEnum):
    """What the answers suggest."""

    EQUIPMENT = "equipement"
    FIRST_STEPS = "premiers_pas"
    TRAINING = "formation"
    AUTONOMOUS = "autonome"


PROPOSAL_LABELS: dict[Proposal, tuple[str, str]] = {
    Proposal.EQUIPMENT: (
        "S’équiper",
        "Le jeune n’a pas d’appareil à lui, ou pas de connexion qui suffit.",
    ),
    Proposal.FIRST_STEPS: (
        "Les premiers gestes",
        "Un geste de base manque, ou beaucoup de choses ne sont pas encore possibles.",
    ),
    Proposal.TRAINING: (
        "Une formation",
        "Les bases sont là ; plusieurs choses ne se font pas encore sans aide.",
    ),
    Proposal.AUTONOMOUS: (
        "Il se débrouille",
        "Presque tout se fait sans aide : rien n’oblige à une orientation.",
    ),
}


def needs_equipment(answers: Mapping[str, str]) -> bool:
    """Nothing of one's own, or a connection that does not do. A telephone alone is not counted as a lack."""
    return answers.get(DEVICE) in ("emprunt", "rien") or answers.get(CONNECTION) in ("limite", "rien")


def level(answers: Mapping[str, str]) -> Proposal:
    """Where the skills stand; what was not answered counts as not done yet."""
    said = {item.code: answers.get(item.code, NOT_YET) for item in SKILLS}
    not_yet = [code for code, answer in said.items() if answer not in (ALONE, HELPED)]
    if len(not_yet) >= MANY_NOT_YET or set(not_yet) & set(BASICS):
        return Proposal.FIRST_STEPS
    if sum(answer != ALONE for answer in said.values()) >= SOME_NOT_ALONE:
        return Proposal.TRAINING
    return Proposal.AUTONOMOUS


def proposals(answers: Mapping[str, str]) -> tuple[Proposal, ...]:
    """What the answers suggest, what to begin with first: perhaps equipment, then exactly one level."""
    return (*((Proposal.EQUIPMENT,) if needs_equipment(answers) else ()), level(answers))


def to_see(answers: Mapping[str, str]) -> tuple[str, ...]:
    """What is not done alone, in the order of the questions, as the advisor reads it."""
    return tuple(item.short for item in SKILLS if answers.get(item.code) != ALONE)


def in_words(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each question that was answered, and its answer, as the advisor reads them."""
    return [
        (item.short, dict(item.choices).get(answers[item.code], ""))
        for item in QUESTIONS
        if item.code in answers
    ]


def for_referral(answers: Mapping[str, str]) -> dict[str, str]:
    """What the answers already say of the questions of ``inclusion_numerique``: nothing is asked twice."""
    first = proposals(answers)[0]
    found = {"besoin": first.value} if first is not Proposal.AUTONOMOUS else {}
    devices = {"ordinateur": "ordinateur", "telephone": "telephone", "emprunt": "aucun", "rien": "aucun"}
    if device := devices.get(answers.get(DEVICE, "")):
        found["appareil"] = device
    if answers.get(CONNECTION):
        found["connexion"] = "oui" if answers[CONNECTION] == "bien" else "non"
    return found
