"""The UNML and the service militaire volontaire: 2016, 2019, 2024 (DOMAIN 6.4, 9.1)."""

from datetime import date

from partners.founding.types import Commitment, Committee, FoundingConvention, Party

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
        signed_on=date(2019, 5, 10),
        signature_known=True,
        signed_label="10 mai 2019",
        place="Montpellier",
        starts_on=date(2019, 5, 10),
        ends_on=date(2022, 5, 9),
        end_known=True,
        commitments=_SMV_2019_COMMITMENTS,
        committee=Committee("Comité de suivi UNML – SMV", 12),
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
        signed_on=date(2024, 4, 19),
        signature_known=True,
        signed_label="19 avril 2024",
        place="Paris",
    ),
)
