"""The product's story, told over HTTP with the real model."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest

from service.settings import Settings
from service.store import ledger
from service.store.engine import open_store
from tests.api.extra_rule import EXTRA

WORKFLOW = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
ODD = "The pigeons on your branch's roof have opinions about my overdraft and my grandmother's curtains."


@pytest.fixture
def caller(live_server):
    with client(live_server, live_server.keys.caller) as opened:
        yield opened


@pytest.fixture
def reviewer(live_server):
    with client(live_server, live_server.keys.reviewer) as opened:
        yield opened


@pytest.fixture
def operations(live_server):
    with client(live_server, live_server.keys.operations) as opened:
        yield opened


def client(server, key):
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=30)


def ask(caller, text, **more):
    return caller.post("/v1/decisions", json={"workflow": WORKFLOW, "text": text, **more})


def test_a_request_on_its_whole_way(live_server, caller, reviewer, operations):
    """Decided automatically, blocked by a rule, held for a person who decides: the caller hears each outcome."""
    clear = ask(caller, CLEAR, attributes={"channel": "app"})
    assert clear.status_code == 200, clear.text
    body = clear.json()
    assert (body["state"], body["outcome"], body["decided_by"]) == ("final", "allow", "classifier")
    assert body["labels"][0]["label"] == "card_payment_charged_twice"
    assert "doc_dispute-duplicate" in [document["id"] for document in body["documents"]]
    assert body["rules"] is None, "rule ids are for scope explain only"
    assert "doc_dispute-duplicate" in body["draft"]["citations"][0]

    explained = ask(operations, CLEAR, attributes={"channel": "app"}).json()
    assert explained["rules"]["no_match"] >= 15

    odd = ask(caller, ODD)
    assert odd.status_code == 202, odd.text
    decision = odd.json()["id"]
    assert odd.headers["location"] == f"/v1/decisions/{decision}"
    assert odd.json()["reasons"]

    heard: dict[str, Any] = {}

    def listen():
        with client(live_server, live_server.keys.caller) as patient:
            heard.update(patient.get(f"/v1/decisions/{decision}", params={"wait": 20}).json())
            heard["at"] = time.monotonic()

    listening = threading.Thread(target=listen)
    listening.start()
    time.sleep(0.5)

    lease = reviewer.post(f"/v1/queues/{WORKFLOW}/claim").json()
    case = reviewer.get(f"/v1/cases/{lease['case']}").json()
    assert case["text"] == ODD
    assert case["choices"]
    verdict = {
        "token": lease["token"],
        "labels": ["complaint"],
        "outcome": "block",
        "reason_code": "not_a_banking_matter",
        "note": "Pigeons.",
        "passage_ids": [],
    }
    decided = reviewer.post(f"/v1/cases/{lease['case']}/decide", json=verdict)
    at = time.monotonic()
    assert decided.status_code == 200, decided.text
    listening.join(25)
    assert (heard["state"], heard["outcome"], heard["decided_by"]) == ("final", "block", "reviewer")
    assert heard["at"] - at < 2, "the waiting caller hears at once"
    history = heard["history"]
    assert [entry["outcome"] for entry in history] == ["review", "block"]

    again = reviewer.post(f"/v1/cases/{lease['case']}/decide", json=verdict)
    assert again.status_code == 409, "a case is decided once"


def test_a_risky_request_is_blocked_by_a_named_rule(caller, operations):
    """The rules decide before any model runs; who may see it sees which rule."""
    text = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."
    plain = ask(caller, text).json()
    assert (plain["outcome"], plain["decided_by"], plain["documents"], plain["labels"]) == ("block", "rules", [], [])
    explained = ask(operations, text).json()
    blocking = [finding for finding in explained["rules"]["findings"] if finding["effect"] == "block"]
    assert blocking
    assert blocking[0]["rule"]
    start, end, _ = blocking[0]["spans"][0]
    assert text[start:end]


def test_same_key_same_answer(caller):
    """An idempotent repeat is byte-identical; another request under the key is refused."""
    headers = {"Idempotency-Key": "story-1"}
    body = {"workflow": WORKFLOW, "text": CLEAR}
    first = caller.post("/v1/decisions", json=body, headers=headers)
    second = caller.post("/v1/decisions", json=body, headers=headers)
    assert second.content == first.content
    assert second.status_code == first.status_code
    assert second.headers["idempotent-replayed"] == "true"
    other = caller.post("/v1/decisions", json={**body, "text": ODD}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency_key_reused")


def test_a_dry_run_records_nothing(caller):
    """`?dry_run=true` answers as usual and leaves no trace."""
    answered = caller.post("/v1/decisions", params={"dry_run": "true"}, json={"workflow": WORKFLOW, "text": ODD})
    assert answered.json()["outcome"] == "review"
    assert caller.get("/v1/decisions").json()["items"] == []


def test_a_lost_lease_cannot_write(live_server, reviewer, operations, caller):
    """Who does not hold the lease gets 409 with the holder's name, and nothing changes."""
    decision = ask(caller, ODD).json()["id"]
    lease = reviewer.post(f"/v1/queues/{WORKFLOW}/claim").json()
    verdict = {"token": "stolen", "labels": ["complaint"], "outcome": "allow", "reason_code": "x", "passage_ids": []}
    refused = reviewer.post(f"/v1/cases/{lease['case']}/decide", json=verdict)
    assert refused.status_code == 409
    assert refused.json()["holder"] == "first reviewer"
    assert reviewer.post(f"/v1/cases/{lease['case']}/return", json={"token": lease["token"]}).status_code in (200, 204)
    late = reviewer.post(f"/v1/cases/{lease['case']}/decide", json={**verdict, "token": lease["token"]})
    assert late.status_code == 409
    assert caller.get(f"/v1/decisions/{decision}").json()["state"] == "waiting"


