"""Mark a case as one whose answer is known, and take that back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.next_case import go
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal, Scope
from service.usecases import known_answers

router = APIRouter(
    prefix=f"{HOME}/cases/{{case_id}}/known-answer",
    route_class=ConsoleRoute,
    include_in_schema=False,
    dependencies=[Depends(own_page_only)],
)

Lead = Annotated[Principal, Depends(need(Scope.LEAD))]
Prose = Annotated[str, Form(max_length=20_000)]


@router.post("")
def mark(request: Request, house: TheHouse, lead: Lead, case_id: str, note: Prose = "") -> Response:
    known_answers.mark(house, lead, case_id, note)
    return go(request, f"{HOME}/cases/{case_id}?said=known")


@router.post("/end")
def take_back(request: Request, house: TheHouse, lead: Lead, case_id: str) -> Response:
    known_answers.take_back(house, lead, case_id)
    return go(request, f"{HOME}/cases/{case_id}?said=known-ended")
