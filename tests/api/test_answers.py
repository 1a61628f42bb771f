"""What a real server answers is what its reference says, and what our client reads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from service.api import (
    replies,
    replies_cases,
    replies_documents,
    replies_ledger,
    replies_models,
    replies_operations,
    replies_replay,
    replies_rules,
)
from service.client import AsyncSignoff, Signoff, SignoffError
from tests.house import LiveServer

WORKFLOW = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
ODD = "The pigeons on your branch's roof have opinions about my overdraft and my grandmother's curtains."
THREAT = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."


@pytest.fixture
def ask(shared_server: LiveServer) -> Iterator[Any]:
    """Send as a role; the answer has to be a success."""

    with httpx.Client(base_url=shared_server.url, timeout=30) as http:

        def send(role: str, method: str, address: str, body: object = None) -> httpx.Response:
            key = getattr(shared_server.keys, role)
            response = http.request(method, address, json=body, headers={"Authorization": f"Bearer {key}"})
            assert response.is_success, (address, response.text)
            return response

        yield send


@pytest.fixture
def signoff(shared_server: LiveServer) -> Iterator[Signoff]:
    with Signoff(shared_server.url, shared_server.caller_key) as client:
        yield client


@pytest.fixture
def reviewer(shared_server: LiveServer) -> Iterator[Signoff]:
    with Signoff(shared_server.url, shared_server.reviewer_key) as client:
        yield client


def fits(model: type[BaseModel], response: httpx.Response) -> Any:
    """The answer's members are those of the reference, no more and no less."""
    model.model_validate_json(response.content)
    return response.json()


@pytest.mark.parametrize("role", ["caller", "operations"])
@pytest.mark.parametrize("text", [CLEAR, ODD, THREAT], ids=["final", "waiting", "blocked"])
def test_a_decision_is_as_the_reference_says(ask: Any, role: str, text: str) -> None:
    """Decided, held or blocked; explained or not; at once and read again."""
    answer = ask(role, "POST", "/v1/decisions", {"workflow": WORKFLOW, "text": text, "attributes": {"channel": "app"}})
    made = fits(replies.Decision, answer)
    assert (made["rules"] is None) == (role == "caller")
    seen = fits(replies.DecisionView, ask(role, "GET", f"/v1/decisions/{made['id']}"))
    assert {name: seen[name] for name in made} == made
    listed = fits(replies.Decisions, ask(role, "GET", "/v1/decisions"))
    assert made["id"] in [item["id"] for item in listed["items"]]


def test_a_case_is_as_the_reference_says(ask: Any) -> None:
    """Listed, read, claimed, renewed, returned, claimed again and decided."""
    made = ask("caller", "POST", "/v1/decisions", {"workflow": WORKFLOW, "text": ODD}).json()
    case = f"/v1/cases/{made['case']}"
    listed = fits(replies_cases.Cases, ask("reviewer", "GET", "/v1/cases?state=open&limit=200"))
    assert made["case"] in [item["id"] for item in listed["items"]]
    claimed = fits(replies_cases.Claimed, ask("reviewer", "POST", f"{case}/claim"))
    assert fits(replies_cases.Case, ask("reviewer", "GET", case))["lease"]["until"]
    fits(replies_cases.Renewed, ask("reviewer", "POST", f"{case}/renew", {"token": claimed["token"]}))
    assert ask("reviewer", "POST", f"{case}/return", {"token": claimed["token"]}).status_code == 204
    token = ask("reviewer", "POST", f"{case}/claim").json()["token"]
    decided = {
        "token": token,
        "labels": ["complaint"],
        "outcome": "block",
        "reason_code": "pigeons",
        "note": "Birds.",
        "reply": "No.",
    }
    view = fits(replies_cases.Decided, ask("reviewer", "POST", f"{case}/decide", decided))
    assert view["review"]["reply"] == "No."
    assert fits(replies_cases.Case, ask("reviewer", "GET", case))["state"] == "delivered"


