"""ProConnect, the State's sign-in of professionals, as an optional first step (OpenID Connect, by Authlib).

It says who somebody is; it opens nothing by itself. A person is known by ``sub``, which never changes. The first
time, the address that ProConnect vouches for and the SIRET must both be those of an account that exists and of an
organisation that its owner belongs to today: no account and no membership is ever made here, and our own second
factor is asked for as usual.
"""

import logging
from functools import cache
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts import vault
from accounts.models import ExternalIdentity, User
from core.hooks import sirets_of

logger = logging.getLogger(__name__)

SCOPES = "openid given_name usual_name email siret"
# What ProConnect signs with; never "none", never a shared secret.
ALGORITHMS = ["RS256", "ES256"]
TIMEOUT_SECONDS = 10
_ID_TOKEN = "proconnect_id_token"  # noqa: S105 - the name of a mark in the session


class Refused(Exception):
    """ProConnect did not answer as it should, or nobody here is who it names."""


@cache
def _client(client_id: str, secret: str, metadata: str) -> Any:
    oauth = OAuth()
    return oauth.register(
        "proconnect",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=metadata,
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
            "default_timeout": TIMEOUT_SECONDS,
            # Its tokens last a minute: Authlib's own margin, a minute too, would find each one expired.
            "leeway": 5,
        },
    )


def client() -> Any:
    """The client of the configured provider (its addresses and keys are read once per process)."""
    conf = settings.PROCONNECT
    return _client(
        conf["client_id"], conf["client_secret"], f"{conf['issuer']}/.well-known/openid-configuration"
    )


def leave_for(request: HttpRequest, back: str) -> HttpResponse:
    """Send the browser to ProConnect; it comes back to ``back``. Raises Refused when it cannot be reached."""
    try:
        return client().authorize_redirect(request, back)
    except (AuthlibBaseError, requests.RequestException, RuntimeError, ValueError) as error:
        raise _refused(error) from error


def _refused(error: Exception) -> Refused:
    # The kind of error alone: its text may hold a token.
    logger.warning("proconnect: %s", type(error).__name__)
    return Refused()


def come_back(request: HttpRequest) -> User:
    """The user that ProConnect vouches for, from the browser's return. Raises Refused."""
    provider = client()
    try:
        token = provider.authorize_access_token(request)
        identity = token["userinfo"]
        claims = _claims(provider, token, identity["sub"])
    except (
        AuthlibBaseError, JoseError, requests.RequestException, RuntimeError, ValueError, KeyError, TypeError,
    ) as error:  # fmt: skip
        raise _refused(error) from error
    user = _known(identity["sub"]) or _reconciled(identity["sub"], claims)
    if user is None:
        raise Refused
    request.session[_ID_TOKEN] = vault.close(token["id_token"])
    return user


def _claims(provider: Any, token: dict[str, Any], subject: str) -> dict[str, Any]:
    """What ProConnect says of the person: a signed answer, for us, about the same subject."""
    metadata = provider.load_server_metadata()
    answer = provider.get(metadata["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    keys = KeySet.import_key_set(provider.fetch_jwk_set())
    claims = jwt.decode(answer.text, keys, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": settings.PROCONNECT["client_id"]},
        sub={"essential": True, "value": subject},
    ).validate(claims)
    return claims


def _known(subject: str) -> User | None:
    return User.objects.filter(
        is_active=True,
        pk__in=ExternalIdentity.objects.filter(issuer=settings.PROCONNECT["issuer"], subject=subject).values(
            "user"
        ),
    ).first()


def _reconciled(subject: str, claims: dict[str, Any]) -> User | None:
    """The account of this address whose owner belongs to an organisation of this SIRET, linked from now on."""
    email, siret = str(claims.get("email", "")).strip().lower(), str(claims.get("siret", ""))
    if not email or not siret or claims.get("email_verified", True) is not True:
        return None
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or siret not in sirets_of(user.pk):
        return None
    try:
        with transaction.atomic():
            ExternalIdentity.objects.create(user=user, issuer=settings.PROCONNECT["issuer"], subject=subject)
    except IntegrityError:
        # This account is already somebody else's there, or this subject somebody else's here.
        return None
    return user


def sign_out_address(request: HttpRequest, back: str) -> str | None:
    """Where to end the visit at ProConnect too; None for who did not come by it, or when it does not answer."""
    sealed = request.session.get(_ID_TOKEN)
    if not settings.PROCONNECT or not sealed:
        return None
    try:
        return client().create_logout_url(post_logout_redirect_uri=back, id_token_hint=vault.open_(sealed))[
            "url"
        ]
    except (AuthlibBaseError, requests.RequestException, RuntimeError, ValueError) as error:
        _refused(error)
        return None
