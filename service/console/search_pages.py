"""The staff search page: what a request would find, now or as of another day, and why."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from service.console import words
from service.console.document_views import collections
from service.console.guard import HOME, TheHouse, need
from service.console.pages import Word, open_workflows
from service.console.render import SEARCH, from_htmx, page
from service.console.rooms import attributes, fields
from service.console.search_views import Wanted, found_views, signal_attributes, weight_fields, weights
from service.console.trouble import ConsoleRoute, notice_of
from service.domain.access import Principal
from service.domain.types import Workflow
from service.errors import InvalidRequest, NotFound
from service.usecases import search_documents
from service.usecases.as_of import as_of as moment
from service.usecases.house import House

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Searcher = Annotated[Principal, Depends(need(*SEARCH.scopes))]

_SHOWN = 10  # documents


def wanted(
    workflow: Word = "",
    text: str = "",
    as_of: Word = "",
    collection: Word = "",
    jurisdiction: Word = "",
    owner: Word = "",
) -> Wanted:
    """What the address asks for."""
    return Wanted(workflow, text.replace("\r\n", "\n").strip(), as_of.strip(), collection, jurisdiction, owner)


@router.get("/search")
def search(
    request: Request, house: TheHouse, searcher: Searcher, asked: Annotated[Wanted, Depends(wanted)]
) -> Response:
    known = open_workflows(house)
    chosen = next((each for each in known if each.name == asked.workflow), known[0] if known else None)
    if chosen is None:
        raise NotFound("there is no workflow yet", remedy="make one: signoff workflow create NAME")
    typed = dict(request.query_params)
    if not asked.text:
        return _page(request, house, known, chosen, asked, typed)
    try:
        found = _search(house, searcher, chosen, asked, typed)
    except InvalidRequest as error:
        if from_htmx(request):
            raise
        return _page(request, house, known, chosen, asked, typed, error.status, notice=notice_of(error))
    passages = found_views(found["items"])
    return _page(request, house, known, chosen, asked, typed, found=passages, notices=found["notices"])


def _search(
    house: House, searcher: Principal, workflow: Workflow, asked: Wanted, typed: dict[str, str]
) -> dict[str, Any]:
    """What the use case finds; InvalidRequest names every field that could not be read."""
    read = signal_attributes(workflow)
    schema = [attribute for attribute in workflow.attributes if attribute.name in read]
    values, wrong = attributes(schema, typed)
    counts, odd = weights(typed)
    if wrong or odd:
        raise InvalidRequest("A field is not of its type.", problems=(*wrong, *odd))
    return search_documents.search(
        house,
        searcher,
        workflow=workflow.name,
        text=asked.text,
        k=_SHOWN,
        filters=asked.filters,
        as_of=moment(asked.as_of, house.clock()),
        weights=counts,
        attributes=values or None,
    )


def _page(
    request: Request,
    house: House,
    known: list[Workflow],
    chosen: Workflow,
    asked: Wanted,
    typed: dict[str, str],
    status: int = 200,
    **shown: Any,
) -> Response:
    """The form, filled with what was typed, and what was found."""
    now = house.clock()
    read = signal_attributes(chosen)
    try:
        then = moment(asked.as_of, now)
    except InvalidRequest:
        then = None  # told already, beside the form
    return page(
        request,
        "search.html",
        status,
        workflows=known,
        chosen=chosen,
        wanted=asked,
        then=words.clock_time(then, now) if then else "",
        collections=collections([chosen.collections], asked.collection),
        weights=weight_fields(chosen, typed),
        fields=fields([each for each in chosen.attributes if each.name in read], typed),
        max_chars=house.settings.max_text_chars,
        **{"found": None, "notices": [], **shown},
    )
