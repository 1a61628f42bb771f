"""The dossier of one decision: all that it rests on in one file, which verifies without an instance and without us.

Rules and policy as they were, the documents that were found, the release's certificate, what people said, and every
record of the ledger about any of it, each with the proof that it is in a tree whose root was signed. What was asked and
answered comes along only when somebody asks for it, and that they did is on the ledger first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.audit import GENESIS
from service.domain.dossier import FORMAT, signed_bytes
from service.domain.standing import STANDS
from service.store import artefacts, documents, ledger, models, payloads, pointers, reviews
from service.store.engine import Connection, Row
from service.usecases.checkpoint_key import open_key
from service.usecases.checkpoints import newest, proofs, write
from service.usecases.document_step import subject_of
from service.usecases.house import House
from service.usecases.read_decision import seen

_RELEASE = ("id", "workflow", "rules", "policy", "head", "calibration", "snapshot", "encoder", "adapter", "route",
            "certificate", "refusal", "created_by", "why")  # fmt: skip
_MODEL = ("id", "workflow", "head", "calibration", "state", "card")
_DOCUMENT = ("collection", "id", "version", "title", "text", "owner", "authors", "audience", "jurisdiction",
             "citations", "fields", "effective_from", "effective_until", "review_by", "digest", "approved_by",
             "approved_at")  # fmt: skip
_REVIEW = ("id", "case", "stage", "reviewer", "labels", "outcome", "reason_code", "passages", "suggested", "created_at",
           "undone_at", "delivered_at")  # fmt: skip


@dataclass(slots=True)
class _Gathered:
    """What belongs to a decision."""

    parts: dict[str, Any]
    records: dict[int, Row[Any]] = field(default_factory=dict)  #: by sequence
    before: dict[int, str] = field(default_factory=dict)  #: sequence -> hash of the record before it


def dossier(house: House, principal: Principal, decision_id: str, *, with_request: bool = False) -> dict[str, Any]:
    """The dossier as JSON. NotFound, BlindCheck as when the decision is read; LedgerBroken where nothing can be proved.

    `with_request` puts in what was asked and answered, and what people wrote, in their words.
    """
    now = house.clock()
    with house.store.read() as connection:
        row = seen(connection, principal, decision_id)
        gathered = _gather(connection, row)
    body = {"decision": decision_id, "by": principal.name, "with_request": with_request}
    house.store.commit(lambda connection: ledger.append(connection, "dossier.exported", decision_id, now, body))
    words = None
    if with_request:
        with house.store.read() as connection:
            words = _words(connection, row)
    sequences = sorted(gathered.records)
    checkpoint = newest(house.settings)
    if checkpoint is None or checkpoint.sequence < sequences[-1]:
        checkpoint = write(house, principal.name)
    paths = proofs(house, checkpoint, sequences)
    key = open_key(house.home)
    told = {
        "format": FORMAT,
        "decision": decision_id,
        "at": timestamp(now),
        "by": principal.name,
        **gathered.parts,
        "words": words,
        "records": [
            {
                "record": json.loads(gathered.records[sequence].record),
                "previous": gathered.before[sequence],
                "hash": gathered.records[sequence].hash,
                "proof": path,
            }
            for sequence, path in zip(sequences, paths, strict=True)
        ],
        "checkpoint": checkpoint.told(),
        "key": key.public.id,
        "public_key": key.public.pem,
    }
    return {**told, "signature": key.sign(signed_bytes(told))}


def _gather(connection: Connection, row: Row[Any]) -> _Gathered:
    records = {each.sequence: each for each in _records(connection, row)}
    bodies = [json.loads(each.record)["body"] for each in records.values()]
    release = pointers.release(connection, row.release)
    assert release is not None, "the foreign key keeps the release"
    model = models.behind(connection, row.workflow, release["head"], release["calibration"])
    for about in (row.release, *([model.id] if model is not None else ())):
        records |= {each.sequence: each for each in ledger.about(connection, about)}
    cited = [each for body in bodies for each in body.get("evidence") or ()]
    found = list(_documents(connection, sorted({each["document"] for each in cited})))
    for each in found:
        records |= {one.sequence: one for one in _approvals(connection, each)}
    parts = {
        "stands": {name: getattr(row, name) for name in STANDS},
        "release": _shown(release, _RELEASE),
        "artefacts": {
            name: {"digest": release[name], "text": artefacts.get(connection, release[name]).decode()}
            for name in ("rules", "policy")
        },
        "model": _shown(model._asdict(), _MODEL) if model is not None else None,
        "documents": [_shown(each._asdict(), _DOCUMENT) for each in found],
        "reviews": [_shown(each._asdict(), _REVIEW) for each in _opinions(connection, row, bodies)],
    }
    gathered = _Gathered(parts, records)
    for sequence in records:
        before = ledger.hash_at(connection, sequence - 1) if sequence > 1 else GENESIS
        gathered.before[sequence] = before or GENESIS
    return gathered


def _records(connection: Connection, row: Row[Any]) -> Iterator[Row[Any]]:
    """The records about the decision: under its own id, and under those of the cases that it went on in."""
    asked, waiting = set[str](), [row.id, *([row.case] if row.case else [])]
    while waiting:
        about = waiting.pop()
        if about in asked:
            continue
        asked.add(about)
        for each in ledger.about(connection, about):
            body = json.loads(each.record)["body"]
            if row.id not in (each.subject_id, body.get("decision"), body.get("attached"), body.get("supersedes")):
                continue  # of another request that the same case settles
            yield each
            waiting += [str(body[name]) for name in ("case", "other") if body.get(name)]


def _opinions(connection: Connection, row: Row[Any], bodies: list[dict[str, Any]]) -> list[Row[Any]]:
    """What people said of it; also of a case that it was decided with."""
    found = {each.id: each for each in reviews.of_decision(connection, row.id)}
    for case in sorted({str(body["case"]) for body in bodies if body.get("case")}):
        found |= {each.id: each for each in reviews.of_case(connection, case) if each.decision == row.id}
    return sorted(found.values(), key=lambda each: (each.created_at, each.id))


def _documents(connection: Connection, names: list[str]) -> Iterator[Row[Any]]:
    """The versions that are named `collection/id@version`."""
    for name in names:
        key, _, version = name.rpartition("@")
        collection, _, document = key.partition("/")
        row = documents.get(connection, collection, document, int(version))
        if row is not None:
            yield row


def _approvals(connection: Connection, row: Row[Any]) -> Iterator[Row[Any]]:
    """The records that name this version with its digest."""
    named = f"{row.id}@{row.version}:{row.digest}"
    for about in {subject_of(row.id), subject_of(row.collection)}:
        for each in ledger.about(connection, about):
            body = json.loads(each.record)["body"]
            alone = (body.get("id"), body.get("version"), body.get("digest")) == (row.id, row.version, row.digest)
            if body.get("collection") == row.collection and (alone or named in body.get("documents", ())):
                yield each


def _words(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """What was asked, answered and written, in words; None where it is erased."""
    if payloads.erased(connection, row.id):
        return {"erased": True, "request": None, "answer": None, "reviews": {}}
    written = {
        each.id: json.loads(payloads.get(connection, each.payload))
        for each in reviews.of_decision(connection, row.id)
        if each.payload
    }
    return {
        "erased": False,
        "request": json.loads(payloads.get(connection, row.request)),
        "answer": json.loads(payloads.get(connection, row.answer)),
        "reviews": written,
    }


def _shown(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value
