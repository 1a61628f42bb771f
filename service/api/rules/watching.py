"""Alarms: shares of blocks, of held requests or of a rule's matches that left their usual band after a change."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_rules, replies_rules, schemas, schemas_rules
from service.api.auth import RuleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import Conflict, LedgerUnavailable, NotFound
from service.usecases import alarms

routes = router("Rules", "/v1/rules/alarms")


@routes.get(
    "",
    summary="List alarms",
    response_model=None,
    responses={200: shows(replies_rules.Alarms, examples_rules.ALARMS, "Newest first.")},
)
def list_alarms(_: RuleKeeper, house: TheHouse, open_only: schemas_rules.OpenOnly = True) -> JSONResponse:
    return JSONResponse({"items": alarms.page(house, open_only=open_only)})


@routes.post(
    "/{alarm_id}/acknowledge",
    summary="Acknowledge an alarm",
    response_model=None,
    responses={200: shows(replies_rules.Alarm, examples_rules.ACKNOWLEDGED, "Somebody has seen to it.")},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def acknowledge_alarm(alarm_id: schemas.IdInPath, principal: RuleKeeper, house: TheHouse) -> JSONResponse:
    """Changes no rule: roll back or disable one for that."""
    return JSONResponse(alarms.acknowledge(house, principal.name, alarm_id))
