"""A little OpenID provider on loopback: real requests, real keys, real signatures, and every way to do it wrongly."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "signoff", "s3cret/with:signs"
Claims = dict[str, Any]


@functools.cache
def _honest() -> Any:
    """Made once: it takes longest."""
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class LittleProvider:
    """What it says of whoever signs in, and how it lies."""

    port: int = 0
    claims: Claims = field(default_factory=lambda: {"sub": "u-1", "preferred_username": "Ann", "groups": ["reviewers"]})
    alter: Callable[[Claims], None] = lambda claims: None
    sign: Callable[[Claims], str] | None = None  #: in place of the honest signature
    described: Claims = field(default_factory=dict)  #: changes of its description
    shown: Callable[[list[Claims]], list[Claims]] = lambda keys: keys
    key: Any = field(default_factory=_honest)
    now: Callable[[], float] = time.time
    public_client: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realm"

    def description(self) -> Claims:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "end_session_endpoint": f"{at}/leave",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.described,
        }

    def keys(self) -> list[Claims]:
        return self.shown([self.key.as_dict(private=False)])

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, at once: whoever comes is known."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = hashlib.sha256(json.dumps(asked).encode() + str(len(self.codes)).encode()).hexdigest()
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """Once a code, for whoever has the verifier, the same way back and the client's secret."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        told = base64.b64encode(f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}".encode()).decode()
        good = (
            asked is not None
            and asked["code_challenge"] == challenge.decode().rstrip("=")
            and asked["redirect_uri"] == form.get("redirect_uri")
            and (self.public_client or authorization == f"Basic {told}")
        )
        if not good or asked is None:
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.alter(claims)
        signed = self.sign(claims) if self.sign else self.signed(claims)
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": signed}

    def signed(self, claims: Claims, **header: Any) -> str:
        return str(jwt.encode({"alg": "RS256", "kid": "one", **header}, claims, self.key))


def unsigned(claims: Claims) -> str:
    """`alg: none`, as RFC 7519 has it."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_written(json.dumps(part).encode()) for part in parts) + "."


def signed_with_the_public_key(provider: LittleProvider, claims: Claims) -> str:
    """The confusion of keys: everybody knows what it is signed with."""
    parts = ({"alg": "HS256", "kid": "one", "typ": "JWT"}, claims)
    signed = ".".join(_written(json.dumps(part).encode()) for part in parts)
    mark = hmac.new(provider.key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_written(mark)}"


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@functools.cache
def another_key(kind: str = "RSA") -> Any:
    """With the same name as the right one."""
    return ECKey.generate_key("P-256", {"kid": "one"}) if kind == "EC" else RSAKey.generate_key(2048, {"kid": "one"})


@contextlib.contextmanager
def running(provider: LittleProvider) -> Iterator[LittleProvider]:
    """Answers on a port of its own till the block ends."""

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            name, query = parts.path.removeprefix("/realm"), parse_qs(parts.query)
            provider.asked.append(name)
            if name == "/.well-known/openid-configuration":
                self._say(200, provider.description())
            elif name == "/keys":
                self._say(200, {"keys": provider.keys()})
            elif name == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in query.items()}))
                self.end_headers()
            else:
                self._say(200 if name == "/leave" else 404, {"left": query})

        def do_POST(self) -> None:
            provider.asked.append(self.path.removeprefix("/realm"))
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {k: v[0] for k, v in parse_qs(body).items()}
            self._say(*provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, what: Claims) -> None:
            data = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", provider.port), Door)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
