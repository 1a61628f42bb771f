"""The pages of models one can look at. Nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console.guard import HOME, TheHouse, need
from service.console.model_list_views import KINDS, STATES, TUNES, job_rows, model_rows
from service.console.model_views import model_view
from service.console.pages import Cursor, Word, open_workflows
from service.console.render import MODELS, page
from service.console.shadow_views import report_view
from service.console.simulator_views import alphas, simulator_view
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal
from service.usecases import read_model, run_jobs
from service.usecases.house import House
from service.usecases.shadow_report import shadow_report

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Owner = Annotated[Principal, Depends(need(*MODELS.scopes))]
Percent = Annotated[float | None, Query(gt=0, lt=100)]
PerDay = Annotated[float | None, Query(ge=0, le=100_000_000)]

_JOBS = 10  # shown


@router.get("/models")
def models(
    request: Request, house: TheHouse, owner: Owner, workflow: Word = "", state: Word = "", after: Cursor = None
) -> Response:
    return models_page(request, house, workflow, state, after)


def models_page(
    request: Request,
    house: House,
    workflow: str = "",
    state: str = "",
    after: str | None = None,
    status: int = 200,
    **shown: Any,
) -> Response:
    """Every model, what is being trained, and the form that has one trained."""
    now = house.clock()
    found = read_model.page(house, workflow=workflow or None, state=state or None, after=after)
    typed = defaultdict(str, shown.pop("typed", {}))
    return page(
        request,
        "models.html",
        status,
        models=model_rows(found["items"], now),
        next=found["next"],
        jobs=job_rows(run_jobs.page(house, limit=_JOBS), now),
        workflows=[each.name for each in open_workflows(house)],
        workflow=workflow,
        state=state,
        states=STATES.values(),
        kinds=KINDS,
        tunes=TUNES,
        typed=typed,
        **shown,
    )


@router.get("/models/jobs")
def jobs(request: Request, house: TheHouse, owner: Owner) -> Response:
    """The table of trainings alone, for a page that looks again by itself."""
    return page(request, "_jobs.html", jobs=job_rows(run_jobs.page(house, limit=_JOBS), house.clock()))


@router.get("/models/{model_id}")
def model(
    request: Request, house: TheHouse, owner: Owner, model_id: str, alpha: Percent = None, per_day: PerDay = None
) -> Response:
    return model_page(request, house, model_id, alpha, per_day)


def model_page(
    request: Request,
    house: House,
    model_id: str,
    alpha: float | None = None,
    per_day: float | None = None,
    status: int = 200,
    tried: str = "",
    **shown: Any,
) -> Response:
    """One model: card, plots, simulator, shadow report, and what may be done about it. `alpha` in percent."""
    found = read_model.view(house, model_id)
    policy = float((found["certificate"] or found["refusal"])["alpha"])
    chosen = policy if alpha is None else round(alpha / 100, 6)
    simulated = read_model.simulated(house, model_id, alphas(chosen, (*read_model.ALPHAS, policy)), per_day)
    typed = defaultdict(str, shown.pop("typed", {}))
    return page(
        request,
        "model.html",
        status,
        model=model_view(found, house.clock()),
        simulator=simulator_view(simulated, chosen),
        report=report_view(shadow_report(house, model_id)),
        typed=typed,
        tried=tried,
        **shown,
    )
