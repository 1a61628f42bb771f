"""Search the approved documents as a request would."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, replies, schemas
from service.api.auth import Searcher, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import ReleaseOpening
from service.usecases import search_documents

routes = router("Search", "/v1/search")


@routes.post(
    "",
    summary="Search documents",
    response_model=None,
    responses={200: shows(replies.Found, examples.FOUND, "The best passages you may see, best first.")},
    openapi_extra=may_answer(ReleaseOpening),
)
def search(asked: schemas.SearchRequest, principal: Searcher, house: TheHouse) -> JSONResponse:
    found = search_documents.search(house, principal, workflow=asked.workflow, text=asked.text, k=asked.k)
    return JSONResponse({"items": found})
