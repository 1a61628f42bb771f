"""What a person is told."""

from __future__ import annotations

from service.console.notices import lease_lost
from tests.unit.service.console.material import NOW


def test_a_lost_lease_names_the_present_holder_and_what_to_do() -> None:
    """Somebody else has it: their name, until when, and that nothing was recorded or lost; no claiming it back."""
    told = lease_lost("case_1", {"holder": "Sam", "until": "2026-11-21T09:15:00.000Z", "state": "claimed"}, "Maya", NOW)
    assert told.title == "Sam holds this case now"
    assert "09:15 UTC" in told.text
    assert "Nothing was recorded" in told.text
    assert "still here" in told.text
    assert told.claim == ""
    assert told.remedy


def test_a_lapsed_lease_that_nobody_took_can_be_claimed_again() -> None:
    """The way back keeps what was written."""
    told = lease_lost("case_1", {"holder": None, "until": None, "state": "queued"}, "Maya", NOW)
    assert told.claim == "case_1"
    assert "nobody has taken it" in told.text


def test_ones_own_newer_claim_can_be_taken_over() -> None:
    """Two windows of one person: the older page says so."""
    told = lease_lost("case_1", {"holder": "Maya", "until": "2026-11-21T09:15:00.000Z"}, "Maya", NOW)
    assert told.claim == "case_1"
    assert "another window" in told.title


def test_a_case_decided_by_somebody_else_leads_to_what_was_decided() -> None:
    """No second decision is offered."""
    told = lease_lost("case_1", {"holder": None, "until": None, "state": "decided"}, "Maya", NOW)
    assert "already decided" in told.title
    assert told.claim == ""
    assert told.link == "/console/cases/case_1"
