"""The second proof of who signs in: an application of codes, passkeys (:mod:`accounts.passkeys`), recovery codes.

A code by mail or by text message is no proof here (SECURITY §3.4).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import vault
from accounts.models import AuthenticatorApp, Passkey, RecoveryCode, User
from core import clock

ISSUER = "Trait d’union"
STEP_SECONDS = 30
# A telephone may be half a minute early or late.
DRIFT = (0, -1, 1)
CODES = 10
# Without the letters and figures that are taken for one another: 5 bits a character.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Factors:
    """What a user can prove themselves with."""

    app: bool
    passkeys: int
    recovery_codes: int

    @property
    def count(self) -> int:
        """How many factors: recovery codes are none, they stand in for one."""
        return self.app + self.passkeys

    @property
    def any(self) -> bool:
        return self.count > 0


def of(user_id: int) -> Factors:
    """The factors of a user."""
    return Factors(
        app=AuthenticatorApp.objects.filter(user=user_id).exists(),
        passkeys=Passkey.objects.filter(user=user_id).count(),
        recovery_codes=RecoveryCode.objects.filter(user=user_id).count(),
    )


# --- Application of codes (TOTP) ------------------------------------------------------------


def new_secret() -> str:
    """A secret of 160 bits, in base 32 as applications take it."""
    return pyotp.random_base32(32)


def address_of(user: User, secret: str) -> str:
    """The ``otpauth:`` address that a telephone reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def qr_svg(address: str) -> str:
    """The QR code as inline SVG, without style nor script."""
    return segno.make(address, error="m").svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff"
    )


def in_groups(secret: str) -> str:
    """A secret in groups of four, to be copied by hand."""
    return " ".join(re.findall(".{1,4}", secret))


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The thirty-second step whose code this is; None when it is not one of now."""
    now = int(at.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for drift in DRIFT:
        if constant_time_compare(generator.generate_otp(now + drift), code):
            return now + drift
    return None


def add_app(user: User, secret: str, code: str) -> bool:
    """Tie an application to a user, in place of a former one, once it has given a right code."""
    step = matching_step(secret, compact(code), clock.now())
    if step is None:
        return False
    AuthenticatorApp.objects.update_or_create(
        user=user,
        defaults={"secret": vault.close(secret), "last_step": step, "created_at": clock.now()},
    )
    return True


def _spend_app_code(user_id: int, code: str) -> bool:
    """Whether this is a code of the user's application that was not used yet. It is then spent."""
    app = AuthenticatorApp.objects.filter(user=user_id).first()
    if app is None:
        return False
    step = matching_step(vault.open_(app.secret), code, clock.now())
    if step is None:
        return False
    # One conditional statement: of two requests with one code, one alone passes.
    return AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step) == 1


# --- Recovery codes -------------------------------------------------------------------------


def compact(code: str) -> str:
    """A code without the spaces and hyphens of its presentation."""
    return re.sub(r"[\s-]+", "", code).lower()


def _digest(user_id: int, code: str, secret: str | None = None) -> str:
    return salted_hmac("accounts.recovery", f"{user_id}:{code}", secret, algorithm="sha256").hexdigest()


def make_recovery_codes(user: User) -> list[str]:
    """New recovery codes, in place of the former ones: shown once, kept as keyed hashes."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            [RecoveryCode(user=user, digest=_digest(user.pk, code)) for code in codes]
        )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _spend_recovery_code(user_id: int, code: str) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [_digest(user_id, code, key) for key in keys]
    return RecoveryCode.objects.filter(user=user_id, digest__in=digests).delete()[0] == 1


# --- Together -------------------------------------------------------------------------------

BY_APP, BY_RECOVERY, BY_PASSKEY = "app", "recovery", "passkey"


def spend(user_id: int, code: str) -> str | None:
    """Accept a code of the application or a recovery code, once; says which, or None."""
    code = compact(code)
    if re.fullmatch(r"\d{6}", code):
        return BY_APP if _spend_app_code(user_id, code) else None
    return BY_RECOVERY if _spend_recovery_code(user_id, code) else None


class OnlyFactor(Exception):
    """The last factor of somebody who must have one stays."""


def remove(factor: AuthenticatorApp | Passkey) -> None:
    """Remove one factor; recovery codes go with the last one, since they stand in for it. Raises OnlyFactor."""
    with transaction.atomic():
        # Two removals at once take turns: the second one finds what the first one left.
        User.objects.select_for_update().get(pk=factor.user_id)
        if settings.MFA_REQUIRED and of(factor.user_id).count < 2:
            raise OnlyFactor
        factor.delete()
        if not of(factor.user_id).any:
            RecoveryCode.objects.filter(user=factor.user_id).delete()


def remove_all(user_id: int) -> None:
    """Forget every factor of a user (a telephone lost with its codes): they enrol again at their next sign-in."""
    with transaction.atomic():
        AuthenticatorApp.objects.filter(user=user_id).delete()
        Passkey.objects.filter(user=user_id).delete()
        RecoveryCode.objects.filter(user=user_id).delete()
