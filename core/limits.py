"""What a request may be, before anything reads it: its method, its address and its size."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.template.loader import render_to_string

METHODS = ("GET", "HEAD", "POST")
_CHUNK = 65_536


class LimitsMiddleware:
    """405 for methods that no page has, 400 for an address with a NUL, 413 for a body larger than any form sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # PostgreSQL stores none, nobody types one; Django's administration would carry it as far as a query.
            return _page("400.html", 400)
        announced = _announced(request)
        response = too_large() if announced > settings.MAX_BODY_BYTES else self.get_response(request)
        if response.status_code == 413 and announced <= settings.MAX_DRAINED_BYTES:
            _drain(request)
        return response


def too_large() -> HttpResponse:
    """The page that says that a form or a file is too large."""
    return _page("413.html", 413)


def _page(template: str, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(template), status=status)


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
