"""The way in: who somebody claims to be, then who they prove to be, then a session.

Between the two steps nobody is signed in: the session holds who is awaited, for ten minutes. A user without a
second factor, where one is required, is led to enrol one; until then they are anonymous everywhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import factors, held_forms, limits, sessions, trail
from accounts.models import User
from core import clock

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Marks of the session: a second factor was given; when the person last proved who they are.
PROVEN, CONFIRMED = "proven", "confirmed_at"
_AWAITED = "awaited"
PATIENCE = timedelta(minutes=10)
# How fresh a proof must be to change one's own locks.
FRESH = timedelta(minutes=10)
DEVICE_AGE = timedelta(days=180)
_DEVICE_SALT = "accounts.device"


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in: a page of ours, else the home page.

    An address with a line break or another control character was made by nobody honest.
    """
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target.isprintable() and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def warn_if_closed(request: HttpRequest) -> None:
    """Say why sign-in is asked for, when the session of this browser was ended by somebody and not by time."""
    if sessions.was_closed(request):
        messages.warning(
            request,
            "Votre connexion a été fermée : depuis un autre appareil, ou parce que vos droits ou ce qui protège "
            "votre compte ont changé.",
        )


@dataclass(frozen=True)
class Awaited:
    """Somebody between the two steps."""

    user: User
    next_url: str
    how: str


def begin(request: HttpRequest, user: User, *, next_url: str, how: str) -> HttpResponse:
    """First step passed (``how``: password, proconnect…): ask for the second one, or let in."""
    has_factor = factors.of(user.pk).any
    if not has_factor and not settings.MFA_REQUIRED:
        return finish(request, Awaited(user, next_url, how), proven="")
    if SESSION_KEY in request.session:
        request.session.flush()
    else:
        request.session.cycle_key()
    request.session[_AWAITED] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "until": (clock.now() + PATIENCE).timestamp(),
        "next": next_url,
        "how": how,
    }
    return redirect("accounts:challenge" if has_factor else "accounts:enrol")


def awaited(request: HttpRequest) -> Awaited | None:
    """Who passed the first step here, less than ten minutes ago, and has not been closed out since."""
    held: dict[str, Any] | None = request.session.get(_AWAITED)
    if held is None or held["until"] < clock.now().timestamp():
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != held["hash"]:
        return None
    return Awaited(user, held["next"], held["how"])


def finish(request: HttpRequest, who: Awaited, *, proven: str) -> HttpResponse:
    """Open the session. ``proven`` says by what second factor ("" where none is required)."""
    if SESSION_KEY in request.session:
        # Django keeps the key of somebody who signs in twice.
        request.session.flush()
    request.session.pop(_AWAITED, None)
    login(request, who.user, backend=BACKEND)
    if proven:
        request.session[PROVEN] = proven
    confirm(request)
    limits.mark_known(who.user.pk, limits.client_address(request))
    trail.note(who.user.pk, trail.SIGNED_IN, how=f"{who.how}+{proven}" if proven else who.how)
    response = redirect(held_forms.claim(request, who.user.pk) or who.next_url)
    _remember_device(request, response, who.user)
    return response


# --- Fresh proofs ---------------------------------------------------------------------------


def confirm(request: HttpRequest) -> None:
    """The person has just proved who they are."""
    request.session[CONFIRMED] = clock.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved who they are a few minutes ago."""
    at = request.session.get(CONFIRMED)
    return at is not None and clock.now() - datetime.fromtimestamp(at, UTC) < FRESH


# --- Devices that have signed in before -----------------------------------------------------


def _device_cookie() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def _devices(request: HttpRequest) -> dict[str, str]:
    """User ids that signed in from this browser, each with the browser's number for it."""
    try:
        return signing.loads(request.COOKIES.get(_device_cookie(), ""), salt=_DEVICE_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return {}


def known_device(request: HttpRequest, user_id: int | None) -> str:
    """What makes this device known to a user: the number in its cookie, or its address; "" for a stranger."""
    number = _devices(request).get(str(user_id), "")
    address = limits.client_address(request)
    # Asked for nobody as well: the answer takes the same time.
    seen_here = limits.is_known(user_id or 0, address)
    return number or (address if seen_here else "")


def _remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """A cookie that says "has signed in here", and opens nothing: the last five people of a browser."""
    known = [item for item in _devices(request).items() if item[0] != str(user.pk)]
    value = dict([*known[-4:], (str(user.pk), get_random_string(16))])
    response.set_cookie(
        _device_cookie(),
        signing.dumps(value, salt=_DEVICE_SALT),
        max_age=DEVICE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
