"""What a person does: every form of the console. The same use cases as the API; a refusal loses nothing typed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from service.console.case_pages import case_page
from service.console.cookies import drop_lease, keep_lease
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.next_case import go, lease_part, lost, to_next, token, undoing
from service.console.notices import Notice
from service.console.pages import Trier, open_workflows, try_page
from service.console.render import from_htmx, page
from service.console.resolutions import resolution
from service.console.rooms import attributes, way
from service.console.trace_views import explained
from service.console.trouble import ConsoleRoute, notice_of
from service.console.views import UNWRITTEN, Draft
from service.domain.access import Principal, Scope
from service.errors import InvalidRequest, LeaseLost, ServiceError
from service.usecases import claim_case, explain_rules, resolve_case
from service.usecases.case_queue import case_queue
from service.usecases.make_decision import Ask
from service.usecases.trace_decision import trace

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW, Scope.LEAD))]
Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]


@router.post("/queues/{queue}/claim")
def claim_next(request: Request, house: TheHouse, reviewer: Reviewer, queue: str) -> Response:
    return to_next(request, house, reviewer, queue, "")


def written(
    label: Annotated[tuple[str, ...], Form(max_length=100)] = (),
    outcome: Word = "",
    reason_code: Word = "",
    note: Prose = "",
    reply: Prose = "",
    passages: Annotated[frozenset[str], Form(max_length=100)] = frozenset(),
) -> Draft:
    """What the form of a case holds."""
    return Draft(label, outcome, reason_code, note, reply, passages)


Written = Annotated[Draft, Depends(written)]


@router.post("/cases/{case_id}/claim")
def claim(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, draft: Written) -> Response:
    """Claim one case, or claim it again with what was written while somebody else could have had it."""
    try:
        leased = claim_case.claim(house, reviewer, case_id)
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, draft)
    again = Notice("The case is yours again", "What you wrote is still here.", tone="allow")
    response: Response
    if from_htmx(request):
        response = lease_part(request, house, reviewer, case_id, told=again)
    elif draft.empty:
        response = RedirectResponse(f"/console/cases/{case_id}", 303)
    else:
        response = case_page(request, house, reviewer, case_id, draft=draft, told=again, holds=True)
    keep_lease(response, house.settings, case_id, leased["token"])
    return response


@router.post("/cases/{case_id}/renew")
def renew(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    try:
        claim_case.renew(house, reviewer, case_id, token(request, house))
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, UNWRITTEN)
    if from_htmx(request):
        return lease_part(request, house, reviewer, case_id, told=None)
    return RedirectResponse(f"/console/cases/{case_id}", 303)


@router.post("/cases/{case_id}/return")
def give_back(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    queue = case_queue(house, reviewer, case_id)
    try:
        claim_case.give_back(house, reviewer, case_id, token(request, house))
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, UNWRITTEN)
    response = go(request, f"/console/queues/{quote(queue)}?said=returned")
    drop_lease(response, house.settings, case_id)
    return response


@router.post("/cases/{case_id}/decide")
def decide(
    request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, draft: Written, then: Word = "next"
) -> Response:
    """Decide, then on to the next case of the queue, or to the decision just made."""
    try:
        decided = resolve_case.resolve(house, reviewer, case_id, token(request, house), resolution(draft))
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, draft)
    except ServiceError as error:
        if from_htmx(request):
            raise
        return case_page(request, house, reviewer, case_id, draft=draft, told=notice_of(error), status=error.status)
    undo = undoing(case_id, decided, house.clock())
    if then == "next":
        response = to_next(request, house, reviewer, case_queue(house, reviewer, case_id), "decided", undo)
    else:
        response = go(request, f"/console/decisions/{decided['id']}?said=decided")
    drop_lease(response, house.settings, case_id)
    return response


async def typed(request: Request) -> FormData:
    return await request.form()


@router.post("/try")
def try_it(request: Request, house: TheHouse, trier: Trier, form: Annotated[FormData, Depends(typed)]) -> Response:
    """One text's way through the rooms. Nothing is recorded."""
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    name, text = fields.get("workflow", ""), fields.get("text", "").replace("\r\n", "\n")
    workflow = next((each for each in open_workflows(house) if each.name == name), None)
    if workflow is None:
        raise InvalidRequest(f"There is no workflow {name!r}.", remedy="Choose one from the list.")
    if "choose" in fields:
        return try_page(request, house, name, fields, text=text)
    values, problems = attributes(workflow.attributes, fields)
    try:
        if problems:
            raise InvalidRequest("An attribute is not of its declared type.", problems=problems)
        found = house.judges.submit(trace, house, trier, Ask(name, text, values)).result()
    except InvalidRequest as error:
        if from_htmx(request):
            raise
        return try_page(request, house, name, fields, text=text, notice=notice_of(error))
    shown = way(found, text, workflow)
    told = None
    if "explain" in fields and trier.may(Scope.RULES):
        told = explained(explain_rules.explain(house, name, text, values))
    if from_htmx(request):
        return page(request, "_way.html", way=shown, explained=told)
    return try_page(request, house, name, fields, text=text, way=shown, explained=told)
