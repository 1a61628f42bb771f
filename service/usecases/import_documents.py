"""Documents from files of every kind that is read. What cannot be read is named with the reason, the rest goes in."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from index.formats.apart import Apart
from index.formats.kinds import Kind, is_packed, kind_of
from index.formats.model import MOST_BYTES, CannotRead, Unreadable
from index.formats.read import read_file
from rules.errors import RuleErrors
from service.errors import BadRequest
from service.usecases.document_file import DocumentFile, from_reading, read_json_document
from service.usecases.front_matter import read_markdown
from service.usecases.linked_documents import with_links
from service.usecases.row_file import FileRow, json_rows, json_rows_of

__all__ = [
    "DocumentFile",
    "Unreadable",
    "read_documents",
    "read_json_document",
    "read_markdown",
    "read_uploads",
    "sample",
]

_Entry = tuple[str, DocumentFile | str]  # a place, and what is there or why nothing is

_MOST_FILES: Final = 100_000
_LONGEST_SOURCE: Final = 200
_LONGEST_ID: Final = 150
_UPLOAD_SECONDS: Final = 60.0  #: for one file that was sent
_UPLOAD_BUDGET: Final = 300.0  #: for all files of one request
_NOT_IN_ID: Final = re.compile(r"[^A-Za-z0-9._]+")
_BETWEEN_WORDS: Final = re.compile(r"[-_\s]+")


def read_documents(source: Path, *, links_out: bool = False) -> tuple[list[DocumentFile], list[Unreadable]]:
    """The documents in `source`: one file, or a folder with all that lies below it.

    Files of a kind that is not read are named like those that cannot be, and links that lead out of the folder unless
    `links_out` says to follow them. BadRequest: `source` is a single file of JSON lines and cannot be read as a whole.
    """
    if not source.exists():
        return [], [Unreadable(str(source), "there is no such file or folder")]
    with Apart() as apart:
        if not source.is_dir():
            return _gathered(_file(source, source.name, apart))
        return _gathered(_folder(source, apart, os.sep if links_out else os.path.realpath(source)))


def read_uploads(files: Sequence[tuple[str, bytes]]) -> tuple[list[DocumentFile], list[Unreadable]]:
    """The documents in files that somebody sent, by name and content. Their names say what kind they are."""
    with Apart(_UPLOAD_SECONDS, _UPLOAD_BUDGET) as apart:
        return _gathered(entry for name, data in files for entry in _sent(name, data, apart))


def sample(errors: Iterable[Unreadable], most: int = 10) -> str:
    """The first few of what could not be read, a line each."""
    listed = [str(error) for error in errors]
    more = [f"… and {len(listed) - most} more"] if len(listed) > most else []
    return "\n".join(listed[:most] + more)


def id_of(path: str) -> str:
    """A document id for a file that names none: its path without the ending, folders joined by `:`.

    Letters of other scripts do not fit an id; a path that has them, or is too long, ends in a digest of its own.
    """
    whole = path.removesuffix(".gz")
    steps = PurePosixPath(whole).with_suffix("").parts
    plain = [unicodedata.normalize("NFKD", step).encode("ascii", "ignore").decode() for step in steps]
    joined = ":".join(step for raw in plain if (step := _NOT_IN_ID.sub("-", raw).strip("-._")))
    lossy = any(ord(character) > 0x24F for character in unicodedata.normalize("NFC", whole))
    if joined and not lossy and len(joined) <= _LONGEST_ID:
        return joined
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{joined[: _LONGEST_ID - 13] or 'file'}-{digest}"


def _gathered(entries: Iterable[_Entry]) -> tuple[list[DocumentFile], list[Unreadable]]:
    found: dict[str, DocumentFile] = {}
    wrong: list[Unreadable] = []
    for place, entry in entries:
        if isinstance(entry, str):
            wrong.append(Unreadable(place, entry))
        elif entry.id in found:
            first = found[entry.id].source
            wrong.append(Unreadable(place, f"document {entry.id} was already read from {first}; give one another id"))
        else:
            found[entry.id] = replace(entry, source=place[-_LONGEST_SOURCE:])
    return with_links(list(found.values())), wrong


def _folder(folder: Path, apart: Apart, inside: str) -> Iterator[_Entry]:
    for count, (path, place) in enumerate(_walk(folder)):
        if count == _MOST_FILES:
            yield str(folder), f"it has more than {_MOST_FILES:,} files; the others were not read"
            return
        try:
            yield from _file(path, place, apart, inside)
        except BadRequest as error:
            yield place, str(error)


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """All files below, sorted, each with its path from `folder`. Links to folders are not followed: they may circle."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        here = Path(root)
        for name in [name for name in folders if name.startswith(".") or (here / name).is_symlink()]:
            folders.remove(name)
            yield here / name, (here / name).relative_to(folder).as_posix()
        for name in sorted(names):
            yield here / name, (here / name).relative_to(folder).as_posix()


