"""How a team gets on, and the cases whose answer is known that are mixed into what people claim."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse

from service.api import examples_team, replies_team, schemas, schemas_team
from service.api.auth import Lead, TheHouse, needs
from service.api.door import may_answer, router, shows
from service.domain.access import Principal, Scope
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import known_answers, team_report
from service.usecases.team import USUAL_DAYS

routes = router("Team", "/v1")

Judge = Annotated[Principal, Depends(needs(Scope.LEAD, Scope.AUDIT))]
Watcher = Annotated[Principal, Depends(needs(Scope.LEAD, Scope.AUDIT, Scope.OPERATE))]
Days = Annotated[int, Query(ge=2, le=90, description="How far back.")]
Ended = Annotated[bool, Query(description="Also those that nobody is given any more.")]


@routes.get(
    "/team",
    summary="Read how a team gets on",
    response_model=None,
    responses={200: shows(replies_team.Team, examples_team.TEAM, "What waits, what was decided, and how well.")},
)
def read_team(
    principal: Watcher, house: TheHouse, days: Days = USUAL_DAYS, queue: schemas.NameInQuery = None
) -> JSONResponse:
    """Of the queues that you lead, of all for operations and auditors, or of the one named."""
    return JSONResponse(team_report.report(house, principal, days, queue))


@routes.get(
    "/known-answers",
    summary="List cases whose answer is known",
    response_model=None,
    responses={200: shows(replies_team.KnownAnswers, examples_team.KNOWN_ANSWERS, "Newest first.")},
)
def list_known_answers(
    principal: Judge,
    house: TheHouse,
    queue: schemas.NameInQuery = None,
    ended: Ended = False,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """Of the queues that you lead, or of all for auditors: with what people made of their copies."""
    return JSONResponse(known_answers.listing(house, principal, queue=queue, ended=ended, limit=limit))


@routes.post(
    "/cases/{case_id}/known-answer",
    summary="Mark a case as one whose answer is known",
    response_model=None,
    status_code=201,
    responses={201: shows(replies_team.KnownAnswer, examples_team.MARKED, "Copies of it may be given to others now.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def mark_known(
    case_id: schemas.IdInPath, marked: schemas_team.MarkKnown, principal: Lead, house: TheHouse
) -> JSONResponse:
    """Once it is out. As often as the queue's `known_answers` says, claim-next gives a copy to somebody who had nothing
    to do with it; what they make of it counts for nothing but `GET /v1/team`."""
    made = known_answers.mark(house, principal, case_id, marked.note, labels=marked.labels, outcome=marked.settled())
    return JSONResponse(made, 201)


@routes.delete(
    "/cases/{case_id}/known-answer",
    summary="Take back that a case's answer is known",
    response_model=None,
    status_code=204,
    responses={204: {"description": "Nobody is given it any more, and what people made of it counts no more."}},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def unmark_known(case_id: schemas.IdInPath, principal: Lead, house: TheHouse) -> Response:
    known_answers.take_back(house, principal, case_id)
    return Response(status_code=204)
