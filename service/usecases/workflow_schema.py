"""The JSON Schema of `workflow.yaml`, for editors, made from the constants that its reader uses.

Written to `service/schema/` by `python -m service.usecases.workflow_schema`. Standard: JSON Schema, draft 2020-12.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rules.reading import forms
from rules.reading.schema_parts import (
    Schema,
    attribute_declarations,
    chosen,
    document,
    listed,
    mapping,
    schema_text,
    text,
    texts,
    words,
    write_schemas,
)
from service.domain.types import Autonomy, EvidencePolicy, OnAlarm, Outcome
from service.usecases import workflow_file as reader
from service.usecases.learning_file import LABEL
from service.usecases.learning_schema import guarantee_schema, models_schema, moved_schema, several_schema
from service.usecases.queue_file import NAME
from service.usecases.queue_schema import queue_schema
from service.usecases.ranking_schema import ranking_schema
from service.usecases.reply_schema import replies_schema, template_schema
from service.usecases.watch_schema import watch_schema

FOLDER: Final = Path(__file__).parents[1] / "schema"


def workflow_schema() -> Schema:
    """The schema of `workflow.yaml`."""
    evidence = {
        EvidencePolicy.WHEN_NAMED: "one of the documents that the label names, when it names any",
        EvidencePolicy.REQUIRED: "as when_named; a label that names none needs some document",
        EvidencePolicy.OFF: "nothing",
    }
    described = {
        "workflow": text("The workflow's name, the same as its folder's.", NAME),
        "title": text("What it is for, in a few words."),
        "packs": texts("Folders under packs/ whose rules hold."),
        "collections": texts("Collections of approved documents that may be quoted."),
        "attributes": attribute_declarations(),
        "guarantee": guarantee_schema(),
        "evidence": words("What an automatic decision needs from the documents.", evidence),
        "ranking": ranking_schema(),
        "queue": queue_schema(),
        "random_check": _number("random_check", "Share of requests that people check blind, drawn at random."),
        "retention_days": _number("retention_days", "Days until texts are deleted.") | {"type": "integer"},
        "changes": _changes(),
        "labels_per_request": several_schema(),
        "moved": moved_schema(),
        "models": models_schema(),
        "watch": watch_schema(),
        "replies": replies_schema(),
        "labels": listed("The kinds of request, and what may happen to each.", _label()),
    }
    keys = reader.REQUIRED + reader.OPTIONAL
    top = mapping("A workflow's policy.", chosen(keys, described), reader.REQUIRED)
    return document("workflow", "Signoff workflow.yaml", top)


def schema_files() -> dict[str, str]:
    """The files of `service/schema/` by name."""
    return {"workflow.v1.schema.json": schema_text(workflow_schema())}


def _number(name: str, description: str) -> Schema:
    least, most = reader.BOUNDS[name]
    return {"type": "number", "minimum": least, "maximum": most, "description": description}


def _changes() -> Schema:
    alarms = {
        OnAlarm.TELL: "an alarm on the console",
        OnAlarm.ROLL_BACK: "an alarm, and the rules before the change answer again",
    }
    described = {
        "second_person": {
            "type": "boolean",
            "description": "Whether a change of rules or policy waits until somebody else has approved it.",
        },
        "on_alarm": words("What follows when blocks or reviews leave their usual share after a change.", alarms),
    }
    return mapping("How rules and policy may change.", chosen(reader.CHANGES, described))


def _label() -> Schema:
    outcomes = {
        Outcome.ALLOW: "let through",
        Outcome.BLOCK: "refused",
        Outcome.REVIEW: "a person decides",
    }
    autonomies = {
        Autonomy.PEOPLE: "a person decides, without a suggestion",
        Autonomy.DRAFT: "a person decides, with a suggestion",
        Autonomy.AUTO: "automatic where the certificate allows it",
    }
    described = {
        "id": text("The label's name, as in the examples.", LABEL),
        "title": text("The name people see."),
        "definition": text("What the label means."),
        "includes": texts("What belongs to it."),
        "excludes": texts("What does not, and where that belongs."),
        "outcome": words("What such a request comes to; review unless said otherwise.", outcomes),
        "autonomy": words("How far it may go without a person; draft unless said otherwise.", autonomies),
        "documents": texts("Ids of the documents that justify it."),
        "public_reason": text("Why, in words for everybody.", forms.ANY),
        "reply": template_schema(),
    }
    return mapping("One kind of request.", chosen(reader.LABEL_KEYS, described), ("id",))


if __name__ == "__main__":
    write_schemas(FOLDER, schema_files())
