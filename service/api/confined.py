"""Keys that are limited to workflows: what they reach, and that nothing else is there for them.

A route that tells of one workflow at a time stands in `WITHIN`; any other is refused to such keys, because it tells of
the whole deployment. What a route's address, parameters or body name is looked up before the handler runs: what belongs
to another workflow is answered as what does not exist, by the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from service.domain.access import Principal
from service.errors import FieldProblem, Forbidden, InvalidRequest, NotFound
from service.store import cases, decisions, examples, jobs, labelling, models, pointers
from service.store.engine import Connection
from service.usecases.house import House


@dataclass(frozen=True, slots=True)
class Within:
    """How a route is kept to some workflows."""

    named_in: str = ""  #: `query`: the parameter of that name says which; `body`: the body's member has to
    name: str = "workflow"  #: of the parameter or member
    several: bool = False  #: the parameter may be said several times


#: All that it tells of belongs to what its address names, or to no workflow at all.
BY_ADDRESS = Within()
_BODY = Within("body")
_QUERY = Within("query")

#: The routes that keys limited to workflows may use.
WITHIN: Mapping[str, Within] = {
    "POST /v1/decisions": _BODY,
    "GET /v1/decisions": _QUERY,
    "GET /v1/decisions/{decision_id}": BY_ADDRESS,
    "GET /v1/decisions/{decision_id}/explanation": BY_ADDRESS,
    "POST /v1/decisions/{decision_id}/answer": BY_ADDRESS,
    "POST /v1/decisions/replay": _BODY,
    "POST /v1/decisions/correct": _BODY,
    "POST /v1/decisions/{decision_id}/replay": BY_ADDRESS,
    "POST /v1/decisions/{decision_id}/appeal": BY_ADDRESS,
    "GET /v1/decisions/{decision_id}/dossier": BY_ADDRESS,
    "GET /v1/cases": _QUERY,
    "GET /v1/cases/export": _QUERY,
    "GET /v1/labels/export": _QUERY,
    "POST /v1/cases/bulk": BY_ADDRESS,  # the use case leaves out what is not there for them
    "POST /v1/queues/{queue}/claim": BY_ADDRESS,  # likewise: a queue may be of several workflows
    **{
        f"{method} /v1/cases/{{case_id}}{rest}": BY_ADDRESS
        for method, rest in (
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/beside"),
            ("GET", "/draft"),
            *(
                ("POST", f"/{verb}")
                for verb in ("claim", "renew", "return", "skip", "hold", "unhold", "escalate", "assign", "decide")
            ),
            *(("POST", f"/{verb}") for verb in ("undo", "reopen", "cancel", "comment", "detach", "draft", "ask")),
            ("POST", "/known-answer"),
            ("DELETE", "/known-answer"),
        )
    },
    "GET /v1/workflows/{workflow}/replies": BY_ADDRESS,
    "GET /v1/workflows/{workflow}/watch": BY_ADDRESS,
    "POST /v1/workflows/{workflow}/watch": BY_ADDRESS,
    "POST /v1/workflows/{workflow}/watch/resume": BY_ADDRESS,
    "GET /v1/labelling/{workflow}": BY_ADDRESS,
    "POST /v1/labelling/{workflow}": BY_ADDRESS,
    "POST /v1/labelling/{workflow}/choose": BY_ADDRESS,
    "POST /v1/labelling/{workflow}/claim": BY_ADDRESS,
    "POST /v1/labelling/items/{item}/label": BY_ADDRESS,
    "POST /v1/labelling/items/{item}/skip": BY_ADDRESS,
    "POST /v1/labelling/items/{item}/return": BY_ADDRESS,
    "POST /v1/labelling/items/{item}/undo": BY_ADDRESS,
    "POST /v1/examples/{example}/correct": BY_ADDRESS,
    "POST /v1/examples/{example}/aside": BY_ADDRESS,
    "POST /v1/examples/{example}/take-in": BY_ADDRESS,
    "POST /v1/search": _BODY,
    "POST /v1/rules/explain": _BODY,
    "POST /v1/rules/replay": _BODY,
    "POST /v1/rules/rollback": _BODY,
    "POST /v1/rules/unpin": _BODY,
    "GET /v1/rules/history": _QUERY,
    "GET /v1/events": Within("query", several=True),
    "GET /v1/events/types": BY_ADDRESS,
    "GET /v1/models": _QUERY,
    "POST /v1/models": _BODY,
    **{f"GET /v1/models/{{model_id}}{rest}": BY_ADDRESS for rest in ("", "/simulation", "/shadow")},
    **{f"POST /v1/models/{{model_id}}/{verb}": BY_ADDRESS for verb in ("shadow", "promote", "reject", "rollback")},
    "GET /v1/jobs": _QUERY,
    "GET /v1/jobs/{job_id}": BY_ADDRESS,
    "POST /v1/jobs/{job_id}/cancel": BY_ADDRESS,
    "GET /v1/releases": _QUERY,
    "POST /v1/halt": _BODY,
    "POST /v1/resume": _BODY,
}

_Owner = Callable[[Connection, str], str | None]


def _row(get: Callable[[Connection, str], Any]) -> _Owner:
    def owner(connection: Connection, id_: str) -> str | None:
        row = get(connection, id_)
        return None if row is None else str(row.workflow)

    return owner


#: By the names that addresses and bodies have for things: whose they are; None: there is no such thing.
OWNERS: Mapping[str, tuple[str, _Owner]] = {
    "workflow": ("workflow", lambda _, name: name),
    "decision_id": ("decision", _row(decisions.get)),
    "decision": ("decision", _row(decisions.get)),
    "case_id": ("case", _row(cases.get)),
    "case": ("case", _row(cases.get)),
    "item": ("item", _row(labelling.get)),
    "example": ("example", _row(examples.get)),
    "model_id": ("model", _row(models.get)),
    "model": ("model", _row(models.get)),
    "job_id": ("job", _row(jobs.get)),
    "release": ("release", lambda connection, id_: (pointers.release(connection, id_) or {}).get("workflow")),
}


def within(route: str, principal: Principal) -> Within | None:
    """How this route is kept to the key's workflows; None: the key is of all of them. Forbidden where it cannot be."""
    if principal.workflows is None:
        return None
    found = WITHIN.get(route)
    if found is None:
        raise Forbidden(
            f"this tells of the whole deployment, and key {principal.name!r} is limited to workflows",
            remedy="ask operations for a key that is not, or ask about one workflow",
            extra={"workflows": sorted(principal.workflows)},
        )
    return found


