"""Changes that a second person has to approve."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.opening import by, opened, operator
from service.cli.rules.arguments import AcceptNone, Json, Why
from service.cli.rules.changing import tell_reload
from service.cli.rules.telling import change_lines
from service.cli.saying import plain, print_json, print_table, say

Id = Annotated[str, typer.Argument(help="As `signoff rules proposals` shows it.")]


def proposals(
    proposal: Annotated[str | None, typer.Argument(help="One of them, with all it would change.")] = None,
    state: Annotated[str | None, typer.Option(help="proposed, approved, rejected or superseded.")] = None,
    as_json: Json = False,
) -> None:
    """What was proposed, newest first."""
    from service.usecases import propose_rules

    with opened() as house:
        found = propose_rules.view(house, proposal) if proposal else propose_rules.page(house, state)
    if as_json:
        print_json(found)
    elif isinstance(found, list):
        _tell_page(found)
    else:
        say.print(f"{found['id']} by {plain(found['by'])} at {found['created_at']}: {found['state']}")
        for part in found["workflows"]:
            for line in change_lines(part["changes"], part["policy_changes"]):
                print(line)


def _tell_page(found: list[dict[str, object]]) -> None:
    rows = [(each["id"], each["state"], each["by"], each["created_at"], each["decided_by"]) for each in found]
    if rows:
        print_table(("PROPOSAL", "STATE", "BY", "AT", "DECIDED BY"), rows)
    else:
        say.print("nothing is proposed")


def approve(proposal: Id, accept_none: AcceptNone = False, as_json: Json = False) -> None:
    """Put a proposal in force. Not your own."""
    from service.usecases import propose_rules

    with opened() as house:
        report = propose_rules.approve(house, operator(), proposal, accept_none=accept_none)
    if as_json:
        print_json(report)
    else:
        tell_reload(report)


def reject(proposal: Id, why: Why, as_json: Json = False) -> None:
    """Close a proposal; the rules in force stay."""
    from service.usecases import propose_rules

    with opened() as house:
        report = propose_rules.reject(house, operator(), proposal, why)
    if as_json:
        print_json(report)
        return
    say.print(f"{proposal} is rejected by {by()}")
