"""The founding conventions as plain data (DOMAIN 6.4, 9 and 3.2); no Django here.

What a source does not say stays empty and a French note says so: an unknown signature or end is a fact of
its own and is never filled with a likely value. The wordings are ours; the founding texts are not copied.
Nobody named in the sources appears.

Organisation keys: those of ``NATIONAL_ORGANISATIONS`` and ``SMV_SITES``, plus ``CMAR_<region>`` and
``ARML_<region>`` (INSEE code of the region) for regional parties.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Nature = Literal["accord_cadre", "convention", "declinaison", "proposition", "pratique"]
Level = Literal["national", "regional", "local"]
Frequency = Literal["once", "continuous", "yearly"]
Succession = Literal["remplacement", "echeance", "caducite", "denonciation", "resiliation"]

MEASURES = (
    "sessions_held",
    "answers_returned",
    "answers_on_time",
    "returns_of_unfinished",
    "outcomes_known_m3",
    "designations_covered",
    "committee_held",
)


@dataclass(frozen=True, slots=True)
class NationalOrganisation:
    """A national body. ``ceased`` with ``ends_on`` None: it no longer exists, the date is not established."""

    key: str
    name: str
    acronym: str
    network: str
    municipality: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ceased: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SmvSite:
    """A site of the service militaire volontaire as attested on a date (DOMAIN 3.2)."""

    key: str
    name: str
    acronym: str
    kind: Literal["etat_major", "regiment", "centre", "antenne"]
    municipality: str
    department: str
    region: str
    parent: str | None
    attested_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A signatory; ``signed_on`` None when the source gives no date."""

    organisation: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a party promised. ``party`` None: all of them. ``measure`` None: shown by evidence."""

    code: str
    theme: str
    party: str | None
    wording: str
    measure: str | None = None
    frequency: Frequency = "continuous"


@dataclass(frozen=True, slots=True)
class Committee:
    """A follow-up committee. ``rhythm``: months counted from the signature (sliding) or calendar years.

    The text of 2019 does not choose (DOMAIN 9.20): ``sliding`` is the default of the portal, a setting.
    """

    kind: str
    label: str
    frequency_months: int
    rhythm: Literal["sliding", "calendar"] = "sliding"


@dataclass(frozen=True, slots=True)
class DeclaredFigure:
    """A figure that the portal does not hold but a source states; ``unit`` is ``%`` or a noun."""

    label: str
    value: int
    unit: str
    perimeter: str
    period: str
    source: str


@dataclass(frozen=True, slots=True)
class FoundingConvention:
    """One convention of the founding history. Dates are None when not established, never guessed.

    ``succession_kind`` tells how the predecessor ended. ``ends_on`` is the last day covered. A non-empty
    ``lapse_reason`` means the text is void (caduc) even when ``lapsed_on`` is unknown; ``lapsed_at_latest``
    is then the first day on which a source says so. ``signed_label`` keeps
    what the source says of the signature when it is less precise than a day.
    """

    code: str
    title: str
    nature: Nature
    level: Level
    parties: tuple[Party, ...]
    themes: tuple[str, ...]
    source_label: str
    note: str
    region: str | None = None
    parent: str | None = None
    parent_proven: bool = False
    predecessor: str | None = None
    succession_kind: Succession | None = None
    signed_on: date | None = None
    signature_known: bool = False
    signed_label: str = ""
    published_on: date | None = None
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    end_known: bool = False
    duration_months: int | None = None
    lapsed_on: date | None = None
    lapsed_at_latest: date | None = None
    lapse_reason: str = ""
    tacit_renewal: bool | None = None
    notice_months: int | None = None
    commitments: tuple[Commitment, ...] = ()
    committee: Committee | None = None
    figures: tuple[DeclaredFigure, ...] = ()


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

_JULY_2025 = date(2025, 7, 14)
_AIR_CONFLICT = (
    "Sources en désaccord : le ministère donne Ambérieu-en-Bugey en juillet 2025, "
    "une source secondaire d’octobre 2025 cite Lyon Mont-Verdun. Implantation à vérifier."
)

SMV_SITES: tuple[SmvSite, ...] = (
    SmvSite("SMV_EM", "État-major du service militaire volontaire", "EM-SMV", "etat_major", "94003", "94",
            "11", None, _JULY_2025, "Fort de Montrouge, à Arcueil."),
    SmvSite("SMV_1RSMV", "1er régiment du service militaire volontaire", "1er RSMV", "regiment", "57480",
            "57", "44", "SMV_EM", _JULY_2025),
    SmvSite("SMV_1RSMV_CHALONS", "1er RSMV, détachement de Châlons-en-Champagne", "1er RSMV Châlons",
            "antenne", "51108", "51", "44", "SMV_1RSMV", _JULY_2025),
    SmvSite("SMV_2RSMV", "2e régiment du service militaire volontaire", "2e RSMV", "regiment", "91103",
            "91", "11", "SMV_EM", _JULY_2025),
    SmvSite("SMV_3RSMV", "3e régiment du service militaire volontaire", "3e RSMV", "regiment", "17300",
            "17", "75", "SMV_EM", _JULY_2025),
    SmvSite("SMV_AMBERIEU", "Centre du service militaire volontaire Air", "CSMV Air", "centre", "01004",
            "01", "84", "SMV_EM", _JULY_2025, _AIR_CONFLICT),
    SmvSite("SMV_MARSEILLE", "Centre du service militaire volontaire Air, antenne de Marseille",
            "CSMV Air Marseille", "antenne", "13055", "13", "93", "SMV_AMBERIEU", _JULY_2025),
    SmvSite("SMV_BREST", "Centre du service militaire volontaire Marine", "CSMV Brest", "centre", "29019",
            "29", "53", "SMV_EM", _JULY_2025),
)  # fmt: skip

_AEF_2019 = "Dépêche AEF de mai 2019 sur les rencontres nationales de Montpellier"

_SMV_2019_COMMITMENTS = (
    Commitment(
        "SMV-INFO-COLLECTIVES",
        "smv",
        "SMV_EM",
        "Venir présenter le SMV lors des informations collectives tenues dans les Missions Locales.",
        "sessions_held",
    ),
    Commitment(
        "SMV-SUITES-CANDIDATS",
        "smv",
        "SMV_EM",
        "Faire savoir à la Mission Locale la suite donnée à chaque candidat qu’elle a orienté, "
        "par échange de fichiers.",
        "answers_returned",
    ),
    Commitment(
        "SMV-NON-RETENUS",
        "orientation",
        "SMV_EM",
        "Inviter les candidats directs qui ne sont pas retenus à se rapprocher de la Mission Locale "
        "de leur territoire.",
    ),
    Commitment(
        "SMV-SANS-SOLUTION",
        "orientation",
        "SMV_EM",
        "Orienter vers la Mission Locale les volontaires sans solution, en particulier ceux qui arrêtent "
        "en cours de parcours.",
        "returns_of_unfinished",
    ),
    Commitment("ML-PROMOTION", "smv", "UNML", "Faire connaître le SMV aux jeunes accompagnés."),
    Commitment(
        "ML-PREPARATION",
        "smv",
        "UNML",
        "Préparer les jeunes candidats, notamment aux prérequis du SMV.",
    ),
    Commitment(
        "ML-SUITE-ACCOMPAGNEMENT",
        "orientation",
        "UNML",
        "Poursuivre l’accompagnement après la sortie du SMV lorsque le jeune en a besoin.",
    ),
    Commitment(
        "ML-DEVENIR",
        "emploi_entreprise",
        "UNML",
        "Renseigner le SMV sur ce que deviennent les jeunes après leur volontariat, dont l’accès à l’emploi.",
        "outcomes_known_m3",
    ),
    Commitment(
        "COMMUN-CONNAISSANCE",
        "smv",
        None,
        "Mieux se connaître et échanger sur les offres de services et sur les parcours des jeunes.",
    ),
    Commitment(
        "COMMUN-COMITE",
        "smv",
        None,
        "Réunir un comité de suivi au moins une fois par an : situation des jeunes et bilan du partenariat.",
        "committee_held",
        "yearly",
    ),
)

_CMA_2019_COMMITMENTS = (
    Commitment(
        "LOCAL-RESSOURCES",
        "orientation",
        None,
        "Mettre en commun et échanger les ressources des deux réseaux au niveau local.",
    ),
    Commitment(
        "LOCAL-OFFRES",
        "apprentissage",
        None,
        "Articuler les offres de services des Missions Locales et des chambres de métiers.",
    ),
    Commitment(
        "LOCAL-RENCONTRES",
        "orientation",
        None,
        "Organiser régulièrement des rencontres entre les équipes.",
        "sessions_held",
    ),
    Commitment(
        "LOCAL-REFERENTS",
        "orientation",
        None,
        "Désigner des référents par sujet : orientation, apprentissage, formation, lien avec les "
        "entreprises.",
        "designations_covered",
    ),
    Commitment(
        "ORIENTATION-AMBASSADEURS",
        "orientation",
        "CMA_FRANCE",
        "Faire témoigner les ambassadeurs de l’apprentissage et communiquer ensemble sur les métiers.",
    ),
    Commitment(
        "APPRENTISSAGE-ENCHAINEMENT",
        "apprentissage",
        None,
        "Faciliter l’accès à l’apprentissage en enchaînant les dispositifs des deux réseaux.",
    ),
    Commitment(
        "INSERTION-ENTREPRISES",
        "emploi_entreprise",
        "CMA_FRANCE",
        "Mobiliser les entreprises artisanales au service de l’insertion des jeunes.",
    ),
)

CONVENTIONS: tuple[FoundingConvention, ...] = (
    FoundingConvention(
        code="UNML-SMV-2016",
        title="Convention de partenariat entre l’UNML et le service militaire volontaire (2016)",
        nature="convention",
        level="national",
        parties=(Party("UNML", date(2016, 3, 16)), Party("SMV_EM", date(2016, 3, 16))),
        themes=("smv", "orientation"),
        source_label="Source secondaire sur la signature du 16 mars 2016",
        note="La dépêche de mai 2019 écrit que la convention précédant celle du 10 mai 2019 a été signée "
        "« en 2019 ». C’est une erreur de la dépêche : elle a été signée le 16 mars 2016. "
        "Durée, terme et engagements non établis.",
        signed_on=date(2016, 3, 16),
        signature_known=True,
        signed_label="16 mars 2016",
    ),
    FoundingConvention(
        code="UNML-SMV-2019",
        title="Convention de partenariat entre l’UNML et le service militaire volontaire (2019)",
        nature="convention",
        level="national",
        parties=(Party("UNML", date(2019, 5, 10)), Party("SMV_EM", date(2019, 5, 10))),
        themes=("smv", "orientation", "emploi_entreprise"),
        source_label=_AEF_2019,
        note="La dépêche donne la signature et la durée de trois ans, pas la date d’effet : elle est "
        "comptée de la signature. Elle date la convention précédente de 2019, c’est une erreur : celle-ci "
        "est du 16 mars 2016. Préavis et tacite reconduction non établis. Le rythme « au moins une fois par "
        "an » ne dit pas s’il s’agit de l’année civile ou d’un an après la signature.",
        predecessor="UNML-SMV-2016",
        succession_kind="remplacement",
        signed_on=date(2019, 5, 10),
        signature_known=True,
        signed_label="10 mai 2019",
        place="Montpellier",
        starts_on=date(2019, 5, 10),
        ends_on=date(2022, 5, 9),
        end_known=True,
        duration_months=36,
        commitments=_SMV_2019_COMMITMENTS,
        committee=Committee("comite_suivi", "Comité de suivi UNML – SMV", 12),
    ),
    FoundingConvention(
        code="UNML-SMV-2024",
        title="Convention de partenariat entre l’UNML et le service militaire volontaire (2024)",
        nature="convention",
        level="national",
        parties=(Party("UNML", date(2024, 4, 19)), Party("SMV_EM", date(2024, 4, 19))),
        themes=("smv", "orientation", "emploi_entreprise"),
        source_label="Source secondaire sur la signature du 19 avril 2024",
        note="Terme, date d’effet, engagements et rythme du comité non établis : le texte n’a pas été lu. "
        "Entre le terme calculé de 2022 et cette signature, aucun avenant ni prolongation n’est établi.",
        predecessor="UNML-SMV-2019",
        succession_kind="echeance",
        signed_on=date(2024, 4, 19),
        signature_known=True,
        signed_label="19 avril 2024",
        place="Paris",
    ),
    FoundingConvention(
        code="CNML-CMA-2011",
        title="Accord entre le CNML et le réseau des chambres de métiers et de l’artisanat (2011)",
        nature="accord_cadre",
        level="national",
        parties=(Party("CNML"), Party("CMA_FRANCE")),
        themes=("orientation", "apprentissage"),
        source_label="Actualité de juillet 2019 sur la convention avec CMA France",
        note="Année 2011 donnée par une source secondaire ; jour de signature, durée et date de caducité non "
        "établis. Le réseau des chambres était alors représenté par l’APCMA, devenue CMA France.",
        signed_label="2011",
        lapsed_at_latest=date(2019, 7, 5),
        lapse_reason="Disparition du Conseil national des Missions Locales, partie à l’accord.",
    ),
    FoundingConvention(
        code="UNML-CMA-2019",
        title="Convention de partenariat entre l’UNML et CMA France pour l’apprentissage (2019)",
        nature="convention",
        level="national",
        parties=(Party("UNML"), Party("CMA_FRANCE")),
        themes=("orientation", "apprentissage", "emploi_entreprise"),
        source_label="Actualité publiée le 5 juillet 2019",
        note="L’actualité annonce la signature sans en donner le jour ; durée et terme non établis.",
        predecessor="CNML-CMA-2011",
        succession_kind="caducite",
        published_on=date(2019, 7, 5),
        commitments=_CMA_2019_COMMITMENTS,
        figures=(
            DeclaredFigure(
                label="Missions Locales qui travaillent déjà avec les chambres de métiers",
                value=60,
                unit="%",
                perimeter="France entière",
                period="2019",
                source="Déclaration de l’UNML, actualité du 5 juillet 2019",
            ),
        ),
    ),
    FoundingConvention(
        code="UNML-CMA-2023",
        title="Convention de partenariat entre l’UNML et CMA France (2023)",
        nature="convention",
        level="national",
        parties=(Party("UNML"), Party("CMA_FRANCE")),
        themes=("orientation", "apprentissage"),
        source_label="Source secondaire de 2025 sur le renouvellement des partenariats",
        note="Signée en mai 2023 pour trois ans : jour de signature inconnu, donc terme exact non établi "
        "(mai 2026 s’il n’y avait pas eu de remplacement). Engagements non établis.",
        predecessor="UNML-CMA-2019",
        succession_kind="remplacement",
        signed_label="mai 2023",
        duration_months=36,
    ),
    FoundingConvention(
        code="CMA-FT-UNML-CHEOPS-2025",
        title="Convention entre CMA France, France Travail, l’UNML et CHEOPS (2025)",
        nature="convention",
        level="national",
        parties=(
            Party("CMA_FRANCE", date(2025, 6, 4)),
            Party("FRANCE_TRAVAIL", date(2025, 6, 4)),
            Party("UNML", date(2025, 6, 4)),
            Party("CHEOPS", date(2025, 6, 4)),
        ),
        themes=("orientation", "apprentissage", "formation", "emploi_entreprise"),
        source_label="Source secondaire sur la signature du 4 juin 2025",
        note="Réunit avec France Travail et les Cap emploi un partenariat jusque-là conclu entre l’UNML et "
        "CMA France. Trois ans, six priorités ; date d’effet comptée de la signature ; détail des "
        "engagements et rythme du comité non établis. Remplace le texte de mai 2023 avant son terme.",
        predecessor="UNML-CMA-2023",
        succession_kind="remplacement",
        signed_on=date(2025, 6, 4),
        signature_known=True,
        signed_label="4 juin 2025",
        starts_on=date(2025, 6, 4),
        ends_on=date(2028, 6, 3),
        end_known=True,
        duration_months=36,
    ),
    FoundingConvention(
        code="IDF-CMA-ARML-2025",
        title="Convention régionale entre la CMA et l’ARML d’Île-de-France (2025)",
        nature="declinaison",
        level="regional",
        region="11",
        parties=(Party("CMAR_11", date(2025, 5, 22)), Party("ARML_11", date(2025, 5, 22))),
        themes=("apprentissage", "orientation"),
        source_label="Source secondaire sur la signature du 22 mai 2025",
        note="Rattachement à la convention nationale de 2019 à vérifier : à cette date, celle de mai 2023 "
        "lui avait succédé et celle du 4 juin 2025 n’était pas signée. Durée, terme et engagements non "
        "établis.",
        parent="UNML-CMA-2019",
        signed_on=date(2025, 5, 22),
        signature_known=True,
        signed_label="22 mai 2025",
    ),
)

# The text of the later conventions was not read. The demonstration lives under them with the commitments and
# the committee of the text named here; a page that shows them says so with CARRIED_OVER_NOTE.
CARRIED_OVER = {"UNML-SMV-2024": "UNML-SMV-2019", "CMA-FT-UNML-CHEOPS-2025": "UNML-CMA-2019"}
CARRIED_OVER_NOTE = (
    "Hypothèse de démonstration : engagements et comité repris du texte de 2019, "
    "à vérifier dans le texte en vigueur."
)


def convention(code: str) -> FoundingConvention:
    """Return the founding convention of that code; KeyError when there is none."""
    return _BY_CODE[code]


def assumed_from(code: str) -> FoundingConvention | None:
    """The convention whose commitments and committee the demonstration assumes for ``code``, or None."""
    return _BY_CODE[CARRIED_OVER[code]] if code in CARRIED_OVER else None


_BY_CODE = {item.code: item for item in CONVENTIONS}
