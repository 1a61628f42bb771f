"""Several processes on one PostgreSQL: each waits for its turn, and one that stands still loses it."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.domain.audit import verify
from service.errors import CannotStart, LedgerUnavailable
from service.store import instance, ledger, pointers, postgres
from service.store.engine import Store, open_store

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def url(postgres_cluster, migrated_postgres) -> Iterator[str]:
    with postgres_cluster.database(migrated_postgres) as address:
        yield address


@contextlib.contextmanager
def stores(url: str, count: int) -> Iterator[list[Store]]:
    """As many processes would open it: each with connections and a committer of its own."""
    with contextlib.ExitStack() as stack:
        opened = [open_store(url) for _ in range(count)]
        for store in opened:
            stack.callback(store.close)
        yield opened


def test_records_of_many_writers_make_one_chain(url):
    """No number twice, none left out, no error, whatever else the writers lock before they append."""
    first, second = "a", "b"

    def work(connection, place):
        for name in (first, second) if place % 2 else (second, first):  # in a circle, if nobody waited for a turn
            instance.put(connection, name, str(place))
        pointers.next_document_sequence(connection)
        ledger.append(connection, "x", f"y_{place}", NOW, {"n": place})

    with stores(url, 4) as opened, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda place: opened[place % 4].commit(lambda c: work(c, place)), range(200)))
        with opened[0].read() as connection:
            records = list(ledger.walk(connection))
            assert pointers.document_sequence(connection) == 200
    assert [sequence for sequence, _, _ in records] == list(range(1, 201))
    assert verify(records).ok


def test_waiting_for_a_turn_ends(url, monkeypatch):
    """Whoever waits too long hears that nothing was recorded, and may try again."""
    monkeypatch.setattr(postgres, "_TAKE_TURN", postgres._TAKE_TURN.replace("'5000'", "'50'"))
    with stores(url, 2) as (store, other):
        with other._writer.begin(), pytest.raises(LedgerUnavailable) as error:
            store.commit(lambda c: instance.put(c, "late", "no"))
        assert error.value.headers["Retry-After"] == "1"
        store.commit(lambda c: instance.put(c, "late", "yes"))


def test_a_process_that_stands_still_loses_its_turn(url, monkeypatch):
    """What it began is rolled back and the others go on; afterwards it works again."""
    monkeypatch.setattr(postgres, "_TAKE_TURN", postgres._TAKE_TURN.replace("'60000'", "'100'"))
    with stores(url, 2) as (store, other):

        def stands_still(connection):
            instance.put(connection, "name", "of the one that stood still")
            assert other.commit(lambda c: instance.get(c, "name")) is None

        with pytest.raises((LedgerUnavailable, sa.exc.DBAPIError)):
            store.commit(lambda c: (stands_still(c), instance.get(c, "name")))
        store.commit(lambda c: instance.put(c, "name", "of the one that came back"))


def test_what_is_answered_is_durable_whatever_the_server_is_set_to(url):
    """A server that may lose its last commits is told not to."""
    with stores(url, 1) as (store,):

        def be_hasty(connection):
            name = connection.scalar(sa.text("SELECT current_database()"))
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")

        store.commit(be_hasty)
    with stores(url, 1) as (store,):
        with store.read() as connection:
            assert connection.scalar(sa.text("SHOW synchronous_commit")) == "off"
        assert store.commit(lambda c: c.scalar(sa.text("SHOW synchronous_commit"))) == "on"


def test_readers_write_nothing(url):
    """A reading connection refuses to."""
    with stores(url, 1) as (store,), store.read() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        instance.put(connection, "name", "value")


def test_a_server_that_is_away_is_a_503():
    """Reading and writing say so, and do not fail in some other way."""
    with stores("postgresql://localhost:1/signoff", 1) as (store,):
        with pytest.raises(LedgerUnavailable), store.read():
            pass
        with pytest.raises(LedgerUnavailable):
            store.commit(lambda c: instance.put(c, "name", "value"))


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch):
    """Before anything is asked of the database."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotStart) as error:
        open_store("postgresql://localhost/signoff")
    assert "pip install" in error.value.remedy
