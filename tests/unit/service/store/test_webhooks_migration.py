"""Events of earlier versions get their numbers, and a person's decision says of which workflow it was."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from service.store import events
from service.store.engine import open_store
from service.store.migrate import _config, check_schema, migrate
from tests.unit.service.store.raw_rows import put


def to(connection: sa.Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    (command.downgrade if revision == "0006" else command.upgrade)(config, revision)


def test_events_are_numbered_by_the_time_they_tell(tmp_path: Path):
    """And numbering goes on from there; going back takes nothing away but the numbers."""
    path = tmp_path / "signoff.db"
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    opened.commit(lambda connection: to(connection, "0006"))
    opened.close()
    with sqlite3.connect(path) as raw:
        put(raw, "decisions", id="dec_1", workflow="bank")
        for event, type_, at in (("b", "decision.final", 3), ("a", "decision.created", 1), ("c", "rule.enabled", 2)):
            body = {"decision": "dec_1", "outcome": "allow"} if type_ == "decision.final" else {}
            put(raw, "events", id=event, type=type_, subject_id="dec_1", body=json.dumps(body), created_at=at)
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    check_schema(opened)
    with opened.read() as connection:
        found = events.following(connection, 0, 10)
        assert events.last(connection) == 3
    assert [(row.sequence, row.id) for row in found] == [(1, "a"), (2, "c"), (3, "b")]
    assert found[2].body == {"decision": "dec_1", "outcome": "allow", "workflow": "bank"}
    opened.commit(lambda connection: to(connection, "0006"))
    with opened.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM events")) == 3
        assert not sa.inspect(connection).has_table("webhook_deliveries")
    opened.close()