def confine_address(house: House, principal: Principal, how: Within, request: Request) -> Request:
    """The request, when what its address names is there for this key; with its workflow said where it was left out."""
    _refuse_foreign(house, principal, request.path_params.items())
    if how.named_in != "query":
        return request
    said = request.query_params.getlist(how.name)
    if said:
        _refuse_foreign(house, principal, ((how.name, one) for one in said))
        return request
    mine = sorted(principal.workflows or ())
    if len(mine) > 1 and not how.several:
        raise _unsaid(how, mine)
    query = [*request.query_params.multi_items(), *((how.name, one) for one in mine)]
    request.scope["query_string"] = urlencode(query).encode("latin-1")
    return Request(request.scope, request.receive)


def confine_body(house: House, principal: Principal, how: Within, body: Any) -> None:
    """Refuse what the members of a body name and is not there for this key, and to leave out whose it is about."""
    members: Mapping[str, Any] = body if isinstance(body, dict) else {}
    named = {name: value for name, value in members.items() if name in OWNERS and isinstance(value, str)}
    _refuse_foreign(house, principal, named.items())
    if how.named_in == "body" and how.name not in named:
        raise _unsaid(how, sorted(principal.workflows or ()))


def _refuse_foreign(house: House, principal: Principal, named: Iterable[tuple[str, str]]) -> None:
    asked = [(*OWNERS[name], str(value)) for name, value in named if name in OWNERS]
    if not asked:
        return
    with house.store.read() as connection:
        for kind, owner, value in asked:
            whose = owner(connection, value)
            if whose is None or not principal.reaches(whose):
                raise NotFound(f"there is no {kind} {value}")


def _unsaid(how: Within, mine: Iterable[str]) -> InvalidRequest:
    problem = FieldProblem(how.name, "has to be said with this key", f"name one of {', '.join(mine)}")
    return InvalidRequest(f"{how.name}: {problem.message}", problems=(problem,))
