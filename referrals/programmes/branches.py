"""The three branches of 2024: discovery, training, first experience, alternance (DOMAIN §4, B-07, B-08).

The framework extends the model of Mission Jeunes to wholesale trade, to hotels, cafés and restaurants, and to wood. A
branch has no, one or several collective agreements: its code is that of ``partners.Branch``, never an IDCC.
"""

from datetime import date

from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    CHECK,
    NO,
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
    completed_age,
    followed_by_ml,
    with_an_ml,
)

SOURCE = "Accord-cadre interbranches de 2024 (actualité de l’UNML du 20 septembre 2024)"
PUBLIC = "Code du travail, L5131-3"
AGE_RULE = "Les missions locales accompagnent les jeunes de 16 à 25 ans révolus."
SIGNED = date(2024, 9, 20)
# What ends in a contract of apprenticeship or of professionalisation is held to the ages of these contracts.
WORKING = ("premiere_experience", "alternance")


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """The public of the Missions Locales (N-03); the framework sets no other condition."""
    entry = entry_day(answers, "disponible_le", day)
    change = "L’accord-cadre ne fixe pas d’âge : voyez avec la branche ce qui reste possible."
    verdicts = [followed_by_ml(candidate, entry, rule=AGE_RULE, change=change, source=PUBLIC, under_16=NO)]
    age = completed_age(candidate, entry)
    if age is not None and 16 <= age < 18 and answers.get("demande") in WORKING:
        rule = (
            "Avant 18 ans, certains travaux et horaires sont interdits, en scierie et en cuisine notamment."
        )
        verdicts.append(
            Verdict(CHECK, rule, "Vérifiez avec la branche le poste proposé.", "Code du travail, L4153-8")
        )
    verdicts.append(with_an_ml(candidate, SOURCE))
    return tuple(verdicts)


PROGRAMME = Programme(
    code="branches",
    label="Branches : découverte et alternance",
    short_label="Branches",
    topic="lien_entreprises",
    description=(
        "Rencontrer les professionnels d’une branche qui recrute, visiter une entreprise, se former, vivre une "
        "première expérience : commerces de gros, hôtels-cafés-restaurants, bois et scieries."
    ),
    sends=("ml",),
    receives=("akto",),
    # Territorial teams of AKTO are regional.
    recipient_levels=("local", "regional"),
    eligibility=eligibility,
    opens_on=SIGNED,
    fields=(
        Field(
            "branche",
            "Quelle branche ?",
            "choice",
            choices=(
                ("commerces-de-gros", "Commerces de gros (IDCC 0573)"),
                ("hcr", "Hôtels, cafés, restaurants (IDCC 1979)"),
                (
                    "bois-scieries",
                    "Travail mécanique du bois (IDCC 0158), exploitations forestières et scieries agricoles",
                ),
            ),
            required=True,
        ),
        Field(
            "demande",
            "Que cherche le jeune ?",
            "choice",
            choices=(
                ("visite", "Visiter une entreprise, rencontrer des professionnels"),
                ("decouverte", "Découvrir un métier sur plusieurs jours"),
                ("formation", "Se former"),
                ("premiere_experience", "Vivre une première expérience de travail"),
                ("alternance", "Signer un contrat en alternance"),
            ),
            required=True,
        ),
        Field("disponible_le", "Disponible à partir du", "date"),
        Field("metier", "Métiers qui l’intéressent", "text", max_length=120),
    ),
    refusal_reasons=COMMON_REFUSALS,
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("EMPLOI_DURABLE", "Emploi durable (CDI, CDD de 6 mois ou plus)", positive=True),
        Outcome("EMPLOI_COURT", "Première expérience (CDD de moins de 6 mois)", positive=True),
        Outcome("ALTERNANCE", "Alternance", positive=True),
        Outcome("FORMATION", "Formation", positive=True),
        Outcome("PROJET_CONFIRME", "Projet confirmé dans la branche", positive=True),
        Outcome("AUTRE_PROJET", "Autre projet, construit après la découverte", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("ENTREPRISE_PROPOSEE", "Entreprise proposée"),
        Step("VISITE", "Visite ou rencontre faite"),
        Step("DECOUVERTE", "Découverte faite"),
        Step("FORMATION_COMMENCEE", "Formation commencée"),
        Step("CONTRAT_PROPOSE", "Contrat proposé"),
    ),
    clocks=ProgrammeClocks(duration_months=3),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et le "
        "métier qui m’intéresse. C’est pour me faire découvrir un métier, me former ou travailler. {recipient} "
        "peut dire à {sender} ce qui m’est répondu, ce que je fais et ce que je deviens ensuite. Je peux retirer "
        "cet accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="branches-1",
    becoming_told=("branches-1",),
)
