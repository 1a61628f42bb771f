"""Documents: written and submitted by one person, approved by another, retired when they no longer hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi.responses import JSONResponse

from service.api import examples_documents as examples
from service.api import replies_documents as replies
from service.api import schemas
from service.api import schemas_documents as taken
from service.api.auth import DocumentOwner, DocumentReader, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound, ReleaseOpening, SamePerson
from service.usecases import compare_documents, preview_document, publish_document, read_document
from service.usecases.as_of import as_of as moment

routes = router("Documents", "/v1/documents")

_VIEW = shows(replies.DocumentView, examples.DOCUMENT_VIEW, "The version with its text, its neighbours and versions.")
_STEP = may_answer(NotFound, Conflict, LedgerUnavailable)


@routes.get(
    "",
    summary="List documents",
    response_model=None,
    responses={200: shows(replies.Documents, examples.DOCUMENTS, "By collection, id and version.")},
)
def list_documents(
    principal: DocumentReader,
    house: TheHouse,
    collection: schemas.NameInQuery = None,
    status: taken.StatusInQuery = None,
    owner: schemas.NameInQuery = None,
    text: taken.WordsInQuery = None,
    due: taken.DueInQuery = None,
    as_of: taken.AsOfInQuery = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """Every version, unless `as_of` asks for what was approved and in force at a moment."""
    found = read_document.page(
        house,
        principal,
        collection=collection,
        status=status,
        owner=owner,
        text=text,
        due=date.fromisoformat(due) if due else None,
        as_of=moment(as_of, house.clock()),
        after=after,
        limit=limit,
    )
    return JSONResponse(found)


@routes.get(
    "/{collection}/{document_id}",
    summary="Read a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=may_answer(NotFound),
)
def read_one_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    principal: DocumentReader,
    house: TheHouse,
    version: taken.VersionInQuery = None,
) -> JSONResponse:
    """The newest version or the one asked for, by the document's own id or by the `doc_` id that answers show."""
    return _by_either_id(document_id, lambda own: read_document.view(house, principal, collection, own, version))


@routes.get(
    "/{collection}/{document_id}/diff",
    summary="Compare two versions",
    response_model=None,
    responses={200: shows(replies.DocumentDiff, examples.DIFF, "Fields and lines, with the words that changed.")},
    openapi_extra=may_answer(NotFound),
)
def compare_versions(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    principal: DocumentReader,
    house: TheHouse,
    older: taken.VersionToCompare,
    newer: taken.VersionToCompare,
) -> JSONResponse:
    return _by_either_id(
        document_id, lambda own: compare_documents.compare(house, principal, collection, own, older, newer)
    )


@routes.get(
    "/{collection}/{document_id}/preview",
    summary="See what approving or retiring would change",
    response_model=None,
    responses={200: shows(replies.DocumentPreview, examples.PREVIEW, "For each workflow that searches it.")},
    openapi_extra=may_answer(NotFound, Conflict, ReleaseOpening),
)
def preview_approval(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    principal: DocumentOwner,
    house: TheHouse,
    version: taken.VersionToCompare,
) -> JSONResponse:
    """The calibration cases are run as if this version were approved, or an approved one retired. It takes some
    seconds and changes nothing."""
    return _by_either_id(document_id, lambda own: preview_document.preview(house, principal, collection, own, version))


@routes.post(
    "",
    summary="Write or submit a document",
    response_model=None,
    status_code=201,
    responses={201: _VIEW},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def submit_document(written: taken.DocumentSubmission, principal: DocumentOwner, house: TheHouse) -> JSONResponse:
    """A new version that waits for somebody else's approval, or a draft that waits to be submitted."""
    step = publish_document.save_draft if written.status == "draft" else publish_document.submit
    view = step(house, principal, written.document(), digest=written.digest)
    return JSONResponse(view, 201, {"Location": f"/v1/documents/{written.collection}/{written.id}"})


@routes.post(
    "/{collection}/{document_id}/submit",
    summary="Submit a draft",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=_STEP,
)
def submit_draft(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    submitted: taken.DocumentVersion,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """From here on it waits for somebody else's approval. Whoever submits counts as its author."""
    return JSONResponse(publish_document.submit_draft(house, principal, collection, document_id, submitted.version))


@routes.post(
    "/{collection}/{document_id}/return",
    summary="Return a document to its author",
    response_model=None,
    responses={200: shows(replies.DocumentView, examples.RETURNED, "A draft again, with the note.")},
    openapi_extra=_STEP,
)
def return_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    returned: taken.Return,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """A submitted version becomes a draft again, with a note that says what is to be changed."""
    return JSONResponse(
        publish_document.return_to_draft(house, principal, collection, document_id, returned.version, returned.why)
    )


@routes.post(
    "/{collection}/{document_id}/approve",
    summary="Approve a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=may_answer(NotFound, Conflict, SamePerson, LedgerUnavailable),
)
def approve_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    approved: taken.Approval,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """Not by anybody who wrote or submitted it. It can be found from the next request on."""
    view = publish_document.approve(
        house, principal, collection, document_id, approved.version, digest=approved.digest, why=approved.why
    )
    return JSONResponse(view)


@routes.post(
    "/{collection}/{document_id}/retire",
    summary="Retire a document",
    response_model=None,
    responses={200: _VIEW},
    openapi_extra=_STEP,
)
def retire_document(
    collection: schemas.IdInPath,
    document_id: schemas.IdInPath,
    retired: taken.Retirement,
    principal: DocumentOwner,
    house: TheHouse,
) -> JSONResponse:
    """Gone from the next request on."""
    return JSONResponse(
        publish_document.retire(house, principal, collection, document_id, retired.version, retired.why)
    )


def _by_either_id(document_id: str, read: Callable[[str], dict[str, Any]]) -> JSONResponse:
    """What `read` gives for the id, or for it without the `doc_` that answers put before it."""
    own_id = document_id.removeprefix("doc_")
    try:
        return JSONResponse(read(document_id))
    except NotFound:
        if own_id == document_id:
            raise
    return JSONResponse(read(own_id))
