"""One document as a file, an upload or a request says it is."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from index.formats.model import MOST_TEXT, Reading
from index.model import FieldValue
from rules.normalize import normalize, refuse
from rules.reading.forms import NAME
from rules.reading.shape import as_day

ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,149}"
ID_REMEDY: Final = "use letters, digits, . _ : -"
LAST_VERSION: Final = 1_000_000
_LONGEST_TITLE: Final = 300
_LONGEST_NAME: Final = 200
_MOST_FIELDS: Final = 50


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """What comes in. A `status` in the file is only a wish: import makes submitted documents."""

    id: str
    title: str
    text: str  #: Markdown
    owner: str = ""
    version: int | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    review_by: date | None = None
    audience: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    source: str = ""  #: the file it came from, and the place in it
    notes: tuple[str, ...] = ()  #: what reading it left out or found doubtful, for whoever imports it

    @property
    def digest(self) -> str:
        """SHA-256 over everything that makes this version what it is; where it came from is not part of that."""
        parts: list[object] = [
            self.id,
            self.title,
            self.text,
            self.owner,
            self.effective_from,
            self.effective_until,
            self.audience,
            self.jurisdiction,
            self.citations,
        ]
        if self.fields:
            parts.append(sorted(self.fields.items()))
        if self.review_by:
            parts.append(f"review by {self.review_by}")
        return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def from_reading(reading: Reading, document_id: str, name: str) -> DocumentFile | str:
    """A document that a file of another format gave, or why it is none. `name` is a title for one without."""
    if not re.fullmatch(ID, document_id):
        return f"{document_id[:40]!r} cannot be a document id ({ID_REMEDY}; at most 150 of them)"
    if not has_words(reading.text):
        return "it has no text"
    effective = reading.effective_from
    return DocumentFile(
        id=document_id,
        title=shortened(reading.title or name),
        text=reading.text,
        effective_from=datetime.combine(effective, time(), UTC) if effective else None,
        citations=reading.citations,
        fields=reading.fields,
        notes=reading.notes,
    )


def read_json_document(entry: Mapping[str, Any]) -> DocumentFile | str:
    """A document from plain values (`_id` or `id`, `title`, `text`, as in BEIR), or why there is none in them.

    `fields` has to be right as a whole; of BEIR's `metadata` what can be a field is taken and the rest is noted.
    """
    given = entry.get("_id", entry.get("id"))
    if given is None or given == "":
        return "no `_id` or `id`"
    document_id = str(given)
    if not re.fullmatch(ID, document_id):
        return f"{document_id[:40]!r} cannot be a document id ({ID_REMEDY}; at most 150 of them)"
    try:
        text = _said("text", str(entry.get("text") or "").replace("\0", ""))
        if len(text) > MOST_TEXT:
            return f"document {document_id} has more than {MOST_TEXT:,} characters of text; split it"
        if not has_words(text):
            return f"document {document_id} has no text"
        metadata, notes = _metadata(entry.get("metadata"))
        return DocumentFile(
            id=document_id,
            title=_said("title", str(entry.get("title") or "").replace("\0", "")) or document_id,
            text=text,
            owner=_name("owner", str(entry.get("owner") or "")),
            version=_whole(entry.get("version")),
            effective_from=_moment(entry.get("effective_from")),
            effective_until=_moment(entry.get("effective_until")),
            review_by=_day(entry.get("review_by")),
            audience=_words("audience", entry.get("audience")),
            jurisdiction=_words("jurisdiction", entry.get("jurisdiction")),
            citations=_words("citations", entry.get("citations")),
            fields={**metadata, **read_fields(entry.get("fields"))},
            notes=notes,
        )
    except (ValueError, TypeError, OverflowError) as error:
        return f"document {document_id}: {error}"


def read_fields(given: Any) -> dict[str, FieldValue]:
    """A document's own fields, from plain values: numbers, words, lists of words. ValueError or TypeError names one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError("fields has to be a mapping of names to numbers or words")
    if len(given) > _MOST_FIELDS:
        raise ValueError(f"fields has more than {_MOST_FIELDS} entries")
    found: dict[str, FieldValue] = {}
    for name, value in given.items():
        if not re.fullmatch(NAME.pattern, str(name)):
            raise ValueError(f"{str(name)[:40]!r} cannot be a field's name ({NAME.remedy})")
        found[str(name)] = _field(str(name), value)
    return found


def has_words(text: str) -> bool:
    """Whether anything is left of it when hidden characters are gone."""
    return bool(normalize(text).clean.strip())


def shortened(title: str) -> str:
    """A title of bearable length, cut between words."""
    return title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE].rpartition(" ")[0] + " …"


def _field(name: str, value: Any) -> FieldValue:
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    if isinstance(value, int | float):
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"fields.{name} is no finite number")
        return number
    if isinstance(value, str):
        return (_said(f"fields.{name}", value),)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(_said(f"fields.{name}", item) for item in value)
    raise TypeError(f"fields.{name} has to be a number, a word or a list of words")


def _metadata(given: Any) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
    if not isinstance(given, Mapping):
        return {}, ()
    found: dict[str, FieldValue] = {}
    left: list[str] = []
    for name, value in given.items():
        try:
            found |= read_fields({name: value} if len(found) < _MOST_FIELDS else 0)
        except (ValueError, TypeError, OverflowError):
            left.append(str(name)[:40])
    return found, (f"metadata not kept: {', '.join(left[:10])}",) if left else ()


def _said(name: str, text: str) -> str:
    """The text, if it is one that may come in."""
    if why := refuse(text):
        raise ValueError(f"{name} {why}")
    return text


def _name(name: str, text: str) -> str:
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"{name} has more than {_LONGEST_NAME} characters")
    return _said(name, text)


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LAST_VERSION:
        raise ValueError(f"version has to be a whole number from 1 to {LAST_VERSION}")
    return value


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return None if value is None else as_day(str(value))


def _words(name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError(f"{name} has to be a list")
    return tuple(_said(name, str(item)) for item in value)
