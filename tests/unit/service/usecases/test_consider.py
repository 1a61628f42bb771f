"""A part that fails makes work for people, never an allow, an error or a silence."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from structlog.testing import capture_logs

from service.domain.access import ROLES, Principal
from service.usecases.consider import Rooms
from service.usecases.make_decision import Ask, decide
from service.usecases.trace_decision import trace
from tests.unit.service.usecases.edits import pointer_now

OPERATOR = Principal("k3", "operator", ROLES["operations"])
NAME = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
BLOCKED = "I will shoot your staff with a gun."


@pytest.fixture
def failing(monkeypatch):
    def opinion(self, text, attributes, allowed, watch):
        with watch.room("evidence"):
            raise RuntimeError(f"no index for {text}")

    monkeypatch.setattr(Rooms, "opinion", opinion)


def answer(house, text):
    answered = decide(house, OPERATOR, Ask(NAME, text))
    return answered.status, json.loads(answered.body)


def test_a_failing_room_is_a_case_for_people(house, failing):
    """Reason `degraded`, a case, nothing suggested; the log names the room and never the text."""
    with capture_logs() as logs:
        status, made = answer(house, CLEAR)
    assert status == 202
    assert made["outcome"] == "review"
    assert "degraded" in made["reasons"]
    assert made["case"]
    assert made["labels"] == made["documents"] == []
    (told,) = (entry for entry in logs if entry["event"] == "degraded")
    assert (told["room"], told["error"]) == ("evidence", "RuntimeError")
    assert "charged" not in str(logs)


def test_rules_still_block_while_a_room_fails(house, failing):
    """What comes before the failing part does not need it."""
    status, made = answer(house, BLOCKED)
    assert (status, made["outcome"], made["decided_by"]) == (200, "block", "rules")


def test_the_trace_says_that_a_room_failed(house, failing):
    """Trying it out shows the rooms that worked, and why a person decides."""
    shown = trace(house, OPERATOR, Ask(NAME, CLEAR))
    assert [room["name"] for room in shown["rooms"]] == ["clean", "law", "routing"]
    assert shown["rooms"][1]["notes"] == ["A room after this one failed, so a person decides"]
    assert shown["answer"]["outcome"] == "review"


def test_documents_that_cannot_be_looked_up_are_a_fault_too(house, monkeypatch):
    """The allowed set comes from the database; without it nothing may be found."""

    def get(*arguments):
        raise OSError("away")

    monkeypatch.setattr(type(house.allowed), "get", get)
    assert "degraded" in answer(house, CLEAR)[1]["reasons"]


def test_a_classifier_that_says_no_numbers_said_nothing(house):
    """A person decides, and the answer can be written down."""
    release = house.shelf.open(pointer_now(house).release)
    head = release.head
    broken = dataclasses.replace(head, bias=np.full_like(head.bias, np.nan))
    house.shelf.put(dataclasses.replace(release, head=broken))
    status, made = answer(house, CLEAR)
    assert (status, made["labels"]) == (202, [])
    assert "degraded" in made["reasons"]


def test_a_healthy_house_is_not_degraded(house):
    """The other way round: nothing failed, nothing is said."""
    with capture_logs() as logs:
        made = answer(house, CLEAR)[1]
    assert "degraded" not in made["reasons"]
    assert [entry for entry in logs if entry["event"] == "degraded"] == []
