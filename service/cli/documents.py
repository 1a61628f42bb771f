"""Approved documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import by, opened, operator
from service.cli.saying import plain, progress_shown, say

app = typer.Typer(no_args_is_help=True, help="Approved documents.")


@app.command("import")
def import_documents(
    source: Annotated[Path, typer.Argument(help="JSON lines, or a folder of Markdown files.")],
    collection: Annotated[str, typer.Option(help="The collection they belong to.")],
    attested_by: Annotated[str | None, typer.Option(help="Who vouches that they are approved.")] = None,
) -> None:
    """Take documents in, as submitted or attested ones."""
    from service.usecases.file_documents import file_documents
    from service.usecases.import_documents import read_documents, sample
    from service.usecases.rebuild_snapshot import refresh_collections

    with opened() as house, progress_shown() as progress:
        files, unreadable = read_documents(source)
        filed = file_documents(house, collection, files, by(), attested_by=attested_by)
        if filed.added and attested_by:
            refresh_collections(house, {collection}, by(), "documents imported", progress)
    say.print(f"{filed.added} documents filed, {filed.unchanged} unchanged")
    if unreadable:
        say.print(plain(sample(unreadable)))
        raise typer.Exit(1)


@app.command("approve")
def approve_document(collection: str, document_id: str, version: int) -> None:
    """Approve a submitted version; not one that you submitted yourself."""
    from service.usecases.publish_document import approve

    with opened() as house:
        approve(house, operator(), collection, document_id, version)
    say.print(f"approved {document_id}@{version}")


@app.command("retire")
def retire_document(
    collection: str, document_id: str, version: int, why: Annotated[str, typer.Option(help="The reason.")] = ""
) -> None:
    """Take a version out of use from the next request on."""
    from service.usecases.publish_document import retire

    with opened() as house:
        retire(house, operator(), collection, document_id, version, why)
    say.print(f"retired {document_id}@{version}")
