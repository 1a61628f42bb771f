"""Tokens that systems bring from the provider: an access token as a JWT (RFC 9068), by client credentials as a rule.

Believed only if signed by a key that the provider shows, with an asymmetric algorithm, by this issuer, for the audience
that the provider's file names, and now. What it may do here is what the first line of `systems` that fits it says. What
was believed is remembered for five minutes at most, so that a signature is not checked with each request.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from joserfc import jwt
from joserfc.errors import JoseError

from service.domain.access import ROLES, TOKEN_NAMES, Principal, Scope
from service.errors import Busy, Forbidden, Unauthenticated
from service.usecases.house import House
from service.usecases.provider import ALGORITHMS, LEEWAY, Provider, ProviderAway
from service.usecases.provider_file import ProviderFile, SystemLine
from service.usecases.sign_in_by_provider import groups_in

_REMEMBERED: Final = 300.0  # seconds
_LONGEST: Final = 16_384  # characters
_LONGEST_NAME: Final = 150
_TYPES: Final = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="signoff", error="invalid_token"'}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose token it is, and from when on it has to be looked at again."""

    principal: Principal
    until: float  #: seconds since 1970


def token_principal(house: House, token: str) -> Principal:
    """The principal behind a token.

    Unauthenticated says what does not hold, Forbidden that nothing here is for it, Busy that the provider cannot be
    asked for its keys.
    """
    provider = house.provider
    if provider is None or not provider.settings.systems:
        raise _refused("tokens of the provider are not taken here: send an API key")
    now = house.clock().timestamp()
    digest = hashlib.sha256(token.encode()).digest()
    known = provider.believed.get(digest)
    if known is None or known.until <= now:
        claims = _claims(provider, token, now)
        until = min(now + _REMEMBERED, float(claims["exp"]) + LEEWAY)
        known = Believed(_principal(provider.settings, claims), until)
        provider.believed.put(digest, known)
    return known.principal


def _claims(provider: Provider, token: str, now: float) -> Mapping[str, Any]:
    if len(token) > _LONGEST:
        raise _refused("the token is too long")
    file = provider.settings
    try:
        read = jwt.decode(token, provider.key_of(token), algorithms=list(ALGORITHMS))
        if str(read.header.get("typ", "")).lower() not in _TYPES:
            raise ValueError("it is a token for something else")
        jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY,
            iss={"essential": True, "value": file.issuer},
            aud={"essential": True, "value": file.audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(read.claims)
        if not math.isfinite(read.claims["exp"]):
            raise ValueError("it never ends")
    except ProviderAway as error:
        raise Busy("the provider cannot be asked for its keys now", headers={"Retry-After": "5"}) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("token_refused", error=type(error).__name__)
        raise _refused("this token does not hold: " + _why(error)) from error
    return read.claims


def _principal(file: ProviderFile, claims: Mapping[str, Any]) -> Principal:
    client = claims.get("client_id") or claims.get("azp") or ""
    line = next((each for each in file.systems if each.fits(client, claims["sub"], groups_in(claims, file))), None)
    if line is None:
        raise Forbidden(
            "nothing here is for whoever this token is of", remedy="ask operations for a line in `systems` for it"
        )
    name = TOKEN_NAMES + (client if line.client else claims["sub"])
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise _refused("the token names somebody by what cannot be a name")
    key = "tok_" + hashlib.sha256(f"{file.issuer}\0{name}".encode()).hexdigest()[:26]
    workflows = None if line.workflows is None else frozenset(line.workflows)
    return Principal(key, name, _scopes(line), frozenset(line.audiences), workflows=workflows, rate=line.rate)


def _scopes(line: SystemLine) -> frozenset[Scope]:
    carried = ROLES[line.role]
    return carried if line.scopes is None else frozenset(each for each in carried if each.value in line.scopes)


def _why(error: Exception) -> str:
    """Of what is wrong the kind; words of the token itself are not said back."""
    claim = getattr(error, "claim", "")
    return f"its {claim} is not what it has to be" if isinstance(claim, str) and claim else "it is not one of ours"


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated(why, remedy="get a new token from the provider, for this audience", headers=_CHALLENGE)
