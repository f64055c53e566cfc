"""Who opened a youth's record, and what was changed in it: for the manager who answers for it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from core import history
from core.acting import Acting
from core.hooks import trail_subjects
from core.models import AuditEntry, Change
from core.requests import PortalRequest
from core.views import may, reads
from partners.trail import PAGE as LINES
from partners.trail import lines_of, mark_of, names_of, page_after, told
from youths.doors import youth_or_404
from youths.merging import joining
from youths.models import Youth

CHANGES = 50


@reads
@may("read_youth_trail")
def youth_trail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The lines of the organisation about this youth and their referrals, and the latest changes."""
    acting: Acting = request.acting
    youth = youth_or_404(request, uuid)
    # Those of the records that were merged into it as well.
    former = joining.former_keys(youth)
    keys, addresses = [key for key, _ in former], [address for _, address in former]
    page = page_after(_lines(acting, youth, addresses), request.GET.get("apres", ""))
    changes = list(
        Change.objects.filter(subject_kind="youth", subject_id__in=[youth.pk, *keys]).order_by(
            "-at", "-number"
        )[:CHANGES]
    )
    people = names_of({line.user_id for line in page} | {change.user_id for change in changes})
    return render(
        request,
        "youths/trail.html",
        {
            "youth": youth,
            "lines": told(page[:LINES], people),
            "changes": [_change(change, people) for change in changes],
            "next_url": f"?apres={mark_of(page[LINES - 1])}" if len(page) > LINES else "",
        },
    )


def _lines(acting: Acting, youth: Youth, former: list[UUID]) -> QuerySet[AuditEntry]:
    subjects = [youth.uuid, *former]
    for _, found in trail_subjects.items():
        subjects += found(acting, youth)
    return lines_of(acting).filter(subject_uuid__in=subjects)


def _change(change: Change, people: dict[int, str]) -> dict[str, Any]:
    """A change in words: what and which fields, by the names that the forms give them; never the values."""
    tracked = history.of_label(change.model)
    return {
        "at": change.at,
        "person": people.get(change.user_id or 0, "" if change.user_id is None else "Compte inconnu"),
        "operation": change.get_operation_display(),
        "what": tracked.model._meta.verbose_name if tracked else change.model,
        "fields": [tracked.field_label(column) if tracked else column for column in change.columns],
    }
