"""Templates and the frame around every page. Everything is escaped; a name a template misspells is an error."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.console import words
from service.console.keys import keys
from service.console.notices import Notice
from service.domain.access import Principal, Scope
from service.usecases.preferences import Preferences

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@dataclass(frozen=True, slots=True)
class Door:
    """An entry of the navigation, and the scopes of which one opens it."""

    address: str
    name: str
    scopes: frozenset[Scope]
    seldom: bool = False  #: not opened every day: what moves under “More” when there is too much for a line


QUEUES = Door("/console", "Queues", frozenset({Scope.REVIEW, Scope.READ}))
LABELLING = Door("/console/labelling", "Labelling", frozenset({Scope.REVIEW, Scope.READ, Scope.MODELS}))
TEAM = Door("/console/team", "Team", frozenset({Scope.LEAD, Scope.OPERATE, Scope.AUDIT}))
TRY = Door("/console/try", "Try it", frozenset({Scope.EXPLAIN}), seldom=True)
DECISIONS = Door("/console/decisions", "Decisions", frozenset({Scope.READ, Scope.DECIDE}))
DOCUMENTS = Door("/console/documents", "Documents", frozenset({Scope.READ, Scope.DOCUMENTS, Scope.SEARCH}))
SEARCH = Door("/console/search", "Search", frozenset({Scope.SEARCH}))
RULES = Door("/console/rules", "Rules", frozenset({Scope.RULES}))
HISTORY = Door("/console/rules/history", "History of rules", frozenset({Scope.AUDIT}), seldom=True)
MODELS = Door("/console/models", "Models", frozenset({Scope.MODELS}))
WATCH = Door("/console/watch", "Watch", frozenset({Scope.MODELS, Scope.OPERATE}))
WEBHOOKS = Door("/console/webhooks", "Webhooks", frozenset({Scope.OPERATE}), seldom=True)
PEOPLE = Door("/console/people", "People", frozenset({Scope.PEOPLE}), seldom=True)
DOORS = (QUEUES, TEAM, LABELLING, TRY, DECISIONS, DOCUMENTS, SEARCH, RULES, MODELS, WATCH, WEBHOOKS, HISTORY, PEOPLE)


#: Entries that stand in one line on a laptop.
_IN_LINE = 9


def doors(principal: Principal | None) -> tuple[Door, ...]:
    """What this principal may enter, in the order of the navigation."""
    return tuple(door for door in DOORS if principal and any(map(principal.may_somewhere, door.scopes)))


def folded(entries: tuple[Door, ...]) -> tuple[tuple[Door, ...], tuple[Door, ...]]:
    """Those in the line, and those under “More”: none as long as all of them have room."""
    if len(entries) <= _IN_LINE:
        return entries, ()
    return tuple(door for door in entries if not door.seldom), tuple(door for door in entries if door.seldom)


def here(path: str, shown: tuple[Door, ...]) -> Door | None:
    """The entry the page belongs to: cases and queues belong to the first."""
    deepest = [door for door in shown if path == door.address or path.startswith(door.address + "/")]
    return max(deepest, key=lambda door: len(door.address), default=None)


def static_address(name: str) -> str:
    """With a digest of the content, so that a browser may keep the file for good."""
    return f"/static/{name}?v={_DIGESTS[name]}"


_DIGESTS = {
    str(path.relative_to(STATIC)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    for path in sorted(STATIC.rglob("*"))
    if path.is_file()
}

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals.update(static=static_address, plural=words.plural)


def page(request: Request, template: str, status: int = 200, /, **shown: Any) -> HTMLResponse:
    """A page or fragment. `notice` is there in every template; pages with personal text are never kept by a cache."""
    principal: Principal | None = getattr(request.state, "principal", None)
    kept: Preferences = getattr(request.state, "preferences", Preferences())
    entries = doors(principal)
    frame: Mapping[str, Any] = {
        "principal": principal,
        "doors": folded(entries),
        "here": here(request.url.path, entries),
        "notice": said(request),
        "keys": keys(kept.keys),
        "colours": kept.colours,
    }
    body = _ENVIRONMENT.get_template(template).render({**frame, **shown})
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"})


def said(request: Request) -> Notice | None:
    """What a redirect announces: a word of a fixed set, never words from the address."""
    found = words.SAID.get(request.query_params.get("said", ""))
    return Notice(found.short, tone=found.tone) if found else None


def from_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
