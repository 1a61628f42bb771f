"""Webhooks: whom this service tells of what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from service.cli.opening import by, opened
from service.cli.saying import plain, print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="Webhooks: whom to tell of what happens.")

Webhook = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="An event type, or a group as case.*; repeat it.")]
Workflows = Annotated[list[str] | None, typer.Option("--workflow", help="Only what is about this one; repeat it.")]
Json = Annotated[bool, typer.Option("--json", help="Everything, as JSON.")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Whose address it is.")],
    url: Annotated[str, typer.Argument(help="https, and an address that is public.")],
    types: Types = None,
    workflows: Workflows = None,
) -> None:
    """Tell an address of what happens from now on, and show its secret once."""
    from service.usecases.manage_webhooks import create

    with opened() as house:
        made = create(house, by(), name=name, url=url, types=types or (), workflows=workflows or ())
    say.print(f"{made['id']}, with this secret, shown this once:")
    print(made["secret"])


@app.command("list")
def list_webhooks(as_json: Json = False) -> None:
    """Every webhook, and how it fares."""
    from service.usecases.manage_webhooks import listing

    with opened() as house:
        found = listing(house)
    if as_json:
        print_json(found)
        return
    rows = [
        (each["id"], each["name"], _state(each), each["waiting"], each["dead"], each["last_delivered"], each["url"])
        for each in found
    ]
    print_table(("ID", "NAME", "STATE", "WAITING", "GIVEN UP", "LAST ARRIVED", "ADDRESS"), rows)


@app.command("show")
def show(webhook: Webhook) -> None:
    """One webhook, as JSON."""
    from service.usecases.manage_webhooks import view

    with opened() as house:
        print_json(view(house, webhook))


@app.command("types")
def types(as_json: Json = False) -> None:
    """Every type of event, and what is in it."""
    from service.domain.event import TYPES, schema

    if as_json:
        print_json({each.name: {"says": each.says, "data": schema(each)} for each in TYPES.values()})
        return
    rows = [
        (each.name, ", ".join((*each.has, *(f"[{name}]" for name in each.may_have))), each.says)
        for each in TYPES.values()
    ]
    print_table(("TYPE", "HAS [MAY HAVE]", "SENT WHEN"), rows)


@app.command("change")
def change(
    webhook: Webhook,
    name: Annotated[str | None, typer.Option(help="Whose address it is.")] = None,
    url: Annotated[str | None, typer.Option(help="Where to tell from now on; what waits goes there as well.")] = None,
    types: Types = None,
    workflows: Workflows = None,
    everything: Annotated[bool, typer.Option("--all-types", help="Tell of every type.")] = False,
    anywhere: Annotated[bool, typer.Option("--all-workflows", help="Of every workflow.")] = False,
) -> None:
    """Change what is named; the rest stays."""
    from service.usecases.manage_webhooks import Change
    from service.usecases.manage_webhooks import change as do_change

    if (types and everything) or (workflows and anywhere):
        raise typer.BadParameter("all of them, or those that are named: not both")
    wanted = Change(name, url, [] if everything else types or None, [] if anywhere else workflows or None)
    with opened() as house:
        print_json(do_change(house, by(), webhook, wanted))


@app.command("pause")
def pause(webhook: Webhook) -> None:
    """Send it nothing until it is resumed; nothing is lost."""
    from service.usecases.manage_webhooks import pause as do_pause

    with opened() as house:
        do_pause(house, by(), webhook)
    say.print(f"paused {plain(webhook)}. To go on: signoff webhooks resume {plain(webhook)}")


@app.command("resume")
def resume(webhook: Webhook) -> None:
    """Send it what waits, and what comes."""
    from service.usecases.manage_webhooks import resume as do_resume

    with opened() as house:
        found = do_resume(house, by(), webhook)
    say.print(f"resumed {plain(webhook)}; {found['waiting']} wait to be sent")


@app.command("rotate")
def rotate(
    webhook: Webhook,
    keep_hours: Annotated[float, typer.Option(min=0, max=720, help="That earlier secrets sign as well.")] = 24.0,
) -> None:
    """A new secret, shown once."""
    from service.usecases.manage_webhooks import rotate as do_rotate

    with opened() as house:
        made = do_rotate(house, by(), webhook, keep_hours)
    say.print(f"earlier secrets sign for another {keep_hours:g} hours; the new one, shown this once:")
    print(made["secret"])


@app.command("test")
def test(webhook: Webhook) -> None:
    """Send a test message and say what came of it."""
    from service.domain.webhook import TROUBLES
    from service.usecases.resend import try_out

    with opened() as house:
        found = asyncio.run(try_out(house, webhook))
    if found["delivered"]:
        say.print(f"[green]it arrived[/]: {found['status']} after {found['milliseconds']} ms")
        return
    answered = f" ({found['status']})" if found["status"] else ""
    say.print(f"[red]it did not arrive[/]{answered}: {plain(TROUBLES[found['trouble']])} {plain(found['detail'])}")
    raise typer.Exit(1)


@app.command("deliveries")
def list_deliveries(
    webhook: Webhook,
    state: Annotated[str | None, typer.Option(help="waiting, delivered or dead.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 20,
    as_json: Json = False,
) -> None:
    """What was sent to it, newest first, and what became of it."""
    from service.store.deliveries import STATES
    from service.usecases.resend import page

    if state is not None and state not in STATES:
        raise typer.BadParameter(f"is none of {', '.join(STATES)}", param_hint="--state")
    with opened() as house:
        found = page(house, webhook, state=state, after=None, limit=limit)["items"]
    if as_json:
        print_json(found)
        return
    rows = [
        (
            each["event"],
            each["type"],
            each["state"],
            each["attempts"],
            each["status"] or each["trouble"],
            each["due_at"],
        )
        for each in found
    ]
    print_table(("EVENT", "TYPE", "STATE", "ATTEMPTS", "LAST", "NEXT ATTEMPT"), rows)


@app.command("resend")
def resend(
    webhook: Webhook,
    event: Annotated[str | None, typer.Argument(help="One event; else all that were given up.")] = None,
    since: Annotated[str | None, typer.Option(help="Only events since then, as 2026-03-03 or with a time.")] = None,
    delivered: Annotated[bool, typer.Option("--delivered", help="Also what arrived; needs --since.")] = False,
) -> None:
    """Send events anew: one, or all that were given up."""
    from service.usecases.resend import many, one

    if event is not None and (since or delivered):
        raise typer.BadParameter("one event is sent whatever became of it; leave the options out")
    with opened() as house:
        if event is not None:
            one(house, by(), webhook, event)
            count = 1
        else:
            count = many(house, by(), webhook, delivered=delivered, since=_moment(since))
    say.print(f"{count} to be sent; a running server sends them at once")


@app.command("remove")
def remove(
    webhook: Webhook,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Tell it nothing any more, and forget what waits for it."""
    from service.usecases.manage_webhooks import remove as do_remove
    from service.usecases.manage_webhooks import view

    with opened() as house:
        found = view(house, webhook)
        if not yes:
            question = f"Remove {found['name']} ({found['url']})? {found['waiting']} events that wait are forgotten."
            typer.confirm(question, abort=True, err=True)
        do_remove(house, by(), webhook)
    say.print(f"removed {plain(webhook)}")


def _state(each: Mapping[str, Any]) -> str:
    if each["paused"]:
        return f"paused ({each['paused']['why']})"
    return "failing" if each["failing_since"] else "active"


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time, as in 2026-03-03T09:00Z", param_hint="--since") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
