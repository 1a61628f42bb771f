"""On to the next case. It is claimed and shown in the answer to what was done with the one before, so that nobody waits
for a second page; nothing is claimed ahead, so nothing is held by a page that somebody leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from service.console.case_pages import Undo, case_page, case_parts, show_case
from service.console.cookies import keep_lease, lease_token
from service.console.notices import Notice, lease_lost
from service.console.render import from_htmx, page
from service.console.trouble import at_notices
from service.console.views import Draft
from service.console.words import SAID
from service.domain.access import Principal
from service.errors import LeaseLost
from service.usecases import claim_case
from service.usecases.house import House


def undoing(case_id: str, decided: Mapping[str, Any], now: datetime) -> Undo | None:
    """What is told of a decision that can be taken back; None when it is out."""
    if not decided.get("undo_until"):
        return None
    until = datetime.fromisoformat(decided["undo_until"])
    return Undo(case_id, max(1, int((until - now).total_seconds())))


def to_next(
    request: Request, house: House, reviewer: Principal, queue: str, said: str, undo: Undo | None = None
) -> Response:
    """The next case of the queue, or the queue when nothing waits there for this person. `said` is a word of `SAID`."""
    leased = claim_case.claim_next(house, reviewer, queue)
    undone = f"&undo={undo.case}" if undo else ""
    if leased is None:
        told = f"{said}-empty" if f"{said}-empty" in SAID else "nothing-else" if said else "empty"
        return go(request, f"/console/queues/{quote(queue)}?said={told}{undone}")
    response: Response
    if said and from_htmx(request):
        response = _in_place(request, house, reviewer, leased["case"], said, undo)
    else:
        told = f"?said={said}{undone}" if said else ""
        response = go(request, f"/console/cases/{leased['case']}{told}")
    keep_lease(response, house.settings, leased["case"], leased["token"])
    return response


def _in_place(
    request: Request, house: House, reviewer: Principal, case_id: str, said: str, undo: Undo | None
) -> Response:
    """The next case where the one before stood: one answer instead of two, and nothing is loaded anew."""
    shown = case_parts(house, request, reviewer, case_id, holds=True)
    response = page(request, "_next_case.html", **{**shown, "undo": undo}, notice=None, passing=SAID[said].short)
    response.headers["Signoff-Next"] = f"/console/cases/{case_id}"
    return response


def token(request: Request, house: House) -> str:
    """Empty when this browser has none: no case has an empty token, so the use case refuses with who holds it."""
    return lease_token(request, house.settings) or ""


def go(request: Request, address: str) -> Response:
    """On to another page; htmx is told so in a header, since a browser follows a redirect behind its back."""
    if from_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def lease_part(
    request: Request, house: House, reviewer: Principal, case_id: str, *, told: Notice | None, holds: bool = True
) -> Response:
    """The lease's own part of the page after it changed, and what there is to tell of it."""
    case = show_case(house, request, reviewer, case_id, holds=holds)
    return page(request, "_lease_changed.html", case=case, notice=told)


def lost(request: Request, house: House, reviewer: Principal, case_id: str, error: LeaseLost, draft: Draft) -> Response:
    """What was refused because the lease is another's now: who has it, and everything that was written."""
    told = lease_lost(case_id, error.extra, reviewer.name, house.clock())
    if from_htmx(request):
        response = lease_part(request, house, reviewer, case_id, told=told, holds=False)
        response.status_code = error.status
        return at_notices(response)
    return case_page(request, house, reviewer, case_id, draft=draft, told=told, holds=False, status=error.status)
