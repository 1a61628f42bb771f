"""Read the ledger: records as they are chained, oldest first, so that whoever follows it misses none."""

from __future__ import annotations

import json
from typing import Any

from service.domain.answer import timestamp
from service.store import ledger_pages
from service.store.engine import Row
from service.store.ledger_pages import Asked
from service.usecases.checkpoint_file import CheckpointFile, read_lines
from service.usecases.checkpoint_key import open_key
from service.usecases.house import House


def page(house: House, asked: Asked, *, after: int = 0, limit: int = 50) -> dict[str, Any]:
    """`items`, and `next`: the `after` of the page that follows, None after the last one."""
    with house.store.read() as connection:
        rows = ledger_pages.page(connection, asked, after, limit + 1)
    items = [view(row) for row in rows[:limit]]
    return {"items": items, "next": items[-1]["sequence"] if len(rows) > limit else None}


def view(row: Row[Any]) -> dict[str, Any]:
    """A record with its place in the chain."""
    told = json.loads(row.record)
    return {
        "sequence": row.sequence,
        "kind": row.kind,
        "subject": row.subject_id,
        "at": timestamp(row.at),
        "body": told["body"],
        "hash": row.hash,
    }


def checkpoints(house: House, limit: int = 50) -> dict[str, Any]:
    """The newest checkpoints of this instance, newest first, with the key that checks them."""
    key = open_key(house.home).public
    path = CheckpointFile(house.settings.checkpoints, key).path
    found = read_lines(path).checkpoints if path.exists() else ()
    return {"items": [each.told() for each in found[: -limit - 1 : -1]], "key": key.id, "public_key": key.pem}
