"""What the partners of La Rochelle propose in the demonstration: a centre, a chamber, an agency. Invented."""

from datetime import timedelta
from typing import Any

from core import clock
from portal.demo.staging import ago, persona
from referrals import programmes
from referrals.offers import keeping
from referrals.offers.codes import Kind

# persona, programme, days since it was published, then what it says; the dates in days from today.
_OFFERS: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("rita", "smv", 20, {
        "title": "Prochaine incorporation, filières bâtiment et transport", "is_national": True, "places": 12,
        "entries": (54, 145), "publics": ["MOINS_26", "SANS_DIPLOME", "EMPLOI"],
        "description": "Huit à douze mois, logé et nourri, avec le permis de conduire et une formation.",
        "prerequisites": "Être en règle avec la journée défense et citoyenneté.",
    }),
    ("rita", "smv", 260, {
        "title": "Stage de découverte d’une semaine", "departments": ["17", "79", "85"], "places": 8,
        "publics": ["MOINS_26"],
    }),
    ("cma", "apprentissage", 9, {
        "title": "Deux apprentis boulangers à La Rochelle", "kind": Kind.NEED, "departments": ["17"], "places": 2,
        "closes_on": 40, "publics": ["TOUS"], "trade": "Boulangerie", "employer": "Le Fournil des Minimes (fictif)",
        "aids": "Aide à l’embauche d’un apprenti, logement possible",
    }),
    ("cma", "apprentissage", 33, {
        "title": "Apprentissage : métiers de la réparation nautique", "departments": ["17"], "places": 6,
        "entries": (75,), "publics": ["MINEURS", "MOINS_26", "MOINS_30"],
        "url": "https://www.cariforef.example/formations/reparation-nautique",
    }),
    ("agency", "mission_jeunes", 4, {
        "title": "Préparateurs de commandes, missions de deux semaines", "kind": Kind.NEED, "departments": ["17"],
        "places": 5, "closes_on": 21, "publics": ["TOUS"], "trade": "Logistique",
        "aids": "Prêt d’un vélo électrique",
    }),
)  # fmt: skip


def load() -> int:
    """Publish them, each on its day; returns how many (a small country has fewer)."""
    published = 0
    for who, programme, days, said in _OFFERS:
        acting = persona(who)
        if acting is None or programme not in {one.code for one in programmes.for_recipient(acting.network)}:
            continue
        today = clock.today()
        dates: dict[str, Any] = {"opens_on": today - timedelta(days=days)}
        if "closes_on" in said:
            dates["closes_on"] = today + timedelta(days=said["closes_on"])
        entries = [today + timedelta(days=ahead) for ahead in said.get("entries", ())]
        with ago(days, acting):
            keeping.publish(acting, programme=programme, **(said | dates | {"entries": entries}))
        published += 1
    return published
