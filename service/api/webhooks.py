"""Addresses that hear of events: enter them, change them, see what arrived, send it anew."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from service.api import examples_webhooks, replies_webhooks, schemas, schemas_webhooks
from service.api.auth import Operator, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import manage_webhooks, resend

routes = router("Webhooks", "/v1/webhooks")

DeliveryState = Annotated[Literal["waiting", "delivered", "dead"] | None, Query()]
_ONE = shows(replies_webhooks.Webhook, examples_webhooks.WEBHOOK, "As it is now.")
_NEW = shows(replies_webhooks.NewWebhook, examples_webhooks.NEW_WEBHOOK, "With its secret, shown this once.")


@routes.get(
    "",
    summary="List webhooks",
    response_model=None,
    responses={200: shows(replies_webhooks.Webhooks, examples_webhooks.WEBHOOKS, "Oldest first.")},
)
def list_webhooks(_: Operator, house: TheHouse) -> JSONResponse:
    return JSONResponse({"items": manage_webhooks.listing(house)})


@routes.post(
    "",
    summary="Enter a webhook",
    response_model=None,
    status_code=201,
    responses={201: _NEW},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def create_webhook(asked: schemas_webhooks.WebhookCreation, principal: Operator, house: TheHouse) -> JSONResponse:
    """It hears of what happens from now on. Keep the secret: it is never shown again."""
    made = manage_webhooks.create(
        house, principal.name, name=asked.name, url=asked.url, types=asked.types, workflows=asked.workflows
    )
    return JSONResponse(made, 201, headers={"Location": f"/v1/webhooks/{made['id']}"})


@routes.get(
    "/{webhook_id}",
    summary="Read a webhook",
    response_model=None,
    responses={200: _ONE},
    openapi_extra=may_answer(NotFound),
)
def read_webhook(webhook_id: schemas.IdInPath, _: Operator, house: TheHouse) -> JSONResponse:
    return JSONResponse(manage_webhooks.view(house, webhook_id))


@routes.patch(
    "/{webhook_id}",
    summary="Change a webhook",
    response_model=None,
    responses={200: _ONE},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def change_webhook(
    webhook_id: schemas.IdInPath, asked: schemas_webhooks.WebhookChange, principal: Operator, house: TheHouse
) -> JSONResponse:
    """What waits goes to the new address as well; types and workflows count for what comes from now on."""
    wanted = manage_webhooks.Change(asked.name, asked.url, asked.types, asked.workflows)
    return JSONResponse(manage_webhooks.change(house, principal.name, webhook_id, wanted))


@routes.delete(
    "/{webhook_id}",
    summary="Remove a webhook",
    response_model=None,
    status_code=204,
    responses={204: {"description": "It hears nothing any more; what waited for it is forgotten."}},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def remove_webhook(webhook_id: schemas.IdInPath, principal: Operator, house: TheHouse) -> Response:
    manage_webhooks.remove(house, principal.name, webhook_id)
    return Response(status_code=204)


@routes.post(
    "/{webhook_id}/pause",
    summary="Pause a webhook",
    response_model=None,
    responses={200: shows(replies_webhooks.Webhook, examples_webhooks.PAUSED, "Nothing is sent to it.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def pause_webhook(webhook_id: schemas.IdInPath, principal: Operator, house: TheHouse) -> JSONResponse:
    """Nothing is lost: once resumed, it hears of all that happened meanwhile."""
    return JSONResponse(manage_webhooks.pause(house, principal.name, webhook_id))


@routes.post(
    "/{webhook_id}/resume",
    summary="Resume a webhook",
    response_model=None,
    responses={200: _ONE},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def resume_webhook(webhook_id: schemas.IdInPath, principal: Operator, house: TheHouse) -> JSONResponse:
    """Whatever waits is sent at once, in order."""
    return JSONResponse(manage_webhooks.resume(house, principal.name, webhook_id))


@routes.post(
    "/{webhook_id}/rotate",
    summary="Give a webhook a new secret",
    response_model=None,
    responses={200: _NEW},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def rotate_webhook(
    webhook_id: schemas.IdInPath, asked: schemas_webhooks.Rotation, principal: Operator, house: TheHouse
) -> JSONResponse:
    """Messages carry a signature by each valid secret, so that a receiver can change over in peace."""
    return JSONResponse(manage_webhooks.rotate(house, principal.name, webhook_id, asked.keep_hours))


@routes.post(
    "/{webhook_id}/test",
    summary="Send a webhook a test message",
    response_model=None,
    responses={200: shows(replies_webhooks.WebhookTest, examples_webhooks.TESTED, "What came of it.")},
    openapi_extra=may_answer(NotFound),
)
async def try_webhook(webhook_id: schemas.IdInPath, _: Operator, house: TheHouse) -> JSONResponse:
    """Of the type `webhook.test`, at once, once, and also to one that is paused."""
    return JSONResponse(await resend.try_out(house, webhook_id))


@routes.get(
    "/{webhook_id}/deliveries",
    summary="List what was sent to a webhook",
    response_model=None,
    responses={200: shows(replies_webhooks.Deliveries, examples_webhooks.DELIVERIES, "Newest first.")},
    openapi_extra=may_answer(NotFound),
)
def list_deliveries(
    webhook_id: schemas.IdInPath,
    _: Operator,
    house: TheHouse,
    state: DeliveryState = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """What arrived is listed for thirty days, what was given up until it is sent anew."""
    return JSONResponse(resend.page(house, webhook_id, state=state, after=after, limit=limit))


@routes.post(
    "/{webhook_id}/deliveries/{event_id}/resend",
    summary="Send one event anew",
    response_model=None,
    status_code=204,
    responses={204: {"description": "It is sent at once, with all its attempts."}},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def resend_delivery(
    webhook_id: schemas.IdInPath, event_id: schemas.IdInPath, principal: Operator, house: TheHouse
) -> Response:
    """Whatever became of it; of one that waits, the next attempt is made at once."""
    resend.one(house, principal.name, webhook_id, event_id)
    return Response(status_code=204)


@routes.post(
    "/{webhook_id}/resend",
    summary="Send events anew",
    response_model=None,
    responses={200: shows(replies_webhooks.Resent, examples_webhooks.RESENT, "They are sent at once, in order.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def resend_deliveries(
    webhook_id: schemas.IdInPath, asked: schemas_webhooks.Resending, principal: Operator, house: TheHouse
) -> JSONResponse:
    """All that were given up, or also what arrived since a time, for a receiver that lost it."""
    since = datetime.fromisoformat(asked.since) if asked.since else None
    count = resend.many(house, principal.name, webhook_id, delivered=asked.delivered, since=since)
    return JSONResponse({"count": count})
