"""The framework that a Region offered to its Missions Locales (DOMAIN 6.4, 8)."""

from partners.founding.types import Commitment, FoundingConvention, Party

_MISSIONS = (
    Commitment(
        "INFO-METIERS",
        "orientation",
        "ARML_75",
        "Faire connaître aux jeunes les métiers et les formations qui y mènent.",
    ),
    Commitment(
        "INFO-DECOUVERTE",
        "orientation",
        "ARML_75",
        "Donner à chacun l’occasion de voir un métier et un milieu de travail de près.",
    ),
    Commitment(
        "INFO-CHOIX",
        "orientation",
        "ARML_75",
        "Aider chacun à mûrir et à formuler ses choix professionnels.",
    ),
    Commitment(
        "INFO-LIEUX",
        "orientation",
        "ARML_75",
        "Faire vivre les espaces régionaux et les cités des métiers, ou y prendre une part active.",
    ),
    Commitment(
        "INFO-BRANCHES",
        "emploi_entreprise",
        "ARML_75",
        "Nouer et partager des partenariats avec les branches qui cherchent à attirer des jeunes.",
    ),
    Commitment(
        "QUALIF-REPERAGE",
        "formation",
        "ARML_75",
        "Repérer les jeunes peu ou pas qualifiés.",
    ),
    Commitment(
        "QUALIF-DECROCHEURS",
        "decrochage",
        "ARML_75",
        "Prendre part aux actions pour les décrocheurs et pour les jeunes suivis par la justice.",
    ),
    Commitment(
        "QUALIF-SAVOIRS",
        "savoirs_de_base",
        "ARML_75",
        "Mobiliser les services qui aident à maîtriser les savoirs de base.",
    ),
    Commitment(
        "QUALIF-FORMATION",
        "formation",
        "ARML_75",
        "Faciliter l’entrée ou le retour en formation qualifiante.",
    ),
    Commitment(
        "QUALIF-DROITS",
        "freins",
        "ARML_75",
        "Informer et conseiller sur les droits (compte personnel d’activité, de formation) et sur la santé, la "
        "mobilité, le logement, la culture et la création d’entreprise.",
    ),
    Commitment(
        "QUALIF-APPRENTISSAGE",
        "apprentissage",
        "ARML_75",
        "Promouvoir l’apprentissage et soutenir les apprentis jusqu’à la réussite.",
    ),
    Commitment(
        "COOP-JEUNES",
        "engagement",
        "ARML_75",
        "Associer les jeunes à la conception et à l’évaluation des actions.",
    ),
    Commitment(
        "COOP-CARIF",
        "orientation",
        "ARML_75",
        "S’appuyer sur les ressources du CARIF-OREF.",
    ),
    Commitment(
        "COOP-EVALUATION",
        "engagement",
        "ARML_75",
        "Contribuer à conduire, évaluer et faire évoluer les politiques régionales.",
    ),
    Commitment(
        "FINANCEMENT-MAINTIEN",
        "engagement",
        "REGION_75",
        "Maintenir en 2018 le financement du réseau, pris dans son ensemble, à son niveau antérieur.",
    ),
    Commitment(
        "FINANCEMENT-REPARTITION",
        "engagement",
        "REGION_75",
        "Commencer à répartir autrement le financement entre Missions Locales, selon le nombre de jeunes et la "
        "vulnérabilité des territoires.",
    ),
)

CONVENTIONS: tuple[FoundingConvention, ...] = (
    FoundingConvention(
        code="NA-REGION-2018",
        title="Accord-cadre proposé par la Région Nouvelle-Aquitaine à ses Missions Locales (2018-2020)",
        nature="proposition",
        level="regional",
        region="75",
        parties=(Party("REGION_75"), Party("ARML_75")),
        themes=("orientation", "formation", "savoirs_de_base", "decrochage", "freins", "apprentissage"),
        source_label="Actualité de l’ARML de Nouvelle-Aquitaine, archivée le 30 décembre 2020",
        note="La source présente un texte proposé à l’association régionale pour la période 2018-2020, dans le "
        "cadre du service public régional de l’orientation. Sa signature n’est pas établie : ce n’est pas une "
        "convention en vigueur, et les missions ci-dessous sont celles que la Région attendait. Jours de début et "
        "de fin non établis.",
        purpose="Éclairer les jeunes sur les métiers, les aider à se qualifier et faire coopérer les acteurs "
        "régionaux, avec une nouvelle répartition du financement.",
        commitments=_MISSIONS,
    ),
)
