"""Decisions that are out: correct what was decided by something wrong, contest one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.background import finished
from service.cli.opening import by, lead, opened
from service.cli.reading import moment, one_of, past
from service.cli.replay import Since, Until
from service.cli.rules.arguments import Json, Why
from service.cli.saying import plain, print_json, progress_shown, say

if TYPE_CHECKING:
    from service.usecases.house import House

app = typer.Typer(no_args_is_help=True, help="Decisions that are out.")


@app.command("correct")
def correct(
    why: Why,
    since: Since,
    rule: Annotated[str, typer.Option(help="The rule that was wrong.")] = "",
    document: Annotated[str, typer.Option(help="The document that was wrong; with @VERSION only that one.")] = "",
    release: Annotated[str, typer.Option(help="The release that was wrong: all that it decided.")] = "",
    until: Until = "",
    workflow: Annotated[str, typer.Option(help="Of this workflow; needed where there are several.")] = "",
    how: Annotated[str, typer.Option(help="decide: made anew; case: a person decides each.")] = "decide",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make anew what rests on something that was wrong, as it would be decided today.

    Where that comes to something else, another decision takes the place of the old one, or a person decides.
    """
    from service.usecases import run_jobs
    from service.usecases.correct_decisions import Fault, How

    now, way = datetime.now(UTC), one_of(How, how, "--how")
    first, last = past(since, now, "--since"), moment(until, "--until") if until else now
    with opened() as house, progress_shown() as progress:
        fault = Fault(_workflow(house, workflow, release), first, last, rule, document, release)
        job = run_jobs.ask_correct(house, by(), fault, why=why, how=way, dry_run=dry_run)["id"]
        report = finished(house, job, progress)
    if as_json:
        print_json(report)
    else:
        _tell(report)


@app.command("appeal")
def appeal(
    decision: Annotated[str, typer.Argument(help="The decision's id.")],
    note: Annotated[str, typer.Option(help="What is wrong with it, for whoever decides it anew.")],
) -> None:
    """Contest a decision that is out, also one that no person ever saw: somebody decides it anew."""
    from service.usecases.appeal_decision import appeal as do_appeal

    with opened() as house:
        found = do_appeal(house, lead(), decision, note)
    say.print(f"a person decides it anew in case {plain(found['case'])}; until then it stands")
    print(found["case"])


def _workflow(house: House, named: str, release: str) -> str:
    from service.store import pointers

    if named:
        return named
    with house.store.read() as connection:
        if release:
            row = pointers.release(connection, release)
            if row is None:
                raise typer.BadParameter(f"there is no release {release}", param_hint="--release")
            return str(row["workflow"])
        known = [each.workflow for each in pointers.pointers(connection)]
    if len(known) != 1:
        raise typer.BadParameter(f"name one of {', '.join(known) or 'none yet'}", param_hint="--workflow")
    return known[0]


def _tell(report: Mapping[str, Any]) -> None:
    say.print(f"{report['concerned']} of {report['decisions']} decisions of that time rest on it")
    would = "would be " if report["dry_run"] else ""
    say.print(f"  {report['unchanged']} come out as they did")
    say.print(f"  {report['superseded']} {would}superseded, {report['cases']} {would}put before people")
    for why, count in report["left"].items():
        say.print(f"  {count} left as they are: {why.replace('_', ' ')}")
    for each in report["outcomes"]:
        say.print(f"  {each['before']} → {each['after']}: {each['count']}")
    for each in report["examples"]:
        members = ", ".join(f"{c['member']} {c['before']} → {c['after']}" for c in each["changes"][:3])
        say.print(f"  {each['decision']} ({each['becomes']}): {plain(members)}")
