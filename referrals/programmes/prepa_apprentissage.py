"""Prépa Apprentissage: a scheme that ended on 31 December 2024 (DOMAIN §2.1, A-04), kept for its history."""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    CHECK,
    NO,
    YES,
    Answers,
    Candidate,
    Field,
    Outcome,
    Programme,
    Step,
    Verdict,
    entry_day,
)
from referrals.programmes.shared import (
    COMMON_DROP_OUTS,
    COMMON_REFUSALS,
    NOT_KNOWN,
    age_unknown,
    completed_age,
    too_young,
    with_an_ml,
)

SOURCE = "Appel à projets Prépa Apprentissage, plan d’investissement dans les compétences"
AGE_RULE = "Avoir de 16 à 29 ans révolus à l’entrée, sans limite en cas de handicap reconnu."
LEVEL_RULE = "Ne pas avoir le baccalauréat (niveau inférieur à 4)."
BACCALAUREATE = 4


def _age(candidate: Candidate, answers: Answers, entry: date) -> Verdict:
    age = completed_age(candidate, entry)
    if candidate.birth_date is None or age is None:
        return age_unknown(SOURCE)
    if age < 16:
        return too_young(candidate.birth_date, 16, AGE_RULE, SOURCE)
    if age <= 29:
        return Verdict(YES, AGE_RULE, source=SOURCE)
    if answers.get("age_exception") is False:
        return Verdict(NO, AGE_RULE, source=SOURCE)
    return Verdict(CHECK, AGE_RULE, "Indiquez si l’exception est justifiée, sans en écrire la cause.", SOURCE)


def _level(candidate: Candidate) -> Verdict:
    if candidate.level is None:
        return Verdict(CHECK, LEVEL_RULE, "Renseignez le niveau du jeune.", SOURCE)
    return Verdict(YES if candidate.level < BACCALAUREATE else NO, LEVEL_RULE, source=SOURCE)


# registered with a Mission Locale first, so that nobody is alone whatever comes next.
REGISTRATION_RULE = "Être inscrit dans une mission locale avant l’entrée."


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """A-02 (age and level) and A-07 (registered with a Mission Locale first)."""
    entry = entry_day(answers, "entree_prevue", day)
    return (
        _age(candidate, answers, entry),
        _level(candidate),
        with_an_ml(candidate, SOURCE, REGISTRATION_RULE),
    )


# A contract signed, a return to the Mission Locale, or another path; the successor counts them in the same codes.
OUTCOMES = (
    Outcome("APPRENTISSAGE", "Contrat d’apprentissage signé", positive=True),
    Outcome("AUTRE_ALTERNANCE", "Autre contrat en alternance", positive=True),
    Outcome("FORMATION", "Autre parcours : formation", positive=True),
    Outcome("EMPLOI", "Autre parcours : emploi", positive=True),
    Outcome(
        "SANS_SOLUTION", "Sans solution, de retour à la mission locale", positive=False, returns_to_ml=True
    ),
    NOT_KNOWN,
)


PROGRAMME = Programme(
    code="prepa_apprentissage",
    label="Prépa Apprentissage",
    short_label="Prépa Apprentissage",
    topic="prepa_apprentissage",
    description=(
        "Un parcours de préparation avant la signature d’un contrat d’apprentissage. Le dispositif a "
        "pris fin le "
        "31 décembre 2024 ; il reste ici pour les parcours commencés avant cette date."
    ),
    sends=("ml",),
    receives=("cma",),
    eligibility=eligibility,
    needs_age_exception=True,
    needs_registration=True,
    entry_answer="entree_prevue",
    opens_on=date(2019, 1, 1),
    closes_on=date(2024, 12, 31),
    closing_note=(
        "Pour une entrée d’aujourd’hui, choisissez la préparation à l’apprentissage, ou demandez à la DREETS les "
        "actions de l’offre de repérage et de remobilisation (O2R) du territoire."
    ),
    fields=(
        Field(
            "entree_prevue",
            "Date d’entrée",
            "date",
            help="Jusqu’au 31 décembre 2024. L’âge est vérifié à cette date.",
        ),
        Field("metier", "Métier visé", "text", max_length=120),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=OUTCOMES,
    steps=(
        Step("INFORMATION_COLLECTIVE", "Information collective"),
        Step("ENTRETIEN", "Entretien de positionnement"),
        Step("IMMERSION", "Immersion en entreprise"),
    ),
    clocks=ProgrammeClocks(duration_months=4),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et "
        "mon projet. C’est pour préparer mon entrée en apprentissage. {recipient} peut dire à {sender} ce "
        "qui m’est répondu et ce que je deviens à la sortie. Je peux retirer cet accord quand je veux : "
        "{sender} continue de m’accompagner."
    ),
    agreement_version="prepa-2",
    earlier_agreements={
        "prepa-1": (
            "J’accepte que {sender} transmette à {recipient} mon identité, mes coordonnées, mon niveau et "
            "mon projet, pour préparer mon entrée en apprentissage. J’accepte que {recipient} informe "
            "{sender} de la suite donnée et de ma situation à la sortie. Je peux retirer cet accord à tout "
            "moment, sans conséquence sur mon accompagnement."
        )
    },
)
