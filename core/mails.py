"""Handing a mail to the server: what its answers mean. ``subject`` and ``body`` name nobody, here as everywhere.

Three answers are told apart (ADR 0031): the server is away, which says nothing of the mail; the address is dead, which
somebody has to mend; the mail itself is refused, and is tried again a few times before it is put aside.
"""

import re
from hashlib import sha256
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMessage

from core.hooks import mail_bounced
from core.outbox import Unreachable

# Of the whole server, whichever mail it is given; 421 is "service not available, closing" (RFC 5321, §3.8).
_AWAY = (
    SMTPAuthenticationError, SMTPConnectError, SMTPHeloError, SMTPNotSupportedError, SMTPServerDisconnected,
)  # fmt: skip
_CLOSING = 421
# Bad mailbox, bad domain, mailbox that moved, mailbox closed (RFC 3463, §3.2 and §3.3). Other refusals are about us.
_DEAD = re.compile(rb"(?<![\d.])5\.(?:1\.[1236]|1\.10|2\.1)(?![\d.])")


def send(address: str, subject: str, body: str, effect: str) -> None:
    """Send a text to an address. Raises Unreachable when no mail can leave, and what the server says of this one.

    An address that the server knows to be dead is told to ``core.hooks.mail_bounced``: nothing is tried again.
    """
    message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    # The same effect has the same identifier: a worker killed between the server's answer and its own COMMIT
    # sends it again, and mail servers can drop the second one.
    message.extra_headers["Message-ID"] = f"<{sha256(effect.encode()).hexdigest()[:32]}@portail>"
    try:
        message.send()
    except SMTPRecipientsRefused as refusal:
        if not all(is_dead(answer) for _, answer in refusal.recipients.values()):
            raise
        mail_bounced(address)
    except _AWAY as error:
        raise Unreachable from error
    except SMTPResponseException as error:
        if error.smtp_code != _CLOSING:
            raise
        raise Unreachable from error
    except SMTPException:
        raise
    except OSError as error:
        raise Unreachable from error


def is_dead(answer: bytes) -> bool:
    """Whether a server's words say that nobody will ever read this address (by its enhanced status code)."""
    return bool(_DEAD.search(answer))
