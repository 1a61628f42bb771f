"""Load the files, go back, switch one rule off and on."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.opening import by, opened
from service.cli.reading import span
from service.cli.rules.arguments import AcceptNone, Json, Why
from service.cli.rules.telling import change_lines
from service.cli.saying import plain, print_json, say

_WITHOUT = {
    None: "its certificate is being tried without the rule",
    False: "its certificate does not hold without the rule, so people decide until it is back",
}

Workflow = Annotated[str | None, typer.Option(help="One workflow.")]


def reload(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Rules that count now may be gone from the files.")
    ] = False,
    unpin: Annotated[bool, typer.Option("--unpin", help="Take over workflows that were rolled back, too.")] = False,
    accept_none: AcceptNone = False,
    as_json: Json = False,
) -> None:
    """Load the edited files into the running service, all or none."""
    from service.usecases.reload_rules import reload as load

    with opened() as house:
        report = load(house, by(), dry_run=dry_run, allow_removal=allow_removal, unpin=unpin, accept_none=accept_none)
    if as_json:
        print_json(report)
    else:
        tell_reload(report)


def tell_reload(report: dict[str, Any]) -> None:
    """What a reload, or an approval, changed."""
    waits = report["proposal"] and not report["changed"]
    if not report["workflows"]:
        say.print("nothing changed: the files are what is in force")
    for each in report["workflows"]:
        for line in change_lines(each["changes"], each["policy_changes"]):
            print(line)
        before, after = each["before"]["coverage"], each["after"]["coverage"]
        verb = "is now" if report["changed"] else "would become"
        say.print(f"{each['workflow']} {verb} {each['release']}: automation {before:.0%} → {after:.0%}")
    if waits:
        say.print(
            f"[yellow]proposed as {report['proposal']}: somebody else has to approve it[/] "
            f"(signoff rules approve {report['proposal']}); nothing has changed yet"
        )
    for worker in report["left_behind"]:
        say.print(f"[yellow]{plain(worker)} was not ready in time and left service[/]")


def rollback(
    why: Why,
    workflow: Workflow = None,
    to: Annotated[str | None, typer.Option(help="A release; else the one before the last change.")] = None,
    accept_none: AcceptNone = False,
    as_json: Json = False,
) -> None:
    """Let earlier rules answer again, at once. Files are not taken over any more until `unpin`."""
    from service.usecases.rollback_rules import rollback as go_back

    with opened() as house:
        report = go_back(house, by(), workflow, to, why, accept_none=accept_none)
    if as_json:
        print_json(report)
        return
    for each in report["workflows"]:
        before, after = each["coverage"]["before"], each["coverage"]["after"]
        again = "" if each["release"] == each["to"] else f", made of the rules of {each['to']}"
        say.print(
            f"{each['workflow']} answers by {each['release']}{again}: automation {before:.0%} → {after:.0%}; pinned"
        )
    say.print("restarts and reloads leave that as it is until you say `signoff rules unpin WORKFLOW`")


def unpin(
    workflow: Annotated[str, typer.Argument(help="The workflow that was rolled back.")], as_json: Json = False
) -> None:
    """Take a workflow's files over again, from the next reload on."""
    from service.usecases.rollback_rules import unpin as release

    with opened() as house:
        report = release(house, by(), workflow)
    if as_json:
        print_json(report)
        return
    say.print(f"{workflow}: the next `signoff rules reload` counts again")


def disable(
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    lasting: Annotated[str, typer.Option("--for", help="As in 30m, 4h, 2d; at most 7d.")],
    why: Why,
    as_json: Json = False,
) -> None:
    """Switch one rule off in every workflow and worker, for a while, without an edit of files."""
    from service.usecases.disable_rule import disable as switch_off

    duration = span(lasting, "--for")
    with opened() as house:
        report = switch_off(house, by(), rule, duration, why)
    if as_json:
        print_json(report)
        return
    say.print(f"[red]{plain(rule)} is off[/] in {', '.join(report['workflows'])} until {report['until']}")
    for workflow, holds in report["certificates"].items():
        if not holds:
            say.print(f"[yellow]{workflow}: {_WITHOUT[holds]}[/]")


def enable(rule: Annotated[str, typer.Argument(help="The rule's id.")], as_json: Json = False) -> None:
    """Switch a disabled rule on again."""
    from service.usecases.disable_rule import enable as switch_on

    with opened() as house:
        report = switch_on(house, by(), rule)
    if as_json:
        print_json(report)
        return
    say.print(f"{plain(rule)} counts again")