@pytest.mark.parametrize("text", [CLEAR, ODD], ids=["final", "waiting"])
def test_a_label_is_explained_as_the_reference_says(ask: Any, reviewer: Signoff, text: str) -> None:
    """To whoever may see such things, over the wire and through the client; a rule block has no label to explain."""
    made = ask("caller", "POST", "/v1/decisions", {"workflow": WORKFLOW, "text": text}).json()
    told = fits(replies.LabelExplanation, ask("operations", "GET", f"/v1/decisions/{made['id']}/explanation"))
    assert told["automatic"] is (made["decided_by"] == "classifier")
    assert [each["reason"] for each in told["would_be_automatic"]] == made["reasons"]
    assert len(told["nearest"]) == 5
    assert reviewer.explain_label(made["id"]).label == told["label"]
    blocked = ask("caller", "POST", "/v1/decisions", {"workflow": WORKFLOW, "text": THREAT}).json()
    with pytest.raises(SignoffError) as caught:
        reviewer.explain_label(blocked["id"])
    assert caught.value.code == "conflict"


def test_operations_are_answered_as_the_reference_says(ask: Any) -> None:
    """Search, rules, documents, releases, halt, readiness and the ledger."""
    asked = {"workflow": WORKFLOW, "text": "charged twice", "k": 3}
    assert len(fits(replies_documents.Found, ask("operations", "POST", "/v1/search", asked))["items"]) == 3
    assert fits(replies_rules.RulesStatus, ask("operations", "GET", "/v1/rules"))["packs"]
    assert fits(replies_rules.RulesChecked, ask("operations", "POST", "/v1/rules/check"))["ok"]
    reloaded = fits(replies_rules.Reloaded, ask("operations", "POST", "/v1/rules/reload?dry_run=true"))
    assert not reloaded["changed"]
    assert fits(replies_operations.Releases, ask("operations", "GET", "/v1/releases"))["items"][0]["active"]
    fits(replies_operations.Halted, ask("operations", "POST", "/v1/halt", {"workflow": WORKFLOW, "why": "drill"}))
    tried = fits(
        replies_replay.Resumed, ask("operations", "POST", "/v1/resume", {"workflow": WORKFLOW, "dry_run": True})
    )
    assert tried["halted"]
    assert not fits(replies_replay.Resumed, ask("operations", "POST", "/v1/resume", {"workflow": WORKFLOW}))["halted"]
    fits(replies_operations.Readiness, ask("operations", "GET", "/readyz"))
    assert fits(replies_ledger.LedgerVerified, ask("auditor", "GET", "/v1/audit/verify"))["ok"]


def test_past_decisions_are_answered_as_the_reference_says(ask: Any) -> None:
    """Made again, one and many; contested; corrected: what takes long comes back as a job."""
    asked = {"workflow": WORKFLOW, "text": THREAT, "attributes": {"channel": "app"}}
    made = ask("caller", "POST", "/v1/decisions", asked).json()["id"]
    replayed = fits(replies_replay.ReplayedDecision, ask("auditor", "POST", f"/v1/decisions/{made}/replay", {}))
    assert (replayed["identical"], replayed["changed"], replayed["own"]) == (True, False, True)
    appealed = fits(
        replies_replay.Appealed, ask("caller", "POST", f"/v1/decisions/{made}/appeal", {"note": "It is a film."})
    )
    assert fits(replies.DecisionView, ask("caller", "GET", f"/v1/decisions/{made}"))["case"] == appealed["case"]
    since = {"workflow": WORKFLOW, "since": "2026-01-01"}
    wrong = {"rule": "threat-to-staff", "why": "it fires on films", "dry_run": True}
    for address, body in (("/v1/decisions/replay", since), ("/v1/decisions/correct", since | wrong)):
        answer = ask("operations", "POST", address, body)
        job = fits(replies_models.Job, answer)
        assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/jobs/{job['id']}")
        ask("operations", "POST", f"/v1/jobs/{job['id']}/cancel")
        assert fits(replies_models.Job, ask("operations", "GET", f"/v1/jobs/{job['id']}"))["state"] == "cancelled"


