"""Talk with an OpenID provider: where it is, which keys it signs with, and what it says of somebody.

Authorization code with PKCE (RFC 7636), state and nonce, all three derived from one secret that only the browser that
began keeps: nothing is stored here, and whoever has the address of the way back has nothing. Tokens are believed only
if signed by a key of the provider's own with an asymmetric algorithm, for this client, for this sign-in, and now.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import quote, urlencode

import httpx
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from index.latest import Latest
from service.errors import Unauthenticated
from service.settings import Settings
from service.usecases.provider_file import ProviderFile, read_provider_file, safe_address

if TYPE_CHECKING:
    from service.usecases.bearer import Believed

WAY_BACK = "/console/provider/back"  #: where people come back to

# Signed with a key that only the provider has. Never `none`, and no HS…: their key would be one that everybody reads.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")

_TIMEOUT = 5.0
_METADATA_FOR = 3_600.0
_KEYS_AGAIN = 30.0  # seconds: a token that names an unknown key does not make us ask more often
_FAILED_AGAIN = 2.0  # seconds: nor does a provider that is away make everybody wait for it in turn
_KEYS_AT_MOST = 86_400.0  # seconds that keys are believed in while the provider cannot be asked for newer ones
_PATIENCE = 1.0  # seconds that somebody waits for keys that another one is asking for
_REMEMBERED = 1_024  # tokens
LEEWAY = 60  #: seconds that clocks may differ
_LONGEST_SUBJECT = 255

_REMEDY = "try again from the sign-in page; if it stays, tell operations"
_DOES_NOT_ANSWER = "the provider did not answer as it should"

log = structlog.get_logger(__name__)


class ProviderAway(Unauthenticated):
    """The provider cannot be asked now, so nobody can be let in on its word."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in, as its browser's secret determines it."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def of(secret: str) -> Flow:
        state, nonce, verifier = (
            hmac.new(secret.encode(), part, hashlib.sha256).hexdigest() for part in (b"state", b"nonce", b"verifier")
        )
        return Flow(state, nonce, verifier)


