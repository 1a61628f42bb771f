"""Why did a rule fire, why did it not, and what would the edited files have said?"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from fastapi.responses import JSONResponse

from service.api import examples_rules, replies_rules, schemas_rules
from service.api.auth import RuleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.domain.access import Principal
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound, ReleaseOpening, ReplayRunning, RulesBroken
from service.usecases import explain_rules as explaining
from service.usecases import replay_rules as replaying
from service.usecases.house import House

routes = router("Rules", "/v1/rules")


@routes.post(
    "/explain",
    summary="Explain what the rules say of a text",
    response_model=None,
    responses={200: shows(replies_rules.Explained, examples_rules.EXPLAINED, "Every rule, with what settled it.")},
    openapi_extra=may_answer(NotFound, Conflict, ReleaseOpening),
)
async def explain_rules(asked: schemas_rules.Question, principal: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Of a text as a request would bring it, by the rules in force now; or of a past decision, by the rules in force
    then, which also needs the scopes `explain` and `read`. A rule that did not fire names the first clause that
    stopped it. Nothing is recorded."""
    work = _question(asked, principal, house)
    # On the threads that judge requests: as much work as a few of them, and never more at once than there are threads.
    within = contextvars.copy_context().run
    return JSONResponse(await asyncio.get_running_loop().run_in_executor(house.judges, within, work))


def _question(asked: schemas_rules.Question, principal: Principal, house: House) -> Callable[[], dict[str, Any]]:
    if asked.decision is not None:
        beside = [name for name in ("workflow", "text", "attributes", "subject") if name in asked.model_fields_set]
        _refuse(beside, "does not go with a decision", "remove it, or ask about a text instead of a decision")
        return partial(explaining.explain_decision, house, principal, asked.decision, rule=asked.rule)
    _refuse(
        [name for name in ("workflow", "text") if getattr(asked, name) is None],
        "is required",
        "send workflow and text, or a decision's id",
    )
    assert asked.workflow is not None
    assert asked.text is not None
    return partial(
        explaining.explain,
        house,
        asked.workflow,
        asked.text,
        asked.attributes or {},
        subject=asked.subject,
        rule=asked.rule,
    )


def _refuse(fields: Sequence[str], message: str, remedy: str) -> None:
    if fields:
        raise InvalidRequest(
            "; ".join(f"{field}: {message}" for field in fields),
            problems=tuple(FieldProblem(field, message, remedy) for field in fields),
        )


@routes.post(
    "/replay",
    summary="Try the rule files on past decisions",
    response_model=None,
    responses={200: shows(replies_rules.Replayed, examples_rules.REPLAYED, "What would have been different.")},
    openapi_extra=may_answer(NotFound, RulesBroken, ReplayRunning),
)
def replay_rules(asked: schemas_rules.Replay, _: RuleKeeper, house: TheHouse) -> JSONResponse:
    """The files as they lie there against what was decided, newest decisions first, at each decision's own moment
    unless `as_of` names another. It changes nothing. One at a time in each process: it takes a core."""
    report = replaying.replay(
        house,
        asked.workflow,
        schemas_rules.moment(asked.since),
        limit=asked.limit,
        examples=asked.examples,
        as_of=schemas_rules.moment(asked.as_of) if asked.as_of else None,
    )
    return JSONResponse(report)
