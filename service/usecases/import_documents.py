"""Read documents from Markdown files or JSON lines. What cannot be read is named, the rest goes in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rules.errors import Problem, RuleErrors
from rules.normalize import normalize, refuse
from rules.reading.shape import Shape
from rules.reading.strict_yaml import read_yaml
from service.usecases.row_file import json_rows

_FRONT_KEYS = (
    "id",
    "title",
    "owner",
    "status",
    "version",
    "effective_from",
    "effective_until",
    "review_by",
    "audience",
    "jurisdiction",
    "citations",
)
_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,149}"
_ID_REMEDY = "use letters, digits, . _ : -"
_LAST_VERSION = 1_000_000


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One document as a file says it is. Its `status` is only a wish; import makes submitted documents."""

    id: str
    title: str
    text: str
    owner: str = ""
    version: int | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    review_by: date | None = None
    audience: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over everything that makes this version what it is."""
        parts = (
            self.id,
            self.title,
            self.text,
            self.owner,
            self.effective_from,
            self.effective_until,
            self.audience,
            self.jurisdiction,
            self.citations,
        )
        return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or line that could not be taken in, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


def read_documents(source: Path) -> tuple[list[DocumentFile], list[Unreadable]]:
    """The documents under `source`: a folder of `*.md`, or one `*.jsonl` (also gzipped) file.

    BadRequest when the file as a whole cannot be read.
    """
    if not source.exists():
        return [], [Unreadable(str(source), "there is no such file or folder")]
    found: dict[str, DocumentFile] = {}
    wrong: list[Unreadable] = []
    entries = _markdown_folder(source) if source.is_dir() else _json_lines(source)
    for place, entry in entries:
        if isinstance(entry, str):
            wrong.append(Unreadable(place, entry))
        elif entry.id in found:
            wrong.append(Unreadable(place, f"document {entry.id} was already read"))
        else:
            found[entry.id] = entry
    return list(found.values()), wrong


def _markdown_folder(folder: Path) -> Iterator[tuple[str, DocumentFile | str]]:
    for path in sorted(folder.rglob("*.md")):
        try:
            yield path.name, read_markdown(path.read_bytes(), path.name)
        except (RuleErrors, OSError) as error:
            yield path.name, str(error)


def read_markdown(data: bytes, file: str) -> DocumentFile:
    """A Markdown file with YAML front matter between `---` lines; RuleErrors name line and column."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RuleErrors([Problem(file, line, 1, "is not UTF-8", "save the file as UTF-8")]) from error
    head, separator, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not separator:
        raise RuleErrors([Problem(file, 1, 1, "has no front matter", "begin with `---`, keys, `---`")])
    problems: list[Problem] = []
    shape = Shape(file, problems)
    entries = shape.mapping(read_yaml(("\n" + head).encode(), file), "front matter", _FRONT_KEYS, ("id", "title"))
    present = {key: node for key, node in entries.items() if node.value is not None and node.value != ()}
    document = DocumentFile(
        id=shape.text(present.get("id"), "a document id", 150, _ID, _ID_REMEDY),
        title=shape.text(present.get("title"), "a title"),
        text=body.replace("\0", "").strip() + "\n",
        owner=shape.text(present.get("owner"), "an owner"),
        version=shape.integer(present.get("version"), "version", 1, _LAST_VERSION),
        effective_from=shape.moment(present.get("effective_from"), "a date"),
        effective_until=shape.moment(present.get("effective_until"), "a date"),
        review_by=shape.day(present.get("review_by"), "a date"),
        audience=shape.texts(present.get("audience"), "audience"),
        jurisdiction=shape.texts(present.get("jurisdiction"), "jurisdiction"),
        citations=shape.texts(present.get("citations"), "citations"),
    )
    if not normalize(body).clean.strip():
        problems.append(Problem(file, 1, 1, "has no text", "write the document below the front matter"))
    if problems:
        raise RuleErrors(problems)
    return document


def _json_lines(path: Path) -> Iterator[tuple[str, DocumentFile | str]]:
    for row in json_rows(path):
        yield f"{path.name}:{row.line}", row.wrong or read_json_document(row.fields)


def read_json_document(entry: Mapping[str, Any]) -> DocumentFile | str:
    """A document from plain values (`_id` or `id`, `title`, `text`, as in BEIR), or why there is none in them."""
    given = entry.get("_id", entry.get("id"))
    if given is None or given == "":
        return "no `_id` or `id`"
    document_id = str(given)
    if not re.fullmatch(_ID, document_id):
        return f"{document_id[:40]!r} cannot be a document id ({_ID_REMEDY}; at most 150 of them)"
    try:
        text = _said("text", str(entry.get("text") or "").replace("\0", ""))
        if not normalize(text).clean.strip():
            return f"document {document_id} has no text"
        return DocumentFile(
            id=document_id,
            title=_said("title", str(entry.get("title") or "").replace("\0", "")) or document_id,
            text=text,
            owner=_said("owner", str(entry.get("owner") or "")),
            version=_whole(entry.get("version")),
            effective_from=_day(entry.get("effective_from")),
            effective_until=_day(entry.get("effective_until")),
            audience=_words("audience", entry.get("audience")),
            jurisdiction=_words("jurisdiction", entry.get("jurisdiction")),
            citations=_words("citations", entry.get("citations")),
        )
    except (ValueError, TypeError, OverflowError) as error:
        return f"document {document_id}: {error}"


def _said(name: str, text: str) -> str:
    """The text, if it is one that may come in."""
    if why := refuse(text):
        raise ValueError(f"{name} {why}")
    return text


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LAST_VERSION:
        raise ValueError(f"version has to be a whole number from 1 to {_LAST_VERSION}")
    return value


def _day(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _words(name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError(f"{name} has to be a list")
    return tuple(_said(name, str(item)) for item in value)


def sample(errors: Iterable[Unreadable], most: int = 10) -> str:
    """The first few of what could not be read, a line each."""
    listed = [str(error) for error in errors]
    more = [f"… and {len(listed) - most} more"] if len(listed) > most else []
    return "\n".join(listed[:most] + more)
