"""The number of a request: on its log lines, on its error page, in the trail and the history of what it did."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The number of the request (or of the job) under way; empty outside of both."""
    return _current.get()


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Give a number to what happens in a block."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


def begin(number: str) -> None:
    """Give a number to what this process does from now on (a job of the worker)."""
    _current.set(number)


class RequestIdMiddleware:
    """Give each request a number of ours (one that came with it could be anything)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with numbered(uuid4().hex):
            request.request_id = current()  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers[HEADER] = current()
            return response


class RequestIdFilter(logging.Filter):
    """Put the number on each log line, as ``%(request_id)s``."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
