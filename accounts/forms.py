"""Sign-in."""

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """E-mail and password, with one sentence for every failure."""

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
        password.widget.attrs["maxlength"] = "128"
        password.widget.attrs |= {"autocomplete": "current-password"}

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()
