"""Questions to requesters over HTTP: a reviewer puts one, whoever asked for the decision answers it."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_questions, replies_questions, schemas, schemas_questions
from service.api.auth import Caller, Reviewer, TheHouse
from service.api.decisions import REPLAYED
from service.api.door import may_answer, router, shows
from service.errors import Conflict, KeyReused, LeaseLost, LedgerUnavailable, NotFound
from service.usecases import answer_question, question_case

routes = router("Questions", "/v1")

_TAKEN = shows(replies_questions.AnswerTaken, examples_questions.TAKEN, "It is with the case, which comes back first.")


@routes.post(
    "/cases/{case_id}/ask",
    summary="Ask whoever asked",
    response_model=None,
    responses={200: shows(replies_questions.QuestionPut, examples_questions.PUT, "It waits for them.")},
    openapi_extra=may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable),
)
def ask_requester(
    case_id: schemas.IdInPath, asked: schemas_questions.AskRequester, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """The lease ends and the clock stands still. They hear `case.asked`, and read the question in the decision.

    Without an answer the case comes back by itself, when the queue's policy says (`answer_hours`).
    """
    return JSONResponse(question_case.ask(house, principal, case_id, asked.token, asked.text))


@routes.post(
    "/decisions/{decision_id}/answer",
    summary="Answer what you were asked",
    response_model=None,
    responses={200: _TAKEN | {"headers": REPLAYED}},
    openapi_extra=may_answer(NotFound, Conflict, KeyReused, LedgerUnavailable),
)
def answer_for_decision(
    decision_id: schemas.IdInPath,
    answered: schemas_questions.RequesterAnswer,
    principal: Caller,
    house: TheHouse,
    idempotency_key: schemas.IdempotencyKey = None,
) -> JSONResponse:
    """By the key that asked for the decision, while its `question` is there. The request stays as it was; rules look at
    the answer too, and whoever decides sees both.
    """
    taken = answer_question.answer(house, principal, decision_id, answered.said(), key=idempotency_key)
    headers = {"Idempotent-Replayed": "true"} if taken.replayed else {}
    return JSONResponse(dict(taken.body), headers=headers)
