"""The ledger: verify it, sign it, take it out, and check what was taken out."""

from __future__ import annotations

import contextlib
import gc
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import auditor, by, opened
from service.cli.saying import plain, print_json, say

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.engine import Store

app = typer.Typer(no_args_is_help=True, help="The ledger.")

Folders = Annotated[
    list[Path] | None, typer.Option("--checkpoints", help="Folder with checkpoints kept elsewhere; several may be.")
]
Keys = Annotated[list[Path] | None, typer.Option("--public-key", help="Key that signed them; several may be.")]


@app.command("verify")
def verify_ledger(checkpoints: Folders = None, public_key: Keys = None) -> None:
    """Check every record, the signed checkpoints, and the tables against both. Exit code 1 when something is wrong.

    Needs the database alone, so it also runs where the service does not start.
    """
    from service.usecases.verify_ledger import verify_in

    with _books() as (store, settings), _uncollected():
        found = verify_in(store, settings, checkpoints or (), public_key or ())
    print_json(found)
    if found["ok"]:
        last = found["checkpoints"]["last"]
        told = f"the last checkpoint is of record {last}" if last else "there is no checkpoint yet"
        say.print(f"{found['records']} records fit; {told}")
        return
    bad = f"first bad record {found['first_bad']}: " if found["first_bad"] else ""
    say.print(f"[bold red]{bad}{plain(found['why'])}[/]")
    raise typer.Exit(1)


@app.command("checkpoint")
def write_checkpoint() -> None:
    """Check what came since the last checkpoint, and sign where the ledger stands."""
    from service.usecases.checkpoints import write_for

    with _books() as (store, settings):
        print_json(write_for(store, settings, lambda: datetime.now(UTC), by()).told())


@app.command("key")
def print_key() -> None:
    """Print the public key that checks what this instance signs. Keep it where the database is not."""
    from service.settings import load_settings
    from service.usecases.checkpoint_key import open_key

    settings = load_settings()
    _has_home(settings)
    print(open_key(settings.home).public.pem, end="")


@app.command("list")
def list_records(
    kind: Annotated[str | None, typer.Option(help="A kind, as case.decided, or a group, as 'document.*'.")] = None,
    subject: Annotated[str | None, typer.Option(help="What they are about: the id of a decision, say.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Written then or later, as 2026-11-21 or 2026-11-21T09:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Written before.")] = None,
    after: Annotated[int, typer.Option(help="Sequence to go on behind.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
) -> None:
    """Print records as JSON lines, oldest first."""
    from service.store.ledger_pages import Asked, page
    from service.usecases.read_ledger import view

    asked = Asked(kind, subject, _moment(since), _moment(until))
    with _books() as (store, _), store.read() as connection:
        for row in page(connection, asked, after, limit):
            print(json.dumps(view(row), ensure_ascii=False))


@app.command("export")
def export_ledger(file: Path) -> None:
    """Take the whole ledger out into FILE, which verifies by itself: signoff audit check FILE.

    It holds every record, and no request and no answer: those are payloads, which `signoff backup` takes along.
    """
    from service.usecases.export_ledger import export

    with opened() as house:
        lines = export(house, auditor())
        _write(file, lines)
    say.print(f"written to {plain(file)}; check it with: signoff audit check {plain(file)}")


@app.command("restore")
def restore_ledger(file: Path) -> None:
    """Put an exported ledger into an instance that is empty, to read and verify it there."""
    from service.settings import load_settings
    from service.usecases.restore_ledger import restore

    print_json(restore(load_settings(), file, by(), lambda: datetime.now(UTC)))


@app.command("dossier")
def write_dossier(
    decision: str,
    out: Annotated[Path | None, typer.Option(help="File to write; the decision's id with .json if not said.")] = None,
    with_request: Annotated[bool, typer.Option(help="With what was asked, answered and written, in words.")] = False,
) -> None:
    """Take out all that one decision rests on, as a file that verifies by itself: signoff audit check FILE."""
    from service.usecases.export_dossier import dossier

    with opened() as house:
        found = dossier(house, auditor(), decision, with_request=with_request)
    file = out or Path(f"{decision}.json")
    _write(file, [(json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()])
    say.print(f"written to {plain(file)}; check it with: signoff audit check {plain(file)}")


@app.command("check")
def check_exported(
    file: Path,
    public_key: Annotated[
        Path | None, typer.Option(help="The instance's key, as `signoff audit key` printed it.")
    ] = None,
) -> None:
    """Check an export or a dossier, without any instance. Exit code 1 when something is wrong."""
    from service.usecases.check_file import check_file

    found = check_file(file, public_key)
    print_json(found)
    if not found["trusted"]:
        say.print("the key is the file's own: say whose it has to be with --public-key")
    if not found["ok"]:
        raise typer.Exit(1)


@contextlib.contextmanager
def _books() -> Iterator[tuple[Store, Settings]]:
    """The database alone."""
    from service.settings import load_settings
    from service.store.engine import open_store
    from service.store.migrate import check_schema

    settings = load_settings()
    _has_home(settings)
    store = open_store(settings.database)
    try:
        check_schema(store)
        yield store, settings
    finally:
        store.close()


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for circles: a million records are read and let go of, and none of them is in one."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _has_home(settings: Settings) -> None:
    from service.errors import CannotStart

    if not settings.home.is_dir():
        raise CannotStart(f"there is no folder {settings.home}", remedy="run `signoff init` first")


def _moment(given: str | None) -> datetime | None:
    from service.errors import InvalidRequest

    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise InvalidRequest(f"{given!r} is no date", remedy="write 2026-11-21 or 2026-11-21T09:00:00Z") from error
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    """Whole, or not at all."""
    draft = file.with_name(f".{file.name}.part")
    try:
        with draft.open("wb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
