"""Checks of certificates, and what the pointer says of the newest one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.store import document_checks, pointers, tables
from service.store.document_checks import Check
from service.store.engine import Store

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def store(store: Store) -> Store:
    """Two releases of a workflow; the first one answers."""

    def fill(connection):
        for kind in ("rules", "policy", "head"):
            digest = kind.ljust(64, "0")
            row = {"digest": digest, "kind": kind, "data": b"", "created_at": NOW}
            connection.execute(sa.insert(tables.artefacts).values(**row))
        for name in ("rel_1", "rel_2"):
            parts = {kind: kind.ljust(64, "0") for kind in ("rules", "policy", "head", "calibration", "snapshot")}
            more = {"encoder": "e", "route": {}, "created_at": NOW, "created_by": "tests", "why": "test"}
            pointers.add_release(connection, id=name, workflow="w", **parts, **more)
        pointers.activate(connection, "w", "rel_1", None, NOW)

    store.commit(fill)
    return store


def put(store, release, sequence, holds, at=NOW):
    store.commit(lambda connection: document_checks.put(connection, release, Check(sequence, holds, {"n": 1}, at)))


def checked(store):
    with store.read() as connection:
        found = pointers.pointer(connection, "w")
    assert found is not None
    return found.checked


def test_the_pointer_says_what_came_of_the_newest_check(store):
    """Of the release that answers, whatever was found of others; none before the first."""
    assert checked(store) is None
    put(store, "rel_2", 9, holds=False)
    assert checked(store) is None
    put(store, "rel_1", 3, holds=True)
    put(store, "rel_1", 2, holds=False)
    now = checked(store)
    assert (now.sequence, now.holds) == (3, True)


def test_the_same_documents_may_be_tried_again(store):
    """As on the first day of a version: the later check takes the earlier one's place, and can be told from it."""
    put(store, "rel_1", 3, holds=True)
    before = checked(store)
    put(store, "rel_1", 3, holds=False, at=NOW + timedelta(days=1))
    after = checked(store)
    assert not after.holds
    assert after != before
    with store.read() as connection:
        assert document_checks.latest(connection, "rel_1") == Check(3, False, {"n": 1}, NOW + timedelta(days=1))
        assert document_checks.latest(connection, "rel_3") is None
