"""Read and write `workflow.yaml`: a workflow's policy, checked like rules, with every error as file:line:column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

import yaml

from rules.errors import Problem, RuleErrors, did_you_mean
from rules.reading.attributes import read_attributes
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node, read_yaml
from service.domain.types import (
    Autonomy,
    ChangePolicy,
    EvidencePolicy,
    Label,
    OnAlarm,
    Outcome,
    Workflow,
)
from service.usecases.learning_file import LABEL, read_guarantee, read_models, read_moved, read_several
from service.usecases.queue_file import NAME, read_queue
from service.usecases.ranking_file import bounded, read_ranking
from service.usecases.reply_file import read_replies, read_template
from service.usecases.watch_file import read_watch

FILE = "workflow.yaml"
SCHEMA_LINE: Final = "# yaml-language-server: $schema=../../schema/workflow.v1.schema.json"
REQUIRED: Final = ("workflow", "packs", "collections", "labels", "queue")
OPTIONAL: Final = (
    "title",
    "attributes",
    "guarantee",
    "evidence",
    "ranking",
    "random_check",
    "retention_days",
    "changes",
    "labels_per_request",
    "moved",
    "models",
    "watch",
    "replies",
)
LABEL_KEYS: Final = (
    "id",
    "title",
    "definition",
    "includes",
    "excludes",
    "outcome",
    "autonomy",
    "documents",
    "public_reason",
    "reply",
)
CHANGES: Final = ("second_person", "on_alarm")
#: Least and most of each number.
BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "random_check": (0.0, 1.0),
    "retention_days": (183, 36_500),
}
_NUMERIC: Final = frozenset("+-.0123456789")
_BREAKS: Final = re.compile("[\x85\u2028\u2029]")
_E = TypeVar("_E", bound=StrEnum)


def read_workflow(data: bytes, file: str = FILE) -> Workflow:
    """The policy in `data`; RuleErrors with everything that is wrong with it."""
    problems: list[Problem] = []
    shape = Shape(file, problems)
    root = read_yaml(data, file)
    entries = shape.mapping(root, "the workflow", REQUIRED + OPTIONAL, REQUIRED)
    collections = shape.texts(entries.get("collections"), "collections")
    attributes = read_attributes(shape, entries.get("attributes"))
    labels = _labels(shape, entries.get("labels"))
    workflow = Workflow(
        name=shape.text(entries.get("workflow"), "a workflow name", *NAME),
        title=shape.text(entries.get("title"), "a title") or "",
        packs=shape.texts(entries.get("packs"), "packs"),
        collections=collections,
        attributes=attributes,
        labels=labels,
        guarantee=read_guarantee(shape, entries.get("guarantee"), labels),
        queue=read_queue(shape, entries.get("queue"), attributes),
        evidence=_word(shape, entries.get("evidence"), "evidence policy", EvidencePolicy, EvidencePolicy.WHEN_NAMED),
        ranking=read_ranking(shape, entries.get("ranking"), collections, attributes),
        random_check=_number(shape, entries.get("random_check"), "random_check", 0.0),
        retention_days=_retention(shape, entries.get("retention_days")),
        changes=_changes(shape, entries.get("changes")),
        several=read_several(shape, entries.get("labels_per_request")),
        moved=read_moved(shape, entries.get("moved"), labels),
        models=read_models(shape, entries.get("models")),
        watch=read_watch(shape, entries.get("watch")),
        replies=read_replies(shape, entries.get("replies")),
    )
    if problems:
        raise RuleErrors(problems)
    return workflow


def _labels(shape: Shape, node: Node | None) -> tuple[Label, ...]:
    if node is None:
        return ()
    found: dict[str, Label] = {}
    for item in shape.items(node, "labels"):
        keys = shape.mapping(item, "a label", LABEL_KEYS, ("id",))
        label_id = shape.text(keys.get("id"), "a label id", *LABEL)
        if label_id in found:
            shape.note(keys["id"], f"label `{label_id}` stands here twice", "keep one")
        documents = shape.texts(keys.get("documents"), "documents")
        found[label_id] = Label(
            id=label_id,
            title=shape.text(keys.get("title"), "a title") or label_id,
            # A label that says nothing of its outcome leaves it to a person: unknown never allows.
            outcome=_word(shape, keys.get("outcome"), "outcome", Outcome, Outcome.REVIEW),
            autonomy=_word(shape, keys.get("autonomy"), "autonomy", Autonomy, Autonomy.DRAFT),
            definition=shape.text(keys.get("definition"), "a definition"),
            includes=shape.texts(keys.get("includes"), "includes"),
            excludes=shape.texts(keys.get("excludes"), "excludes"),
            documents=documents,
            public_reason=shape.text(keys.get("public_reason"), "a public reason") or None,
            reply=read_template(shape, keys.get("reply"), documents),
        )
    return tuple(found.values())


def _changes(shape: Shape, node: Node | None) -> ChangePolicy:
    keys = shape.mapping(node, "changes", CHANGES) if node else {}
    return ChangePolicy(
        second_person=shape.boolean(keys.get("second_person"), "second_person") or False,
        on_alarm=_word(shape, keys.get("on_alarm"), "on_alarm", OnAlarm, OnAlarm.TELL),
    )


def _retention(shape: Shape, node: Node | None) -> int:
    least, most = BOUNDS["retention_days"]
    return shape.integer(node, "retention_days", int(least), int(most)) or 400


def _number(shape: Shape, node: Node | None, what: str, default: float) -> float:
    return bounded(shape, node, what, BOUNDS[what], default)


def _word(shape: Shape, node: Node | None, what: str, kind: type[_E], default: _E) -> _E:
    return (shape.choice(node, what, kind) if node is not None else None) or default


def write_workflow(values: Mapping[str, Any], comment: str) -> bytes:
    """A workflow file from plain values, for `signoff workflow create`; what is written is read back as a check."""
    lines = [SCHEMA_LINE, *(f"# {line}" for line in comment.splitlines())]
    written = yaml.dump(dict(values), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10_000)
    data = ("\n".join(lines) + "\n" + written).encode()
    read_workflow(data)
    return data


class _Writer(yaml.SafeDumper):
    """Writes what the strict reader reads back as the same: no aliases, quotes around what looks like a number."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _BREAKS.search(text) else "'" if text[:1] in _NUMERIC else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def unknown_documents(workflow: Workflow, known: frozenset[str]) -> list[str]:
    """A sentence for each document that a label names and no collection holds."""
    return [
        f"label {label.id} names document {name}, which is in none of its collections "
        f"({did_you_mean(name, known, 'documents')})"
        for label in workflow.labels
        for name in label.documents
        if name not in known
    ]
