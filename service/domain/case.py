"""What may happen to a case, as one table.

A case moves only as `TRANSITIONS` says. What follows from the clock alone (overdue, lease expired, hold over, still to
be undone) is computed and never stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class CaseState(StrEnum):
    """Where a case stands."""

    QUEUED = "queued"  #: Waits for somebody to claim it.
    CLAIMED = "claimed"  #: Somebody holds its lease.
    ON_HOLD = "on_hold"  #: Put aside until a date.
    NEEDS_INFORMATION = "needs_information"  #: Waits for whoever asked to say more.
    ESCALATED = "escalated"  #: Waits for somebody who knows better.
    SECOND_REVIEW = "second_review"  #: Waits for the opinion of a second person.
    ADJUDICATION = "adjudication"  #: Two people disagree; waits for a third one.
    DECIDED = "decided"  #: A person decided, and can undo that still.
    DELIVERED = "delivered"  #: The decision is out.
    REOPENED = "reopened"  #: It was out, and goes on in another case.
    CANCELLED = "cancelled"  #: Nobody has to decide it any more.


class CaseKind(StrEnum):
    """Why there is a case."""

    HELD = "held"  #: The outcome waits for it.
    AFTER_THE_FACT = "after_the_fact"  #: The outcome is out; it is looked at afterwards.
    APPEAL = "appeal"  #: Somebody contests what was decided.
    KNOWN_ANSWER = "known_answer"  #: A copy of one whose answer is known, to see what somebody makes of it.


class CaseAction(StrEnum):
    """What moves a case."""

    CLAIM = "claim"
    RENEW = "renew"
    RETURN = "return"
    EXPIRE = "expire"
    SKIP = "skip"
    HOLD = "hold"
    UNHOLD = "unhold"
    ASK = "ask"
    ANSWER = "answer"
    ESCALATE = "escalate"
    ASSIGN = "assign"
    DECIDE = "decide"
    UNDO = "undo"
    PASS_ON = "pass_on"  # noqa: S105 - an action, no secret
    DELIVER = "deliver"
    REOPEN = "reopen"
    CANCEL = "cancel"
    COMMENT = "comment"
    ATTACH = "attach"
    DETACH = "detach"


class Who(StrEnum):
    """By what right somebody acts on a case. Several may hold at once."""

    HOLDER = "holder"  #: has its lease
    DECIDER = "decider"  #: decided it last
    REVIEWER = "reviewer"  #: may review in its queue
    LEAD = "lead"  #: leads its queue
    CALLER = "caller"  #: asked for the decision
    SERVICE = "service"  #: nobody: time has come


@dataclass(frozen=True, slots=True)
class Step:
    """What one action makes of a case in one state."""

    to: tuple[CaseState, ...]  #: where it leads; of several, the case's own stage decides, or whoever moves it
    who: tuple[Who, ...]


#: Where somebody can claim a case; also its *stage*, which a claimed case comes back to.
WAITING: Final = (CaseState.QUEUED, CaseState.ESCALATED, CaseState.SECOND_REVIEW, CaseState.ADJUDICATION)
#: Where a decision of a person is still to come.
OPEN: Final = (*WAITING, CaseState.CLAIMED, CaseState.ON_HOLD, CaseState.NEEDS_INFORMATION)
#: Where a copy whose answer is known may be: with whoever was given it, and after they decided. Anywhere else it ends.
WITH_ONE_PERSON: Final = (CaseState.CLAIMED, CaseState.DECIDED, CaseState.DELIVERED, CaseState.CANCELLED)
#: Where nothing comes any more of the case itself.
SETTLED: Final = (CaseState.DELIVERED, CaseState.REOPENED, CaseState.CANCELLED)

_TEAM = (Who.REVIEWER, Who.LEAD)
_FOR = {
    CaseAction.CLAIM: _TEAM,
    CaseAction.EXPIRE: (Who.SERVICE,),
    CaseAction.UNHOLD: (*_TEAM, Who.SERVICE),
    CaseAction.ANSWER: (Who.CALLER,),
    CaseAction.UNDO: (Who.DECIDER,),
    CaseAction.PASS_ON: (Who.SERVICE,),
    CaseAction.DELIVER: (Who.SERVICE,),
    CaseAction.REOPEN: (Who.LEAD,),
    CaseAction.CANCEL: (Who.LEAD, Who.CALLER),
    CaseAction.COMMENT: _TEAM,
    CaseAction.ATTACH: (Who.SERVICE,),
}
_HOLDER = (Who.HOLDER,)

_PLACES: Mapping[CaseState, Mapping[CaseAction, tuple[CaseState, ...]]] = {
    **{
        stage: {
            CaseAction.CLAIM: (CaseState.CLAIMED,),
            CaseAction.ASSIGN: (stage,),
            CaseAction.EXPIRE: (stage,),  # a hand-over that nobody took up
            CaseAction.CANCEL: (CaseState.CANCELLED,),
        }
        for stage in WAITING
    },
    CaseState.CLAIMED: {
        CaseAction.RENEW: (CaseState.CLAIMED,),
        CaseAction.RETURN: WAITING,
        CaseAction.EXPIRE: WAITING,
        CaseAction.SKIP: WAITING,
        CaseAction.HOLD: (CaseState.ON_HOLD,),
        CaseAction.ASK: (CaseState.NEEDS_INFORMATION,),
        CaseAction.ESCALATE: (CaseState.ESCALATED,),
        CaseAction.ASSIGN: WAITING,
        CaseAction.DECIDE: (CaseState.DECIDED,),
        CaseAction.CANCEL: (CaseState.CANCELLED,),
    },
    CaseState.ON_HOLD: {CaseAction.UNHOLD: WAITING, CaseAction.CANCEL: (CaseState.CANCELLED,)},
    CaseState.NEEDS_INFORMATION: {
        CaseAction.ANSWER: WAITING,
        CaseAction.UNHOLD: WAITING,
        CaseAction.CANCEL: (CaseState.CANCELLED,),
    },
    CaseState.DECIDED: {
        CaseAction.UNDO: (CaseState.CLAIMED,),
        CaseAction.PASS_ON: (CaseState.SECOND_REVIEW, CaseState.ADJUDICATION),
        CaseAction.DELIVER: (CaseState.DELIVERED,),
    },
    CaseState.DELIVERED: {CaseAction.REOPEN: (CaseState.REOPENED,)},
}


def _attached(state: CaseState) -> dict[CaseAction, tuple[CaseState, ...]]:
    """Other requests come to a case that waits for its first reader, and may leave it till it is decided."""
    taking_in = {CaseAction.ATTACH: (state,)} if state is CaseState.QUEUED else {}
    return {**taking_in, CaseAction.DETACH: (state,)} if state in OPEN else {}


def _who(state: CaseState, action: CaseAction) -> tuple[Who, ...]:
    if action is CaseAction.ASSIGN:
        return (Who.LEAD,) if state in WAITING else (Who.HOLDER, Who.LEAD)
    if action is CaseAction.DETACH:  # by the service when one of the requests is withdrawn or asked about
        return (Who.HOLDER, Who.SERVICE) if state is CaseState.CLAIMED else (Who.SERVICE,)
    return _FOR.get(action, _HOLDER)


#: (state, action) -> where it leads, and who may. What is not here is not allowed.
TRANSITIONS: Final[Mapping[tuple[CaseState, CaseAction], Step]] = {
    (state, action): Step(to, _who(state, action))
    for state in CaseState
    for action, to in {**_PLACES.get(state, {}), **_attached(state), CaseAction.COMMENT: (state,)}.items()
}

#: How each action is told afterwards: the kind of its records and events, behind `case.`
TOLD: Final[Mapping[CaseAction, str]] = {
    CaseAction.CLAIM: "claimed",
    CaseAction.RENEW: "renewed",
    CaseAction.RETURN: "returned",
    CaseAction.EXPIRE: "expired",
    CaseAction.SKIP: "skipped",
    CaseAction.HOLD: "held",
    CaseAction.UNHOLD: "unheld",
    CaseAction.ASK: "asked",
    CaseAction.ANSWER: "answered",
    CaseAction.ESCALATE: "escalated",
    CaseAction.ASSIGN: "assigned",
    CaseAction.DECIDE: "decided",
    CaseAction.UNDO: "undone",
    CaseAction.PASS_ON: "passed_on",
    CaseAction.DELIVER: "delivered",
    CaseAction.REOPEN: "reopened",
    CaseAction.CANCEL: "cancelled",
    CaseAction.COMMENT: "commented",
    CaseAction.ATTACH: "attached",
    CaseAction.DETACH: "detached",
}


def next_state(state: CaseState, action: CaseAction, stage: CaseState = CaseState.QUEUED) -> CaseState | None:
    """The state that `action` leads to, or None when the table does not admit it.

    Of several the case's `stage`; None where that is not one of them, because then somebody has to choose.
    """
    step = TRANSITIONS.get((state, action))
    if step is None:
        return None
    if len(step.to) == 1:
        return step.to[0]
    return stage if stage in step.to else None


def allowed(state: CaseState, who: Collection[Who], hidden: Collection[CaseAction] = ()) -> tuple[CaseAction, ...]:
    """What somebody with these rights may do to a case now, but for what its queue hides."""
    return tuple(
        action
        for action in CaseAction
        if action not in hidden
        and (step := TRANSITIONS.get((state, action))) is not None
        and any(each in who for each in step.who)
    )


def blind(kind: CaseKind, state: CaseState, probability: float | None) -> bool:
    """Whether a case is a blind check whose decision is not out yet.

    `probability` is that with which its request was drawn at random, None when it was not. Whoever decides such a case
    sees nothing of what the service made of the request, so that what they say measures it; also not while they can
    undo it, for then they could say something else. An appeal is never blind: it is about the decision.
    """
    return probability is not None and state not in SETTLED and kind is not CaseKind.APPEAL


def lease_expired(state: CaseState, lease_until: datetime | None, now: datetime) -> bool:
    """A claimed case whose lease has run out counts as waiting for everybody but its last holder's page."""
    return state is CaseState.CLAIMED and lease_until is not None and lease_until <= now


def hold_over(state: CaseState, until: datetime | None, now: datetime) -> bool:
    """A case on hold whose date has come counts as waiting; so does one whose requester has not answered in time."""
    return state in (CaseState.ON_HOLD, CaseState.NEEDS_INFORMATION) and until is not None and until <= now


def can_undo(state: CaseState, until: datetime | None, now: datetime) -> bool:
    """Whether a decision is not out yet and may be taken back."""
    return state is CaseState.DECIDED and until is not None and now < until


def overdue(state: CaseState, due_at: datetime, now: datetime) -> bool:
    """What waits for us can be late; while it waits for whoever asked, the clock stands still."""
    return state in OPEN and state is not CaseState.NEEDS_INFORMATION and due_at <= now
