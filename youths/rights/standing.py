"""What the requests of a youth forbid an organisation while they stand: sharing, erasing (RGPD art. 18 and 21)."""

from core.acting import Acting
from youths.models import Erasure, RightsRequest
from youths.records import Refused

Kind = RightsRequest.Kind

OPPOSED = (
    "Ce jeune s’est opposé à l’usage de ses données : rien de nouveau n’est envoyé tant que le délégué "
    "de votre structure n’en a pas décidé autrement."
)
RESTRICTED = "La personne a demandé que ses données soient gardées sans être utilisées (limitation)."
UNANSWERED = "Une demande de la personne sur ses données attend sa réponse."


def opposed(youth_id: int, organisation_id: int) -> bool:
    """Whether an organisation shares nothing new about a youth: they object, and it was not decided against them."""
    return (
        RightsRequest.objects.standing()
        .filter(youth=youth_id, organisation=organisation_id, kind=Kind.OPPOSITION)
        .exists()
    )


def check_sharing(acting: Acting, youth_id: int) -> None:
    """Raises Refused while the youth's objection stands in the acting organisation."""
    if opposed(youth_id, acting.organisation_id):
        raise Refused(OPPOSED)


def forbids_erasing(youth_id: int, organisation_id: int, reason: Erasure.Reason | str) -> str:
    """Why what a youth asked forbids an organisation to erase, in French; "" when nothing does.

    In a system scope. Once its time is over, a record still waits for every answer that is due about it.
    """
    asked = RightsRequest.objects.filter(youth=youth_id)
    if asked.standing().filter(organisation=organisation_id, kind=Kind.RESTRICTION).exists():
        return RESTRICTED
    # Whoever must answer: the request of another organisation goes with the record.
    if reason == Erasure.Reason.RETENTION and asked.open().exists():
        return UNANSWERED
    return ""
