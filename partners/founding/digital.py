"""The UNML, WeTechCare and Emmaüs Connect: two texts, then one (DOMAIN 6.4)."""

from partners.founding.types import Commitment, FoundingConvention, Party

_AEF_2019 = "Dépêche AEF de mai 2019 sur les rencontres nationales de Montpellier"
_SKILLS = "Mettre ses compétences au service de la stratégie numérique du réseau, nationale et régionale."
_LIBRARY = "Partager une bibliothèque de contenus pédagogiques avec les Missions Locales."

_COMMITMENTS = (
    Commitment("WTC-COMPETENCES", "numerique", "WETECHCARE", _SKILLS),
    Commitment("WTC-BIBLIOTHEQUE", "numerique", "WETECHCARE", _LIBRARY),
    Commitment("EC-COMPETENCES", "numerique", "EMMAUS_CONNECT", _SKILLS),
    Commitment("EC-BIBLIOTHEQUE", "numerique", "EMMAUS_CONNECT", _LIBRARY),
    Commitment(
        "COMMUN-AUTODIAGNOSTIC",
        "numerique",
        None,
        "Construire l’outil qui permet au jeune de faire son propre diagnostic en Mission Locale.",
    ),
    Commitment(
        "COMMUN-SUPPORTS",
        "numerique",
        None,
        "Produire des supports pédagogiques pour faire passer des services au numérique.",
    ),
    Commitment(
        "COMMUN-SEMINAIRES",
        "formation",
        None,
        "Tenir des séminaires de travail pour que les équipes fassent évoluer leurs pratiques.",
        "sessions_held",
    ),
    Commitment(
        "COMMUN-STRATEGIES",
        "numerique",
        None,
        "Définir des stratégies numériques, au niveau national, dans les régions et sur les territoires.",
    ),
)

CONVENTIONS: tuple[FoundingConvention, ...] = (
    FoundingConvention(
        code="EMMAUS-CONNECT-2014",
        title="Convention avec Emmaüs Connect (2014)",
        nature="convention",
        level="national",
        parties=(Party("UNML"), Party("EMMAUS_CONNECT")),
        themes=("numerique",),
        source_label=_AEF_2019,
        note="Signée en août 2014 : jour, durée et terme non établis. La dépêche ne dit pas qui a signé pour les "
        "Missions Locales ; l’UNML est retenue parce que sa convention de 2019 s’inscrit "
        "dans la suite de celle-ci, à vérifier.",
        signed_label="août 2014",
    ),
    FoundingConvention(
        code="WETECHCARE-2017",
        title="Convention avec WeTechCare (2017)",
        nature="convention",
        level="national",
        parties=(Party("UNML"), Party("WETECHCARE")),
        themes=("numerique",),
        source_label=_AEF_2019,
        note="Signée en juin 2017 : jour, durée et terme non établis. Les deux conventions de 2014 et de 2017 "
        "précèdent celle de 2019 ; le portail les montre l’une après l’autre, dans l’ordre où elles ont été "
        "signées. Rien n’établit que celle-ci ait remplacé celle de 2014, conclue avec un autre partenaire. "
        "Signataire pour les Missions Locales à vérifier.",
        predecessor="EMMAUS-CONNECT-2014",
        signed_label="juin 2017",
    ),
    FoundingConvention(
        code="UNML-WETECHCARE-2019",
        title="Convention entre l’UNML, WeTechCare et Emmaüs Connect (2019)",
        nature="convention",
        level="national",
        parties=(Party("UNML"), Party("WETECHCARE"), Party("EMMAUS_CONNECT")),
        themes=("numerique", "formation"),
        source_label=_AEF_2019,
        note="Signée pendant les rencontres des 9 et 10 mai 2019, pour un an : lequel des deux jours n’est pas "
        "dit, donc le terme exact est non établi (mai 2020 au plus tard). Elle fait suite à la fois au texte de "
        "2017 avec WeTechCare et à celui de 2014 avec Emmaüs Connect. La dépêche attribue les deux premiers "
        "engagements aux deux associations ensemble.",
        purpose="Faire évoluer les pratiques d’accompagnement, notamment par la professionnalisation des équipes, "
        "et développer des outils numériques d’appui.",
        predecessor="WETECHCARE-2017",
        signed_label="9 ou 10 mai 2019",
        place="Montpellier",
        commitments=_COMMITMENTS,
    ),
)
