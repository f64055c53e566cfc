"""Mission Jeunes: access to temporary work with the agencies (DOMAIN §4, B-01 to B-04)."""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    ASK,
    CHECK,
    NO,
    YES,
    Answers,
    Candidate,
    Field,
    Outcome,
    Programme,
    Reason,
    Step,
    Usual,
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

SOURCE = "Accord Mission Jeunes ; publics des missions locales (Code du travail, L5131-3)"
AGE_RULE = "Avoir de 16 à 25 ans révolus, jusqu’à 29 ans avec une reconnaissance de travailleur handicapé."


def _age(age: int, birth: date, answers: Answers) -> Verdict:
    if age < 16:
        return too_young(birth, 16, AGE_RULE, SOURCE)
    if age <= 25:
        return Verdict(YES, AGE_RULE, source=SOURCE)
    if age <= 29 and answers.get("age_exception") is not False:
        return Verdict(
            CHECK, AGE_RULE, "Indiquez si l’exception est justifiée, sans en écrire la cause.", SOURCE
        )
    return Verdict(NO, AGE_RULE, "Orientez le jeune directement vers l’agence, hors de cet accord.", SOURCE)


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """The public of the Missions Locales (N-03, N-05); a minor is for the agency to confirm."""
    entry = entry_day(answers, "disponible_le", day)
    age = completed_age(candidate, entry)
    verdicts = []
    if candidate.birth_date is None or age is None:
        verdicts.append(age_unknown(SOURCE))
    else:
        verdicts.append(_age(age, candidate.birth_date, answers))
        if 16 <= age < 18:
            rule = (
                "Avant 18 ans, peu de missions sont possibles : certains travaux et horaires sont interdits."
            )
            verdicts.append(Verdict(CHECK, rule, "Appelez l’agence avant d’envoyer l’orientation.", SOURCE))
    verdicts.append(with_an_ml(candidate, SOURCE))
    return tuple(verdicts)


PROGRAMME = Programme(
    code="mission_jeunes",
    label="Mission Jeunes (intérim)",
    short_label="Mission Jeunes",
    topic="mission_jeunes",
    description=(
        "Des missions d’intérim et une offre de services : préparation, levée des freins, mise en "
        "relation avec une "
        "agence, formation."
    ),
    sends=("ml",),
    receives=("interim",),
    eligibility=eligibility,
    needs_age_exception=True,
    has_missions=True,
    fields=(
        Field("disponible_le", "Disponible à partir du", "date"),
        Field("metier", "Métiers recherchés", "text", max_length=120),
        Field("permis_b", "Le jeune a-t-il le permis B ?", "yes_no"),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome(
            "EMPLOI_DURABLE", "Emploi durable (CDI, CDI intérimaire, CDD de 6 mois ou plus)", positive=True
        ),
        Outcome("MISSIONS_REGULIERES", "Missions régulières", positive=True),
        Outcome("MISSION_COURTE", "Une ou plusieurs missions courtes", positive=True),
        Outcome("ALTERNANCE", "Alternance", positive=True),
        Outcome("FORMATION", "Formation", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("INSCRIPTION", "Inscription à l’agence"),
        Step("ENTRETIEN", "Entretien"),
        Step("MISSION_PROPOSEE", "Mission proposée"),
        Step("MISSION_EFFECTUEE", "Mission effectuée"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=15, duration_months=3),
    start_proofs=(
        Reason("CONTRAT_DE_MISSION", "Le contrat de mission, lu avec le jeune"),
        Reason("BULLETIN_DE_SALAIRE", "Un bulletin de salaire, lu avec le jeune"),
    ),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et "
        "les métiers que je cherche. C’est pour avoir des missions d’intérim. {recipient} peut dire à "
        "{sender} ce qui m’est répondu, quelles missions je fais et ce que je deviens ensuite. Je peux "
        "retirer cet accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="mission-jeunes-2",
    becoming_told=(
        "mission-jeunes-2",
        "mission-jeunes-1",
    ),
    earlier_agreements={
        "mission-jeunes-1": (
            "J’accepte que {sender} transmette à {recipient} mon identité, mes coordonnées, mon niveau et "
            "les métiers que je recherche, pour accéder à des missions d’intérim. J’accepte que {recipient} "
            "informe {sender} de la suite donnée, de mes missions et de ma situation ensuite. Je peux "
            "retirer cet accord à tout moment, sans conséquence sur mon accompagnement."
        )
    },
    usual_answers=(
        Usual("MOBILITE", "Mobilité", "Jusqu’où le jeune peut-il se déplacer, et à quels horaires ?", ASK),
    ),
)
