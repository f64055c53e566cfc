"""Who is asked to a session, and who came: the operations. A session is never overbooked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core import clock
from core.acting import Acting
from core.functions import call
from partners.models import Organisation, Session
from referrals import creation, programmes
from referrals.models import OPEN_STATES, Attendance, Referral
from youths.models import Youth

State = Attendance.State
PLACE = "referrals_attendance_place"
# The key of the draft that follows an attendance: asked twice, there is one.
_DRAFTS = UUID("4d2c2f2a-6f2e-4f3c-9b2b-0d6a7f1c5e11")


class Full(Exception):
    """More places are asked for than are left; ``left`` says how many there are."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class Closed(Exception):
    """The session is cancelled, or over: nobody is asked to it any more."""


class TooSoon(Exception):
    """Nobody came to a session that has not begun."""


def taken(session_id: int) -> int:
    """The places that are taken, by all organisations together."""
    return call("tu_session_taken", session_id)


def lines_of(acting: Acting, session: Session) -> QuerySet[Attendance]:
    """The lines of one's organisation at a session: those whose name one may read. The only way to one of them."""
    return Attendance.objects.filter(
        session=session,
        organisation=acting.organisation_id,
        youth__in=Youth.objects.listed_for(acting).values("pk"),
    )


@transaction.atomic
def invite(acting: Acting, session_id: int, youths: Sequence[Youth]) -> int:
    """Ask youths to a session, all of them or none; who was asked already is left as they are.

    Returns how many are asked. Raises Full and Closed.
    """
    session = _locked(session_id)
    if session.state == Session.State.CANCELLED or session.ends_at < clock.now():
        raise Closed
    known = set(
        Attendance.objects.filter(session=session, organisation=acting.organisation_id, youth__in=youths)
        .order_by("pk")
        .values_list("youth_id", flat=True)
    )
    asked = [youth for youth in youths if youth.pk not in known]
    if session.capacity is not None and len(asked) > (left := session.capacity - taken(session.pk)):
        raise Full(max(left, 0))
    Attendance.objects.bulk_create(
        Attendance(
            session=session,
            youth=youth,
            organisation_id=acting.organisation_id,
            invited_by_id=acting.user_id,
        )
        for youth in asked
    )
    return len(asked)


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a sheet: how many lines changed, and which ones somebody else had changed meanwhile."""

    changed: int
    overtaken: tuple[int, ...]


@transaction.atomic
def note(acting: Acting, session_id: int, wanted: Mapping[int, tuple[str, str]]) -> Noted:
    """Write who came. ``wanted``: for each attendance, the state that was seen and the one that is wanted.

    A line that moved since it was seen is left as it is. Raises TooSoon, Closed, and Full when who gave their place
    back comes after all and it is taken.
    """
    session = _locked(session_id)
    if session.state == Session.State.CANCELLED:
        raise Closed
    began = session.has_begun
    rows = lines_of(acting, session).filter(pk__in=wanted).select_for_update(of=("self",))
    changed, overtaken = 0, []
    for row in rows.order_by("pk"):
        seen, state = wanted[row.pk]
        if state in (row.state, seen):
            continue
        if row.state != seen:
            overtaken.append(row.pk)
            continue
        if state in (State.PRESENT, State.ABSENT) and not began:
            raise TooSoon
        row.state, row.noted_by_id, row.noted_at = state, acting.user_id, clock.now()
        _save(row)
        changed += 1
    return Noted(changed, tuple(overtaken))


def _save(row: Attendance) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "noted_by", "noted_at"])
    except IntegrityError as error:
        if PLACE not in str(error) and "no place is left" not in str(error):
            raise
        raise Full(0) from error


@transaction.atomic
def take_back(acting: Acting, session: Session, attendance_id: int) -> bool:
    """Take back a convocation to a session that nothing followed; False when something did."""
    found = lines_of(acting, session).filter(pk=attendance_id, state__in=[State.INVITED, State.CONFIRMED])
    return bool(found.delete()[0])


def _locked(session_id: int) -> Session:
    return Session.objects.select_for_update(of=("self",)).get(pk=session_id)


# --- From attendance to a referral ------------------------------------------------------------------------


def draft_key(attendance_id: int) -> UUID:
    """The key under which the draft that follows an attendance is made, once."""
    return uuid5(_DRAFTS, str(attendance_id))


@dataclass(frozen=True, slots=True)
class Followed:
    """The drafts made, and how many youths already had an open referral to this programme."""

    drafts: tuple[Referral, ...]
    already: int


@transaction.atomic
def refer(
    acting: Acting, attendances: Iterable[Attendance], programme_code: str, recipient: Organisation
) -> Followed:
    """A draft for each youth who came, to one programme and organisation; the agreement of each is still to come."""
    programme = programmes.get(programme_code)
    came = list(attendances)
    under_way: dict[int, set[UUID]] = {}
    found = Referral.objects.sent_by(acting.organisation_id).filter(
        youth__in=[attendance.youth_id for attendance in came],
        programme=programme_code,
        state__in=OPEN_STATES,
    )
    for youth, submission in found.order_by("pk").values_list("youth_id", "submission"):
        under_way.setdefault(youth, set()).add(submission)
    drafts, already, seen = [], 0, set()
    for attendance in came:
        if attendance.youth_id in seen:
            # Asked under two records, which are one now.
            continue
        seen.add(attendance.youth_id)
        others = under_way.get(attendance.youth_id, set()) - {draft_key(attendance.pk)}
        if others:
            already += 1
            continue
        drafts.append(
            creation.create_draft(
                acting,
                attendance.youth,
                programme,
                recipient,
                details={},
                submission=draft_key(attendance.pk),
            )
        )
    return Followed(tuple(drafts), already)
