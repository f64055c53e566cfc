"""Attendance, read: the sheet of a session, who may be asked, where to refer, the story of a youth."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.db.models.lookups import IsNull
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from core.acting import Acting
from partners.models import Organisation, Session
from partners.outward import shown_name
from referrals import programmes
from referrals.attendance import keeping
from referrals.attendance.keeping import draft_key
from referrals.models import Attendance, Referral
from youths.models import Youth

# Those whom one may ask, the latest heard of first.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One youth of the sheet, and the draft that follows, if any."""

    attendance: Attendance
    draft_url: str


def session_or_404(acting: Acting, uuid: UUID) -> Session:
    """A session that the acting organisation holds or was asked to, with the places taken.

    Raises Http404, the same for the session of others and for an unknown one.
    """
    joined = Session.partners.through.objects.filter(
        session=OuterRef("pk"), organisation=acting.organisation_id
    )
    found = Session.objects.select_related("organiser", "department", "municipality", "convention").annotate(
        taken=Func(F("pk"), function="tu_session_taken", output_field=IntegerField())
    )
    ours = Q(organiser=acting.organisation_id) | Exists(joined)
    return get_object_or_404(found.filter(ours), uuid=uuid)


def attended_by(acting: Acting, session: Session) -> QuerySet[Attendance]:
    """The lines of one's organisation, by name: those whose name one may read."""
    return (
        keeping.lines_of(acting, session)
        .select_related("youth")
        .order_by("youth__last_name", "youth__first_name", "pk")
    )


def lines_of(acting: Acting, session: Session) -> list[Line]:
    """The sheet, two queries."""
    rows = list(attended_by(acting, session))
    keys = {draft_key(row.pk): row.pk for row in rows if row.state == Attendance.State.PRESENT}
    made: dict[int, str] = {}
    if keys:
        drafts = Referral.objects.visible_to(acting).filter(submission__in=list(keys)).order_by("pk")
        for submission, uuid in drafts.values_list("submission", "uuid"):
            made[keys[submission]] = reverse("referrals:detail", args=[uuid])
    return [Line(row, made.get(row.pk, "")) for row in rows]


def invitable(acting: Acting, session: Session) -> QuerySet[Youth]:
    """The youths whom one accompanies and who were not asked yet, the latest heard of first."""
    asked = Attendance.objects.filter(
        session=session, organisation=acting.organisation_id, youth=OuterRef("pk")
    )
    # Whom one follows one may open: asking it again of each of thousands was half of this page.
    mine = Youth.objects.followed_by(acting).written_for(acting)
    return mine.filter(~Exists(asked)).order_by("-last_contact_on", "-pk")


def ways_onward(acting: Acting, session: Session) -> list[tuple[str, str]]:
    """Where those who came may be referred: (programme and organisation in codes, words). One query.

    The partners of the session that receive what one's network sends; what the convention is about comes first.
    """
    themes = set(session.convention.themes) if session.convention else set()
    around = Organisation.objects.filter(Q(pk=session.organiser_id) | Q(sessions_joined=session))
    found = []
    for organisation in around.exclude(pk=acting.organisation_id).distinct().order_by("name", "pk"):
        for programme in programmes.for_sender(acting.network):
            if organisation.network in programme.receives:
                first = programme.topic not in themes
                words = f"{programme.short_label} · {shown_name(acting, organisation)}"
                found.append((first, f"{programme.code}:{organisation.uuid}", words))
    return [(code, words) for _, code, words in sorted(found, key=lambda one: (one[0], one[2]))]


def links_of(acting: Acting, session_uuid: UUID) -> list[tuple[str, str]]:
    """The way from the page of a session to its sheet (registry ``session_links``)."""
    if not acting.accompanies:
        return []
    return [
        ("Convoquer des jeunes et noter les présences", reverse("referrals:attendance", args=[session_uuid]))
    ]


# --- The story of a youth -----------------------------------------------------------------------------------


def rows_of_record(acting: Acting) -> QuerySet[Any, Any]:
    """What the question about a record asks beside (registry ``record_rows``): one's own lines of a youth."""
    row = JSONObject(
        state="state",
        at="session__starts_at",
        title="session__title",
        organisation="organisation__name",
        twice=IsNull(F("merged_from"), False),
    )
    return (
        Attendance.objects.filter(youth=OuterRef("pk"), organisation=acting.organisation_id)
        .order_by("-session__starts_at", "-pk")
        .values(row=row)[:SHOWN]
    )


# Two records of one person, both asked, merged since: nothing of either is lost.
TWICE = " (convocation par un autre dossier, réuni depuis à celui-ci)"
_WORDS = {
    Attendance.State.PRESENT: "A participé à une rencontre",
    Attendance.State.ABSENT: "N’est pas venu à une rencontre",
    Attendance.State.EXCUSED: "S’est excusé pour une rencontre",
}


def of_youth(acting: Acting, youth: Any) -> dict[str, list[dict[str, Any]]]:
    """What sessions put on a youth's record (registry ``timeline_sources``), without a question of their own."""
    items = [
        {
            "at": parse_datetime(row["at"]),
            "title": _WORDS[row["state"]],
            "text": row["title"] + (TWICE if row["twice"] else ""),
            "actor_org": row["organisation"],
            "kind": "",
        }
        for row in youth.attendance_rows
        if row["state"] in _WORDS
    ]
    return {"items": items, "current": []}
