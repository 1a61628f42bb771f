"""Guessing passwords is made slow, without a way to keep somebody out of their own account for good.

A guess counts before it is looked at, so guessing in parallel gains nothing. Whoever guesses at an account, or from an
address, waits longer each time, a quarter of an hour at most. A browser that the owner signed in with before has a
count of its own, so strangers who guess from everywhere do not hold up the owner's own browser; nor do they hold up a
code from operations, a provider, or an API key. Accounts that do not exist count like those that do.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.access import identity
from service.errors import TooManyTries
from service.store import guesses, ledger, people
from service.store.engine import Connection
from service.usecases.house import House

_FORGOTTEN = timedelta(hours=24)
_LONGEST = 900.0  # seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """How many guesses are free; each one after them doubles the wait, from a second on."""

    free: int

    def wait(self, count: int) -> timedelta:
        over = count - self.free
        return timedelta(seconds=min(_LONGEST, 2.0 ** min(over, 20)) if over > 0 else 0)


_ACCOUNT, _DEVICE, _ADDRESS = Patience(8), Patience(8), Patience(40)


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess that is under way, and what it counts on."""

    counted: Mapping[str, Patience]

    @property
    def own(self) -> tuple[str, ...]:
        """What a right guess clears: what counts on the account, not on the address."""
        return tuple(key for key, patience in self.counted.items() if patience is not _ADDRESS)

    @property
    def shared(self) -> tuple[str, ...]:
        return tuple(key for key, patience in self.counted.items() if patience is _ADDRESS)


def begin(house: House, name: str, address: str, device: str = "") -> Guess:
    """Count a guess at the account of that name. TooManyTries, with the seconds to wait, when it is not time yet."""
    return _begin(house, name, _counted(house, name, address, device))


def begin_from(house: House, address: str) -> Guess:
    """Count a guess at something that has no name, as a code: from where it comes is all there is to count on."""
    return _begin(house, "", {_key(house, "address", _network(address)): _ADDRESS})


def _begin(house: House, name: str, counted: Mapping[str, Patience]) -> Guess:
    now = house.clock()

    def work(connection: Connection) -> None:
        guesses.forget_before(connection, now - _FORGOTTEN)
        rows = guesses.locked(connection, counted, now)
        until = max(row.wait_until for row in rows.values())
        if until > now:
            _refuse(until - now)
        for key, row in rows.items():
            patience, count = counted[key], row.tries + 1
            guesses.put(connection, key, count, now, now + patience.wait(count))
            if count == patience.free + 1 and patience is not _ADDRESS:
                _tell(connection, name, count, now)

    house.store.commit(work)
    return Guess(counted)


def was_right(connection: Connection, guess: Guess) -> None:
    """Forget what counted on the account; of the address, only this guess."""
    guesses.forget(connection, guess.own)
    guesses.take_back(connection, guess.shared)


def forget(connection: Connection, house: House, name: str) -> None:
    """Nothing counts on the account any more: its password is about to be another one."""
    guesses.forget(connection, [_key(house, "account", identity(name))])


def device_for(house: House, person: str, known: str = "") -> str:
    """What the cookie of a browser says that a person signed in with: nobody else can make one."""
    if known and _owner_of(house, known) == person:
        return known
    word = secrets.token_urlsafe(16)
    return f"{person}.{word}.{_mark(house, person, word)}"


def _counted(house: House, name: str, address: str, device: str) -> dict[str, Patience]:
    person = _owner_of(house, device)
    if person:
        with house.store.read() as connection:
            row = people.get(connection, person)
        if row is not None and row.identity == identity(name):
            return {_key(house, "device", device): _DEVICE}
    account = {_key(house, "account", identity(name)): _ACCOUNT}
    return account | {_key(house, "address", _network(address)): _ADDRESS}


def _key(house: House, kind: str, what: str) -> str:
    """Keyed, so that the table does not tell addresses or names that somebody tried."""
    return hmac.new(house.secret, f"guess|{kind}|{what}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _mark(house: House, person: str, word: str) -> str:
    return hmac.new(house.secret, f"device|{person}|{word}".encode(), hashlib.sha256).hexdigest()


def _owner_of(house: House, device: str) -> str:
    """The id of the person whose device it is; empty when the cookie is none of ours."""
    person, word, mark = (*device.split("."), "", "")[:3]
    good = device.isascii() and hmac.compare_digest(mark, _mark(house, person, word))
    return person if good else ""


def _network(address: str) -> str:
    """An address as far as it is one customer's: of version 6 the first half."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _refuse(wait: timedelta) -> None:
    seconds = max(1, round(wait.total_seconds()))
    raise TooManyTries(
        "there were too many wrong guesses",
        remedy=f"wait {seconds} seconds, then try again; operations can send you a code for a new password",
        headers={"Retry-After": str(seconds)},
    )


def _tell(connection: Connection, name: str, count: int, now: datetime) -> None:
    """Once a series of guesses, and only of an account that is there."""
    row = people.of_identity(connection, identity(name))
    if row is not None:
        ledger.append(connection, "person.guessed_at", row.id, now, {"name": row.name, "guesses": count})
