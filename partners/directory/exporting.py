"""Organisations as the lines of the generic format: what is exported can be corrected and imported again."""

from collections.abc import Callable
from typing import Any

from core.exports import Cell
from partners.directory.catalogue import PORTAL
from partners.models import Department, Municipality, Organisation, Region

# What must be read with an organisation, so that a list of them costs one query.
RELATED = ("parent", "region", "department", "municipality", "successor")


def code(organisation: Organisation | None) -> str:
    """The code of an organisation; what the product ships with has one before any directory gave it."""
    if organisation is None:
        return ""
    return organisation.code or organisation.key.replace("_", "-")


def _place(place: Region | Department | Municipality | None) -> str:
    """A code and its name: a code alone loses its zeros in a spreadsheet."""
    return f"{place.pk} {place.name}" if place else ""


def _plain(name: str) -> Callable[[Organisation], Any]:
    return lambda organisation: getattr(organisation, name)


_FIELDS: dict[str, Callable[[Organisation], Cell]] = {
    "network": lambda one: one.get_network_display(),
    "level": lambda one: one.get_level_display(),
    "region": lambda one: _place(one.region),
    "department": lambda one: _place(one.department),
    "municipality": lambda one: _place(one.municipality),
    "is_sensitive": lambda one: "oui" if one.is_sensitive else "non",
}
_OTHERS: dict[str, Callable[[Organisation], Cell]] = {
    "Code": code,
    "Rattachement": lambda one: code(one.parent),
    "Remplacée par": lambda one: code(one.successor),
}
_BY_COLUMN = _OTHERS | {column: _FIELDS.get(name) or _plain(name) for name, column in PORTAL.fields.items()}
# Column of the generic format → what fills it, in the order of the format.
COLUMNS: dict[str, Callable[[Organisation], Cell]] = {column: _BY_COLUMN[column] for column in PORTAL.columns}
