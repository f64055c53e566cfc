"""How things go in the demonstration: shares, durations, codes and words of each programme. All invented."""

from collections.abc import Mapping
from dataclasses import dataclass

Weights = Mapping[str, float]
Days = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tempo:
    """Shares are between 0 and 1, days are calendar days (from, to), ``months`` the planned length."""

    opening: Days
    decision: Days
    steps: tuple[str, ...]
    waitlist: float
    refusal: float
    refusals: Weights
    start: Days
    no_show: float
    months: Days
    drop_out: float
    drop_outs: Weights
    exits: Weights
    exits_of_drop_outs: Weights
    later: Weights


_COMMON_REFUSALS = {
    "PLACES": 5,
    "CRITERES_NON_REMPLIS": 3,
    "JEUNE_INJOIGNABLE": 4,
    "JEUNE_DECLINE": 4,
    "DOSSIER_INCOMPLET": 2,
    "AUTRE_STRUCTURE": 2,
}
_COMMON_DROP_OUTS = {
    "ABANDON": 5,
    "ABSENCES": 3,
    "DESACCORD": 2,
    "PROJET_CHANGE": 4,
    "EMPLOI_TROUVE": 3,
    "DEMENAGEMENT": 1,
}

TEMPOS: dict[str, Tempo] = {
    "smv": Tempo(
        opening=(0, 9),
        decision=(8, 30),
        steps=("DOSSIER_COMPLET", "TESTS", "VISITE", "ENTRETIEN"),
        waitlist=0.22,
        refusal=0.3,
        refusals={
            "INAPTE_MEDICAL": 22,
            "NIVEAU_SCOLAIRE": 10,
            "NON_RETENU_CAPACITE": 24,
            "NON_RETENU_AUTRE": 12,
            "DESISTEMENT": 20,
            "CRITERES_NON_REMPLIS": 4,
            "DOSSIER_INCOMPLET": 8,
        },
        start=(12, 80),
        no_show=0.07,
        months=(8, 12),
        drop_out=0.17,
        drop_outs={
            "DENONCIATION_VOLONTAIRE": 8,
            "DENONCIATION_SMV": 4,
            "FIN_MEDICALE": 2,
            "EMPLOI_TROUVE": 3,
            "ABSENCE": 2,
        },
        exits={
            "EMPLOI_DURABLE": 34,
            "ALTERNANCE": 12,
            "FORMATION": 18,
            "EMPLOI_TRANSITION": 16,
            "ENGAGEMENT_ARMEES": 9,
            "SANS_SOLUTION": 8,
            "INCONNU": 3,
        },
        exits_of_drop_outs={"SANS_SOLUTION": 11, "EMPLOI_TRANSITION": 3, "FORMATION": 2, "INCONNU": 3},
        later={
            "EMPLOI_DURABLE": 42,
            "EMPLOI_TRANSITION": 18,
            "FORMATION": 14,
            "ALTERNANCE": 8,
            "SANS_SOLUTION": 10,
            "INCONNU": 8,
        },
    ),
    "apprentissage": Tempo(
        opening=(0, 4),
        decision=(3, 12),
        steps=("ENTRETIEN", "POSITIONNEMENT", "RECHERCHE_EMPLOYEUR"),
        waitlist=0.12,
        refusal=0.22,
        refusals=_COMMON_REFUSALS,
        start=(10, 55),
        no_show=0.1,
        months=(9, 24),
        drop_out=0.2,
        drop_outs=_COMMON_DROP_OUTS,
        exits={
            "DIPLOME_EMPLOI": 40,
            "DIPLOME": 18,
            "EMPLOI": 14,
            "NOUVEAU_CONTRAT": 14,
            "FORMATION": 6,
            "SANS_SOLUTION": 6,
            "INCONNU": 2,
        },
        exits_of_drop_outs={
            "SANS_SOLUTION": 9,
            "EMPLOI": 3,
            "FORMATION": 2,
            "NOUVEAU_CONTRAT": 3,
            "INCONNU": 3,
        },
        later={"EMPLOI": 45, "NOUVEAU_CONTRAT": 18, "FORMATION": 16, "SANS_SOLUTION": 13, "INCONNU": 8},
    ),
    "mission_jeunes": Tempo(
        opening=(0, 3),
        decision=(1, 7),
        steps=("INSCRIPTION", "ENTRETIEN"),
        waitlist=0.1,
        refusal=0.2,
        refusals=_COMMON_REFUSALS,
        start=(2, 14),
        no_show=0.09,
        months=(1, 4),
        drop_out=0.12,
        drop_outs=_COMMON_DROP_OUTS,
        exits={
            "EMPLOI_DURABLE": 16,
            "MISSIONS_REGULIERES": 36,
            "MISSION_COURTE": 20,
            "ALTERNANCE": 5,
            "FORMATION": 9,
            "SANS_SOLUTION": 9,
            "INCONNU": 5,
        },
        exits_of_drop_outs={"SANS_SOLUTION": 9, "MISSION_COURTE": 5, "FORMATION": 2, "INCONNU": 3},
        later={
            "EMPLOI_DURABLE": 25,
            "MISSIONS_REGULIERES": 32,
            "MISSION_COURTE": 14,
            "FORMATION": 12,
            "SANS_SOLUTION": 10,
            "INCONNU": 7,
        },
    ),
    "prepa_apprentissage": Tempo(
        opening=(0, 4),
        decision=(2, 8),
        steps=("INFORMATION_COLLECTIVE", "ENTRETIEN"),
        waitlist=0.05,
        refusal=0.15,
        refusals=_COMMON_REFUSALS,
        start=(5, 20),
        no_show=0.06,
        months=(2, 4),
        drop_out=0.15,
        drop_outs=_COMMON_DROP_OUTS,
        exits={
            "APPRENTISSAGE": 40,
            "AUTRE_ALTERNANCE": 10,
            "FORMATION": 22,
            "EMPLOI": 14,
            "SANS_SOLUTION": 10,
            "INCONNU": 4,
        },
        exits_of_drop_outs={"SANS_SOLUTION": 8, "FORMATION": 4, "EMPLOI": 3, "INCONNU": 3},
        later={"APPRENTISSAGE": 42, "EMPLOI": 20, "FORMATION": 18, "SANS_SOLUTION": 12, "INCONNU": 8},
    ),
    "retour": Tempo(
        opening=(0, 4),
        decision=(1, 8),
        steps=("CONTACT_TENTE", "RDV_PRIS"),
        waitlist=0.0,
        refusal=0.08,
        refusals={
            "DEJA_ACCOMPAGNE": 3,
            "JEUNE_INJOIGNABLE": 4,
            "COORDONNEES_INCORRECTES": 1,
            "JEUNE_DECLINE": 3,
        },
        start=(1, 10),
        no_show=0.05,
        months=(1, 3),
        drop_out=0.05,
        drop_outs={"ABANDON": 3, "ABSENCES": 2, "EMPLOI_TROUVE": 2},
        exits={
            "ACCOMPAGNEMENT_REPRIS": 50,
            "NOUVELLE_ORIENTATION": 20,
            "AUTRE_SOLUTION": 14,
            "NON_JOINT": 10,
            "NE_SOUHAITE_PAS": 6,
        },
        exits_of_drop_outs={"NON_JOINT": 4, "AUTRE_SOLUTION": 3, "NE_SOUHAITE_PAS": 2},
        later={
            "ACCOMPAGNEMENT_REPRIS": 40,
            "AUTRE_SOLUTION": 25,
            "NOUVELLE_ORIENTATION": 15,
            "NON_JOINT": 12,
            "INCONNU": 8,
        },
    ),
}

