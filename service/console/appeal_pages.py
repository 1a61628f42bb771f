"""Have a decision that is out decided anew, from its own page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.pages import decision_page
from service.console.trouble import ConsoleRoute, notice_of
from service.domain.access import Principal, Scope
from service.errors import Conflict, Forbidden, InvalidRequest
from service.usecases.appeal_decision import appeal as contest

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Appellant = Annotated[Principal, Depends(need(Scope.LEAD))]


@router.post("/decisions/{decision_id}/appeal", dependencies=[Depends(own_page_only)])
def appeal(
    request: Request,
    house: TheHouse,
    appellant: Appellant,
    decision_id: str,
    note: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    try:
        found = contest(house, appellant, decision_id, note)
    except (Conflict, Forbidden, InvalidRequest) as error:
        return decision_page(request, house, appellant, decision_id, error.status, notice=notice_of(error))
    return RedirectResponse(f"/console/cases/{found['case']}?said=contested", 303)
