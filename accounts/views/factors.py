"""My second factor: enrol one, add or remove keys, keep recovery codes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import entry, factors, limits, mails, passkeys, sessions, trail, vault
from accounts.forms import AppForm, PasskeyForm
from accounts.models import AuthenticatorApp, Passkey, User
from accounts.requests import SignedInRequest
from accounts.views.common import entrance, fresh, own
from core.views import may, reads

# Kept encrypted in the session, for as long as they must be shown.
_SECRET, _CODES, _ONWARD = "new_secret", "new_codes", "codes_next"
# How a mail names a factor.
_WORDS = {"app": "Une application de codes", "passkey": "Une clé d’accès"}


def _secret(request: HttpRequest) -> str:
    """The secret being enrolled: the same on every look at the page, so that a telephone scans it once."""
    if sealed := request.session.get(_SECRET):
        return vault.open_(sealed)
    secret = factors.new_secret()
    request.session[_SECRET] = vault.close(secret)
    return secret


def _enrolled(request: HttpRequest, user: User, what: str) -> None:
    """A factor was added: new recovery codes for who has none, a line in the trail, a new key for the session."""
    request.session.pop(_SECRET, None)
    trail.note(user.pk, trail.FACTOR_ADDED, how=what)
    mails.tell(user.pk, f"{_WORDS[what]} a été ajoutée à votre compte.")
    if not factors.of(user.pk).recovery_codes:
        _new_codes(request, user)


def _new_codes(request: HttpRequest, user: User) -> None:
    request.session[_CODES] = vault.close("\n".join(factors.make_recovery_codes(user)))
    trail.note(user.pk, trail.RECOVERY_MADE)


def _new_app(request: HttpRequest, user: User, form: AppForm) -> bool:
    """Whether the code of the new application is right; else the form says so. Raises TooManyAttempts."""
    tried = limits.attempt("enrol", str(user.pk), limits.client_address(request), device="")
    if not factors.add_app(user, _secret(request), form.cleaned_data["code"]):
        form.add_error(
            "code", "Ce n’est pas le bon code. Vérifiez l’heure du téléphone, puis attendez le suivant."
        )
        return False
    tried.succeeded()
    _enrolled(request, user, "app")
    return True


def _app_context(request: HttpRequest, user: User, form: AppForm) -> dict[str, Any]:
    secret = _secret(request)
    address = factors.address_of(user, secret)
    return {
        "form": form,
        "qr": factors.qr_svg(address),
        "secret": factors.in_groups(secret),
        "address": address,
    }


@entrance
def enrol(request: HttpRequest) -> HttpResponse:
    """Second step of somebody who has no second factor yet: they add one before anything else."""
    who = entry.awaited(request)
    if who is None or factors.of(who.user.pk).any:
        return redirect("accounts:sign_in")
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _new_app(request, who.user, form):
        return _let_in(request, who, "app")
    return render(request, "accounts/enrol.html", _app_context(request, who.user, form))


@entrance
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """The same with a key instead of an application."""
    who = entry.awaited(request)
    if who is None or factors.of(who.user.pk).any:
        return redirect("accounts:sign_in")
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _new_passkey(request, who.user, form):
        return _let_in(request, who, "passkey")
    options = passkeys.ask_new(request, who.user)
    context = {"form": form, "options": options, "cancel_url": reverse("accounts:enrol")}
    return render(request, "accounts/passkey.html", context)


def _let_in(request: HttpRequest, who: entry.Awaited, proven: str) -> HttpResponse:
    request.session[_ONWARD] = who.next_url
    onward = entry.Awaited(who.user, reverse("accounts:recovery_codes"), who.how)
    return entry.finish(request, onward, proven=proven)


def _new_passkey(request: HttpRequest, user: User, form: PasskeyForm) -> bool:
    try:
        passkeys.add(request, user, form.cleaned_data["name"], form.cleaned_data["credential"])
    except passkeys.Refused:
        form.add_error(None, "La clé n’a pas répondu comme attendu. Réessayez.")
        return False
    _enrolled(request, user, "passkey")
    return True


# --- Once signed in -------------------------------------------------------------------------


def _changed(request: SignedInRequest, what: str) -> HttpResponse:
    """After a change of one's own locks: a new key for this session, and the others end."""
    sessions.rotate(request)
    request.session[entry.PROVEN] = what
    sessions.end_all(request.user.pk, except_key=request.session.session_key)
    if _CODES in request.session:
        request.session[_ONWARD] = reverse("accounts:account")
        return redirect("accounts:recovery_codes")
    messages.success(request, "C’est enregistré. Vos autres connexions sont fermées.")
    return redirect("accounts:account")


