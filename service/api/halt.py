"""The stop button: once it is answered nothing is allowed automatically any more; rules still block."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, examples_replay, replies_operations, replies_replay, schemas
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
    """In all workers and replicas, also for requests that are under way when you ask."""
    return JSONResponse(stop.halt(house, principal, asked.workflow, asked.why))


@routes.post(
    "/resume",
    summary="Resume automatic decisions",
    response_model=None,
    responses={200: shows(replies_replay.Resumed, examples_replay.RESUMED, "Automatic again where certified.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def resume(asked: schemas.Resume, principal: Operator, house: TheHouse) -> JSONResponse:
    """What waits only because the service could not decide, and nobody has in hand, is decided again in the background:
    held for `halted`, `degraded`, `no_certificate` or `rule_unknown`. What is still ambiguous stays with people.

    With `dry_run` nothing changes, not even the halt: `held` counts what waits, `tried` what would become of it.
    """
    found = stop.resume(house, principal, asked.workflow, dry_run=asked.dry_run, rerun=asked.rerun)
    return JSONResponse(found)
