"""The page of a case. Looking at it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console.cookies import lease_token
from service.console.guard import HOME, TheHouse, need
from service.console.notices import Notice
from service.console.render import QUEUES, page
from service.console.trouble import ConsoleRoute
from service.console.views import UNWRITTEN, CaseView, Draft, case_view
from service.domain.access import Principal, Scope
from service.domain.case import CaseAction
from service.errors import NotFound
from service.usecases import read_case
from service.usecases.case_queue import case_queue
from service.usecases.house import House
from service.usecases.queue_policy import works
from service.usecases.reviewers import reviewers

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, Depends(need(*QUEUES.scopes))]
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Undo:
    """A decision that can be taken back still."""

    case: str
    seconds: int


@router.get("/cases/{case_id}")
def case(request: Request, house: TheHouse, reader: Reader, case_id: str, undo: Word = "") -> Response:
    return case_page(request, house, reader, case_id, undo=undoable(house, reader, undo))


@router.get("/cases/{case_id}/colleagues")
def known_colleagues(request: Request, house: TheHouse, reader: Reader, case_id: str) -> Response:
    """Whom the case can be handed over to, as suggestions for a field: asked for when somebody begins to fill it."""
    names = reviewers(house, case_queue(house, reader, case_id))
    return page(request, "_colleagues.html", names=[name for name in names if name != reader.name])


def undoable(house: House, reader: Principal, case_id: str) -> Undo | None:
    """What one may still take back of that case, as its address says; None for anything else."""
    if not case_id:
        return None
    try:
        found = read_case.view(house, reader, case_id)
    except NotFound:
        return None
    if CaseAction.UNDO.value not in found["allowed"]:
        return None
    left = (datetime.fromisoformat(found["undo_until"]) - house.clock()).total_seconds()
    return Undo(case_id, max(1, int(left)))


def case_page(
    request: Request,
    house: House,
    reader: Principal,
    case_id: str,
    *,
    draft: Draft = UNWRITTEN,
    told: Notice | None = None,
    holds: bool | None = None,
    status: int = 200,
    **shown: Any,
) -> Response:
    """The case, with what the reviewer had already written when deciding it was refused."""
    notice: dict[str, object] = {"notice": told} if told else {}
    parts = {**case_parts(house, request, reader, case_id, holds=holds), "draft": draft}
    return page(request, "case.html", status, **{**parts, "undo": None, **notice, **shown})


def case_parts(
    house: House, request: Request, reader: Principal, case_id: str, *, holds: bool | None = None
) -> Mapping[str, Any]:
    """Everything that the templates of a case show."""
    found, now = show_case(house, request, reader, case_id, holds), house.clock()
    return {
        "case": found,
        "draft": UNWRITTEN,
        "drafts": None,  # the case's own, unless others were asked for
        "drafting": False,
        "undo": None,
        "revealed": None,
        "may_claim": works(reader, found.queue, CaseAction.CLAIM),
        "may_explain_label": reader.may(Scope.EXPLAIN),
        "may_lead": reader.may_in(found.queue, Scope.LEAD),
        "tomorrow": (now + timedelta(days=1)).strftime("%Y-%m-%dT09:00"),
        "soonest": now.strftime("%Y-%m-%dT%H:%M"),
    }


def show_case(house: House, request: Request, reader: Principal, case_id: str, holds: bool | None = None) -> CaseView:
    """The case as this person sees it in this browser."""
    found = read_case.view(house, reader, case_id)
    has_token = lease_token(request, house.settings) is not None if holds is None else holds
    return case_view(found, reader.name, has_token, house.clock())
