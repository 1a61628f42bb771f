"""What a database holds comes out as lines, and goes into another one of either kind as it was."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from service.errors import Conflict
from service.store import dump
from service.store.engine import open_store
from tests.databases import new_store

#: Every kind of column, with what is easily lost on the way: nothing and null, marks and signs, long numbers, bytes.
ROWS = (
    ("instance", {"name": "words", "value": 'ü 𝄞 \u2028 "quoted" \\ \t end\n'}),
    ("counters", {"name": "large", "value": 2**62 + 1}),
    ("vectors", {"digest": "v", "data": bytes(range(256))}),
    ("vectors", {"digest": "empty", "data": b""}),
    ("artefacts", {"digest": "a", "kind": "policy", "data": b"\x00", "created_at": 1}),
    (
        "events",
        {
            "id": "e1",
            "type": "t",
            "subject_id": "s",
            "created_at": -1,
            "sequence": 1,
            "body": '{"a": [1, 0.1, "é\\u0001"]}',
        },
    ),
    ("events", {"id": "e2", "type": "t", "subject_id": "s", "created_at": 0, "sequence": 2, "body": "null"}),
    ("proposals", {"id": "p", "state": "proposed", "by": "ann", "created_at": 1, "parts": "[]", "changes": '"1e5"'}),
    (
        "releases",
        {
            "id": "r",
            "workflow": "w",
            **dict.fromkeys(("rules", "policy", "head"), "a"),
            **dict.fromkeys(("calibration", "snapshot", "encoder"), "x"),
            "route": "{}",
            "certificate": None,
            "created_at": 1,
            "created_by": "ann",
            "why": "",
        },
    ),
    ("document_checks", {"release": "r", "sequence": 1, "holds": False, "found": "{}", "checked_at": 1}),
    ("document_checks", {"release": "r", "sequence": 2, "holds": True, "found": "{}", "checked_at": 1}),
    (
        "documents",
        {
            **dict.fromkeys(("collection", "id", "title", "text", "owner", "submitted_by"), "d"),
            **dict.fromkeys(("audience", "jurisdiction", "citations", "fields", "similar", "authors"), "[]"),
            "version": 1,
            "status": "submitted",
            "digest": "0",
            "review_by": date(2024, 2, 29),
            "submitted_at": 1,
            "sequence": 1,
        },
    ),
    ("workers", {"id": "wrk", "host": "h", "started_at": 1, "seen_at": 1}),
)


def fill(connection):
    found = sa.MetaData()
    found.reflect(connection)
    for name, given in ROWS:
        table = found.tables[name]
        values = {
            column: sa.cast(sa.bindparam(column, value, sa.Text()), sa.JSON)
            if isinstance(table.c[column].type, sa.JSON) and connection.dialect.name == "postgresql"
            else sa.type_coerce(value, sa.Text())
            if isinstance(table.c[column].type, sa.JSON)
            else value
            for column, value in given.items()
        }
        connection.execute(table.insert().values(values))


def dumped(store):
    with store.read() as connection:
        return {table.name: list(dump.lines(connection, table)) for table in dump.tables(connection)}


def refill(store, lines):
    def work(connection):
        dump.empty(connection)
        for table in dump.tables(connection):
            head, *rows = lines[table.name]
            dump.refill(connection, table, dump.Heading.read(head), rows)

    store.commit(work)


@pytest.fixture
def lines(tmp_path):
    """What an SQLite file with these rows comes to."""
    store = new_store(f"sqlite:///{tmp_path / 'source.db'}")
    store.commit(dump.empty)
    store.commit(fill)
    try:
        yield dumped(store)
    finally:
        store.close()


def test_rows_are_the_same_bytes_in_either_database(lines, migrated_url):
    """Filled by hand, by a dump of SQLite, and dumped again: three times the same."""
    store = open_store(migrated_url)
    try:
        store.commit(dump.empty)
        store.commit(fill)
        assert dumped(store) == lines
        refill(store, lines)
        assert dumped(store) == lines
    finally:
        store.close()
    assert b"\\u2028" not in b"".join(lines["instance"])  # text stands there as text
    assert lines["documents"][1].count(b"2024-02-29") == 1


def test_who_is_at_work_and_which_schema_it_is_stay_out(lines):
    """A process or a session of then is none of the database that is restored."""
    assert not {"workers", "sessions", "lookers", "alembic_version"} & lines.keys()


def test_a_table_with_other_columns_is_refused(lines, tmp_path):
    """Named, with what to do; not filled with what happens to fit."""
    store = new_store(f"sqlite:///{tmp_path / 'target.db'}")
    head, *rows = lines["counters"]
    other = dump.Heading("counters", (*dump.Heading.read(head).columns, ("gone", "text")))

    def work(connection):
        table = next(table for table in dump.tables(connection) if table.name == "counters")
        dump.refill(connection, table, other, rows)

    try:
        with pytest.raises(Conflict, match=r"counters has other columns.*gone"):
            store.commit(work)
    finally:
        store.close()
