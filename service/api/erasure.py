"""What is kept, and how it goes: erase somebody, hold what a court may ask for, delete what is too old."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse

from service.api import examples_erasure, replies_erasure, schemas, schemas_erasure
from service.api.auth import Operator, TheHouse, needs
from service.api.door import may_answer, router, shows
from service.domain.access import Principal, Scope
from service.errors import Conflict, Erased, LedgerUnavailable, LegalHold, NotFound
from service.usecases import erase_subject, legal_holds
from service.usecases import purge as by_age

routes = router("Erasure", "/v1")

HoldReader = Annotated[Principal, Depends(needs(Scope.OPERATE, Scope.AUDIT))]


@routes.post(
    "/subjects/erase",
    summary="Erase somebody",
    response_model=None,
    responses={200: shows(replies_erasure.Erasure, examples_erasure.ERASURE, "What there was of them.")},
    openapi_extra=may_answer(LegalHold, Conflict, LedgerUnavailable),
)
def erase(asked: schemas_erasure.Erase, principal: Operator, house: TheHouse) -> JSONResponse:
    """The key of what was written about them is destroyed, and all of it taken away. What was decided stays counted,
    open cases are cancelled, and the ledger still verifies. Asking again is safe."""
    return JSONResponse(erase_subject.erase(house, principal, asked.subject, dry_run=asked.dry_run))


@routes.get(
    "/holds",
    summary="List legal holds",
    response_model=None,
    responses={200: shows(replies_erasure.LegalHolds, examples_erasure.HOLDS, "Newest first.")},
)
def list_holds(_: HoldReader, house: TheHouse, released: schemas_erasure.ReleasedInQuery = False) -> JSONResponse:
    return JSONResponse(legal_holds.listing(house, released=released))


@routes.post(
    "/holds",
    summary="Place a legal hold",
    response_model=None,
    status_code=201,
    responses={201: shows(replies_erasure.LegalHold, examples_erasure.HOLD, "In force from now on.")},
    openapi_extra=may_answer(NotFound, Erased, LedgerUnavailable),
)
def place_hold(asked: schemas_erasure.PlaceHold, principal: Operator, house: TheHouse) -> JSONResponse:
    """Whatever there is of a subject, a decision or a workflow, and what will come, is neither erased nor deleted by
    age while it is in force."""
    return JSONResponse(legal_holds.place(house, principal, asked.kind, asked.target, asked.why), 201)


@routes.post(
    "/holds/{hold}/release",
    summary="Release a legal hold",
    response_model=None,
    responses={200: shows(replies_erasure.LegalHold, examples_erasure.RELEASED, "It keeps nothing any more.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def release_hold(hold: schemas.IdInPath, principal: Operator, house: TheHouse) -> JSONResponse:
    return JSONResponse(legal_holds.release(house, principal, hold))


@routes.post(
    "/retention/purge",
    summary="Delete what is too old",
    response_model=None,
    responses={200: shows(replies_erasure.Purged, examples_erasure.PURGED, "By workflow.")},
    openapi_extra=may_answer(LedgerUnavailable),
)
def purge(asked: schemas_erasure.Purge, principal: Operator, house: TheHouse) -> JSONResponse:
    """What people wrote about decisions whose time is over by their workflow's policy. The service does the same by
    itself once a day."""
    return JSONResponse(by_age.purge(house, principal.name, dry_run=asked.dry_run, workflow=asked.workflow))
