"""Who may open a committee pack: the staff and the managers of the networks that are party to the convention.

A pack names nobody, so opening one does not count among the files of the day; who asked and was refused, and
each document that leaves, are in the trail.
"""

import uuid

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from partners.models import Committee, Convention, ConventionParty, Level
from reporting.models import CommitteePack


def committees_of(acting: Acting) -> QuerySet[Committee]:
    """The committees of the conventions that the acting person's network is party to.

    A regional convention concerns its region, and the nation.
    """
    return Committee.objects.filter(convention__in=conventions_of(acting))


def conventions_of(acting: Acting) -> QuerySet[Convention]:
    """The conventions that the acting person's network is party to, on their territory."""
    parties = ConventionParty.objects.on(clock.today()).filter(organisation__network=acting.network)
    found = Convention.objects.filter(pk__in=parties.values("convention"))
    if acting.sees_nation:
        return found
    return found.filter(Q(level=Level.NATIONAL) | Q(region=acting.region))


def opened_conventions(acting: Acting) -> QuerySet[Convention]:
    """Those whose packs they may open: of a local one, whose figures are its parties' own, a party or who steers."""
    found = conventions_of(acting)
    if acting.steers:
        return found
    party = ConventionParty.objects.filter(organisation=acting.organisation_id).values("convention")
    return found.filter(~Q(level=Level.LOCAL) | Q(pk__in=party))


def visible_packs(acting: Acting | None) -> QuerySet[CommitteePack]:
    """The packs that the acting person may open."""
    if acting is None or not rights.may(acting, "open_pack"):
        return CommitteePack.objects.none()
    own = opened_conventions(acting)
    return CommitteePack.objects.filter(Q(meeting__committee__convention__in=own) | Q(convention__in=own))


def pack_or_404(request: HttpRequest, pack_uuid: uuid.UUID, *, local: bool = False) -> CommitteePack:
    """The door of the packs: the same 404 whether the pack exists or not, and a line in the trail.

    ``local``: only the pack of a local committee, for a party; ``parties`` then holds its local parties.
    """
    acting: Acting | None = request.acting  # type: ignore[attr-defined]
    packs = visible_packs(acting)
    if local and acting is not None:
        parties = ConventionParty.objects.filter(
            convention=OuterRef("meeting__committee__convention"), organisation__level=Level.LOCAL
        )
        packs = packs.filter(
            Exists(parties.filter(organisation=acting.organisation_id)),
            meeting__committee__convention__level=Level.LOCAL,
        ).annotate(parties=ArraySubquery(parties.order_by("pk").values("organisation_id")))
    packs = packs.select_related("meeting__committee__convention", "convention", "pdf", "xlsx")
    pack = packs.filter(uuid=pack_uuid).first()
    if pack is None:
        request.marks.denied(acting, "pack", pack_uuid)  # type: ignore[attr-defined]
        raise Http404
    return pack


def links_of(acting: Acting, meeting_id: int) -> list[tuple[str, str]]:
    """The way to the last pack of a meeting (registry ``meeting_links``)."""
    packs = visible_packs(acting).filter(meeting=meeting_id, status=CommitteePack.Status.READY)
    pack = packs.order_by("-version").only("uuid").first()
    if pack is None:
        return []
    return [("Ouvrir le dossier de la réunion", reverse("reporting:pack_detail", args=[pack.uuid]))]
