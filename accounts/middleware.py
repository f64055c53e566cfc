"""What a session needs at each request."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts import entry, held_forms, sessions


class SessionClockMiddleware:
    """Write when a session was last used: outside the request's transaction, which may be a read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 500 and isinstance(request.session, sessions.SessionStore):
            sessions.touch(request.session)
        return response


class SecondFactorMiddleware:
    """Where a second factor is required, a session without one is nobody's: every page sees an anonymous visitor.

    ``request.unproven`` keeps who it was, for the page of enrolment.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.unproven = None  # type: ignore[attr-defined]
        if settings.MFA_REQUIRED:
            signed_in = request.user

            def proven() -> object:
                if not signed_in.is_authenticated or request.session.get(entry.PROVEN):
                    return signed_in
                request.unproven = signed_in  # type: ignore[attr-defined]
                return AnonymousUser()

            request.user = SimpleLazyObject(proven)  # type: ignore[assignment]
        return self.get_response(request)


class HeldFormMiddleware:
    """What is sent by a session that has ended is kept for its owner (see :mod:`accounts.held_forms`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and held_forms.is_waiting(request) and response.status_code < 500:
            return held_forms.after(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """After the check of the form's token, before the login requirement."""
        # The doors are for people who are not signed in: what is typed there is never kept.
        door = getattr(view, "scope_exempt", False) or not getattr(view, "login_required", True)
        if door or request.user.is_authenticated:
            return None
        entry.warn_if_closed(request)
        return held_forms.hold(request) if request.method == "POST" else None
