"""Work in the background: how far it is, and how it ended."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_models, replies_models, schemas, schemas_models
from service.api.auth import ReleaseReader, TheHouse, Watcher
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import run_jobs

routes = router("Models", "/v1/jobs")


@routes.get(
    "",
    summary="List jobs",
    response_model=None,
    responses={200: shows(replies_models.JobList, examples_models.JOBS, "Newest first.")},
)
def list_jobs(
    _: ReleaseReader,
    house: TheHouse,
    workflow: schemas.NameInQuery = None,
    state: schemas_models.JobStateInQuery = None,
    kind: schemas_models.JobKindInQuery = "train",
) -> JSONResponse:
    return JSONResponse({"items": run_jobs.page(house, workflow, state, kind=kind)})


@routes.get(
    "/{job_id}",
    summary="Read a job",
    response_model=None,
    responses={200: shows(replies_models.Job, examples_models.JOB, "How far it is.")},
    openapi_extra=may_answer(NotFound),
)
def read_job(job_id: schemas.IdInPath, _: ReleaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(run_jobs.view(house, job_id))


@routes.post(
    "/{job_id}/cancel",
    summary="Cancel a job",
    response_model=None,
    responses={200: shows(replies_models.Job, examples_models.JOB_CANCELLED, "Nothing comes of it.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def cancel_job(job_id: schemas.IdInPath, principal: Watcher, house: TheHouse) -> JSONResponse:
    return JSONResponse(run_jobs.cancel(house, principal.name, job_id))
