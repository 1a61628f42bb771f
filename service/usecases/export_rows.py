"""What is taken out, row by row, and how a row is written: CSV for people and their spreadsheets, JSONL for programs.

Personal data is blotted out in everything that people wrote, unless it is asked for by whoever may.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from service.domain.answer import timestamp
from service.domain.export import Form
from service.domain.types import Reason
from service.store.engine import Row
from service.usecases.case_grounds import is_blind
from service.usecases.collect import request_of
from service.usecases.masked import masked

#: Columns of a case, in order.
CASE: Final = (
    *("id", "decision", "workflow", "release", "queue", "kind", "state", "priority", "reasons"),
    *("created_at", "due_at", "decided_at", "delivered_at"),
    *("outcome", "labels", "suggested", "reviewer", "reason_code", "attributes", "text", "note", "reply"),
)
#: Columns of an example.
LABEL: Final = (
    *("id", "workflow", "labels", "outcome", "part", "source", "by", "probability", "suggested", "decision"),
    *("created_at", "attributes", "text"),
)
#: What a spreadsheet takes for the beginning of a formula, also where spaces stand before it; the wide forms too.
_FORMULA: Final = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def case_row(row: Row[Any], *, unmasked: bool) -> dict[str, Any]:
    """A case. Of a blind check that is not out nothing is told of what was made of the request."""
    request, written, unseen = request_of(row.request), request_of(row.written), is_blind(row, row)
    return {
        "id": row.id,
        "decision": row.decision,
        "workflow": row.workflow,
        "release": row.release,
        "queue": row.queue,
        "kind": None if unseen else row.kind,
        "state": row.state,
        "priority": row.priority,
        "reasons": [Reason.RANDOM_CHECK.value] if unseen else row.reasons,
        "created_at": timestamp(row.created_at),
        "due_at": timestamp(row.due_at),
        "decided_at": timestamp(row.decided_at) if row.decided_at else None,
        "delivered_at": timestamp(row.delivered_at) if row.delivered_at else None,
        "outcome": row.outcome,
        "labels": row.labels or [],
        "suggested": row.suggested,
        "reviewer": row.reviewer,
        "reason_code": row.reason_code,
        "attributes": _shown(request.get("attributes") or {}, unmasked),
        "text": _shown(request.get("text"), unmasked),
        "note": _shown(written.get("note"), unmasked),
        "reply": _shown(written.get("reply"), unmasked),
    }


def label_row(row: Row[Any], *, unmasked: bool) -> dict[str, Any]:
    """An example with the labels that somebody gave it, as they were called then."""
    request = request_of(row.request)
    return {
        "id": row.id,
        "workflow": row.workflow,
        "labels": row.labels,
        "outcome": row.outcome,
        "part": row.part,
        "source": row.source,
        "by": row.by,
        "probability": row.probability,
        "suggested": row.suggested,
        "decision": row.decision,
        "created_at": timestamp(row.created_at),
        "attributes": _shown(request.get("attributes") or {}, unmasked),
        "text": _shown(request.get("text"), unmasked),
    }


def written(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Form) -> Iterator[bytes]:
    """The rows as lines, a CSV with its heading first."""
    if form is Form.JSONL:
        for row in rows:
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        return
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row[name]) for name in columns])


def _shown(value: Any, unmasked: bool) -> Any:
    if unmasked:
        return value
    match value:
        case str():
            return masked(value, None)
        case Mapping():
            return {name: _shown(held, unmasked) for name, held in value.items()}
        case list():
            return [_shown(held, unmasked) for held in value]
    return value


def _cell(value: Any) -> object:
    """A list as its members between commas, an object as JSON. Words that a spreadsheet would work out are made words
    again by an apostrophe before them; numbers are our own."""
    if isinstance(value, list):
        value = ",".join(map(str, value))
    elif isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, str) and (value[:1] in _FORMULA or value.lstrip()[:1] in _FORMULA) and value:
        return f"'{value}"
    return "" if value is None else value


def _line(cells: Sequence[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode("utf-8", "replace")
