"""The codes of a link between a youth and who accompanies them: for what, how it began, why it ended. Pure."""

from django.db.models import TextChoices


class Aspect(TextChoices):
    """Who does what."""

    WHOLE = "whole", "parcours"
    ORIENTATION = "orientation", "orientation"
    TRAINING = "training", "formation"
    MOBILITY = "mobility", "mobilité"
    HOUSING = "housing", "logement"
    RESOURCES = "resources", "ressources"
    DIGITAL = "digital", "numérique"
    EMPLOYMENT = "employment", "emploi"


class Reason(TextChoices):
    """How the link began."""

    CREATION = "creation", "ouverture du dossier"
    REFERRAL = "referral", "orientation"
    INVITATION = "invitation", "invitation"
    ADOPTION = "adoption", "dossier repris par la Mission Locale"
    TRANSFER = "transfer", "transfert entre Missions Locales"
    HANDED_OVER = "handed_over", "relais d’un collègue"
    IMPORT = "import", "reprise du portefeuille"


class EndReason(TextChoices):
    """Why the link ended. Those of a referral are the codes of the actions that close it."""

    DECLINED = "decline", "la structure n’a pas donné suite"
    WITHDRAWN = "withdraw", "la demande a été retirée"
    ENTERED_IN_ERROR = "mark_error", "erreur de saisie"
    UNANSWERED = "expire", "la demande est restée sans réponse"
    COMPLETED = "complete", "parcours terminé"
    DROPPED_OUT = "drop_out", "parcours interrompu"
    HANDED_OVER = "handed_over", "un collègue a pris le relais"
    DONE = "done", "ce qui était prévu est fait"
    YOUTH_STOPS = "youth_stops", "le jeune ne le souhaite plus"
    MOVED = "moved", "le jeune a déménagé"
    RELAYED = "relayed", "une autre structure prend le relais"
    UNREACHABLE = "unreachable", "le jeune n’est plus joignable"
    NO_NEWS = "no_news", "sans nouvelles depuis deux ans"
    AGREEMENT_WITHDRAWN = "agreement_withdrawn", "le jeune a retiré son accord"
    TRANSFERRED = "transferred", "suivi par une autre Mission Locale"
    MERGED = "merged", "dossier réuni avec un autre"


# What people may choose from when they end a link; the others are written by what happened.
CHOSEN_ENDS = (
    EndReason.DONE,
    EndReason.YOUTH_STOPS,
    EndReason.MOVED,
    EndReason.RELAYED,
    EndReason.UNREACHABLE,
)


class Asking(TextChoices):
    """Why an organisation is invited to accompany a youth."""

    OBSTACLE = "frein", "lever un frein"
    PROJECT = "projet", "construire le projet"
    TRAINING = "formation", "préparer ou suivre une formation"
    EMPLOYMENT = "emploi", "trouver ou garder un emploi"
    RELAY = "relais", "prendre le relais sur une partie du parcours"


class Declining(TextChoices):
    """Why an organisation says no to an invitation. Neutral words: nothing about the youth."""

    PLACES = "places", "pas de place actuellement"
    OUTSIDE = "hors_mission", "ne relève pas de la structure"
    TERRITORY = "hors_territoire", "hors du territoire"
    YOUTH = "jeune_decline", "le jeune ne le souhaite pas"
    ELSEWHERE = "autre_structure", "une autre structure est mieux placée"
    UNSAID = "non_precise", "sans précision"
