"""Move a case: the one way its state changes, and what is written with each change.

The table of states says what may happen and where it leads. What happens is written in one transaction: the case as it
is then, its own event, the audit record, and the event that the outside hears of. Renewing a lease changes nothing but
its end, so nobody is told of that. Of a copy whose answer is known nobody outside is told anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp, to_bytes
from service.domain.case import (
    TOLD,
    TRANSITIONS,
    WITH_ONE_PERSON,
    CaseAction,
    CaseKind,
    CaseState,
    lease_expired,
    next_state,
)
from service.domain.types import State
from service.errors import Conflict, LeaseLost, NotFound
from service.store import case_events, cases, decisions, events, known_answers, ledger, payloads
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.sign_in import digest_of

#: Who did it where nobody did: time had come.
SERVICE = "signoff"

_NO_LEASE = {"holder": None, "lease_token": None, "lease_until": None}
#: What the outside is told of a change, of all that is noted with it: see `service.domain.event`.
_FOR_ALL = frozenset({"until", "other"})


def move(
    connection: Connection,
    house: House,
    row: Row[Any],
    action: CaseAction,
    *,
    by: str,
    now: datetime,
    to: CaseState | None = None,
    values: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    recorded: Mapping[str, Any] | None = None,
    note: str | None = None,
    about_decision: str | None = None,
) -> Row[Any]:
    """The case after `action`; Conflict when the table does not admit it or the case is not as it was read any more.

    `to` chooses where the table leaves it open; else a case goes back to its stage. `values` are further columns,
    `told` is what the case's timeline says beside who and when (ids, names, times), `recorded` what the ledger says
    besides, and `note` what somebody wrote: kept with the payloads, as all personal text. `about_decision` is the
    attached decision that this concerns alone; else it is the case's own.
    """
    state, stage = CaseState(row.state), CaseState(row.stage)
    step, target = TRANSITIONS.get((state, action)), to or next_state(state, action, stage)
    if is_copy(row) and action is CaseAction.REOPEN:
        raise Conflict(f"case {row.id} is a copy whose answer is known", remedy="reopen the case that was marked")
    if step is None or target not in step.to:
        raise Conflict(f"case {row.id} is {row.state}, so it cannot {action.value}", remedy="read it again")
    lease = {} if target is CaseState.CLAIMED else _NO_LEASE
    wakes = {} if target is state else {"wake_at": None}
    after = cases.write(connection, row, {**lease, **wakes, **(values or {}), "state": target.value})
    if after is None:
        raise Conflict(f"case {row.id} changed in between", remedy="read it again")
    if action is not CaseAction.RENEW:
        _tell(connection, house, row, after, action, by, now, told or {}, recorded or {}, note, about_decision)
    return _ended(connection, house, after, now) if is_copy(after) else after


def is_copy(row: Row[Any]) -> bool:
    """Whether a case is a copy of one whose answer is known: nobody outside waits for it, nor hears of it."""
    return bool(row.kind == CaseKind.KNOWN_ANSWER.value)


def _ended(connection: Connection, house: House, row: Row[Any], now: datetime) -> Row[Any]:
    """The copy; ended, where it would wait for somebody: it was for one person alone."""
    if CaseState(row.state) not in WITH_ONE_PERSON:
        return move(connection, house, row, CaseAction.CANCEL, by=SERVICE, now=now, values={"assigned_to": None})
    if row.state == CaseState.CANCELLED.value:
        known_answers.close(connection, row.id, None, now)
        decision = decisions.get(connection, row.decision)
        if decision is not None and decision.state == State.WAITING.value:
            decisions.withdraw(connection, row.decision, now)
    return row


def _tell(
    connection: Connection,
    house: House,
    before: Row[Any],
    after: Row[Any],
    action: CaseAction,
    by: str,
    now: datetime,
    told: Mapping[str, Any],
    recorded: Mapping[str, Any],
    note: str | None,
    about_decision: str | None,
) -> None:
    kind = after.state if action is CaseAction.PASS_ON else TOLD[action]
    note_id = None
    if note:
        note_id = house.new_id("pay")
        payloads.add_beside(connection, before.decision, now, (note_id, "case_note", to_bytes({"text": note})))
    case_events.add(
        connection,
        {
            "case": before.id,
            "sequence": after.version,
            "action": action.value,
            "by": by,
            "at": now,
            "was": before.state,
            "now": after.state,
            "told": dict(told),
            "note": note_id,
        },
    )
    # A decision's own records stand under its id, so that whoever follows the decision finds who decided it.
    subject = before.decision if action is CaseAction.DECIDE else before.id
    copy = {"known_answer": True} if is_copy(before) else {}
    body = {"decision": about_decision or before.decision, "case": before.id, "by": by, **told, **recorded, **copy}
    ledger.append(connection, f"case.{kind}", subject, now, body)
    if copy:
        return
    public = {name: value for name, value in told.items() if name in _FOR_ALL}
    if about_decision:
        public["decision"] = about_decision
    events.add(connection, house.new_id("evt"), f"case.{kind}", before.id, {**about(after), **public}, now)


def about(row: Row[Any]) -> dict[str, Any]:
    """What every event of a case says."""
    return {
        "case": row.id,
        "decision": row.decision,
        "workflow": row.workflow,
        "queue": row.queue,
        "state": row.state,
        "stage": row.stage,
    }


def locked(connection: Connection, case_id: str) -> Row[Any]:
    """The case, held against other writers until this transaction ends; NotFound."""
    row = cases.lock(connection, case_id)
    if row is None:
        raise no_case(case_id)
    return row


def held(
    connection: Connection, principal: Principal, case_id: str, token: str, action: CaseAction, now: datetime
) -> Row[Any]:
    """The case, when `principal` holds its lease with this token and the table admits the action; LeaseLost if not."""
    row = locked(connection, case_id)
    state = CaseState(row.state)
    mine = row.holder == principal.name and row.lease_token == digest_of(token)
    if not mine or lease_expired(state, row.lease_until, now) or (state, action) not in TRANSITIONS:
        raise lost(row, now)
    return row


def lost(row: Row[Any], now: datetime) -> LeaseLost:
    """The refusal that says who has the case now, until when, and what to do."""
    state = CaseState(row.state)
    until = timestamp(row.lease_until) if row.lease_until else None
    if state is CaseState.CLAIMED and not lease_expired(state, row.lease_until, now):
        detail = f"{row.holder} holds case {row.id} until {until}"
        remedy = "claim another case, or wait until the lease ends"
        extra: dict[str, object] = {"state": row.state, "holder": row.holder, "until": until}
    elif state is CaseState.CLAIMED or (state, CaseAction.CLAIM) in TRANSITIONS:
        detail = f"the lease of case {row.id} has run out or was given back"
        remedy = "claim the case again; what you wrote is kept by your page"
        waits = row.stage if state is CaseState.CLAIMED else row.state
        extra = {"state": waits, "holder": None, "until": None}
    elif (state, CaseAction.UNHOLD) in TRANSITIONS:
        until = timestamp(row.wake_at) if row.wake_at else None
        waits = "waits for its requester" if state is CaseState.NEEDS_INFORMATION else f"is {_words(state)}"
        detail = f"case {row.id} {waits}" + (f" until {until}" if until else "")
        remedy = "take it off hold first if it cannot wait, then claim it"
        extra = {"state": row.state, "holder": None, "until": until}
    else:
        detail = f"case {row.id} is already {_words(state)}"
        remedy = "read the decision to see what was decided and by whom"
        extra = {"state": row.state, "holder": None, "until": None}
    return LeaseLost(detail, remedy=remedy, extra=extra)


def _words(state: CaseState) -> str:
    return state.value.replace("_", " ")


def no_case(case_id: str) -> NotFound:
    return NotFound(f"there is no case {case_id}")
