"""National bodies and sites that the founding texts name (DOMAIN 3.2, 6.4)."""

from datetime import date

from partners.founding.types import NationalOrganisation, SmvSite

NATIONAL_ORGANISATIONS: tuple[NationalOrganisation, ...] = (
    NationalOrganisation("UNML", "Union nationale des Missions Locales", "UNML", "ml"),
    NationalOrganisation(
        "CNML",
        "Conseil national des Missions Locales",
        "CNML",
        "ml",
        ceased=True,
        note="Instance disparue : l’accord qui la liait au réseau des chambres de métiers est devenu caduc. "
        "Date de disparition non établie par les sources.",
    ),
    NationalOrganisation(
        "CMA_FRANCE",
        "CMA France",
        "CMA France",
        "cma",
        note="Tête du réseau des chambres de métiers et de l’artisanat, auparavant APCMA. "
        "La date du changement de nom n’est pas établie par les sources.",
    ),
    NationalOrganisation(
        "SMV_EM",
        "État-major du service militaire volontaire",
        "EM-SMV",
        "smv",
        municipality="94003",
        starts_on=date(2015, 7, 1),
        note="Créé à titre expérimental le 1er juillet 2015, pérennisé en 2019.",
    ),
    NationalOrganisation(
        "FRANCE_TRAVAIL",
        "France Travail",
        "France Travail",
        "state",
        note="Appelé Pôle emploi dans les textes anciens.",
    ),
    NationalOrganisation(
        "CHEOPS",
        "CHEOPS, réseau national des Cap emploi",
        "CHEOPS",
        "state",
        note="Classé avec le service public de l’emploi, faute d’un réseau propre dans le portail.",
    ),
    NationalOrganisation("AKTO", "AKTO, opérateur de compétences", "AKTO", "akto"),
    NationalOrganisation("PRISM_EMPLOI", "Prism'emploi", "Prism'emploi", "interim"),
    NationalOrganisation(
        "FASTT",
        "Fonds d'action sociale du travail temporaire",
        "FASTT",
        "interim",
        note="Créé en 1992 ; jour et mois non établis.",
    ),
    NationalOrganisation(
        "FPETT",
        "Fonds professionnel pour l'emploi dans le travail temporaire",
        "FPETT",
        "interim",
    ),
    NationalOrganisation(
        "DGEFP", "Délégation générale à l'emploi et à la formation professionnelle", "DGEFP", "state"
    ),
    NationalOrganisation("WETECHCARE", "WeTechCare", "WeTechCare", "digital"),
    NationalOrganisation("EMMAUS_CONNECT", "Emmaüs Connect", "Emmaüs Connect", "digital"),
)

_AIR_CONFLICT = (
    "Sources en désaccord : le ministère donne Ambérieu-en-Bugey en juillet 2025, "
    "une source secondaire d’octobre 2025 cite Lyon Mont-Verdun. Implantation à vérifier."
)

# As the ministry gave them on 14 July 2025.
SMV_SITES: tuple[SmvSite, ...] = (
    SmvSite("SMV_EM", "État-major du service militaire volontaire", "EM-SMV", "etat_major", "94003", "94",
            "11", None, "Fort de Montrouge, à Arcueil."),
    SmvSite("SMV_1RSMV", "1er régiment du service militaire volontaire", "1er RSMV", "regiment", "57480",
            "57", "44", "SMV_EM"),
    SmvSite("SMV_1RSMV_CHALONS", "1er RSMV, détachement de Châlons-en-Champagne", "1er RSMV Châlons",
            "antenne", "51108", "51", "44", "SMV_1RSMV"),
    SmvSite("SMV_2RSMV", "2e régiment du service militaire volontaire", "2e RSMV", "regiment", "91103",
            "91", "11", "SMV_EM"),
    SmvSite("SMV_3RSMV", "3e régiment du service militaire volontaire", "3e RSMV", "regiment", "17300",
            "17", "75", "SMV_EM"),
    SmvSite("SMV_AMBERIEU", "Centre du service militaire volontaire Air", "CSMV Air", "centre", "01004",
            "01", "84", "SMV_EM", _AIR_CONFLICT),
    SmvSite("SMV_MARSEILLE", "Centre du service militaire volontaire Air, antenne de Marseille",
            "CSMV Air Marseille", "antenne", "13055", "13", "93", "SMV_AMBERIEU"),
    SmvSite("SMV_BREST", "Centre du service militaire volontaire Marine", "CSMV Brest", "centre", "29019",
            "29", "53", "SMV_EM"),
)  # fmt: skip
