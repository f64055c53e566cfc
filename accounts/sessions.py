"""Sessions: rows of one's own, which can be listed and ended at once (``SESSION_ENGINE``).

Three clocks end a session: ten hours after signing in, whatever one does; some time without a request; and
whoever calls :func:`end_all`. The row says whose it is, since when and on what device: that is all that the list
shows. A key is rotated when one signs in, and when one's rights change.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import devices, limits
from accounts.models import Session
from core import clock
from core.acting import CHOSEN

# A visit before signing in holds a form's state at most.
ANONYMOUS = timedelta(hours=1)
# The last sign of life is written at most once in this time.
TOUCH = timedelta(minutes=1)

_STARTED, _DEVICE = "started", "device"


def idle_limit() -> timedelta:
    """How long a session lasts without a request."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def absolute_limit() -> timedelta:
    """How long a session lasts at most."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


class SessionStore(db.SessionStore):
    """Django's database sessions, on our own rows and our own clock."""

    # The row that was loaded, and the one that was refused because its time had run out.
    row: Session | None = None
    ended: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = Session.objects.filter(session_key=self.session_key).first()
        if row is not None and is_live(row):
            self.row = row
            return row
        self.ended = row
        self._session_key = None
        return None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of the present state: it lasts from the sign-in, not from the last change."""
        now = clock.now()
        user = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        started = datetime.fromtimestamp(data[_STARTED], UTC) if _STARTED in data else now
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=started + (absolute_limit() if user else ANONYMOUS),
            user_id=user,
            device=data.get(_DEVICE, ""),
            started_at=started,
            last_seen=now,
        )

    @classmethod
    def clear_expired(cls) -> None:
        """Forget the sessions whose time has run out."""
        Session.objects.dead().delete()


def is_live(row: Session) -> bool:
    """Whether a row still opens something."""
    now = clock.now()
    return row.expire_date > now and (row.user_id is None or row.last_seen > now - idle_limit())


def remember(request: HttpRequest) -> None:
    """Say since when and on what device somebody is signed in (called at sign-in)."""
    request.session[_STARTED] = clock.now().timestamp()
    request.session[_DEVICE] = devices.in_words(request.META.get("HTTP_USER_AGENT", ""))


def touch(store: SessionStore) -> None:
    """Write the sign of life of a request, unless one was written just before."""
    row = store.row
    if row is None or row.user_id is None or store.modified:
        return
    now = clock.now()
    if now - row.last_seen >= TOUCH:
        # By its key and its owner: a session that was ended meanwhile does not come back.
        Session.objects.filter(session_key=row.session_key, user_id=row.user_id).update(last_seen=now)


def rotate(request: HttpRequest) -> None:
    """Change the key of the present session: called when the rights of its owner change under it."""
    request.session.cycle_key()


def act_for(request: HttpRequest, membership: int) -> None:
    """Act for another of one's organisations: what is open in other tabs was written for the one that one leaves."""
    rotate(request)
    rotate_token(request)
    request.session[CHOSEN] = membership


def live_of(user_id: int) -> QuerySet[Session]:
    """The sessions of a user that still open something, the latest first."""
    return Session.objects.live().filter(user_id=user_id).order_by("-last_seen", "session_key")


def reference(session_key: str) -> str:
    """What a page calls a session: its key never appears in a page."""
    return salted_hmac("accounts.sessions", session_key, algorithm="sha256").hexdigest()[:32]


def end_one(user_id: int, wanted: str) -> bool:
    """End the session of a user that has this reference; False when there is none."""
    for row in live_of(user_id):
        if constant_time_compare(reference(row.session_key), wanted):
            return _end(Session.objects.filter(pk=row.pk)) > 0
    return False


def end_all(user_id: int, except_key: str | None = None) -> int:
    """End every session of a user at once, but for the one with this key; returns how many ended.

    The next request on an ended session finds nothing: there is no cache to wait for.
    """
    ended = Session.objects.filter(user_id=user_id)
    if except_key is not None:
        ended = ended.exclude(session_key=except_key)
    return _end(ended)


def _end(found: QuerySet[Session]) -> int:
    """Delete sessions; a keyed hash of each key stays as long as its cookie may come back, to say what happened."""
    keys = list(found.order_by("pk").values_list("session_key", flat=True))
    limits.mark_closed(keys, clock.now() + absolute_limit())
    return found.delete()[0]


def was_closed(request: HttpRequest) -> bool:
    """Whether the session of this browser's cookie was ended by somebody, and not by time."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return bool(cookie) and not request.user.is_authenticated and limits.is_closed(cookie)
