"""People with accounts over HTTP, for whoever automates that they come, move and go."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_people as examples
from service.api import replies_people as replies
from service.api import schemas, schemas_people
from service.api.auth import PeopleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import manage_people, read_people

routes = router("People", "/v1/people")

_CHANGES = may_answer(NotFound, Conflict, LedgerUnavailable)


@routes.get(
    "",
    summary="List people with accounts",
    response_model=None,
    responses={200: shows(replies.People, examples.PEOPLE, "Everybody, by name.")},
)
def list_people(_: PeopleKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse({"items": read_people.listing(house)})


@routes.post(
    "",
    status_code=201,
    summary="Make an account",
    response_model=None,
    responses={201: shows(replies.PersonWithCode, examples.INVITED, "Made; the code is shown this once.")},
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def create_person(asked: schemas_people.NewPerson, principal: PeopleKeeper, house: TheHouse) -> JSONResponse:
    """Hand the code over: its owner sets a password with it at the console. With `subject` they sign in with the
    provider, and there is no code. A name is one person's for good, however it is written."""
    made = manage_people.create(
        house,
        principal.name,
        name=asked.name,
        role=asked.role,
        limits=[limit.limit() for limit in asked.limits],
        groups=asked.groups,
        subject=asked.subject,
    )
    return JSONResponse(made, 201)


@routes.get(
    "/{person}",
    summary="Read an account",
    response_model=None,
    responses={200: shows(replies.Person, examples.PERSON, "What they may do, and how they sign in.")},
    openapi_extra=may_answer(NotFound),
)
def read_person(person: schemas.IdInPath, _: PeopleKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse(read_people.view(house, person))


@routes.post(
    "/{person}/rights",
    summary="Change what somebody may do",
    response_model=None,
    responses={200: shows(replies.Person, examples.PERSON, "As it holds from the next request on.")},
    openapi_extra=_CHANGES,
)
def change_rights(
    person: schemas.IdInPath, asked: schemas_people.PersonRights, principal: PeopleKeeper, house: TheHouse
) -> JSONResponse:
    """Their sessions end. Nobody changes what they may do themselves."""
    limits = None if asked.limits is None else [limit.limit() for limit in asked.limits]
    changed = manage_people.change(house, principal.name, person, role=asked.role, limits=limits, groups=asked.groups)
    return JSONResponse(changed)


@routes.post(
    "/{person}/reset",
    summary="Make a code for a new password",
    response_model=None,
    responses={200: shows(replies.PersonWithCode, examples.INVITED, "The code, shown this once.")},
    openapi_extra=_CHANGES,
)
def reset_person(person: schemas.IdInPath, principal: PeopleKeeper, house: TheHouse) -> JSONResponse:
    """The old password and every session end at once."""
    return JSONResponse(manage_people.reset(house, principal.name, person))


@routes.post(
    "/{person}/disable",
    summary="Shut somebody out",
    response_model=None,
    responses={200: shows(replies.PersonDisabled, examples.DISABLED, "They open nothing from the next request on.")},
    openapi_extra=_CHANGES,
)
def disable_person(person: schemas.IdInPath, principal: PeopleKeeper, house: TheHouse) -> JSONResponse:
    """Password, provider, sessions, and the API keys that go by their name. The name stays theirs."""
    return JSONResponse(manage_people.disable(house, principal.name, person))


@routes.post(
    "/{person}/enable",
    summary="Let somebody in again",
    response_model=None,
    responses={200: shows(replies.Person, examples.PERSON, "For a password they need a code.")},
    openapi_extra=_CHANGES,
)
def enable_person(person: schemas.IdInPath, principal: PeopleKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse(manage_people.enable(house, principal.name, person))


@routes.post(
    "/{person}/login",
    summary="Link somebody with the provider",
    response_model=None,
    responses={200: shows(replies.Person, examples.PERSON, "They may sign in there, or no longer.")},
    openapi_extra=_CHANGES,
)
def link_person(
    person: schemas.IdInPath, asked: schemas_people.PersonLogin, principal: PeopleKeeper, house: TheHouse
) -> JSONResponse:
    return JSONResponse(manage_people.link(house, principal.name, person, asked.subject))


@routes.get(
    "/{person}/sessions",
    summary="List what somebody has open",
    response_model=None,
    responses={200: shows(replies.Sessions, examples.SESSIONS, "The last seen first.")},
    openapi_extra=may_answer(NotFound),
)
def list_sessions(person: schemas.IdInPath, _: PeopleKeeper, house: TheHouse) -> JSONResponse:
    read_people.view(house, person)
    return JSONResponse({"items": read_people.open_sessions(house, person)})


@routes.post(
    "/{person}/sessions/end",
    summary="End what somebody has open",
    response_model=None,
    responses={200: shows(replies.SessionsEnded, examples.ENDED, "They may sign in again.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def end_sessions(
    person: schemas.IdInPath, asked: schemas_people.SessionsEnd, principal: PeopleKeeper, house: TheHouse
) -> JSONResponse:
    read_people.view(house, person)
    return JSONResponse({"ended": manage_people.end_sessions(house, principal.name, person, asked.session)})
