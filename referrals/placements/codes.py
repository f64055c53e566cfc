"""The codes of a period in a company (DOMAIN §10): its object, its states, why it is cancelled, what follows it."""

from django.db import models

from partners.models import Network
from referrals.placements import rules


class Purpose(models.TextChoices):
    """One of three, and only one (DOMAIN P-02)."""

    DISCOVER = "DECOUVRIR", "Découvrir un métier ou un secteur"
    CONFIRM = "CONFIRMER", "Confirmer un projet professionnel"
    RECRUIT = "RECRUTER", "Commencer un recrutement"


class State(models.TextChoices):
    """Where a period stands. The last three are told by its outcome (bilan)."""

    PLANNED = "planned", "Convention à signer"
    SIGNED = "signed", "Convention signée"
    CANCELLED = "cancelled", "Annulée"
    DONE = "done", "Réalisée"
    PARTLY_DONE = "partly_done", "Réalisée en partie"
    NO_SHOW = "no_show", "Le jeune ne s’est pas présenté"


UNDER_WAY = [State.PLANNED, State.SIGNED]
# Whose convention was signed, and whose youth did not stay away.
HELD = [State.SIGNED, State.DONE, State.PARTLY_DONE]
WITH_BILAN = [State.DONE, State.PARTLY_DONE, State.NO_SHOW]
# The limits, as the record names them.
RULES = [(rule.code, rule.label) for rule in rules.RULES.values()]


class Prescriber(models.TextChoices):
    """Who prescribes by right (DOMAIN P-04), when it is not the structure that notes the period."""

    FRANCE_TRAVAIL = "FRANCE_TRAVAIL", "France Travail"
    CAP_EMPLOI = "CAP_EMPLOI", "Cap emploi"
    ML = "MISSION_LOCALE", "Une mission locale"
    DEPARTMENT = "DEPARTEMENT", "Le conseil départemental"
    INSERTION = "SIAE", "Une structure d’insertion (SIAE)"
    PREPARATION = "PREPA_APPRENTISSAGE", "Un opérateur de préparation à l’apprentissage"
    ADVICE = "CEP", "Un opérateur du conseil en évolution professionnelle"


# Those who may let another structure prescribe, by a convention (DOMAIN P-05).
DELEGATING = [Prescriber.FRANCE_TRAVAIL, Prescriber.CAP_EMPLOI, Prescriber.ML, Prescriber.DEPARTMENT]
# The networks that prescribe by right: Missions Locales, and chambers as operators of the preparation.
BY_RIGHT = (Network.ML, Network.CMA)


class ExceptionReason(models.TextChoices):
    """Why a period that passes a limit is recorded: its convention is signed already."""

    ALREADY_SIGNED = "DEJA_SIGNEE", "La convention était signée quand elle a été saisie ici"
    AGREED = "ECART_ACCEPTE", "L’écart a été accepté par qui a signé la convention"
    OTHER_READING = "AUTRE_LECTURE", "La règle a été lue autrement"
    EXTENDED = "PROLONGEE", "La période a été prolongée en cours de route"
    UNSPECIFIED = "NON_PRECISE", "Raison non précisée"


class CancelReason(models.TextChoices):
    """Why a period does not take place."""

    YOUTH = "JEUNE_RENONCE", "Le jeune a renoncé"
    UNREACHABLE = "JEUNE_INJOIGNABLE", "Le jeune est injoignable"
    HOST = "ENTREPRISE_RENONCE", "L’entreprise a renoncé"
    DATES = "DATES_CHANGEES", "Une autre période la remplace"
    OTHER_SOLUTION = "AUTRE_SOLUTION", "Le jeune a trouvé une autre solution"
    NOT_SIGNED = "NON_SIGNEE", "La convention n’a pas été signée à temps"
    ERROR = "ERREUR_DE_SAISIE", "Elle a été saisie par erreur"
    UNSPECIFIED = "NON_PRECISE", "Motif non précisé"


class Suite(models.TextChoices):
    """What follows the period (the list of Immersion Facilitée, a training, nothing yet)."""

    PERMANENT = "CDI", "CDI"
    LONG = "CDD_6M_PLUS", "CDD de 6 mois ou plus"
    SHORT = "CDD_MOINS_6M", "CDD de moins de 6 mois"
    ALTERNATING = "ALTERNANCE", "Alternance"
    AIDED = "CONTRAT_AIDE", "Contrat aidé"
    INSERTION = "CONTRAT_INSERTION", "Contrat d’insertion"
    TRAINING = "FORMATION", "Formation"
    OTHER = "AUTRE", "Autre contrat"
    NONE = "AUCUNE", "Pas de suite pour l’instant"


class YouthView(models.TextChoices):
    """What the youth says of the outcome that is written about them."""

    AGREES = "agrees", "D’accord avec le bilan"
    DISAGREES = "disagrees", "Pas d’accord avec le bilan"
    NOT_ASKED = "not_asked", "Le bilan ne lui a pas encore été lu"
