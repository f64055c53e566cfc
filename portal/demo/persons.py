"""The named inhabitants of the demonstration: who they are, where they sign in, what to try with them.

Nothing here asks the database nor builds the country: the sign-in page shows these persons.
"""

from dataclasses import dataclass

from portal.demo.names import slug

HOME = "ML_17300"  # Alice's Mission Locale, La Rochelle
NEIGHBOUR = "ML_86194"  # Charlie's, Poitiers
REGIMENT = "SMV_3RSMV"  # Rita's, La Rochelle

# persona -> (organisation key, role, first name, last name, job title)
NAMED: dict[str, tuple[str | None, str | None, str, str, str]] = {
    "manager": (HOME, "manager", "Mona", "Lartigue", "Directrice"),
    "alice": (HOME, "professional", "Alice", "Ferrandier", "Conseillère en insertion"),
    "bob": (HOME, "professional", "Bob", "Castelnave", "Conseiller en insertion, référent SMV"),
    "dpo": (HOME, "dpo", "Denise", "Malicorne", "Déléguée à la protection des données"),
    "charlie_manager": (NEIGHBOUR, "manager", "Clément", "Vauzelles", "Directeur"),
    "charlie": (NEIGHBOUR, "professional", "Charlie", "Peyrolade", "Conseiller en insertion"),
    "rita": (REGIMENT, "professional", "Rita", "Dalmayrac", "Chargée de recrutement"),
    "smv_manager": (REGIMENT, "manager", "Maxence", "Orvault", "Chef du bureau recrutement"),
    "cma": ("CMA_17", "professional", "Camille", "Brossardin", "Conseillère apprentissage"),
    "agency": ("AGENCE_17300", "professional", "Antoine", "Grandsagne", "Chargé de recrutement"),
    "regional": ("ARML_75", "regional", "Rachid", "Bellanger-Sabri", "Chargé d'animation régionale"),
    "dreets": ("DREETS_75", "regional", "Delphine", "Courtevoie", "Chargée de mission jeunes"),
    "national_unml": ("UNML", "national", "Nadia", "Vauquelin", "Chargée des partenariats"),
    "national_smv": ("SMV_EM", "national", "Simon", "Kerjouan", "Chargé des partenariats"),
    "administrator": (None, None, "Adèle", "Roquebrune", "Administratrice du portail"),
}

# persona -> (what they are, what to try): those that one click lets in, in this order
_ROLES: dict[str, tuple[str, str]] = {
    "alice": (
        "Conseillère, mission locale de La Rochelle",
        "Envoyez une orientation au SMV, puis répondez au complément qui vous attend.",
    ),
    "bob": (
        "Conseiller et référent SMV, mission locale de La Rochelle",
        "Ouvrez le retour d’un jeune qui a quitté le SMV.",
    ),
    "manager": (
        "Directrice, mission locale de La Rochelle",
        "Voyez ce qui est en retard dans toute la structure.",
    ),
    "dpo": (
        "Déléguée à la protection des données, mission locale de La Rochelle",
        "Répondez à un jeune qui demande ce qui est écrit sur lui.",
    ),
    "charlie": (
        "Conseiller, mission locale de Poitiers",
        "Constatez que les dossiers de La Rochelle n’existent pas pour lui.",
    ),
    "rita": (
        "Référente, 3e RSMV de La Rochelle",
        "Répondez à une nouvelle candidature : accepter, compléter ou refuser.",
    ),
    "smv_manager": (
        "Responsable du recrutement, 3e RSMV de La Rochelle",
        "Suivez toutes les candidatures du régiment.",
    ),
    "cma": (
        "Conseillère apprentissage, chambre de métiers (Charente-Maritime)",
        "Acceptez un jeune en contrat d’apprentissage.",
    ),
    "agency": (
        "Chargé de recrutement, agence d’intérim de La Rochelle",
        "Confirmez le démarrage d’une mission.",
    ),
    "regional": (
        "Animation régionale, ARML Nouvelle-Aquitaine",
        "Comparez les délais de réponse des départements, sans aucun nom.",
    ),
    "dreets": (
        "Services de l’État, DREETS Nouvelle-Aquitaine",
        "Lisez le tableau de bord de la région.",
    ),
    "national_unml": (
        "Équipe nationale, UNML",
        "Téléchargez le dossier du prochain comité UNML – SMV.",
    ),
    "national_smv": (
        "Équipe nationale, état-major du SMV",
        "Suivez les engagements de la convention.",
    ),
    "administrator": (
        "Administratrice du portail",
        "Modifiez une convention ou un référent ; aucun jeune n’est visible.",
    ),
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A person that one click lets in: a key, what they are, their name, their address, what to try."""

    key: str
    role: str
    name: str
    email: str
    what: str


def domain_of(organisation: str | None) -> str:
    """The part of an address that comes from an organisation key; the portal itself for None."""
    return slug(organisation.replace("_", " ")) if organisation else "portail"


def email_of(persona: str) -> str:
    """The address of a named inhabitant, the one the country gives them."""
    organisation, _, first, last, _ = NAMED[persona]
    return f"{slug(first)}.{slug(last)}@{domain_of(organisation)}.example"


def accounts() -> list[DemoAccount]:
    """The persons offered by the sign-in page and announced by the launcher."""
    return [
        DemoAccount(key, role, f"{NAMED[key][2]} {NAMED[key][3]}", email_of(key), what)
        for key, (role, what) in _ROLES.items()
    ]
