"""Databases of earlier versions keep their rows, and know afterwards what they could not say before."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command

from service.errors import CannotStart
from service.store import documents, ledger, pointers
from service.store.engine import open_store
from service.store.migrate import _config, check_schema, migrate
from service.store.tables_learning import shadows
from tests.unit.service.store.raw_rows import put

NOW = datetime(2026, 3, 3, tzinfo=UTC)
DAY = timedelta(days=1)
_LISTS = ("audience", "jurisdiction", "citations")


@pytest.fixture
def store(tmp_path):
    """A database of the version before documents had a life by sequence."""
    opened = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    opened.commit(lambda connection: _to(connection, "0002"))
    yield opened
    opened.close()


def _to(connection, revision):
    config = _config()
    config.attributes["connection"] = connection
    (command.downgrade if revision == "down" else command.upgrade)(config, "0002" if revision == "down" else revision)


def micro(at):
    return None if at is None else int(at.timestamp() * 1_000_000)


def old_row(document_id, version, status, by=None, at=None, retired=None, effective_from=None):
    values = {
        "collection": "c",
        "id": document_id,
        "version": version,
        "status": status,
        "title": document_id,
        "text": "words",
        "owner": "ann",
        **dict.fromkeys(_LISTS, ()),
        "digest": "0" * 64,
        "submitted_by": "ann",
        "submitted_at": micro(NOW),
        "approved_by": by,
        "approved_at": micro(at),
        "retired_by": "carol" if retired else None,
        "retired_at": micro(retired),
        "effective_from": micro(effective_from),
    }
    columns = (sa.column(name, sa.JSON() if name in _LISTS else sa.types.NullType()) for name in values)
    return sa.table("documents", *columns).insert().values(values)


def told(connection, kind, subject, sequence, **body):
    ledger.append(connection, kind, subject, NOW, {"collection": "c", "sequence": sequence, **body})


def fill(connection):
    """Approvals at 2 (attested), 4, 5 (ahead of its day) and 6, a retirement at 7; one row that no record tells of."""
    for row in (
        old_row("fees", 1, "superseded", "bob", NOW),
        old_row("fees", 2, "superseded", "bob", NOW + DAY, effective_from=NOW + 30 * DAY),
        old_row("fees", 3, "approved", "eve", NOW + 2 * DAY),
        old_row("limits", 1, "retired", "bob", NOW, retired=NOW + 3 * DAY),
        old_row("draft", 1, "submitted"),
        old_row("old", 1, "superseded", "bob", NOW),
        old_row("old", 2, "approved", "eve", NOW + DAY),
    ):
        connection.execute(row)
    told(connection, "documents.submitted", "c", 1, documents=["draft@1:00"])
    told(connection, "documents.attested", "c", 2, documents=["fees@1:00", "limits@1:00"])
    told(connection, "document.approved", "fees", 5, version=2)
    told(connection, "document.approved", "fees", 6, version=3)
    told(connection, "document.retired", "limits", 7, version=1)
    connection.execute(sa.text("INSERT INTO counters VALUES ('document_sequence', 7)"))


def _live(connection, sequence):
    return sorted((version.key.id, version.key.version) for version in documents.approved(connection, ["c"], sequence))


def test_every_row_gets_the_sequences_that_the_ledger_tells_of(store):
    """So that an old decision is replayed over exactly the documents that were approved at its sequence."""
    store.commit(fill)
    migrate(store)
    check_schema(store)
    with store.read() as connection:
        rows = {
            (row.id, row.version): row for row in documents.page(connection, documents.Wanted(), after=None, limit=99)
        }
        live = [_live(connection, sequence) for sequence in range(8)]
    spans = {name: (row.approved_sequence, row.ended_sequence, row.sequence) for name, row in rows.items()}
    assert spans == {
        ("draft", 1): (None, None, 1),
        ("fees", 1): (2, 6, 6),  # not 5: the version approved then had not begun, so it replaced nothing
        ("fees", 2): (5, 6, 6),
        ("fees", 3): (6, None, 6),
        ("limits", 1): (2, 7, 7),
        ("old", 1): (1, 7, 7),  # nobody tells when it ended: it has, by now
        ("old", 2): (1, None, 1),
    }
    assert live[7] == [("fees", 3), ("old", 2)]
    assert live[2] == [("fees", 1), ("limits", 1), ("old", 1), ("old", 2)]
    assert (rows["fees", 1].ended_by, rows["fees", 1].ended_at) == ("eve", NOW + 2 * DAY)
    assert (rows["limits", 1].ended_by, rows["limits", 1].ended_at) == ("carol", NOW + 3 * DAY)
    assert (rows["fees", 3].ended_by, rows["fees", 3].ended_at) == (None, None)
    assert all((row.authors, row.fields, row.similar) == (["ann"], {}, []) for row in rows.values())


def test_the_next_sequence_is_nobody_elses(store):
    """Not even where the counter was lost."""
    store.commit(fill)
    store.commit(lambda connection: connection.execute(sa.text("DELETE FROM counters")))
    migrate(store)
    assert store.commit(pointers.next_document_sequence) == 8


def test_an_empty_database_is_migrated_too(store):
    """Nothing to fill in, nothing counted."""
    migrate(store)
    with store.read() as connection:
        assert pointers.document_sequence(connection) == 0


def test_releases_stay_and_may_name_an_adapter(store):
    """What refers to them still does, and an adapter that does not exist is refused."""

    def old(connection):
        for digest in ("r", "p", "h"):
            connection.execute(sa.text("INSERT INTO artefacts VALUES (:d, 'x', x'00', 1)").bindparams(d=digest))
        connection.execute(
            sa.text(
                "INSERT INTO releases VALUES "
                "('rel_1', 'w', 'r', 'p', 'h', 'c', 's', 'e', '{}', NULL, NULL, 1, 'ann', '')"
            )
        )
        connection.execute(
            sa.text("INSERT INTO workflows (name, release, halted, created_at) VALUES ('w', 'rel_1', 0, 1)")
        )

    store.commit(old)
    migrate(store)
    with store.read() as connection:
        release, pointer = pointers.release(connection, "rel_1"), pointers.pointer(connection, "w")
    assert release is not None
    assert pointer is not None
    assert pointer.release == "rel_1"
    assert release["adapter"] is None
    assert release["route"] == {}
    with pytest.raises(sa.exc.IntegrityError):
        store.commit(lambda connection: connection.execute(sa.text("UPDATE releases SET adapter = 'none'")))


def test_going_back_keeps_the_rows(store):
    """Who retired a document and when is in its old place again."""
    store.commit(fill)
    migrate(store)
    store.commit(lambda connection: _to(connection, "down"))
    with store.read() as connection:
        rows = connection.execute(sa.text("SELECT id, version, retired_by, audience FROM documents")).all()
    assert len(rows) == 7
    assert {row.retired_by for row in rows if row.id == "limits"} == {"carol"}
    assert all(json.loads(row.audience) == [] for row in rows)
    with pytest.raises(CannotStart):
        check_schema(store)


def test_constraints_outlive_the_migration(store):
    """The table that SQLite makes anew has all of them."""
    migrate(store)
    with store.read() as connection:
        checks = {check["name"] for check in sa.inspect(connection).get_check_constraints("documents")}
        keys = sa.inspect(connection).get_pk_constraint("documents")["constrained_columns"]
    assert checks == {"ck_documents_approved_by_somebody", "ck_documents_approved_at_a_sequence"}
    assert keys == ["collection", "id", "version"]


def test_the_one_label_of_a_model_in_shadow_is_all_it_would_have_given(tmp_path):
    """What was noted before several labels could be told counts as it did, also where it was none."""
    path = tmp_path / "signoff.db"
    opened = open_store(f"sqlite:///{path}")
    opened.commit(lambda connection: _to(connection, "0004"))
    opened.close()
    with sqlite3.connect(path) as raw:
        put(raw, "models", id="mod")
        for decision, label in (("dec_1", "fees"), ("dec_2", None)):
            put(raw, "decisions", id=decision)
            put(raw, "shadows", model="mod", decision=decision, label=label)
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    check_schema(opened)
    with opened.read() as connection:
        found = connection.execute(sa.select(shadows.c.decision, shadows.c.labels).order_by(shadows.c.decision)).all()
    opened.close()
    assert [tuple(row) for row in found] == [("dec_1", ["fees"]), ("dec_2", [])]
