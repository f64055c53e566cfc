"""A link that could not be handed to a youth: who asked is told, and reaches them another way."""

from django.urls import reverse

from notifications.notices import notify
from youths.models import AgreementRequest


def tell(address: str) -> None:
    """Tell who had a link sent to this address (``core.hooks.mail_bounced``)."""
    sent = AgreementRequest.objects.waiting().filter(
        mailed_at__isnull=False, youth__email__iexact=address.strip()
    )
    for request in sent.select_related("youth").order_by("pk"):
        notify(
            [request.requested_by_id],
            organisation_id=request.requested_for_id,
            kind="agreement.unreached",
            text="Un lien n’a pas pu être remis à un jeune : joignez-le autrement.",
            path=reverse("youths:detail", args=[request.youth.uuid]),
            effect_key=f"agreement-unreached:{request.pk}",
        )
