"""Lease cases to people. A token goes with each lease; only who shows it can write anything to the case."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal, same_person
from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState, next_state
from service.domain.types import QueuePolicy
from service.errors import Conflict, SamePerson
from service.store import cases, decisions, reviews
from service.store.engine import Connection, Row
from service.usecases.ask_for_draft import ask_ahead
from service.usecases.give_known_answer import drawn, give
from service.usecases.house import House
from service.usecases.move_case import held, locked, lost, move
from service.usecases.queue_policy import admit, at_hand, queue_policy
from service.usecases.sign_in import digest_of
from service.usecases.wake_cases import wake, wake_queue

_TRIES = 20  # cases that somebody may not decide, though only under nearly the same name


def claim_next(house: House, principal: Principal, queue: str) -> dict[str, Any] | None:
    """Lease the best case of the queue; None when nothing waits there for this person.

    As often as the policy says it is a copy of a case whose answer is known, in place of the best one.
    """
    policy, now = queue_policy(house, queue), house.clock()
    admit(principal, queue, policy, CaseAction.CLAIM)
    lease, copy = new_lease(principal, policy, now), drawn(house, principal, queue, policy)

    def work(connection: Connection) -> Row[Any] | None:
        wake_queue(connection, house, queue, policy, now)
        for _ in range(_TRIES):
            row = cases.best(connection, queue, principal.name, principal.workflows)
            if row is None:
                return None
            if independent(connection, row, principal):
                given = None
                if copy is not None and row.assigned_to is None:
                    given = give(connection, house, copy, principal, row, now)
                return _take(connection, house, given or row, CaseAction.CLAIM, lease, now)
            cases.pass_over(connection, row.id, [principal.name], "reviewed", now)
        return None

    row = house.store.commit(work)
    if row is None:
        return None
    ask_ahead(house, principal, row.id)
    return lease.given(row)


def claim(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """Lease one named case. Claiming again what one already holds gives a new token: the older page has lost it.

    LeaseLost while somebody else holds it, Conflict while it is handed over to somebody else, SamePerson where
    another person has to decide it.
    """
    found, now = at_hand(house, principal, case_id, CaseAction.CLAIM), house.clock()
    lease = new_lease(principal, found.policy, now)

    def work(connection: Connection) -> Row[Any]:
        row = wake(connection, house, locked(connection, case_id), found.policy, now)
        action = CaseAction.RENEW if row.holder == principal.name else CaseAction.CLAIM
        if next_state(CaseState(row.state), action) is None:
            raise lost(row, now)
        if row.assigned_to is not None and not same_person(row.assigned_to, principal.name):
            raise Conflict(
                f"case {row.id} was handed over to {row.assigned_to}" + _until(row.wake_at),
                remedy="claim another case, or ask whoever leads the queue to hand it over to you",
                extra={"holder": row.assigned_to, "state": row.state},
            )
        if not independent(connection, row, principal):
            raise another_person(row)
        return _take(connection, house, row, action, lease, now)

    row = house.store.commit(work)
    ask_ahead(house, principal, case_id)
    return lease.given(row)


def renew(house: House, principal: Principal, case_id: str, token: str) -> dict[str, Any]:
    """Put the lease's end off by its full length again."""
    found, now = at_hand(house, principal, case_id, CaseAction.CLAIM), house.clock()
    until = now + timedelta(minutes=found.policy.lease_minutes)

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.RENEW, now)
        values = {"lease_until": until, "wake_at": until}
        move(connection, house, row, CaseAction.RENEW, by=principal.name, now=now, values=values)

    house.store.commit(work)
    return {"until": timestamp(until)}


def give_back(house: House, principal: Principal, case_id: str, token: str) -> None:
    """Return the case to its queue undecided."""
    at_hand(house, principal, case_id, CaseAction.RETURN)
    now = house.clock()

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.RETURN, now)
        move(connection, house, row, CaseAction.RETURN, by=principal.name, now=now, values={"assigned_to": None})

    house.store.commit(work)


def skip(house: House, principal: Principal, case_id: str, token: str, reason: str) -> None:
    """Leave the case to others: claim-next gives it to this person no more."""
    at_hand(house, principal, case_id, CaseAction.SKIP)
    now = house.clock()

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.SKIP, now)
        cases.pass_over(connection, case_id, [principal.name], "skipped", now)
        values = {"assigned_to": None}
        move(connection, house, row, CaseAction.SKIP, by=principal.name, now=now, values=values, note=reason)

    house.store.commit(work)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease about to be given."""

    holder: str
    token: str
    until: datetime

    def values(self, now: datetime) -> dict[str, Any]:
        """The columns of the case that say so."""
        return {
            "holder": self.holder,
            "lease_token": digest_of(self.token),
            "lease_until": self.until,
            "wake_at": self.until,
            "claimed_at": now,
        }

    def given(self, row: Row[Any]) -> dict[str, Any]:
        """What its holder is told."""
        return {"case": row.id, "decision": row.decision, "token": self.token, "until": timestamp(self.until)}


def new_lease(principal: Principal, policy: QueuePolicy, now: datetime) -> Lease:
    return Lease(principal.name, secrets.token_urlsafe(24), now + timedelta(minutes=policy.lease_minutes))


def independent(connection: Connection, row: Row[Any], principal: Principal) -> bool:
    """Whether somebody may say what they think of a case: not of one that somebody decided already and that waits for
    another opinion, if they are that person, or the one who asked. The one place that this is settled."""
    if row.version == 1:
        return True  # nothing was done with it yet
    said = [each.reviewer for each in reviews.of_case(connection, row.id) if each.undone_at is None]
    if not said:
        return True
    decision = decisions.get(connection, row.decision)
    asked = [decision.principal] if decision is not None else []
    return not any(same_person(each, principal.name) for each in (*said, *asked))


def another_person(row: Row[Any]) -> SamePerson:
    return SamePerson(
        f"case {row.id} waits for somebody else than those who decided it already or asked for it",
        remedy="claim another case: one person never decides the same case twice",
    )


def _take(
    connection: Connection, house: House, row: Row[Any], action: CaseAction, lease: Lease, now: datetime
) -> Row[Any]:
    """Claimed; also by whoever has it already, whose lease and token are new ones then."""
    values = lease.values(now)
    if action is CaseAction.RENEW:
        values["claimed_at"] = row.claimed_at
    else:
        values["stage"] = row.state
    return move(connection, house, row, action, by=lease.holder, now=now, values=values)


def _until(at: datetime | None) -> str:
    return f" until {timestamp(at)}" if at is not None else ""
