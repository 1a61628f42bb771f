"""Proposals, and the one timeline of what changed."""

from __future__ import annotations

import pytest

from service.console.timeline_views import days, happening, proposal_row, proposal_view
from tests.unit.service.console.rule_material import NOW, event, proposal


def test_the_timeline_is_told_by_days() -> None:
    """Newest first, as it is given."""
    yesterday = event(at="2026-11-20T22:00:00.000Z", kind="workflow.halted", summary="Halted", detail={"subject": "w"})
    today, before = days([event(), yesterday], NOW)
    assert (today.name, before.name) == ("Today", "20 November 2026")
    (one,) = today.happenings
    assert (one.kind.short, one.at.words, one.by, one.summary) == ("Reloaded", "08:30 UTC", "Ada", "1 changed (press)")


def test_an_entry_leads_to_the_rules_it_is_about() -> None:
    """Those that were added or changed; one that is gone has no page."""
    assert happening(event()).rules == (("press", "/console/rules/press"),)
    off = event(kind="rule.disabled", detail={"subject": "dis_1", "rule": "bribery", "note": "pay_1", "why": "noise"})
    assert happening(off).rules == (("bribery", "/console/rules/bribery"),)


def test_only_what_a_person_wrote_is_quoted() -> None:
    """The service's own word for why is not somebody's reason."""
    assert happening(event()).why == ""
    assert happening(event(detail={"subject": "x", "note": "pay_1", "why": "noise"})).why == "noise"
    assert happening(event(detail={"subject": "x", "note": "pay_1", "why": None})).why == ""


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"promoted": {"press": "shadow → enforce"}}, "Promoted: shadow → enforce"),
        ({"demoted": {"press": "enforce → canary 10 %"}}, "Demoted: enforce → canary 10 %"),
        ({"added": ["press"], "changed": ["other"]}, "Added"),
        ({"removed": ["press"]}, "Removed"),
        ({"changed": ["other"]}, "2 changed"),
    ],
)
def test_on_a_rules_own_page_its_own_part_is_told(changes: dict[str, object], says: str) -> None:
    """Not what else came with the same reload."""
    entry = event(summary="Reloaded: 2 changed", detail={"subject": "rel_3", "changes": changes})
    assert happening(entry, "press").summary == says


def test_an_entry_of_a_proposal_leads_to_it() -> None:
    """Whether it was made, approved or rejected."""
    made = event(kind="rules.proposed", detail={"subject": "prop_1"})
    approved = event(kind="rules.approved", detail={"subject": "rel_3", "proposal": "prop_1"})
    assert [happening(each).proposal for each in (made, approved, event())] == ["prop_1", "prop_1", ""]


def test_times_in_a_sentence_are_readable() -> None:
    """As on the rest of the page."""
    assert happening(event(summary="off until 2026-11-21T16:30:24.644Z")).summary == "off until 21 Nov 2026, 16:30 UTC"


def test_whoever_proposed_it_sees_that_somebody_else_has_to_approve() -> None:
    """Also when it was proposed at a terminal."""
    assert proposal_view(proposal(), "Ada", NOW).own
    assert proposal_view(proposal(by="cli:ada"), "Ada", NOW).own
    assert not proposal_view(proposal(), "Noor", NOW).own


def test_a_proposal_shows_what_it_changes_and_what_becomes_of_automation() -> None:
    """And whether it can still be approved."""
    shown = proposal_view(proposal(stale="the rules of retail changed"), "Noor", NOW)
    assert (shown.open, shown.stale) == (True, "the rules of retail changed")
    assert shown.workflows[0].loosening == 1
    assert (shown.reckoned[0].before, shown.reckoned[0].after) == ("82%", "79%")


def test_a_decided_proposal_says_by_whom() -> None:
    """In the list too, where its workflows are names."""
    decided = proposal(state="rejected", decided_by="Noor", decided_at="2026-11-21T08:30:00.000Z", workflows=["retail"])
    row = proposal_row(decided, NOW)
    assert row.decided is not None
    assert (row.state.short, row.decided_by, row.decided.words, row.workflows) == (
        "Rejected",
        "Noor",
        "08:30 UTC",
        "retail",
    )
