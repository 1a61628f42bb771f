"""Prepare the home folder, and serve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.saying import progress_shown, say

if TYPE_CHECKING:
    from service.settings import Settings

# Decided automatically by the starter workflow; a test keeps it so.
EXAMPLE = "I was charged twice for the same card payment yesterday, please refund me."


def init(
    seed: Annotated[Path | None, typer.Option(help="Folder made by `signoff build-seed`.")] = None,
) -> None:
    """Prepare the home folder: schema, encoder, starter workflow, first keys. Repeating it does no harm."""
    from service.settings import load_settings
    from service.usecases.initialise import initialise

    settings = load_settings()
    with progress_shown() as progress:
        keys = initialise(settings, progress, seed=seed)
    if keys:
        _show_keys(settings, keys)


def _show_keys(settings: Settings, keys: list[dict[str, str]]) -> None:
    base = f"http://{settings.host}:{settings.port}"
    say.print("\n[bold]API keys, shown this once (stored as digests only):[/]")
    for key in keys:
        say.print(f"  {key['role']:<11} {key['key']}")
    caller = next(key["key"] for key in keys if key["role"] == "caller")
    say.print("\n[bold]Ask for a decision:[/]")
    body = json.dumps({"workflow": "retail-banking", "text": EXAMPLE, "attributes": {"channel": "app"}})
    print(f"curl -s {base}/v1/decisions -H 'Authorization: Bearer {caller}' \\")
    print(f"  -H 'Content-Type: application/json' -d '{body}'\n")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Serve the API and the console."""
    from service.server import run
    from service.settings import load_settings

    run(load_settings(host=host, port=port), workers)


def build_seed(target: Annotated[Path, typer.Argument(help="Folder to make.")]) -> None:
    """Make encoder and starter head in a folder, for an installation without the training libraries."""
    from service.usecases.initialise import build_seed as build

    target.mkdir(parents=True, exist_ok=True)
    with progress_shown() as progress:
        build(target, progress)
