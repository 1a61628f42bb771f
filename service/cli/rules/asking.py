"""Why did a rule fire, why did it not, and what would the edited files have said?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.opening import opened
from service.cli.reading import attributes, moment, past
from service.cli.rules.arguments import Json
from service.cli.rules.telling import replay_lines, trace_lines
from service.cli.saying import print_json, progress_shown, say


def explain(
    text: Annotated[str, typer.Argument(help="What a request would say.")],
    workflow: Annotated[str | None, typer.Option(help="Ask the rules in force in this workflow.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Ask the files of a pack, or of packs, instead.")] = None,
    attribute: Annotated[
        list[str] | None, typer.Option("--attribute", "-a", help="name=value; may be repeated; a list with commas.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule.")] = None,
    subject: Annotated[str | None, typer.Option(help="Chooses the side of rules in canary.")] = None,
    now: Annotated[str | None, typer.Option(help="Another moment than this one, as in 2026-11-21.")] = None,
    as_json: Json = False,
) -> None:
    """Tell of each rule why it fires, or the first clause that stops it. Nothing is recorded."""
    at = moment(now, "--now") if now else datetime.now(UTC)
    if (workflow is None) == (pack is None):
        raise typer.BadParameter("name one of them: --workflow for the rules in force, --pack for files")
    given = attribute or []
    if pack is not None:
        told = [trace for part in _packs(pack, text, given, at, rule, subject) for trace in part]
    else:
        assert workflow is not None
        told = _workflow(workflow, text, given, at, rule, subject)
    if as_json:
        print_json(told)
        return
    for line in trace_lines(told, text):
        print(line)


def _packs(
    pack: Path, text: str, given: list[str], at: datetime, rule: str | None, subject: str | None
) -> list[list[dict[str, Any]]]:
    from rules.analysis.trace import explain as trace
    from rules.errors import did_you_mean
    from rules.normalize import normalize, refuse
    from service.cli.rules.inspecting import gather

    if unusable := refuse(text):
        raise typer.BadParameter(f"the text {unusable}", param_hint="TEXT")
    found = gather([pack])
    known = [each.id for candidate in found for each in candidate.ruleset.rules]
    if rule is not None and rule not in known:
        raise typer.BadParameter(
            f"there is no rule {rule!r} ({did_you_mean(rule, known, 'rules')})", param_hint="--rule"
        )
    only = None if rule is None else {rule}
    told = []
    for candidate in found:
        values = attributes(given, candidate.schema.attributes, "--attribute")
        traces = trace(candidate.ruleset, normalize(text), values, at, key=subject, only=only)
        told.append([each.as_dict() for each in traces])
    return told


def _workflow(
    workflow: str, text: str, given: list[str], at: datetime, rule: str | None, subject: str | None
) -> list[dict[str, Any]]:
    from service.store.pointers import pointer
    from service.usecases.explain_rules import explain as ask

    with opened(lambda: at) as house:
        with house.store.read() as connection:
            active = pointer(connection, workflow)
        declared = house.shelf.policy(active.release).attributes if active else ()
        values = attributes(given, declared, "--attribute") if active else {}
        report = ask(house, workflow, text, values, subject=subject, rule=rule)
    traces: list[dict[str, Any]] = report["rules"]
    return traces


def replay(
    workflow: Annotated[str, typer.Option(help="Whose decisions, and whose files.")],
    since: Annotated[str, typer.Option(help="A span as in 7d or 12h, or a date.")] = "7d",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Decisions at most, newest first.")] = 10_000,
    examples: Annotated[int, typer.Option(min=0, max=200, help="Changed decisions shown at most.")] = 20,
    as_of: Annotated[
        str | None, typer.Option(help="Rules in force at that moment, not at each decision's own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Try the files as they lie there on past decisions: which would have been others. Changes nothing."""
    from service.usecases.replay_rules import replay as run

    first = past(since, datetime.now(UTC), "--since")
    moment_ = moment(as_of, "--as-of") if as_of else None
    with opened() as house, progress_shown() as progress:
        report = run(house, workflow, first, limit=limit, examples=examples, as_of=moment_, progress=progress)
    if as_json:
        print_json(report)
        return
    for line in replay_lines(report):
        print(line)
    say.print(f"{report['changed']} of {report['decisions']} decisions would have been others")
