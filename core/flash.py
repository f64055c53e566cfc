"""The message shown on the next page ("C'est enregistré"), carried by a cookie that only this host may set."""

from django.contrib.messages.storage.cookie import CookieStorage


class HostCookieStorage(CookieStorage):
    """In production: browsers accept a ``__Host-`` cookie over HTTPS, from the host itself, for all its paths."""

    cookie_name = "__Host-messages"
