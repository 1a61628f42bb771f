"""The log that SQLite writes ahead is moved into the database beside the writers, and loses nothing."""

from __future__ import annotations

import os
import sqlite3
import threading
import time

import pytest

from service.store import backfill
from service.store.engine import Store, open_store

ROW = 100_000  # bytes


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(backfill, "_COMMITS", 5)
    opened = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    opened.commit(lambda c: c.exec_driver_sql("CREATE TABLE t (data BLOB)"))
    yield opened
    opened.close()


def _write(store: Store, rows: int) -> None:
    for _ in range(rows):
        store.commit(lambda c: c.exec_driver_sql("INSERT INTO t VALUES (?)", (os.urandom(ROW),)))
    _let_it_finish()


def _let_it_finish() -> None:
    for thread in threading.enumerate():
        if thread.name == "backfill":
            thread.join(10)


def _count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())


def test_the_log_stays_short_however_much_is_written(store, tmp_path):
    """What was moved is written over: the log does not grow with the database."""
    for _ in range(20):
        _write(store, 5)
        time.sleep(0.01)
    log, database = (tmp_path / name for name in ("signoff.db-wal", "signoff.db"))
    assert database.stat().st_size > 80 * ROW
    assert log.stat().st_size < 50 * ROW
    assert _count(store) == 100


def test_a_log_that_a_reader_kept_long_is_begun_anew(store, tmp_path, monkeypatch):
    """A reader keeps its state for as long as it looks; afterwards the log grows no more, however many write."""
    monkeypatch.setattr(backfill, "_TOO_LONG", 100)
    monkeypatch.setattr(backfill, "_TRIES", 1)  # so that it never sees that it has caught up
    _write(store, 1)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1
        _write(store, 40)
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1
    grown = (tmp_path / "signoff.db-wal").stat().st_size
    for _ in range(8):
        _write(store, 5)
    assert (tmp_path / "signoff.db-wal").stat().st_size < 1.5 * grown
    assert _count(store) == 81


def test_a_database_that_is_removed_is_not_made_anew(tmp_path, monkeypatch):
    """Nobody finds an empty file where theirs was."""
    monkeypatch.setattr(backfill, "_COMMITS", 1)
    backfill.Backfill(tmp_path / "gone.db", sqlite3).count()
    _let_it_finish()
    assert list(tmp_path.iterdir()) == []
