"""How well referrals are answered, followed and closed: K1 to K15 (SECURITY §1.4)."""

from collections.abc import Callable

from reporting.indicators.base import (
    HIDDEN,
    HIGHER,
    LOWER,
    NOT_COMPUTABLE,
    PERCENT,
    POINTS,
    WATCH,
    WORKING_DAYS,
    Figure,
    Sight,
)
from reporting.indicators.book import DAYS_45, DAYS_60, DAYS_90, DAYS_180, EXITS, IN_5, IN_10, Book, Term
from reporting.indicators.ratios import counted, delay, gap, number, reading, share

_SENT = ("sent", "les orientations envoyées pendant la période")
_ENDED = ("ended", "les parcours terminés ou interrompus pendant la période")
_ELAPSED = (
    "Celles qui attendent encore comptent pour les jours déjà écoulés, et celles qui ont été closes sans réponse pour "
    "les jours écoulés jusque-là : aucune n’est laissée de côté, le délai réel ne peut être que plus long."
)
_NETWORK = (
    "L’annuaire, les désignations et les rencontres enregistrés dans le portail, au jour où la page est lue."
)
_WAITING = Term("still_open")


def _overdue(sight: Sight, book: Book) -> Figure:
    waiting = sum(book.waiting.values())
    return HIDDEN if sight.is_small(waiting - book.overdue) else counted(sight, book.overdue)


def _overdue_parts(sight: Sight) -> tuple[int, int]:
    assert sight.book is not None
    return sight.book.overdue, sum(sight.book.waiting.values()) - sight.book.overdue


def _open(sight: Sight) -> tuple[int, int]:
    """Who counts the referents reads how many are open."""
    assert sight.book is not None
    return sight.book.sums[_WAITING], 0


def _load(sight: Sight, book: Book) -> Figure:
    opened = book.sums[_WAITING]
    if not book.network.referents:
        return NOT_COMPUTABLE
    # Who knows how many referents there are multiplies.
    if sight.is_small(opened):
        return HIDDEN
    return Figure("known", round(opened / book.network.referents, 1))


def _part(part: str, whole: str, of: str = "network") -> Callable[[Sight, Book], Figure]:
    """A share of organisations, people or promises: no youth is counted, nothing is hidden."""

    def read(sight: Sight, book: Book) -> Figure:
        held = getattr(book, of)
        above, below = getattr(held, part), getattr(held, whole)
        if not below:
            return NOT_COMPUTABLE
        return Figure("known", round(100 * above / below), above, below)

    return read


def _given_up(sight: Sight) -> int:
    """Those who were accepted and neither go on nor ended: all that keeps one from subtracting."""
    under_way = sight.book.sums[Term("under_way")] if sight.book else 0
    return sight.tally.accepted - sight.tally.ended - under_way


