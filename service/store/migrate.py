"""Bring the database's schema to the version this code was written for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from service.errors import CannotStart
from service.store import postgres
from service.store.engine import Store
from service.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


def migrate(store: Store) -> None:
    """Run every migration that is missing, all in one transaction."""
    store.commit(_upgrade)


def check_schema(store: Store) -> None:
    """Refuse to serve on a schema that is not this code's."""
    with store.read() as connection:
        found = _revision(connection)
    wanted = _newest()
    if found != wanted:
        raise CannotStart(
            f"the database schema is {found or 'empty'}, this version needs {wanted}",
            remedy="run `signoff init` to migrate it",
        )


@cache
def _newest() -> str | None:
    """The version of this code. Looked for once: each migration is a module of its own."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        postgres.compare_by_code_point(connection, metadata.tables)  # all of them, since the migrations have run


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
