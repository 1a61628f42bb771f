"""The rules in force, and loading the ones in the files."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, replies_operations, schemas
from service.api.auth import RuleKeeper, RuleReader, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import LedgerUnavailable, RulesBroken
from service.usecases import reload_rules

routes = router("Rules", "/v1/rules")


@routes.get(
    "",
    summary="Show the rules in force",
    response_model=None,
    responses={200: shows(replies_operations.RulesStatus, examples.RULES, "In force now, and what the files say.")},
)
def show_rules(_: RuleReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(reload_rules.status(house))


@routes.post(
    "/check",
    summary="Check the rule files",
    response_model=None,
    responses={200: shows(replies_operations.RulesChecked, examples.RULE_ERRORS, "Every error, with its place.")},
)
def check_rules(_: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Reads, compiles and tests the files as they lie there, and changes nothing."""
    errors = reload_rules.check(house)
    return JSONResponse({"ok": not errors, "errors": errors})


@routes.post(
    "/reload",
    summary="Load the rule files",
    response_model=None,
    responses={200: shows(replies_operations.Reloaded, examples.RELOADED, "In force from the next request on.")},
    openapi_extra=may_answer(RulesBroken, LedgerUnavailable),
)
def reload_rule_files(
    principal: RuleKeeper,
    house: TheHouse,
    dry_run: schemas.DryRun = False,
) -> JSONResponse:
    """All workflows change in one moment or none does. With an error in any file the rules in force stay."""
    return JSONResponse(reload_rules.reload(house, principal.name, dry_run=dry_run))
