"""The queue in the database: which case comes first, and that an index finds it however many there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from service.domain import case as table_of_states
from service.store import attached, cases, tables
from service.store.engine import open_store
from service.store.migrate import migrate
from service.store.tables import cases as table
from service.store.tables import decisions, payloads

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(case, **values):
    return {
        "id": case,
        "decision": "dec",
        "workflow": "w",
        "queue": "q",
        "kind": "held",
        "state": "queued",
        "stage": "queued",
        "priority": 50,
        "reasons": [],
        "created_at": NOW,
        "due_at": NOW + HOUR,
        "rank_at": NOW,
        "version": 1,
        **values,
    }


def fill(store, *rows):
    """Cases of one decision; SQLite and PostgreSQL both look at foreign keys at once, so it is there first."""

    def work(connection):
        connection.execute(payloads.insert(), {"id": "p", "kind": "x", "data": b"{}", "created_at": NOW})
        connection.execute(sa.text("INSERT INTO artefacts VALUES ('d', 'x', :data, 1)"), {"data": b""})
        release = {"id": "rel", "workflow": "w", "rules": "d", "policy": "d", "head": "d", "calibration": "c",
                   "snapshot": "s", "encoder": "e", "route": {}, "created_at": NOW, "created_by": "x",
                   "why": ""}  # fmt: skip
        connection.execute(tables.releases.insert(), release)
        decision = {"id": "dec", "workflow": "w", "release": "rel", "principal": "x", "groups": [],
                    "document_sequence": 1, "created_at": NOW, "request": "p", "answer": "p", "state": "waiting",
                    "outcome": "review", "labels": []}  # fmt: skip
        connection.execute(decisions.insert(), decision)
        for one in rows:
            connection.execute(table.insert(), one)

    store.commit(work)


def best(store, person="ann", queue="q"):
    found = store.commit(lambda connection: cases.best(connection, queue, person))
    return found.id if found else None


def test_the_words_of_the_indexes_are_those_of_the_table_of_states():
    """A state that one knows and the other does not would be lost to every claimer."""
    for words, states in ((tables.WAITING, table_of_states.WAITING), (tables.OPEN, table_of_states.OPEN)):
        assert words == f"state IN ({', '.join(repr(state.value) for state in states)})"


def test_what_ranks_first_comes_first_from_every_stage(store):
    """Escalated and second opinions stand in the same line; what is put aside, held or over does not."""
    fill(
        store,
        row("a", rank_at=NOW + 3 * HOUR),
        row("b", rank_at=NOW + 2 * HOUR, state="escalated"),
        row("c", rank_at=NOW + HOUR, state="second_review"),
        row("d", rank_at=NOW - HOUR, state="on_hold"),
        row("e", rank_at=NOW - HOUR, state="delivered"),
        row("f", rank_at=NOW - HOUR, queue="other"),
    )
    seen = []
    while (found := best(store)) is not None:
        seen.append(found)
        store.commit(lambda connection, case=found: cases.pass_over(connection, case, ["ann"], "skipped", NOW))
    assert seen == ["c", "b", "a"]
    assert best(store, "ben") == "c"


def test_what_was_handed_over_comes_first_and_to_nobody_else(store):
    """Whatever ranks before it."""
    fill(store, row("a"), row("b", rank_at=NOW + 9 * HOUR, assigned_to="ben"))
    assert (best(store, "ann"), best(store, "ben")) == ("a", "b")


def test_passing_over_twice_is_passing_over_once(store):
    """Also with somebody else; the first reason stands."""
    fill(store, row("a"))
    for people, why in ((["ann"], "skipped"), (["ann", "ben"], "reviewed")):
        store.commit(lambda c, people=people, why=why: cases.pass_over(c, "a", people, why, NOW))
    with store.read() as connection:
        assert [(one.person, one.why) for one in cases.passed_over(connection, "a")] == [
            ("ann", "skipped"),
            ("ben", "reviewed"),
        ]


def test_only_what_was_read_is_written(store):
    """By its version."""
    fill(store, row("a"))
    with store.read() as connection:
        stale = cases.get(connection, "a")
    assert stale is not None
    assert store.commit(lambda connection: cases.write(connection, stale, {"priority": 60}))
    assert not store.commit(lambda connection: cases.write(connection, stale, {"priority": 70}))
    with store.read() as connection:
        found = cases.get(connection, "a")
    assert found is not None
    assert (found.priority, found.version) == (60, 2)


def test_what_is_due_is_found_in_its_order(store):
    """Of one queue without decisions, of all queues with them."""
    fill(
        store,
        row("a", wake_at=NOW, state="on_hold"),
        row("b", wake_at=NOW - HOUR, state="decided"),
        row("c", wake_at=NOW - HOUR, state="on_hold", queue="other"),
        row("d", wake_at=NOW + HOUR, state="on_hold"),
        row("e"),
    )
    assert [one.id for one in store.commit(lambda c: cases.due(c, "q", NOW, 9))] == ["a"]
    with store.read() as connection:
        assert [one.id for one in cases.waking(connection, NOW, 9)] == ["c", "b", "a"]
        assert [one.id for one in cases.waking(connection, NOW, 1)] == ["c"]


@pytest.mark.parametrize(
    "statement, parameters, index",
    [
        (cases._BEST, {"queue": "q", "person": "ann"}, "ix_cases_free"),
        (cases._MINE, {"queue": "q", "person": "ann"}, "ix_cases_handed_over"),
        (cases._DUE, {"queue": "q", "now": 0, "most": 20}, "ix_cases_wake_at"),
        (attached._ALIKE, {"likeness": "f00d"}, "ix_cases_alike"),
    ],
)
def test_claiming_walks_an_index_in_its_order(tmp_path, statement, parameters, index):
    """Nothing is sorted and nothing is read through, so that a million open cases cost no more than ten."""
    opened = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    migrate(opened)
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    with opened.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", compiled.construct_params(parameters)).all()
    opened.close()
    steps = [one[3] for one in plan]
    assert any(index in step for step in steps), steps
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in steps), steps
