"""Search the approved documents as a request would, or as it would have on another day."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_documents as examples
from service.api import replies_documents as replies
from service.api import schemas_documents as taken
from service.api.auth import Searcher, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import ReleaseOpening
from service.usecases import search_documents
from service.usecases.as_of import as_of

routes = router("Search", "/v1/search")


@routes.post(
    "",
    summary="Search documents",
    response_model=None,
    responses={200: shows(replies.Found, examples.FOUND, "The best passages you may see, best first.")},
    openapi_extra=may_answer(ReleaseOpening),
)
def search(asked: taken.SearchRequest, principal: Searcher, house: TheHouse) -> JSONResponse:
    """Each passage says why it is where it is: its score is the sum of its parts, each times its share. Filters
    narrow what your key may find and never widen it."""
    found = search_documents.search(
        house,
        principal,
        workflow=asked.workflow,
        text=asked.text,
        k=asked.k,
        filters=asked.filters.narrow() if asked.filters else {},
        as_of=as_of(asked.as_of, house.clock()),
        weights=asked.weights,
        attributes=asked.attributes,
    )
    return JSONResponse(found)
