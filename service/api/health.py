"""Does the process live, can it work, and how is it doing?"""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.api import examples, replies_operations
from service.api.auth import Operator, TheHouse
from service.api.door import router, shows
from service.usecases import readiness

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
def metrics(_: Operator) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
