"""A Mission Locale registers the youth whose record a partner opened."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.functions import call
from notifications.notices import notify
from partners.people.members import manager_ids, team_id_of
from youths.accompanying.settling import settle_invitations
from youths.models import Accompaniment, Youth
from youths.records import Overtaken

REGISTERED = (
    "Un jeune que vous accompagnez est désormais inscrit dans une Mission Locale. Son dossier dit laquelle."
)


@transaction.atomic
def adopt(acting: Acting, youth: Youth, *, lead_id: int, file_number: str) -> None:
    """Register the youth in the acting Mission Locale, which is responsible for the record from now on.

    The organisation that opened it keeps an accompaniment, which is its access. Raises Overtaken when a Mission
    Locale registered them meanwhile, IntegrityError when the file number is taken.
    """
    opened_by = youth.held_by_id
    if not call("tu_adopt_youth", youth.pk, file_number):
        raise Overtaken
    become_lead(acting, youth.pk, lead_id, Accompaniment.Reason.ADOPTION)
    settle_invitations(acting, youth.pk)
    partner = keep_accompanying(youth.pk, opened_by)
    tell(partner, youth, REGISTERED, f"adopted:{youth.pk}:{acting.organisation_id}")


def become_lead(acting: Acting, youth_id: int, lead_id: int, reason: str) -> Accompaniment:
    """Somebody of the acting organisation becomes the lead referent of a youth who has none."""
    link = (
        Accompaniment.objects.active()
        .filter(youth=youth_id, organisation=acting.organisation_id, professional=lead_id)
        .first()
    ) or Accompaniment(
        youth_id=youth_id,
        organisation_id=acting.organisation_id,
        professional_id=lead_id,
        reason=reason,
        team_id=team_id_of(lead_id, acting.organisation_id),
    )
    link.role, link.access_until, link.reads_from = Accompaniment.Role.LEAD, None, None
    link.save()
    return link


def keep_accompanying(
    youth_id: int, organisation_id: int, *, reads_from: datetime | None = None
) -> Accompaniment:
    """An organisation that opened a record goes on accompanying the youth: its latest link, or a new one.

    A link that begins, or begins again, reads the story from ``reads_from``.
    """
    link = (
        Accompaniment.objects.filter(youth=youth_id, organisation=organisation_id)
        .order_by(F("ended_on").desc(nulls_first=True), "-pk")
        .first()
    ) or Accompaniment(youth_id=youth_id, organisation_id=organisation_id)
    if link.pk is None or link.ended_on is not None:
        link.reads_from = reads_from
    link.role = Accompaniment.Role.PARTNER
    link.ended_on = link.access_until = None
    link.end_reason = ""
    link.save()
    return link


def tell(link: Accompaniment, youth: Youth, text: str, effect_key: str) -> None:
    """Tell those of an organisation who accompany a youth, or its managers; never a name."""
    users = [link.professional_id] if link.professional_id else manager_ids(link.organisation_id)
    notify(
        users,
        organisation_id=link.organisation_id,
        kind="youth.registered",
        text=text,
        path=reverse("youths:detail", args=[youth.uuid]),
        effect_key=f"{effect_key}:{clock.today():%Y%m%d}",
    )
