"""A committee pack with every kind of figure in it, invented from one end to the other."""

from copy import deepcopy

import pytest

from core.suppression import suppress, suppress_line
from reporting.rendering.data import PackData

REGIONS = [
    ("84", "Auvergne-Rhône-Alpes"),
    ("27", "Bourgogne-Franche-Comté"),
    ("53", "Bretagne"),
    ("24", "Centre-Val de Loire"),
    ("44", "Grand Est"),
    ("32", "Hauts-de-France"),
    ("11", "Île-de-France"),
    ("28", "Normandie"),
    ("75", "Nouvelle-Aquitaine"),
    ("76", "Occitanie"),
    ("52", "Pays de la Loire"),
    ("93", "Provence-Alpes-Côte d’Azur"),
]
STAGES = [
    ("sent", "Envoyées, sans réponse"),
    ("received", "Reçues, à l’étude"),
    ("info_requested", "À compléter"),
    ("accepted", "Acceptées"),
    ("started", "Commencées"),
    ("completed", "Terminées"),
    ("declined", "Non retenues"),
    ("dropped_out", "Interrompues"),
]
OUTCOMES = [
    ("EMPLOI_DURABLE", "Emploi durable (CDI ou CDD de six mois et plus)"),
    ("ALTERNANCE", "Alternance"),
    ("FORMATION", "Formation"),
    ("EMPLOI_TRANSITION", "Emploi de transition (CDD de moins de six mois, intérim)"),
    ("ENGAGEMENT_ARMEES", "Engagement dans les armées"),
    ("SANS_SOLUTION", "Sans solution, accompagné par la mission locale"),
]
COUNTS = [[(7 * i + 11 * j + i * j) % 29 for j in range(len(STAGES))] for i in range(len(REGIONS))]


def _indicator(code, label, definition, unit="", persons=True, state="known", **figures):
    return {
        "code": code,
        "label": label,
        "definition": definition,
        "unit": unit,
        "persons": persons,
        "state": state,
        "value": None,
        "previous": None,
        "numerator": None,
        "denominator": None,
        "note": "",
        **figures,
    }


