"""Make past decisions again: one of them, or all of a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from service.cli.background import finished
from service.cli.opening import by, opened, operator
from service.cli.reading import moment, past
from service.cli.rules.arguments import Json
from service.cli.saying import plain, print_json, print_table, progress_shown, say

Since = Annotated[str, typer.Option(help="From then on: a span as in 7d or 12h, or a date.")]
Until = Annotated[str, typer.Option(help="Before then: a date or a time; else up to now.")]


def replay(
    decision: Annotated[str, typer.Argument(help="One decision; else those of --workflow.")] = "",
    workflow: Annotated[str, typer.Option(help="All decisions of this workflow.")] = "",
    since: Since = "7d",
    until: Until = "",
    release: Annotated[str, typer.Option(help="On this release of the workflow; else on their own.")] = "",
    as_json: Json = False,
) -> None:
    """Make decisions again: on the release that made them, bit for bit, or on a candidate. Decides nothing.

    Ends with 1 where something comes out otherwise on its own release.
    """
    if bool(decision) == bool(workflow):
        raise typer.BadParameter("name either a decision or --workflow")
    found = _one(decision, release) if decision else _many(workflow, since, until, release)
    if as_json:
        print_json(found)
    elif decision:
        _tell_one(found)
    else:
        _tell_many(found)
    differs = found["identical"] is False if decision else bool(found["different"] or found["failed"])
    if not release and differs:
        raise typer.Exit(1)


def _one(decision: str, release: str) -> dict[str, Any]:
    from service.usecases.replay_decision import replay as again

    with opened() as house:
        return again(house, operator(), decision, release or None)


def _many(workflow: str, since: str, until: str, release: str) -> Mapping[str, Any]:
    from service.usecases import run_jobs
    from service.usecases.replay_many import Which

    now = datetime.now(UTC)
    which = Which(workflow, past(since, now, "--since"), moment(until, "--until") if until else now, release)
    with opened() as house, progress_shown() as progress:
        job = run_jobs.ask_replay(house, by(), which)["id"]
        return finished(house, job, progress)


def _tell_one(found: Mapping[str, Any]) -> None:
    if found["state"] == "erased":
        say.print("[yellow]erased:[/] there is nothing to ask again")
        return
    where = "its own release" if found["own"] else f"release {plain(found['release'])}"
    if not found["changes"]:
        same = "the same, byte for byte" if found["identical"] else "to the same effect"
        say.print(f"on {where} it comes out [green]{same}[/]")
        return
    if found["parts"]:
        say.print(f"what differs between the releases: {', '.join(found['parts'])}")
    print_table(("ON " + where.upper(), "BEFORE", "AFTER"), [_row(each) for each in found["changes"]])


def _row(change: Mapping[str, Any]) -> tuple[object, ...]:
    return change["member"], _word(change["before"]), _word(change["after"])


def _word(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def _tell_many(found: Mapping[str, Any]) -> None:
    where = f"on release {plain(found['release'])}" if found["release"] else "on their own releases"
    say.print(f"{found['decisions']} decisions made again {where}: {found['identical']} identical to the byte")
    if found["different"]:
        say.print(f"[yellow]{found['different']} come out otherwise, {found['changed']} for whoever asked[/]")
    for each in found["outcomes"]:
        say.print(f"  {each['before']} → {each['after']}: {each['count']}")
    if found["erased"]:
        say.print(f"{found['erased']} are erased")
    for word, count in found["failed"].items():
        say.print(f"[red]{count} could not be made again: {plain(word)}[/]")
    for each in found["examples"][:10]:
        members = ", ".join(change["member"] for change in each["changes"]) or "only in what is recorded"
        say.print(f"  {each['decision']}: {members}")
