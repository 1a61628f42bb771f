"""Several processes on one PostgreSQL: each waits for its turn, and one that stands still loses it."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa
import structlog

from service.domain.audit import verify
from service.errors import CannotStart, InvalidRequest, LedgerUnavailable
from service.store import instance, ledger, pointers, postgres
from service.store.engine import Store, open_store
from service.store.migrate import migrate

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

        with pytest.raises(LedgerUnavailable):
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


def operating(store):
    """A connection beside those of the store."""
    return sa.create_engine(store._writer.url, poolclass=sa.NullPool).connect()


def end_all_connections(connection):
    """As a failover does, or whoever restarts the server."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


def test_a_connection_that_is_lost_while_writing_is_a_503_and_the_next_one_is_new(url):
    """Also for those who shared the commit; nothing of it is written."""
    with stores(url, 1) as (store,), operating(store) as operator:

        def cut_off(connection):
            instance.put(connection, "half", "written")
            end_all_connections(operator)
            instance.put(connection, "other", "half")

        begun, go_on = threading.Event(), threading.Event()

        def hold_up(_):
            begun.set()
            go_on.wait(60)

        first = store.submit(hold_up)
        begun.wait(60)  # the others queue up behind it, and share a commit
        lost = [store.submit(lambda c: instance.put(c, "before", "x")), store.submit(cut_off)]
        go_on.set()
        first.result(60)
        for future in lost:
            with pytest.raises(LedgerUnavailable) as error:
                future.result(60)
            assert error.value.headers["Retry-After"] == "1"
        store.commit(lambda c: instance.put(c, "after", "fine"))
        with store.read() as connection:
            assert [instance.get(connection, name) for name in ("before", "half", "after")] == [None, None, "fine"]


def test_a_connection_that_is_lost_while_reading_is_a_503_and_the_next_one_is_new(url):
    """Not an error that nobody foresaw."""
    with stores(url, 1) as (store,), operating(store) as operator:

        def reads():
            with store.read() as connection:
                instance.get(connection, "name")
                end_all_connections(operator)
                instance.get(connection, "name")

        with pytest.raises(LedgerUnavailable):
            reads()
        with store.read() as connection:
            assert instance.get(connection, "name") is None


def test_a_server_that_takes_no_writes_is_a_503_until_another_is_in_charge(url):
    """As after a failover, when the address leads to the copy first."""
    with stores(url, 1) as (store,), operating(store) as operator:
        name = operator.scalar(sa.text("SELECT current_database()"))
        operator.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        operator.commit()
        end_all_connections(operator)
        with pytest.raises(LedgerUnavailable):
            store.commit(lambda c: instance.put(c, "name", "no"))
        operator.exec_driver_sql("SET default_transaction_read_only = off")
        operator.exec_driver_sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        operator.commit()
        store.commit(lambda c: instance.put(c, "name", "yes"))


@pytest.mark.parametrize("value", ["a\0b", "x" * 300])
def test_what_a_column_cannot_keep_is_the_requests_fault(url, value):
    """Said without the value, to the one who sent it; others are served."""
    with stores(url, 1) as (store,):
        with pytest.raises(InvalidRequest) as error:
            store.commit(lambda c: instance.put(c, value, "x"))
        assert value not in error.value.detail
        with pytest.raises(InvalidRequest), store.read() as connection:
            instance.get(connection, "a\0b")
        store.commit(lambda c: instance.put(c, "name", "x"))


def sorted_by(store):
    """The rules by which each column of text is sorted, as (table, column, rules)."""
    with store.read() as connection:
        return connection.execute(
            sa.text(
                "SELECT table_name, column_name, collation_name FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')"
                " AND table_name <> 'alembic_version'"
            )
        ).all()


def test_text_is_sorted_by_code_points_whatever_language_the_database_is_set_up_for(url):
    """As on SQLite: each column of text, also one that a later migration adds."""
    names = ["_b", "a", "-a", "B", "a_b", "ab", "a-c", "é", "Z"]
    with stores(url, 1) as (store,):
        for name in names:
            store.commit(partial(instance.put, name=name, value="x"))
        with store.read() as connection:
            found = connection.scalars(sa.text("SELECT name FROM instance ORDER BY name"))
            assert [name for name in found if name in names] == sorted(names)
        columns = sorted_by(store)
    assert len(columns) > 100
    assert {row.collation_name for row in columns} == {"C"}, [row for row in columns if row.collation_name != "C"]


def test_a_database_of_an_earlier_version_is_sorted_by_code_points_once_it_is_migrated(url):
    """Its columns, keys and indexes are changed with what is in them; once they are, nothing is changed again."""
    with stores(url, 1) as (store,):

        def as_before(connection):
            instance.put(connection, "a", "x")
            for name, type_ in (("name", "varchar(200)"), ("value", "text")):
                connection.exec_driver_sql(f'ALTER TABLE instance ALTER COLUMN {name} TYPE {type_} COLLATE "default"')

        store.commit(as_before)
        before = {(row.table_name, row.column_name) for row in sorted_by(store) if row.collation_name != "C"}
        assert before == {("instance", "name"), ("instance", "value")}
        migrate(store)
        assert {row.collation_name for row in sorted_by(store)} == {"C"}
        with store.read() as connection:
            assert instance.get(connection, "a") == "x"


@pytest.mark.parametrize(
    "column, says",
    [("130011, 'UTF8', false, 'on', 'on'", "13 is too old"), ("180001, 'LATIN1', false, 'on', 'on'", "LATIN1"),
     ("180001, 'UTF8', true, 'on', 'on'", "takes no writes")],
)  # fmt: skip
def test_a_server_that_could_not_keep_what_it_is_given_is_refused(url, monkeypatch, column, says):
    """By name, with what to do; as servers of other versions and settings would say it."""
    monkeypatch.setattr(postgres, "_FITNESS", f"SELECT {column}")
    with stores(url, 1) as (store,), pytest.raises(CannotStart) as error:
        store.refuse_unfit()
    assert says in error.value.detail


def test_a_server_that_may_lose_what_it_committed_is_warned_of(url):
    """It is the operator's choice, as for these tests; they are told of it at every start."""
    with stores(url, 1) as (store,), structlog.testing.capture_logs() as told:
        store.refuse_unfit()
    assert [each["event"] for each in told] == ["database_may_lose_what_it_committed"]


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch):
    """Before anything is asked of the database."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotStart) as error:
        open_store("postgresql://localhost/signoff")
    assert "pip install" in error.value.remedy


def test_a_connection_that_broke_while_nobody_used_it_is_replaced_unseen(url, monkeypatch):
    """Whoever reads or writes next does not hear of it."""
    monkeypatch.setattr(postgres, "_FRESH_S", 0.0)
    with stores(url, 1) as (store,), operating(store) as operator:
        store.commit(lambda c: instance.put(c, "name", "value"))
        with store.read() as connection:
            assert instance.get(connection, "name") == "value"
        end_all_connections(operator)
        with store.read() as connection:
            assert instance.get(connection, "name") == "value"
        store.commit(lambda c: instance.put(c, "name", "other"))
