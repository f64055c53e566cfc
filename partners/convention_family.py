"""The family of a convention: the texts before and after, those it declines, those that decline it."""

from datetime import date
from typing import Any

from django.db.models.expressions import RawSQL

from partners.convention_reading import with_committees, with_facts
from partners.models import Convention

# The texts before and after, those it declines, those that decline it and theirs.
_FAMILY = """
WITH RECURSIVE one AS (SELECT id, parent_id, predecessor_id FROM partners_convention WHERE uuid = %s),
before AS (
    SELECT * FROM one
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN before b ON c.id = b.predecessor_id
), line AS (
    SELECT * FROM before
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN line l ON c.predecessor_id = l.id
), up AS (
    SELECT * FROM line
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN up u ON c.id = u.parent_id
), down AS (
    SELECT * FROM up
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN down d ON c.parent_id = d.id
) SELECT id FROM down LIMIT 500
"""


def family_of(uuid: Any) -> list[Convention]:
    """The convention of that uuid, its succession and its tree, oldest first; empty when it does not exist."""
    members = with_committees(with_facts(Convention.objects.filter(pk__in=RawSQL(_FAMILY, [uuid]))))  # noqa: S611
    return sorted(members.order_by("pk"), key=lambda member: (sort_day(member), member.code))


def sort_day(convention: Convention) -> date:
    """The day that puts a convention in its place on a line of time: effect, signature, else its code's year."""
    known = convention.starts_on or convention.signed_on
    return known or date(year_of(convention) or 9999, 1, 1)


def year_of(convention: Convention) -> int | None:
    """The year of a convention: of its effect or signature, else the one its code ends with."""
    known = convention.starts_on or convention.signed_on
    if known:
        return known.year
    last = convention.code.rsplit("-", 1)[-1]
    return int(last) if len(last) == 4 and last.isascii() and last.isdigit() and last > "1900" else None
