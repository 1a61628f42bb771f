"""API keys over HTTP, for whoever automates that they come, change and go."""

from __future__ import annotations

from datetime import timedelta

from fastapi.responses import JSONResponse

from service.api import examples_keys as examples
from service.api import replies_keys as replies
from service.api import schemas, schemas_keys
from service.api.auth import KeyKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import manage_keys

routes = router("Keys", "/v1/keys")


@routes.get(
    "",
    summary="List API keys",
    response_model=None,
    responses={200: shows(replies.Keys, examples.KEYS, "Oldest first, without their secrets.")},
)
def list_keys(_: KeyKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse({"items": manage_keys.listing(house)})


@routes.post(
    "",
    status_code=201,
    summary="Make an API key",
    response_model=None,
    responses={201: shows(replies.KeyMade, examples.MADE, "Made; the key is shown this once.")},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def create_key(asked: schemas_keys.NewKey, principal: KeyKeeper, house: TheHouse) -> JSONResponse:
    """A name has one valid key at a time: to change keys, rotate. With `workflows` the key knows of no others: what
    belongs to them is answered with 404."""
    narrow = manage_keys.Narrow(asked.scopes, asked.workflows, asked.days, asked.rate)
    made = manage_keys.create(
        house, principal.name, name=asked.name, role=asked.role, groups=asked.groups, narrow=narrow
    )
    return JSONResponse(made, 201, headers={"Location": f"/v1/keys/{made['id']}"})


@routes.get(
    "/{key_id}",
    summary="Read an API key",
    response_model=None,
    responses={200: shows(replies.Key, examples.KEY, "What it may do, and when it was used.")},
    openapi_extra=may_answer(NotFound),
)
def read_key(key_id: schemas.IdInPath, _: KeyKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse(manage_keys.view(house, key_id))


@routes.post(
    "/{key_id}/rotate",
    status_code=201,
    summary="Replace an API key",
    response_model=None,
    responses={201: shows(replies.KeyRotated, examples.ROTATED, "The new key, shown this once.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def rotate_key(
    key_id: schemas.IdInPath, asked: schemas_keys.KeyRotation, principal: KeyKeeper, house: TheHouse
) -> JSONResponse:
    """Both are good for `overlap_hours`, so that whoever uses it changes over in peace."""
    overlap = timedelta(hours=asked.overlap_hours)
    made = manage_keys.rotate(house, principal.name, key_id, overlap)
    return JSONResponse(made, 201, headers={"Location": f"/v1/keys/{made['id']}"})


@routes.post(
    "/{key_id}/revoke",
    summary="Revoke an API key",
    response_model=None,
    responses={200: shows(replies.Key, examples.REVOKED, "It opens nothing any more.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def revoke_key(key_id: schemas.IdInPath, principal: KeyKeeper, house: TheHouse) -> JSONResponse:
    """From the next request on, in every worker; what was opened at the console with it ends too."""
    manage_keys.revoke(house, principal.name, key_id)
    return JSONResponse(manage_keys.view(house, key_id))
