"""The same for many cases: choose them, look over what would be done, do it, take it back. For whoever leads a queue.

The pages need no script: what was chosen travels from one to the next in the forms, and the preview's digest keeps it
from being done to other cases than those that were shown.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from service.console import words
from service.console.bulk_forms import DECIDE, DEEDS, BulkForm
from service.console.bulk_views import (
    DONE,
    LIKENESSES,
    Fitting,
    bulk_address,
    bulk_choices,
    candidates,
    labels_of,
    not_done,
    plan,
    seconds_left,
)
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.notices import Notice
from service.console.render import page
from service.console.trouble import ConsoleRoute, notice_of
from service.console.views import NO_LABEL
from service.domain.access import Principal, Scope
from service.domain.case import WAITING
from service.errors import BulkChanged, Forbidden, InvalidRequest
from service.usecases import bulk_cases, read_case
from service.usecases.choose_cases import MOST, Wanted, choose
from service.usecases.house import House
from service.usecases.queue_policy import policies

router = APIRouter(prefix=f"{HOME}/queues/{{queue}}/bulk", route_class=ConsoleRoute, include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]
Ids = Annotated[tuple[str, ...], Form(max_length=MOST)]
Likeness = Annotated[float, Query(ge=-1, le=1)]


def leader(principal: Annotated[Principal, Depends(need(Scope.LEAD))], queue: str) -> Principal:
    """Whoever leads this very queue."""
    if not principal.may_in(queue, Scope.LEAD):
        raise Forbidden(
            f"This page is for whoever leads queue {queue}, and you ({principal.name}) do not.",
            remedy="Ask operations for the role lead in this queue.",
        )
    return principal


Lead = Annotated[Principal, Depends(leader)]


def written(
    cases: Ids = (),
    action: Annotated[Literal["decide", "hold", "escalate", "assign"], Form()] = DECIDE,
    label: Annotated[tuple[str, ...], Form(max_length=100)] = (),
    outcome: Field = "",
    reason_code: Field = "",
    note: Prose = "",
    reply: Prose = "",
    lasting: Field = "",
    until: Field = "",
    why: Prose = "",
    to: Field = "",
) -> BulkForm:
    return BulkForm(cases, action, label, outcome, reason_code, note, reply, lasting, until, why, to)


Written = Annotated[BulkForm, Depends(written)]


@router.get("")
def many(
    request: Request,
    house: TheHouse,
    lead: Lead,
    queue: str,
    reason: Word = "",
    label: Word = "",
    like: Word = "",
    least: Likeness = 0.9,
) -> Response:
    """Those that wait in the queue and fit, all of them ticked."""
    fitting = Fitting(queue, reason, label, like, least)
    return _choosing(request, house, lead, fitting, _as_before(house, lead, like))


@router.post("", dependencies=[Depends(own_page_only)])
def again(request: Request, house: TheHouse, lead: Lead, queue: str, form: Written) -> Response:
    """Back from the preview, with everything as it was chosen and written."""
    return _choosing(request, house, lead, Fitting(queue), form)


@router.post("/preview", dependencies=[Depends(own_page_only)])
def look_over(request: Request, house: TheHouse, lead: Lead, queue: str, form: Written) -> Response:
    """What would be done to which cases. Nothing is changed."""
    try:
        return _preview(request, house, lead, queue, form)
    except InvalidRequest as error:
        return _choosing(request, house, lead, Fitting(queue), form, error.status, notice=notice_of(error))


@router.post("/do", dependencies=[Depends(own_page_only)])
def do(request: Request, house: TheHouse, lead: Lead, queue: str, form: Written, confirm: Field = "") -> Response:
    doing = form.doing(house.clock())
    try:
        done = bulk_cases.do(house, lead, Wanted(cases=form.cases), doing, confirm)
    except BulkChanged as error:
        told = Notice(
            "Other cases fit now than the preview showed",
            f"Somebody was quicker: of {words.plural(len(form.cases), 'case')}, {error.extra['count']:,} can still be "
            "done. Nothing was done.",
            "Look them over again: this is how it is now.",
            "review",
        )
        return _preview(request, house, lead, queue, form, error.status, notice=told)
    return _done(request, house, queue, done)


@router.post("/undo", dependencies=[Depends(own_page_only)])
def take_back(
    request: Request,
    house: TheHouse,
    lead: Lead,
    queue: str,
    cases: Ids = (),
    of: Annotated[Literal["decide", "hold"], Form()] = "decide",
) -> Response:
    """What is decided and not out yet goes back to its queue, undecided; what is held comes off hold."""
    wanted, doing = Wanted(cases=cases), bulk_cases.undoing() if of == "decide" else bulk_cases.unholding()
    shown = bulk_cases.preview(house, lead, wanted, doing)
    done = bulk_cases.do(house, lead, wanted, doing, shown["confirm"])
    return _done(request, house, queue, done, left_out=shown["left_out"])


def _choosing(
    request: Request, house: House, lead: Principal, fitting: Fitting, form: BulkForm, status: int = 200, **shown: Any
) -> Response:
    queue, in_force = fitting.queue, policies(house)
    wanted = Wanted(cases=form.cases) if form.cases else _wanted(fitting)
    found = choose(house, lead, wanted, WAITING)
    workflows = [each for each in in_force if each.name in {item.workflow for item in found.items}]
    titles = labels_of(in_force)
    now = house.clock()
    likened = read_case.view(house, lead, fitting.like)["text"] if fitting.like else ""
    return page(
        request,
        "bulk.html",
        status,
        queue=queue,
        address=bulk_address(queue),
        fitting=fitting,
        likened=" ".join(likened.split()),
        likenesses=LIKENESSES,
        reasons=words.REASONS.values(),
        titles=titles,
        cases=candidates(found.items, titles, form.cases or None),
        more=found.more,
        most=MOST,
        left_out=not_done({"case": case, "why": why} for case, why in found.left_out),
        choices=bulk_choices(workflows, found.items),
        several=any(each.several for each in workflows),
        deeds=DEEDS,
        form=form,
        soonest=now.strftime("%Y-%m-%dT%H:%M"),
        **shown,
    )


def _wanted(fitting: Fitting) -> Wanted:
    return Wanted(
        queue=fitting.queue,
        reason=fitting.reason or None,
        label=fitting.label or None,
        like=fitting.like or None,
        least=fitting.least,
    )


def _as_before(house: House, lead: Principal, like: str) -> BulkForm:
    """What was decided of the case that the others are like, to begin with; or what this person thinks it is."""
    if not like:
        return BulkForm()
    found = read_case.view(house, lead, like)
    own = (each for each in found["opinions"] if each["reviewer"] == lead.name)
    said = found["review"] or next(own, None)
    if said is None:
        return BulkForm()
    return BulkForm(
        labels=tuple(said["labels"]) or (NO_LABEL,), outcome=said["outcome"], reason_code=said["reason_code"]
    )


def _preview(
    request: Request, house: House, lead: Principal, queue: str, form: BulkForm, status: int = 200, **shown: Any
) -> Response:
    now = house.clock()
    found = bulk_cases.preview(house, lead, Wanted(cases=form.cases), form.doing(now))
    refused = {each["case"]: each["why"] for each in found["refused"]}
    titles = labels_of(policies(house))
    return page(
        request,
        "bulk_preview.html",
        status,
        queue=queue,
        address=bulk_address(queue),
        title=next(title for name, title, _ in DEEDS if name == form.action),
        form=form,
        plan=plan(form, titles, now),
        count=found["count"],
        confirm=found["confirm"],
        items=[each for each in found["items"] if each["case"] not in refused],
        refused=not_done(found["refused"]),
        left_out=not_done(found["left_out"]),
        **shown,
    )


def _done(
    request: Request, house: House, queue: str, done: dict[str, Any], left_out: list[dict[str, str]] | None = None
) -> Response:
    return page(
        request,
        "bulk_done.html",
        queue=queue,
        address=bulk_address(queue),
        done=done["done"],
        what=DONE[done["action"]],
        action=done["action"],
        refused=not_done([*done["refused"], *(left_out or [])]),
        seconds=seconds_left(done.get("undo_until"), house.clock()),
    )
