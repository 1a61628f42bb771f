"""Accounts, codes, sessions and guesses, in both kinds of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.store import guesses, people, sessions
from service.store.engine import Store

NOW = datetime(2026, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add(store: Store, person: str, identity: str) -> None:
    row: dict[str, object] = {
        "id": person,
        "name": identity.title(),
        "identity": identity,
        "role": "reviewer",
        "limits": [],
    }
    rest: dict[str, object] = {"groups": [], "password": None, "created_at": NOW, "created_by": "test"}
    store.commit(lambda c: people.add(c, row | rest))


def open_session(store: Store, digest: str, **owner: str) -> None:
    row = {"digest": digest, "id": f"ses_{digest}", "how": "password", "browser": "x", "created_at": NOW}
    store.commit(lambda c: sessions.add(c, {**row, "seen_at": NOW, "expires_at": NOW + HOUR, **owner}))


def test_two_people_cannot_be_one(store: Store) -> None:
    """The database itself refuses a second account of an identity, and a second owner of a login."""
    add(store, "per_1", "ann")
    with pytest.raises(sa.exc.IntegrityError):
        add(store, "per_2", "ann")
    store.commit(lambda c: people.add_login(c, "https://id", "s", "per_1", NOW, "test"))
    add(store, "per_3", "bob")
    with pytest.raises(sa.exc.IntegrityError):
        store.commit(lambda c: people.add_login(c, "https://id", "s", "per_3", NOW, "test"))
    with store.read() as connection:
        found = people.of_login(connection, "https://id", "s")
        assert found is not None
        assert found.id == "per_1"
        assert people.of_login(connection, "https://other", "s") is None


def test_a_code_is_spent_once_and_replaces_the_one_before(store: Store) -> None:
    """Also for two who come at the same time."""
    add(store, "per_1", "ann")
    store.commit(lambda c: people.put_code(c, "per_1", "old", NOW + HOUR))
    store.commit(lambda c: people.put_code(c, "per_1", "new", NOW + HOUR))
    with store.read() as connection:
        assert people.of_code(connection, "old", NOW) is None
        assert people.of_code(connection, "new", NOW + HOUR) is None
        assert people.waiting(connection, NOW) == {"per_1"}
    assert [store.commit(lambda c: people.spend_code(c, "new", NOW)) for _ in range(2)] == [True, False]


def test_a_session_is_of_a_key_or_of_a_person(store: Store) -> None:
    """Not of both, not of nobody; and it is found as long as it is open, not expired and not idle."""
    add(store, "per_1", "ann")
    for owner in ({}, {"key_id": "k", "person": "per_1"}):
        with pytest.raises(sa.exc.IntegrityError):
            open_session(store, "bad", **owner)
    open_session(store, "one", person="per_1")
    open_session(store, "two", person="per_1")
    with store.read() as connection:
        assert sessions.person_behind(connection, "one", NOW, NOW - HOUR) is not None
        assert sessions.person_behind(connection, "one", NOW + HOUR, NOW - HOUR) is None
        assert sessions.person_behind(connection, "one", NOW, NOW) is None
        assert sessions.key_behind(connection, "one", NOW, NOW - HOUR) is None
    assert store.commit(lambda c: sessions.end(c, "per_1", NOW, but="one")) == 1
    with store.read() as connection:
        assert [row.digest for row in sessions.live(connection, "per_1", NOW, NOW - HOUR)] == ["one"]
    store.commit(lambda c: sessions.forget(c, NOW + 2 * HOUR))
    with store.read() as connection:
        assert sessions.by_digest(connection, "one") is None


def test_guesses_are_counted_taken_back_and_forgotten(store: Store) -> None:
    """By key; rows are made as they are needed."""

    def count(connection: sa.Connection) -> list[int]:
        rows = guesses.locked(connection, ("b", "a"), NOW)
        for key, row in rows.items():
            guesses.put(connection, key, row.tries + 1, NOW, NOW + HOUR)
        return [row.tries for row in rows.values()]

    assert [store.commit(count) for _ in range(3)] == [[0, 0], [1, 1], [2, 2]]
    store.commit(lambda c: guesses.take_back(c, ["a"]))
    store.commit(lambda c: guesses.forget(c, ["b"]))
    assert store.commit(count) == [2, 0]
    store.commit(lambda c: guesses.forget_before(c, NOW + HOUR))
    assert store.commit(count) == [0, 0]
