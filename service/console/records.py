"""What the pages of decisions, documents and rules show. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.findings import EvidenceView, RulesView, evidence_views, rules_view
from service.console.prose import Block, blocks
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision in a list."""

    id: str
    workflow: str
    state: Phrase
    outcome: Phrase
    decided_by: str
    label: str
    created_at: str
    age: str


def decision_rows(
    decisions: Iterable[Mapping[str, Any]], titles: Mapping[str, str], now: datetime
) -> tuple[DecisionRow, ...]:
    """`titles`: label -> its title, where it is known."""
    return tuple(
        DecisionRow(
            id=decision["id"],
            workflow=decision["workflow"],
            state=phrase(words.DECISION_STATES, decision["state"]),
            outcome=phrase(words.OUTCOMES, decision["outcome"]),
            decided_by=_decider(decision["decided_by"]),
            label=label_words(decision["label"], titles),
            created_at=decision["created_at"],
            age=words.ago(datetime.fromisoformat(decision["created_at"]), now),
        )
        for decision in decisions
    )


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a decision's history."""

    at: str
    when: str
    who: str
    what: str
    outcome: Phrase
    reason_code: str
    note: str
    reply: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision: where it stands, on what grounds, and how it came there."""

    id: str
    workflow: str
    state: Phrase
    outcome: Phrase
    decided_by: str
    labels: tuple[tuple[str, str], ...]  #: label and its probability, which a person's choice does not have
    reasons: tuple[Phrase, ...]
    public_reason: str
    rules: RulesView
    documents: tuple[EvidenceView, ...]
    case: str
    release: str
    created_at: str
    when: str
    history: tuple[Event, ...]


def decision_view(decision: Mapping[str, Any], titles: Mapping[str, str], now: datetime) -> DecisionView:
    return DecisionView(
        id=decision["id"],
        workflow=decision["workflow"],
        state=phrase(words.DECISION_STATES, decision["state"]),
        outcome=phrase(words.OUTCOMES, decision["outcome"]),
        decided_by=_decider(decision["decided_by"]),
        labels=tuple(
            (label_words(s["label"], titles), "" if s["probability"] is None else words.percent(s["probability"]))
            for s in decision["labels"]
        ),
        reasons=tuple(phrase(words.REASONS, reason) for reason in decision["reasons"]),
        public_reason=decision.get("public_reason") or "",
        rules=rules_view(decision["rules"]),
        documents=evidence_views(decision["documents"]),
        case=decision["case"] or "",
        release=decision["release"],
        created_at=decision["created_at"],
        when=words.clock_time(datetime.fromisoformat(decision["created_at"]), now),
        history=tuple(_event(entry, titles, now) for entry in decision.get("history", ())),
    )


def _event(entry: Mapping[str, Any], titles: Mapping[str, str], now: datetime) -> Event:
    waiting = entry["state"] == "waiting"
    labels = ", ".join(label_words(label, titles) for label in entry.get("labels", ()))
    what = "Put before a person" if waiting else "Decided" + (f" as {labels}" if labels else "")
    return Event(
        at=entry["at"],
        when=words.clock_time(datetime.fromisoformat(entry["at"]), now),
        who=entry.get("reviewer") or ("Routing" if waiting else _decider(entry["decided_by"])),
        what=what,
        outcome=phrase(words.OUTCOMES, entry["outcome"]),
        reason_code=entry.get("reason_code") or "",
        note=entry.get("note") or "",
        reply=entry.get("reply") or "",
    )


def label_words(label: str | None, titles: Mapping[str, str]) -> str:
    """A label's title, or its id as words: a decision may name a label that the policy has dropped since."""
    if not label:
        return words.NOTHING
    return titles.get(label) or label.replace("_", " ").capitalize()


