"""Mails that come back: what a delivery report says, and who is told."""

from email.message import Message
from email.parser import BytesParser

from core.hooks import mail_bounced
from core.mails import is_dead
from core.scope import system_scope

# A report is a few kilobytes; what is longer is no report.
LONGEST = 1_000_000


def bounced(address: str) -> None:
    """Say that mails to an address come back. Each room that knows it tells who can mend it."""
    with system_scope("a mail came back"):
        mail_bounced(address)


def addresses_of(report: bytes) -> list[str]:
    """The dead addresses of a delivery report (RFC 3464): failed for good, because nobody is there."""
    if len(report) > LONGEST:
        return []
    found = []
    for part in BytesParser().parsebytes(report).walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for recipient in part.get_payload():
            if isinstance(recipient, Message) and (address := _dead(recipient)):
                found.append(address)
    return found


def _dead(recipient: Message) -> str:
    status = str(recipient.get("Status", "")).encode()
    if str(recipient.get("Action", "")).strip().lower() != "failed" or not is_dead(status):
        return ""
    kind, _, address = str(recipient.get("Final-Recipient", "")).partition(";")
    return address.strip() if kind.strip().lower() == "rfc822" else ""
