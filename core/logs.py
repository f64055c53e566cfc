"""Log lines of a portal in service: one line of JSON each, in UTC, that says what failed and where, and of nobody.

Errors are where names slip out: PostgreSQL quotes the row that it refuses, a form quotes what was typed. So the
text of an exception is never written: its class, its SQLSTATE and the places of the code that led there are. An
address is written as its route. Standard library only: the web server itself uses this formatter.
"""

import json
import logging
import traceback
from copy import copy
from datetime import UTC, datetime
from typing import Any

_UNKNOWN_ROUTE = "(adresse inconnue)"


class JsonFormatter(logging.Formatter):
    """One JSON object a line, whatever the message holds (line ends included)."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if (number := getattr(record, "request_id", "-")) != "-":
            line["request"] = number
        if (request := getattr(record, "request", None)) is not None:
            line |= {
                "method": getattr(request, "method", None),
                "route": _route(request),
                "status": getattr(record, "status_code", None),
            }
        if record.exc_info and record.exc_info[1]:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


class LineFormatter(logging.Formatter):
    """Lines that people read, without the addresses either: that of a youth's link is the right to answer it."""

    def format(self, record: logging.LogRecord) -> str:
        written = copy(record)
        written.msg, written.args = _message(record), None
        return super().format(written)


def _message(record: logging.LogRecord) -> str:
    """The message without addresses, and without the text of the exception."""
    task = getattr(record, "data", None)
    if record.exc_info and isinstance(task, dict) and "name" in task:
        # Celery writes the exception, and the arguments, in its own message.
        return f"task {task['name']}[{task.get('id')}] failed"
    message = record.getMessage()
    if (path := getattr(getattr(record, "request", None), "path", "")) and path != "/":
        for written in (path.encode("unicode_escape").decode("ascii"), path):
            message = message.replace(written, _route(record.request))  # type: ignore[attr-defined]
    if record.exc_info and (error := record.exc_info[1]):
        for text in (repr(error), str(error)):
            if text:
                message = message.replace(text, type(error).__name__)
    return message


def _route(request: Any) -> str:
    """The pattern of the address: what was typed in its place may be a name."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else _UNKNOWN_ROUTE


def _error(error: BaseException) -> list[dict[str, Any]]:
    """An exception and those that caused it, the last one first: classes and places, never texts."""
    found: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(found) < 5:
        place = traceback.extract_tb(current.__traceback__)
        described: dict[str, Any] = {
            "type": f"{type(current).__module__}.{type(current).__qualname__}",
            "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in place],
        }
        diagnostic = getattr(current, "diag", None)
        for name, value in (
            ("sqlstate", getattr(current, "sqlstate", None)),
            ("table", getattr(diagnostic, "table_name", None)),
            ("constraint", getattr(diagnostic, "constraint_name", None)),
        ):
            if value:
                described[name] = value
        found.append(described)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found
