"""Who is asking, and may they?

Every route names the scopes it needs; one that names none has to be on the list of open addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool

from service.api.headers import ANSWER_HEADERS
from service.domain.access import ROLES, Principal, Scope
from service.errors import Forbidden
from service.usecases.house import House
from service.usecases.rates import Rates
from service.usecases.sign_in import authenticate

#: Addresses that anybody may read, and why.
OPEN: Mapping[str, str] = {
    "/healthz": "probes carry no key, and it tells only that the process lives",
    "/readyz": "probes carry no key, and it tells only which part is not ready",
    "/openapi.json": "a description of the service, the same for everybody",
    "/docs": "the same description as a page",
    "/docs/static": "its style sheet",
    "/problems": "what the problem types mean",
    "/problems/{code}": "what one problem type means",
}


async def the_house(request: Request) -> House:
    house: House = request.app.state.house
    return house


TheHouse = Annotated[House, Depends(the_house)]


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency: the principal behind the API key, who has at least one of `scopes`, if only in one queue.

    Where a scope is held per queue, the use case asks again with the queue of the case.
    """

    scopes: tuple[Scope, ...]

    async def __call__(self, request: Request) -> Principal:
        principal = await self._principal(request)
        if not any(principal.may_somewhere(scope) for scope in self.scopes):
            wanted = " or ".join(scope.value for scope in self.scopes)
            roles = " or ".join(role for role, carried in ROLES.items() if carried & {*self.scopes})
            raise Forbidden(
                f"this needs scope {wanted}; key {principal.name!r} does not carry it",
                remedy=f"ask operations for a key of the role {roles}: signoff keys create NAME --role ROLE",
                extra={"scopes": [scope.value for scope in self.scopes]},
            )
        return principal

    @staticmethod
    async def _principal(request: Request) -> Principal:
        """Looked up and counted once a request: the door asks before the body is read, the handler later."""
        known: Principal | None = getattr(request.state, "key_holder", None)
        if known is None:
            header = request.headers.get("authorization")
            known = await run_in_threadpool(authenticate, request.app.state.house, header)
            request.state.key_holder = known
            rates: Rates = request.app.state.rates
            standing = await rates.admit(known)
            if standing is not None:
                request.scope.setdefault(ANSWER_HEADERS, {}).update(standing.headers())
        return known


def needs(*scopes: Scope) -> Needs:
    """What a route puts into `Depends`; any one of the scopes will do."""
    if not scopes:
        raise ValueError("name at least one scope; an open route belongs on the OPEN list")
    return Needs(scopes)


Caller = Annotated[Principal, Depends(needs(Scope.DECIDE))]
DecisionReader = Annotated[Principal, Depends(needs(Scope.DECIDE, Scope.READ))]
Appellant = Annotated[Principal, Depends(needs(Scope.DECIDE, Scope.LEAD))]
Explainer = Annotated[Principal, Depends(needs(Scope.EXPLAIN))]
CaseReader = Annotated[Principal, Depends(needs(Scope.REVIEW, Scope.READ))]
Reviewer = Annotated[Principal, Depends(needs(Scope.REVIEW))]
RuleKeeper = Annotated[Principal, Depends(needs(Scope.RULES))]
RuleHistorian = Annotated[Principal, Depends(needs(Scope.RULES, Scope.AUDIT))]
DocumentReader = Annotated[Principal, Depends(needs(Scope.DOCUMENTS, Scope.READ))]
DocumentOwner = Annotated[Principal, Depends(needs(Scope.DOCUMENTS))]
Searcher = Annotated[Principal, Depends(needs(Scope.SEARCH))]
ReleaseReader = Annotated[Principal, Depends(needs(Scope.READ, Scope.MODELS))]
ModelOwner = Annotated[Principal, Depends(needs(Scope.MODELS))]
Watcher = Annotated[Principal, Depends(needs(Scope.MODELS, Scope.OPERATE))]
Operator = Annotated[Principal, Depends(needs(Scope.OPERATE))]
Auditor = Annotated[Principal, Depends(needs(Scope.AUDIT))]
KeyKeeper = Annotated[Principal, Depends(needs(Scope.KEYS))]
PeopleKeeper = Annotated[Principal, Depends(needs(Scope.PEOPLE))]
Lead = Annotated[Principal, Depends(needs(Scope.LEAD))]


def needs_of(dependant: Dependant) -> tuple[Needs, ...]:
    """What a route asks for, wherever in its dependencies it does."""
    found = [dependant.call] if isinstance(dependant.call, Needs) else []
    return (*found, *(need for part in dependant.dependencies for need in needs_of(part)))


def unguarded(app: FastAPI, elsewhere: tuple[str, ...] = ("/console",)) -> list[str]:
    """Routes that ask for no scope and are not on the open list. A test keeps this empty.

    Paths under `elsewhere` have a guard of their own, with a test of its own.
    """
    found = []
    for context in iter_route_contexts(app.routes):
        path, route = context.path or "", context.original_route
        known = path in OPEN or any(path == top or path.startswith(top + "/") for top in elsewhere)
        if not known and not (isinstance(route, APIRoute) and needs_of(route.dependant)):
            found.append(f"{', '.join(sorted(context.methods or ()))} {path}".strip())
    return sorted(found)
