"""Models over HTTP: train, look, compare in shadow, promote, reject, take back."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_models, replies_models, schemas, schemas_models
from service.api.auth import ModelOwner, ReleaseReader, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, LosesAutomation, NotFound, NotPromotable, SamePerson
from service.usecases import promote_model, read_model, run_jobs, shadow
from service.usecases.release_tuned import Released
from service.usecases.shadow_report import shadow_report

routes = router("Models", "/v1/models")

_JOB = {"Location": {"description": "The job.", "schema": {"type": "string"}}}


@routes.get(
    "",
    summary="List models",
    response_model=None,
    responses={200: shows(replies_models.Models, examples_models.MODELS, "Newest first.")},
)
def list_models(
    _: ReleaseReader,
    house: TheHouse,
    workflow: schemas.NameInQuery = None,
    state: schemas_models.ModelStateInQuery = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    return JSONResponse(read_model.page(house, workflow=workflow, state=state, after=after, limit=limit))


@routes.post(
    "",
    summary="Train a model",
    response_model=None,
    status_code=202,
    responses={
        202: shows(replies_models.Job, examples_models.JOB_WAITING, "Asked for; a worker does it.") | {"headers": _JOB}
    },
    openapi_extra=may_answer(Conflict, LedgerUnavailable),
)
def train_model(asked: schemas_models.Training, principal: ModelOwner, house: TheHouse) -> JSONResponse:
    """Of everything that was labelled so far, in the background. What comes of it is a candidate: it answers nobody
    before a person promotes it. One training of a workflow at a time."""
    job = run_jobs.ask(house, principal.name, asked.wanted())
    return JSONResponse(job, 202, {"Location": f"/v1/jobs/{job['id']}"})


@routes.get(
    "/{model_id}",
    summary="Read a model",
    response_model=None,
    responses={200: shows(replies_models.Model, examples_models.MODEL, "With its card, its report and its curves.")},
    openapi_extra=may_answer(NotFound),
)
def read_one_model(model_id: schemas.IdInPath, _: ReleaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(read_model.view(house, model_id))


@routes.get(
    "/{model_id}/simulation",
    summary="Try other promises",
    response_model=None,
    responses={200: shows(replies_models.Simulation, examples_models.SIMULATION, "One row for each alpha.")},
    openapi_extra=may_answer(NotFound),
)
def simulate_model(
    model_id: schemas.IdInPath,
    _: ReleaseReader,
    house: TheHouse,
    alpha: schemas_models.AlphasInQuery = None,
    per_day: schemas_models.PerDayInQuery = None,
) -> JSONResponse:
    """What automation, errors and reviews a day would be under another alpha. Nothing is changed."""
    return JSONResponse(read_model.simulated(house, model_id, alpha or read_model.ALPHAS, per_day))


@routes.post(
    "/{model_id}/shadow",
    summary="Put a candidate into shadow",
    response_model=None,
    responses={
        200: shows(replies_models.Model, examples_models.SHADOWED, "It says what it thinks, and counts nowhere.")
    },
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def shadow_model(model_id: schemas.IdInPath, principal: ModelOwner, house: TheHouse) -> JSONResponse:
    """It is compared with every decision since it was trained, and with those to come."""
    shadow.start(house, principal, model_id)
    return JSONResponse(read_model.view(house, model_id))


@routes.get(
    "/{model_id}/shadow",
    summary="Read a shadow report",
    response_model=None,
    responses={200: shows(replies_models.ShadowReport, examples_models.SHADOW_REPORT, "What it would change.")},
    openapi_extra=may_answer(NotFound),
)
def read_shadow_report(model_id: schemas.IdInPath, _: ReleaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(shadow_report(house, model_id))


@routes.post(
    "/{model_id}/promote",
    summary="Promote a model",
    response_model=None,
    responses={
        200: shows(replies_models.ModelReleased, examples_models.PROMOTED, "It answers from the next request on.")
    },
    openapi_extra=may_answer(NotFound, NotPromotable, SamePerson, Conflict, LedgerUnavailable),
)
def promote_one_model(
    model_id: schemas.IdInPath, asked: schemas_models.ModelPromotion, principal: ModelOwner, house: TheHouse
) -> JSONResponse:
    """It needs a certificate that is not worse, a comparison with enough live decisions in which no kind of request
    fares worse, and a card that says everything. `errors` of a refusal names all that is missing, by the field that
    waives it where one does."""
    released = promote_model.promote(house, principal, asked.promotion(model_id))
    return JSONResponse(_released(model_id, released))


@routes.post(
    "/{model_id}/reject",
    summary="Reject a model",
    response_model=None,
    responses={200: shows(replies_models.Model, examples_models.REJECTED, "For good; nothing has changed.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def reject_one_model(
    model_id: schemas.IdInPath, asked: schemas_models.ModelRejection, principal: ModelOwner, house: TheHouse
) -> JSONResponse:
    promote_model.reject(house, principal, model_id, asked.why)
    return JSONResponse(read_model.view(house, model_id))


@routes.post(
    "/{model_id}/rollback",
    summary="Take a model back",
    response_model=None,
    responses={200: shows(replies_models.ModelReleased, examples_models.TAKEN_BACK, "The model before answers again.")},
    openapi_extra=may_answer(NotFound, LosesAutomation, Conflict, LedgerUnavailable),
)
def roll_back_model(
    model_id: schemas.IdInPath, asked: schemas_models.ModelRollback, principal: ModelOwner, house: TheHouse
) -> JSONResponse:
    """The model named is the one that answers. Under the same rules and policy the release before answers again, with
    its own certificate; else one is made of what was, and certified. Where that would end automation it is refused
    until `accept_no_automation` is said."""
    accept_none = asked.accept_no_automation
    released = promote_model.roll_back(house, principal, model_id, asked.why, accept_none=accept_none)
    return JSONResponse(_released(model_id, released))


def _released(model: str, released: Released) -> dict[str, object]:
    before, after = released.automation
    return {
        "model": model,
        "release": released.id,
        "before": released.before,
        "automation": {"before": before, "after": after},
        "refusal": released.refusal,
    }
