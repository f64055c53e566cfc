"""Professional branches and temporary work: Mission Jeunes, and the interbranch framework (DOMAIN 4, 6.4, 9.2)."""

from datetime import date

from partners.founding.types import Branch, Commitment, DeclaredFigure, FoundingConvention, Party

# The codes are those of the public file of branches that ``import_directory`` reads.
BRANCHES: tuple[Branch, ...] = (
    Branch(
        "travail-temporaire",
        "Travail temporaire (intérim)",
        ("2378", "1413"),
        "2378 pour les intérimaires, 1413 pour les salariés permanents des agences.",
    ),
    Branch("commerces-de-gros", "Commerces de gros", ("0573",)),
    Branch("hcr", "Hôtels, cafés, restaurants", ("1979",)),
    Branch(
        "bois-scieries",
        "Travail mécanique du bois, exploitations forestières et scieries agricoles",
        ("0158",),
        "0158 pour le travail mécanique du bois ; les exploitations forestières et les scieries agricoles n’ont pas "
        "d’IDCC unique, mais des accords régionaux.",
    ),
)

_PARTIES_2021 = ("DGEFP", "UNML", "PRISM_EMPLOI", "AKTO", "FASTT", "FPETT")
_2021, _2025 = date(2021, 11, 25), date(2025, 2, 4)
_NEWS_2024 = "Actualité de l’UNML publiée le 20 septembre 2024"
_FPETT = "L’actualité de 2024 ne cite pas le FPETT parmi les partenaires ; les sources sur les signatures le citent."

_MISSION_JEUNES_COMMITMENTS = (
    Commitment(
        "MJ-MISSIONS",
        "interim",
        None,
        "Ouvrir aux jeunes accompagnés l’accès à des missions de travail temporaire.",
    ),
    Commitment("MJ-PREPARATION", "interim", None, "Préparer les jeunes avant leur entrée en mission."),
    Commitment("MJ-FREINS", "freins", None, "Aider à lever les freins périphériques à l’emploi."),
    Commitment(
        "MJ-MISE-EN-RELATION",
        "emploi_entreprise",
        None,
        "Mettre les jeunes en relation avec les agences et les entreprises.",
        "sessions_held",
    ),
    Commitment("MJ-FORMATION", "formation", None, "Mobiliser la formation pour faciliter l’embauche."),
)

_INTERBRANCH_COMMITMENTS = (
    Commitment(
        "IB-DECLINAISON",
        "emploi_entreprise",
        None,
        "Faciliter la déclinaison de l’accord dans chaque région, auprès des services de l’État, des associations "
        "régionales, des équipes d’AKTO et des entreprises des branches.",
    ),
    Commitment(
        "IB-CONNAISSANCE",
        "emploi_entreprise",
        None,
        "Mieux se connaître et échanger entre partenaires.",
        "sessions_held",
    ),
    Commitment(
        "IB-OUTILS", "emploi_entreprise", None, "Mettre des outils communs à la disposition des partenaires."
    ),
)