WITHDRAWALS: Weights = {
    "JEUNE_RENONCE": 5,
    "JEUNE_INJOIGNABLE": 4,
    "AUTRE_SOLUTION": 6,
    "DEMENAGEMENT": 1,
    "AUTRE_PARTENAIRE": 2,
}
NO_SHOWS: Weights = {"JEUNE_ABSENT": 6, "JEUNE_RENONCE": 3, "JEUNE_INJOIGNABLE": 2}
REOPENINGS: Weights = {"ELEMENT_NOUVEAU": 3, "JEUNE_REVENU": 3, "PLACE_LIBEREE": 2, "DECISION_PAR_ERREUR": 1}
ERRORS: Weights = {"DOUBLON": 3, "MAUVAIS_DESTINATAIRE": 2, "MAUVAIS_DISPOSITIF": 2, "ESSAI": 1}
CHANNELS: Weights = {"face_to_face": 7, "phone": 2, "writing": 2}

# A question and the answer that it gets.
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("Pouvez-vous nous confirmer ses disponibilités ?", "Disponible tous les jours à partir de lundi."),
    ("Un curriculum vitae à jour serait utile.", "Il l’apportera au rendez-vous."),
    ("Son numéro a-t-il changé ? Nous n’arrivons pas à le joindre.", "Oui, la fiche est à jour maintenant."),
    ("Quel métier vise-t-il en premier ?", "Son premier choix est indiqué dans l’orientation."),
    ("A-t-il un moyen de transport pour venir ?", "Oui, en bus ; nous l’aidons pour l’abonnement."),
    ("Le justificatif de domicile manque.", "Nous l’avons reçu ce matin, il vous l’apporte."),
)
NOTES: tuple[str, ...] = (
    "Merci de le contacter de préférence l’après-midi.",
    "Projet travaillé ensemble depuis plusieurs semaines.",
    "Motivé, disponible tout de suite.",
    "Je reste joignable pour en parler.",
    "A déjà participé à une information collective.",
)
ACCEPTED_NOTES: tuple[str, ...] = (
    "Nous lui envoyons une convocation cette semaine.",
    "Bel entretien, à bientôt.",
    "Merci pour ce dossier complet.",
    "Un rendez-vous d’accueil est fixé.",
)
TRADES: tuple[str, ...] = (
    "Maçonnerie",
    "Cuisine",
    "Boulangerie",
    "Mécanique automobile",
    "Coiffure",
    "Espaces verts",
    "Logistique",
    "Électricité du bâtiment",
    "Vente",
    "Service en restauration",
    "Aide à la personne",
    "Conduite d’engins",
    "Menuiserie",
    "Sécurité",
)
# Meetings of the committee: what was decided, one decision a line.
DECISIONS: tuple[str, ...] = (
    "Chaque région désigne un référent SMV dans toutes ses missions locales avant l’été.\n"
    "Les centres répondent à toute candidature sous trente jours ouvrés.\n"
    "Une information collective par trimestre est organisée près de chaque centre.",
    "Les retours des jeunes qui interrompent leur parcours sont annoncés le jour même.\n"
    "Les situations à trois mois sont renseignées par les missions locales.\n"
    "Le prochain comité examine les délais de réponse centre par centre.",
)
AGENDA = (
    "Suites des décisions précédentes\n"
    "Chiffres de la période et délais de réponse\n"
    "Situation des jeunes à la sortie\n"
    "Informations collectives à venir\n"
    "Questions diverses"
)
