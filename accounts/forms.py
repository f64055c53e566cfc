"""Forms of sign-in, of the second factor and of passwords."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from accounts import entry, limits, trail
from accounts.models import User

MOST_CHARACTERS = 128
CHOOSING = (
    "Au moins 12 caractères, par exemple quatre mots sans lien entre eux. Vous pouvez le coller depuis un "
    "gestionnaire de mots de passe."
)


def _password(label: str, autocomplete: str, **more: Any) -> forms.CharField:
    """A field for a password: it can be pasted and filled by a manager, and is never sent back."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": str(MOST_CHARACTERS)})
    return forms.CharField(label=label, strip=False, max_length=MOST_CHARACTERS, widget=widget, **more)


class SignInForm(AuthenticationForm):
    """E-mail and password, with one sentence for every failure. ``is_valid`` raises TooManyAttempts."""

    error_messages = {
        "invalid_login": "Adresse ou mot de passe incorrect. Vérifiez les majuscules et réessayez.",
        "inactive": "Adresse ou mot de passe incorrect. Vérifiez les majuscules et réessayez.",
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        username, password = self.fields["username"], self.fields["password"]
        username.label, password.label = "Adresse électronique", "Mot de passe"
        username.widget.input_type = "email"
        username.widget.attrs |= {"autocomplete": "username", "autofocus": False}
        password.widget.attrs["maxlength"] = str(MOST_CHARACTERS)
        password.widget.attrs |= {"autocomplete": "current-password"}

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()

    def clean(self) -> dict[str, Any]:
        """Count, then check. The same questions are asked whether the account exists or not."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        assert self.request is not None
        user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
        address = limits.client_address(self.request)
        device = entry.known_device(self.request, user_id)
        try:
            tried = limits.attempt("password", email, address, device=device)
        except limits.TooManyAttempts:
            trail.note(user_id, trail.REFUSED, how="password")
            raise
        if len(password) <= MOST_CHARACTERS:
            self.user_cache = authenticate(self.request, username=email, password=password)
        if self.user_cache is None:
            trail.note(user_id, trail.WRONG_PASSWORD)
            raise self.get_invalid_login_error()
        tried.succeeded()
        return self.cleaned_data


class CodeForm(forms.Form):
    """Six digits of the application, or a recovery code."""

    code = forms.CharField(
        label="Code de vérification",
        max_length=20,
        help_text="Les six chiffres de votre application, ou l’un de vos codes de secours.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class AppForm(forms.Form):
    """The first code of an application that is being added."""

    code = forms.CharField(
        label="Code affiché par l’application",
        max_length=10,
        help_text="Six chiffres, qui changent toutes les trente secondes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class _Once(forms.HiddenInput):
    """A hidden field that a page never sends back: what it held has served."""

    def format_value(self, value: Any) -> None:
        return None


class PasskeyForm(forms.Form):
    """The name of a key, and what the browser says of it."""

    name = forms.CharField(
        label="Nom de la clé",
        max_length=40,
        help_text="Pour la reconnaître : « mon téléphone », « clé du bureau »…",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = forms.CharField(widget=_Once, required=False)


class ConfirmForm(forms.Form):
    """One's password once more, before changing one's own locks. ``is_valid`` raises TooManyAttempts."""

    password = _password("Mot de passe", "current-password")

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        check_own_password(self.request, self.cleaned_data["password"])
        return ""


def check_own_password(request: Any, password: str) -> None:
    """Check the password of the person who is signed in, counted like a sign-in.

    Raises ValidationError, TooManyAttempts.
    """
    user, address = request.user, limits.client_address(request)
    device = entry.known_device(request, user.pk)
    tried = limits.attempt("password", user.email, address, device=device)
    if not user.check_password(password):
        trail.note(user.pk, trail.WRONG_PASSWORD, how="confirm")
        raise ValidationError("Ce n’est pas votre mot de passe actuel.")
    tried.succeeded()


class NewPasswordForm(forms.Form):
    """Choose a password for a user (reset, invitation): ``form.save()`` sets it and saves the user."""

    password = _password("Nouveau mot de passe", "new-password", help_text=CHOOSING)
    again = _password("Le même, encore une fois", "new-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "Les deux saisies ne sont pas les mêmes.")
        return cleaned

    def save(self) -> User:
        """Set the password: every session and reset link of the user is void from now on."""
        self.user.set_password(self.cleaned_data["password"])
        self.user.save(update_fields=["password"])
        return self.user


class PasswordChangeForm(NewPasswordForm):
    """One's own password. ``is_valid`` raises TooManyAttempts."""

    current = _password("Mot de passe actuel", "current-password")
    field_order = ["current", "password", "again"]

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request.user, *args, **kwargs)
        self.request = request

    def clean_current(self) -> str:
        check_own_password(self.request, self.cleaned_data["current"])
        return ""


class ResetForm(forms.Form):
    """Who lost their password."""

    email = forms.EmailField(
        label="Adresse électronique",
        help_text="Celle de votre compte.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()
