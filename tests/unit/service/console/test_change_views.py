"""The page of changes: what files would change, what going back would, what a reload did."""

from __future__ import annotations

from typing import Any

from service.console.change_views import (
    back_view,
    change_views,
    digest,
    files_view,
    reckoned,
    reload_words,
    rollback_words,
)
from tests.unit.service.console.rule_material import (
    CERTIFICATE,
    NOW,
    change,
    release,
    reloaded,
    status,
    workflow_diff,
)


def _diff(*workflows: dict[str, Any]) -> dict[str, Any]:
    return {"workflows": list(workflows), "errors": []}


def test_what_loosens_comes_first_and_is_counted() -> None:
    """Whoever signs for it sees that before anything else."""
    words = change(direction="words", says="`press`: title was a, is b")
    diff = _diff(workflow_diff(changes=[words, change()], policy_changes=[change(rule=None, what="evidence")]))
    shown = files_view(diff, status(), [])
    assert [each.direction.value for each in shown.workflows[0].rules] == ["loosens", "words"]
    assert shown.loosening == 2


def test_long_conditions_are_shown_side_by_side() -> None:
    """Short changes are a sentence."""
    before, after = "all: [matched('press'), amount >= 10000.0]", "all: [matched('press'), amount >= 8000.0]"
    long, short = change_views([change(what="condition", before=before, after=after), change(says="`a`: x")])
    assert (long.says, long.before, long.after) == ("`press`: condition", before, after)
    assert (short.says, short.before, short.after) == ("`a`: x", "", "")


def test_time_stamps_are_written_as_people_write_them() -> None:
    """In the words of a change."""
    (shown,) = change_views([change(says="until 2027-02-28T00:00:00+00:00", before=None)])
    assert shown.says == "until 28 Feb 2027, 00:00 UTC"


def test_only_workflows_that_would_change_ask_for_anything() -> None:
    """A pinned workflow, or one that wants a second person, is no matter when its files say what is in force."""
    pinned = {"by": "Ada", "at": "2026-11-21T08:00:00.000Z"}
    others = status(workflows=[release(pinned=pinned), release(workflow="cards", pinned=pinned)])
    shown = files_view(_diff(workflow_diff(removed=["old"])), others, ["cards", "retail"])
    assert (shown.pinned, shown.second_person, shown.removed) == ((("retail", "Ada"),), ("retail",), ("old",))
    nothing = files_view(_diff(), others, ["cards"])
    assert (nothing.differ, nothing.pinned, nothing.second_person) == (False, (), ())


def test_a_change_of_what_is_shown_changes_its_digest() -> None:
    """So that nothing is put in force that nobody looked at."""
    assert digest(_diff(workflow_diff())) == digest(_diff(workflow_diff()))
    assert digest(_diff(workflow_diff())) != digest(_diff(workflow_diff(changes=[change(after="block")])))


def test_a_reload_says_how_automation_changes() -> None:
    """Before and after, for each workflow, and which workers came too late."""
    report = {"changed": True, "workflows": [reloaded()], "left_behind": ["wrk_1"]}
    assert reload_words(report) == (
        "In force from now on. retail: automation 82% → 79% of the calibration cases. "
        "1 worker was not ready in time and left service."
    )
    assert "already in force" in reload_words({"changed": False, "workflows": []})
    (each,) = reckoned(report)
    assert (each.before, each.after, each.less) == ("82%", "79%", True)


def test_going_back_is_shown_before_it_is_done() -> None:
    """What it would change, and what that release promises."""
    old: dict[str, Any] = {
        "id": "rel_1",
        "created_at": "2026-11-20T08:00:00.000Z",
        "created_by": "Ada",
        "why": "first start",
    }
    old |= {"certificate": CERTIFICATE, "refusal": None}
    shown = back_view({"active": "rel_2", "release": old, **workflow_diff()}, NOW)
    assert (shown.workflow, shown.active, shown.release.automation) == ("retail", "rel_2", "75%")
    assert shown.changes.loosening == 1
    assert "400 calibration cases" in shown.release.promise


def test_after_a_rollback_it_is_told_that_the_workflow_is_pinned() -> None:
    """With the release that answers."""
    told = rollback_words({"workflows": [{"workflow": "retail", "release": "rel_1", "before": "rel_2"}]})
    assert told.startswith("retail answers by release rel_1, and is pinned")
