"""Counting the statements of a request: those that go to the database, transaction control aside."""

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

# The request header that asks for a count, and that of the answer.
ASK = "X-Bench"
ANSWER = "X-Bench-Statements"
_CONTROL = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO SAVEPOINT",
    "SET TRANSACTION",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
)


class Statements:
    """An execute wrapper that keeps each statement with its time in milliseconds."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, float]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not str(sql).lstrip().upper().startswith(_CONTROL):
                self.kept.append((str(sql), (time.perf_counter() - started) * 1000))


class CountingMiddleware:
    """Replace the answer by the statements it took, when the request asks for it; else do nothing.

    The outermost middleware, so that session, user, scope and trail are counted. A page that is timed does not
    ask, hence is not slowed down.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return self.get_response(request)
        statements = Statements()
        with connection.execute_wrapper(statements):
            response = self.get_response(request)
        return HttpResponse(
            json.dumps({"status": response.status_code, "statements": statements.kept}),
            headers={ANSWER: str(len(statements.kept))},
            content_type="application/json",
        )
