"""Take away what there is of some decisions: the one way, whether somebody had it erased or its time is over.

Words, vectors, examples and what was worked out ahead go in one transaction with the record of it; the keys that
nothing is left under are destroyed afterwards, by whoever comes first if this process dies in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.build import vector_key
from rules.normalize import normalize
from service.domain.case import CaseAction, CaseState
from service.errors import Conflict
from service.store import attached, erasures, payloads
from service.store.engine import Connection, Row
from service.usecases.cancel_case import take_out, withdraw
from service.usecases.collect import text_of
from service.usecases.come_back import close
from service.usecases.detach_case import part_ways
from service.usecases.house import House
from service.usecases.move_case import is_copy, locked, move
from service.usecases.read_as import read_text

_ERASED = {"why": "erased"}


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is."""

    decisions: Sequence[Row[Any]]
    payloads: Sequence[Row[Any]]
    cases: Sequence[Row[Any]]  #: not settled
    lessons: Sequence[Row[Any]]  #: examples that the decisions became

    @property
    def decision_ids(self) -> frozenset[str]:
        return frozenset(row.id for row in self.decisions)

    @property
    def payload_ids(self) -> frozenset[str]:
        return frozenset(row.id for row in self.payloads)

    @property
    def workflows(self) -> frozenset[str]:
        return frozenset(row.workflow for row in self.decisions)

    def counts(self) -> dict[str, int]:
        """Payloads by kind."""
        kinds = [row.kind for row in self.payloads]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def extent(connection: Connection, keys: Collection[str]) -> Extent:
    """What lies under these keys, and whatever else was written about the same decisions."""
    own = {row.id: row for row in erasures.under(connection, keys)}
    decided = erasures.asking(connection, own)
    return _extent(connection, decided, own)


def extent_of(connection: Connection, decided: Sequence[Row[Any]]) -> Extent:
    """What was written about these decisions."""
    return _extent(connection, decided, {})


def _extent(connection: Connection, decided: Sequence[Row[Any]], own: dict[str, Row[Any]]) -> Extent:
    ids = [row.id for row in decided]
    written = own | {row.id: row for row in erasures.written_about(connection, ids)}
    open_ = erasures.open_cases(connection, ids)
    return Extent(decided, list(written.values()), open_, erasures.taught(connection, ids))


def models_that_saw(connection: Connection, lessons: Iterable[Row[Any]]) -> list[str]:
    """Models that may have learned from these examples: trained for the same workflow since the first of them."""
    since: dict[str, datetime] = {}
    for row in lessons:
        since[row.workflow] = min(row.created_at, since.get(row.workflow, row.created_at))
    return sorted({each for name, at in since.items() for each in erasures.trained_since(connection, name, at)})


def forget(connection: Connection, house: House, found: Extent, by: str, now: datetime) -> list[str]:
    """Take it away; cases that are open are cancelled. The keys under which something of it lay that others shared, and
    nothing lies any more. Conflict where a person's decision is about to go out."""
    going_out = [row.id for row in found.cases if row.state == CaseState.DECIDED.value]
    if going_out:
        raise Conflict(
            f"somebody has just decided {', '.join(going_out)}, and can still take that back",
            remedy="erase again once it is out: within the queue's undo_seconds",
        )
    for case in found.cases:
        _cancel(connection, house, case, found.decision_ids, by, now)
    shared = _strike_out(connection, {row.id for row in found.lessons})
    erasures.take_vectors(connection, _vectors(connection, house, found))
    erasures.take_away(connection, found.decision_ids, found.payload_ids)
    return erasures.empty_keys(connection, shared)


def _cancel(
    connection: Connection, house: House, case: Row[Any], erased: Collection[str], by: str, now: datetime
) -> None:
    """The case goes on with the requests that are not erased, where there are any."""
    for each in [row.id for row in attached.of_case(connection, case.id) if row.id in erased]:
        take_out(connection, house, case, each, by, now, None)
        case = locked(connection, case.id)
    if case.decision not in erased:
        return
    if not is_copy(case):
        case = part_ways(connection, house, case, now, by=by)
    close(connection, case, "withdrawn", now)
    move(connection, house, case, CaseAction.CANCEL, by=by, now=now, values={"assigned_to": None}, told=_ERASED)
    if not is_copy(case):
        withdraw(connection, house, case, case.decision, now)


def _strike_out(connection: Connection, lessons: Collection[str]) -> set[str]:
    """Out of what releases were tried on; the keys that this was under. Certificates stand: they say what was found
    then."""
    before: set[str] = set()
    if not lessons:
        return before
    for payload, data in list(erasures.bundles(connection)):
        lines = data.decode().split("\n")
        kept = [line for line in lines if not line or json.loads(line).get("origin") not in lessons]
        if len(kept) < len(lines):
            before.add(payloads.rewrite(connection, payload, "\n".join(kept).encode()))
    return before


def _vectors(connection: Connection, house: House, found: Extent) -> set[str]:
    """The digests that vectors of these requests have, by whichever encoder."""
    encoders = erasures.encoders(connection) | {house.encoder.digest}
    texts = {text_of(payloads.get(connection, row.request)) for row in found.decisions}
    forms = {form for text in texts if text for form in (normalize(text).clean, read_text(text))}
    return {vector_key(encoder, form) for encoder in encoders for form in forms}


def destroy_keys(house: House) -> int:
    """Destroy the keys of everything that is taken away and not finished; how many. Then nothing is left in any file
    of the databases."""
    with house.store.read() as connection:
        waiting = erasures.pending(connection)
    if not waiting:
        return 0
    count, now = house.store.keys.destroy({key for row in waiting for key in row.keys}), house.clock()
    house.store.commit(lambda connection: erasures.done(connection, [row.id for row in waiting], now))
    house.store.empty_log()
    empty_memory(house)
    return count


def empty_memory(house: House) -> None:
    """What this process keeps of requests, so that it is quick, it makes anew from what is still there."""
    house.store.keys.forget()
    house.encoders.forget()
    house.shelf.forget_learned()
    for kept in (house.opinions, house.readings, house.summaries):
        kept.drop(lambda _key, _value: True)
