"""The formats of directories that the portal reads: one entry per kind of file, its columns declared. No Django here.

To add one: an entry of ``FORMATS``, a file of two lines in its test, and its row in ``docs/exploitation.md``.
"""

from collections.abc import Mapping

from partners.directory.formats import Cells, Format, Target
from partners.territory.dataset import normalise_name

# The chambers of local law stand where the regional one does elsewhere (DOMAIN 2.3).
_LOCAL_LAW = {"57": "CMA-MOSELLE", "67": "CMA-ALSACE", "68": "CMA-ALSACE"}
# Collectivities without a region, as the directory of AKTO names them.
_COLLECTIVITIES = {
    normalise_name("Saint-Pierre-et-Miquelon"): "975",
    normalise_name("Saint-Barthélemy"): "977",
    normalise_name("Saint-Martin"): "978",
}
# Codes of a directory → keys of the organisations that the product ships with, where they are not the same word.
_SHIPPED = {
    "EM-SMV": "SMV_EM",
    "1er-RSMV": "SMV_1RSMV",
    "1er-RSMV-(Châlons)": "SMV_1RSMV_CHALONS",
    "2e-RSMV": "SMV_2RSMV",
    "3e-RSMV": "SMV_3RSMV",
    "CSMV-Ambérieu": "SMV_AMBERIEU",
    "CSMV-Ambérieu-(Marseille)": "SMV_MARSEILLE",
    "CSMV-Brest": "SMV_BREST",
}


def code_of(text: str) -> str:
    """A code as it is kept: its blanks are hyphens."""
    return "-".join(text.split())


def key_of(code: str) -> str:
    """The key under which the product may ship the organisation of a code: CMAR-53 is CMAR_53.

    An association of several regions (ARML-01-02-03-978) is shipped under its first one.
    """
    if code in _SHIPPED:
        return _SHIPPED[code]
    parts = code.upper().split("-")
    return "_".join(parts[:2] if parts[0] == "ARML" else parts)


def aliases_of(code: str) -> list[str]:
    """The codes under which an organisation may be looked for as a parent: one per region of an ARML."""
    if not code.startswith("ARML-"):
        return [code]
    return [code, *(f"ARML-{part}" for part in code.split("-")[1:])]


def _chamber(cells: Cells) -> str:
    """The departmental levels have had no legal personality since 1 January 2021: they hang on the region's."""
    if cells["niveau"] == "national":
        return ""
    if cells["niveau"] != "departemental":
        return "CMA-FRANCE"
    return _chamber_of(cells)


def _chamber_of(cells: Cells) -> str:
    return _LOCAL_LAW.get(cells["departement_code"], "CMAR-{region}")


def _managing_chamber(cells: Cells) -> str:
    """A CFA of the network alone hangs on its chamber; one shared with other networks is not the chamber's."""
    return _chamber_of(cells) if cells["reseaux"] == "cma" else ""


def _sign(cells: Cells) -> dict[str, str]:
    """The sign over the door, which tells one site from another; else the legal name."""
    return {"enseigne ou raison_sociale": cells["enseigne"] or cells["raison_sociale"]}


def _regiment(cells: Cells) -> str:
    """The site it is a detachment of; else the staff, for the SMV."""
    if cells["rattachement"]:
        return cells["rattachement"]
    return "EM-SMV" if cells["dispositif"] == "SMV" and cells["type"] != "etat_major" else ""


def _site_level(cells: Cells) -> dict[str, str]:
    return {"niveau": "national" if cells["type"] == "etat_major" else "local"}


def _delegation(cells: Cells) -> dict[str, str]:
    """Where a delegation is: a region, or one of the collectivities that have none."""
    place = _COLLECTIVITIES.get(normalise_name(cells["territoire"]), "")
    return {"departement_code": "" if cells["region_code"] else place, "lieu": cells["region_code"] or place}


def _branch_code(cells: Cells) -> dict[str, str]:
    """The branch of the framework agreement, else the agreement itself, else the words of the sector."""
    name = cells["titre_court"] or cells["libelle"]
    own = (
        f"idcc-{cells['idcc']}" if cells["idcc"] else normalise_name(name).replace(" ", "-")[:40].rstrip("-")
    )
    return {"titre_court ou libelle": name, "branche": cells["branche_accord_cadre"] or own}


