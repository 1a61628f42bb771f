"""The stop button: from the next request on nothing is allowed automatically; rules still block."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, replies_operations, schemas
from service.api.auth import Operator, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import LedgerUnavailable, NotFound
from service.usecases import halt as stop

routes = router("Halt", "/v1")

_HALTED = "Nothing is allowed automatically now; rules still block."


@routes.post(
    "/halt",
    summary="Stop automatic decisions",
    response_model=None,
    responses={200: shows(replies_operations.Halted, examples.HALTED, _HALTED)},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def halt(asked: schemas.Halt, principal: Operator, house: TheHouse) -> JSONResponse:
    return JSONResponse(stop.halt(house, principal, asked.workflow, asked.why))


@routes.post(
    "/resume",
    summary="Resume automatic decisions",
    response_model=None,
    responses={200: shows(replies_operations.Halted, examples.RESUMED, "Automatic again where certified.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def resume(asked: schemas.Resume, principal: Operator, house: TheHouse) -> JSONResponse:
    return JSONResponse(stop.resume(house, principal, asked.workflow))
