"""Drafts of a reply while somebody decides: for the label they choose, and by a language model where one is set up."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from service.console.actions import Written
from service.console.case_pages import case_page
from service.console.draft_views import DraftView, draft_view
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.render import from_htmx, page
from service.console.trouble import ConsoleRoute
from service.console.views import NO_LABEL
from service.domain.access import Principal, Scope
from service.errors import BlindCheck
from service.usecases.ask_for_draft import ask, drafts_of
from service.usecases.case_grounds import grounds
from service.usecases.house import House

router = APIRouter(prefix=f"{HOME}/cases/{{case_id}}/draft", route_class=ConsoleRoute, include_in_schema=False)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW, Scope.LEAD))]
Labels = Annotated[tuple[str, ...], Query(max_length=100)]
What = Annotated[Literal["look", "ask", "again"], Form()]


@router.get("")
def drafts(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, label: Labels = ()) -> Response:
    """For the labels that are chosen now, as a part of the page. Whoever is not to be led is told nothing."""
    try:
        found: DraftView | None = _drafts(house, reviewer, case_id, label, "look")
    except BlindCheck:
        found = None
    return page(request, "_drafts.html", drafts=found)


@router.post("", dependencies=[Depends(own_page_only)])
def draft(
    request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, written: Written, what: What = "look"
) -> Response:
    """Look for a draft for the chosen labels, or have a language model write one; nothing that was written is lost."""
    found = _drafts(house, reviewer, case_id, written.labels, what)
    if from_htmx(request):
        return page(request, "_drafts.html", drafts=found)
    return case_page(request, house, reviewer, case_id, draft=written, drafts=found, drafting=True)


def _drafts(house: House, reviewer: Principal, case_id: str, chosen: tuple[str, ...], what: str) -> DraftView:
    labels = [label for label in chosen if label != NO_LABEL]
    if what == "look":
        found = drafts_of(house, reviewer, case_id, labels)
    else:
        found = ask(house, reviewer, case_id, labels, again=what == "again")
    # Whoever chose none of these is offered nothing that a label would say.
    none = bool(chosen) and not labels
    nothing = {"draft": None, "quoted": None, "language_model": None}
    titles = {label.id: label.title for label in grounds(house, case_id).workflow.labels}
    return draft_view(case_id, nothing if none else found, titles, () if none else found["labels"])