@own
@fresh
def add_app(request: SignedInRequest) -> HttpResponse:
    """Add an application, or replace the one of an old telephone."""
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _new_app(request, request.user, form):
        return _changed(request, "app")
    return render(request, "accounts/app.html", _app_context(request, request.user, form))


@own
@fresh
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """Add a key."""
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _new_passkey(request, request.user, form):
        return _changed(request, "passkey")
    options = passkeys.ask_new(request, request.user)
    context = {"form": form, "options": options, "cancel_url": reverse("accounts:account")}
    return render(request, "accounts/passkey.html", context)


def _mine(request: SignedInRequest) -> AuthenticatorApp | Passkey | None:
    """The factor that the address names: one of my keys (404 for anything else), else my application."""
    if "cle" not in request.GET:
        return AuthenticatorApp.objects.filter(user=request.user).first()
    key = request.GET["cle"]
    if not (key.isdecimal() and len(key) < 19):
        raise Http404
    return get_object_or_404(Passkey, pk=int(key), user=request.user)


@own
@fresh
def remove_factor(request: SignedInRequest) -> HttpResponse:
    """Remove the application or a key, once what follows was read; never the last one where one is required."""
    factor = _mine(request)
    if factor is None:
        return redirect("accounts:account")
    last = factors.of(request.user.pk).count == 1
    try:
        if settings.MFA_REQUIRED and last:
            raise factors.OnlyFactor
        if request.method != "POST":
            name = factor.name if isinstance(factor, Passkey) else "L’application de codes"
            return render(request, "accounts/remove_factor.html", {"name": name, "last": last})
        factors.remove(factor)
    except factors.OnlyFactor:
        messages.error(
            request, "C’est votre seul moyen de vérification : ajoutez-en un autre avant de le retirer."
        )
        return redirect("accounts:account")
    # Codes that were never read belong to what is gone: they are not shown.
    request.session.pop(_CODES, None)
    trail.note(request.user.pk, trail.FACTOR_REMOVED)
    what = "passkey" if isinstance(factor, Passkey) else "app"
    mails.tell(request.user.pk, f"{_WORDS[what]} a été retirée de votre compte.")
    return _changed(request, request.session.get(entry.PROVEN, ""))


@own
@fresh
def renew_codes(request: SignedInRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    if request.method == "POST" and factors.of(request.user.pk).any:
        _new_codes(request, request.user)
        mails.tell(request.user.pk, "De nouveaux codes de secours ont remplacé les anciens.")
        request.session[_ONWARD] = reverse("accounts:account")
        return redirect("accounts:recovery_codes")
    return redirect("accounts:account")


def _codes(request: HttpRequest) -> list[str]:
    sealed = request.session.get(_CODES)
    return vault.open_(sealed).split("\n") if sealed else []


@own
def recovery_codes(request: SignedInRequest) -> HttpResponse:
    """My new recovery codes: shown until I say that I have kept them, then never again."""
    if request.method == "POST":
        request.session.pop(_CODES, None)
        return redirect(request.session.pop(_ONWARD, None) or "home")
    codes = _codes(request)
    if not codes:
        return redirect("accounts:account")
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@reads
@may("read_own_account")
def download_codes(request: SignedInRequest) -> HttpResponse:
    """The same, as a text file."""
    codes = _codes(request)
    if not codes:
        raise Http404
    text = "Trait d’union : codes de secours (chacun sert une fois)\r\n\r\n" + "\r\n".join(codes) + "\r\n"
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return response
