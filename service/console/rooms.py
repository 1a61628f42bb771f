"""The “try it” page: a form made from the attribute schema, and one text's way through the rooms. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.model import Attribute, AttributeType
from service.console import words
from service.console.findings import Bar, EvidenceView, RulesView, evidence_views, rules_view
from service.console.marks import Marked, Piece, cut
from service.console.words import Phrase, phrase
from service.domain.types import Workflow
from service.errors import FieldProblem

#: Attribute fields of the form carry this before the attribute's name.
PREFIX = "attribute."

ROOMS: Mapping[str, tuple[str, str]] = {
    "door": ("Door", "Is it well-formed, allowed and not too large?"),
    "clean": ("Clean", "The text is normalised once, for every room after this."),
    "law": ("Law", "Compliance rules, before any model runs."),
    "encode": ("Encode", "The text becomes a vector; long texts in overlapping windows."),
    "evidence": ("Evidence", "Approved documents that bear on it: by meaning and by words."),
    "judgement": ("Judgement", "The classifier's labels with calibrated probabilities."),
    "routing": ("Routing", "Automatic only where nothing asks for a person and the certificate holds."),
}


#: Figures of a room that are shown beside its result.
FACTS: Mapping[str, str] = {
    "clean": "Text as read",
    "removed_characters": "Characters removed",
    "confidence": "Confidence",
    "threshold": "Certified threshold",
    "margin": "Ahead of the next label by",
    "in_domain": "Like the examples",
    "energy": "Energy",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute as a form field."""

    name: str
    attribute: str
    label: str
    hint: str
    kind: str  #: `choice`, `text`, `number`, `integer` or `lines`
    options: tuple[tuple[str, str], ...]  #: value and words, for a choice
    value: str


def fields(schema: Iterable[Attribute], typed: Mapping[str, str]) -> tuple[Field, ...]:
    """A field for each declared attribute, filled with what was typed before."""
    return tuple(_field(attribute, typed.get(PREFIX + attribute.name, "")) for attribute in schema)


def _field(attribute: Attribute, value: str) -> Field:
    kind, options = "text", tuple[tuple[str, str], ...]()
    if attribute.type is AttributeType.BOOLEAN:
        kind, options = "choice", (("true", "yes"), ("false", "no"))
    elif attribute.values:
        kind, options = "choice", tuple((v, v) for v in attribute.values)
    elif attribute.type is AttributeType.STRINGS:
        kind = "lines"
    elif attribute.type in (AttributeType.INTEGER, AttributeType.NUMBER):
        kind = attribute.type.value
    return Field(
        name=PREFIX + attribute.name,
        attribute=attribute.name,
        label=attribute.name.replace("_", " ").capitalize(),
        hint=attribute.description,
        kind=kind,
        options=options,
        value=value,
    )


def attributes(
    schema: Iterable[Attribute], typed: Mapping[str, str]
) -> tuple[dict[str, object], tuple[FieldProblem, ...]]:
    """Typed values from what a form sent; a field left empty is an attribute not given."""
    values: dict[str, object] = {}
    problems: list[FieldProblem] = []
    for attribute in schema:
        text = typed.get(PREFIX + attribute.name, "").strip()
        if not text:
            continue
        try:
            values[attribute.name] = _READ[attribute.type](text)
        except (ValueError, KeyError):
            wanted = _WANTED.get(attribute.type, "another value")
            problems.append(FieldProblem(f"attributes.{attribute.name}", f"{text!r} is not {wanted}", f"give {wanted}"))
    return values, tuple(problems)


_READ: Mapping[AttributeType, Callable[[str], object]] = {
    AttributeType.STRING: str,
    AttributeType.INTEGER: int,
    AttributeType.NUMBER: float,
    AttributeType.BOOLEAN: {"true": True, "false": False}.__getitem__,
    AttributeType.STRINGS: lambda text: [line.strip() for line in text.splitlines() if line.strip()],
}
_WANTED = {
    AttributeType.INTEGER: "a whole number",
    AttributeType.NUMBER: "a number",
    AttributeType.BOOLEAN: "yes or no",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One room: what it is for, how long it took, what it said."""

    name: str
    title: str
    purpose: str
    milliseconds: str
    share: float  #: of the whole way's time, 0 to 1
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One text's way through the house. Nothing of it is recorded."""

    steps: tuple[Step, ...]
    total: str
    state: Phrase
    outcome: Phrase
    decided_by: str
    label: str
    public_reason: str
    reasons: tuple[Phrase, ...]
    text: tuple[Piece, ...]
    rules: RulesView
    documents: tuple[EvidenceView, ...]
    labels: tuple[Bar, ...]


def way(trace: Mapping[str, Any], text: str, workflow: Workflow) -> Way:
    answer = trace["answer"]
    judged = next((room["result"] for room in trace["rooms"] if room["name"] == "judgement"), answer)
    whole = sum(room["ms"] for room in trace["rooms"]) or 1.0
    rules = rules_view(answer["rules"])
    titles = {label.id: label.title for label in workflow.labels}
    labels = tuple(
        Bar(titles.get(s["label"], s["label"]), s["probability"], words.probability(s["probability"]))
        for s in judged["labels"]
    )
    return Way(
        steps=tuple(_step(room, whole, text) for room in trace["rooms"]),
        total=words.milliseconds(whole),
        state=phrase(words.DECISION_STATES, answer["state"]),
        outcome=phrase(words.OUTCOMES, answer["outcome"]),
        decided_by=phrase(words.DECIDERS, answer["decided_by"]).short if answer["decided_by"] else "",
        label=_label_words(trace, titles) or (labels[0].name if labels and not workflow.several else ""),
        public_reason=answer["public_reason"] or "",
        reasons=tuple(phrase(words.REASONS, reason) for reason in answer["reasons"]),
        text=cut(text, (Marked(s.start, s.end, s.number) for s in rules.spans)),
        rules=rules,
        documents=evidence_views(answer["documents"]),
        labels=labels,
    )


def _label_words(trace: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """The labels that it was routed by; empty where none is to lead anybody."""
    routed = [room["result"].get("labels", ()) for room in trace["rooms"] if room["name"] == "routing"]
    return ", ".join(titles.get(label, label) for labels in routed for label in labels)


def _step(room: Mapping[str, Any], whole: float, text: str) -> Step:
    title, purpose = ROOMS.get(room["name"], (room["name"].capitalize(), ""))
    result = room["result"]
    return Step(
        name=room["name"],
        title=title,
        purpose=purpose,
        milliseconds=words.milliseconds(room["ms"]),
        share=min(1.0, room["ms"] / whole),
        facts=tuple(
            (words_for, _fact(result[name]))
            for name, words_for in FACTS.items()
            if _says_something(name, result.get(name), text)
        ),
        notes=tuple(room.get("notes", ())),
    )


def _says_something(name: str, value: object, text: str) -> bool:
    unchanged = (name == "clean" and value == text) or (name == "removed_characters" and value == 0)
    return value is not None and not unchanged


def _fact(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
