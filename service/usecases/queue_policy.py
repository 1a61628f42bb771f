"""What a queue's policy says, and whether somebody may do something there: the one place that both are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.case import TRANSITIONS, CaseAction, Who
from service.domain.types import QueuePolicy, Workflow
from service.errors import Conflict, Forbidden
from service.store import cases
from service.store.engine import Row
from service.store.pointers import pointers
from service.usecases.house import House
from service.usecases.move_case import no_case

_NONE_YET = QueuePolicy("")  # where no workflow has a policy yet
_TEAM = (Scope.REVIEW, Scope.LEAD)
_BY_REVIEWERS = frozenset({Who.REVIEWER, Who.HOLDER, Who.DECIDER})
#: What the table gives to nobody who only reviews.
_FOR_LEADS = frozenset(CaseAction) - {
    action for (_, action), step in TRANSITIONS.items() if {*step.who} & _BY_REVIEWERS
}


@dataclass(frozen=True, slots=True)
class AtHand:
    """A case as it was read before anything is done to it, and its queue's policy."""

    row: Row[Any]
    policy: QueuePolicy


def policies(house: House) -> list[Workflow]:
    """The policy in force of every workflow, by the workflows' names."""
    with house.store.read(once=True) as connection:
        active = pointers(connection)
    return [house.shelf.policy(pointer.release) for pointer in active]


def queue_policy(house: House, queue: str, workflow: str = "") -> QueuePolicy:
    """As the workflow that owns the queue says, `workflow` before others that share it; rules may name further queues,
    which go by `workflow`'s own or the first one's policy."""
    in_force = policies(house)
    owners = sorted(in_force, key=lambda each: (each.queue.name != queue, each.name != workflow, each.name))
    if not owners:
        return _NONE_YET
    own = next((each for each in in_force if each.name == workflow), None)
    return owners[0].queue if owners[0].queue.name == queue or own is None else own.queue


def at_hand(house: House, principal: Principal, case_id: str, action: CaseAction) -> AtHand:
    """The case, when `principal` may do this in its queue. Read before the transaction that does it.

    NotFound; Forbidden without the right in that queue; Conflict where the queue does not offer the action.
    """
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
    if row is None or not sees(principal, row.queue):
        raise no_case(case_id)
    policy = queue_policy(house, row.queue, row.workflow)
    admit(principal, row.queue, policy, action)
    return AtHand(row, policy)


def admit(principal: Principal, queue: str, policy: QueuePolicy, action: CaseAction) -> None:
    """Forbidden without the right to do this in that queue; Conflict where the queue does not offer it."""
    if not works(principal, queue, action):
        raise Forbidden(
            f"{principal.name!r} may not {words(action)} cases of queue {queue}",
            remedy="ask operations for the right to do so in this queue",
            extra={"scopes": [scope.value for scope in _scopes(action)], "queue": queue, "action": action.value},
        )
    if action.value in policy.hidden_actions:
        raise Conflict(
            f"queue {queue} does not offer to {words(action)} a case",
            remedy="its policy hides this action: see hidden_actions in workflow.yaml",
        )


def works(principal: Principal, queue: str, action: CaseAction) -> bool:
    """Whether somebody reviews or leads in a queue and may do this there: leads, where the table wants them."""
    return any(principal.may_in(queue, scope, action.value) for scope in _scopes(action))


def _scopes(action: CaseAction) -> tuple[Scope, ...]:
    return (Scope.LEAD,) if action in _FOR_LEADS else _TEAM


def leads(principal: Principal, queue: str, action: CaseAction) -> bool:
    return principal.may_in(queue, Scope.LEAD, action.value)


def sees(principal: Principal, queue: str) -> bool:
    return any(principal.may_in(queue, scope) for scope in (Scope.READ, *_TEAM))


def visible(principal: Principal) -> frozenset[str] | None:
    """The queues whose cases somebody sees; None: all."""
    found = [principal.queues(scope) for scope in (Scope.READ, *_TEAM)]
    return None if None in found else frozenset().union(*(each for each in found if each is not None))


def words(action: CaseAction) -> str:
    """An action in words, as in `may not pass on`."""
    return action.value.replace("_", " ")
