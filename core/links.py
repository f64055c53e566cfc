"""Signed links: a seed that only waits, a token made from it, and the hash that is kept.

The token is an HMAC of the seed under ``SECRET_KEY``: what waits in the outbox or in a session opens nothing by
itself, and the same mail can be written again at each attempt. The table keeps its SHA-256.
"""

import hashlib
import hmac
import secrets

from django.conf import settings


def new_seed() -> str:
    """A random seed of 256 bits."""
    return secrets.token_urlsafe(32)


def token_of(purpose: str, seed: str) -> str:
    """The token of a link, from its seed: the same each time."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{seed}".encode(), hashlib.sha256)
    return digest.hexdigest()


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