def _file(path: Path, place: str, apart: Apart, inside: str = "") -> Iterator[_Entry]:
    """`inside`: the folder that a link may not lead out of; empty for a file that somebody named."""
    try:
        if why := _untouched(path, inside):
            yield place, why
        elif kind_of(path.name) is Kind.JSON_LINES:
            yield from _rows(json_rows(path), place)
        elif (size := path.stat().st_size) > MOST_BYTES:
            yield place, f"it has {size / 2**20:.0f} MiB, more than {MOST_BYTES // 2**20}; split it"
        else:
            yield from _read(place, path.read_bytes(), apart)
    except CannotRead as error:
        yield place, str(error)
    except OSError as error:
        yield place, f"it cannot be read: {error.strerror or error}"


def _untouched(path: Path, inside: str) -> str:
    """Why something in a folder is passed by."""
    if inside and path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
        # Whoever may put a link into a folder must not have files taken in that are none of theirs.
        return "it is a link that leads out of the folder; put a copy here, or import what it leads to"
    if path.name.startswith("."):
        return "hidden files and folders are not read"
    if path.is_dir():
        return "links to folders are not followed"
    return "" if path.is_file() else "it is no regular file"


def _sent(name: str, data: bytes, apart: Apart) -> Iterator[_Entry]:
    try:
        if kind_of(name) is Kind.JSON_LINES:
            yield from _rows(json_rows_of(data, name), name)
        else:
            yield from _read(name, data, apart)
    except (CannotRead, BadRequest) as error:
        yield name, str(error)


def _rows(rows: Iterable[FileRow], place: str) -> list[_Entry]:
    """All rows, or BadRequest: half a corpus is no corpus."""
    return [(f"{place}:{row.line}", row.wrong or read_json_document(row.fields)) for row in rows]


def _read(place: str, data: bytes, apart: Apart) -> Iterator[_Entry]:
    kind = kind_of(place)
    called = _called(place)
    if kind is Kind.MARKDOWN and not is_packed(place):
        try:
            yield place, read_markdown(data, place, id_of(place), called)
        except RuleErrors as error:
            yield place, "; ".join(f"line {each.line}: {each.message} ({each.remedy})" for each in error.problems)
        return
    for entry in read_file(data, place) if kind is Kind.TEXT else apart.read(data, place):
        if isinstance(entry, Unreadable):
            yield place if entry.place == place else f"{place}: {entry.place}", entry.why
        elif entry.id:
            yield f"{place}: {entry.id}", from_reading(entry, entry.id, called)
        else:
            yield place, from_reading(entry, id_of(place), called)


def _called(place: str) -> str:
    """A title made of a file's name."""
    words = _BETWEEN_WORDS.sub(" ", PurePosixPath(place.removesuffix(".gz")).stem).strip()
    return words[:1].upper() + words[1:] or place
