"""Querysets without an order come back shuffled: code that counts on the order of insertion fails today."""

import random
from collections.abc import Callable
from typing import Any


def fetch_all(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """``QuerySet._fetch_all`` that shuffles what has no order."""

    def shuffled(self: Any) -> None:
        fresh = self._result_cache is None
        original(self)
        if fresh and not self.ordered and not self.query.is_sliced and isinstance(self._result_cache, list):
            random.shuffle(self._result_cache)

    return shuffled
