"""A dossier, checked without an instance: does what it says follow from records that somebody signed? Pure.

Each check is told by name, so that an auditor sees what was proved and by what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.audit import canonical, certificate_digest, chain_hash
from service.domain.checkpoint import Checkpoint, read_checkpoint
from service.domain.merkle import included, leaf
from service.domain.standing import STANDS, Standing, is_new

FORMAT = "signoff-dossier/1"
#: Stands before what is signed of a dossier.
CONTEXT = b"signoff dossier 1\n"

#: Whether a key signed these bytes: (bytes, signature in hex).
Signed = Callable[[bytes, str], bool]
#: Whether a document is the one that a digest was made of.
HasDigest = Callable[[Mapping[str, Any], str], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def signed_bytes(told: Mapping[str, Any]) -> bytes:
    """What the signature covers: everything but itself, as sorted, compact JSON of the standard library."""
    rest = {name: value for name, value in told.items() if name != "signature"}
    return CONTEXT + json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()


def check(told: Mapping[str, Any], signed: Signed, has_digest: HasDigest) -> list[Check]:
    """Every check, in the order in which one rests on the other. KeyError, TypeError or ValueError when it is none."""
    checkpoint = read_checkpoint(told["checkpoint"])
    records: Sequence[Mapping[str, Any]] = told["records"]
    return [
        _signature(told, signed),
        _checkpoint(checkpoint, signed),
        _records(records, checkpoint),
        _decision(told),
        _artefacts(told),
        _certificate(told),
        _documents(told, has_digest),
        _reviews(told),
    ]


def _signature(told: Mapping[str, Any], signed: Signed) -> Check:
    ok = signed(signed_bytes(told), str(told["signature"]))
    said = f"signed by key {told['key']}" if ok else "it was changed after it was signed, or another key signed it"
    return Check("signature", ok, said)


def _checkpoint(checkpoint: Checkpoint, signed: Signed) -> Check:
    ok = signed(checkpoint.signed_bytes(), checkpoint.signature)
    said = f"{checkpoint.sequence} records, signed at {checkpoint.at}" if ok else "its signature is none of this key"
    return Check("checkpoint", ok, said)


def _records(records: Sequence[Mapping[str, Any]], checkpoint: Checkpoint) -> Check:
    """Each record hashes to what is in the tree that was signed."""
    root = bytes.fromhex(checkpoint.root)
    for each in records:
        sequence = each["record"]["sequence"]
        if chain_hash(each["previous"], canonical(each["record"])) != each["hash"]:
            return Check("records", False, f"record {sequence} does not hash to what is told of it")
        path = [bytes.fromhex(node) for node in each["proof"]]
        if not included(leaf(bytes.fromhex(each["hash"])), sequence - 1, checkpoint.sequence, path, root):
            return Check("records", False, f"record {sequence} is not in the ledger that was signed")
    return Check("records", bool(records), f"{len(records)} records are in the ledger that was signed")


def _made(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the ledger says was made of the request."""
    for each in told["records"]:
        record = each["record"]
        if record["subject"] == told["decision"] and is_new(record["kind"], record["body"]):
            body: Mapping[str, Any] = record["body"]
            return body
    return None


def _decision(told: Mapping[str, Any]) -> Check:
    """How the decision stands follows from the records about it."""
    made, standing = _made(told), Standing()
    if made is None:
        return Check("decision", False, f"no record says that {told['decision']} was made")
    for each in sorted(told["records"], key=lambda each: each["record"]["sequence"]):
        record = each["record"]
        standing.take(record["kind"], record["subject"], record["body"])
    stood = {name: made.get(name) for name in ("state", "outcome", "decided_by")}
    stood["labels"] = made["labels"] if "labels" in made else [made["label"]] if made.get("label") else []
    expected = stood | standing.changed.get(told["decision"], {})
    for name in STANDS:
        if told["stands"][name] != expected[name]:
            return Check("decision", False, f"its {name} is {told['stands'][name]!r}, recorded was {expected[name]!r}")
    by = f", decided by {expected['decided_by']}" if expected["decided_by"] else ""
    return Check("decision", True, f"{expected['outcome']}{by}, as recorded")


def _artefacts(told: Mapping[str, Any]) -> Check:
    """Rules and policy are those that the decision was made by."""
    parts = (_made(told) or {}).get("parts") or {}
    for name, found in told["artefacts"].items():
        digest = hashlib.sha256(found["text"].encode()).hexdigest()
        if digest != found["digest"] or parts.get(name, digest) != digest:
            return Check("rules and policy", False, f"the {name} are not those that were recorded")
    return Check("rules and policy", True, "word for word as they were")


def _certificate(told: Mapping[str, Any]) -> Check:
    """The certificate is the one that the release came into force with."""
    digest = certificate_digest(told["release"]["certificate"])
    said = [
        each["record"]["body"]["certificate_digest"]
        for each in told["records"]
        if each["record"]["subject"] == told["release"]["id"] and "certificate_digest" in each["record"]["body"]
    ]
    if not said:
        return Check("certificate", True, "vouched for by the signature alone: its release is older than its digest")
    ok = all(each == digest for each in said)
    granted = "a certificate" if digest else "no certificate"
    return Check("certificate", ok, f"{granted}, as recorded" if ok else "it is not the one that was recorded")


def _documents(told: Mapping[str, Any], has_digest: HasDigest) -> Check:
    """Every document that was found is here in its words, and its approval is on the ledger."""
    here = {f"{each['collection']}/{each['id']}@{each['version']}": each for each in told["documents"]}
    cited = sorted({each["document"] for each in (_made(told) or {}).get("evidence") or ()})
    approved = set(_approved(told["records"]))
    for name in cited:
        if name not in here:
            return Check("documents", False, f"{name} was found, and is not here")
        each = here[name]
        if not has_digest(each, each["digest"]) or f"{name}:{each['digest']}" not in approved:
            return Check("documents", False, f"the words of {name} are not those that were approved")
    return Check("documents", True, f"{len(cited)} found, in the words that were approved")


def _approved(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in records:
        kind, body = each["record"]["kind"], each["record"]["body"]
        if kind in ("document.approved", "documents.attested"):
            collection = body["collection"]
            if "digest" in body:
                yield f"{collection}/{body['id']}@{body['version']}:{body['digest']}"
            yield from (f"{collection}/{named}" for named in body.get("documents", ()))


def _reviews(told: Mapping[str, Any]) -> Check:
    """What people said is what was recorded of them, and nothing that was recorded is left out."""
    said = {
        each["record"]["body"]["review"]: each["record"]["body"]
        for each in told["records"]
        if each["record"]["kind"] == "case.decided" and "review" in each["record"]["body"]
    }
    here = {each["id"]: each for each in told["reviews"]}
    missing = sorted(said.keys() - here.keys())
    if missing:
        return Check("people", False, f"review {missing[0]} was recorded, and is not here")
    for review, body in said.items():
        for name in ("reviewer", "labels", "outcome", "reason_code", "passages"):
            if here[review][name] != body[name]:
                return Check("people", False, f"the {name} of review {review} is not as recorded")
    return Check("people", True, f"{len(said)} opinions, as recorded")
