"""The ledger."""

from __future__ import annotations

import typer

from service.cli.opening import opened
from service.cli.saying import print_json

app = typer.Typer(no_args_is_help=True, help="The ledger.")


@app.command("verify")
def verify_ledger() -> None:
    """Check the chain from the first record to the last."""
    from service.usecases.verify_ledger import verify

    with opened() as house:
        found = verify(house)
    print_json(found)
    if not found["ok"]:
        raise typer.Exit(1)
