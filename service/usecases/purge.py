"""Delete what people wrote once its time is over: that a decision was made, and how it ended, stays for good.

A decision's time begins when its last word was said. What is open, what a legal hold keeps, and what a release that
answers was tried on, stays longer. Releases stay as long as a decision names them, which is for good.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.answer import timestamp
from service.domain.retention import DEFAULT_DAYS, FLOOR_DAYS, kept_from
from service.store import attached, erasures, ledger, legal_holds, payloads, pointers, retention
from service.store.engine import Connection, Row
from service.usecases.forget import destroy_keys, extent_of, forget
from service.usecases.house import House
from service.usecases.move_case import SERVICE
from service.usecases.seal_payloads import seal_all
from service.usecases.stage_release import calibration_id

_AT_ONCE = 200  # decisions a transaction

HELD, OPEN, CALIBRATION = "held", "open", "calibration"


@dataclass(frozen=True, slots=True)
class _Term:
    """What a workflow's policy makes of its decisions now."""

    workflow: str
    days: int
    before: datetime  #: what ended before this may go


def purge(house: House, by: str = SERVICE, *, dry_run: bool = False, workflow: str | None = None) -> dict[str, Any]:
    """For each workflow, or one: its `days`, `before` (which its time is over), how many `decisions` go, and how many
    are `kept` though it is: `held`, `open`, or tried on by a release that answers (`calibration`).

    Each batch is a transaction with a record of its own (`payloads.purged`), so an interruption costs one at most.
    """
    seal_all(house)
    terms = [term for term in _terms(house) if workflow in (None, term.workflow)]
    told = [_purged(house, term, by, dry_run=dry_run) for term in terms]
    if not dry_run:
        destroy_keys(house)
    return {"dry_run": dry_run, "workflows": told}


def _terms(house: House) -> list[_Term]:
    """Of every workflow that decided anything; of one that is there no more, the usual time."""
    now = house.clock()
    with house.store.read() as connection:
        names = retention.workflows(connection)
        active = {pointer.workflow: pointer.release for pointer in pointers.pointers(connection)}
    days = {
        name: max(FLOOR_DAYS, house.shelf.policy(active[name]).retention_days if name in active else DEFAULT_DAYS)
        for name in names
    }
    return [_Term(name, count, kept_from(count, now)) for name, count in days.items()]


def _purged(house: House, term: _Term, by: str, *, dry_run: bool) -> dict[str, Any]:
    gone, kept, after = 0, Counter({HELD: 0, OPEN: 0, CALIBRATION: 0}), ""
    while True:

        def work(connection: Connection, after: str = after) -> tuple[str, int, Counter[str]]:
            return _batch(connection, house, term, by, after, dry_run=dry_run)

        if dry_run:
            with house.store.read() as connection:
                last, count, why = work(connection)
        else:
            last, count, why = house.store.commit(work)
        gone += count
        kept.update(why)
        if not last:
            break
        after = last
    told = {"workflow": term.workflow, "days": term.days, "before": timestamp(term.before)}
    return {**told, "decisions": gone, "kept": dict(kept)}


def _batch(
    connection: Connection, house: House, term: _Term, by: str, after: str, *, dry_run: bool
) -> tuple[str, int, Counter[str]]:
    """The last decision looked at (empty: there are no more), how many went, and why how many did not."""
    rows = retention.over(connection, term.workflow, term.before, after, _AT_ONCE)
    if not rows:
        return "", 0, Counter()
    reasons = _kept(connection, rows)
    going = [row for row in rows if row.id not in reasons]
    if going and not dry_run:
        _take_away(connection, house, term, going, by)
    return rows[-1].id, len(going), Counter(reasons.values())


def _kept(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Decision -> why it stays though its time is over."""
    ids = [row.id for row in rows]
    lessons = erasures.taught(connection, ids)
    tried = _tried(connection) if lessons else frozenset()
    found = {row.decision: CALIBRATION for row in lessons if row.id in tried}
    for case in erasures.open_cases(connection, ids):
        found |= dict.fromkeys(_settled_by(connection, case, ids), OPEN)
    workflows = legal_holds.in_force(connection, legal_holds.WORKFLOW, {row.workflow for row in rows})
    decided = legal_holds.in_force(connection, legal_holds.DECISION, ids)
    subjects = legal_holds.in_force(connection, legal_holds.SUBJECT, {row.subject for row in rows if row.subject})
    held = (row.id for row in rows if row.workflow in workflows or row.id in decided or row.subject in subjects)
    return found | dict.fromkeys(held, HELD)


def _settled_by(connection: Connection, case: Row[Any], ids: Collection[str]) -> Iterator[str]:
    decided = {case.decision, *(row.id for row in attached.of_case(connection, case.id))}
    return (each for each in ids if each in decided)


def _tried(connection: Connection) -> frozenset[str]:
    """The examples that releases which answer were tried on: a certificate is tried again with every document."""
    found: set[str] = set()
    for pointer in pointers.pointers(connection):
        release = pointers.release(connection, pointer.release)
        data = payloads.get(connection, calibration_id(release["calibration"])) if release is not None else b""
        found.update(str(json.loads(line).get("origin", "")) for line in data.decode().split("\n") if line)
    return frozenset(found)


def _take_away(connection: Connection, house: House, term: _Term, going: Sequence[Row[Any]], by: str) -> None:
    now, erasure = house.clock(), house.new_id("era")
    found = extent_of(connection, retention.sharing(connection, [row.id for row in going]))
    keys = erasures.keys_of(connection, found.payload_ids)
    shared = forget(connection, house, found, by, now)
    empty = sorted({*erasures.empty_keys(connection, keys), *shared})
    erasures.forget_owners(connection, empty)
    if empty:
        erasures.begin(connection, erasure, empty, now)
    body = {
        "workflow": term.workflow,
        "days": term.days,
        "before": timestamp(term.before),
        "count": len(going),
        "first": going[0].id,
        "last": going[-1].id,
        "payloads": len(found.payloads),
        "examples": len(found.lessons),
        "keys": empty,
        "by": by,
    }
    ledger.append(connection, "payloads.purged", erasure, now, body)
