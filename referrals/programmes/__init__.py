"""Programmes (dispositifs): one module each, gathered in a closed registry.

Use ``programmes.get(code)``, ``programmes.all()``, ``programmes.for_sender(network)``.
"""

from referrals.programmes.registry import all, choices, for_recipient, for_sender, get  # noqa: A004

__all__ = ["all", "choices", "for_recipient", "for_sender", "get"]
