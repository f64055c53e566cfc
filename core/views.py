"""A view says whether it reads or writes (STYLE, "A page read cannot write"), and what it is for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import rights

View = Callable[..., HttpResponse]


def reads(view: View) -> View:
    """A page: GET and HEAD only, in a READ ONLY transaction."""
    wrapped = never_cache(require_safe(view))
    wrapped.access_mode = "reads"  # type: ignore[attr-defined]
    return wrapped


def writes(view: View) -> View:
    """A form: GET shows it in a READ ONLY transaction, POST may write."""
    wrapped = never_cache(require_http_methods(["GET", "HEAD", "POST"])(view))
    wrapped.access_mode = "writes"  # type: ignore[attr-defined]
    return wrapped


def without_scope(view: View) -> View:
    """A view that touches neither the database nor anybody's data (health, public pages)."""
    view.scope_exempt = True  # type: ignore[attr-defined]
    return view


def may(code: str) -> Callable[[View], View]:
    """What the view is for, in the matrix of rights: 403 for an acting person whose role is not let in."""
    action = rights.action(code)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            acting = request.acting  # type: ignore[attr-defined]
            if not rights.may(acting, code):
                request.marks.denied(acting, action.about or "page", kwargs.get("uuid"))  # type: ignore[attr-defined]
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.action = code  # type: ignore[attr-defined]
        return checked

    return decorate
