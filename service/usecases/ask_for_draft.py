"""Have a language model draft a reply: somebody asks for it, or claims a case. It is written in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.types import ReplyPolicy
from service.errors import BlindCheck, Conflict
from service.store import drafts
from service.store.engine import Connection, Row
from service.usecases.case_grounds import Grounds, grounds, suggestions, unled
from service.usecases.draft_reply import case_part, check_labels, matter_of, may_be_asked
from service.usecases.house import House
from service.usecases.move_case import no_case

_ALREADY = (*drafts.OPEN, drafts.WRITTEN)


def drafts_of(house: House, principal: Principal, case_id: str, labels: Sequence[str]) -> dict[str, Any]:
    """The best draft for these labels, or for those suggested, and how far a language model is. NotFound; BlindCheck
    while this person decides the case unled; InvalidRequest for labels that the workflow has not."""
    found = _seen(house, principal, case_id, Scope.READ)
    wanted = _wanted(found, labels)
    with house.store.read() as connection:
        part = case_part(house, connection, found.case, found.decision, wanted)
    return {"case": case_id, "labels": wanted, **part}


def ask(
    house: House, principal: Principal, case_id: str, labels: Sequence[str], *, again: bool = False
) -> dict[str, Any]:
    """Have a draft written for these labels, or for those suggested, if that was not done yet; `again`: even if.

    NotFound, BlindCheck, InvalidRequest as `drafts_of`; Conflict where none is to be had.
    """
    found = _seen(house, principal, case_id, Scope.REVIEW)
    wanted = _wanted(found, labels)
    with house.store.read() as connection:
        matter = matter_of(house, connection, found.decision)
    if not may_be_asked(house, matter, wanted):
        raise Conflict("no language model can draft this reply", remedy=_remedy(house, matter.workflow.replies))
    house.store.commit(_asking(house, principal, found, wanted, again=again))
    return drafts_of(house, principal, case_id, wanted)


def ask_ahead(house: House, principal: Principal, case_id: str) -> None:
    """Whoever claims a case finds a draft on its way, where the policy has a language model drafting. Nobody waits for
    this, and a case that this person decides unled gets none."""
    if house.settings.writer_url is None:
        return
    found = grounds(house, case_id)
    wanted = _wanted(found, ())
    with house.store.read() as connection:
        if unled(connection, found, principal.name):
            return
        matter = matter_of(house, connection, found.decision)
    if may_be_asked(house, matter, wanted):
        house.store.submit(_asking(house, principal, found, wanted, again=False))


def _asking(
    house: House, principal: Principal, found: Grounds, labels: Sequence[str], *, again: bool
) -> Callable[[Connection], None]:
    now = house.clock()

    def work(connection: Connection) -> None:
        if again or _asked(connection, found.case.id, labels) is None:
            _want(house, connection, found.decision, found.case.id, labels, principal.name, now)

    return work


def want_for_automatic(house: House, connection: Connection, decision: Row[Any], by: str, now: datetime) -> None:
    """A draft that goes out with an automatic decision, as its policy says."""
    _want(house, connection, decision, None, decision.labels, by, now)


def _want(
    house: House,
    connection: Connection,
    decision: Row[Any],
    case_id: str | None,
    labels: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    drafts.add(
        connection,
        {
            "id": house.new_id("dft"),
            "decision": decision.id,
            "case": case_id,
            "workflow": decision.workflow,
            "release": decision.release,
            "labels": list(labels),
            "state": drafts.WAITING,
            "by": by,
            "created_at": now,
        },
    )


def _asked(connection: Connection, case_id: str, labels: Sequence[str]) -> Row[Any] | None:
    rows = drafts.of_case(connection, case_id)
    return next((row for row in rows if sorted(row.labels) == sorted(labels) and row.state in _ALREADY), None)


def _seen(house: House, principal: Principal, case_id: str, scope: Scope) -> Grounds:
    """The case, when this person may know what was made of it."""
    found = grounds(house, case_id)
    if not any(principal.may_in(found.case.queue, each) for each in (scope, Scope.REVIEW)):
        raise no_case(case_id)
    with house.store.read() as connection:
        if unled(connection, found, principal.name):
            detail = f"case {case_id} is decided before anything is suggested, so no reply is drafted yet"
            raise BlindCheck(detail, remedy="decide it first")
    return found


def _wanted(found: Grounds, labels: Sequence[str]) -> list[str]:
    """The labels, checked; those suggested where none is named."""
    if labels:
        return check_labels(found.workflow, labels)
    return [each["label"] for each in suggestions(found.workflow, found.made)]


def _remedy(house: House, policy: ReplyPolicy) -> str:
    if house.settings.writer_url is None:
        return "an operator sets SIGNOFF_WRITER_URL and SIGNOFF_WRITER_MODEL"
    if policy.language_model is None:
        return "the workflow's policy has to say `replies: {language_model: …}`"
    return "no approved document that these labels name was found for the request; write the reply yourself"
