"""How the team gets on: for whoever leads a queue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console.guard import HOME, TheHouse, need
from service.console.known_views import known_view
from service.console.render import TEAM, page
from service.console.team_views import agreement_view, reply_rows, team_view
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal
from service.usecases import known_answers, reply_figures, team, team_report
from service.usecases.queue_policy import policies

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Lead = Annotated[Principal, Depends(need(*TEAM.scopes))]
Days = Annotated[int, Query(ge=2, le=90)]

_SPANS = (7, 14, 30, 90)


@router.get("/team")
def show(request: Request, house: TheHouse, lead: Lead, days: Days = team.USUAL_DAYS) -> Response:
    mine, found = team.led(lead), team_report.report(house, lead, days)
    led = [each.name for each in policies(house) if mine is None or each.queue.name in mine]
    return page(
        request,
        "team.html",
        team=team_view(found, house.clock()),
        replies=reply_rows(reply_figures.figures(house, name, days) for name in led),
        agreement=agreement_view({**found["agreement"], "unread": found["unread"]}),
        known=known_view(found["known_answers"], known_answers.listing(house, lead)["items"], house.clock()),
        days=days,
        spans=_SPANS,
    )
