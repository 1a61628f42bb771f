"""The store: durable before it answers, and one caller's error is nobody else's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from service.errors import CannotStart, Conflict, LedgerUnavailable
from service.store import (
    instance,
    tables_learning,  # noqa: F401 - so that its tables are known
    tables_people,  # noqa: F401 - likewise
    tables_replies,  # noqa: F401 - likewise
    tables_webhooks,  # noqa: F401 - likewise
)
from service.store.engine import open_store
from service.store.migrate import check_schema
from service.store.tables import metadata


def test_what_was_committed_is_there_after_opening_again(store, migrated_url):
    """A result means durable."""
    store.commit(lambda c: instance.put(c, "name", "value"))
    store.close()
    second = open_store(migrated_url)
    with second.read() as connection:
        assert instance.get(connection, "name") == "value"
    second.close()


def test_one_error_spoils_nobody_elses_commit(store):
    """Work that fails is rolled back alone, although it shared a commit with others."""
    release = threading.Event()

    def slow(connection):
        release.wait(60)
        instance.put(connection, "slow", "done")

    def fails(connection):
        instance.put(connection, "fails", "never")
        raise Conflict("on purpose")

    first = store.submit(slow)
    others = [store.submit(fails), store.submit(lambda c: instance.put(c, "other", "done"))]
    release.set()
    first.result(60)
    with pytest.raises(Conflict):
        others[0].result(60)
    others[1].result(60)
    with store.read() as connection:
        assert instance.get(connection, "slow") == "done"
        assert instance.get(connection, "other") == "done"
        assert instance.get(connection, "fails") is None


def test_many_writers_lose_nothing(store):
    """Each of many concurrent commits is there afterwards."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.commit(lambda c: instance.put(c, f"k{n}", str(n))), range(200)))
    with store.read() as connection:
        assert all(instance.get(connection, f"k{n}") == str(n) for n in range(200))


def test_a_database_that_fails_is_a_503_and_nothing_is_written(store):
    """No ink, no decision: the caller hears that it was not recorded."""

    def breaks(connection):
        instance.put(connection, "half", "written")
        raise sa.exc.OperationalError("insert", {}, Exception("disk is full"))

    with pytest.raises(LedgerUnavailable) as error:
        store.commit(breaks)
    assert error.value.status == 503
    with store.read() as connection:
        assert instance.get(connection, "half") is None
    store.commit(lambda c: instance.put(c, "after", "fine"))


def test_a_closed_store_refuses(store):
    """After closing nothing is taken any more."""
    store.close()
    with pytest.raises(LedgerUnavailable):
        store.commit(lambda c: instance.put(c, "late", "no"))


def test_an_old_schema_stops_the_start(database_url):
    """An empty or foreign schema is named with its remedy."""
    opened = open_store(database_url)
    with pytest.raises(CannotStart) as error:
        check_schema(opened)
    assert "signoff init" in error.value.remedy
    opened.close()


def test_migrations_make_exactly_the_tables_of_the_code(store):
    """What the migrations make is what the code describes: columns, indexes and constraints by name."""
    with store.read() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.tables.values():
            columns = {column["name"] for column in inspector.get_columns(table.name)}
            assert columns == {column.name for column in table.columns}, table.name
            indexes = {index["name"] for index in inspector.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= indexes, table.name
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            wanted = {check.name for check in table.constraints if isinstance(check, sa.CheckConstraint)}
            assert wanted <= checks, table.name


def test_a_reader_sees_one_state(store):
    """What is committed while somebody reads is not in what they read, however often they look."""
    with store.read() as connection:
        assert instance.get(connection, "name") is None
        store.commit(lambda c: instance.put(c, "name", "value"))
        assert instance.get(connection, "name") is None
    with store.read() as connection:
        assert instance.get(connection, "name") == "value"


def test_other_databases_are_refused():
    """By name, with what to take instead."""
    with pytest.raises(CannotStart) as error:
        open_store("mysql://localhost/signoff")
    assert "PostgreSQL" in error.value.remedy
