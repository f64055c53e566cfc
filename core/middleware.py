"""The scope of a request: one transaction, one acting person, marks written before the answer leaves."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from core.acting import CHOSEN, Acting
from core.doors import LimitReached
from core.hooks import acting_resolver
from core.marks import Marks
from core.scope import _EMPTY, apply_scope, scope_values

SAFE = ("GET", "HEAD", "OPTIONS")


class ScopeMiddleware:
    """Open the transaction, set the scope, run the view, write the marks (DESIGN, "Scope")."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = None  # type: ignore[attr-defined]
        request.marks = marks = Marks()  # type: ignore[attr-defined]
        if _exempt(request):
            return self.get_response(request)
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            # A page fetched ahead of a click would be a reading that nobody did.
            return HttpResponse(status=503)
        with transaction.atomic():
            acting = self._set_scope(request)
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "scope_rollback", False):
                transaction.set_rollback(True)
        # A page may be given with a 409 (somebody moved first): it names people all the same.
        delivered = response.status_code < 500 and not getattr(request, "scope_rollback", False)
        if entries := marks.pending(delivered=delivered):
            with transaction.atomic():
                Marks.write(entries)
        if acting and marks.effects and response.status_code < 400:
            with transaction.atomic():
                apply_scope(scope_values(acting))
                for effect in marks.effects:
                    effect()
        if connection.in_atomic_block:
            # Only inside a test's transaction: elsewhere COMMIT has ended the scope.
            apply_scope(_EMPTY)
        return response

    def _set_scope(self, request: HttpRequest) -> Acting | None:
        acting = None
        if request.user.is_authenticated:
            acting = acting_resolver(request.user, request.session.get(CHOSEN))
        request.acting = acting  # type: ignore[attr-defined]
        if acting is None and request.method not in SAFE:
            # Nobody's scope, but the history says who: an administrator, somebody who signs in.
            apply_scope((str(request.user.pk or ""), "", "", ""))
        if request.method in SAFE:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
        return acting

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        mode = getattr(view, "access_mode", None)
        if mode is None and not _declared_elsewhere(view):
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} says neither reads nor writes")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        request.scope_rollback = True  # type: ignore[attr-defined]
        if isinstance(exception, LimitReached):
            return render(request, "429.html", {"limit": exception}, status=429)
        return None


def _exempt(request: HttpRequest) -> bool:
    try:
        view: Any = resolve(request.path_info).func
    except Resolver404:
        return True
    return getattr(view, "scope_exempt", False)


def _declared_elsewhere(view: Any) -> bool:
    """Django's own views (admin, static files) say what they do by their method."""
    return getattr(view, "scope_exempt", False) or view.__module__.startswith("django.")
