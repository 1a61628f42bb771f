"""Why each rule fired or did not: for a request that is tried out, and for a decision that was made."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from rules.analysis.trace import explain as trace
from rules.errors import did_you_mean
from rules.model import AttributeValue
from rules.normalize import Text, normalize
from rules.ruleset import RuleSet
from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.errors import Conflict, Forbidden, NotFound
from service.store import decisions, disables, payloads
from service.usecases.ask import check_request, find_pointer
from service.usecases.house import House


def explain(
    house: House,
    workflow: str,
    text: str,
    attributes: Mapping[str, object],
    *,
    subject: str | None = None,
    rule: str | None = None,
) -> dict[str, Any]:
    """What every rule in force, or the one named, says of a request, and why. Nothing is recorded.

    InvalidRequest for an unknown workflow or a request that could not be decided on, NotFound for an unknown rule.
    """
    with house.store.read() as connection:
        found = find_pointer(connection, workflow)
    release, now = house.shelf.open(found.release), house.clock()
    read = normalize(text)
    usable = check_request(release, read, attributes, house.settings.max_text_chars)
    off = house.disables.off(found, now).rules
    told = {"workflow": workflow, "release": release.id, "now": timestamp(now)}
    return told | _rules(release.ruleset, read, usable, now, subject, off, rule)


def explain_decision(house: House, principal: Principal, decision_id: str, rule: str | None = None) -> dict[str, Any]:
    """What every rule said of the request of a decision, at its time and under its release.

    Needs scopes `explain` and `read`. NotFound for an unknown decision or rule, Conflict when the text was erased.
    """
    if not (principal.may(Scope.EXPLAIN) and principal.may(Scope.READ)):
        raise Forbidden("explaining a decision needs the scopes explain and read")
    return explain_made(house, decision_id, rule)


def explain_made(house: House, decision_id: str, rule: str | None = None) -> dict[str, Any]:
    """The same, for whoever may see it by another right. NotFound, Conflict."""
    with house.store.read() as connection:
        row = decisions.get(connection, decision_id)
        if row is None:
            raise NotFound(f"there is no decision {decision_id}")
        request = json.loads(payloads.get(connection, row.request) or b"{}")
        off = {each.rule for each in disables.at(connection, row.created_at)}
    if "text" not in request:
        raise Conflict(f"the request of {decision_id} was erased", remedy="its findings are in the decision's record")
    ruleset = house.shelf.rules(row.release)
    usable = ruleset.schema.coerce(request["attributes"])
    told = {"workflow": row.workflow, "release": row.release, "now": timestamp(row.created_at)}
    subject = request.get("subject")
    return told | _rules(ruleset, normalize(request["text"]), usable, row.created_at, subject, off, rule)


def _rules(
    ruleset: RuleSet,
    text: Text,
    attributes: Mapping[str, AttributeValue],
    now: datetime,
    subject: str | None,
    off: Collection[str],
    rule: str | None,
) -> dict[str, Any]:
    if rule is not None:
        known = {each.id for each in ruleset.rules}
        if rule not in known:
            raise NotFound(f"there is no rule {rule!r}", remedy=did_you_mean(rule, known, "rules"))
    only = None if rule is None else (rule,)
    traces = trace(ruleset, text, attributes, now, key=subject, off=off, only=only)
    return {"rules": [each.as_dict() for each in traces]}
