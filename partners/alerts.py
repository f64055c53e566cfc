"""Telling those who answer for an organisation that its use of the portal is abnormal."""

from django.urls import reverse

from accounts.models import User
from core import clock, outbox
from core.acting import Acting
from core.models import Alert
from notifications import mail
from notifications.notices import notify
from partners.people.members import trail_reader_ids

KIND = "trail.alert"
TEXT = "Une activité inhabituelle a été repérée dans votre structure : elle est à examiner."
TEXT_FOR_ADMINISTRATORS = (
    "Une activité inhabituelle a été repérée dans une structure : ses responsables sont prévenus."
)


class OwnAlert(PermissionError):
    """An alert about a person is not theirs to close."""


def tell(alert: Alert) -> None:
    """Tell the managers and the delegates of the organisation, and the administrators. Nobody judges themselves."""
    path = reverse("partners:alert_list")
    readers = [user for user in trail_reader_ids(alert.organisation_id) if user != alert.user_id]
    effect = f"alert:{alert.pk}"
    notify(readers, organisation_id=alert.organisation_id, kind=KIND, text=TEXT, path=path, effect_key=effect)
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    if alert.user_id is not None:
        administrators = administrators.exclude(pk=alert.user_id)
    for user in administrators.order_by("pk").values_list("pk", flat=True):
        outbox.post(
            mail.KIND,
            {"user": user, "text": TEXT_FOR_ADMINISTRATORS, "path": "/", "effect": f"{user}:{effect}"},
            effect_key=f"mail:{user}:{effect}",
        )


def handle(acting: Acting, alert: Alert, comment: str) -> None:
    """Close an alert, saying what was checked. Raises OwnAlert for an alert about oneself."""
    if alert.user_id == acting.user_id:
        raise OwnAlert
    alert.handled_at, alert.handled_by_id, alert.comment = clock.now(), acting.user_id, comment
    alert.save(update_fields=["handled_at", "handled_by_id", "comment"])
