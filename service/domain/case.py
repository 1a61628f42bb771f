"""What may happen to a case, as one table.

A case moves only through `next_state`; what is derived (overdue, lease expired) is computed and never stored.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands."""

    QUEUED = "queued"  #: Waits for somebody to claim it.
    CLAIMED = "claimed"  #: Somebody holds its lease.
    DECIDED = "decided"  #: A person decided.


class CaseKind(StrEnum):
    """Why there is a case."""

    HELD = "held"  #: The outcome waits for it.
    AFTER_THE_FACT = "after_the_fact"  #: The outcome is out; it is looked at afterwards.
    APPEAL = "appeal"


class CaseAction(StrEnum):
    """What moves a case."""

    CLAIM = "claim"
    RENEW = "renew"
    RETURN = "return"
    EXPIRE = "expire"
    DECIDE = "decide"


#: (state, action) -> next state. What is not here is not allowed.
TRANSITIONS: dict[tuple[CaseState, CaseAction], CaseState] = {
    (CaseState.QUEUED, CaseAction.CLAIM): CaseState.CLAIMED,
    (CaseState.CLAIMED, CaseAction.RENEW): CaseState.CLAIMED,
    (CaseState.CLAIMED, CaseAction.RETURN): CaseState.QUEUED,
    (CaseState.CLAIMED, CaseAction.EXPIRE): CaseState.QUEUED,
    (CaseState.CLAIMED, CaseAction.DECIDE): CaseState.DECIDED,
}


def next_state(state: CaseState, action: CaseAction) -> CaseState | None:
    """The state that `action` leads to, or None when the table does not admit it."""
    return TRANSITIONS.get((state, action))


def blind(kind: CaseKind, state: CaseState, probability: float | None) -> bool:
    """Whether a case is a blind check that nobody has decided yet.

    `probability` is that with which its request was drawn at random, None when it was not. Whoever decides such a case
    sees nothing of what the service made of the request, so that what they say measures it. An appeal is never blind:
    it is about the decision.
    """
    return probability is not None and state is not CaseState.DECIDED and kind is not CaseKind.APPEAL


def lease_expired(state: CaseState, lease_until: datetime | None, now: datetime) -> bool:
    """A claimed case whose lease has run out counts as queued for everybody but its last holder's page."""
    return state is CaseState.CLAIMED and lease_until is not None and lease_until <= now


def overdue(state: CaseState, due_at: datetime, now: datetime) -> bool:
    return state in (CaseState.QUEUED, CaseState.CLAIMED) and due_at <= now
