"""Requests that say the same as one that waits already are decided with it.

Alike are two held requests of one caller with the same form of words (`service.domain.alike`), the same attributes but
for those that the policy sets aside, held for the same reasons by the same release, of which its rules said the same,
with the same documents approved. A keyed digest of all that is looked up by an index, so it makes no difference how
many cases are open. What was drawn to be checked blind measures by itself and takes no part.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from rules.model import Finding
from service.domain.access import Principal
from service.domain.alike import form
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction
from service.domain.types import State
from service.store import attached
from service.store.engine import Connection, Row
from service.usecases.ask import Ask, Asked
from service.usecases.house import House
from service.usecases.move_case import SERVICE, move


def likeness(house: House, principal: Principal, ask: Ask, asked: Asked) -> str | None:
    """What a case of this request shares with those that may join it; None: it stands by itself."""
    automatic, policy = asked.considered.automatic, asked.release.workflow.queue
    words = form(ask.text) if policy.attach.most and automatic.state is State.WAITING and asked.drawn is None else ()
    if not words:
        return None
    ruling = asked.considered.ruling
    same = [
        words,
        [asked.release.workflow.name, asked.release.id, automatic.queue or policy.name],
        [principal.name, sorted(principal.groups), asked.pointer.document_sequence],
        {name: value for name, value in ask.attributes.items() if name not in policy.attach.ignore},
        [[_said(finding) for finding in found] for found in (ruling.matched, ruling.unknown, ruling.exempted)],
        [sorted(asked.off), sorted(reason.value for reason in automatic.reasons)],
    ]
    written = json.dumps(same, sort_keys=True, ensure_ascii=True, default=str)
    return keyed_digest(house.secret, written.encode())


def _said(finding: Finding) -> list[str | None]:
    return [finding.rule, finding.status.value, finding.effect.value, finding.exemption]


def joined(connection: Connection, wanted: str | None, most: int) -> Row[Any] | None:
    """The case that waits for anybody, is alike and has room; None: the request gets a case of its own."""
    row = attached.alike(connection, wanted) if wanted is not None else None
    return row if row is not None and attached.count(connection, row.id) < most else None


def attach(connection: Connection, house: House, case: Row[Any], decision_id: str, now: datetime) -> Row[Any]:
    """The case, which settles this decision as well from now on. In the transaction that records the decision."""
    attached.add(connection, case.id, [decision_id], now)
    told = {"attached": decision_id}
    return move(connection, house, case, CaseAction.ATTACH, by=SERVICE, now=now, told=told, about_decision=decision_id)
