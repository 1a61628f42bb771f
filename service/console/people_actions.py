"""What operations do with accounts: every form of the pages of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.guard import HOME, TheHouse, own_page_only
from service.console.people_pages import Keeper, people_page, person_page
from service.console.people_views import groups_typed, limits_typed
from service.console.trouble import ConsoleRoute, notice_of
from service.errors import Conflict, InvalidRequest
from service.usecases import manage_people

router = APIRouter(
    prefix=f"{HOME}/people",
    route_class=ConsoleRoute,
    include_in_schema=False,
    dependencies=[Depends(own_page_only)],
)

Word = Annotated[str, Form(max_length=300)]
Lines = Annotated[str, Form(max_length=5_000)]


@router.post("")
def create(
    request: Request,
    house: TheHouse,
    keeper: Keeper,
    name: Word = "",
    role: Word = "",
    limits: Lines = "",
    groups: Lines = "",
    subject: Word = "",
) -> Response:
    """The page of the new account, with its code: shown this once, so it is an answer and not an address."""
    try:
        made = manage_people.create(
            house,
            keeper.name,
            name=name,
            role=role,
            limits=limits_typed(limits),
            groups=groups_typed(groups),
            subject=subject.strip() or None,
        )
    except (InvalidRequest, Conflict) as error:
        typed = {"name": name, "role": role, "limits": limits, "groups": groups, "subject": subject}
        return people_page(request, house, error.status, typed=typed, notice=notice_of(error))
    return person_page(request, house, keeper, made["id"], code=made["code"], code_hours=made["code_hours"])


@router.post("/{person}/rights")
def change(
    request: Request,
    house: TheHouse,
    keeper: Keeper,
    person: str,
    role: Word = "",
    limits: Lines = "",
    groups: Lines = "",
) -> Response:
    def work() -> dict[str, Any]:
        held = {"limits": limits_typed(limits), "groups": groups_typed(groups)}
        return manage_people.change(house, keeper.name, person, role=role, **held)  # type: ignore[arg-type]

    return _done(request, house, keeper, person, "rights-changed", work)


@router.post("/{person}/reset")
def reset(request: Request, house: TheHouse, keeper: Keeper, person: str) -> Response:
    try:
        made = manage_people.reset(house, keeper.name, person)
    except Conflict as error:
        return person_page(request, house, keeper, person, error.status, notice=notice_of(error))
    return person_page(request, house, keeper, person, code=made["code"], code_hours=made["code_hours"])


@router.post("/{person}/disable")
def disable(request: Request, house: TheHouse, keeper: Keeper, person: str) -> Response:
    return _done(
        request,
        house,
        keeper,
        person,
        "person-disabled",
        lambda: manage_people.disable(house, keeper.name, person),
    )


@router.post("/{person}/enable")
def enable(request: Request, house: TheHouse, keeper: Keeper, person: str) -> Response:
    return _done(
        request,
        house,
        keeper,
        person,
        "person-enabled",
        lambda: manage_people.enable(house, keeper.name, person),
    )


@router.post("/{person}/login")
def login(request: Request, house: TheHouse, keeper: Keeper, person: str, subject: Word = "") -> Response:
    return _done(
        request,
        house,
        keeper,
        person,
        "login-changed",
        lambda: manage_people.link(house, keeper.name, person, subject.strip() or None),
    )


@router.post("/{person}/sessions/end")
def end_sessions(request: Request, house: TheHouse, keeper: Keeper, person: str) -> Response:
    return _done(
        request,
        house,
        keeper,
        person,
        "session-ended",
        lambda: manage_people.end_sessions(house, keeper.name, person),
    )


def _done(
    request: Request, house: TheHouse, keeper: Keeper, person: str, said: str, work: Callable[[], object]
) -> Response:
    try:
        work()
    except (Conflict, InvalidRequest) as error:
        return person_page(request, house, keeper, person, error.status, notice=notice_of(error))
    return RedirectResponse(f"{HOME}/people/{person}?said={said}", 303)
