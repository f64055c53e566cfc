"""What a password must be: long enough, not one that leaked, not made of what everybody can guess.

No rule of composition (SECURITY §3.7, 6.x): length and novelty do more. Pasting is welcome. Forms that choose a
password subclass :class:`accounts.forms.NewPasswordForm`, which applies ``AUTH_PASSWORD_VALIDATORS``.
"""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from core.names import normalise

BREACHED = Path(__file__).resolve().parent / "data" / "breached-passwords.txt.gz"
# Words that every user of the portal has in mind.
CONTEXT = (
    "traitdunion",
    "missionlocale",
    "motdepasse",
    "password",
    "portail",
    "orientation",
    "azerty",
    "bonjour",
)
# What a long password must hold beside words of its context and repetitions.
OWN_CHARACTERS = 6


class MaximumLengthValidator:
    """Longer than this is a mistake, or an attack on the hash."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"Au plus {self.max_length} caractères.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"Au plus {self.max_length} caractères."


@cache
def _breached() -> frozenset[str]:
    return frozenset(gzip.decompress(BREACHED.read_bytes()).decode().split("\n"))


class BreachedPasswordValidator:
    """Refuse the passwords that have leaked, whatever their capitals and the year put at their end."""

    def validate(self, password: str, user: Any = None) -> None:
        lower = password.lower()
        if {lower, re.sub(r"[\d\W_]+$", "", lower)} & _breached():
            raise ValidationError(
                "Ce mot de passe figure dans des listes de mots de passe volés. Choisissez-en un autre.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return "Il ne doit pas figurer dans les listes de mots de passe volés."


def _words_of(user: Any) -> set[str]:
    """What can be guessed of somebody: their names, and the words of their address."""
    texts = [getattr(user, name, "") or "" for name in ("first_name", "last_name", "email")]
    words = {word for text in texts for word in normalise(text).split()}
    return words | {normalise(text).replace(" ", "") for text in texts[:2]}


class ContextValidator:
    """Refuse a password that is made of the portal's words, of one's own name or address, or of one repeated motif."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = normalise(password).replace(" ", "")
        words = {*CONTEXT, *(_words_of(user) if user is not None else ())}
        for word in sorted(words, key=len, reverse=True):
            if len(word) >= 4:
                rest = rest.replace(word, "")
        if rest.isascii() and len(set(rest)) < OWN_CHARACTERS and password.isascii():
            raise ValidationError(
                "Ce mot de passe se devine : il reprend votre nom, votre adresse, le nom du portail, ou un même "
                "motif répété. Choisissez par exemple quatre mots sans lien entre eux.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return "Il ne doit reprendre ni votre nom, ni votre adresse, ni le nom du portail."
