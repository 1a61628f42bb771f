"""What one process commits on PostgreSQL another hears at once; what it did not hear it is told to look for."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.store import events, listen, pointers, workers
from service.store.engine import Store, open_store

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def url(postgres_cluster, migrated_postgres) -> Iterator[str]:
    with postgres_cluster.database(migrated_postgres) as address:
        yield address


class Ear:
    """What was heard, and when."""

    def __init__(self) -> None:
        self._heard: queue.Queue[tuple[str, str, float]] = queue.Queue()

    def hear(self, topic: str, subject: str) -> None:
        self._heard.put((topic, subject, time.monotonic()))

    def next(self, seconds: float = 20.0) -> tuple[str, str]:
        topic, subject, self.at = self._heard.get(timeout=seconds)
        return topic, subject

    @property
    def silent(self) -> bool:
        return self._heard.empty()


@contextlib.contextmanager
def listening(store: Store) -> Iterator[Ear]:
    ear = Ear()
    listener = store.listener(ear.hear)
    assert listener is not None
    listener.start()
    try:
        assert ear.next() == (listen.HEARS, "")
        yield ear
    finally:
        listener.stop()


@pytest.fixture
def pair(url: str) -> Iterator[tuple[Store, Store]]:
    """As two processes have them open: one writes, one listens."""
    writes, listens = open_store(url), open_store(url)
    yield writes, listens
    writes.close()
    listens.close()


def approve(connection):
    pointers.next_document_sequence(connection)


def happen(connection, number, type_, **told):
    events.add(connection, f"evt_{number}", type_, "x", {"decision": f"dec_{number}", "workflow": "w", **told}, NOW)


def test_what_is_committed_is_heard_within_a_fifth_of_a_second(pair):
    """Each time, and by then it can be read."""
    writes, listens = pair
    took = []
    with listening(listens) as ear:
        for number in range(1, 21):
            writes.commit(approve)
            done = time.monotonic()
            assert ear.next() == (listen.POINTERS, "")
            took.append(ear.at - done)
            with listens.read() as connection:
                assert pointers.document_sequence(connection) == number
    print(f"heard after {sorted(took)[10] * 1_000:.1f} ms, the slowest after {max(took) * 1_000:.1f} ms")  # noqa: T201
    assert sorted(took)[10] < 0.2


def test_a_notice_says_what_to_look_at(pair):
    """Events at large, and each decision that something happened to after it was made; signs of life by worker."""
    writes, listens = pair
    with listening(listens) as ear:
        writes.commit(lambda c: happen(c, 1, "decision.created", state="waiting"))
        assert ear.next() == (listen.EVENTS, "")
        writes.commit(lambda c: happen(c, 2, "decision.final", outcome="allow"))
        assert {ear.next(), ear.next()} == {(listen.EVENTS, ""), (listen.DECISION, "dec_2")}
        writes.commit(lambda c: workers.seen(c, "wrk_1", "here", NOW))
        writes.commit(lambda c: workers.seen(c, "wrk_1", "here", NOW))
        assert [ear.next(), ear.next()] == [(listen.WORKER, "wrk_1")] * 2
        assert ear.silent


def test_many_things_of_one_commit_are_one_notice_and_what_is_rolled_back_is_none(pair):
    """However many decisions share a commit."""
    writes, listens = pair

    def fails(connection):
        approve(connection)
        raise ValueError("on purpose")

    def much(connection):
        for number in range(50):
            happen(connection, number, "decision.created", state="final")

    with listening(listens) as ear:
        with pytest.raises(ValueError, match="on purpose"):
            writes.commit(fails)
        writes.commit(much)
        assert ear.next() == (listen.EVENTS, "")
        writes.commit(approve)
        assert ear.next() == (listen.POINTERS, "")
        assert ear.silent


def test_whoever_lost_the_connection_is_told_to_look_and_hears_again(pair):
    """What was committed meanwhile was not heard: so everything is to be looked at."""
    writes, listens = pair
    with listening(listens) as ear:
        for _ in range(3):
            with sa.create_engine(writes._writer.url, poolclass=sa.NullPool).connect() as operator:
                operator.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN signoff'"
                )
            writes.commit(approve)
            assert ear.next() == (listen.HEARS, "")
            writes.commit(approve)
            while (heard := ear.next()) == (listen.HEARS, ""):
                pass
            assert heard == (listen.POINTERS, "")
            while not ear.silent:
                ear.next()


def test_a_server_that_is_not_there_is_tried_again_and_stopping_waits_for_nothing(monkeypatch):
    """Neither for the server nor for the next try."""
    monkeypatch.setattr(listen, "_AGAIN", 60.0)
    store = open_store("postgresql://localhost:1/signoff")
    listener = store.listener(lambda *_: None)
    assert listener is not None
    listener.start()
    time.sleep(0.2)
    begun = time.monotonic()
    listener.stop()
    assert time.monotonic() - begun < 5
    store.close()


def test_sqlite_tells_nobody(tmp_path):
    """There everybody looks."""
    store = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    assert store.listener(lambda *_: None) is None
    store.close()
