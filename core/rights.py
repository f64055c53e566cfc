"""The matrix of rights: the files of ``settings.RIGHTS_FOLDER``, read by the code and by the tests (DESIGN, "Access").

A view names its action (``core.views.may``), the querysets ask for the relations of theirs, and a route that no
action claims stops the portal (``portal.checks``).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.acting import Acting

ANYBODY, SIGNED_IN, ADMINISTRATOR = "anybody", "signed_in", "administrator"
MODES = ("reads", "writes")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that people do: where, who by their role, who by their relation to the object."""

    code: str
    label: str
    routes: tuple[str, ...]
    mode: str
    roles: frozenset[str]
    # The kind of object, and the relations to it that are let in; without relations the role is enough.
    about: str = ""
    relations: frozenset[str] = frozenset()
    # The models of the administration.
    models: frozenset[str] = frozenset()

    @property
    def is_public(self) -> bool:
        return ANYBODY in self.roles

    def lets_in_role(self, role: str | None) -> bool:
        """Whether a role may come in at all, before the relation to the object is asked."""
        return self.is_public or role in self.roles or (role is not None and SIGNED_IN in self.roles)

    def lets_in(self, role: str | None, relation: str | None = None) -> bool:
        """The whole answer of the matrix for one role and one relation to the object."""
        if not self.lets_in_role(role):
            return False
        return not self.relations or relation in self.relations


@dataclass(frozen=True, slots=True)
class Rights:
    """The whole matrix."""

    roles: Mapping[str, str]
    relations: Mapping[str, str]
    actions: Mapping[str, Action]

    def of_route(self, name: str) -> list[Action]:
        """The actions that claim a route: exactly one, in a matrix that holds."""
        return [
            action
            for action in self.actions.values()
            if any(fnmatchcase(name, pattern) for pattern in action.routes)
        ]


def read(data: Mapping[str, Any]) -> Rights:
    """The matrix of the parsed files. Raises ImproperlyConfigured when it uses a word that it does not define."""
    roles, relations = data["roles"], data["relations"]
    actions = {}
    for code, written in data["actions"].items():
        fields = {
            key: frozenset(value) if key in ("roles", "relations", "models") else value
            for key, value in written.items()
        }
        try:
            action = Action(code=code, **fields | {"routes": tuple(written["routes"])})
        except (KeyError, TypeError) as error:
            raise ImproperlyConfigured(f"rights: {code}: {error}") from error
        unknown = (action.roles - set(roles)) | (action.relations - set(relations))
        if unknown or not action.roles or action.mode not in MODES:
            raise ImproperlyConfigured(f"rights: {code}: {sorted(unknown) or 'no role, or no such mode'}")
        if action.relations and not action.about:
            raise ImproperlyConfigured(f"rights: {code}: relations to what?")
        actions[code] = action
    return Rights(roles, relations, actions)


def gathered(folder: Path) -> dict[str, dict[str, Any]]:
    """What the files of a folder say, together. Raises ImproperlyConfigured when two of them name the same thing."""
    data: dict[str, dict[str, Any]] = {"roles": {}, "relations": {}, "actions": {}}
    for path in sorted(folder.glob("*.toml")):
        for table, written in tomllib.loads(path.read_text()).items():
            if table not in data:
                raise ImproperlyConfigured(f"rights: {path.name}: what is {table}?")
            if twice := sorted(data[table].keys() & written.keys()):
                raise ImproperlyConfigured(f"rights: {path.name}: {twice} written in two files")
            data[table] |= written
    return data


@cache
def rights() -> Rights:
    """The matrix of this portal."""
    return read(gathered(settings.RIGHTS_FOLDER))


def action(code: str) -> Action:
    """An action of the matrix. Raises ImproperlyConfigured when there is none."""
    try:
        return rights().actions[code]
    except KeyError:
        raise ImproperlyConfigured(f"rights: no action {code!r}") from None


def may(acting: Acting | None, code: str) -> bool:
    """Whether the role of the acting person is let in (the relation to an object is the door's business).

    What is for anybody signed in asks for no role: ``LoginRequiredMiddleware`` has already asked who it is.
    """
    roles = action(code).roles
    return SIGNED_IN in roles or (acting is not None and acting.role in roles)
