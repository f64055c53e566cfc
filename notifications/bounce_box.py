"""The box where delivery reports arrive: a Maildir directory or an mbox file, read by the worker or by hand."""

import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from notifications import bounces

# In one reading; the rest waits for the next one.
MOST = 500
# What the box says of a message that was looked at, and is no report of a dead address.
_SEEN = {mailbox.Maildir: "S", mailbox.mbox: "R"}

type Box = mailbox.Maildir | mailbox.mbox


def read(path: Path) -> int:
    """Tell of each dead address that the reports of a box name, and take these reports out; returns how many addresses.

    What is no such report stays, marked as read, for somebody to look at. A reading that is cut short is done again:
    telling twice of an address tells nothing more. Raises FileNotFoundError, and mailbox.Error for a locked box.
    """
    told = 0
    with _opened(path) as box:
        for key in _unseen(box)[:MOST]:
            addresses = bounces.addresses_of(box.get_bytes(key))
            for address in addresses:
                bounces.bounced(address)
            told += len(addresses)
            if addresses:
                box.discard(key)
            else:
                _mark(box, key)
    return told


def read_configured() -> int:
    """Read the box of the settings, when there is one (the worker's round)."""
    return read(Path(settings.BOUNCE_MAILBOX)) if settings.BOUNCE_MAILBOX else 0


@contextmanager
def _opened(path: Path) -> Iterator[Box]:
    if not path.exists():
        raise FileNotFoundError(path)
    box: Box = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    # Of a Maildir, nothing is locked; of an mbox, the server that delivers there waits.
    box.lock()
    try:
        yield box
        box.flush()
    finally:
        box.unlock()
        box.close()


def _unseen(box: Box) -> list[str]:
    flag = _SEEN[type(box)]
    return [key for key in box.keys() if flag not in box[key].get_flags()]  # noqa: SIM118 - a box iterates on messages


def _mark(box: Box, key: str) -> None:
    message = box[key]
    message.add_flag(_SEEN[type(box)])
    if isinstance(message, mailbox.MaildirMessage):
        message.set_subdir("cur")
    box[key] = message  # type: ignore[assignment]
