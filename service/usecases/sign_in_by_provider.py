"""Sign in with the provider of this deployment: there, back, and whom its words make of somebody here.

A provider's subject is one person's, and a person's name is nobody else's: an account that is there already is never
taken over by somebody who only goes by the same name, it has to be linked by operations.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from service.domain.access import identity
from service.errors import Conflict, InvalidRequest, NotFound, ServiceError, Unauthenticated
from service.store import access, ledger, people, sessions
from service.store.engine import Connection, Row
from service.usecases import guessing
from service.usecases.house import House
from service.usecases.manage_people import add, good_name, kept, link_login, set_rights
from service.usecases.provider import Flow, Provider, refused
from service.usecases.provider_file import ProviderFile
from service.usecases.sign_in import Browser, begin_session, person_principal

_BY = "provider"


def begin(house: House) -> tuple[str, str]:
    """(where to send the browser, the secret that its cookie keeps till it comes back)."""
    secret = secrets.token_urlsafe(32)
    return _provider(house).address(Flow.of(secret)), secret


def finish(house: House, secret: str | None, answer: Mapping[str, str], browser: Browser) -> str:
    """The token of a session for whoever came back. Unauthenticated says in words why not, TooManyTries to wait."""
    provider = _provider(house)
    if not secret:
        raise refused("this browser did not begin to sign in, or too long ago")
    guess = guessing.begin_from(house, browser.address)  # so that nobody makes us ask the provider again and again
    claims = provider.claims(Flow.of(secret), answer, house.clock())

    def work(connection: Connection) -> str | None:
        guessing.was_right(connection, guess)
        return _signed_in(connection, house, provider.settings, claims, browser)

    token = house.store.commit(work)
    if token is None:
        raise Unauthenticated(
            "none of your groups may come in here", remedy="ask operations which group of your provider you need"
        )
    return token


def _signed_in(
    connection: Connection, house: House, file: ProviderFile, claims: Mapping[str, Any], browser: Browser
) -> str | None:
    """None for somebody without a role: what they had open ends in the same transaction."""
    now, groups = house.clock(), groups_in(claims, file)
    row = people.of_login(connection, file.issuer, claims["sub"])
    if row is not None and row.disabled_at is not None:
        raise Unauthenticated("this account is disabled", remedy="ask operations")
    role = file.role_of(groups)
    if file.roles and role is None:
        if row is not None and sessions.end(connection, row.id, now):
            ledger.append(connection, "session.ended", row.id, now, {"owner": row.id, "why": "no group", "by": _BY})
        return None
    held = {"role": role, "limits": kept(file.limits_of(groups)), "groups": file.audiences_of(groups)}
    if row is None:
        row = _made(connection, house, file, claims, held)
    elif role is not None:
        set_rights(connection, house, row, held, _BY)
    known = people.get(connection, row.id)
    assert known is not None, "it was read or written a moment ago"
    return begin_session(connection, house, person_principal(known), "provider", browser, now, person=known.id)


def _made(
    connection: Connection, house: House, file: ProviderFile, claims: Mapping[str, Any], held: Mapping[str, Any]
) -> Row[Any]:
    """An account for somebody who comes for the first time, if the file says so and the name is free."""
    subject = str(claims["sub"])
    if not file.create:
        raise _unknown(subject, "nobody here is linked with your account there yet")
    try:
        name = good_name(str(claims.get(file.name_claim) or ""))
        if any(identity(key.name) == identity(name) for key in access.valid_keys(connection, house.clock())):
            raise _unknown(subject, f"an API key goes by your name, {name!r}")
        person, now = house.new_id("per"), house.clock()
        row = {"id": person, "name": name, "identity": identity(name), "created_at": now, "created_by": _BY}
        add(connection, row | dict(held), _BY, house)
        link_login(connection, house, file.issuer, subject, person, name, _BY)
    except (Conflict, InvalidRequest) as error:
        raise _unknown(subject, error.detail) from error
    made = people.get(connection, person)
    assert made is not None, "it was written a moment ago"
    return made


def groups_in(claims: Mapping[str, Any], file: ProviderFile) -> frozenset[str]:
    """A list of words; anything else is no group at all."""
    claim = claims.get(file.groups_claim)
    found = [claim] if isinstance(claim, str) else claim
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _unknown(subject: str, why: str) -> ServiceError:
    return Unauthenticated(why, remedy=f"ask operations to link you: signoff people link NAME --subject '{subject}'")


def _provider(house: House) -> Provider:
    if house.provider is None:
        raise NotFound("no provider is set up here", remedy="sign in with a password or an API key")
    return house.provider