INDICATORS = (
    share(
        "answered_in_5", "Réponses en 5 jours ouvrés",
        "Part des orientations dont la première réponse est venue dans les 5 jours ouvrés (K1).",
        ("answered_in_5", "les orientations répondues en 5 jours ouvrés ou moins"), _SENT, maturity=IN_5,
        tells=("answered",),
    ),
    share(
        "answered_in_10", "Réponses en 10 jours ouvrés",
        "Part des orientations dont la première réponse est venue dans les 10 jours ouvrés (K1).",
        ("answered_in_10", "les orientations répondues en 10 jours ouvrés ou moins"), _SENT, maturity=IN_10,
        tells=("answered",),
    ),
    reading(
        "delay_median", "Délai de première réponse, la moitié",
        f"Nombre de jours ouvrés dans lequel la moitié des orientations ont leur première réponse (K2). {_ELAPSED}",
        "les jours ouvrés entre l’envoi et la première réponse", delay("delays", 0.5), unit=WORKING_DAYS,
        direction=LOWER,
        tells=("sent", "answered"),
    ),
    reading(
        "delay_p90", "Délai de première réponse, neuf sur dix",
        f"Nombre de jours ouvrés dans lequel neuf orientations sur dix ont leur première réponse (K2). {_ELAPSED}",
        "les jours ouvrés entre l’envoi et la première réponse", delay("delays", 0.9), unit=WORKING_DAYS,
        direction=LOWER,
        tells=("sent", "answered"),
    ),
    share(
        "acceptance", "Taux d’acceptation",
        "Part des orientations acceptées parmi celles qui ont été acceptées ou refusées ; les listes d’attente sont "
        "comptées à part (K3).",
        ("accepted", "les orientations acceptées un jour, même retirées ensuite"),
        ("accepted declined", "les orientations acceptées ou refusées"), maturity=IN_10, direction=WATCH,
        tells=("answered",),
    ),
    number("waitlisted", "En liste d’attente", "Orientations de la période qui sont en liste d’attente (K3).",
           "waitlisted", "les orientations en liste d’attente",
        tells=("answered", "accepted"),
    ),
    share(
        "entry", "Taux d’entrée effective", "Part des orientations acceptées dont le parcours a commencé (K4).",
        ("started", "les parcours commencés"), ("accepted", "les orientations acceptées"), maturity=DAYS_45,
    ),
    share(
        "loop_closed", "Boucle fermée",
        "Part des orientations closes, avec un motif ou un devenir, dont l’envoyeur a pris connaissance (K5).",
        ("loop_closed", "les orientations closes, expliquées et vues par l’envoyeur"), _SENT, maturity=DAYS_60,
    ),
    share(
        "closed", "Orientations closes", "Part des orientations closes, même si l’envoyeur n’en a rien vu : la "
        "formule la "
        "moins exigeante, à lire à côté de « Boucle fermée » (K5).",
        ("closed", "les orientations closes"), _SENT, maturity=DAYS_60, direction=WATCH,
        tells=("ended",),
    ),
    share(
        "success", "Taux d’aboutissement",
        "Part des orientations dont le parcours est allé jusqu’au bout, avec une solution à la sortie (K6).",
        ("succeeded", "les parcours menés à terme avec une solution"), _SENT, maturity=DAYS_60, direction=WATCH,
        tells=("ended", "outcome_known"),
    ),
    share(
        "absence", "Absence à l’entrée",
        "Part des jeunes acceptés qui ne se sont pas présentés, parmi ceux dont on sait s’ils sont venus : commencés, "
        "absents, ou qui ont renoncé avant (K7). Les rencontres collectives ne sont pas comptées ici.",
        ("absent", "les orientations acceptées puis retirées parce que le jeune ne s’est pas présenté"),
        ("started absent renounced", "les parcours commencés, les absences et les renoncements après acceptation"),
        maturity=DAYS_45, direction=LOWER,
        tells=("accepted",),
    ),
    share(
        "complete_at_once", "Complètes du premier coup",
        "Part des orientations pour lesquelles aucun complément n’a été demandé (K8).",
        ("complete_at_once", "les orientations sans demande de complément"), _SENT, maturity=IN_10,
    ),
    share(
        "rebound", "Rebond après un refus",
        "Part des refus suivis, dans les 21 jours, de l’acceptation d’une autre orientation proposée à la suite (K9).",
        ("rebounded", "les refus suivis d’une acceptation ailleurs dans les 21 jours"),
        ("declined", "les orientations refusées"), maturity=DAYS_45,
        tells=("answered", "accepted"),
    ),
    reading(
        "overdue", "En attente hors délai",
        "Orientations de la période qui attendent leur première réponse au-delà du délai de leur dispositif, au "
        "jour où "
        "la page est lue (K10).",
        "les orientations sans réponse dont le délai est passé", _overdue, direction=LOWER,
        tells=("sent", "answered"), parts=_overdue_parts,
    ),
    reading(
        "waiting_p90", "Ancienneté de l’attente",
        "Neuf orientations en attente sur dix ont été envoyées depuis moins de ce nombre de jours ouvrés (K10).",
        "les jours ouvrés depuis l’envoi", delay("waiting", 0.9), unit=WORKING_DAYS, direction=LOWER,
        tells=("sent", "answered"),
    ),
    share(
        "known_m3", "Devenir connu à 3 mois",
        "Part des sorties dont la situation à 3 mois est connue ; à lire avec « Solution à 3 mois » (K11).",
        ("m3_known", "les sorties dont la situation à 3 mois est connue, « non connue » exclue"), _ENDED, table=EXITS,
        maturity=DAYS_90,
    ),
    share(
        "positive_m3", "Solution à 3 mois",
        "Part des situations favorables parmi les situations connues à 3 mois (K11).",
        ("m3_positive", "les situations favorables à 3 mois"),
        ("m3_known", "les sorties dont la situation à 3 mois est connue"), table=EXITS, maturity=DAYS_90,
    ),
    share(
        "known_m6", "Devenir connu à 6 mois", "Part des sorties dont la situation à 6 mois est connue (K11).",
        ("m6_known", "les sorties dont la situation à 6 mois est connue, « non connue » exclue"), _ENDED, table=EXITS,
        maturity=DAYS_180,
    ),
    share(
        "positive_m6", "Solution à 6 mois",
        "Part des situations favorables parmi les situations connues à 6 mois (K11).",
        ("m6_positive", "les situations favorables à 6 mois"),
        ("m6_known", "les sorties dont la situation à 6 mois est connue"), table=EXITS, maturity=DAYS_180,
    ),
    share(
        "reciprocity", "Réciprocité",
        "Part des orientations qui vont du partenaire vers la Mission Locale (K12).",
        ("to_ml", "les orientations adressées par un partenaire à une Mission Locale"), _SENT, direction=WATCH,
    ),
    number("under_way", "Co-accompagnements en cours",
           "Orientations de la période acceptées ou commencées, et pas encore terminées (K12).",
           "under_way", "les orientations acceptées ou en cours",
        tells=("accepted", "started", "ended"), slack=_given_up,
    ),
    reading(
        "gap_answers", "Écart de réponse entre publics",
        "Plus grand écart de « Réponses en 10 jours ouvrés » entre deux groupes d’âge, de niveau ou de "
        "territoire (K13), "
        "toutes orientations de la période. Le portail ne connaît ni le sexe ni l’adresse ; les dossiers "
        "effacés n’y sont plus.",
        "les points entre le groupe le mieux servi et le moins bien servi", gap("answered_in_10"), unit=POINTS,
        direction=LOWER,
    ),
    reading(
        "gap_loops", "Écart de bouclage entre publics",
        "Plus grand écart de boucles fermées entre deux groupes d’âge, de niveau ou de territoire (K13), toutes "
        "orientations de la période.",
        "les points entre le groupe le mieux servi et le moins bien servi", gap("loop_closed"), unit=POINTS,
        direction=LOWER,
    ),
    share(
        "under_convention", "Couverture par les conventions",
        "Part des orientations rattachées à une convention (K14).",
        ("under_convention", "les orientations rattachées à une convention"), _SENT,
    ),
    reading(
        "promises_kept", "Engagements tenus",
        "Part des engagements tenus parmi ceux qui se mesurent, d’après le dernier dossier de chaque comité (K14).",
        "les engagements tenus", _part("kept", "measured", "promises"), unit=PERCENT,
        denominator="les engagements tenus, en cours ou non tenus", source="Les dossiers de comité.",
    ),
    reading(
        "load", "Orientations ouvertes par référent",
        "Orientations de la période encore ouvertes, rapportées aux référents désignés aujourd’hui (K15).",
        "les orientations ouvertes par référent désigné", _load, direction=WATCH, terms=(_WAITING,),
        tells=("sent", "ended"), parts=_open,
    ),
    reading(
        "substitutes", "Référents avec un suppléant",
        "Part des référents désignés aujourd’hui qui ont un suppléant (K15).",
        "les référents qui ont un suppléant", _part("substituted", "referents"), unit=PERCENT,
        denominator="les référents désignés", source=_NETWORK, direction=HIGHER,
    ),
    reading(
        "referent_gaps", "Missions Locales avec un référent",
        "Part des Missions Locales qui ont au moins un référent désigné aujourd’hui, sur un sujet au moins.",
        "les Missions Locales qui ont un référent", _part("designated", "organisations"), unit=PERCENT,
        denominator="les Missions Locales en activité", source=_NETWORK,
    ),
    reading(
        "sessions_held", "Missions Locales avec une rencontre dans l’année",
        "Part des Missions Locales qui ont tenu au moins une rencontre dans les douze derniers mois.",
        "les Missions Locales qui ont tenu une rencontre", _part("met", "organisations"), unit=PERCENT,
        denominator="les Missions Locales en activité", source=_NETWORK,
    ),
)  # fmt: skip
