"""Put an exported ledger into an instance that is empty, where it verifies and is read as before.

The ledger is all that comes: no request, no answer, no release. What is decided there afterwards goes on in the chain,
behind a record that says what was restored, so that nobody looks for rows that were never there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from service.domain.ledger_file import Reading, read, read_record
from service.errors import Conflict, InvalidRequest
from service.settings import Settings
from service.store import ledger
from service.store.engine import Connection, Store, open_store
from service.store.migrate import migrate

_STEP = 500  # rows written with one statement


def restore(settings: Settings, path: Path, by: str, clock: Callable[[], datetime]) -> dict[str, Any]:
    """{"records", "head"} of what was restored.

    InvalidRequest when the file does not verify, Conflict when the instance has a ledger already.
    """
    found = check(path)
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database)
    try:
        migrate(store)
        _put(store, path, found, by, clock)
    finally:
        store.close()
    return {"records": found.chain.sequence, "head": found.chain.head}


def check(path: Path) -> Reading:
    """The file, followed to its end; InvalidRequest with the line and the reason when it is not whole."""
    with path.open("rb") as file:
        found = read(file)
    if found.why:
        raise InvalidRequest(
            f"{path.name}, line {found.line}: {found.why}", remedy="take the file out anew, or find a whole copy of it"
        )
    return found


def _put(store: Store, path: Path, found: Reading, by: str, clock: Callable[[], datetime]) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    body = {"records": found.chain.sequence, "head": found.chain.head, "file": digest, "by": by}

    def work(connection: Connection) -> None:
        if ledger.head(connection)[0]:
            raise Conflict("this instance has a ledger already", remedy="restore into a home folder that is empty")
        with path.open("rb") as file:
            rows = _rows(file)
            while some := list(islice(rows, _STEP)):
                ledger.put_back(connection, some)
        if ledger.head(connection) != (found.chain.sequence, found.chain.head):
            raise Conflict(f"{path.name} changed while it was read", remedy="restore it anew")
        ledger.append(connection, "ledger.restored", digest[:32], clock(), body)

    store.commit(work)


def _rows(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if not line.startswith(b'{"hash":'):
            continue  # the first and the last line
        record, digest = read_record(line)
        told = json.loads(record)
        yield {
            "stream": told["stream"],
            "sequence": told["sequence"],
            "kind": told["kind"],
            "subject_id": told["subject"],
            "at": datetime.fromisoformat(told["at"]),
            "record": record,
            "hash": digest,
        }
