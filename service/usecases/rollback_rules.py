"""Roll back: rules and policy that answered before answer again, and stay until somebody says otherwise.

What answers again is pinned: files are not taken over, not by a restart, a signal or a new worker either. Where nothing
but rules and policy changed since, the old release itself answers with its own certificate; else a new one is made of
them with today's classifier and documents, and certified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.errors import RuleErrors
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases.changed_files import Answering, answering, broken
from service.usecases.house import House
from service.usecases.note import Note, check_why, note_of
from service.usecases.rebuild_snapshot import with_snapshot
from service.usecases.reload_report import coverage, left_behind
from service.usecases.rule_changes import changes_between
from service.usecases.stage_release import Staged, current_parts, settle, stage

KIND = "rules.rolled_back"

# A release with these in common with another is certified by what certified the other, if its rules are the same.
_CERTIFIED_WITH = ("head", "snapshot", "encoder", "adapter", "calibration")


@dataclass(frozen=True, slots=True)
class Version:
    """One stretch of a workflow's life under the same rules and policy."""

    rules: str  #: digest
    policy: str  #: digest
    release: str  #: the latest release of these rules and policy
    sequence: int  #: of the record that brought them
    change: str  #: what was changed together with it in other workflows


def rollback(
    house: House,
    by: str,
    workflow: str | None,
    to: str | None,
    why: str,
    *,
    instead_of: str | None = None,
    accept_none: bool = False,
) -> dict[str, Any]:
    """Go back to the release `to`; without it, to the rules and policy before the last change, and pin.

    Without `workflow` it is what the last change of rules concerned, all of it. `instead_of` is the release whose rules
    and policy are to go: if others answer by now, somebody was faster, and nobody wants to go back further than that.
    NotFound for a workflow or release that is not there, Conflict when there is nothing to go back to, or when that
    would end what the policy in force asks for: a second person. LosesAutomation when a workflow would lose its
    certificate and `accept_none` is not given.
    """
    note = note_of(house, check_why(why))
    told: list[dict[str, Any]] = []

    def make() -> list[Staged]:
        targets = _targets(house, workflow, to)
        for now, target in targets:
            _refuse_other(house, now, instead_of)
            _refuse_one_person(house, now, target)
        staged = [_stage(house, pointer_row, target, by, note) for pointer_row, target in targets]
        told[:] = [_told(each, row) for each, ((_, row), _) in zip(staged, targets, strict=True)]
        return staged

    def also(connection: Connection) -> None:
        now = house.clock()
        note.keep(connection, now)
        for each in told:
            pointers.pin(connection, each["workflow"], by, now)

    staged = settle(house, make, KIND, also, accept_none=accept_none)
    return {"workflows": list(told), "left_behind": left_behind(staged)}


def unpin(house: House, by: str, workflow: str) -> dict[str, Any]:
    """Take over the workflow's files again, with the next reload. Does nothing when it is not pinned."""

    def work(connection: Connection) -> bool:
        found = pointers.pointer(connection, workflow)
        if found is None:
            raise NotFound(f"there is no workflow {workflow}")
        if found.pinned_by is not None:
            unpin_within(house, connection, workflow, by)
        return found.pinned_by is not None

    return {"workflow": workflow, "unpinned": house.store.commit(work)}


def unpin_within(house: House, connection: Connection, workflow: str, by: str) -> None:
    """As part of somebody else's transaction."""
    now = house.clock()
    pointers.pin(connection, workflow, None, now)
    ledger.append(connection, "rules.unpinned", workflow, now, {"workflow": workflow, "by": by})


def versions(records: Sequence[tuple[int, str, str, Mapping[str, Any]]]) -> list[Version]:
    """What a workflow was decided by, oldest first, from (sequence, kind, release, body) of its activations in order.

    A rollback takes away what came after the version it goes back to, so that the next one goes back further.
    """
    found: list[Version] = []
    for sequence, kind, release, body in records:
        same = (body["rules"], body["policy"])
        if kind == KIND and any((each.rules, each.policy) == same for each in found):
            while (found[-1].rules, found[-1].policy) != same:
                found.pop()
        if found and (found[-1].rules, found[-1].policy) == same:
            found[-1] = replace(found[-1], release=release)
        else:
            found.append(Version(*same, release, sequence, str(body.get("change") or sequence)))
    return found


