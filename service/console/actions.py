"""What a person does: every form of the console. The same use cases as the API; a refusal loses nothing typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from service.console.cookies import drop_lease, drop_session, keep_lease, keep_session, lease_token, session_token
from service.console.guard import HOME, SIGN_IN, TheHouse, need, own_address, own_page_only
from service.console.notices import Notice, lease_lost
from service.console.pages import Trier, case_page, open_workflows, show_case, try_page
from service.console.render import from_htmx, page
from service.console.rooms import attributes, way
from service.console.trace_views import explained
from service.console.trouble import ConsoleRoute, at_notices, notice_of
from service.console.views import NO_LABEL, UNWRITTEN, Draft
from service.domain.access import Principal, Scope
from service.domain.types import Outcome
from service.errors import InvalidRequest, LeaseLost, ServiceError, Unauthenticated
from service.usecases import claim_case, explain_rules, resolve_case, sign_in
from service.usecases.house import House
from service.usecases.make_decision import Ask
from service.usecases.resolve_case import Resolution
from service.usecases.trace_decision import trace

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW))]
Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]


@router.post("/sign-in")
def enter(request: Request, house: TheHouse, key: Word = "", next: Word = HOME) -> Response:
    try:
        token = sign_in.open_session(house, key.strip())
    except Unauthenticated as error:
        told = Notice("This key does not open the console", f"{error.detail.capitalize()}.", tone="block")
        return page(request, "sign_in.html", 401, next=own_address(next), notice=told)
    response = RedirectResponse(own_address(next), 303)
    keep_session(response, house.settings, token)
    return response


@router.post("/sign-out")
def leave(request: Request, house: TheHouse) -> Response:
    token = session_token(request, house.settings)
    if token:
        sign_in.close_session(house, token)
    response = RedirectResponse(f"{SIGN_IN}?said=signed-out", 303)
    drop_session(response, house.settings)
    return response


@router.post("/queues/{queue}/claim")
def claim_next(request: Request, house: TheHouse, reviewer: Reviewer, queue: str) -> Response:
    return _to_next(request, house, reviewer, queue, "")


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
        return _lost(request, house, reviewer, case_id, error, draft)
    again = Notice("The case is yours again", "What you wrote is still here.", tone="allow")
    response: Response
    if from_htmx(request):
        response = _lease(request, house, reviewer, case_id, told=again)
    elif draft.empty:
        response = RedirectResponse(f"/console/cases/{case_id}", 303)
    else:
        response = case_page(request, house, reviewer, case_id, draft=draft, told=again, holds=True)
    keep_lease(response, house.settings, case_id, leased["token"])
    return response


@router.post("/cases/{case_id}/renew")
def renew(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    try:
        claim_case.renew(house, reviewer, case_id, _token(request, house))
    except LeaseLost as error:
        return _lost(request, house, reviewer, case_id, error, UNWRITTEN)
    if from_htmx(request):
        return _lease(request, house, reviewer, case_id, told=None)
    return RedirectResponse(f"/console/cases/{case_id}", 303)


@router.post("/cases/{case_id}/return")
def give_back(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    shown = show_case(house, request, reviewer, case_id)
    try:
        claim_case.give_back(house, reviewer, case_id, _token(request, house))
    except LeaseLost as error:
        return _lost(request, house, reviewer, case_id, error, UNWRITTEN)
    response = _go(request, f"/console/queues/{shown.queue}?said=returned")
    drop_lease(response, house.settings, case_id)
    return response


@router.post("/cases/{case_id}/decide")
def decide(
    request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, draft: Written, then: Word = "next"
) -> Response:
    """Decide, then on to the next case of the queue, or to the decision just made."""
    try:
        decided = resolve_case.resolve(house, reviewer, case_id, _token(request, house), resolution(draft))
    except LeaseLost as error:
        return _lost(request, house, reviewer, case_id, error, draft)
    except ServiceError as error:
        if from_htmx(request):
            raise
        return case_page(request, house, reviewer, case_id, draft=draft, told=notice_of(error), status=error.status)
    if then == "next":
        queue = show_case(house, request, reviewer, case_id).queue
        response = _to_next(request, house, reviewer, queue, "decided")
    else:
        response = _go(request, f"/console/decisions/{decided['id']}?said=decided")
    drop_lease(response, house.settings, case_id)
    return response


def resolution(draft: Draft) -> Resolution:
    """What the form says as the use case takes it. A reason code left empty is that of the first label.

    "None of these" beside a label is no decision: it is passed on, and refused there as the label that it is not.
    """
    none_of_these = draft.labels == (NO_LABEL,)
    labels = () if none_of_these else draft.labels
    return Resolution(
        labels=labels,
        outcome=Outcome(draft.outcome) if draft.outcome in ("allow", "block") else None,
        reason_code=draft.reason_code.strip() or ("none_of_these" if none_of_these else next(iter(labels), "")),
        note=draft.note.strip() or None,
        passage_ids=tuple(sorted(draft.passages)),
        reply=draft.reply.strip() or None,
    )


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


def _token(request: Request, house: House) -> str:
    """Empty when this browser has none: no case has an empty token, so the use case refuses with who holds it."""
    return lease_token(request, house.settings) or ""


def _to_next(request: Request, house: House, reviewer: Principal, queue: str, said: str) -> Response:
    leased = claim_case.claim_next(house, reviewer, queue)
    if leased is None:
        return _go(request, f"/console/queues/{queue}?said={said + '-' if said else ''}empty")
    response = _go(request, f"/console/cases/{leased['case']}" + (f"?said={said}" if said else ""))
    keep_lease(response, house.settings, leased["case"], leased["token"])
    return response


def _go(request: Request, address: str) -> Response:
    """On to another page; htmx is told so in a header, since a browser follows a redirect behind its back."""
    if from_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _lease(
    request: Request, house: House, reviewer: Principal, case_id: str, *, told: Notice | None, holds: bool = True
) -> Response:
    """The lease's own part of the page after it changed, and what there is to tell of it."""
    case = show_case(house, request, reviewer, case_id, holds=holds)
    return page(request, "_lease_changed.html", case=case, notice=told)


def _lost(
    request: Request, house: House, reviewer: Principal, case_id: str, error: LeaseLost, draft: Draft
) -> Response:
    told = lease_lost(case_id, error.extra, reviewer.name, house.clock())
    if from_htmx(request):
        response = _lease(request, house, reviewer, case_id, told=told, holds=False)
        response.status_code = error.status
        return at_notices(response)
    return case_page(request, house, reviewer, case_id, draft=draft, told=told, holds=False, status=error.status)
