"""What is made of the figures: three houses say something beside theirs, and the report of a year is asked for."""

from core import clock
from partners.models import Convention
from portal.demo.conventions import SMV
from portal.demo.staging import ago, persona
from reporting.dashboards.commenting import say
from reporting.packs import producing

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
    """Say it, and ask; how many were said (a small country may lack somebody).

    The worker makes the report, once the portal is there.
    """
    producing.ask_report(Convention.objects.get(code=SMV), clock.today().year - 1)
    count = 0
    for name, days, indicator, text in _SAID:
        acting = persona(name)
        if acting is not None:
            with ago(days, acting):
                say(acting, acting.region, indicator, text)
            count += 1
    return count
