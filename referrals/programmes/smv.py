"""Service militaire volontaire (DOMAIN §3). Numbers of days are our proposal: the recruitment is long (M-08).

What is never here: the cause of a medical decision, the criminal record (a refusal for that reason is
returned as NON_RETENU_AUTRE, without text), nationality beyond the yes/no tick (DOMAIN §7.2, §7.5).
"""

from datetime import date

from core.ages import age_on, before_birthday, birthday, last_day_before
from core.working_days import is_overseas, long_date
from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    ACCEPT,
    ASK,
    CHECK,
    COMMON_WITHDRAWALS,
    ENTRY,
    EXIT,
    NEUTRAL,
    NO,
    YES,
    Answer,
    Answers,
    Candidate,
    Field,
    Outcome,
    Programme,
    Reason,
    Step,
    ToPrepare,
    Usual,
    Verdict,
    entry_day,
)
from referrals.programmes.shared import (
    NOT_KNOWN,
    age_unknown,
    completed_age,
    ticked,
    too_young,
)
from referrals.states import RECIPIENT, SENDER

SOURCE = "service-public.fr, service militaire volontaire"
AGE_RULE = "Avoir de 18 à 25 ans révolus le jour de la signature du contrat."


def _age(candidate: Candidate, answers: Answers, day: date) -> Verdict:
    signature = entry_day(answers, "signature_prevue", day)
    birth = candidate.birth_date
    if birth is None or completed_age(candidate, signature) is None:
        return age_unknown(SOURCE)
    if before_birthday(birth, 18, signature):
        return too_young(birth, 18, AGE_RULE, SOURCE)
    if age_on(birth, signature) <= 25:
        last_day = long_date(last_day_before(birth, 26))
        return Verdict(YES, f"{AGE_RULE} Dernier jour possible : le {last_day}.", source=SOURCE)
    if birthday(birth, 26) > day:
        change = f"Possible si la signature a lieu au plus tard le {long_date(last_day_before(birth, 26))}."
    else:
        change = "Aucune exception n’est prévue après 25 ans."
    return Verdict(NO, AGE_RULE, change, SOURCE)


def _residence(candidate: Candidate, answers: Answers) -> Verdict:
    rule = "Résider en France métropolitaine ou à l’étranger."
    place = answers.get("residence")
    if place is None and candidate.department:
        place = "outre_mer" if is_overseas(candidate.department) else "metropole"
    if place == "outre_mer":
        change = "Outre-mer, c’est le service militaire adapté (SMA) qui accueille les jeunes : contactez-le."
        return Verdict(NO, rule, change, SOURCE)
    if place in ("metropole", "etranger"):
        return Verdict(YES, rule, source=SOURCE)
    return Verdict(CHECK, rule, "Indiquez où réside le jeune.", SOURCE)


def _known_residence(candidate: Candidate) -> str:
    """Where the record says that the youth lives, or where their Mission Locale is; empty when it does not say."""
    if not candidate.department:
        return ""
    return "outre_mer" if is_overseas(candidate.department) else "metropole"


def _jdc(answers: Answers) -> Verdict:
    rule = "Être en règle avec la journée défense et citoyenneté (JDC)."
    change = "À régulariser avant la signature, auprès du centre du service national et de la jeunesse."
    return ticked(
        answers,
        "jdc",
        yes=rule,
        unknown=rule,
        no=Verdict(CHECK, rule, change, SOURCE),
        change="Demandez au jeune son certificat de participation.",
        source=SOURCE,
    )


def _level(candidate: Candidate) -> Verdict:
    rule = "Aucun diplôme n’est exigé."
    if candidate.level is not None and candidate.level >= 3:
        rule += " À partir du CAP, le statut de volontaire expert est aussi ouvert."
    return Verdict(YES, rule, source=SOURCE)


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """M-02: 18–25 at signature, French, metropolitan or abroad, JDC. Fitness is for the SMV alone to say."""
    nationality = "Avoir la nationalité française."
    return (
        _age(candidate, answers, day),
        ticked(
            answers,
            "nationalite_francaise",
            yes=nationality,
            unknown=nationality,
            no=Verdict(NO, nationality, "Possible seulement après l’acquisition de la nationalité.", SOURCE),
            change="Posez la question au jeune.",
            source=SOURCE,
        ),
        _residence(candidate, answers),
        _jdc(answers),
        _level(candidate),
    )


