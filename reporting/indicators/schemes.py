"""What each scheme is judged on: SMV, Mission Jeunes, preparation for apprenticeship, periods in a company."""

from reporting.indicators.base import LOWER, WATCH
from reporting.indicators.book import EXITS
from reporting.indicators.ratios import number, over_declared, share

SMV = ("smv",)
MISSIONS = ("mission_jeunes",)
PREPARATION = ("prepa_apprentissage", "preparation_apprentissage")
# What a declared figure may be the denominator of (``partners.DeclaredFigure.subject``).
ACCOMPANIED, APPRENTICES = "jeunes_accompagnes", "alternants_suivis"

INDICATORS = (
    number(
        "smv_entries", "Entrées au SMV", "Orientations de la période dont le contrat de volontaire a commencé.",
        "started", "les parcours commencés au service militaire volontaire", programmes=SMV,
    ),
    share(
        "smv_insertion_completed", "Insertion SMV, hors départs anticipés",
        "Part des volontaires allés au bout de leur parcours qui ont une solution à la sortie. C’est la formule "
        "du SMV : "
        "les départs anticipés n’y sont pas. À lire avec « Insertion SMV, tous les sortants ».",
        ("positive_completed", "les parcours menés à terme avec une solution"),
        ("completed", "les parcours menés à terme pendant la période"), table=EXITS, programmes=SMV,
    ),
    share(
        "smv_insertion_all", "Insertion SMV, tous les sortants",
        "Part des sortants du SMV qui ont une solution, départs anticipés compris.",
        ("positive", "les sortants qui ont une solution"), ("ended", "tous les sortants de la période"), table=EXITS,
        programmes=SMV,
    ),
    share(
        "smv_attrition", "Départs anticipés du SMV", "Part des sortants du SMV partis avant la fin de leur parcours.",
        ("ended -completed", "les parcours interrompus"), ("ended", "tous les sortants de la période"), table=EXITS,
        programmes=SMV, direction=LOWER,
    ),
    number(
        "on_missions", "Jeunes en mission", "Orientations Mission Jeunes de la période avec au moins une "
        "mission dont la "
        "durée est connue.", "on_missions", "les orientations avec au moins une mission", programmes=MISSIONS,
    ),
    number(
        "missions", "Missions de travail temporaire", "Missions de durée connue, faites dans le cadre des "
        "orientations de "
        "la période.", "missions", "les missions", programmes=MISSIONS,
    ),
    share(
        "missions_week", "Missions d’une semaine ou moins", "Part des missions qui ont duré 7 jours ou moins.",
        ("missions_week", "les missions de 7 jours ou moins"), ("missions", "les missions dont la durée est connue"),
        programmes=MISSIONS, direction=LOWER,
    ),
    share(
        "missions_month", "Missions de moins d’un mois", "Part des missions qui ont duré moins d’un mois, de "
        "date à date.",
        ("missions_month", "les missions de moins d’un mois"), ("missions", "les missions dont la durée est connue"),
        programmes=MISSIONS, direction=LOWER,
    ),
    over_declared(
        "preparation_share", "Entrées en préparation à l’apprentissage",
        "Part des jeunes accompagnés qui sont entrés dans une préparation à l’apprentissage (Prépa "
        "Apprentissage jusqu’à "
        "fin 2024). Le nombre de jeunes accompagnés est déclaré ; sans déclaration pour le territoire et la "
        "période, la "
        "part n’est pas calculable.",
        ("started", "les parcours de préparation commencés"), ACCOMPANIED,
        "les jeunes accompagnés par le réseau, tels qu’ils sont déclarés", programmes=PREPARATION,
    ),
    over_declared(
        "apprentices_share", "Alternants venus des orientations",
        "Part des alternants suivis par le réseau qui viennent d’une orientation vers l’apprentissage.",
        ("started", "les contrats commencés à la suite d’une orientation"), APPRENTICES,
        "les alternants suivis par le réseau, tels qu’ils sont déclarés", programmes=("apprentissage",),
    ),
    share(
        "placements_hired", "Périodes en entreprise suivies d’un contrat",
        "Part des périodes en entreprise (PMSMP) réalisées, rattachées à une orientation de la période, qui ont "
        "été suivies "
        "d’un contrat.",
        ("placements_hired", "les périodes suivies d’un contrat"), ("placements", "les périodes réalisées"),
        direction=WATCH,
    ),
)  # fmt: skip
