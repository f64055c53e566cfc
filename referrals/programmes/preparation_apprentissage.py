"""Préparation à l’apprentissage, in training centres, since Prépa Apprentissage ended (DOMAIN §2.1, A-05, A-06)."""

from datetime import date

from core.working_days import long_date
from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    CHECK,
    NO,
    YES,
    Answers,
    Candidate,
    Field,
    Programme,
    Step,
    Verdict,
    entry_day,
)
from referrals.programmes.prepa_apprentissage import OUTCOMES, REGISTRATION_RULE
from referrals.programmes.prepa_apprentissage import SOURCE as PREPA
from referrals.programmes.shared import (
    COMMON_DROP_OUTS,
    COMMON_REFUSALS,
    age_unknown,
    completed_age,
    too_young,
    with_an_ml,
)

SOURCE = "Code du travail, L6313-6 (actions préparant à l’apprentissage)"
AGE_RULE = "Pouvoir signer un contrat d’apprentissage à la sortie : de 16 à 29 ans révolus."


def _age(candidate: Candidate, answers: Answers, entry: date) -> Verdict:
    """The ages of the contract that it prepares (A-10); beyond, the exceptions of that contract (A-11, A-12)."""
    age = completed_age(candidate, entry)
    if candidate.birth_date is None or age is None:
        return age_unknown(SOURCE)
    if age < 15:
        return too_young(candidate.birth_date, 15, AGE_RULE, SOURCE)
    if age == 15:
        change = "À 15 ans, le centre de formation vérifie la fin de la classe de troisième."
        return Verdict(CHECK, AGE_RULE, change, SOURCE)
    if age <= 29:
        return Verdict(YES, AGE_RULE, source=SOURCE)
    if answers.get("age_exception") is False:
        return Verdict(NO, AGE_RULE, source=SOURCE)
    return Verdict(CHECK, AGE_RULE, "Indiquez si l’exception est justifiée, sans en écrire la cause.", SOURCE)


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """The age at the entry, and the registration with a Mission Locale that the chambers ask for (A-07)."""
    entry = entry_day(answers, "entree_prevue", day)
    return (_age(candidate, answers, entry), with_an_ml(candidate, PREPA, REGISTRATION_RULE))


OPENS_ON = date(2025, 1, 1)

PROGRAMME = Programme(
    code="preparation_apprentissage",
    label="Préparation à l’apprentissage",
    short_label="Préparation à l’apprentissage",
    topic="prepa_apprentissage",
    description=(
        "Un parcours de préparation dans un centre de formation d’apprentis (CFA), avant la signature d’un contrat. La "
        "chambre de métiers se charge du métier et de la formation, la mission locale de ce qui entoure le projet. "
        f"Depuis le {long_date(OPENS_ON)}, il suit la Prépa Apprentissage."
    ),
    sends=("ml",),
    receives=("cma",),
    eligibility=eligibility,
    needs_age_exception=True,
    needs_registration=True,
    opens_on=OPENS_ON,
    entry_answer="entree_prevue",
    fields=(
        Field("entree_prevue", "Date prévue d’entrée", "date", help="L’âge est vérifié à cette date."),
        Field("metier", "Métier visé", "text", max_length=120),
        Field(
            "immersion",
            "Une immersion en entreprise (PMSMP) est-elle souhaitée pendant le parcours ?",
            "yes_no",
        ),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=OUTCOMES,
    steps=(
        Step("INFORMATION_COLLECTIVE", "Information collective"),
        Step("VISITE", "Visite du centre de formation"),
        Step("ENTRETIEN", "Entretien de positionnement"),
        Step("IMMERSION", "Immersion en entreprise"),
        Step("EMPLOYEUR_TROUVE", "Employeur trouvé"),
    ),
    clocks=ProgrammeClocks(duration_months=4),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et mon "
        "projet. C’est pour préparer mon entrée en apprentissage. {recipient} peut dire à {sender} ce qui m’est "
        "répondu et ce que je deviens à la sortie. Je peux retirer cet accord quand je veux : {sender} continue de "
        "m’accompagner."
    ),
    agreement_version="preparation-1",
)