PROGRAMME = Programme(
    code="smv",
    label="Service militaire volontaire",
    short_label="SMV",
    topic="smv",
    description=(
        "Huit à douze mois sous contrat militaire : formation militaire initiale, remise à niveau, permis de "
        "conduire, formation professionnelle. L’aptitude est appréciée par le SMV seul ; n’écrivez "
        "rien à ce sujet."
    ),
    sends=("ml",),
    receives=("smv",),
    eligibility=eligibility,
    fields=(
        Field(
            "signature_prevue",
            "Date prévue de signature du contrat",
            "date",
            help="L’âge est vérifié à cette date. Laissez vide si elle n’est pas connue.",
        ),
        Field("nationalite_francaise", "Le jeune a-t-il la nationalité française ?", "yes_no"),
        Field(
            "residence",
            "Où réside le jeune ?",
            "choice",
            choices=(
                ("metropole", "En France métropolitaine"),
                ("etranger", "À l’étranger"),
                ("outre_mer", "Outre-mer"),
            ),
            known=_known_residence,
        ),
        Field(
            "jdc",
            "Le jeune est-il en règle avec la journée défense et citoyenneté (JDC) ?",
            "yes_no",
        ),
        Field("metier_souhaite", "Métier ou filière souhaités", "text", max_length=120),
    ),
    refusal_reasons=(
        Reason("INAPTE_MEDICAL", "Inapte"),
        Reason("NIVEAU_SCOLAIRE", "Niveau scolaire insuffisant"),
        Reason("NON_RETENU_CAPACITE", "Non retenu faute de place"),
        Reason("NON_RETENU_AUTRE", "Non retenu"),
        Reason("DESISTEMENT", "Désistement du candidat"),
        Reason(
            "CRITERES_NON_REMPLIS",
            "Les conditions d’âge, de nationalité, de résidence ou de JDC ne sont pas remplies",
        ),
        Reason("DOSSIER_INCOMPLET", "Le dossier est resté incomplet"),
        Reason("JEUNE_INJOIGNABLE", "Le candidat est injoignable"),
        Reason("DOUBLON", "Le candidat nous est déjà adressé"),
        Reason(NEUTRAL, "Motif non précisé"),
    ),
    restricted_reasons=("INAPTE_MEDICAL", "FIN_MEDICALE"),
    public_reasons={"INAPTE_MEDICAL": NEUTRAL, "FIN_MEDICALE": NEUTRAL},
    # No free text towards the SMV or from it: it would invite the causes that may not be written.
    withdrawal_reasons=tuple(reason for reason in COMMON_WITHDRAWALS if not reason.needs_text),
    drop_out_reasons=(
        Reason("DENONCIATION_VOLONTAIRE", "Fin anticipée à la demande du volontaire"),
        Reason("DENONCIATION_SMV", "Fin anticipée à la demande du SMV"),
        Reason("FIN_MEDICALE", "Fin anticipée, inapte"),
        Reason("EMPLOI_TROUVE", "Fin anticipée pour un emploi ou une formation"),
        Reason("ABSENCE", "Absence prolongée"),
        Reason(NEUTRAL, "Motif non précisé"),
    ),
    outcomes=(
        Outcome("EMPLOI_DURABLE", "Emploi durable (CDI, CDD de 6 mois ou plus)", positive=True),
        Outcome("ALTERNANCE", "Alternance", positive=True),
        Outcome("FORMATION", "Formation", positive=True),
        Outcome("EMPLOI_TRANSITION", "Emploi de transition (CDD de moins de 6 mois, intérim)", positive=True),
        Outcome("ENGAGEMENT_ARMEES", "Engagement dans les armées", positive=True),
        Outcome("SANS_SOLUTION", "Sans solution", positive=False, returns_to_ml=True),
        NOT_KNOWN,
    ),
    steps=(
        Step("DOSSIER_COMPLET", "Dossier complet"),
        Step("TESTS", "Tests passés"),
        Step("VISITE", "Visite passée"),
        Step("APTE", "Apte"),
        Step("ENTRETIEN", "Entretien passé"),
        Step("SORTIE", "Point de sortie fait"),
    ),
    # Fitness is read by the two referents; the others read that the visit took place, as for everybody.
    public_steps={"APTE": "VISITE"},
    answers=(
        Answer("DOSSIER_COMPLET", "Dossier complet", "step", step="DOSSIER_COMPLET"),
        Answer("APTE", "Apte", "step", step="APTE"),
        Answer("RETENU", "Retenu", "accept"),
        Answer("LISTE_ATTENTE", "Liste d’attente", "waitlist"),
        Answer("INAPTE_MEDICAL", "Inapte", "decline", "INAPTE_MEDICAL"),
        Answer("NIVEAU_SCOLAIRE", "Niveau scolaire insuffisant", "decline", "NIVEAU_SCOLAIRE"),
        Answer("NON_RETENU_CAPACITE", "Non retenu faute de place", "decline", "NON_RETENU_CAPACITE"),
        Answer("NON_RETENU_AUTRE", "Non retenu", "decline", "NON_RETENU_AUTRE"),
        Answer("DESISTEMENT", "Désistement du candidat", "decline", "DESISTEMENT"),
        Answer("INCORPORE", "Incorporé", "start"),
        Answer("FIN_NORMALE", "Fin normale", "complete"),
        Answer("FIN_ANTICIPEE", "Fin anticipée", "drop_out"),
    ),
    # The Mission Locale prepares the candidate; both sides prepare what comes after (S4).
    to_prepare=(
        ToPrepare(
            "INFORMATION", "Le jeune a rencontré le SMV, ou suivi une information collective", ENTRY, SENDER
        ),
        ToPrepare("CERTIFICAT_JDC", "Le certificat de participation à la JDC est réuni", ENTRY, SENDER),
        ToPrepare("PIECES", "Les autres pièces du dossier de candidature sont réunies", ENTRY, SENDER),
        ToPrepare("SAVOIRS", "Le français et le calcul ont été revus avant les tests", ENTRY, SENDER),
        ToPrepare("SPORT", "Le jeune s’entraîne pour les épreuves sportives", ENTRY, SENDER),
        ToPrepare("PROJET", "Le projet de sortie est établi avec le volontaire", EXIT, RECIPIENT),
        ToPrepare("ACQUIS", "Les formations suivies et le permis obtenu sont transmis", EXIT, RECIPIENT),
        ToPrepare("CONTACT", "La mission locale a repris contact avec le jeune", EXIT, SENDER),
        ToPrepare("RENDEZ_VOUS", "Un rendez-vous est fixé à la sortie", EXIT, SENDER),
    ),
    prepare_exit_months=2,
    entry_answer="signature_prevue",
    clocks=ProgrammeClocks(
        answer_remind_days=15,
        answer_escalate_days=30,
        unopened_calendar_days=60,
        complement_remind_days=10,
        complement_escalate_days=20,
        complement_calendar_days=45,
        review_calendar_days=60,
        review_escalate_calendar_days=120,
        review_decide_calendar_days=180,
        start_calendar_days=90,
        start_escalate_days=10,
        duration_months=12,
        outcome_escalate_days=15,
    ),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, mon niveau et "
        "le nom de mon conseiller. C’est pour étudier mon entrée au service militaire volontaire. "
        "{recipient} peut dire à {sender} si je suis pris, quand j’entre, quand je sors et ce que je deviens "
        "à la sortie. {recipient} ne donne aucun détail médical. Je peux retirer cet accord quand je veux : "
        "{sender} continue de m’accompagner."
    ),
    agreement_version="smv-2",
    earlier_agreements={
        "smv-1": (
            "J’accepte que {sender} transmette à {recipient} mon identité, mes coordonnées, mon niveau et le "
            "nom de mon conseiller, pour étudier mon entrée au service militaire volontaire. J’accepte que "
            "{recipient} informe {sender} de la suite donnée à ma candidature, de mon entrée, de ma sortie "
            "et de ma situation à la sortie, par des réponses codées et sans aucun détail médical. Je peux "
            "retirer cet accord à tout moment, sans conséquence sur mon accompagnement."
        )
    },
    # The youth who signs up before the age of 18 has the consent of their legal representative.
    representative_signs="Code de la défense, art. L4132-1",
    usual_answers=(
        Usual(
            "JDC",
            "Certificat JDC",
            "Le jeune a-t-il son certificat de participation à la journée défense et citoyenneté ?",
            ASK,
        ),
        Usual(
            "CONVOCATION",
            "Convocation à venir",
            "Le candidat recevra une convocation pour la suite. Aidez-le à préparer les pièces et les tests.",
            ACCEPT,
        ),
    ),
)
