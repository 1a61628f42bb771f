"""What each kind of caller sees of a decision that a person made."""

from __future__ import annotations

import json

from service.api.replies import DecisionView
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.usecases import claim_case, read_decision
from service.usecases.make_decision import Ask, decide
from service.usecases.resolve_case import Resolution, resolve

REVIEWER = Principal("k1", "Ann", ROLES["reviewer"])
CALLER = Principal("k2", "caller", ROLES["caller"])
NAME = "retail-banking"
RESOLUTION = Resolution(("complaint",), "FRD-1", Outcome.BLOCK, note="Lies about the roof.", reply="No, thank you.")


def decided(house) -> str:
    made = json.loads(decide(house, CALLER, Ask(NAME, "Pigeons on the roof sing of curtains.")).body)
    lease = claim_case.claim(house, REVIEWER, made["case"])
    resolve(house, REVIEWER, made["case"], lease["token"], RESOLUTION)
    return str(made["id"])


def test_without_scope_explain_a_review_keeps_its_grounds_to_itself(house):
    """Outcome, labels and reply are told; not the note, the reviewer's name, the code or the passages, in any place."""
    shown = read_decision.view(house, CALLER, decided(house))
    told = {"at", "outcome", "decided_by", "labels", "reply", "reply_by_model"}
    assert set(shown["review"]) == told
    assert set(shown["history"][1]) == told | {"state"}
    assert (shown["review"]["reply"], shown["review"]["decided_by"]) == ("No, thank you.", "reviewer")
    assert [entry["outcome"] for entry in shown["history"]] == ["review", "block"]
    DecisionView.model_validate(shown)
    for secret in ("Lies about", "Ann", "FRD-1"):
        assert secret not in json.dumps(shown)


def test_with_scope_explain_everything_is_there(house):
    """Colleagues and auditors read who decided, on what grounds and with which note."""
    shown = read_decision.view(house, REVIEWER, decided(house))
    for review in (shown["review"], shown["history"][1]):
        assert (review["reviewer"], review["reason_code"], review["note"]) == ("Ann", "FRD-1", "Lies about the roof.")
        assert review["passages"] == []
