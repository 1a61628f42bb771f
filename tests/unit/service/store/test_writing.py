"""Whether the database takes records."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from service.errors import LedgerUnavailable
from service.store import instance, sqlite
from service.store.engine import open_store
from service.store.writing import FAILED_S, PENDING_S, Writing, try_out


class Clock:
    """Set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.02)


def test_nothing_is_wrong_until_something_is() -> None:
    """Neither before the first record nor between records, however long that takes."""
    clock = Clock()
    writing = Writing(clock)
    assert writing.trouble() is None
    writing.begin()
    writing.taken()
    clock.now += 1_000
    assert writing.trouble() is None


def test_a_record_that_waits_too_long_is_trouble() -> None:
    """While it waits, and no longer."""
    clock = Clock()
    writing = Writing(clock)
    writing.begin()
    clock.now += PENDING_S
    assert writing.trouble() is None
    clock.now += 1
    assert writing.trouble() == "a record has been waiting for 3 s"
    writing.taken()
    assert writing.trouble() is None


def test_a_failure_counts_for_some_seconds_whatever_is_taken_afterwards() -> None:
    """Where the disk is full, small records still fit now and then; after that one that is taken ends it."""
    clock = Clock()
    writing = Writing(clock)
    writing.begin()
    writing.refused("OperationalError SQLITE_FULL")
    for _ in range(2):
        writing.begin()
        writing.taken()
        assert writing.trouble() == "records are not taken: OperationalError SQLITE_FULL"
        clock.now += FAILED_S / 2
    assert writing.trouble() is not None
    writing.begin()
    writing.taken()
    assert writing.trouble() is None


def test_a_store_says_when_its_file_is_locked_and_when_it_is_free_again(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds it: trouble while the commit waits and after it failed, none once records are taken again."""
    monkeypatch.setattr("service.store.sqlite._WAIT_MS", 2_000)
    monkeypatch.setattr("service.store.writing.PENDING_S", 0.1)
    monkeypatch.setattr("service.store.writing.FAILED_S", 0.2)
    file = tmp_path / "signoff.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{file}")
    failed = REGISTRY.get_sample_value("signoff_database_errors_total", {"during": "commit"}) or 0.0
    try:
        other = sqlite._driver().connect(
            file, isolation_level=None
        )  # one library: two would not see each other's locks
        other.execute("BEGIN IMMEDIATE")
        future = store.submit(lambda connection: instance.put(connection, "a", "1"))
        until(lambda: "waiting" in (store.writing.trouble() or ""))
        with pytest.raises(LedgerUnavailable):
            future.result(10)
        assert "TimeoutError" in (store.writing.trouble() or "")
        other.execute("ROLLBACK")
        other.close()

        def green() -> bool:
            store.commit(lambda connection: try_out(connection, time.time()))
            return store.writing.trouble() is None

        until(green)
        assert REGISTRY.get_sample_value("signoff_database_errors_total", {"during": "commit"}) == failed + 1
        with store.read() as connection:
            rows = (
                connection.execute(sa.text("SELECT length(value) FROM instance WHERE name = 'trial'")).scalars().all()
            )
        assert rows == [65_536]
    finally:
        store.close()
