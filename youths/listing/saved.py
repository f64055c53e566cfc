"""Lists kept under a name: at most twenty for a person in an organisation."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction

from core.acting import Acting
from youths.models import SavedFilter
from youths.records import Refused

TAKEN = "Vous avez déjà un filtre de ce nom."
TOO_MANY = f"Vous avez déjà {SavedFilter.MOST} filtres : supprimez-en un, puis recommencez."


@transaction.atomic
def keep(acting: Acting, name: str, query: str) -> SavedFilter:
    """Keep a list under a name. Raises Refused."""
    mine = SavedFilter.objects.filter(user=acting.user_id, organisation=acting.organisation_id)
    # Two windows of one person at once: the second waits, and counts what the first kept.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('youths_savedfilter'), %s)", [acting.user_id])
    if mine.count() >= SavedFilter.MOST:
        raise Refused(TOO_MANY)
    kept = SavedFilter(user_id=acting.user_id, organisation_id=acting.organisation_id, name=name, query=query)
    _save(kept)
    return kept


def rename(acting: Acting, uuid: UUID, name: str) -> None:
    """Give another name to a list. Raises Refused; one that is gone stays gone."""
    kept = SavedFilter.objects.filter(
        uuid=uuid, user=acting.user_id, organisation=acting.organisation_id
    ).first()
    if kept is not None:
        kept.name = name
        _save(kept)


def remove(acting: Acting, uuid: UUID) -> None:
    SavedFilter.objects.filter(uuid=uuid, user=acting.user_id, organisation=acting.organisation_id).delete()


def _save(kept: SavedFilter) -> None:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        if "youths_filter_once" not in str(error):
            raise
        raise Refused(TAKEN) from error
