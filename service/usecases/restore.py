"""Put a backup where nothing is yet: an empty home folder, an empty database of either kind.

Nothing is touched before every byte of the backup is found to be as it was written. The rows go in with one commit,
which also checks the chain of the ledger to the head that the backup names, brings the schema up to this version and
records that they came from a backup. Until all is there the home is marked, nothing is served from it, and the same
command goes on where it was.

Keys are never put over others: where a key store is there, it is the newest, and knows who was erased meanwhile.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from service.domain.audit import verify
from service.errors import Conflict
from service.settings import Settings
from service.store import dump, instance, key_store, ledger, migrate
from service.store.engine import Connection, Store, open_store
from service.store.keys_in_use import keys_in_use
from service.usecases import backup_folder, readiness, restoring, verify_ledger
from service.usecases.backup import MASTER
from service.usecases.backup_folder import HOME, MANIFEST, File, Manifest
from service.usecases.erase_subject import erase_again
from service.usecases.house import open_house
from service.usecases.progress import Progress, silent

_RESTORED: Final = "restored_from"  # of the fact that names the backup a database was filled from
_LOCK: Final = ".restoring.lock"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a backup."""

    id: str
    rows: int
    files: int
    records: int  #: of the ledger, as they were in the backup
    head: str
    made_at: str  #: of the backup


def restore(
    settings: Settings,
    folder: Path,
    by: str,
    now: datetime,
    *,
    keys: Path | None = None,
    progress: Progress = silent,
) -> Restored:
    """Restore the backup in `folder` into the home and the database that the settings name, which have to be empty.

    `keys` is a folder that `signoff backup --keys` made, or a home folder that still has its keys. Conflict says what
    is in the way, or what of the backup is damaged; nothing is changed then, or it can be gone on with.
    """
    progress("checking the backup", 0, 1)
    manifest = backup_folder.read(folder, "signoff-backup-1")
    progress("checking the backup", 1, 1)
    migrate.refuse_unknown(manifest.fields["schema"])
    with _marked(settings.home, manifest.digest):
        _place(folder, settings.home, manifest.under(HOME), progress)
        if manifest.fields["key_store"] is not None:
            _restore_keys(settings, keys, manifest.fields["key_store"])
        store = open_store(settings.database)
        try:
            _fill(settings, store, folder, manifest, by, now, progress)
        finally:
            store.close()
    return _summed_up(manifest)


def look_at(folder: Path) -> Restored:
    """What would come out of a backup. Conflict names the file that is not as it was written."""
    return _summed_up(backup_folder.read(folder, "signoff-backup-1"))


def _summed_up(manifest: Manifest) -> Restored:
    told = manifest.fields
    records, head = told["ledger"]
    return Restored(told["id"], sum(told["tables"].values()), len(manifest.under(HOME)), records, head, told["made_at"])


