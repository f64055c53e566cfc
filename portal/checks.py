"""The house refuses to start with a page that the matrix of rights does not know."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from core.rights import Action, rights


@dataclass(frozen=True, slots=True)
class Route:
    """A route that the resolver knows: its full name, its address with holes, its view."""

    name: str
    pattern: str
    view: Any


def routes() -> list[Route]:
    """Every route of the portal, those of Django's administration included."""

    def walk(resolver: Any, prefix: str, space: str) -> Iterator[Route]:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, pattern, f"{space}{entry.namespace}:" if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                yield Route(f"{space}{entry.name or pattern}", pattern, entry.callback)

    return list(walk(get_resolver("portal.urls"), "", ""))


def _is_ours(view: Any) -> bool:
    """Whether a view is written in one of the rooms (a library's says nothing of the matrix)."""
    room = apps.get_containing_app_config(view.__module__)
    return room is not None and Path(room.path).parent == settings.BASE_DIR


def _broken_by(route: Route, actions: list[Action]) -> str:
    """What is wrong between a route and the matrix; empty when they agree."""
    if len(actions) != 1:
        return "in no action" if not actions else f"in {len(actions)} actions"
    (action,) = actions
    if action.models or not _is_ours(route.view):
        return ""
    if action.is_public != (getattr(route.view, "login_required", True) is False):
        return (
            f"{action.code} is {'' if action.is_public else 'not '}for anybody, and the view says otherwise"
        )
    if not action.is_public and getattr(route.view, "action", None) != action.code:
        return (
            f"the view is for {getattr(route.view, 'action', 'nothing')!r}, the matrix says {action.code!r}"
        )
    mode = getattr(route.view, "access_mode", None)
    if mode and mode != action.mode:
        return f"the view {mode}, {action.code} {action.mode}"
    return ""


def disagreements() -> list[str]:
    """Where the routes, the administration and the matrix of rights say different things."""
    matrix = rights()
    found = [
        f"{route.name}: {broken}"
        for route in routes()
        if (broken := _broken_by(route, matrix.of_route(route.name)))
    ]
    known = {route.name for route in routes()}
    for action in matrix.actions.values():
        gone = [name for name in action.routes if "*" not in name and name not in known]
        found += [f"{name}: a route of {action.code} that does not exist" for name in gone]
    written = {label for action in matrix.actions.values() for label in action.models}
    registered = {model._meta.label_lower for model in admin.site._registry}
    found += [
        f"{label}: in the administration or in the matrix, not in both" for label in written ^ registered
    ]
    return sorted(found)


@register("rights")
def rights_check(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The system check, run by every command."""
    return [Error(found, hint="See portal/rights/.", id="portal.E001") for found in disagreements()]


def refuse_to_start() -> None:
    """Raise ImproperlyConfigured when a page and the matrix disagree (a web server runs no system check)."""
    if found := disagreements():
        raise ImproperlyConfigured("; ".join(found))
