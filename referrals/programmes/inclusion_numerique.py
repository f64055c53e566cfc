"""Inclusion numérique: equipment and digital skills, with Emmaüs Connect and WeTechCare (DOMAIN §6.4, S4).

What the youth says of their own skills (``referrals.digital``) is read before this referral is written.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    Answers,
    Candidate,
    Field,
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

SOURCE = "Convention UNML, WeTechCare et Emmaüs Connect (10 mai 2019)"
AGE_RULE = "L’accord vise les jeunes que les missions locales accompagnent : de 16 à 25 ans révolus."


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """The public of the Missions Locales (N-03). No text sets an age for these actions: no rule says no."""
    change = "Demandez à l’association si elle accueille le jeune : elle fixe elle-même ses publics."
    age = followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE)
    return (age, with_an_ml(candidate, SOURCE))


PROGRAMME = Programme(
    code="inclusion_numerique",
    label="Inclusion numérique",
    short_label="Numérique",
    topic="numerique",
    description=(
        "Un appareil ou une connexion, les premiers pas, une formation ou une aide pour les démarches en "
        "ligne, avec Emmaüs Connect, WeTechCare ou une association qui travaille avec eux."
    ),
    sends=("ml",),
    receives=("digital",),
    eligibility=eligibility,
    fields=(
        Field(
            "besoin",
            "De quoi le jeune a-t-il d’abord besoin ?",
            "choice",
            choices=(
                ("equipement", "D’un appareil ou d’une connexion"),
                ("premiers_pas", "D’apprendre les premiers gestes"),
                ("formation", "D’une formation, pour aller plus loin"),
                ("demarches", "D’une aide pour ses démarches en ligne"),
            ),
            required=True,
        ),
        Field(
            "appareil",
            "De quoi dispose-t-il ?",
            "choice",
            choices=(
                ("aucun", "D’aucun appareil à lui"),
                ("telephone", "D’un téléphone"),
                ("ordinateur", "D’un ordinateur, avec ou sans téléphone"),
            ),
        ),
        Field("connexion", "A-t-il une connexion qui suffit, chez lui ?", "yes_no"),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("EQUIPE", "Équipé : il a un appareil ou une connexion", positive=True),
        Outcome("FORME", "Formé : il se débrouille seul pour l’essentiel", positive=True),
        Outcome("EQUIPE_ET_FORME", "Équipé et formé", positive=True),
        Outcome("PREMIERS_PAS", "Premiers gestes acquis, à poursuivre", positive=True),
        Outcome("FORMATION_LONGUE", "Entré dans une formation plus longue", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("RDV_PRIS", "Rendez-vous pris"),
        Step("BESOINS_VUS", "Besoins vus avec le jeune"),
        Step("APPAREIL_REMIS", "Appareil remis"),
        Step("CONNEXION_OUVERTE", "Connexion ouverte"),
        Step("ATELIER_SUIVI", "Atelier suivi"),
        Step("FORMATION_COMMENCEE", "Formation commencée"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=30, duration_months=3),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre et ce que j’ai "
        "répondu sur le numérique. C’est pour m’équiper ou m’apprendre à m’en servir. {recipient} peut dire "
        "à {sender} ce qui m’est répondu, ce que je fais et ce que je deviens ensuite. Je peux retirer cet "
        "accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="inclusion-numerique-1",
    becoming_told=("inclusion-numerique-1",),
)
