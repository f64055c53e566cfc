"""The journey of the referrals: how many reached each step."""

from reporting.indicators.base import COUNT, HIDDEN, PERCENT, WATCH, Figure, Indicator, Sight, step


def _outcome_rate(sight: Sight) -> Figure:
    tally = sight.tally
    if tally.ended and (sight.steps["ended"] is None or sight.steps["outcome_known"] is None):
        return HIDDEN
    return sight.rate(tally.outcome_known, tally.ended)


def _completed(sight: Sight) -> tuple[int, int]:
    """Beside those who ended: the rest were interrupted."""
    return sight.tally.completed, sight.tally.ended - sight.tally.completed


INDICATORS = (
    Indicator(
        essential=True,
        code="sent",
        direction=WATCH,
        label="Orientations envoyées",
        definition="Orientations envoyées pendant la période, erreurs de saisie exclues.",
        unit=COUNT,
        numerator="les orientations envoyées",
        read=step("sent"),
    ),
    Indicator(
        essential=True,
        code="answered",
        direction=WATCH,
        label="Avec une réponse",
        definition="Orientations de la période qui ont reçu une réponse : acceptation, liste d’attente ou refus.",
        unit=COUNT,
        numerator="les orientations qui ont reçu une première réponse",
        read=step("answered"),
    ),
    Indicator(
        essential=True,
        code="accepted",
        direction=WATCH,
        label="Acceptées",
        definition="Orientations de la période acceptées un jour par le destinataire, même retirées ensuite.",
        unit=COUNT,
        numerator="les orientations acceptées",
        read=step("accepted"),
    ),
    Indicator(
        essential=True,
        code="started",
        direction=WATCH,
        label="Commencées",
        definition="Orientations de la période dont le parcours a commencé : le démarrage a été confirmé.",
        unit=COUNT,
        numerator="les parcours commencés",
        read=step("started"),
    ),
    Indicator(
        essential=True,
        code="completed",
        direction=WATCH,
        label="Menées à terme",
        definition="Orientations de la période dont le parcours est allé jusqu’à sa fin, sans interruption.",
        unit=COUNT,
        numerator="les parcours menés à terme",
        tells=("ended",),
        parts=_completed,
        read=step("completed"),
    ),
    Indicator(
        essential=True,
        code="outcome_known",
        label="Devenir connu à la sortie",
        definition="Part des parcours terminés ou interrompus dont le devenir à la sortie est connu.",
        unit=PERCENT,
        numerator="les parcours dont le devenir est renseigné, « situation non connue » exclue",
        denominator="les parcours terminés ou interrompus parmi les orientations de la période",
        tells=("ended",),
        read=_outcome_rate,
    ),
)
