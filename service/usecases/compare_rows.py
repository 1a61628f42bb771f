"""Hold the tables against the ledger: rows that say otherwise than its records, are missing, or that nobody recorded.

Decisions are compared as they are walked past, by the hundred; what people changed of them afterwards is compared at
the end. So memory grows with what people decided, not with what was asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from service.domain.answer import timestamp
from service.domain.audit import Entry, certificate_digest, millionths
from service.domain.standing import STANDS, Standing, is_new
from service.store import compared
from service.store.compared import Decided
from service.store.engine import Connection, Row
from service.usecases.document_digest import has_digest

_STEP = 400  # decisions or reviews compared with one query
_SHOWN = 20  # rows named one by one
_PARTS = ("rules", "policy", "head", "adapter")  # of a release, that lie among the artefacts


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that does not fit."""

    table: str
    id: str
    why: str


@dataclass(slots=True)
class RowCheck:
    """Give it every record in order with `take`, then ask `end`."""

    connection: Connection
    restored: int  #: the last record whose rows did not come along; 0: all are here
    wrong: list[Wrong] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)  #: table -> rows compared
    _standing: Standing = field(default_factory=Standing)
    _made: dict[str, tuple[Entry, Mapping[str, Any]]] = field(default_factory=dict)
    _said: dict[str, tuple[Entry, Mapping[str, Any]]] = field(default_factory=dict)
    _early: dict[str, tuple[Entry, Mapping[str, Any]]] = field(default_factory=dict)  # by case: of earlier versions
    _moved: dict[str, set[str]] = field(default_factory=dict)  #: decision -> what its row says otherwise by now
    _missing: set[str] = field(default_factory=set)  #: decisions without a row
    _decisions: int = 0

    def take(self, entry: Entry) -> None:
        """Follow one record more."""
        if entry.sequence <= self.restored:
            return
        body = from_json(entry.record, cache_strings="keys")["body"]
        self._standing.take(entry.kind, entry.subject, body)
        if is_new(entry.kind, body):
            self._made[entry.subject] = (entry, body)
        elif entry.kind == "case.decided" and "review" in body:
            self._said[str(body["review"])] = (entry, body)
        elif entry.kind == "case.decided":  # as earlier versions wrote it
            self._early[str(body["case"])] = (entry, {**body, "decision": entry.subject})
        if len(self._made) >= _STEP or len(self._said) >= _STEP:
            self._compare_walked()

    def end(self) -> None:
        """Compare what is left once all records are known."""
        self._compare_walked()
        self._compare_changed()
        self._compare_counts()
        self._compare_reviews()
        self._compare_releases()
        for holders, table in ((self._standing.keys, "api_keys"), (self._standing.people, "people")):
            self._compare_holders(table, holders)
        self._compare_documents()

    def _note(self, table: str, id_: str, why: str) -> None:
        self.wrong.append(Wrong(table, id_, why))

    def _count(self, table: str, number: int = 1) -> None:
        self.compared[table] = self.compared.get(table, 0) + number

    def _compare_walked(self) -> None:
        rows = compared.some_decisions(self.connection, self._made.keys()) if self._made else {}
        for id_, (entry, body) in self._made.items():
            row = rows.get(id_)
            if row is None:
                self._missing.add(id_)
            elif row != _as_made(id_, entry, body):
                self._compare_decision(entry, body, row)
        self._decisions += len(rows)
        self._count("decisions", len(rows))
        self._made.clear()
        said = compared.some(self.connection, "reviews", self._said.keys()) if self._said else {}
        for id_, (entry, body) in self._said.items():
            self._compare_review(id_, entry, body, said.get(id_))
        self._said.clear()

    def _compare_decision(self, entry: Entry, body: Mapping[str, Any], row: Decided) -> None:
        """What was made of a request is as recorded; how it stands may be another by a later record."""
        expected = {
            name: body[name] for name in ("workflow", "release", "document_sequence", "principal") if name in body
        }
        for name, value in expected.items():
            if _column(row, name) != value:
                self._note("decisions", row.id, f"its {name} is {_column(row, name)!r}, recorded was {value!r}")
        if "groups" in body and sorted(row.groups) != sorted(body["groups"]):
            self._note("decisions", row.id, "its groups are not those recorded")
        if row.created_at != entry.at:
            self._note("decisions", row.id, "it was made at another time than recorded")
        drawn = None if row.probability is None else millionths(row.probability)
        if drawn != body.get("drawn"):
            self._note("decisions", row.id, "whether it was drawn for a check is not as recorded")
        if row.known_answer is not None:
            self._note("decisions", row.id, "it is marked as a copy of a known answer, and is none")
        stood = {name: body.get(name) for name in ("state", "outcome", "decided_by")}
        stood["labels"] = body["labels"] if "labels" in body else [body["label"]] if body.get("label") else []
        differs = {name for name in STANDS if _column(row, name) != stood[name]}
        if row.label != (row.labels[0] if row.labels else None):
            self._note("decisions", row.id, f"its label {row.label!r} is not the first of its labels")
        if differs:
            self._moved[row.id] = differs

    def _compare_changed(self) -> None:
        """What a row says otherwise than it was made, a later record has to say as well; and the other way round."""
        changed, moved = self._standing.changed, self._moved
        for id_ in sorted(self._missing):
            self._note("decisions", id_, "it was recorded, and its row is missing")
        for some in _steps(sorted({*changed, *moved} - self._standing.copies)):
            rows = compared.some_decisions(self.connection, some)
            for id_ in some:
                if id_ in rows:
                    self._compare_standing(rows[id_], changed.get(id_, {}), moved.get(id_, set()))

    def _compare_standing(self, row: Decided, now: Mapping[str, Any], differs: set[str]) -> None:
        for name in STANDS:
            there = _column(row, name)
            if name in now and there != now[name]:
                self._note("decisions", row.id, f"its {name} is {there!r}, recorded was {now[name]!r}")
            elif name in differs and name not in now:
                self._note("decisions", row.id, f"its {name} is {there!r}, and nobody recorded that")

    def _compare_counts(self) -> None:
        """A decision that somebody put into the table has no record."""
        if compared.asked_for(self.connection) != self._decisions:
            for id_ in compared.unrecorded(self.connection, _SHOWN):
                self._note("decisions", id_, "no record tells of it")
        for id_ in compared.copies(self.connection):
            if id_ not in self._standing.copies:
                self._note("decisions", id_, "it is marked as a copy of a known answer, and is none")

    def _compare_review(self, id_: str, entry: Entry, body: Mapping[str, Any], row: Row[Any] | None) -> None:
        if row is None:
            self._note("reviews", id_, "it was recorded, and its row is missing")
            return
        self._count("reviews")
        for name in ("decision", "case", "reviewer", "labels", "outcome", "reason_code", "passages"):
            if name in body and _column(row, name) != body[name]:
                self._note("reviews", id_, f"its {name} is {_column(row, name)!r}, recorded was {body[name]!r}")
        if row.created_at != entry.at:
            self._note("reviews", id_, "it was said at another time than recorded")

    def _compare_reviews(self) -> None:
        standing = self._standing
        for id_, undone_at, delivered_at in compared.said(self.connection):
            if id_ not in standing.reviews:
                self._compare_early(id_)
                continue
            for name, there, told in (
                ("taken back", undone_at, standing.undone),
                ("sent out", delivered_at, standing.delivered),
            ):
                if (there is not None) != (id_ in told):
                    is_, was = ("is", "not") if there is not None else ("is not", "that it was")
                    self._note("reviews", id_, f"it {is_} {name}, recorded was {was}")

        for case in self._early:
            self._note("reviews", f"of {case}", "it was recorded, and its row is missing")

    def _compare_early(self, id_: str) -> None:
        """A review whose record names its case alone: in earlier versions a case was decided once, and it was out."""
        row = compared.some(self.connection, "reviews", [id_])[id_]
        told = self._early.pop(row.case, None)
        if told is None or row.undone_at is not None or row.delivered_at is None:
            self._note("reviews", id_, "no record tells of it")
        else:
            self._compare_review(id_, *told, row)

    def _compare_releases(self) -> None:
        standing, artefacts = self._standing, dict[str, bool]()
        for some in _steps(sorted(standing.releases)):
            rows = compared.some(self.connection, "releases", some)
            for id_ in some:
                if id_ in rows:
                    self._compare_release(rows[id_], standing.releases[id_], artefacts)
                else:
                    self._note("releases", id_, "it answered once, and its row is missing")
        for row in compared.pointers(self.connection):
            self._count("workflows")
            if row.release != standing.active.get(row.name):
                self._note("workflows", row.name, f"it answers by {row.release}, and nobody recorded that")
            if row.halted != standing.halted.get(row.name, False):
                self._note("workflows", row.name, f"it is {'' if row.halted else 'not '}halted, recorded was otherwise")

    def _compare_release(self, row: Row[Any], told: Mapping[str, Any], known: dict[str, bool]) -> None:
        self._count("releases")
        for name, value in told.items():
            there = certificate_digest(row.certificate) if name == "certificate_digest" else _column(row, name)
            if there != value:
                self._note("releases", row.id, f"its {name.removesuffix('_digest')} is not the one recorded")
        for name in _PARTS:
            digest = _column(row, name)
            if digest is not None and digest not in known:
                data = compared.artefact(self.connection, digest)
                known[digest] = data is not None and hashlib.sha256(data).hexdigest() == digest
                self._count("artefacts")
                if not known[digest]:
                    state = "is missing" if data is None else "was altered"
                    self._note("artefacts", digest, f"the {name} of {row.id} {state}")

    def _compare_holders(self, table: str, told: Mapping[str, Mapping[str, Any]]) -> None:
        """Keys and accounts: who may do what, and who no longer."""
        rows = compared.keys(self.connection) if table == "api_keys" else compared.accounts(self.connection)
        for row in rows:
            self._count(table)
            said = told.get(row.id)
            if said is None:
                self._note(table, row.id, "no record tells of it")
                continue
            ended = (row.revoked_at if table == "api_keys" else row.disabled_at) is not None
            for name, value in said.items():
                there = ended if name == "ended" else _column(row, name)
                if _plain(there) != _plain(value):
                    what = ("revoked" if table == "api_keys" else "disabled") if name == "ended" else name
                    self._note(table, row.id, f"its {what} is {there!r}, recorded was {value!r}")
        for id_ in sorted({*told} - {row.id for row in rows}):
            self._note(table, id_, "it was recorded, and its row is missing")

    def _compare_documents(self) -> None:
        for row in compared.approved_documents(self.connection):
            self._count("documents")
            told, name = self._standing.documents.get((row.collection, row.id, row.version)), f"{row.id}@{row.version}"
            if told is None:
                self._note("documents", name, "no record tells of it")
            elif row.digest != told or not has_digest(row._asdict(), told):
                self._note("documents", name, "its words are not those that were recorded")


def _as_made(id_: str, entry: Entry, body: Mapping[str, Any]) -> tuple[Any, ...]:
    """The row of a decision that nothing has happened to since, as `compared.Decided` has it."""
    label = body.get("label")
    return (
        *(id_, body.get("workflow"), body.get("release"), body.get("principal"), body.get("groups")),
        *(body.get("document_sequence"), entry.at, None, None),
        *(body.get("state"), body.get("outcome"), body.get("decided_by"), label),
        body.get("labels", [label] if label else []),
    )


def _column(row: Row[Any] | Decided, name: str) -> Any:
    return getattr(row, name)


def _plain(value: Any) -> Any:
    """As records have it: times in words, and lists whose order says nothing in one order."""
    if isinstance(value, datetime):
        return timestamp(value)
    return sorted(value, key=repr) if isinstance(value, list) else value


def _steps(ids: list[str]) -> Iterator[list[str]]:
    return (ids[begin : begin + _STEP] for begin in range(0, len(ids), _STEP))
