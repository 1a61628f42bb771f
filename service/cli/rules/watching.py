"""What is in force, what happened, and what needs somebody's eye."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.opening import by, opened
from service.cli.rules.arguments import Json
from service.cli.saying import place, plain, print_json, print_table, say


def status(as_json: Json = False) -> None:
    """Every rule in force with its hits, and whether the files say something else."""
    from service.usecases.reload_rules import status as ask

    with opened() as house:
        report = ask(house)
    if as_json:
        print_json(report)
        return
    _tell_rules(report)
    _tell_workflows(report)
    for error in report["errors"]:
        say.print(f"[yellow]{plain(place(error))}[/]")
    for alarm in report["alarms"]:
        say.print(f"[red]alarm {alarm['id']}:[/] {plain(_alarm(alarm))}")
    for proposal in report["proposals"]:
        say.print(f"[yellow]proposed:[/] {proposal['id']} by {plain(proposal['by'])}, waits for somebody else")


def _tell_rules(report: dict[str, Any]) -> None:
    rows = []
    for pack in report["packs"]:
        for rule in pack["rules"]:
            share = f" {rule['rollout']['percent']}%" if rule["rollout"] else ""
            seen = rule["shadow"] if rule["status"] == "shadow" else rule["hits"]
            off = f"OFF until {rule['disabled']['until']}" if rule["disabled"] else ""
            rows.append(
                (rule["id"], rule["status"] + share, rule["effect"], rule["owner"], seen["24h"], seen["30d"],
                 "" if rule["precision"] is None else f"{rule['precision']:.0%}", off)
            )  # fmt: skip
    print_table(("RULE", "STATUS", "EFFECT", "OWNER", "24H", "30D", "UPHELD", ""), rows)


def _tell_workflows(report: dict[str, Any]) -> None:
    for each in report["workflows"]:
        pinned = f"; pinned by {each['pinned']['by']}" if each["pinned"] else ""
        differ = "; the files say something else" if each["files_differ"] else ""
        halted = "; halted" if each["halted"] else ""
        say.print(plain(f"{each['workflow']} answers by {each['release']}{halted}{pinned}{differ}"))


def history(
    rule: Annotated[str | None, typer.Option(help="Only what concerned this rule.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only what concerned this workflow.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: Json = False,
) -> None:
    """What happened to the rules, newest first."""
    from service.usecases.rule_history import history as ask

    with opened() as house:
        page = ask(house, workflow=workflow, rule=rule, limit=limit)
    if as_json:
        print_json(page)
        return
    rows = [(each["at"], each["kind"], each["workflow"], each["by"], each["summary"]) for each in page["items"]]
    if rows:
        print_table(("AT", "WHAT", "WORKFLOW", "BY", ""), rows)
    else:
        say.print("nothing happened yet")


def alarms(
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    as_json: Json = False,
) -> None:
    """Shares that left their usual band after a change of rules."""
    from service.usecases.alarms import page

    with opened() as house:
        found = page(house, open_only=not everything)
    if as_json:
        print_json(found)
        return
    for alarm in found:
        print(f"{alarm['id']}  {alarm['raised_at']}  {_alarm(alarm)}")
    if not found:
        say.print("no alarm")


def _alarm(alarm: dict[str, Any]) -> str:
    what = {
        "blocks": "share of blocks",
        "holds": "share of held requests",
        "matches": "share of matches",
        "certificate": "share of the calibration cases that the certificate covers",
        "drift": "share of requests unlike those that the model was made for",
        "live_error": "share of checked automatic decisions that are wrong",
        "expected_error": "expected share of automatic decisions that are wrong",
        "slices": "share of wrong answers for one kind of request",
    }
    of = f"rule {alarm['rule']}" if alarm["rule"] else "all rules"
    seen, usual = alarm["seen"]["share"], alarm["usual"]["share"]
    return f"{alarm['workflow']}, {of}: {what[alarm['kind']]} {seen:.1%}, usually {usual:.1%}"


def acknowledge(
    alarm: Annotated[str, typer.Argument(help="As `signoff rules alarms` shows it.")], as_json: Json = False
) -> None:
    """Say that somebody has seen to an alarm. Changes no rule."""
    from service.usecases import alarms as seen_to

    with opened() as house:
        report = seen_to.acknowledge(house, by(), alarm)
    if as_json:
        print_json(report)
        return
    say.print(f"{alarm} is acknowledged by {by()}")
