"""What the organisations of a committee bring to a meeting before it: one text each, read in the pack."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.acting import Acting
from core.prepared import Prepared
from partners.committees.meetings import Overtaken
from partners.models import CommitteeMeeting, MeetingContribution
from partners.outward import may_open, shown_name


class TooLate(Exception):
    """The meeting took place: what is said now belongs to its minutes."""


@transaction.atomic
def contribute(acting: Acting, meeting_id: int, version: int, text: str) -> MeetingContribution | None:
    """Write, change or withdraw ("") the text of the acting organisation; the one that was read has ``version``.

    0 is the version of a text that is not written yet. Raises Overtaken, TooLate.
    """
    # One at a time for a meeting: two colleagues who write first are told apart.
    meeting = CommitteeMeeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    if meeting.cancelled:
        raise Overtaken
    if meeting.held_on < clock.today():
        raise TooLate
    found = own(acting, meeting)
    if (found.version if found else 0) != version:
        raise Overtaken
    if not text:
        if found:
            found.delete()
        return None
    found = found or MeetingContribution(meeting=meeting, organisation_id=acting.organisation_id)
    found.text, found.author_id, found.written_at = text, acting.user_id, clock.now()
    found.save()
    return found


def own(acting: Acting, meeting: CommitteeMeeting) -> MeetingContribution | None:
    """What the acting organisation wrote for a meeting."""
    return meeting.contributions.filter(organisation=acting.organisation_id).first()


def of_meeting(meeting: CommitteeMeeting) -> QuerySet[MeetingContribution]:
    """All of them, the oldest first, with who wrote them."""
    return meeting.contributions.select_related("organisation", "author").order_by("written_at", "pk")


def _written(*, meeting: int) -> QuerySet[MeetingContribution]:
    return of_meeting(CommitteeMeeting(pk=meeting))


_WRITTEN = Prepared(_written)


def contribution_lines(acting: Acting, meeting: CommitteeMeeting) -> list[dict[str, Any]]:
    """The contributions as pages show them. One query."""
    return [
        {
            "text": one.text,
            "who": shown_name(acting, one.organisation),
            "person": one.author.get_full_name() if may_open(acting, one.organisation) else "",
            "written_at": one.written_at,
        }
        for one in _WRITTEN(None, meeting=meeting.pk)
    ]
