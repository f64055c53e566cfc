"""What a session needs at each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import sessions


class SessionClockMiddleware:
    """Write when a session was last used: outside the request's transaction, which may be a read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 500 and isinstance(request.session, sessions.SessionStore):
            sessions.touch(request.session)
        return response
