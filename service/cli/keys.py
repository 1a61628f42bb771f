"""API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.opening import by, opened
from service.cli.saying import say

app = typer.Typer(no_args_is_help=True, help="API keys.")


@app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="caller, reviewer, lead, operations, model-owner or auditor.")] = "caller",
    group: Annotated[list[str] | None, typer.Option(help="Audience of documents; may be repeated.")] = None,
) -> None:
    """Make a key and show it once."""
    from service.usecases.manage_keys import create

    with opened() as house:
        made = create(house, by(), name=name, role=role, groups=group or ())
    say.print(f"{made['id']} ({made['role']}), shown this once:")
    print(made["key"])


@app.command("list")
def list_keys() -> None:
    """Every key, without its secret."""
    from service.usecases.manage_keys import listing

    with opened() as house:
        for key in listing(house):
            state = f"revoked {key['revoked_at']}" if key["revoked_at"] else "good"
            groups = ",".join(key["groups"])
            print(f"{key['id']}  {key['role']:<12} {key['name']:<24} {key['created_at']}  {state}  {groups}")


@app.command("revoke")
def revoke_key(key_id: str) -> None:
    """From the next request on the key opens nothing."""
    from service.usecases.manage_keys import revoke

    with opened() as house:
        revoke(house, by(), key_id)
    say.print(f"revoked {key_id}")
