"""What a room above says of each youth in a list: a filter and some words (``core.hooks.list_sources``)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.acting import Acting


@dataclass(frozen=True, slots=True)
class ListSource:
    """One thing that people filter youths by, and read on their lines; its key is the parameter of the address.

    ``holding(acting, code)`` gives the identifiers of the youths of whom it is so, as far as this person needs to
    know; ``shown(acting)`` is the expression of their codes, for the youth whose key is ``OuterRef("pk")``. Both end
    in questions that are written once (``core.prepared``): they give the values to the database and look at none.
    """

    label: str
    anything: str
    choices: Callable[[], list[tuple[str, str]]]
    holding: Callable[[Acting, str], QuerySet[Any, Any]]
    shown: Callable[[Acting], Any]
    words: Callable[[str], str]
