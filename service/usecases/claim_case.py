"""Lease cases to people. A token goes with each lease; only who shows it can renew, return or decide."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState, lease_expired, next_state
from service.errors import Conflict, LeaseLost, NotFound
from service.store import cases, ledger
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.read_case import policies
from service.usecases.sign_in import digest_of

_DEFAULT_LEASE = timedelta(minutes=15)  # where no workflow has a policy yet
_NO_LEASE = {"holder": None, "lease_token": None, "lease_until": None}


def claim_next(house: House, principal: Principal, queue: str) -> dict[str, Any] | None:
    """Lease the best case of the queue; None when nothing waits there."""
    token, now = secrets.token_urlsafe(24), house.clock()
    until = now + _lease(house, queue)

    def work(connection: Connection) -> Row[Any] | None:
        for over in cases.expired(connection, queue, now):
            _expire(connection, over, now)
        row = cases.best_queued(connection, queue)
        if row is not None:
            _take(connection, row, CaseAction.CLAIM, principal, token, until, now)
        return row

    row = house.store.commit(work)
    return _claimed(row, token, until) if row is not None else None


def claim(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """Lease one named case. Claiming again what one already holds gives a new token: the older page has lost it."""
    token, now = secrets.token_urlsafe(24), house.clock()
    until = now + _lease(house, _queue_of(house, case_id))

    def work(connection: Connection) -> Row[Any]:
        row = _locked(connection, case_id)
        if lease_expired(CaseState(row.state), row.lease_until, now):
            _expire(connection, row, now)
            row = _locked(connection, case_id)
        mine = row.holder == principal.name
        action = CaseAction.RENEW if mine else CaseAction.CLAIM
        if next_state(CaseState(row.state), action) is None:
            raise lost(row, now)
        _take(connection, row, action, principal, token, until, now)
        return row

    return _claimed(house.store.commit(work), token, until)


def renew(house: House, principal: Principal, case_id: str, token: str) -> dict[str, Any]:
    """Put the lease's end off by its full length again."""
    now = house.clock()
    until = now + _lease(house, _queue_of(house, case_id))

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.RENEW, now)
        move(connection, row, CaseAction.RENEW, {"lease_until": until})

    house.store.commit(work)
    return {"until": timestamp(until)}


def give_back(house: House, principal: Principal, case_id: str, token: str) -> None:
    """Return the case to its queue undecided."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.RETURN, now)
        move(connection, row, CaseAction.RETURN)
        _note(connection, "case.returned", row, principal.name, now)

    house.store.commit(work)


def held(
    connection: Connection, principal: Principal, case_id: str, token: str, action: CaseAction, now: datetime
) -> Row[Any]:
    """The case, when `principal` holds its lease with this token and the table admits the action; LeaseLost if not."""
    row = _locked(connection, case_id)
    state = CaseState(row.state)
    mine = row.holder == principal.name and row.lease_token == digest_of(token)
    if not mine or lease_expired(state, row.lease_until, now) or next_state(state, action) is None:
        raise lost(row, now)
    return row


def move(connection: Connection, row: Row[Any], action: CaseAction, values: Mapping[str, Any] | None = None) -> None:
    """Write what `action` makes of the case: the one way a case changes, as the table of states has it.

    A case that is not claimed afterwards has no lease. Conflict when the table does not admit the action, or when the
    case is not as it was read any more.
    """
    state = next_state(CaseState(row.state), action)
    if state is None:
        raise Conflict(f"case {row.id} is {row.state}, so it cannot {action.value}", remedy="read it again")
    lease = {} if state is CaseState.CLAIMED else _NO_LEASE
    if not cases.write(connection, row, {**lease, **(values or {}), "state": state.value}):
        raise Conflict(f"case {row.id} changed in between", remedy="read it again")


def lost(row: Row[Any], now: datetime) -> LeaseLost:
    """The refusal that says who has the case now and what to do."""
    state = CaseState(row.state)
    if state is CaseState.CLAIMED and not lease_expired(state, row.lease_until, now):
        detail = f"{row.holder} holds case {row.id} until {timestamp(row.lease_until)}"
        remedy = "claim another case, or wait until the lease ends"
        extra: dict[str, object] = {"state": row.state, "holder": row.holder, "until": timestamp(row.lease_until)}
    elif state in (CaseState.CLAIMED, CaseState.QUEUED):
        detail = f"the lease of case {row.id} has run out or was given back"
        remedy = "claim the case again; what you wrote is kept by your page"
        extra = {"state": CaseState.QUEUED.value, "holder": None, "until": None}
    else:
        detail = f"case {row.id} is already {row.state}"
        remedy = "read the decision to see what was decided and by whom"
        extra = {"state": row.state, "holder": None, "until": None}
    return LeaseLost(detail, remedy=remedy, extra=extra)


def _take(
    connection: Connection,
    row: Row[Any],
    action: CaseAction,
    principal: Principal,
    token: str,
    until: datetime,
    now: datetime,
) -> None:
    lease = {"holder": principal.name, "lease_token": digest_of(token), "lease_until": until}
    move(connection, row, action, lease)
    _note(connection, "case.claimed", row, principal.name, now)


def _expire(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Back into the queue; the ledger says whose lease ran out."""
    move(connection, row, CaseAction.EXPIRE)
    _note(connection, "case.expired", row, row.holder, now)


def _lease(house: House, queue: str) -> timedelta:
    """As the workflow that owns the queue says; rules may name further queues, which lease as the first workflow."""
    in_force = [policy.queue for policy in policies(house)]
    named = [policy for policy in in_force if policy.name == queue]
    return next((timedelta(minutes=policy.lease_minutes) for policy in (*named, *in_force)), _DEFAULT_LEASE)


def _queue_of(house: House, case_id: str) -> str:
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
    if row is None:
        raise _no_case(case_id)
    return str(row.queue)


def _locked(connection: Connection, case_id: str) -> Row[Any]:
    row = cases.lock(connection, case_id)
    if row is None:
        raise _no_case(case_id)
    return row


def _no_case(case_id: str) -> NotFound:
    return NotFound(f"there is no case {case_id}")


def _note(connection: Connection, kind: str, row: Row[Any], by: str, now: datetime) -> None:
    ledger.append(connection, kind, row.id, now, {"decision": row.decision, "by": by})


def _claimed(row: Row[Any], token: str, until: datetime) -> dict[str, Any]:
    return {"case": row.id, "decision": row.decision, "token": token, "until": timestamp(until)}
