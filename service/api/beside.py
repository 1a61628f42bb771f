"""What stands beside a case over HTTP: what is like it, its subject's other cases, every rule; and taking requests out
that were to be decided with it."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_beside, replies_beside, schemas, schemas_beside
from service.api.auth import CaseReader, Reviewer, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LeaseLost, LedgerUnavailable, NotFound
from service.usecases import beside_case, detach_case

routes = router("Cases", "/v1")


@routes.get(
    "/cases/{case_id}/beside",
    summary="Read what stands beside a case",
    response_model=None,
    responses={200: shows(replies_beside.Beside, examples_beside.BESIDE, "What is like it, and why it is here.")},
    openapi_extra=may_answer(NotFound),
)
def read_beside(case_id: schemas.IdInPath, principal: CaseReader, house: TheHouse) -> JSONResponse:
    """The nearest of the cases that went out last, the subject's other cases, and what every rule said.

    Of queues that you see. Whoever has to say first what they think is told which requests are like it, and not what
    was decided of them.
    """
    return JSONResponse(beside_case.beside(house, principal, case_id))


@routes.post(
    "/cases/{case_id}/detach",
    summary="Take a request out of a case",
    response_model=None,
    responses={200: shows(replies_beside.Detached, examples_beside.DETACHED, "It waits by itself.")},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
)
def detach_request(
    case_id: schemas.IdInPath, taken: schemas_beside.Detachment, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """One that says something else after all gets a case of its own. Without `decision` all the others go on together
    in one, and you decide this case's own request alone."""
    return JSONResponse(detach_case.detach(house, principal, case_id, taken.token, taken.decision))
