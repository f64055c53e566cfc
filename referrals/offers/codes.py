"""What an offer says in codes: its kind, whom it is for, why it ended.

The publics are those of data·inclusion that a Mission Locale meets (DOMAIN §5), written for our own lists. Nothing on
health nor justice: being sent somewhere would tell it.
"""

from django.db.models import TextChoices

from partners.models import Network


class Kind(TextChoices):
    COURSE = "parcours", "Parcours ou accompagnement"
    NEED = "besoin", "Besoin de recrutement d’un employeur"


class Public(TextChoices):
    ANYBODY = "TOUS", "Tous les jeunes"
    MINORS = "MINEURS", "16-17 ans"
    YOUNG = "MOINS_26", "18-25 ans"
    UP_TO_29 = "MOINS_30", "26-29 ans"
    NO_DIPLOMA = "SANS_DIPLOME", "Sorties de l’école sans diplôme"
    JOBSEEKERS = "EMPLOI", "En recherche d’emploi"
    BASICS = "SAVOIRS_DE_BASE", "À l’aise avec peu de lecture, d’écriture ou de calcul"
    NEW_SPEAKERS = "ALLOPHONES", "Qui apprennent le français"
    PARENTS = "PARENTS", "Jeunes parents"
    TOWN = "QPV", "Quartiers prioritaires"
    COUNTRY = "RURAL", "Communes rurales"
    DISABLED = "RQTH", "Travailleurs handicapés reconnus"
    EXILED = "EXILES", "Personnes exilées"
    CARE = "ASE", "Sortis de l’aide sociale à l’enfance"


# An offer for these alone would say of each youth sent there what a referral never says.
TELLING = (Public.NEW_SPEAKERS, Public.DISABLED, Public.EXILED, Public.CARE, Public.BASICS)


class Closing(TextChoices):
    FILLED = "pourvue", "Toutes les places sont prises"
    CANCELLED = "annulee", "Elle n’aura pas lieu"
    REPLACED = "remplacee", "Une autre offre la remplace"
    MISTAKE = "erreur", "Elle a été publiée par erreur"


# Who publishes the needs of employers (DESIGN, "Offer").
OF_EMPLOYERS = (Network.CMA, Network.INTERIM, Network.AKTO)
