from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(_remember, dispatch_uid="accounts.sessions")


def _remember(sender: Any, request: Any, **kwargs: Any) -> None:
    from accounts import sessions

    sessions.remember(request)
