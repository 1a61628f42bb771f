"""Make again what waits only because the service could not decide: halted, degraded, without a certificate, or with a
rule that could not be settled.

Each is considered as it would be today. What is automatic now is decided, as a record linked to the decision, and its
case is closed; what is not stays with people as it is, as does whatever somebody has in hand, was drawn to be checked
blind, or would be looked at afterwards anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction
from service.domain.types import Reason, State
from service.errors import Erased, InvalidRequest
from service.store import attached, decisions, events, ledger, payloads, pointers
from service.store import past as past_decisions
from service.store import resumed as store
from service.store.engine import Connection, Row
from service.usecases.ask import Asked
from service.usecases.decision_record import record_of
from service.usecases.detach_case import part_ways
from service.usecases.house import House
from service.usecases.move_case import SERVICE, move
from service.usecases.past_decision import read_past
from service.usecases.progress import Progress, silent
from service.usecases.today import Today, automatic, by_classifier, made_today, today

#: What the service could not help, and may have passed.
REASONS = tuple(each.value for each in (Reason.HALTED, Reason.DEGRADED, Reason.NO_CERTIFICATE, Reason.RULE_UNKNOWN))

_PAGE = 100


@dataclass(slots=True)
class _Found:
    cases: int = 0
    decided: int = 0  #: cases that nobody has to decide any more
    decisions: int = 0  #: decisions that are final by it: a case may settle several
    taken: int = 0  #: somebody took it, or stopped everything, in the meantime
    erased: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def held(house: House, workflow: str | None) -> list[dict[str, Any]]:
    """How many unclaimed cases wait for each of the reasons: `workflow`, `reason`, `cases`."""
    with house.store.read() as connection:
        names = [workflow] if workflow else [each.workflow for each in pointers.pointers(connection)]
        rows = store.counts(connection, names, REASONS)
    return [{"workflow": row.workflow, "reason": row.reason, "cases": int(row.cases)} for row in rows]


def rerun(
    house: House,
    by: str,
    workflow: str,
    *,
    dry_run: bool,
    most: int | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Make them again, oldest first and at most so many, or with `dry_run` find out what would come of it.

    `cases` that were looked at of `waiting`; of these `decided` (with `decisions`, by `outcomes`), and `stay` with
    people, for the `reasons` counted; `taken` are those that somebody took up in between. InvalidRequest when there is
    no such workflow.
    """
    here, found = today(house, workflow), _Found()
    with house.store.read() as connection:
        total = store.count(connection, workflow, REASONS)
    wanted = total if most is None else min(total, most)
    for row in _rows(house, workflow, wanted):
        found.cases += 1
        _try(house, by, here, row, found, dry_run=dry_run)
        progress("trying again" if dry_run else "deciding again", found.cases, max(wanted, found.cases))
    return {
        "workflow": workflow,
        "release": here.release.id,
        "dry_run": dry_run,
        "waiting": total,
        "cases": found.cases,
        "decided": found.decided,
        "decisions": found.decisions,
        "outcomes": dict(found.outcomes),
        "stay": found.cases - found.decided - found.taken,
        "reasons": dict(found.reasons.most_common()),
        "taken": found.taken,
        "erased": found.erased,
    }


def _rows(house: House, workflow: str, most: int) -> Iterator[Row[Any]]:
    after = ""
    while most > 0:
        with house.store.read() as connection:
            rows = store.held(connection, workflow, REASONS, after, min(_PAGE, most))
        yield from rows
        if len(rows) < _PAGE:
            return
        after, most = rows[-1].id, most - len(rows)


@dataclass(frozen=True, slots=True)
class _Again:
    """One decision of a case, as it would be made today."""

    decision: Row[Any]
    asked: Asked | None  #: None: it is erased, or does not fit today's policy

    @property
    def decided(self) -> bool:
        return self.asked is not None and automatic(self.asked)


def _try(house: House, by: str, here: Today, case: Row[Any], found: _Found, *, dry_run: bool) -> None:
    tried = _of_case(house, here, case, found)
    for each in tried:
        if not each.decided and each.asked is not None:
            found.reasons.update(reason.value for reason in each.asked.considered.automatic.reasons)
    going = [each for each in tried if each.decided]
    if not going:
        return
    if dry_run:
        settled: Sequence[str] | None = [each.decision.id for each in going]
    else:
        try:
            settled = house.store.commit(lambda connection: _decide(house, connection, by, here, case, tried))
        except Erased:  # since it was read
            settled = None
        for decision in settled or ():
            house.changed.tell(decision)
    if settled is None:
        found.taken += 1
        return
    found.decisions += len(settled)
    found.decided += len(going) == len(tried)
    for each in going:
        assert each.asked is not None, "only what was considered is decided"
        found.outcomes[each.asked.considered.automatic.outcome.value] += 1


