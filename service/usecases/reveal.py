"""Show what was blotted out of a request, to somebody who has to know. It goes on record that they looked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from service.domain.access import Principal
from service.domain.case import CaseAction
from service.store import decisions, ledger, payloads, questions
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.queue_policy import at_hand


def reveal(house: House, principal: Principal, case_id: str) -> Mapping[str, Any]:
    """`text` and `attributes` as they were sent, and `answers`, the texts with which questions were answered.

    Whoever may claim a case of the queue may look; NotFound, Forbidden.

    On record before it is shown: `case.revealed` in the ledger, with who looked.
    """
    found, now = at_hand(house, principal, case_id, CaseAction.CLAIM), house.clock()

    def work(connection: Connection) -> tuple[Mapping[str, Any], list[str]]:
        decision = decisions.get(connection, found.row.decision)
        assert decision is not None, "the foreign key keeps the decision"
        ledger.append(connection, "case.revealed", case_id, now, {"decision": decision.id, "by": principal.name})
        request: Mapping[str, Any] = json.loads(payloads.get(connection, decision.request))
        given = [json.loads(each.answer_words or b"{}") for each in questions.of_case(connection, case_id)]
        return request, [str(each["text"]) for each in given if "text" in each]

    request, answers = house.store.commit(work)
    return {"text": str(request.get("text", "")), "attributes": request.get("attributes", {}), "answers": answers}
