"""What a programme shows before a referral to it is written, and what is known already of its questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.acting import Acting
from core.hooks import Registry
from youths.models import Youth


@dataclass(frozen=True, slots=True)
class Foreword:
    """A panel of the page, and the answers that it proposes, by the name of the programme's question."""

    template: str
    context: Mapping[str, Any]
    proposed: Mapping[str, Any] = field(default_factory=dict)


# Programme code -> what stands before a referral to it for a youth (one query).
forewords: Registry[Callable[[Acting, Youth], Foreword]] = Registry("forewords")
