"""A session whose attendance was taken, an organisation that closes for some days, delays that a text agrees.

Made of the operations of the house, at the moments when they happened.
"""

from datetime import timedelta

from core import clock
from core.acting import Acting
from core.scope import acting_as, system_scope
from partners import closures
from partners.models import Closure, Organisation, Session
from portal.demo.persons import REGIMENT
from portal.demo.staging import ago, manager_of, persona
from referrals import putting_off
from referrals.attendance import keeping
from referrals.models import Attendance
from youths.models import Accompaniment, Youth

CLOSED = "CMA_17"
_CAME = (
    Attendance.State.PRESENT,
    Attendance.State.PRESENT,
    Attendance.State.PRESENT,
    Attendance.State.ABSENT,
)


def load() -> int:
    """Tell these stories; how many there were people for (a small country may have none)."""
    return _attendance() + _closure()


def _attendance() -> bool:
    """Alice asked four youths to the latest session of the regiment, and noted who came."""
    here = persona("alice")
    if here is None:
        return False
    sessions = Session.objects.filter(organiser__key=REGIMENT, partners=here.organisation_id)
    session = sessions.filter(state=Session.State.HELD).order_by("-starts_at").first()
    if session is None:
        return False
    days = (clock.today() - clock.day_of(session.starts_at)).days
    youths = _of(here, len(_CAME), known_since=days + 15)
    with ago(days + 14, here):
        keeping.invite(here, session.pk, youths)
    with clock.travel(session.starts_at + timedelta(minutes=20)), acting_as(here):
        rows = Attendance.objects.filter(session=session).order_by("pk")
        seen = {row.pk: (row.state, came) for row, came in zip(rows, _CAME, strict=False)}
        keeping.note(here, session.pk, seen)
    return True


def _of(acting: Acting, count: int, *, known_since: int) -> list[Youth]:
    """Some youths that somebody has accompanied for so many days."""
    links = Accompaniment.objects.active().filter(
        organisation=acting.organisation_id, professional=acting.user_id, role=Accompaniment.Role.LEAD,
        started_on__lt=clock.today() - timedelta(days=known_since),
    )  # fmt: skip
    found = Youth.objects.filter(pk__in=links.values("youth"))
    return list(found.order_by("pk")[:count])


def _closure() -> bool:
    """The chamber closes for a week: what it owed on those days is due at the reopening."""
    organisation = Organisation.objects.filter(key=CLOSED).first()
    if organisation is None:
        return False
    monday = clock.today() + timedelta(days=21 - clock.today().weekday())
    closed = Closure(
        organisation=organisation, starts_on=monday, ends_on=monday + timedelta(days=6), label="Congés"
    )
    with acting_as(manager_of(organisation.pk)):
        closures.declare(closed)
    # What the worker does of it.
    with system_scope("closure"):
        putting_off.put_off({"organisation": organisation.pk, "until": closed.ends_on.isoformat()})
    return True
