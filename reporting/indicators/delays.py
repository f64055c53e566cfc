"""How long an answer takes."""

from reporting.indicators.base import LOWER, PERCENT, WORKING_DAYS, Figure, Indicator, Sight


def _answer_rate(sight: Sight) -> Figure:
    return _of_due(sight, sight.tally.mature_on_time)


def _given(sight: Sight) -> Figure:
    return _of_due(sight, sight.tally.mature_answered)


def _of_due(sight: Sight, answers: int) -> Figure:
    tally, sent = sight.tally, sight.steps.get("sent")
    # The terms beside the total sent would tell how many are recent.
    terms = sent is not None and not sight.is_small(sent - tally.mature_sent)
    return sight.rate(answers, tally.mature_sent, terms=terms)


def _median(sight: Sight) -> Figure:
    return sight.duration(sight.tally.median_delay, sum(sight.tally.delays.values()))


INDICATORS = (
    Indicator(
        essential=True,
        code="answer_rate",
        label="Réponses dans le délai",
        definition="Part des orientations qui ont reçu une première réponse dans le délai de leur dispositif "
        "(5 jours ouvrés, 15 pour le service militaire volontaire).",
        unit=PERCENT,
        numerator="les orientations répondues dans le délai",
        denominator="les orientations assez anciennes pour que ce délai soit passé",
        matures="Les orientations trop récentes ne comptent pas encore.",
        tells=("sent", "answered"),
        read=_answer_rate,
    ),
    Indicator(
        code="answers_given",
        label="Réponses données, délai passé",
        definition="Part des orientations qui ont reçu une première réponse, même tardive, parmi celles dont le délai "
        "de réponse est passé.",
        unit=PERCENT,
        numerator="les orientations répondues, dans le délai ou après",
        denominator="les orientations assez anciennes pour que ce délai soit passé",
        matures="Les orientations trop récentes ne comptent pas encore.",
        tells=("sent", "answered"),
        drawn=True,
        read=_given,
    ),
    Indicator(
        essential=True,
        code="median_delay",
        direction=LOWER,
        label="Délai médian de réponse",
        definition="Médiane du nombre de jours ouvrés entre l’envoi et la première réponse, pour les orientations "
        "qui ont reçu une réponse. Celles qui attendent encore ne comptent pas : le délai réel est plus long.",
        unit=WORKING_DAYS,
        numerator="les jours ouvrés entre l’envoi et la première réponse",
        tells=("answered",),
        read=_median,
    ),
)
