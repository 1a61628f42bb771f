"""Pages of the ledger: nothing that fits is left out, though clocks are put right now and then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.store import ledger
from service.store.ledger_pages import Asked, page

NOW = datetime(2026, 11, 1, tzinfo=UTC)
# Hours after NOW at which records were written: forward, back, a day ahead for a while, and on.
HOURS = [0, 1, 2, 1, 3, 30, 31, 8, 9, 9, 60, 61, 100, 140, 141, 300]


@pytest.fixture
def filled(store):
    def work(connection):
        for number, hours in enumerate(HOURS):
            kind = ("decision.made", "document.approved", "documents.attested")[number % 3]
            ledger.append(connection, kind, f"thing_{number % 5}", NOW + timedelta(hours=hours), {"n": number})

    store.commit(work)
    return store


def found(store, after=0, limit=100, **asked):
    with store.read() as connection:
        return [row.sequence for row in page(connection, Asked(**asked), after, limit)]


def test_a_time_finds_what_was_written_then(filled):
    """Whatever the clock showed before and after it, up to a day off."""
    for begin in range(-1, 302, 7):
        holds(filled, begin)


def holds(filled, begin):
    since, until = NOW + timedelta(hours=begin), NOW + timedelta(hours=begin + 40)
    wanted = [place for place, hours in enumerate(HOURS, 1) if begin <= hours < begin + 40]
    assert found(filled, since=since, until=until) == wanted
    assert found(filled, since=since) == [place for place, hours in enumerate(HOURS, 1) if hours >= begin]


def test_kinds_are_found_alone_and_together(filled):
    """`document.*` is no `documents.attested`."""
    assert found(filled, kind="decision.made") == [1, 4, 7, 10, 13, 16]
    assert found(filled, kind="document.*") == [2, 5, 8, 11, 14]
    assert found(filled, kind="decision.*", subject="thing_0") == [1, 16]
    assert found(filled, kind="none.such") == []


def test_pages_follow_each_other(filled):
    """By the sequence of the last record."""
    assert found(filled, limit=3) == [1, 2, 3]
    assert found(filled, after=3, limit=3) == [4, 5, 6]
    assert found(filled, after=16) == []


def test_a_kind_is_found_without_walking_through_decisions(filled):
    """By the index of operations, whatever else is asked."""
    said = []
    with filled.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2:4]))
        page(connection, Asked(kind="document.approved"), 0, 10)
        statement, values = said[-1]
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
        else:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "ix_ledger_operations" in str(plan)
