"""What may be done with a case besides deciding it: as the table of states has it, by the same use cases as the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from service.console import words
from service.console.case_pages import case_page, show_case
from service.console.cookies import drop_lease, keep_lease
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.holds import hold_end
from service.console.marks import Piece
from service.console.next_case import go, lost, to_next, token
from service.console.render import from_htmx, page
from service.console.trouble import ConsoleRoute, notice_of
from service.console.views import UNWRITTEN
from service.domain.access import Principal, Scope
from service.errors import FieldProblem, InvalidRequest, LeaseLost, ServiceError
from service.usecases import claim_case, hand_over_case, hold_case, question_case, undo_case
from service.usecases.cancel_case import cancel
from service.usecases.case_queue import case_queue
from service.usecases.comment_case import comment
from service.usecases.house import House
from service.usecases.reopen_case import reopen
from service.usecases.reveal import reveal

router = APIRouter(
    prefix=f"{HOME}/cases/{{case_id}}",
    route_class=ConsoleRoute,
    include_in_schema=False,
    dependencies=[Depends(own_page_only)],
)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW, Scope.LEAD))]
Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]
Question = Annotated[str, Form(max_length=2_000)]


@router.post("/skip")
def skip(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, reason: Prose = "") -> Response:
    """Leave it to others, then on to the next case."""
    held, why = token(request, house), _said("reason", reason, "say in a few words why, for whoever takes it next")
    return _onward(
        request, house, reviewer, case_id, "skipped", lambda: claim_case.skip(house, reviewer, case_id, held, why)
    )


@router.post("/hold")
def hold(
    request: Request,
    house: TheHouse,
    reviewer: Reviewer,
    case_id: str,
    lasting: Word = "",
    until: Word = "",
    reason: Prose = "",
) -> Response:
    """Put it aside until a time, then on to the next case."""
    held, why = token(request, house), _said("reason", reason, "say what it waits for")
    end = hold_end(house.clock(), lasting, until)
    return _onward(
        request,
        house,
        reviewer,
        case_id,
        "held",
        lambda: hold_case.hold(house, reviewer, case_id, held, until=end, reason=why),
    )


@router.post("/escalate")
def escalate(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, note: Prose = "") -> Response:
    held, why = token(request, house), _said("note", note, "say what is to be settled")
    return _onward(
        request,
        house,
        reviewer,
        case_id,
        "escalated",
        lambda: hand_over_case.escalate(house, reviewer, case_id, held, why),
    )


@router.post("/ask")
def ask_requester(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, text: Question = "") -> Response:
    """Ask whoever asked for the decision, then on to the next case."""
    held, what = token(request, house), _said("text", text, "write what you need to know of them")
    return _onward(
        request,
        house,
        reviewer,
        case_id,
        "asked",
        lambda: question_case.ask(house, reviewer, case_id, held, what),
    )


@router.post("/assign")
def assign(
    request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, to: Word = "", note: Prose = ""
) -> Response:
    """Hand it over: by whoever holds it, or by whoever leads the queue."""
    who = _said("to", to, "name somebody who reviews in this queue")
    mine = show_case(house, request, reviewer, case_id).holding.yours
    held = token(request, house) if mine else None  # a lead's cookie may be of a lease that is over
    return _onward(
        request,
        house,
        reviewer,
        case_id,
        "assigned",
        lambda: hand_over_case.assign(house, reviewer, case_id, to=who, token=held, note=note.strip() or None),
        stays=held is None,
    )


@router.post("/unhold")
def unhold(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    hold_case.unhold(house, reviewer, case_id)
    return go(request, f"{HOME}/cases/{case_id}?said=unheld")


@router.post("/comment")
def say(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, text: Prose = "") -> Response:
    """Said beside the case; what is written in its form stays where it is."""
    comment(house, reviewer, case_id, _said("text", text, "write what others should know"))
    if from_htmx(request):
        return case_page(request, house, reviewer, case_id)  # of which the timeline alone is taken
    return go(request, f"{HOME}/cases/{case_id}?said=commented")


@router.post("/undo")
def undo(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    """Take one's own decision back before it goes out; the case is open again, with a lease of its own."""
    leased = undo_case.undo(house, reviewer, case_id)
    response = go(request, f"{HOME}/cases/{case_id}?said=undone")
    keep_lease(response, house.settings, case_id, leased["token"])
    return response


@router.post("/reopen")
def open_again(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, note: Prose = "") -> Response:
    opened = reopen(house, reviewer, case_id, _said("note", note, "say why it is looked at again"))
    return go(request, f"{HOME}/cases/{opened['case']}?said=reopened")


@router.post("/cancel")
def end(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str, note: Prose = "") -> Response:
    cancel(house, reviewer, case_id, _said("note", note, "say why nobody has to decide it"))
    return go(request, f"{HOME}/cases/{case_id}?said=cancelled-case")


@router.post("/reveal")
def show(request: Request, house: TheHouse, reviewer: Reviewer, case_id: str) -> Response:
    """The request as it was sent. That somebody looked is on record before they see it."""
    found = reveal(house, reviewer, case_id)
    told = {"text": (Piece(found["text"]),), "attributes": words.attributes(found["attributes"])}
    told["answers"] = found["answers"]
    if from_htmx(request):
        return page(request, "_request.html", revealed=told, case=None)
    return case_page(request, house, reviewer, case_id, revealed=told)


def _onward(
    request: Request,
    house: House,
    reviewer: Principal,
    case_id: str,
    said: str,
    deed: Callable[[], object],
    *,
    stays: bool = False,
) -> Response:
    """Do it, then on to the next case; whoever had no lease stays where they are. A refusal changes nothing."""
    queue = case_queue(house, reviewer, case_id)
    try:
        deed()
    except LeaseLost as error:
        return lost(request, house, reviewer, case_id, error, UNWRITTEN)
    except ServiceError as error:
        if from_htmx(request):
            raise
        return case_page(request, house, reviewer, case_id, told=notice_of(error), status=error.status)
    if stays:
        return go(request, f"{HOME}/cases/{case_id}?said={said}")
    response = to_next(request, house, reviewer, queue, said)
    drop_lease(response, house.settings, case_id)
    return response


def _said(field: str, text: str, remedy: str) -> str:
    """What somebody wrote; InvalidRequest when it is nothing."""
    if not text.strip():
        raise InvalidRequest("Something is missing.", problems=(FieldProblem(field, "nothing was written", remedy),))
    return text.strip()
