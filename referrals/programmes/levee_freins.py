"""An agency or a branch asks the Mission Locale to help lift an obstacle of somebody it employs (B-03, B-09).

The FASTT helps temporary workers with housing, mobility, childcare and credit; the Mission Locale does the rest, for a
course that goes on. Codes only: health and justice have none here.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    CHECK,
    LAST_REASONS,
    UNREACHABLE,
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
    COMMON_DROP_OUTS,
    NOT_FOR_ML,
    NOT_KNOWN,
    OTHER_ML,
    followed_by_ml,
)
from referrals.states import RECIPIENT
from youths.obstacle_codes import CATEGORIES

SOURCE = "Code du travail, L5131-3 ; accord Mission Jeunes"
AGE_RULE = "Les missions locales accompagnent les jeunes de 16 à 25 ans révolus."


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """N-03, as for a return: the Mission Locale judges; and what the FASTT does first for temporary workers."""
    change = "La mission locale dira ce qu’elle peut faire."
    verdicts = [followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE)]
    if answers.get("fastt") is False and answers.get("frein") in FASTT_HELPS:
        rule = (
            "Le FASTT aide les intérimaires pour le logement, la mobilité, la garde d’enfants et le budget."
        )
        change = "Faites-lui aussi la demande : les deux aides se complètent."
        verdicts.append(Verdict(CHECK, rule, change, "FASTT"))
    return tuple(verdicts)


FASTT_HELPS = ("MOBILITE", "LOGEMENT", "RESSOURCES", "FAMILLE_GARDE")

PROGRAMME = Programme(
    code="levee_freins",
    label="Lever un frein avec la mission locale",
    short_label="Levée d’un frein",
    topic="mission_jeunes",
    topics_by_sender={"akto": "lien_entreprises"},
    description=(
        "Un jeune est en mission ou en parcours chez vous, et quelque chose le gêne : logement, mobilité, garde "
        "d’enfants, démarches. La mission locale l’aide, sans qu’il quitte son parcours."
    ),
    sends=("interim", "akto"),
    receives=("ml",),
    eligibility=eligibility,
    returns_to_ml=False,
    fields=(
        Field(
            "frein",
            "Qu’est-ce qui gêne le jeune ?",
            "choice",
            choices=tuple((category.code, category.label) for category in CATEGORIES),
            required=True,
        ),
        Field(
            "fastt",
            "Le FASTT a-t-il été sollicité ?",
            "yes_no",
            help="Le Fonds d’action sociale du travail temporaire aide les intérimaires. Sans objet hors intérim.",
        ),
        Field("avant_le", "À résoudre si possible avant le", "date"),
    ),
    refusal_reasons=(
        OTHER_ML,
        NOT_FOR_ML,
        Reason("HORS_CHAMP", "Nous n’avons pas de réponse à ce frein"),
        UNREACHABLE,
        Reason("JEUNE_DECLINE", "Le jeune ne souhaite pas d’aide"),
        Reason("DOUBLON", "La demande nous est déjà adressée"),
        *LAST_REASONS,
    ),
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("FREIN_LEVE", "Frein levé", positive=True),
        Outcome("FREIN_REDUIT", "Frein réduit : le parcours continue", positive=True),
        Outcome("RELAIS", "Relais pris par une autre structure", positive=True),
        Outcome("FREIN_PRESENT", "Frein toujours présent", positive=False),
        NOT_KNOWN,
    ),
    steps=(
        Step("CONTACT_PRIS", "Contact pris avec le jeune"),
        Step("RDV_PRIS", "Rendez-vous pris"),
        Step("AIDE_DEMANDEE", "Aide demandée"),
        Step("AIDE_OBTENUE", "Aide obtenue"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=15, duration_months=3, follow_up_side=RECIPIENT),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre et ce qui me gêne. "
        "C’est pour que {recipient} m’aide. {recipient} peut dire à {sender} si c’est réglé. Je peux retirer cet "
        "accord quand je veux, sans rien perdre."
    ),
    agreement_version="levee-freins-1",
)
