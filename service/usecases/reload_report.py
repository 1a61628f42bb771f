"""What is told of a reload that was done, tried or proposed, and of one approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.usecases.changed_files import Edited
from service.usecases.rule_changes import Changes
from service.usecases.stage_release import Staged


def report(
    staged: Sequence[Staged], edited: Sequence[Edited], *, dry_run: bool = False, proposal: str | None = None
) -> dict[str, Any]:
    """The whole, as the API answers it."""
    by_name = {each.pointer.workflow: each for each in edited}
    told = [(each, by_name[each.release.workflow.name]) for each in staged]
    return {
        "changed": bool(staged) and not dry_run and proposal is None,
        "dry_run": dry_run,
        "proposal": proposal,
        "workflows": [report_one(each, edit.row, edit.changes) for each, edit in told],
        "left_behind": left_behind(staged),
    }


def report_one(staged: Staged, before: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """One workflow: the release, what automation it costs, and what changes."""
    return {
        "workflow": staged.release.workflow.name,
        "release": staged.release.id,
        "ruleset": staged.release.ruleset.digest,
        "before": {"release": before["id"], "coverage": coverage(before)},
        "after": {"coverage": coverage(staged.release.row)},
        "certificate": staged.release.row["certificate"],
        "refusal": staged.release.row["refusal"],
        **changes.as_dict(),
    }


def left_behind(staged: Sequence[Staged]) -> list[str]:
    """Workers that did not have the releases open when these began to answer."""
    return sorted({worker for each in staged for worker in each.left_behind})


def coverage(row: Mapping[str, Any]) -> float:
    """Share of the calibration cases that go through without a person, 0 to 1."""
    granted = row["certificate"]
    return round(granted["accepted"] / granted["cases"], 4) if granted and granted["cases"] else 0.0