def _targets(house: House, workflow: str | None, to: str | None) -> list[tuple[Answering, str]]:
    """What answers now, with the release to go back to."""
    active = {pointer.workflow: (pointer, row) for pointer, row in answering(house)}
    if workflow is not None and workflow not in active:
        raise NotFound(f"there is no workflow {workflow}")
    if to is not None:
        target = _release(house, workflow, to)
        return [(_unlike(active[target["workflow"]], target), to)]
    names = [workflow] if workflow is not None else list(active)
    earlier = {name: lived for name in names if len(lived := _versions(house, name)) > 1}
    if not earlier:
        who = f"{workflow} has no" if workflow is not None else "no workflow has"
        raise Conflict(f"{who} earlier rules to go back to", remedy="see `signoff rules history`")
    last = max((lived[-1] for lived in earlier.values()), key=lambda version: version.sequence)
    return [
        (active[name], lived[-2].release)
        for name, lived in earlier.items()
        if workflow is not None or lived[-1].change == last.change
    ]


def _release(house: House, workflow: str | None, release: str) -> Mapping[str, Any]:
    with house.store.read() as connection:
        row = pointers.release(connection, release)
        answered = bool(ledger.about(connection, release))
    if row is None or not answered:  # one that is being rolled out has to be let to answer first
        raise NotFound(f"there is no release {release} that has answered")
    if workflow is not None and row["workflow"] != workflow:
        problem = FieldProblem("to", f"is a release of {row['workflow']}", f"name a release of {workflow}")
        raise InvalidRequest(f"to: {problem.message}", problems=(problem,))
    return row


def _refuse_other(house: House, now: Answering, instead_of: str | None) -> None:
    if instead_of is None:
        return
    with house.store.read() as connection:
        meant = pointers.release(connection, instead_of)
    if meant is None or (meant["rules"], meant["policy"]) != (now[1]["rules"], now[1]["policy"]):
        raise Conflict(f"{now[0].workflow} answers by other rules than those of {instead_of} by now")


def _refuse_one_person(house: House, now: Answering, target: str) -> None:
    """Else whoever is alone could go back to a policy that lets one person do as they like."""
    in_force, earlier = house.shelf.policy(now[0].release).changes, house.shelf.policy(target).changes
    if in_force.second_person and not earlier.second_person:
        raise Conflict(
            f"the policy of {target} does not ask for a second person, and the policy in force does",
            remedy="put the files back as they were: `signoff rules reload` proposes them to somebody else",
        )


def _unlike(now: Answering, target: Mapping[str, Any]) -> Answering:
    if (now[1]["rules"], now[1]["policy"]) == (target["rules"], target["policy"]):
        raise Conflict(
            f"{now[0].workflow} answers by the rules and policy of {target['id']} already",
            remedy="see `signoff rules history` for others",
        )
    return now


def _versions(house: House, workflow: str) -> list[Version]:
    with house.store.read() as connection:
        rows = ledger.of_releases(connection, workflow)
    records = [(row.sequence, row.kind, row.subject_id, json.loads(row.record)["body"]) for row in rows]
    return versions([record for record in records if {"rules", "policy"} <= record[3].keys()])


def _stage(house: House, now: Answering, target: str, by: str, note: Note) -> Staged:
    _, row = now
    with house.store.read() as connection:
        old = pointers.release(connection, target)
        assert old is not None, "the ledger names it, or it was looked up"
        parts, current = current_parts(connection, old), current_parts(connection, row)
    changes = changes_between(
        house.shelf.rules(row["id"]).packs,
        house.shelf.policy(row["id"]),
        house.shelf.rules(target).packs,
        house.shelf.policy(target),
    )
    told = {
        "by": by,
        "why": "rolled back",
        "before": row["id"],
        "to": target,
        "changes": dict(changes.summary),
        **note.told,
    }
    if all(old[part] == row[part] for part in _CERTIFIED_WITH) and old["route"] == house.settings.route:
        again = replace(parts, base=row["id"])
        return Staged(house.shelf.open(target), again, recorded=True, told=told)
    mixed = with_snapshot(house, row["id"], replace(current, policy=parts.policy, rules=parts.rules))
    try:
        return replace(stage(house, mixed, by, f"rolled back to the rules of {target}"), told=told)
    except RuleErrors as error:
        raise broken(error.problems) from error


def _told(staged: Staged, before: Mapping[str, Any]) -> dict[str, Any]:
    row = staged.release.row
    return {
        "workflow": staged.release.workflow.name,
        "release": staged.release.id,
        "before": before["id"],
        "to": staged.told["to"],
        "coverage": {"before": coverage(before), "after": coverage(row)},
        "certificate": row["certificate"],
        "refusal": row["refusal"],
    }
