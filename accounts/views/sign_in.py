"""Sign-in and sign-out. The demo's one-click door exists only with the embedded database."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import entry, factors, limits, passkeys, proconnect, trail
from accounts.forms import CodeForm, SignInForm
from accounts.models import User
from accounts.views.common import entrance
from core.hooks import demo_people
from core.views import writes


@entrance
def sign_in(request: HttpRequest) -> HttpResponse:
    """First step: an e-mail address and a password."""
    next_url = entry.next_page(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("home")
        if (unproven := request.unproven) is not None:  # type: ignore[attr-defined]
            return entry.begin(request, unproven, next_url=next_url, how="session")
        entry.warn_if_closed(request)
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        assert isinstance(user, User)
        return entry.begin(request, user, next_url=next_url, how="password")
    people = demo_people() if settings.DEMO else []
    context = {"form": form, "people": people, "next": next_url, "proconnect": bool(settings.PROCONNECT)}
    return render(request, "accounts/sign_in.html", context)


@entrance
def challenge(request: HttpRequest) -> HttpResponse:
    """Second step: a code, or a key."""
    who = entry.awaited(request)
    if who is None:
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST if request.method == "POST" and "code" in request.POST else None)
    refused = False
    if request.method == "POST":
        how = _second_proof(request, who.user, form)
        if how:
            return entry.finish(request, who, proven=how)
        refused = not form.is_bound
    mine = factors.of(who.user.pk)
    context = {
        "form": form,
        "refused": refused,
        "app": mine.app,
        "options": passkeys.ask_known(request, who.user.pk) if mine.passkeys else None,
    }
    return render(request, "accounts/challenge.html", context)


def _second_proof(request: HttpRequest, user: User, form: CodeForm) -> str | None:
    """By what the second step is passed; None when it is not. Raises TooManyAttempts."""
    if form.is_bound and not form.is_valid():
        return None
    device = entry.known_device(request, user.pk)
    try:
        tried = limits.attempt("code", str(user.pk), limits.client_address(request), device=device)
    except limits.TooManyAttempts:
        trail.note(user.pk, trail.REFUSED, how="code")
        raise
    how = factors.spend(user.pk, form.cleaned_data["code"]) if form.is_bound else _by_passkey(request, user)
    if how is None:
        trail.note(user.pk, trail.WRONG_CODE)
        if form.is_bound:
            form.add_error(
                "code", "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, puis réessayez."
            )
        return None
    tried.succeeded()
    if how == factors.BY_RECOVERY:
        trail.note(user.pk, trail.RECOVERY_USED)
    return how


def _by_passkey(request: HttpRequest, user: User) -> str | None:
    try:
        passkeys.spend(request, user.pk, request.POST.get("credential", ""))
    except passkeys.Refused:
        return None
    return factors.BY_PASSKEY


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
    next_url = "/admin/" if user.is_staff else entry.next_page(request)
    return entry.finish(request, entry.Awaited(user, next_url, "demo"), proven="demo")


@writes
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out: the session ends, and the browser forgets what it kept of the portal."""
    elsewhere = None
    if request.method == "POST":
        elsewhere = proconnect.sign_out_address(request, request.build_absolute_uri(reverse("home")))
        if request.user.is_authenticated:
            trail.note(request.user.pk, trail.SIGNED_OUT)
        logout(request)
    response = redirect(elsewhere or "home")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
