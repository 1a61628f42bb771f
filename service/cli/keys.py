"""API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.opening import by, opened
from service.cli.saying import plain, print_table, say

app = typer.Typer(no_args_is_help=True, help="API keys.")

Which = Annotated[str, typer.Argument(help="Name or id.")]


@app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="caller, reviewer, lead, operations, model-owner or auditor.")] = "caller",
    scope: Annotated[list[str] | None, typer.Option(help="Only this of what the role may; may be repeated.")] = None,
    workflow: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Audience of documents; may be repeated.")] = None,
    days: Annotated[float | None, typer.Option(help="How long it is good; left out: till it is revoked.")] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a minute; 0: any.")] = None,
) -> None:
    """Make a key and show it once."""
    from service.usecases.manage_keys import Narrow, create

    with opened() as house:
        narrow = Narrow(scope or None, workflow or None, days, rate)
        made = create(house, by(), name=name, role=role, groups=group or (), narrow=narrow)
    _show(made)


@app.command("rotate")
def rotate_key(
    which: Which,
    overlap: Annotated[str, typer.Option(help="How long the old key goes on: 30m, 24h, 7d; 0: not at all.")] = "24h",
) -> None:
    """Make a key that may do the same, and let the old one end a while later."""
    from datetime import timedelta

    from service.cli.reading import span
    from service.usecases.manage_keys import by_name, rotate, view

    lasts = timedelta(0) if overlap.strip() == "0" else span(overlap, "--overlap")
    with opened() as house:
        made = rotate(house, by(), by_name(house, which), lasts)
        old = view(house, made["instead_of"])
    say.print(plain(f"{old['id']} is good until {old['expires_at']}"))
    _show(made)


@app.command("list")
def list_keys() -> None:
    """Every key, without its secret, and what is to be done about it."""
    from service.usecases.manage_keys import listing

    with opened() as house:
        found = listing(house)
    rows = [
        (one["id"], one["role"], one["name"], _may(one), one["created_at"], one["used_at"] or "never", _state(one))
        for one in found
    ]
    print_table(("id", "role", "name", "limited to", "created", "used", "state"), rows)
    ending = [one["name"] for one in found if one["state"] == "ending"]
    for name in ending:
        say.print(plain(f"{name} ends soon: signoff keys rotate '{name}'"))


@app.command("revoke")
def revoke_key(which: Which) -> None:
    """From the next request on the key opens nothing."""
    from service.usecases.manage_keys import by_name, revoke

    with opened() as house:
        key = by_name(house, which)
        revoke(house, by(), key)
    say.print(f"revoked {key}")


def _show(made: Mapping[str, Any]) -> None:
    say.print(plain(f"{made['id']} ({made['role']}{': ' + _may(made) if _may(made) else ''}), shown this once:"))
    print(made["key"])


def _may(key: Mapping[str, Any]) -> str:
    """What it is limited to, in a few words."""
    from service.domain.access import ROLES

    narrowed = set(key["scopes"]) != {scope.value for scope in ROLES.get(key["role"], frozenset())}
    parts = [
        f"scopes {','.join(key['scopes'])}" if narrowed else "",
        f"workflows {','.join(key['workflows'])}" if key["workflows"] is not None else "",
        f"groups {','.join(key['groups'])}" if key["groups"] else "",
        f"{key['rate']} a minute" if key["rate"] else "",
    ]
    return "; ".join(filter(None, parts))


def _state(key: Mapping[str, Any]) -> str:
    if key["state"] in ("revoked", "expired"):
        return f"{key['state']} {key['revoked_at'] or key['expires_at']}"
    return f"{key['state']} until {key['expires_at']}" if key["expires_at"] else str(key["state"])
