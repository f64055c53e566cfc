"""The pages of errors: French, in our theme, made without the request, whose context would ask a database that
may be what failed."""

import re
import sys
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.held_forms import page_of
from core.acting import Acting
from core.limits import too_large

# SQLSTATE: connection exceptions, shutdowns and starts, too many connections.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")
RETRY_AFTER_SECONDS = "5"
# What a page writes for itself, which nobody typed.
_REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_SECRET = re.compile(r"password|passe|secret|token|otp|code$", re.I)


def _page(template: str, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(template), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a form that sends more than Django agrees to read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large()
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is away, which passes by itself; 500 for what nobody foresaw."""
    if not _is_database_away(sys.exception()):
        return _page("500.html", 500)
    response = _page("503.html", 503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _is_database_away(error: BaseException | None) -> bool:
    """Whether an error says that PostgreSQL cannot be reached, is stopping, starting or full."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    # Without a code, the connection broke before PostgreSQL could say anything.
    return state is None or state.startswith(_AWAY)


# --- A form whose token is no longer good ---------------------------------------------------------------------


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 that gives the form back, with a fresh token, to whoever sent it from one of our own pages.

    Without the browser's word that the page was ours, nothing is given back: a form of another site must not
    become, in one click, a form of ours. Nor is sending again offered to whoever is signed out of a page that
    asks for it: sign-in would swallow what was typed, which is shown to be copied instead.
    """
    kept = _kept(request) if _comes_from_us(request) else []
    if _is_signed_out(request):
        context: dict[str, object] = {
            "texts": _typed(kept),
            "sign_in": f"{reverse('accounts:sign_in')}?{urlencode({'next': page_of(request)}, safe='/')}",
        }
        template = "403_signed_out.html"
    else:
        template = "403_csrf.html"
        acting: Acting | None = getattr(request, "acting", None)
        if acting is not None and acting.several:
            # Sending again could write for one of their organisations what was typed for another.
            context = {"acts_for": acting.label, "texts": _typed(kept)}
        else:
            context = {
                "address": request.get_full_path(),
                "kept": kept,
                "texts": [value for _, value in kept if " " in value.strip()],
            }
            if kept:
                context["token"] = get_token(request)
    context["files"] = bool(kept) and bool(request.FILES)
    return HttpResponse(render_to_string(template, context), status=403)


def _typed(kept: list[tuple[str, str]]) -> list[str]:
    """What a person typed, to be copied."""
    return [value for _, value in kept if value.strip() and not _REFERENCE.fullmatch(value)]


def _is_signed_out(request: HttpRequest) -> bool:
    """Whether the page asks for a signed-in person, and nobody is."""
    match = request.resolver_match
    return bool(
        match is not None
        and getattr(match.func, "login_required", True)
        and not request.user.is_authenticated
    )


def _comes_from_us(request: HttpRequest) -> bool:
    """Whether the browser says that the form was on a page of this site (scripts cannot forge these headers)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        ours = f"{request.scheme}://{request.get_host()}"
        return origin == ours or origin in settings.CSRF_TRUSTED_ORIGINS
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The pairs that were sent, in order; none at all when one of them is a secret."""
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
        if isinstance(value, str)
    ]
    return [] if any(_SECRET.search(name) for name, _ in pairs) else pairs
