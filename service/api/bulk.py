"""The same to many cases at once."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_bulk as examples
from service.api import replies_bulk as replies
from service.api.auth import Lead, TheHouse
from service.api.door import may_answer, router, shows
from service.api.schemas_bulk import BulkRequest
from service.errors import BulkChanged, Conflict, FieldProblem, InvalidRequest, LedgerUnavailable, NotFound
from service.usecases import bulk_cases

routes = router("Cases", "/v1")


@routes.post(
    "/cases/bulk",
    summary="Do the same to many cases",
    response_model=None,
    responses={200: shows(replies.BulkAnswer, examples.DONE, "What was done; with `dry_run` what would be done.")},
    openapi_extra=may_answer(NotFound, BulkChanged, Conflict, LedgerUnavailable),
)
def do_to_many(body: BulkRequest, principal: Lead, house: TheHouse) -> JSONResponse:
    """Preview with `dry_run`, then send the digest that it gave. Each case is done on its own, under the same checks as
    one at a time; what is refused says why. Blind checks and second opinions are never among them."""
    asked = body.root
    wanted, doing = asked.wanted(), asked.doing()
    if asked.dry_run:
        return JSONResponse(bulk_cases.preview(house, principal, wanted, doing))
    if asked.confirm is None:
        problem = FieldProblem("confirm", "is missing", "send the same with dry_run first; its answer has the digest")
        raise InvalidRequest("confirm is missing", problems=(problem,))
    return JSONResponse(bulk_cases.do(house, principal, wanted, doing, asked.confirm))
