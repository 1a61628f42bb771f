"""The pages of rules one can look at. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console import rule_words, words
from service.console.change_views import back_view, earlier_view, files_view
from service.console.guard import HOME, TheHouse, need
from service.console.one_rule_views import rule_view, source_view
from service.console.pages import Operator, Word, open_workflows
from service.console.render import HISTORY, RULES, Door, page
from service.console.rule_views import DISABLED, EVERYTHING, Wanted, moment, off_view, rule_row, status_view
from service.console.timeline_views import days, proposal_row, proposal_view
from service.console.trace_views import explained
from service.console.trouble import ConsoleRoute
from service.console.words import Phrase
from service.domain.access import Principal, Scope
from service.errors import NotFound
from service.usecases import (
    compare_releases,
    disable_rule,
    explain_rules,
    propose_rules,
    read_rule,
    reload_rules,
    rule_history,
)
from service.usecases.house import House

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Historian = Annotated[Principal, Depends(need(*RULES.scopes, *HISTORY.scopes))]

TABS = (
    Door(RULES.address, "In force", RULES.scopes),
    Door(f"{RULES.address}/change", "Change", RULES.scopes),
    Door(f"{RULES.address}/proposals", "Proposals", RULES.scopes),
    Door(HISTORY.address, "History", RULES.scopes | HISTORY.scopes),
)
_OFF = Phrase(DISABLED, "Disabled", "Switched off for a while.", "block")


def tabs(principal: Principal) -> tuple[Door, ...]:
    """The pages of rules this principal may open."""
    return tuple(tab for tab in TABS if tab.scopes & principal.scopes)


@router.get("/rules")
def rules(
    request: Request,
    house: TheHouse,
    operator: Operator,
    words: Word = "",
    status: Word = "",
    effect: Word = "",
) -> Response:
    return rules_page(request, house, operator, Wanted(words, status, effect))


def rules_page(
    request: Request, house: House, operator: Principal, wanted: Wanted = EVERYTHING, status: int = 200, **shown: Any
) -> Response:
    """What is in force, with what a form has to tell."""
    return page(
        request,
        "rules.html",
        status,
        tabs=tabs(operator),
        status=status_view(reload_rules.status(house), disable_rule.open_disables(house), house.clock(), wanted),
        wanted=wanted,
        statuses=(*words.RULE_STATUSES.values(), _OFF),
        effects=words.EFFECTS.values(),
        **shown,
    )


@router.get("/rules/change")
def change(request: Request, house: TheHouse, operator: Operator, workflow: Word = "") -> Response:
    return change_page(request, house, operator, workflow)


def change_page(
    request: Request, house: House, operator: Principal, workflow: str = "", status: int = 200, **shown: Any
) -> Response:
    """What the files would change, and what was tried of it."""
    known = open_workflows(house)
    names = [each.name for each in known]
    chosen = workflow if workflow in names else (names[0] if names else "")
    second = [each.name for each in known if each.changes.second_person]
    now = house.clock()
    defaults: Mapping[str, Any] = {"replay": None, "reckoned": None, "days": 7, "losing": False}
    return page(
        request,
        "rule_change.html",
        status,
        tabs=tabs(operator),
        files=files_view(reload_rules.diff(house), reload_rules.status(house), second),
        workflows=names,
        chosen=chosen,
        since=rule_words.SINCE,
        releases=[earlier_view(each, now) for each in compare_releases.earlier(house, chosen)] if chosen else [],
        **{**defaults, **shown},
    )


@router.get("/rules/rollback")
def going_back(request: Request, house: TheHouse, operator: Operator, workflow: Word = "", to: Word = "") -> Response:
    return rollback_page(request, house, workflow, to)


def rollback_page(
    request: Request, house: House, workflow: str, to: str, why: str = "", status: int = 200, **shown: Any
) -> Response:
    """What going back would change, and the form that does it."""
    back = back_view(compare_releases.compare(house, workflow, to), house.clock())
    return page(request, "rule_rollback.html", status, back=back, why=why, **{"losing": False, **shown})


@router.get("/rules/proposals")
def proposals(request: Request, house: TheHouse, operator: Operator, state: Word = "") -> Response:
    now = house.clock()
    return page(
        request,
        "rule_proposals.html",
        tabs=tabs(operator),
        proposals=[proposal_row(each, now) for each in propose_rules.page(house, state or None)],
        state=state,
        states=rule_words.PROPOSAL_STATES.values(),
    )


@router.get("/rules/proposals/{proposal_id}")
def proposal(request: Request, house: TheHouse, operator: Operator, proposal_id: str) -> Response:
    return proposal_page(request, house, operator, proposal_id)


def proposal_page(
    request: Request,
    house: House,
    operator: Principal,
    proposal_id: str,
    why: str = "",
    status: int = 200,
    **shown: Any,
) -> Response:
    """One proposal, and what may be done about it."""
    found = proposal_view(propose_rules.view(house, proposal_id), operator.name, house.clock())
    return page(request, "rule_proposal.html", status, proposal=found, why=why, **{"losing": False, **shown})


@router.get("/rules/history")
def history(
    request: Request,
    house: TheHouse,
    historian: Historian,
    workflow: Word = "",
    rule: Word = "",
    after: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    found = rule_history.history(house, workflow=workflow or None, rule=rule.strip() or None, after=after)
    return page(
        request,
        "rule_history.html",
        tabs=tabs(historian),
        days=days(found["items"], house.clock()),
        next=found["next"],
        workflow=workflow,
        rule=rule.strip(),
        workflows=[each.name for each in open_workflows(house)],
        may_open=historian.may(Scope.RULES),
    )


@router.get("/rules/{rule_id}")
def rule(request: Request, house: TheHouse, operator: Operator, rule_id: str, workflow: Word = "") -> Response:
    return rule_page(request, house, rule_id, workflow)


def rule_page(request: Request, house: House, rule_id: str, workflow: str = "", **shown: Any) -> Response:
    """One rule, whole."""
    now = house.clock()
    standing = _standing(house, rule_id)
    told = rule_history.history(house, rule=rule_id, limit=10)
    last = standing.get("last_hit")
    return page(
        request,
        "rule.html",
        rule=rule_view(read_rule.view(house, rule_id, workflow or None), standing, now),
        off=next((off_view(each, now) for each in disable_rule.open_disables(house) if each["rule"] == rule_id), None),
        last_hit=moment(last, now) if last else None,
        timeline=days(told["items"], now, rule_id),
        more=told["next"] is not None,
        **shown,
    )


@router.get("/rules/{rule_id}/file")
def rule_file(request: Request, house: TheHouse, operator: Operator, rule_id: str, workflow: Word = "") -> Response:
    return page(request, "rule_file.html", source=source_view(read_rule.source(house, rule_id, workflow or None)))


@router.get("/rules/{rule_id}/disable")
def disabling(request: Request, house: TheHouse, operator: Operator, rule_id: str) -> Response:
    return disable_page(request, house, rule_id)


def disable_page(
    request: Request, house: House, rule_id: str, minutes: int = 240, why: str = "", status: int = 200, **shown: Any
) -> Response:
    """What disabling a rule means, and the form that does it."""
    found = {**_standing(house, rule_id), **read_rule.view(house, rule_id)}
    return page(
        request,
        "rule_disable.html",
        status,
        row=rule_row(found, house.clock()),
        lasting=rule_words.LASTING,
        chosen=minutes,
        why=why,
        **shown,
    )


@router.get("/decisions/{decision_id}/rules")
def decision_rules(
    request: Request, house: TheHouse, operator: Operator, decision_id: str, words: Word = ""
) -> Response:
    found = explain_rules.explain_decision(house, operator, decision_id)
    return page(request, "decision_rules.html", decision=decision_id, found=explained(found, words), words=words)


def _standing(house: House, rule_id: str) -> Mapping[str, Any]:
    """How the status counts the rule; NotFound, naming the nearest, when no workflow has it."""
    for pack in reload_rules.status(house)["packs"]:
        for each in pack["rules"]:
            if each["id"] == rule_id:
                found: Mapping[str, Any] = each
                return found
    read_rule.view(house, rule_id)
    raise NotFound(f"there is no rule {rule_id!r} in force")
