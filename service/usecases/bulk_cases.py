"""Do the same to many cases at once: each on its own, by the same way and under the same checks as one at a time.

So each has its own lease, event and record, and one that cannot be done keeps none of the others from it. What was
decided can be taken back as long as its queue's undo window is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.case import WAITING, CaseState
from service.errors import BulkChanged, LeaseLost, ServiceError
from service.store import ledger
from service.usecases import claim_case, hand_over_case, hold_case, undo_case
from service.usecases.choose_cases import Chosen, Wanted, choose
from service.usecases.house import House
from service.usecases.resolve_case import Resolution, resolve

#: What is done to one case: `(house, principal, case)`. ServiceError when it cannot be done.
Deed = Callable[[House, Principal, str], object]


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that can be done to many cases."""

    action: str
    states: frozenset[CaseState]  #: where it can be done
    deed: Deed


_QUEUED = frozenset({*WAITING, CaseState.ON_HOLD})


def deciding(resolution: Resolution) -> Doing:
    def deed(house: House, principal: Principal, case: str) -> object:
        return _leased(house, principal, case, lambda token: resolve(house, principal, case, token, resolution))

    return Doing("decide", frozenset(WAITING), deed)


def holding(until: datetime, reason: str) -> Doing:
    def deed(house: House, principal: Principal, case: str) -> object:
        def put_aside(token: str) -> object:
            return hold_case.hold(house, principal, case, token, until=until, reason=reason)

        return _leased(house, principal, case, put_aside)

    return Doing("hold", frozenset(WAITING), deed)


def escalating(note: str) -> Doing:
    def deed(house: House, principal: Principal, case: str) -> object:
        return _leased(
            house, principal, case, lambda token: hand_over_case.escalate(house, principal, case, token, note)
        )

    return Doing("escalate", frozenset({CaseState.QUEUED}), deed)


def assigning(to: str, note: str | None) -> Doing:
    def deed(house: House, principal: Principal, case: str) -> object:
        return hand_over_case.assign(house, principal, case, to=to, note=note)

    return Doing("assign", frozenset(WAITING), deed)


def undoing() -> Doing:
    """Back into their queues, undecided."""

    def deed(house: House, principal: Principal, case: str) -> object:
        lease = undo_case.undo(house, principal, case)
        claim_case.give_back(house, principal, case, lease["token"])
        return lease

    return Doing("undo", frozenset({CaseState.DECIDED}), deed)


def preview(house: House, principal: Principal, wanted: Wanted, doing: Doing) -> dict[str, Any]:
    """What would be done, and the digest that doing it asks for. Nothing is changed."""
    return _shown(choose(house, principal, wanted, doing.states))


def do(house: House, principal: Principal, wanted: Wanted, doing: Doing, confirm: str) -> dict[str, Any]:
    """Do it to the cases that the preview with the digest `confirm` showed: `bulk`, `done` and `refused`, with why.

    BulkChanged when these are not the cases that fit now.
    """
    chosen = choose(house, principal, wanted, doing.states)
    if chosen.digest != confirm:
        raise BulkChanged(
            f"{len(chosen.items)} cases fit now, and they are not those of the preview",
            remedy="look at them again: send the same with dry_run, then with the digest it gives",
            extra={"confirm": chosen.digest, "count": len(chosen.items)},
        )
    done, refused = [], []
    for item in chosen.items:
        try:
            doing.deed(house, principal, item.case)
        except ServiceError as error:
            refused.append({"case": item.case, "code": error.code, "why": error.detail})
        else:
            done.append(item.case)
    bulk, now = house.new_id("bulk"), house.clock()
    body = {
        "action": doing.action,
        "by": principal.name,
        "cases": chosen.digest,
        "done": len(done),
        "refused": len(refused),
    }
    house.store.commit(lambda connection: ledger.append(connection, "cases.bulk", bulk, now, body))
    return {"bulk": bulk, "action": doing.action, "done": done, "refused": refused}


def _leased(house: House, principal: Principal, case: str, act: Callable[[str], object]) -> object:
    """Act on a case under a lease of one's own; it goes back to its queue when that is refused."""
    token = claim_case.claim(house, principal, case)["token"]
    try:
        return act(token)
    except LeaseLost:
        raise
    except ServiceError:
        claim_case.give_back(house, principal, case, token)
        raise


def _shown(chosen: Chosen) -> dict[str, Any]:
    return {
        "count": len(chosen.items),
        "confirm": chosen.digest,
        "more": chosen.more,
        "items": [
            {
                "case": item.case,
                "queue": item.queue,
                "excerpt": item.excerpt,
                "suggestion": item.suggestion,
                "similarity": None if item.similarity is None else round(item.similarity, 4),
            }
            for item in chosen.items
        ],
        "left_out": [{"case": case, "why": why} for case, why in chosen.left_out],
    }
