"""The large exports: asked by one person, answered by another of the same organisation."""

from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.acting import DPO, MANAGER, Acting
from notifications.notices import notify
from partners.exporting.lists import ListExport, lists
from partners.models import Export, Membership

ASKED, DECIDED, READY = "exports.asked", "exports.decided", "exports.ready"


class Decided(Exception):
    """Somebody answered just before."""


def deciders(acting: Acting) -> list[int]:
    """The users who may answer for an export of this person: the other managers, and the delegates."""
    found = Membership.objects.live().filter(organisation_id=acting.organisation_id, role__in=[MANAGER, DPO])
    return sorted({*found.exclude(user_id=acting.user_id).order_by().values_list("user_id", flat=True)})


def has_decider(acting: Acting) -> bool:
    """Whether there is a second person to ask."""
    return bool(deciders(acting))


def ask_for(acting: Acting, export: ListExport, query: str, lines: int, reason: str, form: str) -> Export:
    """Ask for a large export; asked twice, it is one request."""
    same = {
        "user_id": acting.user_id,
        "organisation_id": acting.organisation_id,
        "kind": export.code,
        "query": query,
        "form": form,
    }
    try:
        with transaction.atomic():
            found = Export.objects.create(
                **same, membership_id=acting.membership_id, reason=reason, lines=lines
            )
    except IntegrityError:
        return Export.objects.get(**same, status__in=Export.OPEN)
    notify(
        deciders(acting),
        organisation_id=acting.organisation_id,
        kind=ASKED,
        text="Une personne de votre structure demande un export nominatif : il attend votre accord.",
        path=path_of(found),
        effect_key=f"export:{found.pk}:asked",
    )
    return found


def decide(acting: Acting, found: Export, *, approve: bool) -> None:
    """Answer for an export of somebody else. Raises Decided when it waits no more."""
    status = Export.Status.APPROVED if approve else Export.Status.REFUSED
    changed = (
        Export.objects.to_decide(acting)
        .filter(pk=found.pk)
        .update(status=status, decided_by=acting.user_id, decided_at=clock.now())
    )
    if not changed:
        raise Decided
    said = "accepté : le fichier se prépare" if approve else "refusé"
    tell(found, DECIDED, f"Votre demande d’export est {said}.")


def take_back(acting: Acting, found: Export) -> None:
    """Give up one's own request. Raises Decided when there is nothing to give up any more."""
    changed = Export.objects.filter(
        pk=found.pk, user=acting.user_id, organisation=acting.organisation_id, status__in=Export.OPEN
    ).update(status=Export.Status.ENDED, ending=Export.Ending.TAKEN_BACK)
    if not changed:
        raise Decided


def tell(found: Export, kind: str, text: str) -> None:
    """Tell the person who asked."""
    notify(
        [found.user_id],
        organisation_id=found.organisation_id,
        kind=kind,
        text=text,
        path=path_of(found),
        effect_key=f"export:{found.pk}:{kind}",
    )


def path_of(found: Export) -> str:
    return reverse("partners:export_detail", args=[found.uuid])


def list_of(found: Export) -> ListExport:
    """The list of which a request is; every kind that was asked for is still registered."""
    return lists[found.kind]
