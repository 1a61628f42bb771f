"""Read what happened, from a cursor on, and wait for what happens next."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from service.api import examples_webhooks, replies_webhooks, schemas, schemas_webhooks
from service.api.auth import TheHouse, needs
from service.api.door import router, shows
from service.domain import event
from service.domain.access import Principal, Scope
from service.usecases.read_events import ANY, Wanted, page

routes = router("Events", "/v1/events")

EventReader = Annotated[Principal, Depends(needs(Scope.DECIDE, Scope.OPERATE, Scope.AUDIT))]
Wait = Annotated[float, Query(ge=0, le=30, description="Seconds to wait for the first event.")]
Cursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=40,
        pattern=schemas.PLAIN,
        description="Cursor: `next` of the page before; `last`: only what comes; left out: from the first one on.",
    ),
]


@routes.get(
    "",
    summary="Read events, or wait for them",
    response_model=None,
    responses={200: shows(replies_webhooks.EventMessages, examples_webhooks.EVENTS, "Oldest first.")},
)
async def list_events(
    request: Request,
    principal: EventReader,
    house: TheHouse,
    after: Cursor = None,
    wait: Wait = 0,
    type: schemas_webhooks.TypesInQuery = None,
    workflow: schemas_webhooks.WorkflowsInQuery = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """Each event once, in the order in which things happened, and none left out: go on from `next`.

    With scope `operate` or `audit` all of them; with `decide` alone those about decisions that you asked for.
    """
    wanted = Wanted(tuple(type or ()), tuple(workflow or ()))
    clock = asyncio.get_running_loop().time
    until = clock() + wait
    while True:
        found = await run_in_threadpool(page, house, principal, after, wanted, limit)
        left = until - clock()
        if found["items"] or left <= 0 or await request.is_disconnected():
            return JSONResponse(found)
        after = found["next"]
        if not found["more"]:
            await house.changed.wait(ANY, left)


@routes.get(
    "/types",
    summary="List the types of events",
    response_model=None,
    responses={200: shows(replies_webhooks.EventTypes, examples_webhooks.EVENT_TYPES, "With what is in each.")},
)
def list_event_types(_: EventReader) -> JSONResponse:
    return JSONResponse({"items": [_told(each) for each in event.TYPES.values()], "groups": list(event.GROUPS)})


def _told(type_: event.EventType) -> dict[str, Any]:
    return {
        "type": type_.name,
        "says": type_.says,
        "data": [
            {
                "name": name,
                "says": event.MEMBERS[name].says,
                "always": name in type_.has,
                "json_schema": dict(event.MEMBERS[name].schema),
            }
            for name in (*type_.has, *type_.may_have)
        ],
    }
