"""Check the chain of the ledger from its first record to its last."""

from __future__ import annotations

from typing import Any

from service.domain.audit import verify as verify_chain
from service.store import ledger
from service.usecases.house import House


def verify(house: House) -> dict[str, Any]:
    """How many records there are, and the first that does not fit if one does not."""
    with house.store.read() as connection:
        found = verify_chain(ledger.walk(connection))
    return {
        "ok": found.ok,
        "records": found.records,
        "first_bad": found.first_bad,
        "why": found.why,
        "head": found.head,
    }
