"""Bring the database's schema to the version this code was written for, and tell which versions of the code it serves.

A migration that only adds says so: `additive = True`. Code of before may then go on, or be started again, beside the
one that migrated: the database names the oldest version it may be, so that such code knows without having read the
migration. One that says nothing takes the ground from under earlier code, which refuses to start from then on.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from service.errors import CannotStart
from service.store import instance, postgres
from service.store.engine import Store
from service.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"
_SERVES: Final = "serves_code_since"  # the schema of the oldest code that may run on this one


def migrate(store: Store) -> None:
    """Run every migration that is missing, all in one transaction. `CannotStart` on the schema of a newer version."""
    with store.read() as connection:
        found = revision(connection)
    if found is not None:
        refuse_unknown(found)
    store.alter(_upgrade)


def check_schema(store: Store) -> None:
    """Refuse to serve on a schema that is neither this code's nor a later one that says it serves this code."""
    with store.read() as connection:
        found, wanted = revision(connection), newest()
        if found == wanted:
            return
        if found is not None and found not in _known():
            if instance.get(connection, _SERVES) in _known():
                return
            raise _newer(found)
    raise CannotStart(
        f"the database schema is {found or 'empty'}, this version needs {wanted}",
        remedy="run `signoff init` to migrate it",
    )


def refuse_unknown(schema: str) -> None:
    """`CannotStart` for a schema that only a newer version knows."""
    if schema not in _known():
        raise _newer(schema)


def newest() -> str:
    """The schema of this code."""
    return _known()[0]


def revision(connection: Connection) -> str | None:
    """The schema of a database; None where there is none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return MigrationContext.configure(connection).get_current_revision()


def make_schema(connection: Connection, wanted: str) -> None:
    """In an empty database the schema that an earlier version had, or this one's. `CannotStart` for a later one's."""
    refuse_unknown(wanted)
    _run(connection, wanted)


def upgrade(connection: Connection) -> None:
    """As `migrate`, in a transaction that is under way."""
    _upgrade(connection)


@cache
def _scripts() -> ScriptDirectory:
    """The migrations. Looked for once: each is a module of its own."""
    return ScriptDirectory.from_config(_config())


@cache
def _known() -> tuple[str, ...]:
    """The schemas that this code can come from, newest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())


@cache
def _serves() -> str:
    """The schema of the oldest code that may run on the newest one."""
    for script in _scripts().walk_revisions():
        if not getattr(script.module, "additive", False):
            return script.revision
    raise AssertionError("the first schema adds to nothing")


def _newer(found: str) -> CannotStart:
    return CannotStart(
        f"the database schema is {found}, of a newer version of Signoff; this one knows schemas up to {newest()}",
        remedy="start the newer version again; to go back for good, restore the backup from before the upgrade",
    )


def _upgrade(connection: Connection) -> None:
    _run(connection, "head")
    instance.put(connection, _SERVES, _serves())


def _run(connection: Connection, wanted: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, wanted)
    if connection.dialect.name == "postgresql":
        postgres.compare_by_code_point(connection, metadata.tables)  # all of them, since the migrations have run


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
