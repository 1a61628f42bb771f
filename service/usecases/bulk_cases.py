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
from service.usecases.case_grounds import grounds
from service.usecases.choose_cases import Chosen, Wanted, choose
from service.usecases.expectation import expected
from service.usecases.house import House
from service.usecases.resolve_case import Resolution, admissible, resolve

#: What is done to one case: `(house, principal, case)`. ServiceError when it cannot be done.
Deed = Callable[[House, Principal, str], object]


def _nothing(house: House, principal: Principal, case: str) -> object:
    return None


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that can be done to many cases."""

    action: str
    states: frozenset[CaseState]  #: where it can be done
    deed: Deed
    check: Deed = _nothing  #: refuses what `deed` would refuse, as far as that is known before, and changes nothing

    def checked(self, house: House, principal: Principal, case: str) -> object:
        """Done only where nothing speaks against it: nobody claims a case to find that out."""
        self.check(house, principal, case)
        return self.deed(house, principal, case)


_QUEUED = frozenset({*WAITING, CaseState.ON_HOLD})


def deciding(resolution: Resolution) -> Doing:
    def deed(house: House, principal: Principal, case: str) -> object:
        return _leased(house, principal, case, lambda token: resolve(house, principal, case, token, resolution))

    def check(house: House, principal: Principal, case: str) -> object:
        found = grounds(house, case)
        with house.store.read() as connection:
            unspoken = expected(connection, found, principal.name)
        return admissible(found, resolution, unspoken)

    return Doing("decide", frozenset(WAITING), deed, check)


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

    def check(house: House, principal: Principal, case: str) -> object:
        queue, now = grounds(house, case).case.queue, house.clock()
        with house.store.read() as connection:
            return hand_over_case.reviewer(connection, to, queue, now)

    return Doing("assign", frozenset(WAITING), deed, check)


def undoing() -> Doing:
    """Back into their queues, undecided."""

    def deed(house: House, principal: Principal, case: str) -> object:
        lease = undo_case.undo(house, principal, case)
        claim_case.give_back(house, principal, case, lease["token"])
        return lease

    return Doing("undo", frozenset({CaseState.DECIDED}), deed)


def unholding() -> Doing:
    """Off hold, before their time has come."""

    def deed(house: House, principal: Principal, case: str) -> object:
        hold_case.unhold(house, principal, case)
        return case

    return Doing("unhold", frozenset({CaseState.ON_HOLD}), deed)


def preview(house: House, principal: Principal, wanted: Wanted, doing: Doing) -> dict[str, Any]:
    """What would be done, what would be refused and why, and the digest that doing it asks for. Nothing is changed."""
    chosen = choose(house, principal, wanted, doing.states)
    return {**_shown(chosen), "refused": _done(house, principal, chosen, doing.check).refused}


def do(house: House, principal: Principal, wanted: Wanted, doing: Doing, confirm: str) -> dict[str, Any]:
    """Do it to the cases that the preview with the digest `confirm` showed: `bulk`, `done` and `refused`, with why, and
    `undo_until`, till when all that was decided can be taken back.

    BulkChanged when these are not the cases that fit now.
    """
    chosen = choose(house, principal, wanted, doing.states)
    if chosen.digest != confirm:
        raise BulkChanged(
            f"{len(chosen.items)} cases fit now, and they are not those of the preview",
            remedy="look at them again: send the same with dry_run, then with the digest it gives",
            extra={"confirm": chosen.digest, "count": len(chosen.items)},
        )
    found = _done(house, principal, chosen, doing.checked)
    bulk, now = house.new_id("bulk"), house.clock()
    body = {
        "action": doing.action,
        "by": principal.name,
        "cases": chosen.digest,
        "done": len(found.done),
        "refused": len(found.refused),
    }
    house.store.commit(lambda connection: ledger.append(connection, "cases.bulk", bulk, now, body))
    told = {"bulk": bulk, "action": doing.action, "done": [*found.done], "refused": found.refused}
    return {**told, "undo_until": found.undo_until}


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of it, case by case."""

    done: dict[str, object]  #: by case, what its use case answered
    refused: list[dict[str, str]]

    @property
    def undo_until(self) -> str | None:
        """None where nothing was decided, or something is out already."""
        found = [answer.get("undo_until") if isinstance(answer, dict) else None for answer in self.done.values()]
        until = [str(each) for each in found if each is not None]
        return min(until, default=None) if len(until) == len(found) else None


def _done(house: House, principal: Principal, chosen: Chosen, deed: Deed) -> _Done:
    found = _Done({}, [])
    for item in chosen.items:
        try:
            found.done[item.case] = deed(house, principal, item.case)
        except ServiceError as error:
            found.refused.append({"case": item.case, "code": error.code, "why": error.detail})
    return found


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
