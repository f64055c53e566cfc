"""The way back: a partner sends a youth (again) to the Mission Locale (DOMAIN §3.3; DESIGN, closed loop).

The Mission Locale decides whom it accompanies: no rule here says no, it says what to check.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    CHECK,
    LAST_REASONS,
    UNREACHABLE,
    YES,
    Answers,
    Candidate,
    Field,
    Outcome,
    Programme,
    Reason,
    Step,
    Verdict,
)
from referrals.programmes.shared import (
    ALREADY_HERE,
    COMMON_DROP_OUTS,
    NOT_FOR_ML,
    NOT_KNOWN,
    OTHER_ML,
    WRONG_CONTACTS,
    followed_by_ml,
)
from referrals.states import RECIPIENT

SOURCE = "Code du travail, L5131-3 et L5314-2"
AGE_RULE = "Les missions locales accompagnent les jeunes de 16 à 25 ans révolus."


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """N-03: 16 to 25 completed; outside, the Mission Locale judges (29 with RQTH, support already begun)."""
    change = "La mission locale dira si elle peut reprendre l’accompagnement ou vers qui se tourner."
    verdicts = [followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE)]
    rule = "Le retour est adressé à la mission locale d’inscription du jeune."
    if candidate.registered_with_ml:
        verdicts.append(Verdict(YES, rule, source=SOURCE))
    else:
        change = "Jeune sans mission locale connue : choisissez celle de son territoire, avec son accord."
        verdicts.append(Verdict(CHECK, rule, change, SOURCE))
    return tuple(verdicts)


def _situation(candidate: Candidate) -> str:
    """Whom no Mission Locale has registered came by themselves, as far as one can tell: proposed, never imposed."""
    return "" if candidate.registered_with_ml else "direct"


PROGRAMME = Programme(
    code="retour",
    label="Retour vers la mission locale",
    short_label="Retour",
    topic="retour",
    # A return reaches the referent who knows the scheme the youth comes from.
    topics_by_sender={
        "smv": "smv",
        "cma": "apprentissage",
        "interim": "mission_jeunes",
        "akto": "lien_entreprises",
    },
    description=(
        "Un jeune sort d’un parcours chez un partenaire, ou s’y est présenté directement : il est "
        "adressé à la mission "
        "locale, qui reprend contact avec lui."
    ),
    sends=("smv", "cma", "akto", "interim", "digital", "region"),
    receives=("ml",),
    eligibility=eligibility,
    returns_to_ml=False,
    fields=(
        Field(
            "situation",
            "D’où vient le jeune ?",
            "choice",
            choices=(
                ("interruption", "Parcours interrompu"),
                ("fin_sans_solution", "Parcours terminé, sans solution"),
                ("non_retenu", "Candidature non retenue"),
                ("direct", "Candidature directe, jamais adressée par une mission locale"),
            ),
            required=True,
            known=_situation,
        ),
        Field("sorti_le", "Date de sortie", "date"),
    ),
    refusal_reasons=(
        ALREADY_HERE,
        OTHER_ML,
        NOT_FOR_ML,
        UNREACHABLE,
        WRONG_CONTACTS,
        Reason("JEUNE_DECLINE", "Le jeune ne souhaite pas d’accompagnement"),
        Reason("DOUBLON", "Le retour nous est déjà adressé"),
        *LAST_REASONS,
    ),
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("ACCOMPAGNEMENT_REPRIS", "Accompagnement repris", positive=True),
        Outcome("AUTRE_SOLUTION", "Le jeune a trouvé une autre solution", positive=True),
        Outcome("NOUVELLE_ORIENTATION", "Nouvelle orientation engagée", positive=True),
        Outcome("NON_JOINT", "Jeune non joint malgré les relances", positive=False),
        Outcome("NE_SOUHAITE_PAS", "Le jeune ne souhaite pas d’accompagnement", positive=False),
        NOT_KNOWN,
    ),
    steps=(
        Step("CONTACT_TENTE", "Prise de contact tentée"),
        Step("RDV_PRIS", "Rendez-vous pris"),
        Step("RDV_HONORE", "Rendez-vous honoré"),
        Step("RDV_MANQUE", "Rendez-vous manqué"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=15, duration_months=3, follow_up_side=RECIPIENT),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, les dates de "
        "mon parcours et ma situation à la sortie. C’est pour que {recipient} me recontacte. {recipient} "
        "peut dire à {sender} ce qui m’est répondu. Je peux retirer cet accord quand je veux, sans rien "
        "perdre."
    ),
    agreement_version="retour-2",
    earlier_agreements={
        "retour-1": (
            "J’accepte que {sender} transmette à {recipient} mon identité, mes coordonnées, les dates de mon "
            "parcours et ma situation à la sortie, pour que la mission locale reprenne contact avec moi. "
            "J’accepte que {recipient} informe {sender} de la suite donnée. Je peux retirer cet accord à "
            "tout moment, sans conséquence sur mon accompagnement."
        )
    },
)
