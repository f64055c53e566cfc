"""Passkeys: the key of a device or a security key, as a second factor (WebAuthn, by Yubico's ``fido2``)."""

import json
import struct
from typing import Any

from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.factors import ISSUER
from accounts.models import Passkey, User
from core import clock

_STATE = "passkey_state"
# What a browser may send: the rest is not read.
MOST_CHARACTERS = 20_000
# What the library raises on an answer that is not one (lists in lists without end included).
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, struct.error)


class Refused(ValueError):
    """The browser's answer proves nothing."""


def _server(request: HttpRequest) -> Fido2Server:
    """The checks for the address on which the portal is visited: a key works there and nowhere else."""
    host = request.get_host().partition(":")[0]
    return Fido2Server(PublicKeyCredentialRpEntity(name=ISSUER, id=host))


def _credentials(user_id: int) -> list[AttestedCredentialData]:
    keys = Passkey.objects.filter(user=user_id).order_by("pk").values_list("credential", flat=True)
    return [AttestedCredentialData(bytes(key)) for key in keys]


def ask_new(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a key; the challenge is kept in the session."""
    options, state = _server(request).register_begin(
        # The identifier that the device keeps names nobody.
        PublicKeyCredentialUserEntity(
            id=str(user.pk).encode(), name=user.email, display_name=user.get_full_name()
        ),
        credentials=_credentials(user.pk),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    request.session[_STATE] = state
    return dict(options)


def _answer(request: HttpRequest, text: str) -> tuple[Any, Any]:
    """The challenge, which serves once, and what the browser says. Raises Refused."""
    state = request.session.pop(_STATE, None)
    if state is None or len(text) > MOST_CHARACTERS:
        raise Refused
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused from error
    if not isinstance(answer, dict):
        raise Refused
    return state, answer


def add(request: HttpRequest, user: User, name: str, text: str) -> Passkey:
    """Keep the key that the browser made. Raises Refused."""
    state, answer = _answer(request, text)
    try:
        made = _server(request).register_complete(state, answer)
    except MALFORMED as error:
        raise Refused from error
    credential = made.credential_data
    if credential is None or Passkey.objects.filter(credential_id=credential.credential_id).exists():
        raise Refused
    return Passkey.objects.create(
        user=user,
        name=name,
        credential_id=credential.credential_id,
        credential=bytes(credential),
        sign_count=made.counter,
    )


def ask_known(request: HttpRequest, user_id: int) -> dict[str, Any]:
    """What the browser needs to use one of the user's keys; the challenge is kept in the session."""
    options, state = _server(request).authenticate_begin(
        _credentials(user_id), user_verification=UserVerificationRequirement.PREFERRED
    )
    request.session[_STATE] = state
    return dict(options)


def spend(request: HttpRequest, user_id: int, text: str) -> None:
    """Accept the browser's answer, once. Raises Refused."""
    state, answer = _answer(request, text)
    try:
        used = _server(request).authenticate_complete(state, _credentials(user_id), answer)
        counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except MALFORMED as error:
        raise Refused from error
    key = Passkey.objects.get(user=user_id, credential_id=used.credential_id)
    if counter and counter <= key.sign_count:
        # A copy of the key has been used: the standard's sign of a cloned device.
        raise Refused
    Passkey.objects.filter(pk=key.pk).update(sign_count=counter, last_used_at=clock.now())
