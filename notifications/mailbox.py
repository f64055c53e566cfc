"""The mails of the demonstration: it sends nothing, keeps them in files, and shows them."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

ON_DISK = "django.core.mail.backends.filebased.EmailBackend"
# Django writes this line after each mail of a file.
END = b"-" * 79
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as somebody would read it."""

    to: str
    subject: str
    at: datetime | None
    body: str


def folder() -> Path | None:
    """Where the demonstration keeps its mails; None where mails are sent."""
    mailer = settings.MAILERS["default"]
    if not settings.DEMO or mailer["BACKEND"] != ON_DISK:
        return None
    return Path(mailer["OPTIONS"]["file_path"])


def latest(place: Path) -> list[Letter]:
    """The latest mails, the last one first."""
    found: list[Letter] = []
    files = sorted(place.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[:SHOWN]:
        mails = [part for part in file.read_bytes().split(b"\n" + END) if part.strip()]
        found += [_letter(part.lstrip(b"\n")) for part in reversed(mails)]
    return found[:SHOWN]


def _letter(written: bytes) -> Letter:
    message = BytesParser(EmailMessage, policy=default).parsebytes(written)
    try:
        at = parsedate_to_datetime(message["Date"]) if message["Date"] else None
    except ValueError:
        at = None
    text = message.get_body(("plain",))
    body = text.get_content().strip() if text else ""
    return Letter(str(message["To"] or ""), str(message["Subject"] or ""), at, body)
