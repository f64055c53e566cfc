"""What three houses say beside their figures: a Mission Locale, its regional association, the national union."""

from portal.demo.staging import ago, persona
from reporting.dashboards.commenting import say

# persona, days ago, indicator, text
_SAID = (
    ("manager", 20, "sent",
     "Depuis la rentrée, les trois dispositifs sont présentés dès le premier entretien."),
    ("regional", 12, "answer_rate",
     "Deux sites ont désigné un suppléant en septembre : l’effet se lira au prochain trimestre."),
    ("national_unml", 6, "answer_rate",
     "En août, beaucoup de sites ferment deux semaines : ces jours comptent dans le délai."),
)  # fmt: skip


def load() -> int:
    """Say it; how many were said (a small country may lack somebody)."""
    count = 0
    for name, days, indicator, text in _SAID:
        acting = persona(name)
        if acting is not None:
            with ago(days, acting):
                say(acting, acting.region, indicator, text)
            count += 1
    return count
