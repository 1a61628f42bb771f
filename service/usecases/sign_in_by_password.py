"""Sign in with a name and a password, and change that password. Every refusal is worded and timed alike."""

from __future__ import annotations

from service.domain import password as rules
from service.domain.access import Principal, identity
from service.errors import FieldProblem, InvalidRequest, Unauthenticated
from service.store import ledger, people, sessions
from service.store.engine import Connection
from service.usecases import guessing, passwords
from service.usecases.house import House
from service.usecases.sign_in import Browser, begin_session, digest_of, person_principal


def sign_in(house: House, name: str, password: str, browser: Browser) -> tuple[str, str]:
    """(token for the cookie of the session, mark for the cookie of the device).

    Unauthenticated says no more than that name and password do not fit; TooManyTries when it is not time to guess.
    """
    guess = guessing.begin(house, name, browser.address, browser.device)
    with house.store.read() as connection:
        row = people.of_identity(connection, identity(name))
    stored = row.password if row is not None and row.disabled_at is None else None
    if not passwords.matches(stored, password) or row is None or stored is None:
        raise _wrong()
    renewed, now = passwords.hashed(password) if passwords.outdated(stored) else None, house.clock()

    def work(connection: Connection) -> str:
        known = people.get(connection, row.id, lock=True)
        if known is None or known.password != stored or known.disabled_at is not None:  # changed while we compared
            raise _wrong()
        guessing.was_right(connection, guess)
        if renewed is not None:
            people.change(connection, row.id, {"password": renewed})
        return begin_session(connection, house, person_principal(known), "password", browser, now, person=row.id)

    return house.store.commit(work), guessing.device_for(house, row.id, browser.device)


def change(house: House, me: Principal, old: str, new: str, browser: Browser) -> str:
    """Another password for oneself. Ends one's other sessions; returns the token of a new one for this browser."""
    _refuse_poor(house, new, me.name)
    guess = guessing.begin(house, me.name, browser.address, browser.device)
    with house.store.read() as connection:
        row = people.get(connection, me.key_id)
    stored = row.password if row is not None else None
    if not passwords.matches(stored, old):
        problem = FieldProblem("old_password", "this is not your password", "type the one you signed in with")
        raise InvalidRequest(problem.message, problems=(problem,))
    made = passwords.hashed(new)

    def work(connection: Connection) -> str:
        known = people.get(connection, me.key_id, lock=True)
        if known is None or known.password != stored or known.disabled_at is not None:
            raise _wrong()
        guessing.was_right(connection, guess)
        return _set(connection, house, known.id, made, browser)

    return house.store.commit(work)


def set_by_code(house: House, code: str, new: str, browser: Browser) -> tuple[str, str]:
    """A first password, or a new one, by the code that operations handed over. Signs in, as `sign_in` does."""
    guess = guessing.begin_from(house, browser.address)
    digest = digest_of("".join(code.split()).casefold())
    with house.store.read() as connection:
        row = people.of_code(connection, digest, house.clock())
    if row is None or row.disabled_at is not None:
        raise _bad_code()
    _refuse_poor(house, new, row.name)
    made = passwords.hashed(new)

    def work(connection: Connection) -> str:
        known = people.get(connection, row.id, lock=True)
        if known is None or known.disabled_at is not None or not people.spend_code(connection, digest, house.clock()):
            raise _bad_code()
        guessing.was_right(connection, guess)
        guessing.forget(connection, house, known.name)
        return _set(connection, house, known.id, made, browser)

    return house.store.commit(work), guessing.device_for(house, row.id, browser.device)


def _set(connection: Connection, house: House, person: str, made: str, browser: Browser) -> str:
    """The new password, the end of what was open with the old one, and a session for whoever set it."""
    now = house.clock()
    people.change(connection, person, {"password": made, "password_at": now})
    people.drop_code(connection, person)
    ended = sessions.end(connection, person, now)
    known = people.get(connection, person)
    assert known is not None, "it was locked a moment ago"
    ledger.append(connection, "person.password_set", person, now, {"name": known.name, "sessions_ended": ended})
    return begin_session(connection, house, person_principal(known), "password", browser, now, person=person)


def _refuse_poor(house: House, new: str, name: str) -> None:
    wrong = rules.fault(new, house.settings.password_length, (name,))
    if wrong:
        problem = FieldProblem("password", wrong, "take several words that do not belong together")
        raise InvalidRequest(f"This password will not do: {wrong}", problems=(problem,))


def _wrong() -> Unauthenticated:
    return Unauthenticated(
        "name and password do not fit", remedy="check both; operations can send you a code for a new password"
    )


def _bad_code() -> Unauthenticated:
    return Unauthenticated(
        "this code was used, has expired or never was", remedy="ask operations for a new one: a code is good once"
    )
