"""What operations do to rules: every form of those pages. A refusal is told on the page, and loses nothing typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.change_views import digest, reckoned, reload_words, rollback_words
from service.console.guard import HOME, TheHouse, own_page_only
from service.console.notices import Notice
from service.console.pages import Operator
from service.console.render import RULES, from_htmx, page
from service.console.replay_views import replay_view
from service.console.rule_pages import change_page, disable_page, proposal_page, rollback_page, rules_page
from service.console.rule_views import rule_address
from service.console.trouble import ConsoleRoute, notice_of
from service.errors import LosesAutomation, RulesBroken, ServiceError
from service.usecases import alarms, disable_rule, propose_rules, reload_rules, replay_rules, rollback_rules

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]
Minutes = Annotated[int, Form()]
Days = Annotated[int, Form(ge=1, le=400)]

_CHANGED_BEHIND = Notice(
    "The files have changed since this page was made",
    "Nothing was put in force. What they would change now is below.",
    "Look at it, then go on.",
    "review",
)


@router.post("/rules/reload")
def reload(
    request: Request,
    house: TheHouse,
    operator: Operator,
    seen: Word = "",
    allow_removal: Word = "",
    unpin: Word = "",
    accept_none: Word = "",
) -> Response:
    """Put in force what the page showed, or propose it; never anything that came between."""
    if digest(reload_rules.diff(house)) != seen:
        return change_page(request, house, operator, status=409, notice=_CHANGED_BEHIND)
    try:
        report = reload_rules.reload(
            house,
            operator.name,
            allow_removal=bool(allow_removal),
            unpin=bool(unpin),
            accept_none=bool(accept_none),
        )
    except ServiceError as error:
        losing = isinstance(error, LosesAutomation)
        return change_page(request, house, operator, status=error.status, notice=_told(error), losing=losing)
    if report["proposal"]:
        return RedirectResponse(f"{RULES.address}/proposals/{report['proposal']}?said=proposed", 303)
    title = "Rules reloaded" if report["changed"] else "Nothing to reload"
    return rules_page(request, house, operator, notice=Notice(title, reload_words(report), tone="allow"))


@router.post("/rules/dry-run")
def dry_run(request: Request, house: TheHouse, operator: Operator) -> Response:
    """What a reload would do to automation. Nothing is put in force or proposed."""
    try:
        report = reload_rules.reload(house, operator.name, dry_run=True, allow_removal=True, unpin=True)
    except ServiceError as error:
        if from_htmx(request):
            raise
        return change_page(request, house, operator, status=error.status, notice=_told(error))
    if from_htmx(request):
        return page(request, "_reckoned.html", reckoned=reckoned(report))
    return change_page(request, house, operator, reckoned=reckoned(report))


@router.post("/rules/replay")
def replay(request: Request, house: TheHouse, operator: Operator, workflow: Word = "", days: Days = 7) -> Response:
    """The files as they lie there on past decisions. Nothing is changed."""
    now = house.clock()
    try:
        report = replay_rules.replay(house, workflow, now - timedelta(days=days))
    except ServiceError as error:
        if from_htmx(request):
            raise
        return change_page(request, house, operator, workflow, error.status, days=days, notice=_told(error))
    shown = replay_view(report, now)
    if from_htmx(request):
        return page(request, "_replay.html", replay=shown)
    return change_page(request, house, operator, workflow, days=days, replay=shown)


@router.post("/rules/rollback")
def roll_back(
    request: Request,
    house: TheHouse,
    operator: Operator,
    workflow: Word = "",
    to: Word = "",
    why: Prose = "",
    accept_none: Word = "",
) -> Response:
    try:
        report = rollback_rules.rollback(house, operator.name, workflow, to, why, accept_none=bool(accept_none))
    except ServiceError as error:
        told, losing = notice_of(error), isinstance(error, LosesAutomation)
        return rollback_page(request, house, workflow, to, why, error.status, notice=told, losing=losing)
    told = Notice("Rolled back", rollback_words(report), tone="allow")
    return rules_page(request, house, operator, notice=told)


@router.post("/rules/unpin")
def unpin(house: TheHouse, operator: Operator, workflow: Word = "") -> Response:
    rollback_rules.unpin(house, operator.name, workflow)
    return RedirectResponse(f"{RULES.address}?said=unpinned", 303)


@router.post("/rules/alarms/{alarm_id}/acknowledge")
def acknowledge(house: TheHouse, operator: Operator, alarm_id: str) -> Response:
    alarms.acknowledge(house, operator.name, alarm_id)
    return RedirectResponse(f"{RULES.address}?said=acknowledged", 303)


@router.post("/rules/proposals/{proposal_id}/approve")
def approve(
    request: Request, house: TheHouse, operator: Operator, proposal_id: str, accept_none: Word = ""
) -> Response:
    try:
        report = propose_rules.approve(house, operator, proposal_id, accept_none=bool(accept_none))
    except ServiceError as error:
        told, losing = _told(error), isinstance(error, LosesAutomation)
        return proposal_page(request, house, operator, proposal_id, status=error.status, notice=told, losing=losing)
    told = Notice("Approved", reload_words(report), tone="allow")
    return proposal_page(request, house, operator, proposal_id, notice=told)


@router.post("/rules/proposals/{proposal_id}/reject")
def reject(request: Request, house: TheHouse, operator: Operator, proposal_id: str, why: Prose = "") -> Response:
    try:
        propose_rules.reject(house, operator, proposal_id, why)
    except ServiceError as error:
        told = notice_of(error)
        return proposal_page(request, house, operator, proposal_id, why, error.status, notice=told)
    return RedirectResponse(f"{RULES.address}/proposals/{proposal_id}?said=rejected", 303)


@router.post("/rules/{rule_id}/disable")
def disable(
    request: Request, house: TheHouse, operator: Operator, rule_id: str, minutes: Minutes = 240, why: Prose = ""
) -> Response:
    try:
        disable_rule.disable(house, operator.name, rule_id, timedelta(minutes=minutes), why)
    except ServiceError as error:
        return disable_page(request, house, rule_id, minutes, why, error.status, notice=notice_of(error))
    return RedirectResponse(f"{rule_address(rule_id)}?said=disabled", 303)


@router.post("/rules/{rule_id}/enable")
def enable(house: TheHouse, operator: Operator, rule_id: str) -> Response:
    disable_rule.enable(house, operator.name, rule_id)
    return RedirectResponse(f"{rule_address(rule_id)}?said=enabled", 303)


def _told(error: ServiceError) -> Notice:
    """A refusal in words; what is wrong in the files stands on the page itself, place by place."""
    if isinstance(error, RulesBroken):
        return Notice("Nothing was put in force", error.detail, error.remedy, "block")
    return notice_of(error)
