"""My account: what protects it, my password, and the way back when it is lost."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlsafe_base64_decode

from accounts import entry, factors, limits, mails, sessions, trail
from accounts.forms import ConfirmForm, NewPasswordForm, PasswordChangeForm, ResetForm
from accounts.models import AuthenticatorApp, Passkey, User
from accounts.own import acting_alone
from accounts.requests import SignedInRequest
from accounts.views.common import entrance, own
from core.views import may, reads

_RESET_TOKEN = "reset_token"  # noqa: S105 - the name of a mark in the session


@reads
@may("read_own_account")
def account(request: SignedInRequest) -> HttpResponse:
    """What protects my account."""
    context = {
        "app": AuthenticatorApp.objects.filter(user=request.user).first(),
        "keys": Passkey.objects.filter(user=request.user).order_by("created_at", "pk"),
        "factors": factors.of(request.user.pk),
    }
    return render(request, "accounts/account.html", context)


@own
def confirm(request: SignedInRequest) -> HttpResponse:
    """My password once more, before I change my own locks."""
    form = ConfirmForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry.confirm(request)
        return redirect(entry.next_page(request))
    return render(request, "accounts/confirm.html", {"form": form, "next": entry.next_page(request)})


@own
def change_password(request: SignedInRequest) -> HttpResponse:
    """Another password: my other sessions end, this one gets another key."""
    form = PasswordChangeForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting_alone(request.user.pk):
            form.save()
        update_session_auth_hash(request, request.user)
        sessions.end_all(request.user.pk, except_key=request.session.session_key)
        trail.note(request.user.pk, trail.PASSWORD_CHANGED)
        mails.tell(request.user.pk, "Votre mot de passe a été changé.")
        messages.success(request, "Votre mot de passe est changé. Vos autres connexions sont fermées.")
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@entrance
def reset(request: HttpRequest) -> HttpResponse:
    """Ask for another password. The answer is the same whether the account exists or not."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limits.count(limits.RESET_ADDRESS, limits.client_address(request))
        email = form.cleaned_data["email"]
        user_id = User.objects.filter(email=email, is_active=True).values_list("pk", flat=True).first()
        try:
            limits.count(limits.RESET_ACCOUNT, email)
        except limits.TooManyAttempts:
            pass  # enough mails were sent; nobody is told, since that would say that the account exists
        else:
            mails.ask_reset(user_id)
        trail.note(user_id, trail.RESET_ASKED)
        return redirect("accounts:reset_sent")
    return render(request, "accounts/reset.html", {"form": form})


@entrance
def reset_sent(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "accounts/reset_sent.html")


@entrance
def reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose another password, from the link of the mail. Nobody is signed in by it: the second factor stays due."""
    if token != "new":  # noqa: S105 - the word that stands in the address once the token is in the session
        # The link moves into the session at once, so that no address that leaves this page holds it.
        request.session[_RESET_TOKEN] = token
        return redirect("accounts:reset_confirm", uid, "new")
    user = _owner_of(uid)
    if user is None or not default_token_generator.check_token(user, request.session.get(_RESET_TOKEN, "")):
        return render(request, "accounts/reset_expired.html")
    form = NewPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting_alone(user.pk):
            form.save()
        request.session.pop(_RESET_TOKEN, None)
        sessions.end_all(user.pk)
        trail.note(user.pk, trail.PASSWORD_CHANGED, how="reset")
        mails.tell(user.pk, "Votre mot de passe a été changé par le lien « mot de passe oublié ».")
        messages.success(request, "Votre mot de passe est changé. Connectez-vous avec le nouveau.")
        return redirect("accounts:sign_in")
    return render(request, "accounts/reset_confirm.html", {"form": form})


def _owner_of(uid: str) -> User | None:
    try:
        pk = int(urlsafe_base64_decode(uid).decode())
    except (ValueError, UnicodeDecodeError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
