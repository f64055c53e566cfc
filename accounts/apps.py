from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from accounts import mails, personal_data
        from accounts.models import User
        from core.history import track
        from core.hooks import outbox_handlers, outbox_words

        user_logged_in.connect(_remember, dispatch_uid="accounts.sessions")
        outbox_handlers.register(mails.RESET, mails.send_reset)
        outbox_handlers.register(mails.TOLD, mails.send_told)
        outbox_words.register(mails.RESET, "Courriel : mot de passe à choisir")
        outbox_words.register(mails.TOLD, "Courriel : un compte a changé")
        personal_data.register()
        # That a password changed is told; neither the old nor the new hash ever is.
        track(User, subject_kind="user", subject="id", masked=("password",), ignored=("last_login",))


def _remember(sender: Any, request: Any, **kwargs: Any) -> None:
    from accounts import sessions

    sessions.remember(request)
