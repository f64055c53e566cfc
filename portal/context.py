"""What every page's header shows."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core import clock, rights
from partners.people.members import others_of
from reporting.models.funding import at_the_table

# The header counts up to there: whoever has more has the exact count on the page itself.
MOST = 99
# One question for the counts of the header; what falls to nobody in particular is asked only for who answers for it.
_COUNTS = """
SELECT (SELECT count(*) FROM (
            SELECT FROM core_task
            WHERE user_id = ANY(%(people)s) AND organisation_id = %(org)s
              AND done_at IS NULL AND awaited_on <= %(today)s
            LIMIT %(most)s) mine),
       CASE WHEN %(unowned)s THEN (SELECT count(*) FROM (
            SELECT FROM core_task
            WHERE user_id IS NULL AND organisation_id = %(org)s
              AND done_at IS NULL AND awaited_on <= %(today)s
            LIMIT %(most)s) nobodys) ELSE 0 END,
       (SELECT count(*) FROM (
            SELECT FROM notifications_notification
            WHERE user_id = %(user)s AND organisation_id = %(org)s AND read_at IS NULL
            LIMIT %(most)s) unread)
"""


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the acting person, the counts of the header, the demo's ribbon."""
    acting = getattr(request, "acting", None)
    context: dict[str, Any] = {
        "acting": acting,
        "acting_label": acting.label if acting else "",
        "demo": settings.DEMO,
        "reads_trail": acting is not None and rights.may(acting, "read_trail"),
        "splits_funding": acting is not None and at_the_table(acting),
        "todo_count": 0,
        "unread_count": 0,
        # Asked of the database only by who has a choice.
        "other_memberships": SimpleLazyObject(lambda: others_of(acting)) if acting and acting.several else [],
    }
    if acting is not None and connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNTS,
                {
                    "org": acting.organisation_id,
                    "user": acting.user_id,
                    "people": list(acting.stands_for),
                    "unowned": acting.answers_for_organisation,
                    "today": clock.today(),
                    "most": MOST + 1,
                },
            )
            mine, nobodys, unread = cursor.fetchone()
        context["todo_count"], context["unread_count"] = _shown(mine + nobodys), _shown(unread)
    return context


def _shown(count: int) -> int | str:
    """A count of the header, exact as long as it is small."""
    return count if count <= MOST else f"{MOST}+"
