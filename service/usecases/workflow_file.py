"""Read and write `workflow.yaml`: a workflow's policy, checked like rules, with every error as file:line:column."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from rules.attributes import read_attributes
from rules.errors import Problem, RuleErrors, did_you_mean
from rules.shape import Shape
from rules.strict_yaml import Node, read_yaml
from service.domain.types import Autonomy, EvidencePolicy, Guarantee, Label, Outcome, QueuePolicy, Workflow

FILE = "workflow.yaml"
_NAME = r"[a-z][a-z0-9-]{0,63}"
_LABEL = r"[^\s,\x00-\x1f][^,\x00-\x1f]{0,119}"
_KEYS = (
    "workflow",
    "title",
    "packs",
    "collections",
    "attributes",
    "guarantee",
    "evidence",
    "queue",
    "random_check",
    "retention_days",
    "labels",
)
_LABEL_KEYS = (
    "id",
    "title",
    "definition",
    "includes",
    "excludes",
    "outcome",
    "autonomy",
    "documents",
    "public_reason",
)
_E = TypeVar("_E", bound=StrEnum)


def read_workflow(data: bytes, file: str = FILE) -> Workflow:
    """The policy in `data`; RuleErrors with everything that is wrong with it."""
    problems: list[Problem] = []
    shape = Shape(file, problems)
    root = read_yaml(data, file)
    entries = shape.mapping(root, "the workflow", _KEYS, ("workflow", "packs", "collections", "labels", "queue"))
    workflow = Workflow(
        name=shape.text(entries.get("workflow"), "a workflow name", 64, _NAME, "use a-z, 0-9 and -"),
        title=shape.text(entries.get("title"), "a title") or "",
        packs=shape.texts(entries.get("packs"), "packs"),
        collections=shape.texts(entries.get("collections"), "collections"),
        attributes=read_attributes(shape, entries.get("attributes")),
        labels=_labels(shape, entries.get("labels")),
        guarantee=_guarantee(shape, entries.get("guarantee")),
        queue=_queue(shape, entries.get("queue")),
        evidence=_word(shape, entries.get("evidence"), "evidence policy", EvidencePolicy, EvidencePolicy.WHEN_NAMED),
        random_check=_number(shape, entries.get("random_check"), "random_check", 0.0, 1.0, 0.0),
        retention_days=shape.integer(entries.get("retention_days"), "retention_days", 183, 36_500) or 400,
    )
    if problems:
        raise RuleErrors(problems)
    return workflow


def _labels(shape: Shape, node: Node | None) -> tuple[Label, ...]:
    if node is None:
        return ()
    found: dict[str, Label] = {}
    for item in shape.items(node, "labels"):
        keys = shape.mapping(item, "a label", _LABEL_KEYS, ("id",))
        label_id = shape.text(keys.get("id"), "a label id", 120, _LABEL, "use visible characters without commas")
        if label_id in found:
            shape.note(keys["id"], f"label `{label_id}` stands here twice", "keep one")
        found[label_id] = Label(
            id=label_id,
            title=shape.text(keys.get("title"), "a title") or label_id,
            # A label that says nothing of its outcome leaves it to a person: unknown never allows.
            outcome=_word(shape, keys.get("outcome"), "outcome", Outcome, Outcome.REVIEW),
            autonomy=_word(shape, keys.get("autonomy"), "autonomy", Autonomy, Autonomy.DRAFT),
            definition=shape.text(keys.get("definition"), "a definition"),
            includes=shape.texts(keys.get("includes"), "includes"),
            excludes=shape.texts(keys.get("excludes"), "excludes"),
            documents=shape.texts(keys.get("documents"), "documents"),
            public_reason=shape.text(keys.get("public_reason"), "a public reason") or None,
        )
    return tuple(found.values())


def _guarantee(shape: Shape, node: Node | None) -> Guarantee:
    keys = shape.mapping(node, "guarantee", ("alpha", "delta")) if node else {}
    return Guarantee(
        alpha=_number(shape, keys.get("alpha"), "alpha", 0.0001, 0.5, 0.05),
        delta=_number(shape, keys.get("delta"), "delta", 0.0001, 0.5, 0.10),
    )


def _queue(shape: Shape, node: Node | None) -> QueuePolicy:
    keys = shape.mapping(node, "queue", ("name", "sla_hours", "lease_minutes"), ("name",)) if node else {}
    return QueuePolicy(
        name=shape.text(keys.get("name"), "a queue name", 64, _NAME, "use a-z, 0-9 and -"),
        sla_hours=_number(shape, keys.get("sla_hours"), "sla_hours", 0.01, 10_000, 24.0),
        lease_minutes=_number(shape, keys.get("lease_minutes"), "lease_minutes", 0.01, 1_440, 15.0),
    )


def _number(shape: Shape, node: Node | None, what: str, least: float, most: float, default: float) -> float:
    if node is None:
        return default
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        shape.note(node, f"{what} must be a number", f"use {least:g} to {most:g}")
        return default
    return float(value)


def _word(shape: Shape, node: Node | None, what: str, kind: type[_E], default: _E) -> _E:
    return (shape.choice(node, what, kind) if node is not None else None) or default


def write_workflow(values: Mapping[str, Any], comment: str) -> bytes:
    """A workflow file from plain values, for `signoff workflow create`; what is written is read back as a check."""
    from io import BytesIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 10_000
    yaml.default_flow_style = False
    out = BytesIO()
    out.write("".join(f"# {line}\n" for line in comment.splitlines()).encode())
    yaml.dump(dict(values), out)
    data = out.getvalue()
    read_workflow(data)
    return data


def unknown_documents(workflow: Workflow, known: frozenset[str]) -> list[str]:
    """A sentence for each document that a label names and no collection holds."""
    return [
        f"label {label.id} names document {name}, which is in none of its collections "
        f"({did_you_mean(name, known, 'documents')})"
        for label in workflow.labels
        for name in label.documents
        if name not in known
    ]