def test_the_openapi_document_is_served_and_the_page_too(shared_server: LiveServer) -> None:
    """The console's own pages are not part of it."""
    document = httpx.get(f"{shared_server.url}/openapi.json", timeout=60).json()
    assert document["info"]["title"] == "Signoff"
    assert all(
        path.startswith(("/v1/", "/healthz", "/readyz", "/metrics", "/docs", "/problems", "/openapi"))
        for path in document["paths"]
    )
    assert "Ask for a decision" in httpx.get(f"{shared_server.url}/docs", timeout=60).text


def test_the_client_walks_a_request_through(signoff: Signoff, reviewer: Signoff) -> None:
    """Ask, claim, decide, hear: with typed answers all the way."""
    clear = signoff.decide(CLEAR, WORKFLOW, {"channel": "app"})
    assert (clear.state, clear.outcome, clear.decided_by) == ("final", "allow", "classifier")
    assert clear.documents[0].passage

    odd = signoff.decide(ODD, WORKFLOW, subject="person-1", wait=0.5)
    assert odd.waiting
    assert odd.case is not None
    held = reviewer.renew(reviewer.claim_case(odd.case))
    case = reviewer.case(held.case)
    assert case.text == ODD
    passages = [document.passage_id for document in case.documents[:1]]
    decided = reviewer.decide_case(held, ["complaint"], "pigeons", outcome="block", note="Birds.", passage_ids=passages)
    assert decided.review is not None
    assert decided.review.reason_code == "pigeons"
    assert signoff.wait(odd.id, 5).outcome == "block"
    assert signoff.get(odd.id).state == "final"
    assert odd.id in [item.id for item in signoff.decisions(workflow=WORKFLOW).items]
    with pytest.raises(SignoffError) as caught:
        reviewer.decide_case(held, ["complaint"], "again", outcome="allow")
    assert caught.value.code == "lease_lost"
    assert reviewer.search("charged twice", WORKFLOW, 2)[0].score > 0
    while (claimed := reviewer.claim(WORKFLOW)) is not None:
        assert reviewer.case(claimed.case).state == "claimed"


def test_the_client_repeats_with_the_same_key_and_gets_the_same_decision(signoff: Signoff) -> None:
    """One decision, however often it is asked for."""
    first = signoff.decide(CLEAR, WORKFLOW, idempotency_key="client-1")
    assert signoff.decide(CLEAR, WORKFLOW, idempotency_key="client-1") == first
    with pytest.raises(SignoffError) as caught:
        signoff.decide(ODD, WORKFLOW, idempotency_key="client-1")
    assert caught.value.code == "idempotency_key_reused"


def test_the_asyncio_client_hears_at_once_what_a_person_decides(shared_server: LiveServer, reviewer: Signoff) -> None:
    """Sixty callers wait while a reviewer works: waiting holds no thread."""

    async def story() -> list[str]:
        async with AsyncSignoff(shared_server.url, shared_server.caller_key, timeout=20) as signoff:
            asked = [await signoff.decide(f"{ODD} {number}", WORKFLOW) for number in range(3)]
            waiting = [asyncio.create_task(signoff.wait(asked[n % 3].id, 20)) for n in range(60)]
            await asyncio.sleep(1)
            for decision in asked:
                assert decision.case is not None
                held = await asyncio.to_thread(reviewer.claim_case, decision.case)
                await asyncio.to_thread(
                    reviewer.decide_case, held, ["complaint"], "pigeons", outcome="block", note="Birds."
                )
            return [decision.outcome for decision in await asyncio.gather(*waiting)]

    assert asyncio.run(story()) == ["block"] * 60
