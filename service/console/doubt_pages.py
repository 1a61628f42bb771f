"""Labels that look wrong, and labels that are missing: for whoever answers for the model."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.console.doubt_views import doubt_views, look_view, proposal_views
from service.console.guard import HOME, TheHouse
from service.console.model_pages import Owner
from service.console.pages import label_titles
from service.console.render import page
from service.console.trouble import ConsoleRoute
from service.console.views import NO_LABEL
from service.usecases import run_jobs, settle_doubts
from service.usecases.house import House
from service.usecases.propose_labels import propose
from service.usecases.start_labelling import at_hand

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Fewest = Annotated[int, Query(ge=2, le=1_000)]

_SHOWN = 25  # doubts on a page, the clearest


@router.get("/labelling/{workflow}/doubts")
def doubts(request: Request, house: TheHouse, owner: Owner, workflow: str) -> Response:
    return doubts_page(request, house, workflow)


def doubts_page(request: Request, house: House, workflow: str, status: int = 200, **shown: Any) -> Response:
    """What the last look found and nobody has settled, and the form that has the labels looked through."""
    policy, _ = at_hand(house, workflow)
    job, found, now = run_jobs.last_doubts(house, workflow), settle_doubts.still_open(house, workflow), house.clock()
    return page(
        request,
        "doubts.html",
        status,
        workflow=workflow,
        look=None if job is None else look_view(job, now),
        doubts=doubt_views(found[:_SHOWN], label_titles([policy]), now),
        count=len(found),
        labels=[(label.id, label.title) for label in policy.labels],
        several=policy.several,
        no_label=NO_LABEL,
        **shown,
    )


@router.get("/labelling/{workflow}/doubts/look")
def look(request: Request, house: TheHouse, owner: Owner, workflow: str) -> Response:
    """How far the look is, for a page that asks by itself; once it has ended the page is shown anew."""
    job = run_jobs.last_doubts(house, workflow)
    told = None if job is None else look_view(job, house.clock())
    response = page(request, "_look.html", workflow=workflow, look=told)
    if told is None or not told.open:
        response.headers["HX-Refresh"] = "true"
    return response


@router.get("/labelling/{workflow}/proposals")
def proposals(request: Request, house: TheHouse, owner: Owner, workflow: str, fewest: Fewest = 5) -> Response:
    """What people called none of these, in groups."""
    policy, _ = at_hand(house, workflow)
    found = propose(house, workflow, fewest=fewest)
    return page(
        request,
        "proposals.html",
        workflow=workflow,
        fewest=fewest,
        proposals=proposal_views(found, label_titles([policy]), workflow),
    )
