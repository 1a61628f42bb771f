"""Copy a whole instance while it is at work: every row as of one moment, and the files of its home.

The order matters. Checkpoints are copied before the rows, so that none speaks of records that the copy has not; all
other files after them, so that whatever the rows name (encoders, snapshots, keys) is there. The keys of what people
wrote go to a place of their own, or not at all: a copy that brought them along would bring back who was erased since.
That the copy was made stands on the ledger, or it is not kept.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from service.errors import Conflict
from service.ids import new_id
from service.settings import Settings
from service.store import dump, instance, ledger, migrate
from service.store.engine import Connection, Store, open_store
from service.store.key_store import open_key_store
from service.usecases import backup_folder
from service.usecases.backup_folder import HOME
from service.usecases.progress import Progress, silent
from service.usecases.restoring import MARK, refuse_half_restored

#: What is made anew from the rows, or compiled anew, if it is not there.
MADE_ANEW: Final = ("encoder", "encoders", "snapshots")
CHECKPOINTS: Final = "checkpoints"
MASTER: Final = "master.key"
KEY_STORE: Final = "key_store"  #: of the fact that names the key store a database belongs to

_ROWS: Final = "copying rows"
_FILES: Final = "copying files"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was put into a backup."""

    id: str
    digest: str
    rows: int
    files: int
    bytes: int
    records: int  #: of the ledger
    head: str  #: hash of the last of them
    keys: bool  #: whether the keys were copied, to their own place


def back_up(
    settings: Settings,
    target: Path,
    by: str,
    now: datetime,
    *,
    keys: Path | None = None,
    light: bool = False,
    progress: Progress = silent,
) -> Copied:
    """Copy the instance into the folder `target`, and its keys into the folder `keys`.

    With `light` without encoders and snapshots. Conflict when it cannot be written, or would lie where it would be lost
    with the instance; nothing is kept then.
    """
    refuse_half_restored(settings.home)
    _refuse_inside(settings.home, target, keys)
    store = open_store(settings.database)
    try:
        migrate.check_schema(store)
        copied = _copy(settings, store, target, by, now, light=light, with_keys=keys is not None, progress=progress)
    finally:
        store.close()
    if keys is not None and copied.keys:
        _copy_keys(settings, keys, copied.id, now)
    return copied


def _copy(
    settings: Settings,
    store: Store,
    target: Path,
    by: str,
    now: datetime,
    *,
    light: bool,
    with_keys: bool,
    progress: Progress,
) -> Copied:
    name = new_id("bak")
    with backup_folder.writing(target) as draft:
        early = _copy_files(settings, draft, {CHECKPOINTS})
        with store.read() as connection:
            rows = _copy_rows(connection, draft, progress)
            told = _told(connection)
        apart = {CHECKPOINTS, *(MADE_ANEW if light else ())}
        late = _copy_files(settings, draft, None, apart, progress)
        records, head = told["ledger"]
        with_keys = with_keys and told["key_store"] is not None  # nothing was sealed yet otherwise
        manifest = backup_folder.seal(
            draft,
            "signoff-backup-1",
            {
                "id": name,
                "made_at": now.isoformat(),
                "by": by,
                "signoff": version("signoff"),
                "light": light,
                "tables": rows,
                "left_out": sorted(early + late),
                **told,
            },
        )
        body = {"by": by, "digest": manifest.digest, "records": records, "keys": with_keys, "light": light}
        store.commit(lambda connection: ledger.append(connection, "backup.made", name, now, body))
    size = sum(file.bytes for file in manifest.files.values())
    return Copied(
        name, manifest.digest, sum(rows.values()), len(manifest.under(HOME)), size, records, head, keys=with_keys
    )


def _told(connection: Connection) -> dict[str, Any]:
    return {
        "schema": migrate.revision(connection),
        "database": dump.kind_of(connection),
        "ledger": ledger.head(connection),
        "key_store": instance.get(connection, KEY_STORE),
    }


def _copy_rows(connection: Connection, draft: Path, progress: Progress) -> dict[str, int]:
    """How many of each table."""
    tables, counts = dump.tables(connection), dict[str, int]()
    for done, table in enumerate(tables):
        progress(_ROWS, done, len(tables))
        counts[table.name] = backup_folder.write_lines(draft, table.name, dump.lines(connection, table)) - 1
    progress(_ROWS, len(tables), len(tables))
    return counts


def _copy_files(
    settings: Settings,
    draft: Path,
    only: Collection[str] | None,
    apart: Collection[str] = (),
    progress: Progress = silent,
) -> list[str]:
    """Copy what lies in the home; the paths of what was left out because it is a link or no file."""
    found, left_out = list[Path](), list[str]()
    for path in sorted(_visible(settings.home, _passed_over(settings))):
        name = path.relative_to(settings.home)
        if (only is not None and name.parts[0] not in only) or name.parts[0] in apart:
            continue
        if path.is_file():
            found.append(name)
        else:
            left_out.append(name.as_posix())
    for done, name in enumerate(found):
        progress(_FILES, done, len(found))
        lines = name.parts[0] == CHECKPOINTS and name.suffix == ".jsonl"
        backup_folder.copy_file(settings.home / name, draft / HOME / name, whole_lines=lines)
    progress(_FILES, len(found), len(found))
    return left_out


def _visible(folder: Path, passed_over: set[Path]) -> Iterator[Path]:
    """Files and links below, without what is hidden, being written, or set aside as damaged."""
    for entry in os.scandir(folder):
        path = Path(entry.path)
        if entry.name.startswith(".") or path.absolute() in passed_over or ".damaged-" in entry.name:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _visible(path, passed_over)
        else:
            yield path


def _passed_over(settings: Settings) -> set[Path]:
    """The databases, which are copied row by row, the keys, and what only a process at work needs."""
    files = {settings.home / MASTER, settings.home / MARK}
    for url in (settings.database, settings.keys):
        if (file := dump.database_file(url)) is not None:
            files |= {file.with_name(file.name + end) for end in ("", "-wal", "-shm", "-journal", "-turn")}
    return {file.absolute() for file in files}


def _copy_keys(settings: Settings, target: Path, backup: str, now: datetime) -> None:
    """The keys as they are now, with the master key that opens them, unless that is given by a setting."""
    master, in_file = settings.home / MASTER, settings.master_key is None
    store = open_key_store(settings.keys)
    try:
        with backup_folder.writing(target) as draft, store.read() as connection:
            rows = _copy_rows(connection, draft, silent)
            if in_file and not backup_folder.copy_file(master, draft / HOME / MASTER):
                raise Conflict(
                    f"there is no {master}, so the keys would open nothing",
                    remedy="put it back, or set SIGNOFF_MASTER_KEY; the backup without the keys is written",
                )
            fields = {"backup": backup, "made_at": now.isoformat(), "tables": rows}
            backup_folder.seal(draft, "signoff-keys-1", fields)
    finally:
        store.close()


def _refuse_inside(home: Path, target: Path, keys: Path | None) -> None:
    for folder in (target, keys):
        if folder is not None and folder.absolute().resolve().is_relative_to(home.resolve()):
            raise Conflict(f"{folder} lies in the home folder, and would be lost with it", remedy="name another disk")
    if keys is not None and keys.absolute().resolve() == target.absolute().resolve():
        raise Conflict(
            "keys and backup are to go to the same folder",
            remedy="name two places: whoever finds one of them must not find the other",
        )
