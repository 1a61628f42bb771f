"""Copy an instance while it is at work, and put the copy where nothing is yet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import by
from service.cli.saying import complain, plain, progress_shown, say
from service.errors import ServiceError


def backup(
    target: Annotated[Path, typer.Argument(help="Folder to make.")],
    keys: Annotated[
        Path | None, typer.Option(help="Folder for the keys of what people wrote; keep it elsewhere.")
    ] = None,
    light: Annotated[
        bool, typer.Option("--light", help="Without encoders and snapshots, which can be made anew.")
    ] = False,
) -> None:
    """Copy database and home folder, as of one moment, while Signoff is at work."""
    from service.settings import load_settings
    from service.usecases.backup import back_up

    with progress_shown() as progress:
        made = back_up(load_settings(), target, by(), datetime.now(UTC), keys=keys, light=light, progress=progress)
    say.print(
        f"{made.id}: {made.rows} rows, {made.files} files, {made.bytes / 1e6:.1f} MB in {plain(target)}; "
        f"the ledger up to record {made.records}"
    )
    if not made.keys:
        say.print("without the keys of what people wrote: copy those with --keys, to another place")
    print(made.digest)


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder that `signoff backup` made.")],
    keys: Annotated[
        Path | None, typer.Option(help="Folder that `backup --keys` made, or a home that still has its keys.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the backup is whole.")] = False,
) -> None:
    """Restore a backup into an empty home folder and an empty database, and prove that it works."""
    from service.settings import load_settings
    from service.usecases import restore as restoring

    if check:
        found = restoring.look_at(folder)
        say.print(f"{found.id} of {found.made_at} is whole: {found.rows} rows, {found.files} files")
        return
    settings = load_settings()
    with progress_shown() as progress:
        done = restoring.restore(settings, folder, by(), datetime.now(UTC), keys=keys, progress=progress)
    say.print(
        f"{done.id} of {done.made_at}: {done.rows} rows, {done.files} files; the ledger up to record {done.records}"
    )
    try:
        proved = restoring.prove(settings)
    except ServiceError as error:
        say.print("all of it is restored, but it does not answer yet:")
        complain(error)
        raise typer.Exit(1) from error
    if not proved["ledger"]["ok"]:
        say.print(f"[bold red]the ledger does not hold:[/] {plain(proved['ledger'])}")
    for part, state in proved["checks"].items():
        say.print(f"  {plain(part)}: {plain(state)}")
    if not (proved["ledger"]["ok"] and proved["ready"]):
        raise typer.Exit(1)
    say.print("it can be served: signoff serve")