CONVENTIONS: tuple[FoundingConvention, ...] = (
    FoundingConvention(
        code="MISSION-JEUNES-2014",
        title="Mission Jeunes : accord national sur le travail temporaire (2014)",
        nature="accord_cadre",
        level="national",
        parties=(Party("DGEFP"), Party("PRISM_EMPLOI"), Party("UNML")),
        themes=("interim", "emploi_entreprise"),
        source_label="Source secondaire sur l’accord entre l’État, Prism'emploi et l’UNML",
        note="Seule l’année est connue : jour de signature, durée et terme non établis. L’actualité de 2024 ajoute "
        "AKTO et le FASTT aux partenaires du début ; la source sur l’accord ne nomme que les trois parties "
        "retenues ici. L’État y est représenté par le ministère chargé de l’emploi.",
        signed_label="2014",
        branches=("travail-temporaire",),
    ),
    FoundingConvention(
        code="MISSION-JEUNES-2018",
        title="Mission Jeunes : accord national renouvelé (2018)",
        nature="accord_cadre",
        level="national",
        parties=(Party("DGEFP"), Party("PRISM_EMPLOI"), Party("UNML")),
        themes=("interim", "emploi_entreprise"),
        source_label="Source secondaire sur le renouvellement de 2021",
        note="Seule l’année est connue : jour de signature, durée et terme non établis. L’actualité de 2024 passe "
        "de 2014 à 2021 sans citer ce renouvellement. Les parties sont celles de l’accord renouvelé ; aucune "
        "source ne dit si d’autres l’ont rejoint alors.",
        predecessor="MISSION-JEUNES-2014",
        signed_label="2018",
        branches=("travail-temporaire",),
    ),
    FoundingConvention(
        code="MISSION-JEUNES-2021",
        title="Mission Jeunes : accord national (2021)",
        nature="accord_cadre",
        level="national",
        parties=tuple(Party(key, _2021) for key in _PARTIES_2021),
        themes=("interim", "emploi_entreprise", "formation", "freins"),
        source_label=f"Source secondaire sur la signature du 25 novembre 2021 ; {_NEWS_2024.lower()}",
        note=f"Trois ans, comptés de la signature faute de date d’effet. {_FPETT} La source décrit les actions "
        "sans dire quelle partie porte chacune : elles sont notées comme communes. Rythme du comité non établi.",
        predecessor="MISSION-JEUNES-2018",
        signed_on=_2021,
        signature_known=True,
        signed_label="25 novembre 2021",
        starts_on=_2021,
        ends_on=date(2024, 11, 24),
        end_known=True,
        commitments=_MISSION_JEUNES_COMMITMENTS,
        branches=("travail-temporaire",),
        figures=(
            DeclaredFigure(
                label="Missions de travail temporaire effectuées",
                value=73_295,
                unit="missions",
                perimeter="France entière",
                period="2023",
                source="Bilan de Mission Jeunes, actualité de l’UNML du 25 avril 2024",
            ),
            DeclaredFigure(
                label="Jeunes qui ont effectué au moins une mission",
                value=29_293,
                unit="jeunes",
                perimeter="France entière",
                period="2023",
                source="Bilan de Mission Jeunes, actualité de l’UNML du 25 avril 2024",
            ),
        ),
    ),
    FoundingConvention(
        code="MISSION-JEUNES-2025",
        title="Mission Jeunes : accord national (2025)",
        nature="accord_cadre",
        level="national",
        parties=tuple(Party(key, _2025) for key in _PARTIES_2021),
        themes=("interim", "emploi_entreprise", "formation", "freins"),
        source_label="Source secondaire sur la signature du 4 février 2025",
        note="Trois ans, comptés de la signature faute de date d’effet. Entre le terme calculé de 2024 et cette "
        "signature, aucune prolongation n’est établie. Engagements et rythme du comité non établis : le texte n’a "
        "pas été lu.",
        predecessor="MISSION-JEUNES-2021",
        signed_on=_2025,
        signature_known=True,
        signed_label="4 février 2025",
        starts_on=_2025,
        ends_on=date(2028, 2, 3),
        end_known=True,
        branches=("travail-temporaire",),
        figures=(
            DeclaredFigure(
                label="Jeunes passés par Mission Jeunes depuis le début",
                value=125_000,
                unit="jeunes",
                perimeter="France entière",
                period="Dix ans, depuis 2014",
                source="Actualité de Centre Inffo du 24 février 2025 (« plus de »)",
                approximate=True,
            ),
            DeclaredFigure(
                label="Missions de travail temporaire depuis le début",
                value=360_000,
                unit="missions",
                perimeter="France entière",
                period="Dix ans, depuis 2014",
                source="Actualité de Centre Inffo du 24 février 2025",
                approximate=True,
            ),
        ),
    ),
    FoundingConvention(
        code="MISSION-JEUNES-OCC-2023",
        title="Mission Jeunes : déclinaison d’Occitanie (2023)",
        nature="declinaison",
        level="regional",
        region="76",
        parties=(),
        themes=("interim", "emploi_entreprise"),
        source_label="Source secondaire sur le renouvellement du 20 juillet 2023",
        note="Parties non établies : la source donne le jour du renouvellement, pas les signataires. Durée et "
        "terme non établis. Rattachement à vérifier : l’accord national de 2021 courait "
        "ce jour-là, aucune source ne le nomme.",
        parent="MISSION-JEUNES-2021",
        signed_on=date(2023, 7, 20),
        signature_known=True,
        signed_label="20 juillet 2023",
        branches=("travail-temporaire",),
    ),
    FoundingConvention(
        code="INTERBRANCHES-2024",
        title="Accord-cadre interbranches entre l’État, AKTO et l’UNML (2024)",
        nature="accord_cadre",
        level="national",
        parties=(Party("DGEFP"), Party("AKTO"), Party("UNML")),
        themes=("emploi_entreprise", "orientation", "formation"),
        source_label=_NEWS_2024,
        note="L’actualité raconte la signature sans en donner le jour ; durée, terme et rythme du comité non "
        "établis. Des représentants des branches étaient là : lesquels ont signé n’est pas établi. L’accord étend "
        "le modèle de Mission Jeunes à trois branches, dont le bois et la forêt comptés pour une ; il n’en est ni "
        "une déclinaison, ni le successeur.",
        purpose="Faire connaître les métiers et rencontrer ceux qui les exercent ; qualifier les jeunes par "
        "l’alternance et la formation ; essayer des accompagnements qui sécurisent l’entrée en formation et en "
        "emploi ; permettre une première expérience.",
        signed_label="septembre 2024 au plus tard",
        commitments=_INTERBRANCH_COMMITMENTS,
        branches=tuple(branch.code for branch in BRANCHES),
    ),
)
