"""Take in files that somebody sends: what can be read goes in, the rest is named, nothing is approved by it."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from service.domain.access import Principal
from service.errors import Busy, FieldProblem, InvalidRequest, TooLarge
from service.usecases.file_documents import Filed, file_documents
from service.usecases.house import House
from service.usecases.import_documents import Unreadable, read_uploads

_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,149}")
_LONGEST_NAME = 120  # characters
_UNNAMED = "unnamed"

#: Imports under way in this process: each holds its files and a core.
_at_once = threading.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent. Its name is somebody else's choice."""

    name: str
    data: bytes


def upload(
    house: House, principal: Principal, collection: str, files: Sequence[Upload], *, draft: bool = False
) -> dict[str, Any]:
    """File the documents in `files` as drafts or as submitted ones, in one transaction.

    The report names what came in, what it resembles, and what could not be read and why. InvalidRequest for a bad
    name of a collection, TooLarge for too many files, Busy while other imports are under way.
    """
    _check(house, collection, files)
    with _turn():
        read, unreadable = read_uploads(list(zip(plain_names(each.name for each in files), _data(files), strict=True)))
        filed = file_documents(house, collection, read, principal.name, draft=draft)
    return report(collection, filed, unreadable, {file.id: file.notes for file in read})


def report(
    collection: str, filed: Filed, unreadable: Iterable[Unreadable], notes: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What an import did, as plain values. `notes`: what was left out on reading, by document."""
    return {
        "collection": collection,
        "added": filed.added,
        "unchanged": filed.unchanged,
        "documents": [
            {
                "id": each.id,
                "version": each.version,
                "status": each.status,
                "title": each.title,
                "source": each.source,
                "similar": list(each.similar),
                "retired": each.retired,
                "notes": list(notes.get(each.id, ())),
            }
            for each in filed.documents
        ],
        "duplicates": [asdict(each) for each in filed.duplicates],
        "unreadable": [asdict(each) for each in unreadable],
        "notices": list(filed.notices),
    }


def _data(files: Iterable[Upload]) -> Iterator[bytes]:
    return (each.data for each in files)


def _check(house: House, collection: str, files: Sequence[Upload]) -> None:
    if not _COLLECTION.fullmatch(collection):
        problem = FieldProblem("collection", "is no name of a collection", "use letters, digits, . _ : -")
        raise InvalidRequest(f"collection: {problem.message}", remedy=problem.remedy, problems=(problem,))
    if len(files) > house.settings.max_upload_files:
        most = house.settings.max_upload_files
        raise TooLarge(f"{len(files)} files came, and {most} are taken at once", remedy="send them in several imports")


@contextmanager
def _turn() -> Iterator[None]:
    if not _at_once.acquire(blocking=False):
        raise Busy("other imports are under way in this process", remedy="try again in a moment")
    try:
        yield
    finally:
        _at_once.release()


def plain_names(names: Iterable[str]) -> list[str]:
    """File names fit to be shown, stored and compared: no folders, control or invisible characters, none twice."""
    taken: dict[str, int] = {}
    return [_apart(_plain(name), taken) for name in names]


def _plain(name: str) -> str:
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2].replace("%22", '"')  # as browsers send a quote
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable()).strip().rstrip(" .")
    path = PurePosixPath(shown if shown and shown[0] != "." else _UNNAMED + shown)
    suffix = path.suffix[:16]
    return path.name.removesuffix(path.suffix)[: _LONGEST_NAME - len(suffix)] + suffix


def _apart(name: str, taken: dict[str, int]) -> str:
    """`letter.pdf`, then `letter (2).pdf`: what could not be read is told by name, so names have to tell apart."""
    count = taken[name] = taken.get(name, 0) + 1
    if count == 1:
        return name
    path = PurePosixPath(name)
    return _apart(f"{path.stem} ({count}){path.suffix}", taken)
