"""What the pages of decisions show. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.findings import EvidenceView, RulesView, evidence_views, rules_view
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
            label=", ".join(label_words(label, titles) for label in decision["labels"]) or words.NOTHING,
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
    explainable: bool  #: the classifier was asked
    history: tuple[Event, ...]
    question: str  #: what the requester is asked now; empty when nothing is
    supersedes: str = ""  #: the decision that it took the place of
    superseded_by: str = ""  #: the one that took its place


def decision_view(decision: Mapping[str, Any], titles: Mapping[str, str], now: datetime) -> DecisionView:
    return DecisionView(
        id=decision["id"],
        workflow=decision["workflow"],
        state=phrase(words.DECISION_STATES, decision["state"]),
        outcome=phrase(words.OUTCOMES, decision["outcome"]),
        decided_by=_decider(decision["decided_by"]),
        labels=tuple(
            (label_words(s["label"], titles), "" if s["probability"] is None else words.probability(s["probability"]))
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
        explainable=(decision.get("history") or [decision])[0]["decided_by"] != "rules",
        history=tuple(_event(entry, titles, now) for entry in decision.get("history", ())),
        question=(decision.get("question") or {}).get("text") or "",
        supersedes=decision.get("supersedes") or "",
        superseded_by=decision.get("superseded_by") or "",
    )


def _event(entry: Mapping[str, Any], titles: Mapping[str, str], now: datetime) -> Event:
    waiting = entry["state"] == "waiting"
    labels = ", ".join(label_words(label, titles) for label in entry.get("labels", ()))
    again = " again, once it could be" if entry.get("resumed") else ""
    what = "Put before a person" if waiting else f"Decided{again}" + (f" as {labels}" if labels else "")
    if entry.get("superseded_by"):
        what = f"Superseded by {entry['superseded_by']}"
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
