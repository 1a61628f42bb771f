"""Halting: at once, for as long as it takes, and on the ledger without a word of free text."""

from __future__ import annotations

import json

import pytest

from service.domain.access import ROLES, Principal
from service.domain.audit import keyed_digest
from service.errors import NotFound
from service.store import ledger, payloads
from service.usecases import halt
from service.usecases.make_decision import Ask, decide

OPERATOR = Principal("k1", "operator", ROLES["operations"])
NAME = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
THREAT = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."


def asked(house, text):
    return json.loads(decide(house, OPERATOR, Ask(NAME, text, {"channel": "app"})).body)


def test_while_halted_nothing_is_allowed_automatically_and_rules_still_block(house):
    """From the next request on, until resumed."""
    halt.halt(house, OPERATOR, NAME, "drill")
    assert asked(house, CLEAR)["reasons"] == ["halted"]
    assert (asked(house, THREAT)["outcome"], asked(house, THREAT)["decided_by"]) == ("block", "rules")
    halt.resume(house, OPERATOR, NAME)
    assert asked(house, CLEAR)["outcome"] == "allow"


def test_why_is_a_note_and_the_ledger_holds_its_digest(house):
    """Free text may hold anything about anybody, so the chain that is never erased holds none of it."""
    halt.halt(house, OPERATOR, None, "Mrs Smith rang")
    with house.store.read() as connection:
        record = bytes(ledger.about(connection, NAME)[-1].record)
        body = json.loads(record)["body"]
        note = payloads.get(connection, body["note"])
    assert b"Smith" not in record
    assert json.loads(note) == {"why": "Mrs Smith rang"}
    assert body == {"by": "operator", "note": body["note"], "note_digest": keyed_digest(house.secret, note)}


def test_resuming_is_on_the_ledger_too(house):
    """Who let it go on."""
    halt.resume(house, OPERATOR, NAME)
    with house.store.read() as connection:
        last = ledger.about(connection, NAME)[-1]
    assert (last.kind, json.loads(last.record)["body"]) == ("workflow.resumed", {"by": "operator"})


def test_a_workflow_that_is_not_there_is_not_found(house):
    """A slip in the name halts nothing unnoticed."""
    with pytest.raises(NotFound):
        halt.halt(house, OPERATOR, "retail", "drill")
