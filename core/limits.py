"""What a request may be, before anything reads it: its method and its size."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.template.loader import render_to_string

METHODS = ("GET", "HEAD", "POST")
_CHUNK = 65_536


class LimitsMiddleware:
    """405 for methods that no page has, 413 for a body larger than any form of ours sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        announced = _announced(request)
        response = too_large() if announced > settings.MAX_BODY_BYTES else self.get_response(request)
        if response.status_code == 413 and announced <= settings.MAX_DRAINED_BYTES:
            _drain(request)
        return response


def too_large() -> HttpResponse:
    """The page that says that a form or a file is too large."""
    return HttpResponse(render_to_string("413.html"), status=413)


def _announced(request: HttpRequest) -> int:
    """The size that the request gives itself; the server reads no further than that."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _drain(request: HttpRequest) -> None:
    """Read and forget the body: a browser that is still sending would show a broken connection, not our page."""
    try:
        while request.read(_CHUNK):
            pass
    except UnreadablePostError:
        return
