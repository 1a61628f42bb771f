"""The ledger: contiguous, chained, and tampering in the database is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.domain.audit import verify
from service.store import ledger
from service.store.tables import ledger as table
from service.usecases.rule_history import KINDS

NOW = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)


def fill(store, n):
    for i in range(n):
        store.commit(lambda c, i=i: ledger.append(c, "decision.made", f"dec_{i}", NOW, {"n": i}))


def test_sequence_is_contiguous_and_chain_verifies(store):
    """Records number from one without a gap."""
    fill(store, 10)
    with store.read() as connection:
        records = list(ledger.walk(connection))
        assert [sequence for sequence, _, _ in records] == list(range(1, 11))
        assert verify(records).ok


def test_a_rolled_back_record_leaves_no_gap(store):
    """A sequence number is used only by what was committed."""
    fill(store, 2)

    def fails(connection):
        ledger.append(connection, "x", "y", NOW, {})
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        store.commit(fails)
    fill(store, 1)
    with store.read() as connection:
        assert [sequence for sequence, _, _ in ledger.walk(connection)] == [1, 2, 3]


def test_a_changed_row_is_found(store):
    """Editing a record in the database breaks the chain at that record."""
    fill(store, 5)
    store.commit(lambda c: c.execute(sa.update(table).where(table.c.sequence == 3).values(record=b"{}")))
    with store.read() as connection:
        assert verify(ledger.walk(connection)).first_bad == 3


def test_a_record_says_what_when_and_about_what(store):
    """The hashed bytes hold everything that the row's columns say."""
    fill(store, 1)
    with store.read() as connection:
        row = ledger.about(connection, "dec_0")[0]
    record = json.loads(row.record)
    assert record == {
        "stream": "main",
        "sequence": 1,
        "kind": "decision.made",
        "subject": "dec_0",
        "at": "2026-11-21T09:30:15.123456+00:00",
        "body": {"n": 0},
    }
    assert row.at == NOW


@pytest.mark.parametrize("before", [None, 40])
def test_the_timeline_is_found_without_walking_through_decisions(store, before):
    """By its own index, on the first page and on those that follow."""
    said = []
    with store.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2:4]))
        ledger.page(connection, KINDS, before=before)
        statement, values = said[-1]
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # which it prefers in an empty table
            explain = "EXPLAIN"
        else:
            explain = "EXPLAIN QUERY PLAN"
        plan = connection.exec_driver_sql(f"{explain} {statement}", values).all()
    assert "ix_ledger_operations" in str(plan)
