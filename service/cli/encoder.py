"""The encoder, and the snapshots it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import by, opened
from service.cli.saying import progress_shown, say

encoder_app = typer.Typer(no_args_is_help=True, help="The encoder.")
index_app = typer.Typer(no_args_is_help=True, help="Snapshots.")


@encoder_app.command("compile")
def encoder_compile(
    source: Annotated[Path | None, typer.Option(help="Folder of a sentence-transformers model.")] = None,
) -> None:
    """Compile the encoder to ONNX and certify it against the original."""
    from index.compile import compile_encoder, pretrained_folder
    from service.settings import load_settings
    from service.usecases.house import encoder_folder

    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with progress_shown() as progress:
        made = compile_encoder(source or pretrained_folder(), encoder_folder(settings), progress=progress)
    say.print(f"encoder {made.digest[:16]} in {encoder_folder(settings)}")


@index_app.command("build")
def index_build(
    workflow: Annotated[str | None, typer.Option(help="One workflow; all if not named.")] = None,
) -> None:
    """Build the snapshots anew from the database and release them."""
    from service.usecases.rebuild_snapshot import rebuild

    with opened() as house, progress_shown() as progress:
        for release in rebuild(house, workflow, by(), progress):
            say.print(f"released {release}")
