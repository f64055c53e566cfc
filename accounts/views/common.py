"""What the views of sign-in share."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts import entry, limits
from core import clock
from core.views import View, may, without_scope, writes


def too_many(error: limits.TooManyAttempts) -> HttpResponse:
    """The page that says when to try again."""
    response = render(None, "accounts/too_many.html", {"until": error.until}, status=429)
    response["Retry-After"] = str(max(1, int((error.until - clock.now()).total_seconds())))
    return response


def entrance(view: View) -> View:
    """A page for somebody who is not signed in yet.

    Outside the scope, hence outside its transaction: what is counted at the door stays counted whatever comes
    next, and no lock on a count is held while a password is hashed. No youth's data is in reach there.
    """

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.TooManyAttempts as error:
            return too_many(error)

    return without_scope(writes(login_not_required(sensitive_post_parameters()(counted))))


def own(view: View) -> View:
    """A page of somebody's own locks, counted like the entrance and outside the scope for the same reason."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.TooManyAttempts as error:
            return too_many(error)

    return without_scope(writes(may("change_own_locks")(sensitive_post_parameters()(counted))))


def fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Asks for the password again when the person has not proved who they are for ten minutes."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_confirm(request) or view(request, *args, **kwargs)

    return checked


def to_confirm(request: HttpRequest) -> HttpResponse | None:
    """The way to the password, when the person has not proved who they are for ten minutes."""
    if entry.is_fresh(request):
        return None
    return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': request.get_full_path()}, safe='/')}")
