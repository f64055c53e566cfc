"""What one does with one's own rows, outside the scope of an organisation."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from core.scope import apply_scope

_NOBODY = ("", "", "", "")


@contextmanager
def acting_alone(user_id: int) -> Iterator[None]:
    """A transaction of one person, for no organisation: the history says who, and policies show what is theirs."""
    with transaction.atomic():
        apply_scope((str(user_id), "", "", ""))
        yield
        apply_scope(_NOBODY)
