"""Load the files, go back, switch one rule off and on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi.responses import JSONResponse

from service.api import examples_rules, replies_rules, schemas, schemas_rules
from service.api.auth import RuleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, LosesAutomation, NotFound, RulesBroken, RulesPinned
from service.usecases import disable_rule as switch
from service.usecases import reload_rules, rollback_rules

routes = router("Rules", "/v1/rules")

_LOCATION = {"Location": {"description": "The proposal.", "schema": {"type": "string"}}}
_PROPOSED = "A second person has to approve it first; nothing has changed."


def loaded(report: dict[str, Any]) -> JSONResponse:
    """200 for what is in force, 202 for what waits for a second person."""
    if report["proposal"] is None:
        return JSONResponse(report)
    return JSONResponse(report, 202, {"Location": f"/v1/rules/proposals/{report['proposal']}"})


@routes.post(
    "/reload",
    summary="Load the rule files",
    response_model=None,
    responses={
        200: shows(replies_rules.Reloaded, examples_rules.RELOADED, "In force from the next request on."),
        202: shows(replies_rules.Reloaded, examples_rules.PROPOSED, _PROPOSED) | {"headers": _LOCATION},
    },
    openapi_extra=may_answer(RulesBroken, RulesPinned, LosesAutomation, Conflict, LedgerUnavailable),
)
def reload_rule_files(
    principal: RuleKeeper,
    house: TheHouse,
    dry_run: schemas.DryRun = False,
    allow_removal: schemas_rules.AllowRemoval = False,
    unpin: schemas_rules.UnpinInQuery = False,
    accept_no_automation: schemas_rules.AcceptNone = False,
) -> JSONResponse:
    """All workflows change in one moment or none does. With an error in any file the rules in force stay.

    A rule that counts now and is gone from the files is an error too, unless `allow_removal` is said: write
    `status: retired` instead, so that its end is on record. Where a workflow's policy asks for a second person, a
    proposal is recorded. A workflow that was rolled back refuses until `unpin` is said, one that would lose its
    certificate until `accept_no_automation` is.
    """
    report = reload_rules.reload(
        house,
        principal.name,
        dry_run=dry_run,
        allow_removal=allow_removal,
        unpin=unpin,
        accept_none=accept_no_automation,
    )
    return loaded(report)


@routes.post(
    "/rollback",
    summary="Go back to earlier rules",
    response_model=None,
    responses={200: shows(replies_rules.RolledBack, examples_rules.ROLLED_BACK, "These answer again, and stay.")},
    openapi_extra=may_answer(NotFound, RulesBroken, LosesAutomation, Conflict, LedgerUnavailable),
)
def roll_back_rules(asked: schemas_rules.Rollback, principal: RuleKeeper, house: TheHouse) -> JSONResponse:
    """The rules before the last change, or those of the release named. Restarts and signals do not undo it:
    the workflow is pinned, and its files are taken over again only when somebody says so. A workflow that would lose
    its certificate refuses until `accept_no_automation` is said."""
    report = rollback_rules.rollback(
        house, principal.name, asked.workflow, asked.to, asked.why, accept_none=asked.accept_no_automation
    )
    return JSONResponse(report)


@routes.post(
    "/unpin",
    summary="Take files over again",
    response_model=None,
    responses={200: shows(replies_rules.Unpinned, examples_rules.UNPINNED, "The next reload counts again.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def unpin_workflow(asked: schemas_rules.Unpin, principal: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Changes no rule by itself."""
    return JSONResponse(rollback_rules.unpin(house, principal.name, asked.workflow))


@routes.post(
    "/{rule_id}/disable",
    summary="Switch a rule off",
    response_model=None,
    responses={200: shows(replies_rules.Disabled, examples_rules.DISABLED, "Off from the next request on.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def disable_rule(
    rule_id: schemas.IdInPath, asked: schemas_rules.Disable, principal: RuleKeeper, house: TheHouse
) -> JSONResponse:
    """In every workflow and worker, without an edit of files, and for a while only. What the rule would have said
    is still recorded, as that of a rule in shadow."""
    lasting = timedelta(minutes=asked.minutes)
    return JSONResponse(switch.disable(house, principal.name, rule_id, lasting, asked.why))


@routes.post(
    "/{rule_id}/enable",
    summary="Switch a rule on again",
    response_model=None,
    responses={200: shows(replies_rules.Enabled, examples_rules.ENABLED, "It counts from the next request on.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def enable_rule(rule_id: schemas.IdInPath, principal: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Before its time is over."""
    return JSONResponse(switch.enable(house, principal.name, rule_id))
