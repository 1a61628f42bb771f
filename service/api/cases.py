"""The queue: find a case, lease it, decide it, or give it to somebody else."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse

from service.api import examples_cases as examples
from service.api import replies_cases as replies
from service.api import schemas, schemas_cases
from service.api.auth import CaseReader, Lead, Reviewer, TheHouse, needs
from service.api.door import may_answer, router, shows
from service.domain.access import Principal, Scope
from service.errors import Conflict, Erased, LeaseLost, LedgerUnavailable, NotFound, SamePerson
from service.usecases import (
    cancel_case,
    claim_case,
    comment_case,
    hand_over_case,
    hold_case,
    read_case,
    reopen_case,
    resolve_case,
    undo_case,
)

routes = router("Cases", "/v1")

CaseStateInQuery = Annotated[
    Literal["open"] | replies.CaseState | None,
    Query(description="`open`: whatever a person has still to decide."),
]
Withdrawer = Annotated[Principal, Depends(needs(Scope.DECIDE, Scope.LEAD))]
_LEASED = may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable)
_LATER = may_answer(NotFound, Conflict, LedgerUnavailable)
_WRITTEN = may_answer(NotFound, Conflict, Erased, LedgerUnavailable)
_CLAIMED = shows(replies.Claimed, examples.CLAIMED, "Leased to you.")


@routes.get(
    "/cases",
    summary="List cases",
    response_model=None,
    responses={200: shows(replies.Cases, examples.CASES, "Open cases best first, others newest first.")},
)
def list_cases(
    principal: CaseReader,
    house: TheHouse,
    queue: schemas.NameInQuery = None,
    state: CaseStateInQuery = None,
    reason: schemas.NameInQuery = None,
    workflow: schemas.NameInQuery = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    wanted = {"queue": queue, "state": state, "reason": reason, "workflow": workflow, "after": after}
    return JSONResponse(read_case.page(house, principal, limit=limit, **wanted))


@routes.get(
    "/cases/{case_id}",
    summary="Read a case",
    response_model=None,
    responses={200: shows(replies.Case, examples.CASE, "Everything needed to decide it.")},
    openapi_extra=may_answer(NotFound),
)
def read_one_case(case_id: schemas.IdInPath, principal: CaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(read_case.view(house, principal, case_id))


@routes.post(
    "/queues/{queue}/claim",
    summary="Claim the next case of a queue",
    response_model=None,
    responses={200: _CLAIMED, 204: {"description": "Nothing waits for you in this queue."}},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def claim_next_case(queue: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> Response:
    """Leases to you alone what was handed over to you, else the case due first; priority counts as time.

    Not what you skipped, nor what another person has to decide.
    """
    claimed = claim_case.claim_next(house, principal, queue)
    return Response(status_code=204) if claimed is None else JSONResponse(claimed)


@routes.post(
    "/cases/{case_id}/claim",
    summary="Claim a case",
    response_model=None,
    responses={200: _CLAIMED},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, SamePerson, LedgerUnavailable),
)
def claim_one_case(case_id: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> JSONResponse:
    """Claiming again what you hold gives a new token; the old one is worth nothing from then on."""
    return JSONResponse(claim_case.claim(house, principal, case_id))


@routes.post(
    "/cases/{case_id}/renew",
    summary="Renew a lease",
    response_model=None,
    responses={200: shows(replies.Renewed, {"until": examples.CLAIMED["until"]}, "Renewed.")},
    openapi_extra=_LEASED,
)
def renew_lease(
    case_id: schemas.IdInPath, lease: schemas.LeaseToken, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    return JSONResponse(claim_case.renew(house, principal, case_id, lease.token))


@routes.post(
    "/cases/{case_id}/return",
    summary="Return a case to its queue",
    response_model=None,
    status_code=204,
    responses={204: {"description": "Back in its queue, undecided."}},
    openapi_extra=_LEASED,
)
def return_case(case_id: schemas.IdInPath, lease: schemas.LeaseToken, principal: Reviewer, house: TheHouse) -> Response:
    claim_case.give_back(house, principal, case_id, lease.token)
    return Response(status_code=204)


@routes.post(
    "/cases/{case_id}/skip",
    summary="Leave a case to others",
    response_model=None,
    status_code=204,
    responses={204: {"description": "Back in its queue; claim-next does not give it to you again."}},
    openapi_extra=_LEASED,
)
def skip_case(case_id: schemas.IdInPath, skipped: schemas_cases.Skip, principal: Reviewer, house: TheHouse) -> Response:
    claim_case.skip(house, principal, case_id, skipped.token, skipped.reason)
    return Response(status_code=204)


@routes.post(
    "/cases/{case_id}/hold",
    summary="Put a case aside until a date",
    response_model=None,
    responses={200: shows(replies.PutAside, examples.ON_HOLD, "Nobody has it till then.")},
    openapi_extra=_LEASED,
)
def hold_one_case(
    case_id: schemas.IdInPath, held: schemas_cases.Hold, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """It comes back by itself, before all cases that are due alike."""
    return JSONResponse(hold_case.hold(house, principal, case_id, held.token, until=held.moment(), reason=held.reason))


@routes.post(
    "/cases/{case_id}/unhold",
    summary="Take a case off hold",
    response_model=None,
    status_code=204,
    responses={204: {"description": "It waits again, before all cases that are due alike."}},
    openapi_extra=_LATER,
)
def unhold_case(case_id: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> Response:
    hold_case.unhold(house, principal, case_id)
    return Response(status_code=204)


@routes.post(
    "/cases/{case_id}/escalate",
    summary="Escalate a case",
    response_model=None,
    responses={200: shows(replies.Escalated, examples.ESCALATED, "It waits for those who know better.")},
    openapi_extra=_LEASED,
)
def escalate_case(
    case_id: schemas.IdInPath, escalated: schemas_cases.Escalation, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """To the queue that the policy names; without one it stays where it is, and is escalated there."""
    return JSONResponse(hand_over_case.escalate(house, principal, case_id, escalated.token, escalated.note))


@routes.post(
    "/cases/{case_id}/assign",
    summary="Hand a case over to a named person",
    response_model=None,
    responses={
        200: shows(replies.HandedOver, examples.HANDED_OVER, "Claim-next gives it to them, and to nobody else.")
    },
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, SamePerson, LedgerUnavailable),
)
def assign_case(
    case_id: schemas.IdInPath, handed: schemas_cases.HandOver, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """By whoever holds it, with the token; by whoever leads the queue also without: its holder has lost it then."""
    return JSONResponse(
        hand_over_case.assign(house, principal, case_id, to=handed.to, token=handed.token, note=handed.note)
    )


@routes.post(
    "/cases/{case_id}/decide",
    summary="Decide a case",
    response_model=None,
    responses={200: shows(replies.Decided, examples.DECIDED, "The decision as it stands now, with what you said.")},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, SamePerson, LedgerUnavailable),
)
def decide_case(
    case_id: schemas.IdInPath, decided: schemas.CaseDecision, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """With a reason. Whoever waits for the decision hears of it at once, or when you can no longer undo it.

    Where the queue asks for a second person, the decision is out once that person agrees.
    """
    return JSONResponse(resolve_case.resolve(house, principal, case_id, decided.token, decided.resolution()))


@routes.post(
    "/cases/{case_id}/undo",
    summary="Take your decision back",
    response_model=None,
    responses={200: shows(replies.Claimed, examples.CLAIMED, "Leased to you again, undecided.")},
    openapi_extra=_LATER,
)
def undo_decision(case_id: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> JSONResponse:
    """Till `undo_until`, by whoever decided. Nobody outside has heard of it."""
    return JSONResponse(undo_case.undo(house, principal, case_id))


@routes.post(
    "/cases/{case_id}/reopen",
    summary="Decide anew what is out",
    response_model=None,
    status_code=201,
    responses={201: shows(replies.Reopened, examples.REOPENED, "An appeal, in the same queue.")},
    openapi_extra=_WRITTEN,
)
def reopen_one_case(
    case_id: schemas.IdInPath, reopened: schemas_cases.Reopening, principal: Lead, house: TheHouse
) -> JSONResponse:
    """What was decided stands until the new case is; then the caller hears `decision.corrected` if it is another."""
    return JSONResponse(reopen_case.reopen(house, principal, case_id, reopened.note), 201)


@routes.post(
    "/cases/{case_id}/cancel",
    summary="Cancel a case",
    response_model=None,
    status_code=204,
    responses={204: {"description": "Nobody has to decide it; what waited for it is `superseded`, never allowed."}},
    openapi_extra=_LATER,
)
def cancel_one_case(
    case_id: schemas.IdInPath, withdrawn: schemas_cases.Withdrawal, principal: Withdrawer, house: TheHouse
) -> Response:
    """By whoever asked for the decision, or leads the queue. Whoever holds the case has lost it.

    Where it settles several requests, those who lead cancel all of them unless `decision` names one, and whoever asked
    the one that the case is about: the others go on.
    """
    cancel_case.cancel(house, principal, case_id, withdrawn.note, decision=withdrawn.decision)
    return Response(status_code=204)


@routes.post(
    "/cases/{case_id}/comment",
    summary="Comment on a case",
    response_model=None,
    status_code=201,
    responses={201: shows(replies.Commented, examples.COMMENTED, "On the case's timeline.")},
    openapi_extra=_WRITTEN,
)
def comment_on_case(
    case_id: schemas.IdInPath, said: schemas_cases.Comment, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """Also while somebody else holds it: they keep it."""
    return JSONResponse(comment_case.comment(house, principal, case_id, said.text), 201)


@routes.get(
    "/cases/{case_id}/events",
    summary="Read what happened to a case",
    response_model=None,
    responses={200: shows(replies.CaseEvents, examples.EVENTS, "Oldest first.")},
    openapi_extra=may_answer(NotFound),
)
def read_case_events(case_id: schemas.IdInPath, principal: CaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(read_case.events(house, principal, case_id))
