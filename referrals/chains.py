"""A chain shown as one story: proposed elsewhere after a no, returned after the start.

Each side reads of it what it may open anyway, and follows only links between such referrals: a partner never learns
that another one was asked, before or after.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from core.acting import Acting
from core.prepared import Prepared
from referrals import programmes
from referrals.models import Referral
from referrals.presenting import LINE, REFERENTS, Line, any_reason, badge_of, state_words


def followed() -> Q:
    """Whether something follows each referral of a query, for the page that tells its chain."""
    after = Referral.objects.order_by()
    return Exists(after.filter(redirected_from=OuterRef("pk"))) | Exists(
        after.filter(returned_from=OuterRef("pk"))
    )


class _Link(NamedTuple):
    line: Line
    redirected_from: int | None
    returned_from: int | None
    reason: str
    referents: tuple[int | None, ...]

    @property
    def origin(self) -> int | None:
        return self.redirected_from or self.returned_from


def _of_youth(acting: Acting, *, youth: int) -> QuerySet[Referral, tuple[Any, ...]]:
    return (
        Referral.objects.visible_to(acting)
        .filter(youth=youth)
        .order_by("created_at", "pk")
        .values_list(*LINE, "redirected_from_id", "returned_from_id", "reason", *REFERENTS)
    )


_OF_YOUTH = Prepared(_of_youth)


def chain_of(referral: Referral, acting: Acting) -> list[dict[str, Any]]:
    """The steps of the story that a referral belongs to, oldest first; empty when it stands alone.

    One query, and none for a referral that neither follows another one nor is followed.
    """
    if not (referral.redirected_from_id or referral.returned_from_id or referral.is_followed):  # type: ignore[attr-defined]
        return []
    links = []
    for *columns, redirected_from, returned_from, reason, sender, recipient, substitute in _OF_YOUTH(
        acting, youth=referral.youth_id
    ):
        referents = (sender, recipient, substitute)
        links.append(_Link(Line(*columns), redirected_from, returned_from, reason, referents))
    chain = _connected(links, referral.pk)
    return [_step(link, acting, current=referral.pk) for link in chain] if len(chain) > 1 else []


def _connected(links: Sequence[_Link], start: int) -> list[_Link]:
    """The links that lead to one referral or from it, through those that may be read."""
    found, grown = {start}, True
    while grown:
        before = len(found)
        for link in links:
            if link.line.pk in found and link.origin is not None:
                found.add(link.origin)
            if link.origin in found:
                found.add(link.line.pk)
        grown = len(found) > before
    return [link for link in links if link.line.pk in found]


def _step(link: _Link, acting: Acting, *, current: int) -> dict[str, Any]:
    line, rules = link.line, programmes.get(link.line.programme)
    return {
        "title": f"{rules.short_label} : {line.sender_name} → {line.recipient_name}",
        "how": "Proposée ailleurs" if link.redirected_from else "Retour" if link.returned_from else "",
        "url": "" if line.pk == current else reverse("referrals:detail", args=[line.uuid]),
        "on": line.sent_at or line.created_at,
        "badge": badge_of(line),
        "state": state_words(line, acting),
        "reason": any_reason(rules, link.reason, referent=acting.user_id in link.referents),
    }
