"""How good are the rules and their tests? What no test decides, what no test notices, and what deserves a look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from service.cli.opening import opened
from service.cli.rules.arguments import Json, Paths, Strict
from service.cli.saying import print_json, say

_YEAR = 365


def cover(paths: Paths = None, strict: Strict = False, as_json: Json = False) -> None:
    """Which rules and clauses no test decides: never true or never false where it would have mattered."""
    from rules.analysis.cover import cover as measure
    from service.cli.rules.inspecting import gather

    found = [(candidate, measure(candidate.ruleset)) for candidate in gather(paths or ())]
    undecided = sum(len(coverage.undecided) for _, coverage in found)
    if as_json:
        print_json([{"name": candidate.name, **coverage.as_dict()} for candidate, coverage in found])
    else:
        for candidate, coverage in found:
            for one in coverage.undecided:
                at = f"{candidate.root}{one.file}:{one.line}:{one.column}"
                print(f"{at}: {one.rule}: {' '.join(one.source.split())} is {', '.join(one.missing)}")
            untested = [rule.rule for rule in coverage.rules if not rule.tests]
            if untested:
                say.print(f"[yellow]without any test:[/] {', '.join(untested)}")
            say.print(f"{candidate.name}: tests decide {coverage.decided} of {coverage.clauses} clauses")
    if strict and undecided:
        raise typer.Exit(1)


def mutate(paths: Paths = None, strict: Strict = False, as_json: Json = False) -> None:
    """Change each rule a little, again and again: which changes would no test have noticed?"""
    from rules.analysis.mutate import mutate as measure
    from service.cli.rules.inspecting import gather

    found = [(candidate, measure(candidate.ruleset)) for candidate in gather(paths or ())]
    survivors = sum(len(report.survivors) for _, report in found)
    if as_json:
        print_json([{"name": candidate.name, **report.as_dict()} for candidate, report in found])
    else:
        for candidate, report in found:
            for one in report.survivors:
                print(f"{candidate.root}{one.file}:{one.line}:{one.column}: {one.says}")
            idle = f" ({report.equivalent} more change nothing)" if report.equivalent else ""
            tried = report.killed + len(report.survivors)
            say.print(f"{candidate.name}: tests notice {report.killed} of {tried} changes{idle}")
    if strict and survivors:
        raise typer.Exit(1)


def lint(
    paths: Paths = None,
    silent_days: Annotated[
        int | None,
        typer.Option(min=1, help="Also name rules that never fired in so many days; asks the database.", metavar="N"),
    ] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Contradictions, duplicates, rules that another one always covers, and what has expired or waits for review."""
    from rules.analysis.lint import lint as measure
    from service.cli.rules.inspecting import gather

    if paths and silent_days is not None:
        raise typer.BadParameter("only rules of the home folder have fired; leave PATH out", param_hint="--silent-days")
    now = datetime.now(UTC)
    hits = None if silent_days is None else _last_hits(now, silent_days)
    found = [
        (candidate, measure(candidate.ruleset, now, last_hits=hits, silent_days=silent_days or 30))
        for candidate in gather(paths or ())
    ]
    advised = sum(len(advice) for _, advice in found)
    if as_json:
        print_json([{"name": candidate.name, "advice": [a.as_dict() for a in advice]} for candidate, advice in found])
    else:
        for candidate, advice in found:
            for one in advice:
                print(f"{candidate.root}{one}")
        say.print(f"{advised} to look at" if advised else "nothing to look at")
    if strict and advised:
        raise typer.Exit(1)


def _last_hits(now: datetime, days: int) -> Mapping[str, datetime]:
    """Rule id -> when it last matched, as far back as matters and a year at least."""
    from service.store import rule_hours

    since = now - timedelta(days=max(days, _YEAR))
    with opened() as house, house.store.read() as connection:
        found = rule_hours.hits(connection, since)
    return {rule: hits.last for rule, hits in found.items() if hits.last is not None}
