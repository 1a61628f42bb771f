"""Alembic's entry: migrations run on the connection they are handed."""

from __future__ import annotations

from alembic import context

from service.store import (  # noqa: F401 - so that its tables are known
    tables_access,
    tables_attached,
    tables_console,
    tables_keys,
    tables_known,
    tables_learning,
    tables_people,
    tables_questions,
    tables_replay,
    tables_replies,
    tables_webhooks,
)
from service.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making a new one
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
