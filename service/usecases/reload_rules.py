"""Reload rule and policy files: all of them or none, and the old set serves until the new one is ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from service.errors import LosesAutomation, RulesPinned
from service.observe.metrics import RELOADS
from service.store.engine import Connection
from service.usecases.changed_files import Edited, answering, broken, differences, read_files, refusal
from service.usecases.house import House
from service.usecases.known_files import edited_here, kept_here, note_in_force
from service.usecases.propose_rules import propose
from service.usecases.rebuild_snapshot import with_snapshot
from service.usecases.reload_report import report
from service.usecases.rollback_rules import unpin_within
from service.usecases.rule_changes import gone_as_problems
from service.usecases.rule_files import as_dict
from service.usecases.rules_status import status
from service.usecases.stage_release import Staged, current_parts, settle, stage

__all__ = ["as_dict", "broken", "check", "diff", "read_files", "reload", "status"]

log = structlog.get_logger(__name__)


class _ApprovalNeeded(Exception):
    """The policy in force asks for a second person."""

    def __init__(self, staged: list[Staged]) -> None:
        super().__init__()
        self.staged = staged


def reload(
    house: House,
    by: str,
    *,
    dry_run: bool = False,
    allow_removal: bool = False,
    unpin: bool = False,
    accept_none: bool = False,
    why: str = "rules reloaded",
    automatic: bool = False,
    untouched: bool = True,
) -> dict[str, Any]:
    """Stage a release for every workflow whose files changed and flip them all in one transaction.

    RulesBroken with every error as file:line:column when anything does not load, when a rule's own test or a golden
    request fails, or when a rule that is in force is gone from the files (`allow_removal` lets it go); RulesPinned when
    a workflow concerned was rolled back and `unpin` is not given; LosesAutomation when one would lose its certificate
    and `accept_none` is not given (a dry run and a proposal only tell it). Then nothing changes. Where the policy in
    force asks for a second person the answer names a proposal, and nothing changes until it is approved. An
    `automatic` reload (start, signal, watch) leaves alone what is pinned or needs a second person, and says so in the
    log; not `untouched`, also files that nobody edited here since they were in force (`known_files`).
    `why` is in words of our own: the ledger holds it.
    """
    edited: list[Edited] = []

    def make() -> list[Staged]:
        edited[:] = _edited(house, automatic=automatic, untouched=untouched)
        _refuse_gone(edited, allow_removal)
        _refuse_pinned(edited, unpin)
        change = house.new_id("chg")  # the same for all, so that a rollback finds what belongs together
        staged = [_stage(house, each, by, why, change) for each in edited]
        if not dry_run and any(_second_person(house, each) for each in edited):
            raise _ApprovalNeeded(staged)
        return staged

    def also(connection: Connection) -> None:
        for each in edited:
            if each.pointer.pinned_by is not None:
                unpin_within(house, connection, each.pointer.workflow, by)

    try:
        staged = make() if dry_run else settle(house, make, "rules.reloaded", also, accept_none=accept_none)
    except LosesAutomation:
        RELOADS.labels("refused").inc()
        raise
    except _ApprovalNeeded as needed:
        proposal = propose(house, by, needed.staged, edited, unpin=unpin)
        return report(needed.staged, edited, proposal=proposal)
    if not dry_run:
        _settled(house, by, staged, unpin=unpin)
    return report(staged, edited, dry_run=dry_run)


def check(house: House) -> list[dict[str, Any]]:
    """Every error in the files as they lie there, failing tests included; empty when they may be loaded."""
    return [as_dict(problem) for problem in differences(house, answering(house))[1]]


def diff(house: House) -> dict[str, Any]:
    """What a reload would change, workflow by workflow; `removed` are rules in force that are in no file any more."""
    edited, problems = differences(house, answering(house))
    workflows = [
        {
            "workflow": each.pointer.workflow,
            **each.changes.as_dict(),
            "removed": [rule.id for rule in each.changes.gone],
        }
        for each in edited
    ]
    return {"workflows": workflows, "errors": [as_dict(problem) for problem in problems]}


def _edited(house: House, *, automatic: bool, untouched: bool) -> list[Edited]:
    """What a reload takes over; RulesBroken for all workflows together."""
    among = answering(house)
    if automatic:
        for pointer, _ in among:
            if pointer.pinned_by is not None:
                log.info("files_left_alone", workflow=pointer.workflow, why=f"pinned by {pointer.pinned_by}")
        among = kept_here(house.home, ((pointer, row) for pointer, row in among if pointer.pinned_by is None))
    edited, problems = differences(house, among)
    if problems:
        RELOADS.labels("refused").inc()
        raise broken(problems)
    taken = [each for each in edited if untouched or _touched(house, each)]
    return [each for each in taken if not (automatic and _left_to_two(house, each))]


def _touched(house: House, edited: Edited) -> bool:
    touched = edited_here(house, edited)
    if not touched:
        why = "older than what answers, and not edited here since: `signoff rules reload` takes them over all the same"
        log.warning("files_left_alone", workflow=edited.pointer.workflow, why=why)
    return touched


def _left_to_two(house: House, edited: Edited) -> bool:
    needed = _second_person(house, edited)
    if needed:
        why = "a second person has to approve: `signoff rules reload` proposes it"
        log.warning("files_left_alone", workflow=edited.pointer.workflow, why=why)
    return needed


def _second_person(house: House, edited: Edited) -> bool:
    """The policy in force decides, never the one that is proposed."""
    return house.shelf.policy(edited.row["id"]).changes.second_person


def _stage(house: House, edited: Edited, by: str, why: str, change: str) -> Staged:
    with house.store.read() as connection:
        parts = current_parts(connection, edited.row)
    parts = replace(parts, policy=edited.candidate.policy, rules=edited.candidate.rules)
    staged = stage(house, with_snapshot(house, edited.row["id"], parts), by, why)
    told = {"before": edited.row["id"], "change": change, "changes": dict(edited.changes.summary)}
    return replace(staged, told=told)


def _refuse_gone(edited: Sequence[Edited], allowed: bool) -> None:
    errors = [error for each in edited for error in gone_as_problems(each.changes.gone)]
    if errors and not allowed:
        RELOADS.labels("refused").inc()
        raise refusal(errors)


def _refuse_pinned(edited: Sequence[Edited], unpin: bool) -> None:
    pinned = [each.pointer for each in edited if each.pointer.pinned_by is not None]
    if pinned and not unpin:
        names = ", ".join(f"{pointer.workflow} (by {pointer.pinned_by})" for pointer in pinned)
        raise RulesPinned(
            f"rolled back and pinned: {names}", remedy="mend the files, then reload with --unpin, which takes them over"
        )


def _settled(house: House, by: str, staged: Sequence[Staged], *, unpin: bool) -> None:
    if unpin:
        _unpin_unchanged(house, by)
    if staged:
        RELOADS.labels("activated").inc()
    note_in_force(house, answering(house))


def _unpin_unchanged(house: House, by: str) -> None:
    """Workflows whose files are what answers have nothing to reload, and their pin goes all the same."""
    pinned = [pointer.workflow for pointer, _ in answering(house) if pointer.pinned_by is not None]

    def work(connection: Connection) -> None:
        for name in pinned:
            unpin_within(house, connection, name, by)

    if pinned:
        house.store.commit(work)
