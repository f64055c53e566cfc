"""Limits of attempts, counted in PostgreSQL (SECURITY §3.4; §6, items 11 to 14).

An attempt is counted *before* it is tried, in a statement that commits by itself: two at once cannot both be the
fifth, and an error on the way does not forget it. Success gives the attempt back. Keys are keyed hashes: the
table names neither an address nor a machine. What is counted outlives neither its window nor its use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import Attempt
from core import clock

# One statement: a row whose window is over starts again at one.
_COUNT = """
INSERT INTO accounts_attempt AS a (key, count, until) VALUES (%(key)s, 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN a.until <= %(now)s THEN 1 ELSE a.count + 1 END,
    until = CASE WHEN a.until <= %(now)s THEN excluded.until ELSE a.until END
RETURNING count, until
"""


@dataclass(frozen=True)
class Limit:
    """So many attempts in a window of time."""

    name: str
    most: int
    window: timedelta


PAIR = Limit("pair", 5, timedelta(minutes=15))
ACCOUNT = Limit("account", 20, timedelta(minutes=15))
DEVICE = Limit("device", 10, timedelta(minutes=15))
ADDRESS = Limit("address", 20, timedelta(minutes=1))
RESET_ACCOUNT = Limit("reset-account", 3, timedelta(hours=1))
RESET_ADDRESS = Limit("reset-address", 20, timedelta(hours=1))
# How long an address from which somebody signed in is known as theirs.
KNOWN = timedelta(days=90)


class TooManyAttempts(Exception):
    """The limit is reached; ``until`` says when one may try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def key(*parts: object) -> str:
    """The keyed hash of what is counted."""
    return salted_hmac("accounts.limits", "|".join(map(str, parts)), algorithm="sha256").hexdigest()


def client_address(request: HttpRequest) -> str:
    """The machine that asks, as the last trusted proxy saw it.

    ``X-Forwarded-For`` is written by anybody: only its last ``TRUSTED_PROXIES`` entries were added by our own
    proxies. An IPv6 client owns a whole /64.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            seen = hops[-settings.TRUSTED_PROXIES]
    try:
        address = ip_address(seen)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return f"{(int(address) >> 64):x}/64"
    return str(address)


def count(limit: Limit, *parts: object) -> None:
    """Count one attempt. Raises TooManyAttempts when it passes the limit."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key(limit.name, *parts), "now": now, "until": now + limit.window})
        attempts, until = cursor.fetchone()
    if attempts > limit.most:
        raise TooManyAttempts(until)


def give_back(limit: Limit, *parts: object) -> None:
    """Take one attempt off: it was the right person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_attempt SET count = greatest(count - 1, 0) WHERE key = %s",
            [key(limit.name, *parts)],
        )


def clear(limit: Limit, *parts: object) -> None:
    """Forget the attempts of a key."""
    Attempt.objects.filter(key=key(limit.name, *parts)).delete()


def mark_known(user_id: int, address: str) -> None:
    """Remember that a user signed in from this machine's address."""
    until = clock.now() + KNOWN
    Attempt.objects.update_or_create(
        key=key("known", user_id, address), defaults={"count": 1, "until": until}
    )


def is_known(user_id: int, address: str) -> bool:
    """Whether a user signed in from this address lately."""
    return Attempt.objects.filter(key=key("known", user_id, address), until__gt=clock.now()).exists()


def mark_closed(session_keys: list[str], until: datetime) -> None:
    """Remember sessions that were ended before their time."""
    Attempt.objects.bulk_create(
        [Attempt(key=key("closed", one), count=1, until=until) for one in session_keys], ignore_conflicts=True
    )


def is_closed(session_key: str) -> bool:
    """Whether the session that had this key was ended before its time, lately."""
    return Attempt.objects.filter(key=key("closed", session_key), until__gt=clock.now()).exists()


def forget() -> None:
    """Drop what is no longer counted."""
    Attempt.objects.filter(until__lte=clock.now()).delete()


@dataclass(frozen=True)
class Try:
    """One attempt of somebody at a door: counted on creation by :func:`attempt`."""

    door: str
    account: str
    address: str
    # What makes the device known to the account: its number, or its address; "" for a stranger.
    device: str

    def succeeded(self) -> None:
        """Right: the failures of this person at this place are forgotten, the others stay."""
        clear(PAIR, self.door, self.account, self.address)
        give_back(ADDRESS, self.door, self.address)
        if self.device:
            clear(DEVICE, self.door, self.account, self.device)
        else:
            give_back(ACCOUNT, self.door, self.account)


def attempt(door: str, account: str, address: str, *, device: str) -> Try:
    """Count an attempt at a door (``password``, ``code``). Raises TooManyAttempts.

    A stranger who fails elsewhere fills their own pair, and the count of the account, at which a device that has
    signed in before does not look: it has a count of its own. So nobody locks a colleague out of their own desk.
    """
    count(ADDRESS, door, address)
    count(PAIR, door, account, address)
    if device:
        count(DEVICE, door, account, device)
    else:
        count(ACCOUNT, door, account)
    return Try(door, account, address, device)