_LEVELS: Mapping[str, str] = {
    "national": "national",
    "régional": "regional",
    "départemental": "local",
    "regional droit local": "regional",
    "local": "local",
}
# Words of the generic format, as our own export writes them.
_NETWORKS: Mapping[str, str] = {
    "Missions Locales": "ml",
    "Chambres de métiers et de l’artisanat": "cma",
    "Service militaire volontaire": "smv",
    "AKTO et branches": "akto",
    "Travail temporaire": "interim",
    "Services de l’État": "state",
    "Régions": "region",
    "Inclusion numérique": "digital",
}

# Where an organisation is, and how it is reached: the columns that the directories of the networks share.
_PLACE: Mapping[str, str] = {
    "department": "departement_code",
    "region": "region_code",
    "municipality": "commune_insee",
}
_REACH: Mapping[str, str] = {
    "address": "adresse",
    "postcode": "code_postal",
    "phone": "telephone",
    "email": "email",
    "website": "site_web",
}

PORTAL = Format(
    name="portail",
    label="annuaire générique, tel que l’administration l’exporte",
    target=Target.ORGANISATION,
    code="{Code}",
    fields={
        "network": "Réseau",
        "name": "Nom",
        "acronym": "Sigle",
        "level": "Niveau",
        "region": "Région",
        "department": "Département",
        "municipality": "Commune",
        "address": "Adresse",
        "postcode": "Code postal",
        "phone": "Téléphone",
        "email": "Courriel",
        "website": "Site internet",
        "siret": "SIRET",
        "starts_on": "Existe depuis le",
        "ends_on": "A cessé d’exister le",
        "is_sensitive": "Structure sensible",
    },
    required=("Réseau", "Code", "Nom", "Niveau"),
    filled=("Réseau", "Code", "Nom", "Niveau"),
    ignored=("Remplacée par",),
    words={"Réseau": _NETWORKS, "Niveau": _LEVELS},
    parent=lambda cells: cells["Rattachement"],
    parent_column="Rattachement",
    helping=("Rattachement",),
)

