"""On which databases a test runs: those whose every second counts, and whole suites on PostgreSQL by `--database`."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.postgres import Cluster
from service.store.engine import Store, open_store
from service.store.migrate import migrate

#: The embedded one in every run, the other where there is time: `parametrize("database_url", BOTH, indirect=True)`.
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))

SQLITE, POSTGRES = "sqlite", "postgresql"

#: A home folder keeps the name of its database there. A copy of the folder brings it along, and gets a copy of it.
_MARK = "database.name"


@dataclass
class Databases:
    """Home folders whose database lies in PostgreSQL, as it else lies in a file of the folder.

    A folder's database is there once somebody opens it: a copy of the one that the folder was copied with, or else of
    `empty`, which has all tables.
    """

    cluster: Cluster
    empty: str
    _homes: dict[str, Path] = field(default_factory=dict)

    def of(self, home: Path) -> str:
        """The address of a home folder's database."""
        home = home.resolve()
        name = f"home_{hashlib.sha256(str(home).encode()).hexdigest()[:16]}"
        self._homes[name] = home
        return self.cluster.url(name)

    def ready(self, url: str) -> None:
        """Make the database where it is one of ours and not there yet: the folder is new, or was made anew."""
        name = url.partition("?")[0].rpartition("/")[2]
        home = self._homes.get(name)
        if home is None or not home.is_dir():
            return
        mark = home / _MARK
        like = mark.read_text() if mark.exists() else self.empty
        if like != name:
            self.cluster.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {like}")
            mark.write_text(name)

    def drop(self, under: Path) -> None:
        """Those of the folders under `under`: thousands of tests would fill the disk."""
        under = under.resolve()
        for name in [name for name, home in self._homes.items() if home.is_relative_to(under)]:
            self.cluster.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            del self._homes[name]


def new_store(url: str) -> Store:
    """A store with all tables in a new database. As a file they are made once a process, and copied."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == SQLITE and not Path(str(parsed.database)).exists():
        Path(str(parsed.database)).write_bytes(_tables())
        return open_store(url)
    store = open_store(url)
    migrate(store)
    return store


def everything_in(store: Store) -> str:
    """All rows of all tables, to look for what must not be stored."""
    with store.read() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        return "\n".join(repr(row) for table in found.sorted_tables for row in connection.execute(sa.select(table)))


@functools.cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/signoff.db")
        migrate(store)
        store.close()
        return (Path(folder) / "signoff.db").read_bytes()
