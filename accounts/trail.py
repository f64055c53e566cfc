"""What sign-in leaves in the trail: ids and codes, never an address nor a machine."""

from typing import Final

from core import clock
from core.marks import Marks
from core.models import AuditEntry

SIGNED_IN: Final = "signed_in"
SIGNED_OUT: Final = "signed_out"
WRONG_PASSWORD: Final = "wrong_password"  # noqa: S105 - a code of the trail
WRONG_CODE: Final = "wrong_code"
REFUSED: Final = "too_many"
FACTOR_ADDED: Final = "factor_added"
FACTOR_REMOVED: Final = "factor_removed"
RECOVERY_MADE: Final = "recovery_made"
RECOVERY_USED: Final = "recovery_used"
PASSWORD_CHANGED: Final = "password_changed"  # noqa: S105 - a code of the trail
RESET_ASKED: Final = "reset_asked"
SESSIONS_ENDED: Final = "sessions_ended"


def note(user_id: int | None, what: str, *, how: str = "") -> None:
    """Write a line: ``what`` happened to an account (None: no such account), by what means."""
    entry = AuditEntry(
        at=clock.now(),
        kind=AuditEntry.Kind.SIGN_IN,
        user_id=user_id,
        subject_kind="account",
        detail=f"{what}:{how}" if how else what,
    )
    Marks.write([entry])