FORMATS: tuple[Format, ...] = (
    PORTAL,
    Format(
        name="missions_locales",
        label="Missions Locales, par numéro I-MILO",
        target=Target.ORGANISATION,
        code="{id_imilo}",
        fields={
            "name": "nom",
            **_PLACE,
            **_REACH,
            "siret": "siret",
        },
        required=("id_imilo", "nom", "departement_code"),
        filled=("id_imilo", "nom", "departement_code"),
        ignored=(
            "type_structure", "commune", "lon", "lat", "source_adresse", "site_dila", "nom_officiel_imilo",
            "nom_usuel_imilo",
        ),
        constants={"network": "ml", "level": "local"},
        parent=lambda cells: "ARML-{place}",
    ),
    Format(
        name="arml",
        label="associations régionales des Missions Locales",
        target=Target.ORGANISATION,
        code="ARML-{region_codes}",
        fields={"name": "nom", "region": "region_codes", "website": "site_web"},
        required=("nom", "region_codes"),
        filled=("nom", "region_codes"),
        ignored=("nb_missions_locales_referentiel", "source"),
        constants={"network": "ml", "level": "regional"},
        parent=lambda cells: "UNML",
    ),
    Format(
        name="cma",
        label="chambres de métiers et de l’artisanat : tête, régions, départements",
        target=Target.ORGANISATION,
        code="{id_source}",
        fields={
            "name": "nom",
            "level": "niveau",
            **_PLACE,
            **_REACH,
        },
        required=("niveau", "id_source", "nom", "departement_code", "region_code"),
        filled=("niveau", "id_source", "nom"),
        ignored=("commune", "siren", "source"),
        constants={"network": "cma"},
        words={"niveau": _LEVELS},
        parent=_chamber,
    ),
    Format(
        name="cfa_cma",
        label="centres de formation d’apprentis du réseau des chambres, par SIRET",
        target=Target.ORGANISATION,
        # One UAI covers several sites (a centre and its annexes): only the SIRET tells them apart.
        code="{siret}",
        fields={
            "name": "enseigne ou raison_sociale",
            "siret": "siret",
            **_PLACE,
            "address": "adresse",
            "postcode": "code_postal",
        },
        required=("uai", "siret", "raison_sociale", "departement_code", "region_code", "reseaux"),
        filled=("siret", "raison_sociale", "departement_code"),
        helping=("enseigne",),
        ignored=("nature", "commune", "qualiopi", "prepa_apprentissage"),
        constants={"network": "cma", "level": "local"},
        prepare=_sign,
        parent=_managing_chamber,
    ),
    Format(
        name="smv_sma",
        label="sites du service militaire volontaire et du service militaire adapté",
        target=Target.ORGANISATION,
        code="{sigle}",
        fields={
            "name": "nom",
            "acronym": "sigle",
            "level": "niveau",
            **_PLACE,
            "address": "precision_lieu",
        },
        required=("dispositif", "sigle", "nom", "type", "departement_code"),
        filled=("sigle", "nom", "departement_code"),
        ignored=("armee", "commune", "lon", "lat", "source"),
        constants={"network": "smv"},
        prepare=_site_level,
        parent=_regiment,
        parent_column="rattachement",
        helping=("rattachement",),
    ),
    Format(
        name="akto_delegations",
        label="délégations d’AKTO",
        target=Target.ORGANISATION,
        code="AKTO-{lieu}",
        fields={"name": "nom", "region": "region_code", "department": "departement_code"},
        required=("region_code", "nom", "territoire"),
        filled=("nom", "territoire"),
        ignored=("statut_source",),
        constants={"network": "akto", "level": "regional"},
        prepare=_delegation,
        parent=lambda cells: "AKTO",
    ),
    Format(
        name="dreets",
        label="directions régionales de l’économie, de l’emploi, du travail et des solidarités",
        target=Target.ORGANISATION,
        code="DREETS-{region_code}",
        fields={"name": "nom", "region": "region_code", "website": "site_web"},
        required=("region_code", "sigle", "nom", "libelle"),
        filled=("region_code", "nom"),
        constants={"network": "state", "level": "regional"},
    ),
    Format(
        name="ddets",
        label="directions départementales de l’emploi, du travail et des solidarités",
        target=Target.ORGANISATION,
        code="DDETS-{departement_code}",
        fields={
            "name": "nom",
            "department": "departement_code",
            "address": "adresse_ud_2019",
            "postcode": "code_postal",
            "town": "commune",
            "phone": "telephone_2019",
        },
        required=("departement_code", "sigle", "nom"),
        filled=("departement_code", "nom"),
        ignored=("source_adresse",),
        constants={"network": "state", "level": "local"},
        parent=lambda cells: "DREETS-{region}",
    ),
    Format(
        name="conseils_regionaux",
        label="conseils régionaux et collectivités qui en tiennent lieu",
        target=Target.ORGANISATION,
        code="REGION-{region_code}",
        fields={
            "name": "nom",
            "region": "region_code",
            **_REACH,
            "town": "commune",
        },
        required=("region_code", "nom", "adresse", "code_postal", "commune"),
        filled=("region_code", "nom"),
        ignored=("source",),
        constants={"network": "region", "level": "regional"},
    ),
    Format(
        name="branches",
        label="branches professionnelles",
        target=Target.BRANCH,
        code="{slug}",
        fields={"name": "libelle", "idcc": "idcc", "note": "note"},
        required=("slug", "libelle", "idcc"),
        filled=("slug", "libelle"),
    ),
    Format(
        name="akto_branches",
        label="conventions collectives d’AKTO, rangées par branche",
        target=Target.BRANCH,
        code="{branche}",
        fields={"name": "titre_court ou libelle", "idcc": "idcc"},
        required=("idcc", "libelle", "titre_court", "branche_accord_cadre"),
        filled=("libelle",),
        ignored=("effectif", "signataire_accord_cadre_2024"),
        prepare=_branch_code,
        gathers=True,
    ),
    Format(
        name="communes_desservies",
        label="communes que dessert chaque Mission Locale",
        target=Target.CATCHMENT,
        code="{Code de la structure}",
        fields={"municipality": "Commune"},
        required=("Code de la structure", "Commune"),
        filled=("Code de la structure", "Commune"),
        helping=("Desservie",),
        ignored=("Nom de la structure", "Nom de la commune"),
    ),
)  # fmt: skip
