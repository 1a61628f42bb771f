"""For auditors: read the ledger, verify it, take it out; and for operations: sign where it stands."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, StreamingResponse

from service.api import examples_ledger, replies_ledger, schemas
from service.api.auth import Auditor, Operator, TheHouse
from service.api.door import may_answer, router, shows
from service.api.downloads import download
from service.api.schemas_drafts import MomentInQuery, moment
from service.errors import LedgerBroken, LedgerUnavailable
from service.store.ledger_pages import Asked
from service.usecases import checkpoints, read_ledger, verify_ledger
from service.usecases.export_ledger import export

routes = router("Audit", "/v1/audit")

KindInQuery = Annotated[
    str | None,
    Query(max_length=60, pattern=r"^[a-z_]+\.([a-z_]+|\*)$", description="As `case.decided`, or `document.*`."),
]
AfterSequence = Annotated[int, Query(ge=0, le=2**53, description="Sequence of the last record that you have.")]

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What it is, a record a line, and the signed manifest.",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}
_SIGNED = may_answer(LedgerBroken, LedgerUnavailable)


@routes.get(
    "",
    summary="Read the ledger",
    response_model=None,
    responses={200: shows(replies_ledger.Records, examples_ledger.RECORDS, "Oldest first.")},
)
def read_records(
    _: Auditor,
    house: TheHouse,
    kind: KindInQuery = None,
    subject: schemas.NameInQuery = None,
    since: MomentInQuery = None,
    until: MomentInQuery = None,
    after: AfterSequence = 0,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """Every record since the first, or those of a kind, about one thing, or of a time. To follow it, go on from `next`,
    and once that is null from the last sequence that you have."""
    asked = Asked(kind, subject, moment(since), moment(until))
    return JSONResponse(read_ledger.page(house, asked, after=after, limit=limit))


@routes.get(
    "/verify",
    summary="Verify the ledger",
    response_model=None,
    responses={200: shows(replies_ledger.LedgerVerified, examples_ledger.VERIFIED, "Every record was checked.")},
)
def verify(_: Auditor, house: TheHouse) -> JSONResponse:
    """Works out every hash anew from the first record to the last, checks the signed checkpoints of this instance, and
    holds the tables against the records. A million records take about half a minute."""
    return JSONResponse(verify_ledger.verify(house))


@routes.get(
    "/checkpoints",
    summary="Read the checkpoints",
    response_model=None,
    responses={200: shows(replies_ledger.Checkpoints, examples_ledger.CHECKPOINTS, "Newest first, with the key.")},
)
def read_checkpoints(_: Auditor, house: TheHouse, limit: schemas.Limit = 50) -> JSONResponse:
    """Of the replica that answers. Keep them elsewhere: what they say cannot be taken back."""
    return JSONResponse(read_ledger.checkpoints(house, limit))


@routes.post(
    "/checkpoints",
    summary="Sign where the ledger stands",
    response_model=None,
    responses={200: shows(replies_ledger.Checkpoint, examples_ledger.CHECKPOINT, "Signed, and durable.")},
    openapi_extra=_SIGNED,
)
def write_checkpoint(principal: Operator, house: TheHouse) -> JSONResponse:
    """Checks what came since the last checkpoint and signs the end; that one again when nothing came."""
    return JSONResponse(checkpoints.write(house, principal.name).told())


@routes.get("/export", summary="Take the ledger out", response_class=StreamingResponse, response_model=None,
            responses=_FILE, openapi_extra=_SIGNED)  # fmt: skip
def export_ledger(principal: Auditor, house: TheHouse) -> StreamingResponse:
    """All of it, verifiable by itself: `signoff audit check`. It holds no word of a request. That it was taken out is
    on the ledger."""
    return download(export(house, principal), "ledger.jsonl", "application/x-ndjson")
