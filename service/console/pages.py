"""The pages one can look at. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.console import words
from service.console.decision_views import decision_rows, decision_view
from service.console.guard import HOME, TheHouse, need
from service.console.label_views import label_view
from service.console.render import DECISIONS, DOCUMENTS, RULES, TRY, page
from service.console.rooms import fields
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal, Scope
from service.domain.types import State, Workflow
from service.errors import NotFound
from service.store.pointers import pointers
from service.usecases import explain_label, read_decision
from service.usecases.house import House

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Trier = Annotated[Principal, Depends(need(*TRY.scopes))]
Finder = Annotated[Principal, Depends(need(*DECISIONS.scopes))]
Librarian = Annotated[Principal, Depends(need(*DOCUMENTS.scopes))]
Operator = Annotated[Principal, Depends(need(*RULES.scopes))]

Cursor = Annotated[str | None, Query(max_length=300)]
Word = Annotated[str, Query(max_length=200)]


@router.get("/try")
def try_it(request: Request, house: TheHouse, trier: Trier, workflow: Word = "") -> Response:
    return try_page(request, house, workflow, {})


def try_page(request: Request, house: House, name: str, typed: dict[str, str], **shown: object) -> Response:
    """The form of “try it”, filled with what was typed."""
    known = open_workflows(house)
    chosen = next((workflow for workflow in known if workflow.name == name), known[0] if known else None)
    if chosen is None:
        raise NotFound("there is no workflow yet", remedy="make one: signoff workflow create NAME")
    principal: Principal | None = request.state.principal
    defaults = {
        "way": None,
        "explained": None,
        "text": "",
        "max_chars": house.settings.max_text_chars,
        "may_explain": principal is not None and principal.may(Scope.RULES),
    }
    return page(
        request,
        "try.html",
        workflows=known,
        chosen=chosen,
        fields=fields(chosen.attributes, typed),
        **{**defaults, **shown},
    )


@router.get("/decisions")
def decisions(
    request: Request, house: TheHouse, finder: Finder, state: Word = "", workflow: Word = "", after: Cursor = None
) -> Response:
    found = read_decision.page(house, finder, workflow=workflow or None, state=state or None, after=after)
    return page(
        request,
        "decisions.html",
        decisions=decision_rows(found["items"], label_titles(open_workflows(house)), house.clock()),
        next=found["next"],
        first=after is None,
        state=state,
        states=words.DECISION_STATES.values(),
    )


@router.get("/decisions/find")
def find(finder: Finder, id: Annotated[str, Query(max_length=64, pattern=r"^\s*dec_[0-9A-Za-z]+\s*$")]) -> Response:
    return RedirectResponse(f"{DECISIONS.address}/{id.strip()}", 303)


@router.get("/decisions/{decision_id}")
def decision(request: Request, house: TheHouse, finder: Finder, decision_id: str) -> Response:
    return decision_page(request, house, finder, decision_id)


def decision_page(
    request: Request, house: House, finder: Principal, decision_id: str, status: int = 200, **shown: Any
) -> Response:
    """One decision, with what a form has to tell."""
    found = read_decision.view(house, finder, decision_id)
    titles = label_titles([house.shelf.policy(found["release"])])
    return page(
        request,
        "decision.html",
        status,
        decision=decision_view(found, titles, house.clock()),
        may_explain={Scope.RULES, Scope.EXPLAIN, Scope.READ} <= finder.scopes,
        may_explain_label=finder.may(Scope.EXPLAIN),
        may_appeal=finder.may_somewhere(Scope.LEAD) and found["state"] == State.FINAL.value,
        **shown,
    )


@router.get("/decisions/{decision_id}/explanation")
def explanation(request: Request, house: TheHouse, trier: Trier, decision_id: str) -> Response:
    found = explain_label.explain_label(house, trier, decision_id)
    titles = label_titles([house.shelf.policy(found["release"])])
    return page(request, "label_explanation.html", label=label_view(found, titles))


@router.get("/{rest:path}")
def nothing_here(rest: str, principal: Annotated[Principal, Depends(need(*Scope))]) -> Response:
    if not rest:
        return RedirectResponse(HOME, 303)
    raise NotFound("The console has no such page.", remedy="Check the address, or start from the navigation.")


def open_workflows(house: House) -> list[Workflow]:
    """The workflows in force, by name."""
    with house.store.read() as connection:
        active = pointers(connection)
    return [house.shelf.open(pointer.release).workflow for pointer in active]


def label_titles(workflows: Iterable[Workflow]) -> dict[str, str]:
    return {label.id: label.title for workflow in workflows for label in workflow.labels}
