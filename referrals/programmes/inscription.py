"""A partner asks the Mission Locale to register a youth before an entry (DOMAIN A-07): it asks, and is only answered.

The partner looks nobody up: it writes to the Mission Locale of the youth's territory, which alone knows whom it has.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    LAST_REASONS,
    NO,
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
    COMMON_DROP_OUTS,
    NOT_FOR_ML,
    NOT_KNOWN,
    OTHER_ML,
    WRONG_CONTACTS,
    followed_by_ml,
)

SOURCE = "Code du travail, L5314-2"
AGE_RULE = "Les missions locales inscrivent les jeunes de 16 à 25 ans révolus."
REGISTRATION_RULE = "Le jeune n’est encore inscrit dans aucune mission locale à votre connaissance."
KNOWN = "DEJA_INSCRIT"
REGISTERED = "INSCRIT"


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """N-03 for the age, which the Mission Locale judges outside its bounds; nothing to ask for who is registered."""
    if candidate.registered_with_ml:
        change = "Rien à demander : son dossier dit dans quelle mission locale il est inscrit."
        registration = Verdict(NO, REGISTRATION_RULE, change, SOURCE)
    else:
        registration = Verdict(YES, REGISTRATION_RULE, source=SOURCE)
    change = "La mission locale dira si elle peut l’inscrire."
    return (registration, followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE))


PROGRAMME = Programme(
    code="inscription",
    label="Demande d’inscription en mission locale",
    short_label="Inscription",
    topic="prepa_apprentissage",
    description=(
        "Avant une préparation à l’apprentissage, le jeune est inscrit dans sa mission locale. Écrivez à celle de son "
        "territoire, avec son accord : elle répond qu’il l’est déjà, ou l’inscrit."
    ),
    sends=("cma",),
    receives=("ml",),
    eligibility=eligibility,
    returns_to_ml=False,
    fields=(Field("entree_prevue", "Date prévue d’entrée en préparation", "date"),),
    answer_page="referrals:registration",
    answer_label="Répondre : déjà inscrit, ou l’inscrire",
    answered_there=("accept", "waitlist", "start", "complete", "drop_out"),
    told={
        "send": "{actor} vous demande d’inscrire un jeune avant son entrée ({programme}).",
        "accept": "",
        "start": "",
        "complete": "{actor} a répondu à votre demande d’inscription.",
        "decline": "{actor} n’a pas pu donner suite à votre demande d’inscription.",
    },
    story={
        "send": "Inscription demandée",
        "receive": "Demande ouverte par la mission locale",
        "accept": "Demande prise en charge",
        "start": "Inscription vérifiée",
        "complete": "Réponse donnée",
        "acknowledge": "Réponse lue par la structure qui a demandé",
    },
    exit_words="réponse de la mission locale",
    refusal_reasons=(
        OTHER_ML,
        NOT_FOR_ML,
        UNREACHABLE,
        WRONG_CONTACTS,
        Reason("JEUNE_DECLINE", "Le jeune ne souhaite pas être inscrit"),
        Reason("DOUBLON", "La demande nous est déjà adressée"),
        *LAST_REASONS,
    ),
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome(KNOWN, "Déjà inscrit", positive=True),
        Outcome(REGISTERED, "Inscrit", positive=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("CONTACT_TENTE", "Prise de contact tentée"),
        Step("RDV_PRIS", "Rendez-vous pris"),
    ),
    # An answer is the end of it: what becomes of the youth is told by what follows.
    clocks=ProgrammeClocks(follow_up_months=()),
    followed_by=("preparation_apprentissage", "prepa_apprentissage"),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre et mon niveau. C’est "
        "pour que {recipient} m’inscrive, ou dise que je suis déjà inscrit. {recipient} peut le dire à {sender}, et "
        "rien d’autre. Je peux retirer cet accord quand je veux, sans rien perdre."
    ),
    agreement_version="inscription-1",
)
