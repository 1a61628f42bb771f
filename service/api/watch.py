"""Live traffic over HTTP: what the newest look found, look now, let automation go on after an alarm."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_watch, replies_watch, schemas, schemas_watch
from service.api.auth import ReleaseReader, TheHouse, Watcher
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import watch_pause, watch_traffic

routes = router("Watch", "/v1/workflows/{workflow}/watch")


@routes.get(
    "",
    summary="Read the newest look at live traffic",
    response_model=None,
    responses={200: shows(replies_watch.Watch, examples_watch.WATCH, "What it found, and those before it.")},
    openapi_extra=may_answer(NotFound),
)
def read_watch(workflow: schemas.IdInPath, _: ReleaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(watch_traffic.latest(house, workflow))


@routes.post(
    "",
    summary="Look at live traffic now",
    response_model=None,
    responses={200: shows(replies_watch.Watch, examples_watch.WATCH, "What was found.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def look_now(workflow: schemas.IdInPath, asked: schemas_watch.Look, _: Watcher, house: TheHouse) -> JSONResponse:
    """Compares what came lately with what the model was made for, and takes seconds. What is alarming raises an alarm;
    where the policy says so, people decide everything from the next request on."""
    return JSONResponse(watch_traffic.look(house, workflow, asked.days))


@routes.post(
    "/resume",
    summary="Let automation go on after an alarm",
    response_model=None,
    responses={200: shows(replies_watch.WatchResumed, examples_watch.RESUMED, "Automatic again where certified.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def resume_watched(workflow: schemas.IdInPath, principal: Watcher, house: TheHouse) -> JSONResponse:
    """Later looks count only what comes from now on."""
    watch_pause.resume(house, principal, workflow)
    return JSONResponse({"workflow": workflow, "paused": False})
