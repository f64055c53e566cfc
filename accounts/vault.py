"""Small secrets at rest, encrypted under ``SECRET_KEY``: a copy of the database does not open anybody's account.

Keys of ``SECRET_KEY_FALLBACKS`` still decrypt, so that the key can be changed.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_SALT = b"accounts.vault:"


class Unreadable(ValueError):
    """The secret was encrypted under a key that is gone."""


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(_SALT + key.encode()).digest())) for key in keys])


def close(text: str) -> str:
    """Encrypt."""
    return _box().encrypt(text.encode()).decode()


def open_(sealed: str) -> str:
    """Decrypt. Raises Unreadable."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error
