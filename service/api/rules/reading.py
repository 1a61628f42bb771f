"""What is in force, what the files say, and what happened."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_rules, replies_rules, schemas, schemas_rules
from service.api.auth import RuleHistorian, RuleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import NotFound
from service.usecases import reload_rules, rule_history

routes = router("Rules", "/v1/rules")


@routes.get(
    "",
    summary="Show the rules in force",
    response_model=None,
    responses={200: shows(replies_rules.RulesStatus, examples_rules.STATUS, "In force now, and what the files say.")},
)
def show_rules(_: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Every rule with its hits, its precision and its last change; what is pinned, disabled, proposed or alarming."""
    return JSONResponse(reload_rules.status(house))


@routes.post(
    "/check",
    summary="Check the rule files",
    response_model=None,
    responses={200: shows(replies_rules.RulesChecked, examples_rules.CHECKED, "Every error, with its place.")},
)
def check_rules(_: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Reads, compiles and tests the files as they lie there, and changes nothing."""
    errors = reload_rules.check(house)
    return JSONResponse({"ok": not errors, "errors": errors})


@routes.get(
    "/diff",
    summary="Compare the rule files with what is in force",
    response_model=None,
    responses={200: shows(replies_rules.RulesDiff, examples_rules.DIFF, "Rule by rule, by what they mean.")},
)
def diff_rules(_: RuleKeeper, house: TheHouse) -> JSONResponse:
    """By meaning, not by line: moved, reordered or commented files differ in nothing."""
    return JSONResponse(reload_rules.diff(house))


@routes.get(
    "/history",
    summary="What happened to the rules",
    response_model=None,
    responses={200: shows(replies_rules.RulesHistory, examples_rules.HISTORY, "Newest first.")},
    openapi_extra=may_answer(NotFound),
)
def show_rules_history(
    _: RuleHistorian,
    house: TheHouse,
    workflow: schemas.NameInQuery = None,
    rule: schemas.NameInQuery = None,
    after: schemas_rules.SequenceInQuery = None,
    limit: schemas.Limit = 50,
) -> JSONResponse:
    """One timeline, read from the ledger: reloads, rollbacks, disables, promotions, approvals, halts and alarms."""
    found = rule_history.history(house, workflow=workflow, rule=rule, after=after, limit=limit)
    return JSONResponse(found)
