"""PMSMP: a period in a company, sought or followed with a partner (DOMAIN §1). The periods are records of their own."""

from datetime import date

from core.ages import is_minor_on
from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    ASK,
    CHECK,
    PERIOD_SIGNED,
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
)

SOURCE = "Code du travail, articles L5135-1 et L5135-2"
OPEN_RULE = "Être accompagné par une structure, quels que soient l’âge et la situation."
MINOR_RULE = "Avant 18 ans : accord du représentant légal, 35 h par semaine, 8 h par jour."
YOUNGER_RULE = "Avant 16 ans : à voir avec qui signe la convention, Immersion Facilitée ne la prend pas."


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """P-03 (open to whoever is accompanied), P-16 and P-17 (minors), at the planned first day."""
    verdicts = [Verdict(YES, OPEN_RULE, source=SOURCE)]
    entry = entry_day(answers, "debut_prevu", day)
    age = completed_age(candidate, entry)
    if candidate.birth_date is None or age is None:
        return (*verdicts, age_unknown(SOURCE))
    if is_minor_on(candidate.birth_date, entry):
        verdicts.append(
            Verdict(CHECK, MINOR_RULE, "Informez le représentant légal : il signe la convention.", SOURCE)
        )
    if age < 16:
        verdicts.append(Verdict(CHECK, YOUNGER_RULE, "Proposez plutôt un stage de découverte.", SOURCE))
    return tuple(verdicts)


NO_HOST = Reason("PAS_D_ENTREPRISE", "Aucune entreprise trouvée")
HOST_GIVES_UP = Reason("ENTREPRISE_RENONCE", "L’entreprise a renoncé")

PROGRAMME = Programme(
    code="pmsmp",
    label="Période en entreprise (PMSMP)",
    short_label="PMSMP",
    topic="lien_entreprises",
    description=(
        "Quelques jours ou quelques semaines dans une entreprise, pour découvrir un métier, confirmer un projet ou "
        "commencer un recrutement. Le jeune garde son statut ; la convention se signe sur Immersion Facilitée ou sur "
        "le CERFA."
    ),
    # Missions Locales and chambers prescribe (DOMAIN P-04), the others by delegation (P-05); who accompanies may ask
    # for a period. Agencies and branches know companies.
    sends=("ml", "cma", "smv", "interim", "akto", "digital", "region"),
    receives=("ml", "cma", "interim", "akto"),
    eligibility=eligibility,
    fields=(
        Field(
            "objet",
            "Objet de la période",
            "choice",
            choices=(
                ("DECOUVRIR", "Découvrir un métier ou un secteur"),
                ("CONFIRMER", "Confirmer un projet professionnel"),
                ("RECRUTER", "Commencer un recrutement"),
            ),
            help="Un seul par période.",
            required=True,
        ),
        Field("metier", "Métier ou secteur visé", "text", max_length=120),
        Field("debut_prevu", "Premier jour souhaité", "date", help="L’âge est vérifié à cette date."),
        Field("entreprise_trouvee", "L’entreprise est-elle déjà trouvée ?", "yes_no"),
    ),
    refusal_reasons=(*COMMON_REFUSALS[:-2], NO_HOST, *COMMON_REFUSALS[-2:]),
    drop_out_reasons=(*COMMON_DROP_OUTS[:-2], HOST_GIVES_UP, *COMMON_DROP_OUTS[-2:]),
    outcomes=(
        Outcome("EMPLOI_DURABLE", "CDI, ou CDD de 6 mois ou plus", positive=True),
        Outcome("EMPLOI_COURT", "CDD de moins de 6 mois, ou autre contrat", positive=True),
        Outcome("CONTRAT_AIDE", "Contrat aidé ou d’insertion", positive=True),
        Outcome("ALTERNANCE", "Alternance", positive=True),
        Outcome("FORMATION", "Formation", positive=True),
        Outcome("PROJET_CONFIRME", "Projet confirmé, sans contrat pour l’instant", positive=True),
        Outcome("PROJET_ECARTE", "Projet écarté : le jeune cherche une autre voie", positive=False),
        Outcome("SANS_SUITE", "Pas de suite pour l’instant", positive=False),
        NOT_KNOWN,
    ),
    # No suite for now: whoever decides says whether the project is confirmed.
    outcome_of_suite={
        "CDI": "EMPLOI_DURABLE",
        "CDD_6M_PLUS": "EMPLOI_DURABLE",
        "CDD_MOINS_6M": "EMPLOI_COURT",
        "AUTRE": "EMPLOI_COURT",
        "CONTRAT_AIDE": "CONTRAT_AIDE",
        "CONTRAT_INSERTION": "CONTRAT_AIDE",
        "ALTERNANCE": "ALTERNANCE",
        "FORMATION": "FORMATION",
    },
    steps=(
        Step("ENTREPRISE_TROUVEE", "Entreprise trouvée"),
        Step("ENTRETIEN", "Entretien avec l’entreprise"),
        Step("CONVENTION_PREPAREE", "Convention préparée"),
        Step("POINT_D_ETAPE", "Point pendant la période"),
    ),
    clocks=ProgrammeClocks(duration_months=1),
    start_proofs=(Reason(PERIOD_SIGNED, "La convention est signée et la période a commencé"),),
    # The youth keeps their status, and who accompanies them goes on (DOMAIN P-10): nobody is sent back.
    returns_to_ml=False,
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre et le métier qui "
        "m’intéresse. C’est pour trouver ou suivre une période dans une entreprise. {recipient} peut dire à {sender} "
        "ce qui est trouvé, comment la période se passe et ce que je fais ensuite. Les deux lisent le bilan. Je peux "
        "retirer cet accord quand je veux : {sender} continue de m’accompagner."
    ),
    agreement_version="pmsmp-1",
    becoming_told=("pmsmp-1",),
    usual_answers=(
        Usual(
            "HORAIRES",
            "Jours et horaires",
            "Quels jours et quels horaires sont prévus pendant la période ?",
            ASK,
        ),
    ),
)