def test_a_retired_document_is_gone_on_the_next_request(operations, caller):
    """Revoking takes effect at once: the allowed set is read from the database."""
    found = ask(caller, CLEAR).json()["documents"][0]
    assert found["id"] == "doc_dispute-duplicate"
    path = f"/v1/documents/{WORKFLOW}/dispute-duplicate/retire"
    retired = operations.post(path, json={"version": found["version"], "why": "withdrawn"})
    assert retired.status_code == 200, retired.text
    after = ask(caller, CLEAR)
    assert "doc_dispute-duplicate" not in [document["id"] for document in after.json()["documents"]]
    assert after.json()["reasons"] == ["evidence_disagrees"], "the label's own document is gone, so a person looks"


def test_documents_out_of_force_or_for_others_are_never_found(caller, operations):
    """Expired, future and staff-only documents do not come back to a caller who is not staff."""
    texts = ["paying in a cheque", "account for my child under 18", "money laundering suspicion report", "sanctions"]
    hidden = {"doc_cheques", "doc_youth-accounts", "doc_money-laundering", "doc_sanctions-screening"}
    for text in texts:
        found = operations.post("/v1/search", json={"workflow": WORKFLOW, "text": text, "k": 20}).json()
        ids = {item["id"] for item in found["items"]}
        assert ids
        assert not ids & hidden


def test_rules_are_edited_and_reloaded(live_server, caller, operations):
    """Operations edit a file: a broken one is refused with its place and the old set serves; a good one counts."""
    folder = live_server.home / "packs" / WORKFLOW
    rule = folder / "extra.rule.yaml"
    text = "please send the zanzibar form"
    assert ask(caller, text).json()["outcome"] != "block"
    rule.write_text("- id: extra\n  efect: block\n")
    broken = operations.post("/v1/rules/reload")
    assert broken.status_code == 422
    first = broken.json()["errors"][0]
    assert first["file"].endswith("extra.rule.yaml")
    assert first["line"] >= 1
    assert ask(caller, text).json()["outcome"] != "block", "the old set keeps serving"
    pack = folder / "pack.yaml"
    pack.write_text(pack.read_text().rstrip() + "\n  zanzibar:\n    phrases: [zanzibar form]\n")
    rule.write_text(EXTRA)
    reloaded = operations.post("/v1/rules/reload")
    assert reloaded.status_code == 200, reloaded.text
    assert reloaded.json()["changed"]
    answer = ask(operations, text).json()
    assert (answer["outcome"], answer["rules"]["findings"][0]["rule"]) == ("block", "extra-zanzibar")


def test_halt_sends_everything_to_people(caller, operations):
    """After a halt nothing is automatic; after resuming it is again."""
    assert operations.post("/v1/halt", json={"why": "drill"}).status_code == 200
    held = ask(caller, CLEAR).json()
    assert (held["outcome"], held["reasons"]) == ("review", ["halted"])
    assert operations.post("/v1/resume", json={}).status_code == 200
    assert ask(caller, CLEAR).json()["outcome"] == "allow"


def test_the_ledger_tells_all_of_it_without_a_word_of_the_request(live_server, caller):
    """Every decision is chained, the chain verifies, and no personal text is in it."""
    marker = "Xylograph-4711"
    ask(caller, f"{CLEAR} My name is {marker}.", subject="person-77")
    with client(live_server, live_server.keys.auditor) as auditor:
        found = auditor.get("/v1/audit/verify").json()
    assert found["ok"]
    assert found["records"] >= 5
    store = open_store(Settings(home=live_server.home).database)
    with store.read() as connection:
        records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
    store.close()
    made = [record for record in records if record["kind"] == "decision.made"][-1]
    assert made["body"]["release"].startswith("rel_")
    assert made["body"]["document_sequence"] >= 1
    assert made["body"]["groups"] == []
    text = json.dumps(records)
    assert marker not in text
    assert "person-77" not in text
