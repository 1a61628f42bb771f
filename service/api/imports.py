"""Take documents in from files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import JSONResponse

from service.api import examples_documents as examples
from service.api import replies_documents as replies
from service.api.auth import DocumentOwner, TheHouse
from service.api.door import may_answer, router, shows
from service.api.schemas import PLAIN
from service.api.uploads import BODY, UploadDoor, Uploads
from service.errors import LedgerUnavailable
from service.usecases import upload_documents

routes = router("Documents", "/v1/documents", UploadDoor)

Collection = Annotated[str, Query(min_length=1, max_length=150, pattern=PLAIN)]
Wanted = Annotated[Literal["draft", "submitted"], Query(description="What the documents come in as.")]


@routes.post(
    "/import",
    summary="Import documents from files",
    response_model=None,
    responses={200: shows(replies.ImportReport, examples.IMPORTED, "What came in, and what could not be read.")},
    openapi_extra={"requestBody": BODY, **may_answer(LedgerUnavailable)},
)
def import_documents(
    principal: DocumentOwner,
    house: TheHouse,
    files: Uploads,
    collection: Collection,
    status: Wanted = "submitted",
) -> JSONResponse:
    """What can be read comes in, all in one transaction; the rest is named with the reason. Documents that are nearly
    the same as others come in as well, and whoever approves them is told."""
    return JSONResponse(upload_documents.upload(house, principal, collection, files, draft=status == "draft"))
