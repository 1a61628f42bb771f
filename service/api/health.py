"""Does the process live, can it work, and how is it doing?"""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from service.api import examples, replies_operations
from service.api.auth import Operator, TheHouse
from service.api.door import router, shows
from service.observe.exposition import MEDIA_TYPE, exposition
from service.observe.sheets import Sheets
from service.usecases import readiness
from service.usecases.standing import measure

routes = router("Health")


@routes.get(
    "/healthz",
    summary="Is the process alive?",
    response_model=None,
    responses={200: shows(replies_operations.Alive, {"status": "ok"}, "It answers.")},
)
async def alive() -> JSONResponse:
    """Asks no other part, so that a slow database does not get the process restarted."""
    return JSONResponse({"status": "ok"})


@routes.get(
    "/readyz",
    summary="Can it do its work?",
    response_model=None,
    responses={
        200: shows(replies_operations.Readiness, examples.READY, "Send requests."),
        503: shows(replies_operations.Readiness, examples.NOT_READY, "Do not; `checks` says why."),
    },
)
def ready(house: TheHouse) -> JSONResponse:
    state = readiness.state(house)
    return JSONResponse(state, 200 if state["ready"] else 503)


@routes.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_model=None,
    response_class=Response,
    responses={200: {"description": "Text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, _: Operator, house: TheHouse) -> Response:
    """Of all workers of this `signoff serve`, whichever answers; other hosts are asked for theirs."""
    sheets: Sheets = request.app.state.sheets
    standing = measure(house)
    return Response(exposition(sheets.all(), standing), media_type=MEDIA_TYPE)
