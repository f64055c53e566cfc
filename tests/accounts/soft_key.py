"""A security key made of a few lines: what a browser and its authenticator answer, without either."""

import json
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

HOST = "localhost"
_FLAGS = AuthenticatorData.FLAG
Options = dict[str, dict]


class SoftKey:
    """One credential. ``origin`` and ``counter`` can be changed, for what must be refused."""

    def __init__(self, identifier: bytes = b"k" * 32) -> None:
        self.identifier = identifier
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.origin = f"http://{HOST}"
        self.counter = 1

    def _client_data(self, kind: str, options: Options) -> CollectedClientData:
        return CollectedClientData.create(kind, options["publicKey"]["challenge"], self.origin)

    def _data(self, flags: int, credential: bytes = b"") -> AuthenticatorData:
        return AuthenticatorData.create(sha256(HOST.encode()).digest(), flags, self.counter, credential)

    def _answer(self, response: dict[str, bytes]) -> str:
        coded = {name: websafe_encode(value) for name, value in response.items()}
        identifier = websafe_encode(self.identifier)
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": coded})

    def create(self, options: Options) -> str:
        """What ``navigator.credentials.create`` gives, as JSON."""
        credential = AttestedCredentialData.create(
            Aaguid.NONE, self.identifier, ES256.from_cryptography_key(self.private.public_key())
        )
        data = self._data(_FLAGS.UP | _FLAGS.UV | _FLAGS.AT, credential)
        attestation = AttestationObject.create("none", data, {})
        client = self._client_data("webauthn.create", options)
        return self._answer({"clientDataJSON": bytes(client), "attestationObject": bytes(attestation)})

    def get(self, options: Options) -> str:
        """What ``navigator.credentials.get`` gives, as JSON."""
        client = self._client_data("webauthn.get", options)
        data = self._data(_FLAGS.UP | _FLAGS.UV)
        signature = self.private.sign(bytes(data) + client.hash, ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": bytes(client), "authenticatorData": bytes(data), "signature": signature}
        )
