"""What stands beside a case: brought to its page after the page itself, or a page of its own without JavaScript."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from service.console.beside_views import beside_view
from service.console.case_pages import Reader, case_page
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.next_case import go, lost, token
from service.console.render import from_htmx, page
from service.console.trouble import ConsoleRoute
from service.console.views import UNWRITTEN
from service.domain.access import Principal, Scope
from service.errors import LeaseLost
from service.usecases.beside_case import beside
from service.usecases.detach_case import detach

router = APIRouter(prefix=f"{HOME}/cases/{{case_id}}", route_class=ConsoleRoute, include_in_schema=False)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW, Scope.LEAD))]
Word = Annotated[str, Form(max_length=200)]


@router.get("/beside")
def show_beside(request: Request, house: TheHouse, reader: Reader, case_id: str) -> Response:
    found = beside_view(beside(house, reader, case_id), reader.name, house.clock())
    return page(request, "_beside.html" if from_htmx(request) else "beside.html", beside=found)


@router.post("/detach", dependencies=[Depends(own_page_only)])
def take_out(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, decision: Word = "") -> Response:
    """One request, or all others, go on in a case of their own; what is written in the form stays where it is."""
    try:
        detach(house, reviewer, case_id, token(request, house), decision or None)
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, UNWRITTEN)
    if from_htmx(request):
        return case_page(request, house, reviewer, case_id)  # of which the part about attached requests is taken
    return go(request, f"{HOME}/cases/{case_id}?said=detached")
