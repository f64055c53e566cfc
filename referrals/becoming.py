"""Who sent a youth without keeping the record learns what became of them months later, where the youth agreed to it."""

from collections.abc import Collection
from typing import Any

from django.apps import apps as installed
from django.db import connection
from psycopg import sql

from notifications.notices import notify
from partners.models import Organisation
from referrals import programmes
from referrals.delays import side_id
from referrals.effects import people_on
from referrals.models import Outcome, Referral
from referrals.models.referral import still_open_to
from referrals.states import other_side

_FUNCTION = """
CREATE OR REPLACE FUNCTION tu_becoming_told(text_version text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN text_version = ANY ({told}::text[]);
"""
TOLD = "{actor} a dit ce que devient un jeune que vous aviez orienté, {moment} ({programme})."


def texts() -> list[str]:
    """The versions of the agreements under which the sender is told what became of the youth, months later."""
    return sorted(version for programme in programmes.all() for version in programme.becoming_told)


def sync(apps: Any = installed, **kwargs: Any) -> None:
    """Write them into the database (after each migration, as the owner).

    ``apps``: what the migration leaves; a room that was undone has no function.
    """
    if "outcome" not in apps.all_models["referrals"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_FUNCTION).format(told=sql.Literal(texts())))


def tell(referral: Referral, side: str, moment: str, actor_id: int, keepers: Collection[int]) -> None:
    """Tell the other side that a situation is known, when it may read it; nothing of it is in the notice.

    ``keepers``: who keeps the record, read before: whoever answers last may read it no more.
    """
    there = other_side(side)
    if side_id(referral, there) not in keepers and not _still_reads(referral, there):
        return
    actor: Organisation = getattr(referral, side)
    notify(
        [person for person in people_on(referral, there) if person != actor_id],
        organisation_id=side_id(referral, there),
        kind="referral.becoming",
        text=TOLD.format(
            actor=actor.outward_name,
            moment=Outcome.Moment(moment).label,
            programme=referral.rules.short_label,
        ),
        path=referral.get_absolute_url(),
        effect_key=f"becoming:{referral.pk}:{moment}",
    )


def _still_reads(referral: Referral, side: str) -> bool:
    """Whether a side that does not keep the record reads the referral from now on, as the database has it."""
    found = Referral.objects.filter(pk=referral.pk, sharing_stopped_at__isnull=True)
    return found.filter(still_open_to(side)).exists()
