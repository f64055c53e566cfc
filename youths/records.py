"""Opening and creating records."""

from datetime import date
from difflib import SequenceMatcher

from django.db import transaction
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.names import normalise
from notifications.notices import notify
from partners.models import Network
from partners.people import manager_ids
from youths.models import Accompaniment, Opening, Youth

# Two names this close, born the same day, are probably one person: the creation asks.
CLOSE = 0.75


def likely_duplicates(acting: Acting, first_name: str, last_name: str, birth_date: date) -> list[Youth]:
    """Youths of one's own organisation born the same day with a close name. Never those of another one."""
    wanted = normalise(last_name, first_name)
    born = Youth.objects.listed_for(acting).filter(birth_date=birth_date).order_by("search_name", "pk")
    return [
        youth
        for youth in born.only("pk", "uuid", "first_name", "last_name", "birth_date", "search_name")
        if SequenceMatcher(None, wanted, normalise(youth.last_name, youth.first_name)).ratio() >= CLOSE
        or SequenceMatcher(None, wanted, normalise(youth.first_name, youth.last_name)).ratio() >= CLOSE
    ]


@transaction.atomic
def create_record(acting: Acting, youth: Youth) -> Youth:
    """Open a record, held by the acting organisation, with its author as the one who accompanies.

    In a Mission Locale the youth is registered there and the author is the lead referent.
    """
    in_ml = acting.network == Network.ML
    youth.held_by_id = acting.organisation_id
    youth.registered_with_id = acting.organisation_id if in_ml else None
    youth.save()
    Accompaniment.objects.create(
        youth=youth,
        organisation_id=acting.organisation_id,
        professional_id=acting.user_id,
        team_id=acting.team_id,
        role=Accompaniment.Role.LEAD if in_ml else Accompaniment.Role.PARTNER,
    )
    return youth


@transaction.atomic
def open_with_reason(acting: Acting, youth: Youth, reason: str) -> Opening:
    """Open for 24 hours a record that one does not accompany; the lead and the manager see it."""
    opening = Opening.objects.create(
        youth=youth,
        organisation_id=acting.organisation_id,
        user_id=acting.user_id,
        reason=reason,
        until=clock.now() + Opening.DURATION,
    )
    lead = Accompaniment.objects.active().filter(
        youth=youth, organisation=acting.organisation_id, role=Accompaniment.Role.LEAD
    )
    concerned = {*lead.values_list("professional_id", flat=True), *manager_ids(acting.organisation_id)}
    notify(
        concerned - {None, acting.user_id},
        organisation_id=acting.organisation_id,
        kind="youth.opened",
        text="Un dossier de votre structure a été ouvert avec motif. Sa page dit par qui et pourquoi.",
        path=reverse("youths:detail", args=[youth.uuid]),
        effect_key=f"opening:{opening.pk}",
    )
    return opening
