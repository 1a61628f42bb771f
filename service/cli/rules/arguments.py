"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Paths: TypeAlias = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders of packs, needing no home folder; none: every workflow under SIGNOFF_HOME.", show_default=False
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="For machines.")]
AcceptNone: TypeAlias = Annotated[
    bool, typer.Option("--accept-none", help="A workflow may lose its certificate by this: people decide everything.")
]
Junit: TypeAlias = Annotated[Path | None, typer.Option(help="Write a JUnit report there, too.", metavar="FILE")]
Strict: TypeAlias = Annotated[bool, typer.Option("--strict", help="Exit 1 when there is anything to tell.")]
Why: TypeAlias = Annotated[str, typer.Option(help="The reason, kept as a note.")]
