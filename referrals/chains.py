"""A chain shown as one story: proposed elsewhere after a no, returned after the start.

Each side reads of it what it may open anyway, and follows only links between such referrals: a partner never learns
that another one was asked, before or after.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from core.acting import Acting
from referrals import programmes
from referrals.models import Referral
from referrals.presenting import LINE, REFERENTS, Line, any_reason, badge_of, state_words

_KEPT = (*LINE, "redirected_from_id", "returned_from_id", "reason", *REFERENTS)


def of_page(acting: Acting) -> ArraySubquery:
    """The referrals of the same youth that follow one another and that this person may open, for the page of one."""
    after = Referral.objects.order_by()
    linked = (
        Q(redirected_from__isnull=False)
        | Q(returned_from__isnull=False)
        | Exists(after.filter(redirected_from=OuterRef("pk")))
        | Exists(after.filter(returned_from=OuterRef("pk")))
    )
    found = Referral.objects.visible_to(acting).filter(linked, youth=OuterRef("youth"))
    return ArraySubquery(
        found.order_by("created_at", "pk").values(row=JSONObject(**{name: name for name in _KEPT}))
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


def _read(row: dict[str, Any], read: Collection[int]) -> _Link:
    """A link as the database wrote it in JSON; that it follows one which is not among those ``read`` is not told."""
    values = row | {
        "due_on": parse_date(row["due_on"] or ""),
        "sent_at": parse_datetime(row["sent_at"] or ""),
        "created_at": parse_datetime(row["created_at"]),
    }
    return _Link(
        Line(*(values[name] for name in LINE)),
        row["redirected_from_id"] if row["redirected_from_id"] in read else None,
        row["returned_from_id"] if row["returned_from_id"] in read else None,
        row["reason"],
        tuple(row[name] for name in REFERENTS),
    )


def chain_of(referral: Referral, acting: Acting) -> list[dict[str, Any]]:
    """The steps of the story that a referral belongs to, oldest first; empty when it stands alone. No query."""
    rows = referral.chain_rows  # type: ignore[attr-defined]
    read = {row["pk"] for row in rows}
    links = [_read(row, read) for row in rows]
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
