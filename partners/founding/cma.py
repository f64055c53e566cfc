"""The Missions Locales and the chambers of trades: national texts, a declination, a practice (DOMAIN 2.1, 6.4)."""

from datetime import date

from partners.founding.types import Commitment, DeclaredFigure, FoundingConvention, Party

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

_PREPA_2021_PRACTICES = (
    Commitment(
        "URMA-INSCRIPTION",
        "apprentissage",
        "CMAR_52",
        "Faire inscrire en Mission Locale, avant son entrée, chaque jeune de la Prépa Apprentissage.",
    ),
    Commitment(
        "URMA-PRESENTATION",
        "apprentissage",
        "CMAR_52",
        "Envoyer ses référents dans les Missions Locales pour présenter la Prépa Apprentissage aux jeunes.",
    ),
    Commitment(
        "CMA-ORIENTATION",
        "apprentissage",
        "CMAR_52",
        "Guider les jeunes vers une formation ou un contrat d’apprentissage.",
    ),
    Commitment(
        "ML-REFERENT",
        "apprentissage",
        "ARML_52",
        "Nommer dans chaque Mission Locale un référent Prépa Apprentissage.",
    ),
    Commitment(
        "ML-FREINS",
        "freins",
        "ARML_52",
        "Repérer les freins périphériques et veiller à la sécurité financière du jeune.",
    ),
    Commitment(
        "ML-VISITES",
        "apprentissage",
        "ARML_52",
        "Emmener des jeunes visiter le centre.",
    ),
    Commitment(
        "COMMUN-PMSMP",
        "apprentissage",
        None,
        "Se servir des mises en situation professionnelle (PMSMP) dans les deux sens, de la Mission Locale vers la "
        "Prépa Apprentissage et retour.",
    ),
)

_NEWS_2021 = "Entretien publié le 21 juin 2021"

CONVENTIONS: tuple[FoundingConvention, ...] = (
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
        signed_label="mai 2023",
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
        signed_on=date(2025, 6, 4),
        signature_known=True,
        signed_label="4 juin 2025",
        starts_on=date(2025, 6, 4),
        ends_on=date(2028, 6, 3),
        end_known=True,
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
    FoundingConvention(
        code="PDL-PREPA-2021",
        title="Prépa Apprentissage en Pays de la Loire : une façon de travailler ensemble (2021)",
        nature="pratique",
        level="regional",
        region="52",
        parties=(Party("CMAR_52"), Party("ARML_52")),
        themes=("apprentissage", "orientation", "freins"),
        source_label=_NEWS_2021,
        note="Pratique racontée dans un entretien, pas un texte signé : signature et terme non établis, et rien "
        "n’en est connu après 2021. Du côté des chambres, c’est l’université régionale des métiers (URMA) qui la "
        "porte ; de l’autre, les Missions Locales de la région, représentées ici par leur association. "
        "Rattachement à la convention nationale de 2019 à vérifier. La Prépa Apprentissage a pris "
        "fin le 31 décembre 2024.",
        parent="UNML-CMA-2019",
        commitments=_PREPA_2021_PRACTICES,
        figures=(
            DeclaredFigure(
                label="Jeunes suivis par une Mission Locale et entrés en Prépa Apprentissage",
                value=400,
                unit="jeunes",
                perimeter="Pays de la Loire",
                period="Année non précisée, publié en juin 2021",
                source=_NEWS_2021,
            ),
            DeclaredFigure(
                label="Jeunes accompagnés par les Missions Locales",
                value=45_000,
                unit="jeunes",
                perimeter="Pays de la Loire",
                period="Année non précisée, publié en juin 2021",
                source=_NEWS_2021,
            ),
            DeclaredFigure(
                label="Alternants suivis",
                value=3_000,
                unit="alternants",
                perimeter="Pays de la Loire",
                period="L’année de l’entretien, publié en juin 2021",
                source=f"{_NEWS_2021} (« près de »)",
                approximate=True,
            ),
        ),
    ),
)
