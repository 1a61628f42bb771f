"""What people give as their reason, in their own words: kept with the payloads, named on the ledger by its digest.

Free text may hold anything about anybody, so the chain that is never erased holds none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.errors import FieldProblem, InvalidRequest
from service.store import payloads
from service.store.engine import Connection
from service.usecases.house import House

_LONGEST = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """A reason that is not stored yet."""

    id: str
    data: bytes
    told: Mapping[str, str]  #: what a ledger record says of it: `note`, its id, and `note_digest`

    def keep(self, connection: Connection, now: datetime, *, about: str | None = None) -> None:
        """`about` is the decision that it is about, and is erased with."""
        row = (self.id, "note", self.data)
        if about is None:
            payloads.add(connection, None, now, row)
        else:
            payloads.add_beside(connection, about, now, row)


def note_of(house: House, why: str) -> Note:
    """Somebody's reason as a note."""
    note_id, data = house.new_id("pay"), to_bytes({"why": why})
    return Note(note_id, data, {"note": note_id, "note_digest": keyed_digest(house.secret, data)})


def read_note(connection: Connection, note_id: str | None) -> str | None:
    """The words of a note, or None when there is none or they have been erased."""
    why = json.loads(payloads.get(connection, note_id) or b"{}").get("why") if note_id else None
    return why if isinstance(why, str) else None


def check_why(why: str) -> str:
    """The reason without spaces around it; InvalidRequest when nothing is left, or far too much."""
    stripped = why.strip()
    if not stripped or len(stripped) > _LONGEST:
        problem = FieldProblem(
            "why",
            "is empty" if not stripped else f"is longer than {_LONGEST:,} characters",
            "say in a sentence why: it is kept beside the record",
        )
        raise InvalidRequest(f"why: {problem.message}", remedy=problem.remedy, problems=(problem,))
    return stripped