@dataclass(slots=True)
class Provider:
    """One provider; asked for the first time when somebody signs in, so that its absence keeps nobody else out."""

    settings: ProviderFile
    secret: str | None  #: of the client
    back: str  #: address people come back to
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_TIMEOUT, follow_redirects=False))
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _metadata: dict[str, Any] = field(default_factory=dict)
    _metadata_at: float = float("-inf")
    _keys: KeySet | None = None
    _keys_at: float = float("-inf")
    _keys_failed: float = float("-inf")
    #: Tokens that were looked at already, by their digests; `bearer` keeps them.
    believed: Latest[bytes, Believed] = field(default_factory=lambda: Latest(_REMEMBERED))

    def address(self, flow: Flow) -> str:
        """Where to send the browser."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.back,
            "scope": " ".join(self.settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        there = str(self._endpoint("authorization_endpoint"))
        return there + ("&" if "?" in there else "?") + urlencode(asked)

    def leaving(self, back: str) -> str | None:
        """Where to sign out of the provider as well, if it has such a place and can be asked now."""
        try:
            there = self._described().get("end_session_endpoint")
        except Unauthenticated:
            return None
        if not isinstance(there, str) or not safe_address(there):
            return None
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return f"{there}?{urlencode(asked)}"

    def claims(self, flow: Flow, answer: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """What the provider vouches for of whoever came back with `answer`. Unauthenticated says what does not fit."""
        if not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise refused("the answer belongs to another sign-in")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise refused("the answer is another provider's")
        if "error" in answer or not answer.get("code"):
            raise refused("the provider did not let you in")
        tokens = self._tokens(answer["code"], flow)
        return self._believed(tokens, flow, now)

    def _tokens(self, code: str, flow: Flow) -> dict[str, Any]:
        there = self._endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "client_id": self.settings.client_id,
            "code_verifier": flow.verifier,
        }
        auth = None
        if self.secret is not None:
            ways = self._described().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in ways:  # RFC 6749, section 2.3.1: both are encoded before they are joined
                auth = httpx.BasicAuth(quote(self.settings.client_id, safe=""), quote(self.secret, safe=""))
            else:
                form["client_secret"] = self.secret
        return self._asked("POST", there, data=form, auth=auth)

    def _believed(self, tokens: Mapping[str, Any], flow: Flow, now: datetime) -> dict[str, Any]:
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise refused("the provider sent no identity token")
        try:
            read = jwt.decode(token, self.key_of(token), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
                params={
                    "nonce": flow.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("id_token_refused", error=type(error).__name__, why=str(error)[:200])
            raise refused("the provider's identity token does not hold") from error
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise refused("the provider's identity token names nobody")
        return dict(claims)

    def key_of(self, token: str) -> Key:
        """The provider's key that a token says it is signed with; asked for anew when it is not among those known.

        ValueError when there is none, ProviderAway when it cannot be asked.
        """
        header = jws.extract_compact(token.encode()).headers()
        for fresh in (False, True):
            keys = [key for key in self._signing_keys(fresh=fresh) if header.get("kid") in (None, key.kid)]
            if len(keys) == 1:
                return keys[0]
        raise ValueError("signed with a key that the provider does not show")

    def _signing_keys(self, *, fresh: bool) -> KeySet:
        """Those known, or newer ones. One asks at a time; keys that are known go on while the provider is away."""
        known = self._keys
        if known is not None and not self._outdated(fresh=fresh):
            return known
        if not self._gate.acquire(timeout=_PATIENCE):
            return known or self._away()
        try:
            if self._outdated(fresh=fresh):
                self._renew_keys()
            return self._keys or self._away()
        finally:
            self._gate.release()

    def _outdated(self, *, fresh: bool) -> bool:
        since = time.monotonic() - self._keys_at
        return self._keys is None or since > _METADATA_FOR or (fresh and since > _KEYS_AGAIN)

    def _renew_keys(self) -> None:
        now = time.monotonic()
        if now - self._keys_failed > _FAILED_AGAIN:
            try:
                shown = self._asked("GET", self._endpoint("jwks_uri"))
            except Unauthenticated:
                self._keys_failed = time.monotonic()
            else:
                # A shared secret among public keys is either a mistake or a trap.
                usable = [key for key in shown.get("keys", ()) if key.get("kty") != "oct" and key.get("use") != "enc"]
                self._keys = KeySet.import_key_set(cast("Any", {"keys": usable}))
                self._keys_at = time.monotonic()
                return
        if now - self._keys_at > _KEYS_AT_MOST:
            self._keys = None

    @staticmethod
    def _away() -> NoReturn:
        raise ProviderAway(_DOES_NOT_ANSWER, remedy=_REMEDY)

    def _endpoint(self, name: str) -> str:
        """Somewhere else over HTTPS, or, for a provider on this machine, on this machine."""
        found, own = self._described().get(name), self.settings.issuer.partition("/")[0]
        if not isinstance(found, str) or not found.startswith(("https:", own)) or not _is_safe(found):
            raise refused(f"the provider's description has no safe {name}")
        return found

    def _described(self) -> dict[str, Any]:
        if time.monotonic() - self._metadata_at > _METADATA_FOR:
            issuer = self.settings.issuer
            found = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise refused("the provider's description is another issuer's")
            self._metadata, self._metadata_at = found, time.monotonic()
        return self._metadata

    def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        try:
            response = self.http.request(method, address, headers={"Accept": "application/json"}, **more)
            response.raise_for_status()
            read = response.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("provider_failed", address=address, error=type(error).__name__)
            raise ProviderAway(_DOES_NOT_ANSWER, remedy=_REMEDY) from error
        if not isinstance(read, dict):
            raise refused(_DOES_NOT_ANSWER)
        return read


def open_provider(settings: Settings) -> Provider | None:
    """The provider that the settings' file describes; nothing is asked of it yet. CannotStart as the file is bad."""
    file = read_provider_file(settings)
    if file is None:
        return None
    secret = settings.oidc_secret.get_secret_value() if settings.oidc_secret is not None else None
    return Provider(file, secret, f"{(settings.public_url or '').rstrip('/')}{WAY_BACK}")


def _is_safe(endpoint: str) -> bool:
    """It may have a query (RFC 6749, section 3.1), which an issuer has not."""
    return safe_address(endpoint.partition("?")[0])


def refused(why: str) -> Unauthenticated:
    return Unauthenticated(why, remedy=_REMEDY)
