"""A provider of OpenID Connect on this machine, which speaks as ProConnect does: the answer about a person is signed."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "portail", "secret-du-client"


class FakeProConnect:
    """``person`` is who is sitting in front of it; ``twist`` changes what it signs, for tests of refusals."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "k1"})
        self.signing_key = self.key
        self.person: dict[str, Any] = {}
        self.id_claims: dict[str, Any] = {}
        self.info_claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self, "")

            def do_POST(self) -> None:
                server.answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *args: Any) -> None:
                """Silent."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://localhost:{self.http.server_port}/api/v2"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def authorize(self, address: str) -> str:
        """What the browser does there: the person identifies themselves, and is sent back to this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def answer(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        path = urlsplit(handler.path).path.removeprefix("/api/v2")
        if path == "/.well-known/openid-configuration":
            self._json(handler, self._metadata())
        elif path == "/jwks":
            self._json(handler, {"keys": [self.key.as_dict(private=False)]})
        elif path == "/token":
            self._token(handler, {name: values[0] for name, values in parse_qs(body).items()})
        elif path == "/userinfo":
            claims = {"iss": self.issuer, "aud": CLIENT, **self.person, **self.info_claims}
            self._send(handler, self._sign(claims).encode(), "application/jwt")
        else:
            handler.send_error(404)

    def _metadata(self) -> dict[str, Any]:
        names = {
            "authorization": "authorize",
            "token": "token",
            "userinfo": "userinfo",
            "end_session": "logout",
        }
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in names.items()},
        }

    def _token(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        first = self.codes.pop(asked.get("code", ""), None)
        proof = (
            urlsafe_b64encode(sha256(asked.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        )
        right = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        if first is None or first["code_challenge"] != proof or not right:
            self._json(handler, {"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.person["sub"], "nonce": first["nonce"],
            "iat": now, "exp": now + 60, **self.id_claims,
        }  # fmt: skip
        answer = {
            "access_token": "a",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._sign(claims),
        }
        self._json(handler, answer)

    def _sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing_key)

    def _json(self, handler: BaseHTTPRequestHandler, content: dict[str, Any], status: int = 200) -> None:
        self._send(handler, json.dumps(content).encode(), "application/json", status)

    def _send(self, handler: BaseHTTPRequestHandler, content: bytes, kind: str, status: int = 200) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
