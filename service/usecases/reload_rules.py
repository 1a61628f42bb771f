"""Reload rule and policy files: all of them or none, and the old set serves until the new one is ready."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rules.errors import Problem, RuleErrors
from rules.testing import run_tests
from service.domain.types import Workflow
from service.errors import RulesBroken
from service.observe.metrics import RELOADS
from service.store import pointers
from service.usecases.house import House
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.shelf import compile_ruleset
from service.usecases.stage_release import Parts, Staged, current_parts, packs_bytes, settle, stage
from service.usecases.workflow_file import FILE, read_workflow


def reload(house: House, by: str, *, dry_run: bool = False) -> dict[str, Any]:
    """Stage a release for every workflow whose files changed and flip them all in one transaction.

    RulesBroken with every error as file:line:column when anything does not load or a rule's own test fails; then
    nothing changes.
    """
    before: dict[str, Mapping[str, Any]] = {}

    def make() -> list[Staged]:
        try:
            changed = _changed(house)
        except RuleErrors as error:
            RELOADS.labels("refused").inc()
            raise broken(error.problems) from error
        before.update({row["workflow"]: row for row, _ in changed})
        return [stage(house, _with_snapshot(house, row, parts), by, "rules reloaded") for row, parts in changed]

    staged = make() if dry_run else settle(house, make, "rules.reloaded")
    if staged and not dry_run:
        RELOADS.labels("activated").inc()
    reports = [_report(before[each.release.workflow.name], each) for each in staged]
    return {"changed": bool(staged), "dry_run": dry_run, "workflows": reports}


def check(house: House) -> list[dict[str, Any]]:
    """Every error in the files as they lie there, failing rule tests included; empty when they may be loaded."""
    return _checked(house)[0]


def status(house: House) -> dict[str, Any]:
    """What is in force, and whether the files say something else."""
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    workflows: list[dict[str, Any]] = []
    packs: dict[str, dict[str, Any]] = {}
    for pointer in active:
        release = house.shelf.open(pointer.release)
        workflows.append(
            {
                "workflow": pointer.workflow,
                "release": release.id,
                "rules": release.row["rules"],
                "ruleset": release.ruleset.digest,
                "halted": pointer.halted,
                "certificate": release.row["certificate"],
                "refusal": release.row["refusal"],
            }
        )
        for rule in release.ruleset.rules:
            pack = packs.setdefault(rule.pack, {"id": rule.pack, "rules": {}})
            pack["rules"][rule.id] = {
                "id": rule.id,
                "title": rule.title,
                "status": rule.status.value,
                "severity": rule.severity.value,
                "effect": rule.effect.value,
                "owner": rule.owner,
                "reason_code": rule.reason_code,
                "file": rule.file,
                "line": rule.line,
            }
    errors, differ = _checked(house)
    return {
        "packs": [{**pack, "rules": list(pack["rules"].values())} for pack in packs.values()],
        "workflows": workflows,
        "files_differ": differ,
        "errors": errors,
    }


def _checked(house: House) -> tuple[list[dict[str, Any]], bool]:
    """Every error in the files, and whether they would change anything."""
    try:
        return [], bool(_changed(house))
    except RuleErrors as error:
        return [as_dict(problem) for problem in error.problems], True


def read_files(house: House, workflow: str) -> tuple[bytes, bytes, Workflow]:
    """Policy, packs and the workflow they make, compiled and tested; RuleErrors if anything is broken."""
    policy, packs, read = _read(house, workflow)
    _compile_and_test(packs, read)
    return policy, packs, read


def _read(house: House, workflow: str) -> tuple[bytes, bytes, Workflow]:
    """Policy, packs and the workflow, as the files under the home folder say now, the packs not yet looked into."""
    path = house.home / "workflows" / workflow / FILE
    shown = f"workflows/{workflow}/{FILE}"
    try:
        policy = path.read_bytes()
    except OSError as error:
        raise RuleErrors([Problem(shown, 1, 1, f"cannot be read: {error.strerror}", "put the file back")]) from error
    read = read_workflow(policy, shown)
    if read.name != workflow:
        remedy = f"write `workflow: {workflow}` or rename the folder"
        raise RuleErrors([Problem(shown, 1, 1, f"names workflow {read.name!r}", remedy)])
    folders = {name: house.home / "packs" / name for name in read.packs}
    missing = [name for name, folder in folders.items() if not folder.is_dir()]
    if missing:
        raise RuleErrors(
            [Problem(shown, 1, 1, f"there is no pack {name!r}", f"make the folder packs/{name}") for name in missing]
        )
    with _places_in_packs():
        return policy, packs_bytes(folders), read


def _compile_and_test(packs: bytes, workflow: Workflow) -> None:
    with _places_in_packs():
        results = run_tests(compile_ruleset(packs, workflow))
    failed = [
        Problem(
            f"packs/{result.file}",
            result.line,
            1,
            f"the test {result.test!r} of {result.rule} expects {result.expected} and gets {result.got}",
            "mend the rule or the test",
        )
        for result in results
        if not result.passed
    ]
    if failed:
        raise RuleErrors(failed)


@contextlib.contextmanager
def _places_in_packs() -> Iterator[None]:
    """Names the files of packs as they lie under the home folder."""
    try:
        yield
    except RuleErrors as error:
        raise RuleErrors([replace(problem, file=f"packs/{problem.file}") for problem in error.problems]) from error


def broken(problems: Sequence[Problem]) -> RulesBroken:
    """The refusal that lists every error."""
    first = f"{problems[0]}" if problems else "unknown error"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return RulesBroken(
        first + more,
        remedy="mend the files and reload; the rules in force stay in force",
        extra={"errors": [as_dict(problem) for problem in problems]},
    )


def as_dict(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _changed(house: House) -> list[tuple[Mapping[str, Any], Parts]]:
    """(active release, parts the files make now) of each workflow whose files differ; RuleErrors for all together."""
    with house.store.read() as connection:
        active = [
            (row, current_parts(connection, row))
            for pointer in pointers.pointers(connection)
            if (row := pointers.release(connection, pointer.release)) is not None
        ]
    changed: list[tuple[Mapping[str, Any], Parts]] = []
    problems: list[Problem] = []
    for row, parts in active:
        try:
            policy, packs, workflow = _read(house, row["workflow"])
            if (policy, packs) != (parts.policy, parts.rules):
                _compile_and_test(packs, workflow)
                changed.append((row, replace(parts, policy=policy, rules=packs)))
        except RuleErrors as error:
            problems += error.problems
    if problems:
        raise RuleErrors(problems)
    return changed


def _with_snapshot(house: House, row: Mapping[str, Any], parts: Parts) -> Parts:
    """The parts with a snapshot of the collections that the policy names now."""
    collections = read_workflow(parts.policy).collections
    if collections == house.shelf.policy(row["id"]).collections:
        return parts
    return replace(parts, snapshot=snapshot_of(house, collections))


def _report(before: Mapping[str, Any], staged: Staged) -> dict[str, Any]:
    return {
        "workflow": staged.release.workflow.name,
        "release": staged.release.id,
        "ruleset": staged.release.ruleset.digest,
        "before": {"release": before["id"], "coverage": _coverage(before)},
        "after": {"coverage": _coverage(staged.release.row)},
        "certificate": staged.release.row["certificate"],
        "refusal": staged.release.row["refusal"],
    }


def _coverage(row: Mapping[str, Any]) -> float:
    """Share of the calibration cases that go through without a person, 0 to 1."""
    granted = row["certificate"]
    return round(granted["accepted"] / granted["cases"], 4) if granted and granted["cases"] else 0.0
