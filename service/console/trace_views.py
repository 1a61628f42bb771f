"""What the pages that explain rules show: what made a rule fire, or the first clause that stopped it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.console import rule_words, words
from service.console.rule_views import rule_address
from service.console.words import Phrase, phrase

#: Rules shown at most of those that did not fire; the filter finds the others.
MOST = 200


@dataclass(frozen=True, slots=True)
class SeenView:
    """One clause and what it saw."""

    source: str
    place: str
    says: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TraceView:
    """What one rule said, and why."""

    rule: str
    address: str
    title: str
    finding: Phrase
    effect: Phrase | None
    reason: str
    standing: str  #: why it does not count; empty when it does
    notes: tuple[str, ...]
    clauses: tuple[SeenView, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Every rule by what it said."""

    workflow: str
    release: str
    fired: tuple[TraceView, ...]
    unsettled: tuple[TraceView, ...]
    quiet: tuple[TraceView, ...]
    quiet_total: int


def explained(explanation: Mapping[str, Any], text: str = "") -> Explained:
    """`text`: words a rule's id or title has to hold to be shown."""
    asked = text.lower().split()
    found = [
        trace_view(trace)
        for trace in explanation["rules"]
        if all(word in f"{trace['rule']} {trace['title']}".lower() for word in asked)
    ]
    by: dict[str, list[TraceView]] = {"match": [], "unknown": [], "no_match": []}
    for each in found:
        by.setdefault(each.finding.value, []).append(each)
    return Explained(
        workflow=explanation["workflow"],
        release=explanation["release"],
        fired=tuple(sorted(by["match"], key=lambda each: bool(each.standing))),
        unsettled=tuple(sorted(by["unknown"], key=lambda each: bool(each.standing))),
        quiet=tuple(by["no_match"][:MOST]),
        quiet_total=len(by["no_match"]),
    )


def trace_view(trace: Mapping[str, Any]) -> TraceView:
    return TraceView(
        rule=trace["rule"],
        address=rule_address(trace["rule"]),
        title=trace["title"],
        finding=phrase(rule_words.FINDINGS, trace["finding"]),
        effect=phrase(words.EFFECTS, trace["effect"]) if trace["effect"] else None,
        reason=trace["reason"] or "",
        standing=_sentence(trace["why_not"]),
        notes=tuple(_notes(trace)),
        clauses=tuple(_seen(seen) for seen in trace["clauses"]),
    )


def _notes(trace: Mapping[str, Any]) -> Iterable[str]:
    if trace.get("exemption"):
        yield f"Set aside by the exemption {trace['exemption']}."
    if trace.get("weakened"):
        yield "It matches only where look-alike letters are read as plain ones, so it does not block by itself."
    if trace["missing"]:
        yield f"Missing: {', '.join(trace['missing'])}."


def _seen(seen: Mapping[str, Any]) -> SeenView:
    values = [(name.replace("_", " "), _value(value)) for name, value in sorted(seen["attributes"].items())]
    values += [(name.replace("_", " "), "missing") for name in seen["missing"]]
    values += [(hit["name"], _hit(hit)) for hit in seen["hits"]]
    return SeenView(
        source=" ".join(seen["source"].split()),
        place=f"{seen['file']}:{seen['line']}:{seen['column']}",
        says=_said(seen),
        values=tuple(values),
    )


def _said(seen: Mapping[str, Any]) -> str:
    if seen["answer"] is None:
        return f"cannot say: {seen['failure']}" if seen["failure"] else "cannot say"
    says = "holds" if seen["answer"] else "does not hold"
    return says if seen["wanted"] or seen["answer"] is False else f"{says}, and must not"


def _hit(hit: Mapping[str, Any]) -> str:
    if not hit["found"]:
        return "not found"
    spans = [span if isinstance(span, Mapping) else {"start": span[0], "end": span[1]} for span in hit["spans"]]
    places = ", ".join(f"{span['start'] + 1}–{span['end']}" for span in spans[:3])
    more = f" and {len(spans) - 3} more" if len(spans) > 3 else ""
    by = " by look-alike letters" if hit["by_look_alikes"] else ""
    return f"found{by}" + (f" at characters {places}{more}" if places else "")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _sentence(words_: str) -> str:
    return f"{words_[:1].upper()}{words_[1:]}." if words_ else ""