def _decider(decided_by: str | None) -> str:
    return phrase(words.DECIDERS, decided_by).short if decided_by else "Nobody yet"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document in a list."""

    collection: str
    id: str
    version: int
    title: str
    status: Phrase
    owner: str
    effective: str
    audience: str
    approved_by: str
    address: str


def document_rows(documents: Iterable[Mapping[str, Any]]) -> tuple[DocumentRow, ...]:
    return tuple(map(_document_row, documents))


def _document_row(document: Mapping[str, Any]) -> DocumentRow:
    return DocumentRow(
        collection=document["collection"],
        id=document["id"],
        version=document["version"],
        title=document["title"],
        status=phrase(words.DOCUMENT_STATUSES, document["status"]),
        owner=document.get("owner") or words.NOTHING,
        effective=_effective(document.get("effective_from"), document.get("effective_until")),
        audience=", ".join(document.get("audience") or ()) or "everyone",
        approved_by=document.get("approved_by") or words.NOTHING,
        address=f"/console/documents/{document['collection']}/{document['id']}?version={document['version']}",
    )


def _effective(begin: str | None, end: str | None) -> str:
    since, until = (text[:10] if text else "" for text in (begin, end))
    if since and until:
        return f"{since} to {until}"
    return f"since {since}" if since else f"until {until}" if until else "always"


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version of a document with its text and its sister versions."""

    row: DocumentRow
    body: tuple[Block, ...]
    jurisdiction: str
    citations: tuple[str, ...]
    versions: tuple[DocumentRow, ...]


def document_view(document: Mapping[str, Any], versions: Iterable[Mapping[str, Any]]) -> DocumentView:
    return DocumentView(
        row=_document_row(document),
        body=blocks(document["text"]),
        jurisdiction=", ".join(document.get("jurisdiction") or ()) or "any",
        citations=tuple(document.get("citations") or ()),
        versions=document_rows(versions),
    )


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in force."""

    id: str
    title: str
    status: Phrase
    severity: Phrase
    effect: Phrase
    owner: str
    place: str


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack and its rules."""

    id: str
    title: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What answers in one workflow, and what is promised of it."""

    workflow: str
    release: str
    ruleset: str
    halted: bool
    promise: str


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing wrong in a file."""

    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """Packs in force, and whether the files say something else."""

    packs: tuple[PackView, ...]
    workflows: tuple[ReleaseView, ...]
    files_differ: bool
    errors: tuple[FileError, ...]


def status_view(status: Mapping[str, Any]) -> StatusView:
    return StatusView(
        packs=tuple(
            PackView(pack["id"], pack.get("title") or pack["id"], tuple(_rule(rule) for rule in pack["rules"]))
            for pack in status["packs"]
        ),
        workflows=tuple(
            ReleaseView(
                workflow=release["workflow"],
                release=release["release"],
                ruleset=release["ruleset"][:12],
                halted=bool(release.get("halted")),
                promise=promise(release.get("certificate"), release.get("refusal")),
            )
            for release in status["workflows"]
        ),
        files_differ=bool(status["files_differ"]),
        errors=file_errors(status["errors"]),
    )


def _rule(rule: Mapping[str, Any]) -> RuleRow:
    file, line = rule.get("file", ""), rule.get("line", 0)
    return RuleRow(
        id=rule["id"],
        title=rule["title"],
        status=phrase(words.RULE_STATUSES, rule["status"]),
        severity=phrase(words.SEVERITIES, rule["severity"]),
        effect=phrase(words.EFFECTS, rule["effect"]),
        owner=rule["owner"] or words.NOTHING,
        place=f"{file}:{line}" if file else words.NOTHING,
    )


def file_errors(errors: Iterable[Mapping[str, Any]]) -> tuple[FileError, ...]:
    return tuple(
        FileError(f"{error['file']}:{error['line']}:{error['column']}", error["message"], error["remedy"])
        for error in errors
    )


def promise(certificate: Mapping[str, Any] | None, refusal: Mapping[str, Any] | None) -> str:
    """What a certificate guarantees, or why there is none, in one sentence."""
    if certificate:
        share = certificate["accepted"] / certificate["cases"] if certificate["cases"] else 0.0
        return (
            f"With {words.percent(1 - certificate['delta'])} confidence at most "
            f"{words.percent(certificate['alpha'])} of automatic decisions are wrong, for traffic like the "
            f"{certificate['cases']} calibration cases, of which {words.percent(share)} were decided automatically."
        )
    why = refusal["why"] if refusal else "none was asked for"
    return f"No certificate, so nothing is decided automatically: {why}."


def reload_words(report: Mapping[str, Any]) -> str:
    """What a reload changed, in words."""
    if not report["changed"]:
        return "The files say what is already in force; nothing was changed."
    changes = [
        f"{each['workflow']}: automation {words.percent(each['before']['coverage'])} → "
        f"{words.percent(each['after']['coverage'])} of the calibration cases"
        for each in report["workflows"]
    ]
    return "In force from now on. " + "; ".join(changes) + "."
