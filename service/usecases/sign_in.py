"""Find out who is asking: API keys for systems, sessions for people at the console. Default is nobody."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import ROLES, Limit, Principal, Scope, rights
from service.domain.key import PREFIX, is_whole, looks_like_token
from service.errors import Forbidden, Unauthenticated
from service.store import access, ledger, sessions
from service.store.engine import Connection, Row
from service.usecases.house import House

_REMEDY = "send `Authorization: Bearer sgn_…`; make a key with `signoff keys create`"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="signoff"'}
_KEPT = timedelta(days=30)  # rows of sessions that are over; the ledger tells of them for good
_SEEN_EVERY = timedelta(minutes=1)  # so that looking at pages does not write with every look
_USED_EVERY = timedelta(minutes=10)  # nor asking for decisions with every request


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from."""

    kind: str = "a browser"  #: what and on which system, in our words
    address: str = ""
    token: str = ""  #: of the session it had till now: signing in ends that one
    device: str = ""  #: what it was given when somebody signed in with it before


def digest_of(secret: str) -> str:
    """What is stored of a key or session token. They carry 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def authenticate(house: House, authorization: str | None) -> Principal:
    """The principal behind an `Authorization` header; Unauthenticated for everything that is not a good key."""
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("no API key was sent", remedy=_REMEDY, headers=_CHALLENGE)
    if house.provider is not None and looks_like_token(key):
        from service.usecases.bearer import token_principal  # only where there is a provider

        return token_principal(house, key)
    if not is_whole(key):
        raise Unauthenticated(
            "this is no whole API key: it was cut off or mistyped", remedy=_REMEDY, headers=_CHALLENGE
        )
    with house.store.read() as connection:
        row = access.key_by_digest(connection, digest_of(key))
    if row is None:
        raise Unauthenticated("this API key is not known", remedy=_REMEDY, headers=_CHALLENGE)
    now = house.clock()
    _refuse_if_over(row, now)
    if row.used_at is None or row.used_at + _USED_EVERY <= now:
        key_id = row.id
        house.store.submit(lambda c: access.change(c, key_id, {"used_at": now}))  # nobody waits for it to be durable
    return key_principal(row)


def open_session(house: House, key: str, browser: Browser | None = None) -> str:
    """Sign in at the console with an API key; returns the token for the cookie."""
    if not key.startswith(PREFIX):
        raise Unauthenticated("this is no API key", remedy=_REMEDY, headers=_CHALLENGE)
    principal, now = authenticate(house, f"Bearer {key}"), house.clock()
    if principal.workflows is not None:
        raise Forbidden(
            "a key that is limited to workflows is for systems: the console tells of all of them",
            remedy="sign in with an account; it can be limited to queues",
        )
    return house.store.commit(
        lambda c: begin_session(c, house, principal, "key", browser or Browser(), now, key_id=principal.key_id)
    )


def begin_session(
    connection: Connection,
    house: House,
    who: Principal,
    how: str,
    browser: Browser,
    now: datetime,
    **owner: str,
) -> str:
    """A new session, and so a new token, in place of the one the browser had. `owner` is `key_id` or `person`."""
    token = secrets.token_urlsafe(32)
    if browser.token:
        sessions.end_by_digest(connection, digest_of(browser.token), now)
    session = house.new_id("ses")
    row = {
        "digest": digest_of(token),
        "id": session,
        "how": how,
        "browser": browser.kind,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(hours=house.settings.session_hours),
        **owner,
    }
    sessions.forget(connection, now - _KEPT)
    sessions.add(connection, row)
    ledger.append(connection, "session.opened", session, now, {"name": who.name, "how": how, "owner": who.key_id})
    return token


def session_principal(house: House, token: str | None) -> Principal | None:
    """Who a session belongs to, or None when it has ended, expired, lay idle or never was."""
    if not token:
        return None
    digest, now = digest_of(token), house.clock()
    since = idle_since(house, now)
    with house.store.read() as connection:
        row = sessions.person_behind(connection, digest, now, since)
        found = person_principal(row) if row is not None and row.disabled_at is None else None
        if row is None:
            row = sessions.key_behind(connection, digest, now, since)
            found = key_principal(row) if row is not None and not _is_over(row, now) else None
    if found is not None and row is not None and row.seen_at + _SEEN_EVERY <= now:
        house.store.submit(lambda c: sessions.seen(c, digest, now))  # nobody waits for it to be durable
    return found


def close_session(house: House, token: str) -> str | None:
    """Sign out. How the session was opened, if it was open till now."""
    now, digest = house.clock(), digest_of(token)

    def work(connection: Connection) -> str | None:
        row = sessions.by_digest(connection, digest)
        if row is None or not sessions.end_by_digest(connection, digest, now):
            return None
        ledger.append(connection, "session.ended", row.id, now, {"owner": row.person or row.key_id, "why": "left"})
        return str(row.how)

    return house.store.commit(work)


def idle_since(house: House, now: datetime) -> datetime:
    """A session that was last seen then, or earlier, is over."""
    return now - timedelta(minutes=house.settings.session_idle_minutes)


def key_principal(row: Row[Any]) -> Principal:
    workflows = None if row.workflows is None else frozenset(row.workflows)
    groups = frozenset(row.groups)
    return Principal(row.id, row.name, scopes_of_key(row), groups, workflows=workflows, rate=row.rate)


def scopes_of_key(row: Row[Any]) -> frozenset[Scope]:
    """Those of its role, or fewer. A scope that its role no longer has, or that is none any more, opens nothing."""
    carried = ROLES.get(row.role, frozenset())
    return carried if row.scopes is None else frozenset(scope for scope in carried if scope.value in row.scopes)


def person_principal(row: Row[Any]) -> Principal:
    scopes, grants = rights(row.role, limits_of(row.limits))
    return Principal(row.id, row.name, scopes, frozenset(row.groups), grants)


def limits_of(kept: list[dict[str, Any]]) -> tuple[Limit, ...]:
    """As the row of a person keeps them."""
    return tuple(Limit(one["queue"], one["role"], frozenset(one["actions"])) for one in kept)


def _refuse_if_over(row: Row[Any], now: datetime) -> None:
    if row.revoked_at is not None:
        raise Unauthenticated("this API key was revoked", remedy=_REMEDY, headers=_CHALLENGE)
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("this API key has expired", remedy=_REMEDY, headers=_CHALLENGE)


def _is_over(row: Row[Any], now: datetime) -> bool:
    return row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now)
