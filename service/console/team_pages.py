"""How the team gets on: for whoever leads a queue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console.guard import HOME, TheHouse, need
from service.console.render import TEAM, page
from service.console.team_views import agreement_view, reply_rows, team_view
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal
from service.usecases import reply_figures, team, team_agreement
from service.usecases.queue_policy import policies

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Lead = Annotated[Principal, Depends(need(*TEAM.scopes))]
Days = Annotated[int, Query(ge=2, le=90)]

_SPANS = (7, 14, 30, 90)


@router.get("/team")
def show(request: Request, house: TheHouse, lead: Lead, days: Days = team.USUAL_DAYS) -> Response:
    mine = team.led(lead)
    led = [each.name for each in policies(house) if mine is None or each.queue.name in mine]
    return page(
        request,
        "team.html",
        team=team_view(team.figures(house, lead, days), house.clock()),
        replies=reply_rows(reply_figures.figures(house, name, days) for name in led),
        agreement=agreement_view(team_agreement.figures(house, lead, days)),
        days=days,
        spans=_SPANS,
    )