def build_sample(**meeting) -> PackData:
    """Return a fresh pack of the SMV committee; keywords replace fields of its meeting."""
    table = suppress(COUNTS)
    outcomes = suppress_line([64, 38, 52, 21, 17, 3])
    steps = [
        ("sent", "Orientations envoyées", 1284),
        ("answered", "Réponse donnée", 1102),
        ("accepted", "Acceptées", 611),
        ("started", "Commencées", 433),
        ("completed", "Terminées", 195),
        ("known", "Devenir connu", None),
    ]
    return deepcopy(
        {
            "schema": 2,
            "kind": "committee",
            "meeting": {
                "title": "Comité de suivi du partenariat",
                "convention_title": "Convention entre l’Union nationale des missions locales et le "
                "service militaire volontaire",
                "convention_code": "UNML-SMV-2024",
                "parties": ["Union nationale des missions locales", "Service militaire volontaire"],
                "date": "2026-11-24",
                "place": "Paris",
                "prepared_for": "2026-11-09",
                "version": 1,
                "correction": "",
                "fictitious": True,
                **meeting,
            },
            "period": {"start": "2025-11-10", "end": "2026-11-09"},
            "previous_pack": {"date": "2025-11-18", "version": 2},
            "agenda": [
                "Suites données aux décisions du comité précédent",
                "Point d’étape des situations des jeunes volontaires",
                "Bilan de l’action partenariale et des engagements",
                "Décisions et calendrier",
            ],
            "decisions": [
                {
                    "text": "Proposer un modèle de retour sur les candidats, commun à tous les centres",
                    "owner": "Service militaire volontaire",
                    "due": "2026-09-30",
                },
                {
                    "text": "Désigner un référent SMV dans chaque mission locale de plus de 1 000 jeunes",
                    "owner": "Union nationale des missions locales",
                    "due": "2026-12-31",
                },
                {
                    "text": "Organiser une visite de centre par région",
                    "owner": "Service militaire volontaire",
                    "due": None,
                },
            ],
            "indicators": [
                _indicator(
                    "sent",
                    "Orientations envoyées",
                    "Orientations envoyées pendant la période, erreurs de saisie exclues.",
                    value=1284,
                    previous=1106,
                ),
                _indicator(
                    "response_5",
                    "Réponse en 5 jours ouvrés",
                    "Part des orientations envoyées depuis au moins 5 jours ouvrés qui ont reçu une première "
                    "réponse dans ce délai.",
                    "%",
                    value=62.4,
                    previous=48,
                    numerator=794,
                    denominator=1272,
                ),
                _indicator(
                    "delay",
                    "Délai médian de première réponse",
                    "Médiane du nombre de jours ouvrés entre l’envoi et la première réponse ; une "
                    "orientation sans réponse compte pour le temps déjà écoulé.",
                    "jours ouvrés",
                    value=4,
                    previous=6.5,
                ),
                _indicator(
                    "started_rate",
                    "Entrées effectives",
                    "Part des orientations acceptées depuis au moins 45 jours dont le parcours a commencé.",
                    "%",
                    value=70.9,
                    previous=70.9,
                    numerator=433,
                    denominator=611,
                ),
                _indicator(
                    "no_show",
                    "Absences aux rendez-vous",
                    "Part des rendez-vous auxquels le jeune ne s’est pas présenté.",
                    "%",
                    state="hidden",
                ),
                _indicator(
                    "conversion",
                    "Part des jeunes accompagnés orientés vers le SMV",
                    "Orientations rapportées au nombre de jeunes accompagnés, tel que déclaré par le réseau.",
                    "%",
                    state="not_computable",
                    note="Le nombre de jeunes accompagnés n’a pas été déclaré pour cette période.",
                ),
                _indicator(
                    "meetings",
                    "Comités tenus",
                    "Réunions tenues pendant la période ; la convention en prévoit au moins une par an.",
                    persons=False,
                    value=1,
                    previous=1,
                ),
            ],
            "journey": [{"code": code, "label": label, "count": count} for code, label, count in steps],
            "stages": {
                "rows": [
                    {"code": code, "label": label, "group": "", "count": total, "previous": 90 + number}
                    for number, ((code, label), total) in enumerate(
                        zip(STAGES, table.column_totals, strict=True)
                    )
                ],
                "total": table.total,
            },
            "outcomes": {
                "rows": [
                    {"code": code, "label": label, "group": "", "count": cell, "previous": None}
                    for (code, label), cell in zip(OUTCOMES, outcomes.cells, strict=True)
                ],
                "total": outcomes.total,
            },
            "territory": "Région",
            "regions": {
                "columns": [{"code": code, "label": label} for code, label in STAGES],
                "rows": [
                    {"code": code, "label": label, "cells": cells, "total": total}
                    for (code, label), cells, total in zip(
                        REGIONS, table.cells, table.row_totals, strict=True
                    )
                ],
                "totals": table.column_totals,
                "total": table.total,
            },
            "commitments": [
                {
                    "party": "Service militaire volontaire",
                    "wording": "Assurer une présence aux informations collectives des missions locales",
                    "theme": "Information",
                    "measure": "Séances tenues avec un centre",
                    "status": "tenu",
                    "figures": "46 séances sur les 12 derniers mois, dans 38 missions locales.",
                },
                {
                    "party": "Service militaire volontaire",
                    "wording": "Informer les missions locales de la suite donnée à chaque candidat",
                    "theme": "Retour d’information",
                    "measure": "Part des orientations avec une réponse",
                    "status": "en cours",
                    "figures": "1 102 réponses pour 1 284 orientations.",
                },
                {
                    "party": "Service militaire volontaire",
                    "wording": "Inviter les candidats directs non retenus à contacter leur mission locale",
                    "theme": "Orientation",
                    "measure": "Aucune mesure possible à ce jour",
                    "status": "non mesurable",
                    "figures": "",
                },
                {
                    "party": "Union nationale des missions locales",
                    "wording": "Préparer les candidats aux prérequis",
                    "theme": "Préparation du candidat",
                    "measure": "Part des dossiers complets dès l’envoi",
                    "status": "tenu",
                    "figures": "88 % des dossiers étaient complets dès l’envoi.",
                },
                {
                    "party": "Union nationale des missions locales",
                    "wording": "Transmettre le devenir des volontaires à la sortie, à trois et à six mois",
                    "theme": "Retour d’information",
                    "measure": "Part des devenirs connus à trois mois",
                    "status": "non tenu",
                    "figures": "41 % des devenirs sont connus à trois mois, pour 80 % attendus.",
                },
            ],
            "coverage": [
                {"label": "Missions locales avec un référent SMV désigné", "covered": 312, "total": 437},
                {"label": "Centres avec un référent désigné", "covered": 7, "total": 7},
                {"label": "Missions locales avec une rencontre dans l’année", "covered": 38, "total": 437},
            ],
            "gaps": [
                {"label": "Missions locales sans référent SMV", "count": 125},
                {"label": "Régions sans déclinaison de la convention", "count": 4},
            ],
            "sessions": {
                "held": 46,
                "planned": 3,
                "kinds": [
                    {"label": "Information collective", "held": 39},
                    {"label": "Visite de centre", "held": 7},
                ],
                "rows": [
                    {
                        "date": "2026-11-03",
                        "kind": "Information collective",
                        "title": "Découvrir le service militaire volontaire",
                        "place": "Mission locale",
                        "organiser": "Centre du service militaire volontaire",
                    }
                ],
            },
            "contributions": [
                {
                    "organisation": "Service militaire volontaire",
                    "author": "Camille Fictive",
                    "date": "2026-11-02",
                    "text": "Le délai de réponse baisse.\nIl reste long en été.",
                }
            ],
            "changes": None,
            "definitions": [
                {
                    "term": "Orientation",
                    "text": "Demande adressée par une mission locale à un centre, ou l’inverse, pour un "
                    "jeune et un dispositif.",
                },
                {
                    "term": "Devenir",
                    "text": "Situation du jeune constatée à la sortie, à trois mois ou à six mois.",
                },
            ],
        }
    )


@pytest.fixture
def sample_pack():
    """The builder of sample packs, called with what replaces fields of the meeting."""
    return build_sample


@pytest.fixture
def empty_pack():
    """A pack of a convention where nothing has happened yet."""
    pack = build_sample()
    for name in (
        "agenda",
        "decisions",
        "indicators",
        "journey",
        "commitments",
        "coverage",
        "gaps",
        "definitions",
    ):
        pack[name] = []
    pack["previous_pack"] = None
    pack["contributions"] = []
    pack["sessions"] = {"held": 0, "planned": 0, "kinds": [], "rows": []}
    pack["stages"] = {"rows": [], "total": 0}
    pack["outcomes"] = {"rows": [], "total": 0}
    pack["regions"] = {"columns": [], "rows": [], "totals": [], "total": 0}
    return pack
