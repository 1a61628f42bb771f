"""Which versions of the code may run on which schema: the one it was made for, and later ones that only added to it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from service.errors import CannotStart
from service.store import instance, migrate
from service.store.engine import open_store
from tests.databases import new_store


@pytest.fixture
def store(tmp_path):
    """A database of this version."""
    opened = new_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    yield opened
    opened.close()


def put(store, schema, serves):
    """As a later version's `init` leaves it."""

    def work(connection):
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :schema").bindparams(schema=schema))
        instance.put(connection, migrate._SERVES, serves)

    store.commit(work)


def test_code_of_before_starts_on_a_schema_that_was_only_added_to(store):
    """So that replicas are replaced one by one, and the earlier version can be started again."""
    put(store, "9999", migrate.newest())
    migrate.check_schema(store)


def test_code_of_before_does_not_start_on_one_that_says_nothing_of_it(store):
    """Named, with the way back; and it does not try to migrate what it does not know."""
    put(store, "9999", "9998")
    for refused in (migrate.check_schema, migrate.migrate):
        with pytest.raises(CannotStart, match="9999, of a newer version"):
            refused(store)


def test_an_earlier_schema_is_to_be_migrated_first(tmp_path):
    """With the command that does it."""
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    store.commit(lambda connection: migrate.make_schema(connection, "0005"))
    with pytest.raises(CannotStart, match="schema is 0005") as refused:
        migrate.check_schema(store)
    assert refused.value.remedy == "run `signoff init` to migrate it"
    store.close()


def test_a_new_database_says_whom_it_serves(store):
    """Back to the last migration that did not only add."""
    with store.read() as connection:
        assert instance.get(connection, migrate._SERVES) == migrate._serves()


def shape(connection):
    """What code that writes rows relies on: tables, columns, their types, and which of them have to be given."""
    found = sa.inspect(connection)
    return {
        table: {
            column["name"]: (str(column["type"]), not column["nullable"] and column["default"] is None)
            for column in found.get_columns(table)
        }
        | {"keys": found.get_pk_constraint(table)["constrained_columns"]}
        for table in found.get_table_names()
    }


def checks(connection):
    found = sa.inspect(connection)
    return {
        (table, kind, str(rule.get("name")))
        for table in found.get_table_names()
        for kind, rules in (
            ("check", found.get_check_constraints(table)),
            ("unique", found.get_unique_constraints(table)),
            ("foreign key", found.get_foreign_keys(table)),
        )
        for rule in rules
    }


def additive():
    scripts = ScriptDirectory.from_config(migrate._config())
    return [script for script in scripts.walk_revisions() if getattr(script.module, "additive", False)]


@pytest.mark.parametrize("script", additive(), ids=lambda script: script.revision)
def test_a_migration_that_says_that_it_only_adds_does(script, tmp_path):
    """Whoever writes the rows of before can still do so: no column is gone, changed or newly required, and no rule is
    new in a table that was there."""
    store = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    store.commit(lambda connection: migrate.make_schema(connection, str(script.down_revision)))
    with store.read() as connection:
        before, rules = shape(connection), checks(connection)
    store.commit(lambda connection: migrate.make_schema(connection, script.revision))
    with store.read() as connection:
        after, more = shape(connection), checks(connection)
    store.close()
    for table, columns in before.items():
        assert {name: after[table].get(name) for name in columns} == columns, table
        new = {name: kind for name, kind in after[table].items() if name not in columns}
        assert not [name for name, (_, required) in new.items() if required], table
    assert rules <= more
    assert not {table for table, _, _ in more - rules} & before.keys()
