"""Check and test rule files, anywhere: no house, no database, nothing heavy."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.cli.rules.arguments import Json, Junit, Paths
from service.cli.saying import place, print_json, print_table, say

if TYPE_CHECKING:
    from service.cli.rules.inspecting import Inspected


def check(paths: Paths = None, junit: Junit = None, as_json: Json = False) -> None:
    """Check files as they lie there, tests included: every error as file:line:column, its reason, its remedy."""
    inspected = _inspect(paths or (), junit)
    problems = inspected.problems()
    if as_json:
        print_json({"ok": not problems, "errors": problems})
    else:
        for problem in problems:
            print(place(problem))
        if problems:
            say.print(f"{len(problems)} to mend")
        else:
            say.print(f"{_counted(inspected)}, {inspected.totals}: fine")
    if problems:
        raise typer.Exit(1)


def run_tests(paths: Paths = None, junit: Junit = None, as_json: Json = False) -> None:
    """Run the tests beside the rules and the golden requests."""
    inspected = _inspect(paths or (), junit)
    if as_json:
        cases = [case.as_dict() for case in inspected.cases]
        print_json({"errors": inspected.problems() if inspected.errors else [], "tests": cases})
    else:
        for problem in inspected.problems() if inspected.errors else ():
            print(place(problem))
        if inspected.failed:
            rows = [(case.of, case.name, case.failure, f"{case.file}:{case.line}") for case in inspected.failed]
            print_table(("RULE", "TEST", "RESULT", "PLACE"), rows)
        if not inspected.errors:
            say.print(inspected.totals)
    if inspected.errors or inspected.failed:
        raise typer.Exit(1)


def _inspect(paths: Sequence[Path], junit: Path | None) -> Inspected:
    from service.cli.rules.inspecting import inspect

    began, clock = datetime.now(UTC), time.monotonic()
    inspected = inspect(paths)
    if junit is not None:
        from service.cli.rules.junit import report

        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(report(inspected, began, time.monotonic() - clock), encoding="utf-8")
    return inspected


def _counted(inspected: Inspected) -> str:
    packs = {pack.id: pack for candidate in inspected.candidates for pack in candidate.packs}
    rules = sum(len(pack.rules) for pack in packs.values())
    workflows = sum(candidate.workflow is not None for candidate in inspected.candidates)
    counted = [(workflows, "workflow"), (len(packs), "pack"), (rules, "rule")]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count)
