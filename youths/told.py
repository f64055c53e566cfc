"""What this room tells people: the kinds of its notifications."""

from notifications.kinds import Kind, declare
from youths.accompanying import inviting, leaving, passing

YOUTHS = "Les jeunes que vous accompagnez"
AGREEMENTS = "Accords et droits des jeunes"


def register() -> None:
    """Declare them (at start)."""
    declare(
        [
            Kind(inviting.INVITED, "Vous êtes invité à accompagner un jeune", YOUTHS, urgent=True),
            Kind(inviting.ANSWERED, "Une réponse à votre invitation", YOUTHS, mutable=True),
            Kind(passing.TOLD, "Des jeunes vous sont confiés", YOUTHS),
            Kind(leaving.LEFT, "Un partenaire n’accompagne plus un jeune", YOUTHS, mutable=True),
            Kind(leaving.ENDED, "Votre accompagnement d’un jeune a pris fin", YOUTHS),
            Kind("youth.opened", "Un dossier est ouvert avec motif", YOUTHS),
            Kind("youth.registered", "Un jeune est rattaché à une Mission Locale", YOUTHS, mutable=True),
            Kind("youth.transfer", "Un dossier change de Mission Locale", YOUTHS),
            Kind(
                "agreement.answered", "Un jeune a répondu par son lien", AGREEMENTS, urgent=True, mutable=True
            ),
            Kind("agreement.unreached", "Un lien n’a pas pu être remis à un jeune", AGREEMENTS, urgent=True),
            Kind("agreement.withdrawn", "Un jeune a retiré un accord", AGREEMENTS, urgent=True),
            Kind(
                "agreement.disposal", "Des données sont à supprimer après un retrait", AGREEMENTS, urgent=True
            ),
            Kind("rights.request", "Une personne exerce ses droits", AGREEMENTS, urgent=True),
            Kind("rights.retention", "Des dossiers arrivent au terme de leur conservation", AGREEMENTS),
        ]
    )
