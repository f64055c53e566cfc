"""Offre régionale: what a Region proposes to the youths of the Missions Locales (DOMAIN §6.4, NA-REGION-2018; S2).

The themes are those of the framework of Nouvelle-Aquitaine. An offer lists its publics; nothing here asks which one
a youth belongs to.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    Answers,
    Candidate,
    Field,
    Opinion,
    Outcome,
    Programme,
    Step,
    Verdict,
)
from referrals.programmes.shared import (
    COMMON_DROP_OUTS,
    COMMON_REFUSALS,
    NOT_KNOWN,
    followed_by_ml,
    with_an_ml,
)

SOURCE = "Accord-cadre proposé par la Région Nouvelle-Aquitaine aux missions locales (2018-2020)"
AGE_RULE = "Les missions locales accompagnent les jeunes de 16 à 25 ans révolus."


_MUCH = (("oui", "Oui"), ("un_peu", "Un peu"), ("non", "Non"))


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """The public of the Missions Locales (N-03). Each offer says whom it is for: no rule says no."""
    change = "Vérifiez avec l’organisme à qui son offre est ouverte."
    age = followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE)
    return (age, with_an_ml(candidate, SOURCE, "Être inscrit dans une mission locale."))


PROGRAMME = Programme(
    code="offre_regionale",
    label="Offre régionale",
    short_label="Offre régionale",
    topic="formation",
    # Answered by who is designated for the theme; health is answered as any other, so that nobody's name tells it.
    topic_answer="theme",
    topics_by_answer={
        "savoirs_de_base": "savoirs_de_base",
        "mobilite": "mobilite",
        "logement": "logement",
        "droits": "droits",
        "entrepreneuriat": "entrepreneuriat",
        "culture": "culture",
        "decrochage": "decrochage",
    },
    description=(
        "Savoirs de base, formation qualifiante, mobilité, logement, accès aux droits, création d’activité, "
        "culture ou retour en formation : ce que la Région propose près de chez lui."
    ),
    sends=("ml",),
    receives=("region",),
    eligibility=eligibility,
    fields=(
        Field(
            "theme",
            "Sur quel sujet ?",
            "choice",
            choices=(
                ("savoirs_de_base", "Savoirs de base"),
                ("formation_qualifiante", "Formation qualifiante"),
                ("mobilite", "Mobilité"),
                ("logement", "Logement"),
                ("sante", "Santé : droits, prévention, bilan"),
                ("droits", "Accès aux droits"),
                ("entrepreneuriat", "Création d’activité"),
                ("culture", "Culture"),
                ("decrochage", "Retour en formation après une interruption"),
            ),
            restricted=("sante",),
            required=True,
        ),
        Field("disponible_le", "Disponible à partir du", "date"),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    # None of them tells the theme: they are read where it is not.
    outcomes=(
        Outcome("BESOIN_REPONDU", "Le besoin a trouvé sa réponse", positive=True),
        Outcome("BESOIN_EN_PARTIE", "Le besoin a trouvé une partie de sa réponse", positive=True),
        Outcome("QUALIFICATION", "Qualification obtenue", positive=True),
        Outcome("FORMATION", "Entré en formation", positive=True),
        Outcome("EMPLOI", "Emploi ou alternance", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("RDV_PRIS", "Rendez-vous pris"),
        Step("RDV_HONORE", "Rendez-vous honoré"),
        Step("DOSSIER_COMPLET", "Dossier complet"),
        Step("ENTREE_CONFIRMEE", "Entrée confirmée"),
        Step("MI_PARCOURS", "Point à mi-parcours"),
    ),
    opinion=(
        Opinion("utile", "Est-ce que cela vous a aidé ?", _MUCH),
        Opinion("compris", "Avez-vous compris ce qu’on vous proposait ?", _MUCH),
        Opinion(
            "change",
            "Qu’est-ce qui a changé pour vous ?",
            (("solution", "J’ai une solution"), ("avance", "J’ai avancé"), ("rien", "Rien pour l’instant")),
        ),
    ),
    clocks=ProgrammeClocks(start_calendar_days=45, duration_months=6),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et "
        "le sujet sur lequel je demande de l’aide. C’est pour que {recipient} me propose une solution. "
        "{recipient} peut dire à {sender} ce qui m’est répondu, ce que je fais et ce que je deviens ensuite. "
        "Je peux retirer cet accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="offre-regionale-1",
    becoming_told=("offre-regionale-1",),
)