def _of_case(house: House, here: Today, case: Row[Any], found: _Found) -> list[_Again]:
    """The case's own decision first, then those attached to it."""
    with house.store.read() as connection:
        ids = [case.decision, *(each.id for each in attached.of_case(connection, case.id))]
        rows = [(each, past_decisions.one(connection, each)) for each in ids]
        read = [(each, row, read_past(connection, row) if row is not None else None) for each, row in rows]
    tried = []
    for _, row, past in read:
        if row is None:
            continue
        asked = None
        if past is None:
            found.erased += 1
        else:
            try:
                asked = made_today(house, past, here, drawn=row.probability is not None)
            except InvalidRequest:
                found.reasons["does_not_fit"] += 1
        tried.append(_Again(row, asked))
    return tried


def _decide(
    house: House, connection: Connection, by: str, here: Today, before: Row[Any], tried: Sequence[_Again]
) -> list[str] | None:
    """Decide those that are automatic; the decisions. None when the case is not as it was, or all was stopped."""
    case = store.unclaimed(connection, before.id)
    known = {case.decision, *(each.id for each in attached.of_case(connection, case.id))} if case is not None else set()
    if case is None or known != {each.decision.id for each in tried}:
        return None
    going = [each for each in tried if each.decided]
    stopped = pointers.stopped(connection, before.workflow)
    if stopped and any(each.asked is not None and by_classifier(each.asked) for each in going):
        return None
    now = house.clock()
    own = any(each.decision.id == case.decision for each in going)
    staying = [each for each in tried if not each.decided]
    if own and staying:
        _leave_out(connection, house, case, [each for each in going if each.decision.id != case.decision], now)
        refreshed = store.unclaimed(connection, case.id)
        assert refreshed is not None, "held since it was looked at"
        case = part_ways(connection, house, refreshed, now)
    elif not own:
        _leave_out(connection, house, case, going, now)
    if own:
        move(connection, house, case, CaseAction.CANCEL, by=SERVICE, now=now, recorded={"resumed": True})
    for each in going:
        assert each.asked is not None, "only what was considered is decided"
        _settle(house, connection, by, before.id, each.decision, each.asked, now)
    return [each.decision.id for each in going]


def _leave_out(connection: Connection, house: House, case: Row[Any], going: Sequence[_Again], now: datetime) -> None:
    """These are decided; the case goes on with the others."""
    for each in going:
        attached.remove(connection, case.id, [each.decision.id])
        current = store.unclaimed(connection, case.id)
        assert current is not None, "held since it was looked at"
        move(connection, house, current, CaseAction.DETACH, by=SERVICE, now=now,
             told={"attached": each.decision.id}, about_decision=each.decision.id)  # fmt: skip


def _settle(
    house: House, connection: Connection, by: str, case: str, decision: Row[Any], asked: Asked, now: datetime
) -> None:
    """The decision stands as it was made now: record, answer, event."""
    made = asked.considered.automatic
    assert made.decided_by is not None, "what is automatic is decided by somebody"
    answer, answer_id = to_bytes(asked.answer(decision.id, decision.case)), house.new_id("pay")
    payloads.add_beside(connection, decision.id, now, (answer_id, "answer", answer))
    outcome, labels, decided_by = made.outcome.value, list(made.labels), made.decided_by.value
    decisions.settle(connection, decision.id, outcome=outcome, decided_by=decided_by, labels=labels, now=now)
    store.add(
        connection,
        {
            "decision": decision.id,
            "case": case,
            "release": asked.release.id,
            "document_sequence": asked.pointer.document_sequence,
            "answer": answer_id,
            "by": by,
            "at": now,
        },
    )
    body = record_of(asked, decision.principal, frozenset(decision.groups), decision.case)
    body |= {"decision": decision.id, "by": by, "answer_digest": keyed_digest(house.secret, answer)}
    body |= {"outcome": outcome, "labels": labels, "decided_by": decided_by}
    ledger.append(connection, "decision.resumed", decision.id, now, body)
    told = {"decision": decision.id, "case": case, "workflow": decision.workflow, "outcome": outcome}
    told["state"] = State.FINAL.value
    events.add(connection, house.new_id("evt"), "decision.final", decision.id, told, now)
