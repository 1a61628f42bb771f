"""Ask for a decision, and hear what became of it.

The two handlers that wait are async: forty waiting threads would stop the service.
"""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from service.api import examples, replies, schemas
from service.api.auth import Caller, DecisionReader, Explainer, TheHouse
from service.api.door import may_answer, router, shows
from service.domain.types import State
from service.errors import BlindCheck, Conflict, Erased, KeyReused, LedgerUnavailable, NotFound, ReleaseOpening
from service.usecases import explain_label, read_decision
from service.usecases.make_decision import prepare

routes = router("Decisions", "/v1/decisions")

StateInQuery = Annotated[Literal["waiting", "final", "superseded"] | None, Query()]

_LOCATION = {"Location": {"description": "Where to read it from now on.", "schema": {"type": "string"}}}
#: Header of an answer that was given before.
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when this is the first answer to the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_DECIDED = shows(replies.Decision, examples.FINAL, "Decided.") | {"headers": _LOCATION | REPLAYED}
_HELD = shows(replies.Decision, examples.WAITING, "A person has to decide.") | {"headers": _LOCATION | REPLAYED}
_EXPLAINED = shows(replies.LabelExplanation, examples.LABEL_EXPLANATION, "What spoke for it, and what was lacking.")


@routes.post(
    "",
    summary="Ask for a decision",
    response_model=None,
    responses={200: _DECIDED, 202: _HELD},
    openapi_extra=may_answer(KeyReused, Erased, ReleaseOpening, LedgerUnavailable),
)
async def make_decision(
    asked: schemas.DecisionRequest,
    principal: Caller,
    house: TheHouse,
    dry_run: schemas.DryRun = False,
    idempotency_key: schemas.IdempotencyKey = None,
) -> Response:
    """Answers 200 when rules or classifier decided, 202 when a person has to: then read the `Location`.

    Rule ids and traces come with scope `explain` only. With `dry_run` nothing is recorded and the key is not used.
    """
    work = partial(prepare, house, principal, asked.ask(), key=idempotency_key, dry_run=dry_run)
    prepared = await asyncio.get_running_loop().run_in_executor(house.judges, contextvars.copy_context().run, work)
    answered = prepared.answered
    if answered is None:
        # Shielded: a caller that goes away must not take back what the committer has in hand.
        answered = await asyncio.shield(asyncio.wrap_future(prepared.submit(house.store)))
    headers = {"Location": answered.location} if answered.location else {}
    if answered.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answered.body, answered.status, headers, "application/json")


@routes.get(
    "/{decision_id}",
    summary="Read a decision, or wait for it",
    response_model=None,
    responses={200: shows(replies.DecisionView, examples.REVIEWED, "As it stands now, with its history.")},
    openapi_extra=may_answer(NotFound, BlindCheck, Erased),
)
async def read_one_decision(
    request: Request,
    decision_id: schemas.IdInPath,
    principal: DecisionReader,
    house: TheHouse,
    wait: schemas.Wait = 0,
) -> JSONResponse:
    """Answers at once, or with `wait` as soon as a person has decided or asks something of you, and at the latest after
    so many seconds.

    Not to reviewers while it is being checked blind.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + wait
    first = await run_in_threadpool(read_decision.view, house, principal, decision_id)
    view = first
    while True:
        left, asked = until - clock(), view["question"] not in (None, first["question"])
        if view["state"] != State.WAITING.value or asked or left <= 0 or await request.is_disconnected():
            return JSONResponse(view)
        await house.changed.wait(decision_id, left)
        view = await run_in_threadpool(read_decision.view, house, principal, decision_id)


@routes.get(
    "/{decision_id}/explanation",
    summary="Explain the label of a decision",
    response_model=None,
    responses={200: _EXPLAINED},
    openapi_extra=may_answer(NotFound, BlindCheck, Conflict),
)
def explain_label_of(decision_id: schemas.IdInPath, principal: Explainer, house: TheHouse) -> JSONResponse:
    """The most telling words, the nearest labelled examples, and with what it would have been automatic.

    The examples are other people's requests, so they come with scope `read` only.
    """
    return JSONResponse(explain_label.explain_label(house, principal, decision_id))


@routes.get(
    "",
    summary="List decisions",
    response_model=None,
    responses={200: shows(replies.Decisions, examples.DECISIONS, "Newest first.")},
)
def list_decisions(
    principal: DecisionReader,
    house: TheHouse,
    workflow: schemas.NameInQuery = None,
    state: StateInQuery = None,
    after: schemas.After = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """Your own decisions; with scope `read` everybody's. Reviewers see none that is being checked blind."""
    return JSONResponse(read_decision.page(house, principal, workflow=workflow, state=state, after=after, limit=limit))
