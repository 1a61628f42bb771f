"""Approved documents: taken in, looked at, compared, approved, retired."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.document_telling import (
    SHOWN,
    tell_document,
    tell_filed,
    tell_list,
    tell_notices,
    tell_preview,
    tell_side_by_side,
)
from service.cli.opening import by, opened, operator
from service.cli.saying import plain, print_json, progress_shown, say

app = typer.Typer(no_args_is_help=True, help="Approved documents.")

Collection = Annotated[str, typer.Argument(help="The collection it belongs to.")]
DocumentId = Annotated[str, typer.Argument(metavar="ID", help="The document's id.")]
Version = Annotated[int, typer.Argument(min=1, help="Its version, a number.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, whole.")]
AsOf = Annotated[str | None, typer.Option(help="A day or an instant, as in 2026-03-03 or 2026-03-03T09:00Z.")]
Why = Annotated[str, typer.Option(help="The reason, kept beside the record.")]
Digest = Annotated[str | None, typer.Option(help="The digest of the version as you read it; see `show`.")]


@app.command("import")
def import_documents(
    source: Annotated[Path, typer.Argument(help="A file, or a folder of files.")],
    collection: Annotated[str, typer.Option(help="The collection they belong to.")],
    attested_by: Annotated[str | None, typer.Option(help="Who vouches that they are approved; not you.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="As drafts, to be worked on.")] = False,
    as_json: Json = False,
) -> None:
    """Take documents in: as submitted ones, as drafts, or as approved ones that somebody attests to."""
    from service.usecases.file_documents import file_documents
    from service.usecases.import_documents import read_documents, sample
    from service.usecases.upload_documents import report

    if draft and attested_by:
        raise typer.BadParameter("what somebody attests to is no draft", param_hint="--draft")
    with opened() as house, progress_shown() as progress:
        files, unreadable = read_documents(source)
        filed = file_documents(house, collection, files, by(), attested_by=attested_by, draft=draft, progress=progress)
    notes = {file.id: file.notes for file in files}
    if as_json:
        print_json(report(collection, filed, unreadable, notes))
    else:
        tell_filed(filed, notes)
        if unreadable:
            more = "\n--json names them all" if len(unreadable) > SHOWN else ""
            say.print(f"[bold]{len(unreadable)} could not be read:[/]\n" + plain(sample(unreadable, SHOWN) + more))
    if unreadable:
        raise typer.Exit(1)


@app.command("list")
def list_documents(
    collection: Annotated[str | None, typer.Option(help="Only of this collection.")] = None,
    status: Annotated[str | None, typer.Option(help="draft, submitted, approved, superseded or retired.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this owner.")] = None,
    text: Annotated[str | None, typer.Option(help="In id, title or words.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Approved ones whose review is due.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Versions, one a line; with --as-of what was approved and in force then."""
    from service.cli.reading import one_of
    from service.domain.document import Status
    from service.usecases.as_of import as_of as read_moment
    from service.usecases.read_document import every

    with opened() as house:
        now = house.clock()
        items, notices = every(
            house,
            operator(),
            collection=collection,
            status=one_of(Status, status, "--status").value if status else None,
            owner=owner,
            text=text,
            due=now.date() if due else None,
            as_of=read_moment(as_of, now),
        )
    print_json(items) if as_json else tell_list(items, as_of)
    tell_notices(notices)


@app.command("show")
def show_document(
    collection: Collection,
    document_id: DocumentId,
    version: Annotated[int | None, typer.Argument(min=1, help="Its version; the newest if none is named.")] = None,
    as_json: Json = False,
) -> None:
    """One version with its words, its versions and what bears on it."""
    from service.usecases.read_document import view

    with opened() as house:
        document = view(house, operator(), collection, document_id, version)
    print_json(document) if as_json else tell_document(document)


@app.command("diff")
def diff_versions(
    collection: Collection,
    document_id: DocumentId,
    older: Annotated[int | None, typer.Argument(min=1, help="The one before the newest, if none is named.")] = None,
    newer: Annotated[int | None, typer.Argument(min=1, help="The newest, if none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Two versions side by side, with the words that differ marked."""
    from service.errors import NotFound
    from service.usecases.compare_documents import compare
    from service.usecases.read_document import view

    with opened() as house:
        versions = [each["version"] for each in view(house, operator(), collection, document_id)["versions"]]
        last = newer or versions[0]
        first = older or next((version for version in versions if version < last), None)
        if first is None:
            raise NotFound(
                f"{document_id} has no version before {last}",
                remedy="name two versions that it has" if len(versions) > 1 else "it has only one; read it with `show`",
            )
        compared = compare(house, operator(), collection, document_id, first, last)
    print_json(compared) if as_json else tell_side_by_side(compared)


@app.command("preview")
def preview_version(collection: Collection, document_id: DocumentId, version: Version, as_json: Json = False) -> None:
    """What would change: if a version that waits were approved, or an approved one retired. Changes nothing."""
    from service.usecases.preview_document import preview

    with opened() as house, progress_shown() as progress:
        would = preview(house, operator(), collection, document_id, version, progress)
    print_json(would) if as_json else tell_preview(would)


@app.command("submit")
def submit_version(collection: Collection, document_id: DocumentId, version: Version) -> None:
    """Let a draft wait for somebody else's approval, as it stands."""
    from service.usecases.publish_document import submit_draft

    with opened() as house:
        document = submit_draft(house, operator(), collection, document_id, version)
    say.print(plain(f"submitted {document_id}@{version}"))
    tell_notices(document["notices"])


@app.command("return")
def return_version(collection: Collection, document_id: DocumentId, version: Version, why: Why) -> None:
    """Give a submitted version back to its author, who reads why."""
    from service.usecases.publish_document import return_to_draft

    with opened() as house:
        return_to_draft(house, operator(), collection, document_id, version, why)
    say.print(plain(f"returned {document_id}@{version}: it is a draft again"))


@app.command("approve")
def approve_version(
    collection: Collection, document_id: DocumentId, version: Version, digest: Digest = None, why: Why = ""
) -> None:
    """Approve a submitted version; not one that you wrote or submitted yourself."""
    from service.usecases.publish_document import approve

    with opened() as house:
        document = approve(house, operator(), collection, document_id, version, digest=digest, why=why)
    say.print(plain(f"approved {document_id}@{version}"))
    tell_notices(document["notices"])


@app.command("retire")
def retire_version(collection: Collection, document_id: DocumentId, version: Version, why: Why) -> None:
    """Take a version out of use from the next request on; a draft or a submitted one is given up."""
    from service.usecases.publish_document import retire

    with opened() as house:
        document = retire(house, operator(), collection, document_id, version, why)
    say.print(plain(f"retired {document_id}@{version}"))
    tell_notices(document["notices"])
