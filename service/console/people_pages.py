"""The pages of people, for operations: who has an account, what each may do, and what they have open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from service.console.guard import HOME, TheHouse, need
from service.console.people_views import person_row, roles, session_rows
from service.console.render import PEOPLE, page
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal, same_person
from service.usecases import read_people
from service.usecases.house import House

router = APIRouter(prefix=f"{HOME}/people", route_class=ConsoleRoute, include_in_schema=False)

Keeper = Annotated[Principal, Depends(need(*PEOPLE.scopes))]
_NOTHING_TYPED = {"name": "", "role": "reviewer", "limits": "", "groups": "", "subject": ""}


@router.get("")
def people(request: Request, house: TheHouse, keeper: Keeper) -> Response:
    return people_page(request, house)


@router.get("/{person}")
def person(request: Request, house: TheHouse, keeper: Keeper, person: str) -> Response:
    return person_page(request, house, keeper, person)


def people_page(
    request: Request, house: House, status: int = 200, *, typed: Mapping[str, str] | None = None, **shown: Any
) -> Response:
    """Everybody, and the form for somebody new, with what was typed when it was refused."""
    now = house.clock()
    return page(
        request,
        "people.html",
        status,
        people=[person_row(found, now) for found in read_people.listing(house)],
        roles=roles(),
        provider=house.provider.settings.button if house.provider is not None else "",
        typed=typed or _NOTHING_TYPED,
        **shown,
    )


def person_page(
    request: Request, house: House, keeper: Principal, person: str, status: int = 200, **shown: Any
) -> Response:
    """One account. What changes it is not offered to its owner."""
    now, found = house.clock(), read_people.view(house, person)
    return page(
        request,
        "person.html",
        status,
        person=person_row(found, now),
        roles=roles(),
        sessions=session_rows(read_people.open_sessions(house, person), now),
        oneself=same_person(keeper.name, found["name"]),
        provider=house.provider.settings.button if house.provider is not None else "",
        linked=found["provider"],
        **{"code": None, "code_hours": None, **shown},
    )
