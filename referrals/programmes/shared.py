"""Pieces of rules and coded lists that several programmes share."""

from datetime import date

from core.ages import age_on, birthday
from core.working_days import long_date
from referrals.programmes.base import (
    CHECK,
    LAST_REASONS,
    NO,
    UNKNOWN_OUTCOME,
    UNREACHABLE,
    YES,
    Answers,
    Candidate,
    Outcome,
    Reason,
    Verdict,
)

COMMON_REFUSALS = (
    Reason("PLACES", "Plus de place disponible"),
    Reason("CRITERES_NON_REMPLIS", "Les conditions ne sont pas remplies"),
    Reason("HORS_TERRITOIRE", "Le jeune n’est pas sur notre territoire"),
    UNREACHABLE,
    Reason("JEUNE_DECLINE", "Le jeune ne souhaite pas donner suite"),
    Reason("DOSSIER_INCOMPLET", "Le dossier est resté incomplet"),
    Reason("DOUBLON", "Le jeune nous est déjà adressé"),
    Reason("AUTRE_STRUCTURE", "Une autre structure convient mieux"),
    *LAST_REASONS,
)
COMMON_DROP_OUTS = (
    Reason("ABANDON", "Le jeune a abandonné"),
    Reason("ABSENCES", "Absences répétées"),
    Reason("DESACCORD", "Désaccord avec la structure ou l’employeur"),
    Reason("PROJET_CHANGE", "Le jeune a changé de projet"),
    Reason("EMPLOI_TROUVE", "Le jeune a trouvé un emploi ou une formation"),
    Reason("DEMENAGEMENT", "Le jeune a déménagé"),
    Reason("FIN_PAR_LA_STRUCTURE", "La structure a mis fin au parcours"),
    *LAST_REASONS,
)
# What a Mission Locale answers to a partner that addresses a youth to it.
OTHER_ML = Reason("HORS_TERRITOIRE", "Le jeune relève d’une autre mission locale")
NOT_FOR_ML = Reason("HORS_PUBLIC", "Le jeune ne relève pas du public des missions locales")
ALREADY_HERE = Reason("DEJA_ACCOMPAGNE", "Le jeune est déjà accompagné chez nous")
WRONG_CONTACTS = Reason("COORDONNEES_INCORRECTES", "Les coordonnées sont fausses")
NOT_KNOWN = Outcome(UNKNOWN_OUTCOME, "Situation non connue", positive=False)


def followed_by_ml(
    candidate: Candidate, day: date, *, rule: str, change: str, source: str, under_16: str = CHECK
) -> Verdict:
    """The public of the Missions Locales (N-03): 16 to 25 completed on ``day``; ``change`` says who judges outside.

    ``under_16`` NO: nobody may judge before the 16th birthday.
    """
    age = completed_age(candidate, day)
    if candidate.birth_date is None or age is None:
        return age_unknown(source)
    if 16 <= age <= 25:
        return Verdict(YES, rule, source=source)
    if age < 16 and under_16 == NO:
        return too_young(candidate.birth_date, 16, rule, source)
    return Verdict(CHECK, rule, change, source)


def with_an_ml(
    candidate: Candidate, source: str, rule: str = "Être accompagné par une mission locale."
) -> Verdict:
    """Registered with a Mission Locale, else to be registered first."""
    if candidate.registered_with_ml:
        return Verdict(YES, rule, source=source)
    return Verdict(CHECK, rule, "Inscrivez d’abord le jeune dans sa mission locale.", source)


def age_unknown(source: str) -> Verdict:
    """The verdict when the birth date is missing."""
    return Verdict(
        CHECK, "L’âge n’a pas pu être vérifié.", "Renseignez la date de naissance du jeune.", source
    )


def too_young(birth_date: date, age: int, rule: str, source: str) -> Verdict:
    """The verdict before the ``age``-th birthday, with the day from which it changes."""
    return Verdict(NO, rule, f"Possible à partir du {long_date(birthday(birth_date, age))}.", source)


def completed_age(candidate: Candidate, day: date) -> int | None:
    """Age on ``day``, None when the birth date is unknown or later than ``day``."""
    if candidate.birth_date is None or candidate.birth_date > day:
        return None
    return age_on(candidate.birth_date, day)


def ticked(
    answers: Answers, name: str, *, yes: str, unknown: str, no: Verdict, change: str = "", source: str = ""
) -> Verdict:
    """The verdict of a yes/no question: ``no`` as given, ``check`` when it has not been answered."""
    value = answers.get(name)
    if value is None:
        return Verdict(CHECK, unknown, change, source)
    return Verdict(YES, yes, source=source) if value is True else no
