"""Decide every row of a file: in order, recorded, resumable, with bad rows kept aside.

Each row carries an idempotency key of its own (file, line, content), so that a run that was interrupted goes on
where it stopped and repeats nothing.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rules.model import Attribute
from service.domain.access import Principal
from service.errors import BadRequest, InvalidRequest, ServiceError
from service.store.pointers import pointer
from service.usecases.columns import typed
from service.usecases.examples import BadRow
from service.usecases.house import House
from service.usecases.make_decision import Answered, Ask, Prepared, prepare
from service.usecases.progress import Progress, silent

_TEXT, _LABEL = "text", ("label", "category")
_WINDOW = 256  # rows under way at once


@dataclass(slots=True)
class Report:
    """What a run over a file did."""

    rows: int = 0
    decided: int = 0
    repeated: int = 0  #: decided by an earlier run already
    bad: list[BadRow] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    automatic: int = 0
    labelled: int = 0  #: rows that say what the right label is
    right: int = 0  #: of these, suggested or decided label is the right one
    automatic_labelled: int = 0
    automatic_wrong: int = 0

    def add(self, answer: Mapping[str, Any], truth: str | None) -> None:
        self.decided += 1
        self.outcomes[answer["outcome"]] += 1
        self.reasons.update(answer["reasons"])
        automatic = answer["decided_by"] == "classifier"
        self.automatic += automatic
        if truth:
            right = bool(answer["labels"]) and answer["labels"][0]["label"] == truth
            self.labelled += 1
            self.right += right
            self.automatic_labelled += automatic
            self.automatic_wrong += automatic and not right


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    fields: Mapping[str, Any]
    columns: bool = False  #: fields are texts of columns, an attribute a column


def decide_file(
    house: House,
    principal: Principal,
    workflow: str,
    source: Path,
    out: Path,
    progress: Progress = silent,
) -> Report:
    """Decide each row of `source` (CSV or JSON lines, also gzipped) and write one answer a line to `out`.

    Rows that cannot be decided go to `OUT.rejects` with line and reason. A `label` (or `category`) column is only
    compared, never used.
    """
    if not source.is_file():
        raise BadRequest(f"there is no file {source}", remedy="check the path")
    report = Report()
    rejects = out.with_name(out.name + ".rejects")
    draft = out.with_name(out.name + ".partial")
    total = sum(1 for _ in _entries(source))
    run = hashlib.sha256(f"{source.name}\0{workflow}".encode()).hexdigest()[:16]
    with draft.open("wb") as answers, rejects.open("w", encoding="utf-8") as aside:
        for entry, outcome in _decided(house, principal, workflow, run, _entries(source)):
            report.rows += 1
            if isinstance(outcome, ServiceError):
                bad = BadRow(entry.line, str(outcome.detail))
                report.bad.append(bad)
                aside.write(
                    json.dumps({"line": bad.line, "why": bad.why, "row": entry.fields}, ensure_ascii=False) + "\n"
                )
            else:
                report.repeated += outcome.replayed
                answers.write(outcome.body + b"\n")
                truth = next((str(entry.fields[name]).strip() for name in _LABEL if entry.fields.get(name)), None)
                report.add(json.loads(outcome.body), truth)
            progress("deciding", report.rows, total)
    draft.replace(out)
    if not report.bad:
        rejects.unlink()
    return report


def _decided(
    house: House, principal: Principal, workflow: str, run: str, entries: Iterator[_Entry]
) -> Iterator[tuple[_Entry, Answered | ServiceError]]:
    """Entries with their answers, in order, at most `_WINDOW` under way."""
    under_way: deque[tuple[_Entry, Future[Answered | ServiceError]]] = deque()
    for entry in entries:
        under_way.append((entry, house.judges.submit(_decide_one, house, principal, workflow, run, entry)))
        while len(under_way) >= _WINDOW:
            first, future = under_way.popleft()
            yield first, future.result()
    for first, future in under_way:
        yield first, future.result()


def _decide_one(house: House, principal: Principal, workflow: str, run: str, entry: _Entry) -> Answered | ServiceError:
    try:
        ask = _ask(workflow, entry, _declared(house, workflow))
        content = hashlib.sha256(json.dumps([ask.text, ask.attributes], sort_keys=True).encode()).hexdigest()[:16]
        prepared: Prepared = prepare(house, principal, ask, key=f"file-{run}-{entry.line}-{content}")
        if prepared.record is None:
            assert prepared.answered is not None
            return prepared.answered
        return house.store.commit(prepared.record)
    except ServiceError as error:
        return error


def _declared(house: House, workflow: str) -> Sequence[Attribute]:
    """The attributes of the workflow as it is now; none when there is no such workflow, which deciding will tell."""
    with house.store.read() as connection:
        found = pointer(connection, workflow)
    return house.shelf.open(found.release).workflow.attributes if found else ()


def _ask(workflow: str, entry: _Entry, declared: Sequence[Attribute]) -> Ask:
    if "_error" in entry.fields:
        raise InvalidRequest(str(entry.fields["_error"]))
    text = entry.fields.get(_TEXT)
    if not isinstance(text, str) or not text.strip():
        raise InvalidRequest("text: nothing to read in it")
    given = entry.fields.get("attributes") or {}
    if not isinstance(given, dict):
        raise InvalidRequest("attributes: not a JSON object")
    try:
        attributes = {**(typed(declared, entry.fields) if entry.columns else {}), **given}
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
    subject = entry.fields.get("subject")
    return Ask(workflow, text, attributes, str(subject) if subject else None)


def _entries(source: Path) -> Iterator[_Entry]:
    name = source.name.removesuffix(".gz")
    with _opened(source) as file:
        if name.endswith((".jsonl", ".ndjson")):
            yield from _json_entries(file)
        else:
            yield from _csv_entries(file)


def _json_entries(file: TextIO) -> Iterator[_Entry]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError) as error:
                entry = {"_error": f"not JSON: {error}"}
            yield _Entry(number, entry if isinstance(entry, dict) else {"_error": "not a JSON object"})


def _csv_entries(file: TextIO) -> Iterator[_Entry]:
    reader = csv.reader(file)
    names = [name.strip().lower().removeprefix("\ufeff") for name in next(reader, [])]
    if _TEXT not in names:
        raise BadRequest(f"the header lacks text; found {', '.join(names) or 'nothing'}", remedy="add a column `text`")
    line = reader.line_num + 1
    for fields in reader:
        if fields:
            yield _Entry(line, dict(zip(names, fields, strict=False)), columns=True)
        line = reader.line_num + 1


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="")
    return path.open(encoding="utf-8", errors="replace", newline="")
