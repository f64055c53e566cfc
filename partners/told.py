"""What this room tells people: the kinds of its notifications."""

from notifications.kinds import Kind, declare
from partners import alerts
from partners.committees import meetings
from partners.exporting import requests as exports

PEOPLE = "Votre structure"
CONVENTIONS = "Conventions et comités"


def register() -> None:
    """Declare them (at start)."""
    declare(
        [
            Kind("people.replacing", "Vous remplacez un collègue absent", PEOPLE, urgent=True),
            Kind("people.handed_over", "Un collègue qui part vous passe la suite", PEOPLE),
            Kind("people.designated", "Vous êtes désigné référent", PEOPLE),
            Kind("people.approval", "Une invitation attend votre accord", PEOPLE, urgent=True),
            Kind("people.invited", "Une personne est invitée dans votre structure", PEOPLE, mutable=True),
            Kind("people.decided", "Votre invitation est approuvée ou refusée", PEOPLE, mutable=True),
            Kind("people.arrived", "Une personne invitée est arrivée", PEOPLE, mutable=True),
            Kind("people.unreached", "Votre invitation n’a pas pu être remise", PEOPLE),
            Kind("people.manager", "Votre structure a un nouveau responsable", PEOPLE),
            Kind("people.closed", "Un compte inutilisé est fermé", PEOPLE, mutable=True),
            Kind(alerts.KIND, "Une activité inhabituelle est à examiner", PEOPLE, urgent=True),
            Kind(exports.ASKED, "Un export nominatif attend votre accord", PEOPLE, urgent=True),
            Kind(exports.DECIDED, "Votre demande d’export a une réponse", PEOPLE, mutable=True),
            Kind(exports.READY, "Votre export est prêt", PEOPLE, mutable=True),
            Kind("conventions.deadline", "L’échéance d’une convention approche", CONVENTIONS),
            Kind(
                meetings.NOTICE, "Un comité de suivi est fixé, déplacé ou annulé", CONVENTIONS, mutable=True
            ),
        ]
    )
