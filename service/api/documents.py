"""Documents: submitted by one person, approved by another, retired when they no longer hold."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import JSONResponse

from service.api import examples, replies_operations, schemas
from service.api.auth import DocumentOwner, DocumentReader, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import publish_document, read_document

routes = router("Documents", "/v1/documents")

StatusInQuery = Annotated[Literal["draft", "submitted", "approved", "superseded", "retired"] | None, Query()]
_VIEW = shows(replies_operations.DocumentView, examples.DOCUMENT_VIEW, "The newest version, and all versions.")


@routes.get(
    "",
    summary="List documents",
    response_model=None,
    responses={200: shows(replies_operations.Documents, examples.DOCUMENTS, "By collection, id and version.")},
)
def list_documents(
    principal: DocumentReader,
    house: TheHouse,
    collection: schemas.NameInQuery = None,
    status: StatusInQuery = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    return JSONResponse(
        read_document.page(house, principal, collection=collection, status=status, after=after, limit=limit)
    )


@routes.get(
    "/{collection}/{document_id}",
    summary="Read a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=may_answer(NotFound),
)
def read_one_document(
    collection: schemas.IdInPath, document_id: schemas.IdInPath, principal: DocumentReader, house: TheHouse
) -> JSONResponse:
    """By its own id, or by the `doc_` id that answers show."""
    try:
        return JSONResponse(read_document.view(house, principal, collection, document_id))
    except NotFound:
        own_id = document_id.removeprefix("doc_")
        if own_id == document_id:
            raise
        return JSONResponse(read_document.view(house, principal, collection, own_id))


@routes.post(
    "",
    summary="Submit a document",
    response_model=None,
    status_code=201,
    responses={201: _VIEW},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def submit_document(submitted: schemas.DocumentSubmission, principal: DocumentOwner, house: TheHouse) -> JSONResponse:
    """A new version that waits for somebody else's approval; nobody finds it until then."""
    view = publish_document.submit(house, principal, submitted.model_dump(exclude_none=True))
    return JSONResponse(view, 201, {"Location": f"/v1/documents/{submitted.collection}/{submitted.id}"})


@routes.post(
    "/{collection}/{document_id}/approve",
    summary="Approve a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def approve_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    approved: schemas.DocumentVersion,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """Not by whoever submitted it. It can be found from the next request on."""
    return JSONResponse(publish_document.approve(house, principal, collection, document_id, approved.version))


@routes.post(
    "/{collection}/{document_id}/retire",
    summary="Retire a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def retire_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    retired: schemas.Retirement,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """Gone from the next request on."""
    return JSONResponse(
        publish_document.retire(house, principal, collection, document_id, retired.version, retired.why)
    )
