"""Find out who is asking: API keys for systems, sessions for people at the console. Default is nobody."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import ROLES, Principal
from service.errors import Unauthenticated
from service.store import access
from service.store.engine import Connection, Row
from service.usecases.house import House

KEY_PREFIX = "sgn_"
_REMEDY = "send `Authorization: Bearer sgn_…`; make a key with `signoff keys create`"


def digest_of(secret: str) -> str:
    """What is stored of a key or session token. They carry 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(house: House, authorization: str | None) -> Principal:
    """The principal behind an `Authorization` header; Unauthenticated for everything that is not a good key."""
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("no API key was sent", remedy=_REMEDY, headers=_CHALLENGE)
    return _principal(house, lambda connection: access.key_by_digest(connection, digest_of(key)))


def open_session(house: House, key: str) -> str:
    """Sign in at the console with an API key; returns the token for the cookie."""
    principal = authenticate(house, f"Bearer {key}")
    token = secrets.token_urlsafe(32)
    now = house.clock()
    until = now + timedelta(hours=house.settings.session_hours)
    house.store.commit(lambda c: access.add_session(c, digest_of(token), principal.key_id, now, until))
    return token


def session_principal(house: House, token: str | None) -> Principal | None:
    """Who a session belongs to, or None when it has ended, expired or never was."""
    if not token:
        return None
    try:
        return _principal(house, lambda c: access.session_key(c, digest_of(token), house.clock()))
    except Unauthenticated:
        return None


def close_session(house: House, token: str) -> None:
    now = house.clock()
    house.store.commit(lambda c: access.end_session(c, digest_of(token), now))


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="signoff"'}


def _principal(house: House, find: Callable[[Connection], Row[Any] | None]) -> Principal:
    with house.store.read() as connection:
        row = find(connection)
    if row is None:
        raise Unauthenticated("this API key is not known", remedy=_REMEDY, headers=_CHALLENGE)
    _refuse_if_over(row, house.clock())
    return Principal(row.id, row.name, ROLES.get(row.role, frozenset()), frozenset(row.groups))


def _refuse_if_over(row: Row[Any], now: datetime) -> None:
    if row.revoked_at is not None:
        raise Unauthenticated("this API key was revoked", remedy=_REMEDY, headers=_CHALLENGE)
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("this API key has expired", remedy=_REMEDY, headers=_CHALLENGE)
