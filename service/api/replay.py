"""Past decisions: make them again, correct what was decided by something wrong, contest one."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from service.api import examples_replay, replies_models, replies_replay, schemas, schemas_replay
from service.api.auth import Appellant, Explainer, Operator, TheHouse, Watcher
from service.api.door import may_answer, router, shows
from service.errors import BlindCheck, Conflict, Erased, LedgerUnavailable, NotFound
from service.usecases import appeal_decision, replay_decision, run_jobs

routes = router("Decisions", "/v1/decisions")

_LOCATION = {"Location": {"description": "Where to see how far it is.", "schema": {"type": "string"}}}


def _job(example: Any, description: str) -> dict[str, Any]:
    return shows(replies_models.Job, example, description) | {"headers": _LOCATION}


def _asked_for(job: dict[str, Any]) -> JSONResponse:
    return JSONResponse(job, 202, {"Location": f"/v1/jobs/{job['id']}"})


@routes.post(
    "/replay",
    summary="Make many decisions again",
    status_code=202,
    response_model=None,
    responses={202: _job(examples_replay.REPLAY_ASKED, "It waits for a worker.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def replay_decisions(asked: schemas_replay.ManyAgain, principal: Watcher, house: TheHouse) -> JSONResponse:
    """In the background, on their own releases or on a candidate; nothing is decided by it.

    The job's `report` counts what came out identical and what changed, with the first differences.
    """
    return _asked_for(run_jobs.ask_replay(house, principal.name, asked.which(house.clock())))


@routes.post(
    "/correct",
    summary="Correct decisions",
    status_code=202,
    response_model=None,
    responses={202: _job(examples_replay.CORRECTION_ASKED, "It waits for a worker.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def correct_decisions(asked: schemas_replay.Correction, principal: Operator, house: TheHouse) -> JSONResponse:
    """In the background: each decision of the time that rests on what was wrong is made again as it would be today.

    Where that comes to something else, another decision takes its place, or a person decides. With `dry_run` nothing is
    changed; the job's `report` has counts, and examples before and after.
    """
    fault = asked.fault(house.clock())
    job = run_jobs.ask_correct(house, principal.name, fault, why=asked.why, how=asked.way, dry_run=asked.dry_run)
    return _asked_for(job)


@routes.post(
    "/{decision_id}/replay",
    summary="Make a decision again",
    response_model=None,
    responses={200: shows(replies_replay.ReplayedDecision, examples_replay.REPLAYED, "How it comes out.")},
    openapi_extra=may_answer(NotFound, BlindCheck, Conflict),
)
def replay_decision_again(
    decision_id: schemas.IdInPath, asked: schemas_replay.Again, principal: Explainer, house: TheHouse
) -> JSONResponse:
    """With everything as it was then, bit for bit; or on a candidate, to see what changes and why. Nothing is recorded.

    The documents, the caller's groups, the clock, disabled rules, certificate and halt are those of then.
    """
    return JSONResponse(replay_decision.replay(house, principal, decision_id, asked.release))


@routes.post(
    "/{decision_id}/appeal",
    summary="Appeal against a decision",
    response_model=None,
    responses={200: shows(replies_replay.Appealed, examples_replay.APPEALED, "A person decides it anew.")},
    openapi_extra=may_answer(NotFound, BlindCheck, Conflict, Erased, LedgerUnavailable),
)
def appeal(
    decision_id: schemas.IdInPath, asked: schemas_replay.Appeal, principal: Appellant, house: TheHouse
) -> JSONResponse:
    """By whoever asked for it, once it is out, also where no person ever saw it; or by whoever leads the queue.

    What was decided stands until a person has decided; then you hear `decision.corrected` if it is another.
    """
    return JSONResponse(appeal_decision.appeal(house, principal, decision_id, asked.note))
