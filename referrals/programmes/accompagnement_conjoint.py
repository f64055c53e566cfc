"""Accompagnement conjoint: after a breach, a training centre asks the Mission Locale to accompany too (DOMAIN §2.4).

Needs are codes, each with its own coded context; health is not among them (a delegate alone may open it, elsewhere).
The facts of the breach and the centre's referent are written down at the sending, and do not move afterwards.
"""

from datetime import date

from referrals.breaches.rules import MODES
from referrals.clocks import ProgrammeClocks
from referrals.programmes.base import (
    LAST_REASONS,
    NO,
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
AGE_RULE = "Les missions locales accompagnent les apprentis en rupture de 16 à 25 ans révolus."

NEEDS = (
    Field("besoin_employeur", "Retrouver un employeur", "choice", choices=(
        ("finir_formation", "pour finir la formation commencée"),
        ("autre_secteur", "dans un autre secteur"),
        ("emploi", "un emploi, sans formation"),
    )),
    Field("besoin_orientation", "Revoir le projet", "choice", choices=(
        ("autre_metier", "un autre métier"),
        ("autre_diplome", "un autre diplôme"),
        ("ne_sait_pas", "ne sait pas encore"),
    )),
    Field("besoin_mobilite", "Se déplacer", "choice", choices=(
        ("sans_transport", "pas de moyen de transport"),
        ("permis", "permis à passer"),
        ("trop_loin", "entreprise ou centre trop loin"),
        ("cout", "trajets trop chers"),
    )),
    Field("besoin_logement", "Se loger", "choice", choices=(
        ("pres_du_travail", "pas de logement près du centre ou de l’entreprise"),
        ("provisoire", "hébergement provisoire"),
        ("depart", "doit quitter son logement"),
    )),
    Field("besoin_ressources", "Avoir des ressources", "choice", choices=(
        ("sans_ressources", "plus de revenu depuis la rupture"),
        ("aide_ponctuelle", "une aide ponctuelle suffirait"),
        ("droits", "des droits sont à ouvrir"),
    )),
    Field("besoin_demarches", "Faire des démarches", "choice", choices=(
        ("papiers", "papiers à faire ou à renouveler"),
        ("en_ligne", "démarches en ligne"),
        ("solde", "documents de fin de contrat"),
    )),
    Field("besoin_entourage", "Être soutenu", "choice", choices=(
        ("isolement", "se sent seul"),
        ("garde", "a quelqu’un à sa charge"),
        ("mediation", "une médiation serait utile"),
    )),
    Field("besoin_autre", "Autre besoin", "choice", choices=(
        ("entretien", "à voir en entretien"),
    )),
)  # fmt: skip
CONTACTS = (("phone", "son téléphone"), ("email", "son adresse électronique"), ("both", "les deux"))


def eligibility(candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
    """§2.4: 16 to 25 completed; beyond, with a recognised disability, at any age: the Mission Locale says."""
    change = "La mission locale dira si elle peut l’accompagner à cet âge."
    return (followed_by_ml(candidate, day, rule=AGE_RULE, change=change, source=SOURCE, under_16=NO),)


PROGRAMME = Programme(
    code="accompagnement_conjoint",
    label="Accompagnement conjoint après une rupture",
    short_label="Accompagnement conjoint",
    topic="apprentissage",
    description=(
        "Un contrat d’apprentissage est rompu. Le centre de formation garde le jeune, et demande à la mission locale "
        "de l’accompagner avec lui : chaque besoin est dit par un code."
    ),
    sends=("cma",),
    receives=("ml",),
    eligibility=eligibility,
    returns_to_ml=False,
    write_page="referrals:joint_request",
    fields=(
        Field("rompu_le", "Contrat rompu le", "date", asked=False),
        Field("mode", "Mode de rupture", "choice", choices=MODES, asked=False),
        *NEEDS,
        Field("formation", "Formation suivie", "text", required=True, max_length=120),
        Field("au_centre", "Le jeune est-il encore au centre de formation ?", "yes_no", required=True),
        Field("maintien", "Maintien au centre jusqu’au", "date", help="Six mois au plus après la rupture."),
        Field(
            "contact",
            "Coordonnées vérifiées avec le jeune",
            "choice",
            choices=CONTACTS,
            required=True,
            help="Vous l’avez joint par là, ou il vous les a redites.",
        ),
        Field("contact_le", "Vérifiées le", "date", required=True),
        Field("referent", "Référent au centre de formation, à l’envoi", "text", asked=False),
    ),
    failed_contacts=("CONTACTE_SANS_RETOUR", "COORDONNEES_INCORRECTES", "INJOIGNABLE"),
    refusal_reasons=(
        ALREADY_HERE,
        OTHER_ML,
        NOT_FOR_ML,
        Reason("JEUNE_INJOIGNABLE", "Le jeune est injoignable malgré les relances"),
        WRONG_CONTACTS,
        Reason("JEUNE_DECLINE", "Le jeune ne souhaite pas d’accompagnement"),
        Reason("NOUVEAU_CONTRAT", "Le jeune a signé un nouveau contrat"),
        *LAST_REASONS,
    ),
    drop_out_reasons=COMMON_DROP_OUTS,
    outcomes=(
        Outcome("NOUVEAU_CONTRAT", "Nouveau contrat d’apprentissage", positive=True),
        Outcome("FORMATION", "Formation", positive=True),
        Outcome("EMPLOI", "Emploi", positive=True),
        Outcome("ACCOMPAGNEMENT_ML", "Accompagné par la mission locale", positive=True),
        Outcome("NON_JOINT", "Jeune non joint malgré les relances", positive=False),
        Outcome("NE_SOUHAITE_PAS", "Le jeune ne souhaite pas d’accompagnement", positive=False),
        NOT_KNOWN,
    ),
    # The situations that a Mission Locale notes at each contact (§2.4); what no code says is a message.
    steps=(
        Step("RDV_PRIS", "Rendez-vous pris à la mission locale"),
        Step("NOUVEAU_PROJET", "Nouveau projet en cours"),
        Step("DEJA_ACCOMPAGNE", "Déjà accompagné par la mission locale ou un partenaire"),
        Step("CONTACTE_SANS_RETOUR", "Contacté, sans réponse pour l’instant"),
        Step("COORDONNEES_INCORRECTES", "Coordonnées incorrectes"),
        Step("INJOIGNABLE", "Injoignable après plusieurs relances"),
        Step("NOUVEAU_CONTRAT", "A signé un nouveau contrat d’apprentissage"),
        Step("CHERCHE_CONTRAT", "Cherche un contrat, ne demande pas d’aide"),
        Step("REORIENTATION", "Se réoriente, ne demande pas d’aide"),
        Step("NE_VEUT_PAS", "Ne souhaite pas être accompagné"),
        Step("NE_PAS_RECONTACTER", "Ne souhaite pas être recontacté"),
    ),
    clocks=ProgrammeClocks(start_calendar_days=15, duration_months=6, follow_up_side=RECIPIENT),
    agreement_text=(
        "{sender} peut donner à {recipient} mon nom, ma date de naissance, comment me joindre, la date de fin de mon "
        "contrat, ma formation et ce dont j’ai besoin. C’est pour que {recipient} m’aide avec {sender}. "
        "{recipient} peut dire à {sender} si elle m’a joint et ce que je deviens. Je peux retirer cet accord quand je "
        "veux, sans rien perdre."
    ),
    agreement_version="conjoint-1",
    becoming_told=("conjoint-1",),
)
