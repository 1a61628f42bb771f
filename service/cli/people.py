"""People with accounts: make them, say what they may do, hand out codes, shut them. The first one is made here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.opening import by, opened
from service.cli.saying import plain, print_table, say

app = typer.Typer(no_args_is_help=True, help="People with accounts.")

Who = Annotated[str, typer.Argument(help="Name or id.")]
_QUEUE = "QUEUE, QUEUE:ROLE or QUEUE:ROLE:ACTION,ACTION; `*` is every queue; may be repeated."


@app.command("create")
def create_person(
    name: Annotated[str, typer.Argument(help="As colleagues know them; theirs for good.")],
    role: Annotated[str, typer.Option(help="caller, reviewer, lead, operations, model-owner or auditor.")] = "reviewer",
    queue: Annotated[list[str] | None, typer.Option(help=f"Only there: {_QUEUE}")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Audience of documents; may be repeated.")] = None,
    subject: Annotated[str | None, typer.Option(help="What the provider calls them; without a password then.")] = None,
) -> None:
    """Make an account and show, once, the code by which its owner sets a password."""
    from service.domain.access import Limit
    from service.usecases.manage_people import create

    with opened() as house:
        limits = [Limit.read(line) for line in queue or ()]
        made = create(house, by(), name=name, role=role, limits=limits, groups=group or (), subject=subject)
    say.print(plain(f"{made['name']}: {made['id']} ({made['role']})"))
    _show_code(made)


@app.command("list")
def list_people() -> None:
    """Everybody, with what they may do and how they sign in."""
    from service.usecases.read_people import listing

    with opened() as house:
        found = listing(house)
    rows = [(one["id"], one["name"], one["role"], _where(one), _ways(one), one["created_at"]) for one in found]
    print_table(("id", "name", "role", "queues", "signs in by", "since"), rows)


@app.command("role")
def change_role(
    who: Who,
    role: Annotated[str, typer.Argument(help="The role from now on.")],
    queue: Annotated[list[str] | None, typer.Option(help=f"Only there: {_QUEUE}")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Audience of documents; may be repeated.")] = None,
) -> None:
    """What somebody may do from the next request on: in every queue, unless queues are named. Their sessions end."""
    from service.domain.access import Limit
    from service.usecases.manage_people import change
    from service.usecases.read_people import by_name

    with opened() as house:
        limits = [Limit.read(line) for line in queue or ()]
        made = change(house, by(), by_name(house, who), role=role, limits=limits, groups=group)
    say.print(plain(f"{made['name']}: {made['role']} in {_where(made)}"))


@app.command("reset")
def reset_person(who: Who) -> None:
    """A code for a new password, shown once. The old password and every session end."""
    from service.usecases.manage_people import reset
    from service.usecases.read_people import by_name

    with opened() as house:
        made = reset(house, by(), by_name(house, who))
    _show_code(made)


@app.command("disable")
def disable_person(who: Who) -> None:
    """From the next request on they open nothing, nor do the API keys of their name."""
    from service.usecases.manage_people import disable
    from service.usecases.read_people import by_name

    with opened() as house:
        made = disable(house, by(), by_name(house, who))
    keys = f", and with them {', '.join(made['keys_revoked'])}" if made["keys_revoked"] else ""
    say.print(plain(f"{made['name']} is disabled{keys}"))


@app.command("enable")
def enable_person(who: Who) -> None:
    """Let somebody in again; for a password they need a code: `reset`."""
    from service.usecases.manage_people import enable
    from service.usecases.read_people import by_name

    with opened() as house:
        made = enable(house, by(), by_name(house, who))
    say.print(plain(f"{made['name']} may sign in again"))


@app.command("link")
def link_person(
    who: Who,
    subject: Annotated[str | None, typer.Option(help="What the provider calls them.")] = None,
    none: Annotated[bool, typer.Option("--none", help="They no longer sign in with the provider.")] = False,
) -> None:
    """Let somebody sign in with the provider."""
    from service.usecases.manage_people import link
    from service.usecases.read_people import by_name

    if (subject is None) != none:
        raise typer.BadParameter("say either --subject SUBJECT or --none")
    with opened() as house:
        made = link(house, by(), by_name(house, who), subject)
    say.print(plain(f"{made['name']}: {'linked' if made['provider'] else 'not linked'}"))


@app.command("sessions")
def show_sessions(who: Who, end: Annotated[bool, typer.Option("--end", help="End all of them.")] = False) -> None:
    """What somebody has open."""
    from service.usecases.manage_people import end_sessions
    from service.usecases.read_people import by_name, open_sessions

    with opened() as house:
        person = by_name(house, who)
        found = open_sessions(house, person)
        ended = end_sessions(house, by(), person) if end else None
    print_table(
        ("id", "with", "browser", "seen", "since"),
        [(one["id"], one["how"], one["browser"], one["seen_at"], one["created_at"]) for one in found],
    )
    if ended is not None:
        say.print(f"ended {ended}")


def _show_code(made: Mapping[str, Any]) -> None:
    if made["code"] is None:
        say.print("they sign in with the provider")
        return
    say.print(f"the code, shown this once; good for {made['code_hours']} hours at /console/password:")
    print(made["code"])


def _where(one: Mapping[str, Any]) -> str:
    from service.domain.access import Limit

    lines = (Limit(limit["queue"], limit["role"], frozenset(limit["actions"])).written() for limit in one["limits"])
    return " ".join(lines) or "every queue"


def _ways(one: Mapping[str, Any]) -> str:
    if one["disabled"]:
        return "nothing: disabled"
    ways = (("password", one["password"]), ("provider", one["provider"]), ("code", one["code_open"]))
    return " ".join(way for way, has in ways if has) or "nothing yet"
