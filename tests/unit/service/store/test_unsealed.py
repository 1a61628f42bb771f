"""What was written before there were keys: read as it was, sealed step by step, and then in no file any more."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.errors import KeysUnavailable
from service.store import payloads, unsealed
from service.store.engine import open_store
from service.store.key_ring import KeyRing
from service.store.master_key import master_key
from service.store.migrate import _config, migrate
from service.store.tables import payloads as table

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TEXT = "Zebulon was charged twice"


def upgrade(connection, to):
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@pytest.fixture
def store(tmp_path):
    """A database of the version before, with texts of two people and of nobody, migrated and opened with keys."""
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    old = open_store(url)
    old.commit(lambda connection: upgrade(connection, "0013"))
    old.close()
    with sqlite3.connect(tmp_path / "signoff.db") as raw:
        for number in range(7):
            row = (f"pay_{number}", ("ada", "bob", None)[number % 3], f'{{"text": "{TEXT} {number}"}}'.encode())
            raw.execute(
                "INSERT INTO payloads (id, subject, kind, data, created_at) VALUES (?, ?, 'request', ?, 0)", row
            )
    opened = open_store(url)
    migrate(opened)
    opened.use_keys(
        KeyRing(f"sqlite:///{tmp_path / 'keys.db'}", master_key(None, tmp_path / "master.key"), lambda: NOW)
    )
    yield opened
    opened.close()


def texts(store):
    with store.read() as connection:
        return [payloads.get(connection, f"pay_{number}") for number in range(7)]


def test_it_is_sealed_in_steps_and_stays_readable(store, tmp_path):
    """Each step is a transaction of its own, so an interruption costs nothing; afterwards no file holds a word."""
    before = texts(store)
    assert TEXT.encode() in before[0]
    assert store.commit(lambda connection: unsealed.seal_some(connection, 3)) == 3
    assert texts(store) == before
    assert store.commit(lambda connection: unsealed.seal_some(connection, 100)) == 4
    assert store.commit(lambda connection: unsealed.seal_some(connection, 100)) == 0
    with store.read() as connection:
        assert not unsealed.left(connection)
        rows = connection.execute(sa.select(table.c.subject, table.c.key).order_by(table.c.id)).all()
    assert {row.subject for row in rows} == {None}
    assert len({row.key for row in rows}) == 3
    assert rows[0].key == rows[3].key == rows[6].key
    store.rewrite("payloads")
    held = [path.name for path in tmp_path.iterdir() if TEXT.encode() in path.read_bytes()]
    assert held == []
    assert texts(store) == before


def test_without_keys_nothing_sealed_is_read_or_written(store, tmp_path):
    """A database opened by itself says that its keys are missing; it does not take what is sealed for erased."""
    store.commit(lambda connection: unsealed.seal_some(connection, 100))
    bare = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    with bare.read() as connection, pytest.raises(KeysUnavailable):
        payloads.get(connection, "pay_0")
    with pytest.raises(KeysUnavailable):
        bare.commit(lambda connection: payloads.add(connection, "ada", NOW, ("pay_x", "note", b"{}")))
    with pytest.raises(KeysUnavailable):
        bare.keys  # noqa: B018
    bare.close()
