"""Sign-in and sign-out. The demo's one-click door exists only with the embedded database."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import SignInForm
from accounts.models import User
from core.hooks import demo_people
from core.views import writes


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: a page of ours, else the home page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@writes
@login_not_required
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an e-mail address and a password."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect("home")
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if request.user.is_authenticated:
            # Django keeps the key of somebody who signs in twice.
            request.session.flush()
        login(request, form.get_user())
        return redirect(_next(request))
    people = demo_people() if settings.DEMO else []
    return render(request, "accounts/sign_in.html", {"form": form, "people": people, "next": _next(request)})


@writes
@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of the demo, in one click. 404 everywhere else."""
    if not settings.DEMO or request.method != "POST":
        raise Http404
    emails = {person.email for person in demo_people()}
    email = request.POST.get("email", "")
    user = User.objects.filter(email=email, is_active=True).first() if email in emails else None
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("admin:index" if user.is_staff else _next(request))


@writes
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out: the session ends, and the browser forgets what it kept of the portal."""
    if request.method == "POST":
        logout(request)
    response = redirect("home")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
