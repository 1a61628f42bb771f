"""Lease cases to people. A token goes with each lease; only who shows it can renew, return or decide."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState, lease_expired, next_state
from service.errors import Conflict, LeaseLost, NotFound
from service.store import cases, ledger
from service.store.engine import Connection, Row
from service.store.pointers import pointers
from service.usecases.house import House
from service.usecases.sign_in import digest_of


def claim_next(house: House, principal: Principal, queue: str) -> dict[str, Any] | None:
    """Lease the best case of the queue; None when nothing waits there."""
    token, now = secrets.token_urlsafe(24), house.clock()

    def work(connection: Connection) -> Row[Any] | None:
        cases.requeue_expired(connection, queue, now)
        row = cases.claim_next(
            connection,
            queue,
            holder=principal.name,
            token=digest_of(token),
            until=_until(house, connection, queue, now),
        )
        if row is not None:
            _note(connection, "case.claimed", row, principal, now)
        return row

    row = house.store.commit(work)
    return _claimed(row, token) if row is not None else None


def claim(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """Lease one named case. Claiming again what one already holds gives a new token: the older page has lost it."""
    token, now = secrets.token_urlsafe(24), house.clock()

    def work(connection: Connection) -> Row[Any]:
        row = _locked(connection, case_id)
        state = CaseState(row.state)
        free = state is CaseState.QUEUED or lease_expired(state, row.lease_until, now)
        if not free and not (state is CaseState.CLAIMED and row.holder == principal.name):
            raise lost(row, now)
        until = _until(house, connection, row.queue, now)
        values = {"state": CaseState.CLAIMED.value, "holder": principal.name, "lease_until": until}
        _write(connection, row, {**values, "lease_token": digest_of(token)})
        claimed = _locked(connection, case_id)
        _note(connection, "case.claimed", claimed, principal, now)
        return claimed

    return _claimed(house.store.commit(work), token)


def renew(house: House, principal: Principal, case_id: str, token: str) -> dict[str, Any]:
    """Put the lease's end off by its full length again."""
    now = house.clock()

    def work(connection: Connection) -> datetime:
        row = held(connection, principal, case_id, token, CaseAction.RENEW, now)
        until = _until(house, connection, row.queue, now)
        _write(connection, row, {"lease_until": until})
        return until

    return {"until": timestamp(house.store.commit(work))}


def give_back(house: House, principal: Principal, case_id: str, token: str) -> None:
    """Return the case to its queue undecided."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.RETURN, now)
        free = {"state": CaseState.QUEUED.value, "holder": None, "lease_token": None, "lease_until": None}
        _write(connection, row, free)
        _note(connection, "case.returned", row, principal, now)

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


def _until(house: House, connection: Connection, queue: str, now: datetime) -> datetime:
    return now + timedelta(minutes=_lease_minutes(house, connection, queue))


def _lease_minutes(house: House, connection: Connection, queue: str) -> float:
    """As the workflow that owns the queue says; rules may name further queues, which lease as the first workflow."""
    policies = [house.shelf.open(p.release).workflow.queue for p in pointers(connection)]
    named = [policy.lease_minutes for policy in policies if policy.name == queue]
    return (named or [policy.lease_minutes for policy in policies] or [15.0])[0]


def _locked(connection: Connection, case_id: str) -> Row[Any]:
    row = cases.lock(connection, case_id)
    if row is None:
        raise NotFound(f"there is no case {case_id}")
    return row


def _write(connection: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    if not cases.write(connection, row, values):
        raise Conflict(f"case {row.id} changed in between", remedy="read it again")


def _note(connection: Connection, kind: str, row: Row[Any], principal: Principal, now: datetime) -> None:
    ledger.append(connection, kind, row.id, now, {"decision": row.decision, "by": principal.name})


def _claimed(row: Row[Any], token: str) -> dict[str, Any]:
    return {"case": row.id, "decision": row.decision, "token": token, "until": timestamp(row.lease_until)}
