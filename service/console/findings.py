"""What rules and documents found, as every page shows it: cases, decisions and “try it” alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.document_views import document_address
from service.console.marks import Marked, Piece, highlight
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class FindingView:
    """A rule that matched or could not be settled."""

    number: int  #: what its marks in the text are numbered by
    rule: str
    effect: Phrase
    severity: Phrase
    reason_code: str
    reason: str
    settled: bool
    missing: tuple[str, ...]  #: why it is not settled
    places: int  #: how many stretches of the text it rests on


@dataclass(frozen=True, slots=True)
class RulesView:
    """What the law said."""

    effect: Phrase | None
    findings: tuple[FindingView, ...]
    others: int  #: enforced rules that did not match
    spans: tuple[Marked, ...]
    hidden: bool  #: the reader may not see rules at all


def rules_view(rules: Mapping[str, Any] | None) -> RulesView:
    """Matches first, then what could not be settled, numbered in that order."""
    if rules is None:
        return RulesView(None, (), 0, (), hidden=True)
    matched, unknown = rules["findings"], rules["unknown"]
    findings: list[FindingView] = []
    spans: list[Marked] = []
    for number, finding in enumerate((*matched, *unknown), start=1):
        places = finding.get("spans", ())
        spans.extend(Marked(span[0], span[1], number) for span in places)
        findings.append(_finding(number, finding, settled=number <= len(matched), places=len(places)))
    effect = phrase(words.EFFECTS, rules["effect"]) if rules["effect"] else None
    return RulesView(effect, tuple(findings), int(rules.get("no_match", 0)), tuple(spans), hidden=False)


def _finding(number: int, finding: Mapping[str, Any], *, settled: bool, places: int) -> FindingView:
    return FindingView(
        number=number,
        rule=finding["rule"],
        effect=phrase(words.EFFECTS, finding["effect"]),
        severity=phrase(words.SEVERITIES, finding.get("severity")),
        reason_code=finding["reason_code"],
        reason=finding.get("reason", ""),
        settled=settled,
        missing=tuple(finding.get("unknown", ())),
        places=places,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a score."""

    name: str
    value: float  #: 0 to 1
    figure: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A passage of an approved document."""

    passage_id: str
    reference: str  #: as people cite it: `dispute-duplicate, version 3`
    address: str  #: the document's page
    title: str
    heading: str
    pieces: tuple[Piece, ...]
    score: Bar
    parts: tuple[Bar, ...]
    named: bool  #: the suggested label rests on this document


def evidence_views(
    documents: Iterable[Mapping[str, Any]], named: frozenset[str] = frozenset()
) -> tuple[EvidenceView, ...]:
    return tuple(_evidence(document, named) for document in documents)


def _evidence(document: Mapping[str, Any], named: frozenset[str]) -> EvidenceView:
    plain_id = str(document["id"]).removeprefix("doc_")
    return EvidenceView(
        passage_id=document["passage_id"],
        reference=f"{plain_id}, version {document['version']}",
        address=document_address(document["collection"], plain_id, document["version"]),
        title=document["title"],
        heading=document.get("heading", ""),
        pieces=highlight(document["passage"], document["highlights"]),
        score=bar("Score", document["score"]),
        parts=tuple(bar(words.part_name(name), value) for name, value in document["parts"].items()),
        named=plain_id in named,
    )


def bar(name: str, value: float) -> Bar:
    return Bar(name, min(1.0, max(0.0, value)), f"{value:.2f}")
