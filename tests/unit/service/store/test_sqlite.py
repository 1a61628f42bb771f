"""SQLite is set so that what was committed is on the disk."""

from __future__ import annotations

from service.store.engine import open_store


def test_writes_are_synchronous_and_logged_ahead(tmp_path):
    """The pragmas that durability rests on are set on the connections in use."""
    store = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    modes = store.commit(
        lambda c: (c.exec_driver_sql("PRAGMA synchronous").scalar(), c.exec_driver_sql("PRAGMA journal_mode").scalar())
    )
    store.close()
    assert modes == (2, "wal")
