"""Contrat d’apprentissage, with the chambers' training centres and the branches (DOMAIN §2.2)."""

from datetime import date

from core.ages import birthday
from core.working_days import long_date
from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    ACCEPT,
    ASK,
    CHECK,
    NO,
    YES,
    Answers,
    Candidate,
    Field,
    Outcome,
    Programme,
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
)

SOURCE = "Code du travail, L6222-1 et L6222-2 ; service-public.fr"
AGE_RULE = "Avoir de 16 à 29 ans révolus au début du contrat."
# The limit that held before, for contracts that began then: 25, and 30 in the regions that tried it (to be confirmed).
BEFORE_2019_RULE = "Avant 2019, avoir de 16 à 25 ans révolus au début du contrat."
RAISED_ON = date(2019, 1, 1)
LAST_AGE, LAST_AGE_BEFORE = 29, 25
LIMIT_RULE = (
    "Après 29 ans, une exception est nécessaire : diplôme supérieur, contrat précédent rompu sans faute, "
    "reconnaissance de travailleur handicapé, création d’entreprise, sport de haut niveau ou échec à "
    "l’examen."
)
# sources differ on the bound of the first two exceptions (34 or 35 completed); the others have none.
FIRST_DISPUTED_AGE = 35


def _below_16(birth: date, start: date, answers: Answers) -> Verdict:
    rule = "À 15 ans : avoir terminé la classe de troisième et avoir eu 15 ans avant le 31 décembre."
    if birthday(birth, 15) > date(start.year, 12, 31):
        return too_young(birth, 15, AGE_RULE, SOURCE)
    if answers.get("troisieme_terminee") is False:
        change = f"Possible après la troisième, ou à partir du {long_date(birthday(birth, 16))}."
        return Verdict(NO, rule, change, SOURCE)
    if answers.get("troisieme_terminee") is True and birthday(birth, 15) <= start:
        return Verdict(YES, rule, source=SOURCE)
    return Verdict(
        CHECK,
        rule,
        "Vérifiez la fin de la troisième et la date d’entrée avec le centre de formation.",
        SOURCE,
    )


def _above_29(age: int, answers: Answers) -> Verdict:
    exception = answers.get("age_exception")
    if exception is False:
        return Verdict(NO, AGE_RULE, LIMIT_RULE, SOURCE)
    if exception is None:
        return Verdict(
            CHECK, LIMIT_RULE, "Indiquez si une exception est justifiée, sans en écrire la cause.", SOURCE
        )
    if age < FIRST_DISPUTED_AGE:
        change = "Le centre de formation vérifiera la pièce qui justifie l’exception."
    elif age == FIRST_DISPUTED_AGE:
        change = "La limite varie selon les sources (34 ou 35 ans révolus) : faites confirmer par l’OPCO."
    else:
        change = "Seules les exceptions sans limite d’âge restent possibles : faites confirmer par l’OPCO."
    return Verdict(CHECK, LIMIT_RULE, change, SOURCE)


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """A-10, A-11 (bound disputed, so never better than "à vérifier"), A-12, and A-14 for minors."""
    start = entry_day(answers, "debut_prevu", day)
    age = completed_age(candidate, start)
    if candidate.birth_date is None or age is None:
        return (age_unknown(SOURCE),)
    if age < 16:
        verdicts = [_below_16(candidate.birth_date, start, answers)]
    elif age <= LAST_AGE_BEFORE or (age <= LAST_AGE and start >= RAISED_ON):
        verdicts = [Verdict(YES, AGE_RULE if start >= RAISED_ON else BEFORE_2019_RULE, source=SOURCE)]
    elif age <= LAST_AGE:
        change = "Certaines régions allaient jusqu’à 30 ans : faites confirmer par l’OPCO."
        verdicts = [Verdict(CHECK, BEFORE_2019_RULE, change, SOURCE)]
    else:
        verdicts = [_above_29(age, answers)]
    if age < 18:
        minor = "Avant 18 ans, le contrat est aussi signé par le représentant légal."
        verdicts.append(Verdict(YES, minor, source=SOURCE))
    return tuple(verdicts)


PROGRAMME = Programme(
    code="apprentissage",
    label="Contrat d’apprentissage",
    short_label="Apprentissage",
    topic="apprentissage",
    description=(
        "Un contrat de travail de six mois à trois ans, en alternance entre une entreprise et un "
        "centre de formation "
        "d’apprentis (CFA), pour préparer un diplôme."
    ),
    sends=("ml",),
    receives=("cma", "akto"),
    eligibility=eligibility,
    needs_age_exception=True,
    entry_answer="debut_prevu",
    fields=(
        Field("metier", "Métier ou diplôme visé", "text", max_length=120),
        Field(
            "debut_prevu", "Date prévue de début du contrat", "date", help="L’âge est vérifié à cette date."
        ),
        Field(
            "employeur",
            "Où en est la recherche d’employeur ?",
            "choice",
            choices=(
                ("trouve", "Employeur trouvé"),
                ("en_cours", "Recherche en cours"),
                ("aucun", "Pas commencée"),
            ),
        ),
        Field(
            "troisieme_terminee",
            "Pour un jeune de 15 ans : la classe de troisième est-elle terminée ?",
            "yes_no",
        ),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("DIPLOME_EMPLOI", "Diplôme obtenu et emploi", positive=True),
        Outcome("DIPLOME", "Diplôme obtenu", positive=True),
        Outcome("EMPLOI", "Emploi", positive=True),
        Outcome("NOUVEAU_CONTRAT", "Nouveau contrat en alternance", positive=True),
        Outcome("FORMATION", "Poursuite en formation", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("ENTRETIEN", "Entretien d’orientation"),
        Step("POSITIONNEMENT", "Positionnement en formation"),
        Step("RECHERCHE_EMPLOYEUR", "Recherche d’employeur"),
        Step("CONTRAT_DEPOSE", "Contrat signé et déposé"),
        Step("RUPTURE", "Contrat rompu, suite à venir"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=60, duration_months=24),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et "
        "mon projet. C’est pour trouver un contrat d’apprentissage. {recipient} peut dire à {sender} ce qui "
        "m’est répondu, quand mon contrat commence et finit, et ce que je deviens ensuite. Je peux retirer "
        "cet accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="apprentissage-2",
    becoming_told=(
        "apprentissage-2",
        "apprentissage-1",
    ),
    earlier_agreements={
        "apprentissage-1": (
            "J’accepte que {sender} transmette à {recipient} mon identité, mes coordonnées, mon niveau et "
            "mon projet, pour préparer un contrat d’apprentissage. J’accepte que {recipient} informe "
            "{sender} de la suite donnée, du début et de la fin du contrat et de ma situation ensuite. Je "
            "peux retirer cet accord à tout moment, sans conséquence sur mon accompagnement."
        )
    },
    usual_answers=(
        Usual(
            "ENTREPRISE",
            "A-t-il une entreprise ?",
            "Le jeune a-t-il déjà une entreprise, ou une piste ?",
            ASK,
        ),
        Usual(
            "POSITIONNEMENT",
            "Entretien de positionnement",
            "Nous invitons le jeune à un entretien de positionnement. Nous vous en dirons la date.",
            ACCEPT,
        ),
    ),
)
