"""How a link passes to a colleague of the same organisation: one ends, another one begins."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse

from core import clock
from core.acting import Acting
from notifications.notices import notify
from partners.models import Membership, Role
from partners.people.members import team_id_of
from youths.accompanying.aspects import in_order
from youths.models import Accompaniment, Youth

TOLD = "youth.entrusted"


def colleagues(organisation_id: int) -> list[tuple[int, str]]:
    """Who may accompany a youth for an organisation today, by name."""
    members = Membership.objects.live().filter(
        organisation=organisation_id, role__in=(Role.PROFESSIONAL, Role.MANAGER)
    )
    found = members.order_by("user__last_name", "user__first_name", "user_id").values_list(
        "user_id", "user__first_name", "user__last_name"
    )
    return [(user, f"{first} {last}".strip()) for user, first, last in found]


@transaction.atomic
def pass_these(acting: Acting, links: Sequence[Accompaniment], successor_id: int) -> list[int]:
    """Entrust youths to a colleague, by links that the caller locked and that the acting person may pass.

    Returns the youths that passed: those that the colleague has already stay as they are.
    """
    links = [link for link in links if link.professional_id != successor_id]
    passed = pass_on(links, acting.organisation_id, successor_id)
    if passed and successor_id != acting.user_id:
        _tell(acting, links, successor_id, passed)
    return [link.youth_id for link in links]


def principal_links(acting: Acting, youths: Iterable[int], *, lock: bool) -> dict[int, Accompaniment]:
    """The link of the acting organisation with each youth, whoever may pass it, by youth."""
    rank = Case(
        When(role=Accompaniment.Role.LEAD, then=Value(0)),
        When(professional__in=acting.stands_for, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = (
        Accompaniment.objects.accompanying()
        .active()
        .filter(organisation=acting.organisation_id, youth__in=list(youths))
        .order_by("youth", rank, "started_on", "pk")
    )
    first: dict[int, Accompaniment] = {}
    for link in found.select_for_update(of=("self",)) if lock else found:
        first.setdefault(link.youth_id, link)
    return first


def may_change(acting: Acting, link: Accompaniment) -> bool:
    """Whether a link of one's own organisation is one's to change: its professional, who replaces them, a manager."""
    own = link.organisation_id == acting.organisation_id
    return own and (acting.is_manager or link.professional_id in acting.stands_for)


def may_describe(acting: Acting, youth: Youth, link: Accompaniment) -> bool:
    """Whether one says what a link of one's own organisation is for: as :func:`may_change`, or one keeps the record."""
    own = link.organisation_id == acting.organisation_id
    return own and (may_change(acting, link) or acting.organisation_id in youth.keepers)


@transaction.atomic
def describe(link: Accompaniment, wanted: Iterable[str]) -> None:
    """Say what a link, locked by the caller, is for."""
    link.aspects = in_order(wanted)
    link.save(update_fields=["aspects"])


def pass_on(links: Iterable[Accompaniment], organisation_id: int, successor_id: int) -> list[int]:
    """Give active links, locked by the caller, to a successor; the ids of the links as the successor holds them.

    In this order, because a youth has one lead at a time, and because an organisation that does not keep the
    record has access through its links alone: the old link still opens the record while the new one is written.
    """
    links = list(links)
    old = Accompaniment.objects.filter(pk__in=[link.pk for link in links])
    old.update(ended_on=clock.today(), end_reason=Accompaniment.EndReason.HANDED_OVER)
    theirs = {
        link.youth_id: link
        for link in Accompaniment.objects.active()
        .filter(
            organisation=organisation_id,
            professional=successor_id,
            youth__in=[link.youth_id for link in links],
        )
        .order_by("pk")
    }
    team_id = team_id_of(successor_id, organisation_id)
    passed = []
    for link in links:
        kept = theirs.get(link.youth_id)
        if kept is None:
            kept = _successor_of(link, successor_id, team_id)
        elif link.role == Accompaniment.Role.LEAD:
            # They already accompany this youth, and become the lead.
            kept.role, kept.aspects = link.role, link.aspects
        kept.access_until = None
        kept.save()
        passed.append(kept.pk)
    old.update(access_until=clock.now())
    return passed


def story_from(youth_id: int, organisation_id: int) -> datetime | None:
    """Where the story that an organisation reads begins, whoever of its people is asked next; None: at its start.

    To have been asked once without a limit is not to have read.
    """
    asked = {"role": Accompaniment.Role.CONTACTED, "reads_from__isnull": True}
    theirs = Accompaniment.objects.filter(youth=youth_id, organisation=organisation_id)
    starts = theirs.exclude(**asked).order_by("pk").values_list("reads_from", flat=True)
    limited = [start for start in starts if start is not None]
    return min(limited, default=None) if len(limited) == len(starts) else None


def _successor_of(link: Accompaniment, successor_id: int, team_id: int | None) -> Accompaniment:
    return Accompaniment(
        youth_id=link.youth_id,
        organisation_id=link.organisation_id,
        professional_id=successor_id,
        substitute_id=None
        if link.substitute_id in (successor_id, link.professional_id)
        else link.substitute_id,
        team_id=team_id,
        role=link.role,
        aspects=link.aspects,
        reason=Accompaniment.Reason.HANDED_OVER,
        reads_from=link.reads_from,
        started_on=clock.today(),
    )


def _tell(acting: Acting, links: list[Accompaniment], successor_id: int, passed: list[int]) -> None:
    one = len(links) == 1
    notify(
        [successor_id],
        organisation_id=acting.organisation_id,
        kind=TOLD,
        text="Un jeune vous est confié." if one else f"{len(links)} jeunes vous sont confiés.",
        path=reverse("youths:detail", args=[links[0].youth.uuid]) if one else reverse("youths:list"),
        effect_key=f"entrusted:{passed[0]}:{len(passed)}",
    )
