"""Random checks over the wire: whatever way a request goes, whoever reviews a drawn one is not led."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from service.api import replies_cases
from service.client import Signoff, SignoffError
from tests.house import LiveServer

WORKFLOW = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
HELD = "I want to close my account because my card was declined."
THREAT = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."


@pytest.fixture
def checked(live_server: LiveServer) -> LiveServer:
    """A server whose policy has every request checked."""
    policy = live_server.home / "workflows" / WORKFLOW / "workflow.yaml"
    policy.write_text(policy.read_text().replace("random_check: 0.0", "random_check: 1.0", 1))
    key = {"Authorization": f"Bearer {live_server.operations_key}"}
    reloaded = httpx.post(f"{live_server.url}/v1/rules/reload", headers=key, timeout=120)
    assert reloaded.is_success, reloaded.text
    return live_server


def test_a_reviewer_is_shown_the_request_and_nothing_else_until_it_is_decided(checked: LiveServer) -> None:
    """In cases, lists and decisions alike; the caller has its answer at once, and what was said is there afterwards."""
    with (
        Signoff(checked.url, checked.caller_key, timeout=60) as shop,
        Signoff(checked.url, checked.reviewer_key) as rita,
    ):
        made = {text: shop.decide(text, WORKFLOW) for text in (CLEAR, HELD, THREAT)}
        assert [decision.outcome for decision in made.values()] == ["allow", "review", "block"]
        assert all("random_check" in decision.reasons for decision in made.values())
        for text, decision in made.items():
            assert decision.case is not None
            _shows_nothing(_case(checked, decision.case), text)
            for read in (rita.get, rita.explain_label):
                with pytest.raises(SignoffError) as caught:
                    read(decision.id)
                assert (caught.value.status, caught.value.code) == (409, "blind_check")
            assert shop.get(decision.id).outcome == decision.outcome
        assert rita.decisions(limit=200).items == []
        assert {case.id for case in rita.cases(reason="random_check").items} == {each.case for each in made.values()}
        assert rita.cases(reason="label_needs_person").items == []
        for decision in made.values():
            held = rita.claim_case(str(decision.case))
            assert rita.decide_case(held, ["complaint"], "x", outcome="allow").outcome == "allow"
            assert rita.case(held.case).blind is False
            assert rita.get(decision.id).reasons == decision.reasons
        assert len(rita.decisions(limit=200).items) == 3


def _case(server: LiveServer, case: str) -> dict[str, Any]:
    key = {"Authorization": f"Bearer {server.reviewer_key}"}
    answer = httpx.get(f"{server.url}/v1/cases/{case}", headers=key, timeout=30)
    replies_cases.Case.model_validate_json(answer.content)
    return dict(answer.json())


def _shows_nothing(case: dict[str, Any], text: str) -> None:
    """Only the request and the choices, which are the same for every request, hold any word about it."""
    assert case.pop("text") == text
    assert len(case.pop("choices")) >= 20
    assert case["reasons"] == ["random_check"]
    assert case.pop("without_note") == {"labels": None, "outcome": "allow"}, "as of every request that is drawn"
    assert case.pop("allowed") == ["claim", "comment"], "whatever was made of it"
    left = json.dumps(case)
    for word in ("card_payment", "account_closure", "doc_", "allow", "block", "held", "after_the_fact", "0."):
        assert word not in left
