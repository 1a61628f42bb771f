"""Decide every row of a file: in order, recorded, resumable, with bad rows kept aside.

Each row carries an idempotency key of its own (file, line, content), so that a run that was interrupted goes on
where it stopped and repeats nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.model import Attribute
from rules.normalize import refuse
from service.domain.access import Principal
from service.errors import BadRequest, InvalidRequest, ServiceError
from service.usecases.ask import find_pointer
from service.usecases.columns import typed
from service.usecases.examples import BadRow
from service.usecases.house import House
from service.usecases.make_decision import Answered, Ask, Prepared, prepare
from service.usecases.progress import Progress, silent
from service.usecases.row_file import FileRow, csv_rows, json_rows

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
    right: int = 0  #: of these, the labels suggested or decided are the right ones
    automatic_labelled: int = 0
    automatic_wrong: int = 0

    def add(self, answer: Mapping[str, Any], truth: frozenset[str]) -> None:
        """`truth` are the right labels; empty when the row does not say."""
        self.decided += 1
        self.outcomes[answer["outcome"]] += 1
        self.reasons.update(answer["reasons"])
        automatic = answer["decided_by"] == "classifier"
        self.automatic += automatic
        if truth:
            given = [scored["label"] for scored in answer["labels"]]
            # Of a request that is held the best few are shown; the best of them are what is suggested.
            right = frozenset(given if automatic else given[: len(truth)]) == truth
            self.labelled += 1
            self.right += right
            self.automatic_labelled += automatic
            self.automatic_wrong += automatic and not right


def decide_file(
    house: House,
    principal: Principal,
    workflow: str,
    source: Path,
    out: Path,
    progress: Progress = silent,
) -> Report:
    """Decide each row of `source` (CSV or JSON lines, also gzipped) and write one answer a line to `out`.

    Rows that cannot be decided go to `OUT.rejects` with line and reason. A `label` (or `category`) column, or
    `labels` in JSON, is only compared, never used. BadRequest for files that cannot be read or written, InvalidRequest
    for an unknown workflow: nothing is written then.
    """
    if not source.is_file():
        raise BadRequest(f"there is no file {source}", remedy="check the path")
    if not out.parent.is_dir():
        raise BadRequest(f"there is no folder {out.parent}", remedy="make it, or name another --out")
    with house.store.read() as connection:
        find_pointer(connection, workflow)
    report = Report()
    rejects = out.with_name(out.name + ".rejects")
    draft = out.with_name(out.name + ".partial")
    total = sum(1 for _ in _rows(source))  # a file that cannot be read to its end is refused before any decision
    run = hashlib.sha256(f"{source.name}\0{workflow}".encode()).hexdigest()[:16]
    with draft.open("wb") as answers, rejects.open("w", encoding="utf-8") as aside:
        for row, outcome in _decided(house, principal, workflow, run, _rows(source), columns=not _is_json(source)):
            report.rows += 1
            if isinstance(outcome, ServiceError):
                bad = BadRow(row.line, outcome.detail)
                report.bad.append(bad)
                # ASCII, because a row may be here for characters that no file can hold.
                aside.write(json.dumps({"line": bad.line, "why": bad.why, "row": row.fields}, ensure_ascii=True) + "\n")
            else:
                report.repeated += outcome.replayed
                answers.write(outcome.body + b"\n")
                report.add(json.loads(outcome.body), _truth(row.fields))
            progress("deciding", report.rows, total)
    draft.replace(out)
    if not report.bad:
        rejects.unlink()
    return report


def _rows(source: Path) -> Iterator[FileRow]:
    return json_rows(source) if _is_json(source) else csv_rows(source, (_TEXT,), {})


def _truth(fields: Mapping[str, Any]) -> frozenset[str]:
    """The right labels, where the row says them."""
    several = fields.get("labels")
    if isinstance(several, list):
        return frozenset(map(str, several))
    named = next((str(fields[name]).strip() for name in _LABEL if fields.get(name)), "")
    return frozenset([named] if named else [])


def _is_json(source: Path) -> bool:
    return source.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def _decided(
    house: House, principal: Principal, workflow: str, run: str, rows: Iterator[FileRow], *, columns: bool
) -> Iterator[tuple[FileRow, Answered | ServiceError]]:
    """Rows with their answers, in order, at most `_WINDOW` under way."""
    under_way: deque[tuple[FileRow, Future[Answered | ServiceError]]] = deque()
    for row in rows:
        future = house.judges.submit(_decide_one, house, principal, workflow, run, row, columns=columns)
        under_way.append((row, future))
        while len(under_way) >= _WINDOW:
            first, earliest = under_way.popleft()
            yield first, earliest.result()
    for first, earliest in under_way:
        yield first, earliest.result()


def _decide_one(
    house: House, principal: Principal, workflow: str, run: str, row: FileRow, *, columns: bool
) -> Answered | ServiceError:
    try:
        ask = _ask(workflow, row, _declared(house, workflow) if columns else ())
        content = hashlib.sha256(json.dumps([ask.text, ask.attributes], sort_keys=True).encode()).hexdigest()[:16]
        prepared: Prepared = prepare(house, principal, ask, key=f"file-{run}-{row.line}-{content}")
        return prepared.answered or prepared.submit(house.store).result()
    except ServiceError as error:
        return error


def _declared(house: House, workflow: str) -> Sequence[Attribute]:
    """The attributes of the workflow as it is now."""
    with house.store.read() as connection:
        found = find_pointer(connection, workflow)
    return house.shelf.serve(found.release).workflow.attributes


def _ask(workflow: str, row: FileRow, columns: Sequence[Attribute]) -> Ask:
    """What the row asks, with `columns` as the attributes that have columns of their own."""
    if row.wrong:
        raise InvalidRequest(row.wrong)
    text = row.fields.get(_TEXT)
    if not isinstance(text, str) or not text.strip():
        raise InvalidRequest("text: nothing to read in it")
    given = row.fields.get("attributes") or {}
    if not isinstance(given, dict):
        raise InvalidRequest("attributes: not a JSON object")
    subject = row.fields.get("subject")
    for name, value in ((_TEXT, text), ("attributes", given), ("subject", subject)):
        if why := next(filter(None, map(refuse, _strings(value))), None):
            raise InvalidRequest(f"{name}: {why}")
    try:
        attributes = {**typed(columns, row.fields), **given}
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
    return Ask(workflow, text, attributes, str(subject) if subject else None)


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names included."""
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case list() as items:
                left += items
            case dict() as entries:
                left += [*entries, *entries.values()]
