"""Take the whole ledger out, as a file that verifies by itself and can be restored into an instance that is empty."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.checkpoint import Checkpoint
from service.domain.ledger_file import first_line, last_line, record_line, signed_bytes
from service.store import ledger
from service.usecases.checkpoint_key import open_key
from service.usecases.checkpoints import write
from service.usecases.house import House

_STEP = 1_000  # records read at once


def export(house: House, principal: Principal) -> Iterator[bytes]:
    """The file, line by line. That it was taken out is on the ledger, and signed in a checkpoint, before this returns.

    It holds every record up to that checkpoint: ids, digests, names of people and numbers, and no word of a request.
    What was asked and answered lies in the payloads and does not come along.
    """
    now, export_id = house.clock(), house.new_id("exp")
    body = {"by": principal.name, "what": "ledger"}
    house.store.commit(lambda connection: ledger.append(connection, "ledger.exported", export_id, now, body))
    checkpoint = write(house, principal.name)
    opening = {"at": timestamp(now), "by": principal.name, "records": checkpoint.sequence}
    return _lines(house, opening, checkpoint)


def _lines(house: House, opening: dict[str, Any], checkpoint: Checkpoint) -> Iterator[bytes]:
    opens = first_line(opening)
    digest = hashlib.sha256(opens)
    yield opens
    for after in range(0, checkpoint.sequence, _STEP):
        with house.store.read() as connection:  # nothing is held open while whoever reads takes their time
            entries = list(ledger.entries(connection, after, min(after + _STEP, checkpoint.sequence)))
        for entry in entries:
            line = record_line(entry.record, entry.hash)
            digest.update(line)
            yield line
    yield last_line(_manifest(house, checkpoint, digest.hexdigest()))


def _manifest(house: House, checkpoint: Checkpoint, digest: str) -> dict[str, Any]:
    key = open_key(house.home)
    manifest: dict[str, Any] = {
        "records": checkpoint.sequence,
        "head": checkpoint.head,
        "root": checkpoint.root,
        "sha256": digest,
        "checkpoint": checkpoint.told(),
        "key": key.public.id,
        "public_key": key.public.pem,
    }
    return {**manifest, "signature": key.sign(signed_bytes(manifest))}