@contextmanager
def _marked(home: Path, digest: str) -> Iterator[None]:
    """Alone in a home folder that is empty, or that an earlier run of the same restore began with."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"another process is restoring into {home}", remedy="wait until it has ended") from error
        begun = restoring.marked(home)
        if begun is None and (there := sorted(path.name for path in home.iterdir() if path.name != _LOCK)):
            (home / _LOCK).unlink()
            raise Conflict(
                f"the home folder {home} is not empty: it holds {there[0]}",
                remedy="restore into an empty one (SIGNOFF_HOME): what is there is never overwritten",
            )
        if begun not in (None, digest):
            raise Conflict(
                f"{home} holds half of another backup ({str(begun)[:12]}, this one is {digest[:12]})",
                remedy="go on with that one, or empty the folder",
            )
        restoring.mark(home, digest)
        yield
        restoring.unmark(home)
        (home / _LOCK).unlink()


def _place(folder: Path, home: Path, files: dict[str, File], progress: Progress) -> None:
    for done, (name, file) in enumerate(sorted(files.items())):
        progress("restoring files", done, len(files))
        backup_folder.place(folder / HOME / name, home / name, file.mode)
    progress("restoring files", len(files), len(files))


def _fill(
    settings: Settings, store: Store, folder: Path, manifest: Manifest, by: str, now: datetime, progress: Progress
) -> None:
    """All rows with one commit, or none. Nothing to do where an earlier run has come so far."""
    with store.read() as connection:
        if not dump.is_empty(connection):
            if _filled_from(connection) != manifest.digest:
                raise Conflict("the database is not empty", remedy="name a new one: what is there is never overwritten")
            return
    missing = _keys_known(settings) if manifest.fields["key_store"] is not None else None

    def work(connection: Connection) -> None:
        migrate.make_schema(connection, manifest.fields["schema"])
        dump.empty(connection)
        _refill(connection, folder, manifest, progress)
        _check_chain(connection, manifest)
        migrate.upgrade(connection)
        if missing is not None:
            _refuse_unreadable(connection, missing)
        instance.put(connection, _RESTORED, manifest.digest)
        records, head = manifest.fields["ledger"]
        body = {"by": by, "digest": manifest.digest, "records": records, "head": head}
        ledger.append(connection, "backup.restored", manifest.fields["id"], now, body)

    store.alter(work)


def _refill(connection: Connection, folder: Path, manifest: Manifest, progress: Progress) -> None:
    wanted = dict(manifest.fields["tables"])
    tables = dump.tables(connection)
    for done, table in enumerate(tables):
        progress("restoring rows", done, len(tables))
        if table.name in wanted:
            count = _refill_table(connection, table, folder)
            if count != wanted.pop(table.name):
                raise Conflict(f"{table.name} has {count} rows in the backup, not as many as its manifest says")
    progress("restoring rows", len(tables), len(tables))
    if wanted:
        raise Conflict(f"the backup has tables that its schema does not: {', '.join(sorted(wanted))}")


def _refill_table(connection: Connection, table: Any, folder: Path) -> int:
    lines = backup_folder.read_lines(folder, table.name)
    return dump.refill(connection, table, dump.Heading.read(next(lines)), lines)


def _check_chain(connection: Connection, manifest: Manifest) -> None:
    found = verify(ledger.walk(connection))
    records, head = manifest.fields["ledger"]
    if not found.ok:
        raise Conflict(
            f"the ledger in the backup does not hold: {found.why}", remedy="take an earlier backup, and keep this one"
        )
    if [found.records, found.head] != [records, head]:
        raise Conflict("the ledger in the backup does not end where its manifest says", remedy="take another backup")


def _filled_from(connection: Connection) -> str | None:
    if migrate.revision(connection) is None:
        return None
    return instance.get(connection, _RESTORED)


def _restore_keys(settings: Settings, keys: Path | None, wanted: str) -> None:
    """The key store as it is, if it has keys; else what `keys` holds."""
    store = key_store.open_key_store(settings.keys)
    try:
        with store.read() as connection:
            name = key_store.fact(connection, "name")
        # Where the home was empty, what lies in it was put there by an earlier run of this restore.
        if name is None or (keys is not None and settings.keys_url is None):
            if keys is None:
                raise Conflict(
                    "what people wrote is sealed, and its keys are not in the backup",
                    remedy="add --keys with the newest folder that `signoff backup --keys` wrote, or with a home "
                    "folder that still has its keys; or name the key store by SIGNOFF_KEYS_URL",
                )
            _copy_keys(store, settings, keys)
            with store.read() as connection:
                name = key_store.fact(connection, "name")
    finally:
        store.close()
    if name is None or name.decode() != wanted:
        raise Conflict(
            f"these keys ({'' if name is None else name.decode()}) are not of this backup ({wanted})",
            remedy="name the keys of the instance that the backup is of",
        )


def _copy_keys(store: Store, settings: Settings, keys: Path) -> None:
    """From a backup of keys, or from a home folder."""
    if (keys / MANIFEST).exists():
        manifest = backup_folder.read(keys, "signoff-keys-1")
        lines = {name: backup_folder.read_lines(keys, name) for name in manifest.fields["tables"]}
        _put_keys(store, lines)
        master, file = keys / HOME / MASTER, manifest.files.get(f"{HOME}/{MASTER}")
        if file is not None:
            backup_folder.place(master, settings.home / MASTER, file.mode)
        return
    source = keys / "keys.db"
    if not source.exists():
        raise Conflict(f"{keys} holds no keys", remedy="name a folder that `signoff backup --keys` wrote, or a home")
    opened = open_store(f"sqlite:///{source.resolve()}")
    try:
        with opened.read() as connection:
            _put_keys(store, {table.name: dump.lines(connection, table) for table in dump.tables(connection)})
    finally:
        opened.close()
    if settings.master_key is None:
        backup_folder.place(keys / MASTER, settings.home / MASTER, 0o600)


def _put_keys(store: Store, lines: dict[str, Iterator[bytes]]) -> None:
    told = {name: list(given) for name, given in lines.items()}

    def work(connection: Connection) -> None:
        dump.empty(connection)
        for table in dump.tables(connection):
            head, *rows = told[table.name]
            dump.refill(connection, table, dump.Heading.read(head), rows)

    store.commit(work)


def _keys_known(settings: Settings) -> frozenset[str]:
    store = key_store.open_key_store(settings.keys)
    try:
        with store.read() as connection:
            return key_store.ids(connection)
    finally:
        store.close()


def _refuse_unreadable(connection: Connection, known: frozenset[str]) -> None:
    missing = keys_in_use(connection) - known
    if missing:
        raise Conflict(
            f"the keys are older than the backup: {len(missing)} that it needs are not among them",
            remedy="name newer keys: the newest there are",
        )


def prove(settings: Settings) -> dict[str, Any]:
    """Open what was restored: {"ledger", "ready", "checks", "erased"}. `CannotStart` says what is missing yet.

    Whoever was erased, by the ledger or by the key store, is erased again.
    """
    house = open_house(settings)
    try:
        again = erase_again(house)
        found, state = verify_ledger.verify(house), readiness.state(house)
    finally:
        house.close()
    return {"ledger": found, "erased": again, **state}
