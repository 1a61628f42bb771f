"""What somebody keeps of how they work: filters of queues by a name, keys of their own, light or dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal
from service.errors import FieldProblem, InvalidRequest
from service.store import preferences
from service.store.engine import Connection
from service.usecases.house import House

MOST_FILTERS = 20
COLOURS = ("system", "light", "dark")
_FILTERS, _KEYS, _COLOURS = "filters", "keys", "colours"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a queue under a name."""

    name: str
    queue: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything that somebody keeps."""

    filters: tuple[Filter, ...] = ()
    keys: Mapping[str, str] | None = None  #: what a key does -> the key; None: as they come
    colours: str = COLOURS[0]


def read(house: House, principal: Principal) -> Preferences:
    with house.store.read() as connection:
        kept = preferences.of(connection, principal.name)
    return Preferences(
        tuple(Filter(**each) for each in kept.get(_FILTERS, ())), kept.get(_KEYS), kept.get(_COLOURS, COLOURS[0])
    )


def keep_filter(house: House, principal: Principal, wanted: Filter) -> None:
    """Under its name, instead of an older one of that name. InvalidRequest without a name, or beyond twenty."""
    name = wanted.name.strip()
    if not name:
        raise _wrong("name", "a filter needs a name", "say what it is for, as “overdue refunds”")
    new = {"name": name, "queue": wanted.queue, "state": wanted.state, "reason": wanted.reason}

    def work(connection: Connection) -> None:
        others = [each for each in _filters(connection, principal) if not _is(each, name, wanted.queue)]
        if len(others) >= MOST_FILTERS:
            raise _wrong("name", f"{MOST_FILTERS} filters are kept already", "drop one first")
        _keep(connection, principal, _FILTERS, sorted([*others, new], key=lambda each: str(each["name"]).casefold()))

    house.store.commit(work)


def drop_filter(house: House, principal: Principal, name: str, queue: str) -> None:
    """One that is not there is no error: it is gone as wanted."""

    def work(connection: Connection) -> None:
        left = [each for each in _filters(connection, principal) if not _is(each, name, queue)]
        _keep(connection, principal, _FILTERS, left)

    house.store.commit(work)


def keep_keys(house: House, principal: Principal, keys: Mapping[str, str]) -> None:
    """What each key does from now on; what is not named keeps the key that it comes with.

    InvalidRequest when a key is not one character, or would do two things.
    """
    wanted = {name: key.lower() for name, key in keys.items() if key}
    for name, key in wanted.items():
        if len(key) != 1 or not key.isprintable() or key.isspace() or key.isdigit():
            raise _wrong(name, f"{key!r} is no key for this", "one letter or sign; digits choose labels")
    twice = {key for key in wanted.values() if sum(other == key for other in wanted.values()) > 1}
    if twice:
        raise _wrong("keys", f"{', '.join(sorted(twice))} would do two things", "give each its own key")
    house.store.commit(lambda connection: _keep(connection, principal, _KEYS, wanted or None))


def keep_colours(house: House, principal: Principal, colours: str) -> None:
    if colours not in COLOURS:
        raise _wrong("colours", f"{colours!r} is none of them", f"choose {', '.join(COLOURS)}")
    house.store.commit(lambda connection: _keep(connection, principal, _COLOURS, colours))


def _keep(connection: Connection, principal: Principal, name: str, value: Any) -> None:
    preferences.keep(connection, principal.name, name, value)


def _filters(connection: Connection, principal: Principal) -> list[dict[str, Any]]:
    return list(preferences.of(connection, principal.name).get(_FILTERS, ()))


def _is(kept: Mapping[str, Any], name: str, queue: str) -> bool:
    return bool(kept["name"] == name and kept["queue"] == queue)


def _wrong(field: str, message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, problems=(FieldProblem(field, message, remedy),))
