"""The queue: find a case, lease it, decide it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from service.api import examples, replies, schemas
from service.api.auth import CaseReader, Reviewer, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LeaseLost, LedgerUnavailable, NotFound
from service.usecases import claim_case, read_case, resolve_case

routes = router("Cases", "/v1")

CaseStateInQuery = Annotated[
    Literal["open", "queued", "claimed", "decided"] | None,
    Query(description="`open` is queued or claimed."),
]
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
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    return JSONResponse(
        read_case.page(house, principal, queue=queue, state=state, reason=reason, after=after, limit=limit)
    )


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
    responses={200: _CLAIMED, 204: {"description": "Nothing waits in this queue."}},
    openapi_extra=may_answer(LedgerUnavailable),
)
def claim_next_case(queue: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> Response:
    """Leases the case with the highest priority, then the one due first, to you alone."""
    claimed = claim_case.claim_next(house, principal, queue)
    return Response(status_code=204) if claimed is None else JSONResponse(claimed)


@routes.post(
    "/cases/{case_id}/claim",
    summary="Claim a case",
    response_model=None,
    responses={200: _CLAIMED},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
)
def claim_one_case(case_id: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> JSONResponse:
    """Claiming again what you hold gives a new token; the old one is worth nothing from then on."""
    return JSONResponse(claim_case.claim(house, principal, case_id))


@routes.post(
    "/cases/{case_id}/renew",
    summary="Renew a lease",
    response_model=None,
    responses={200: shows(replies.Renewed, {"until": examples.CLAIMED["until"]}, "Renewed.")},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
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
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
)
def return_case(case_id: schemas.IdInPath, lease: schemas.LeaseToken, principal: Reviewer, house: TheHouse) -> Response:
    claim_case.give_back(house, principal, case_id, lease.token)
    return Response(status_code=204)


@routes.post(
    "/cases/{case_id}/decide",
    summary="Decide a case",
    response_model=None,
    responses={200: shows(replies.DecisionView, examples.REVIEWED, "The decision as it stands now.")},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
)
def decide_case(
    case_id: schemas.IdInPath, decided: schemas.CaseDecision, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """Final, once, with a reason. Whoever waits for the decision hears of it at once."""
    return JSONResponse(resolve_case.resolve(house, principal, case_id, decided.token, decided.resolution()))
