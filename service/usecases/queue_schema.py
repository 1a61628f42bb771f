"""The JSON Schema of what `workflow.yaml` says of the queue, made from the constants that its reader uses."""

from __future__ import annotations

from rules.reading import forms
from rules.reading.schema_parts import Schema, chosen, listed, mapping, text, texts
from service.usecases import queue_file as reader


def queue_schema() -> Schema:
    """The schema of `queue:`."""
    described = {
        "name": text("Where held requests wait.", reader.NAME),
        "sla_hours": _number("sla_hours", "Hours within which a person is to decide."),
        "lease_minutes": _number("lease_minutes", "Minutes for which a claimed case is one reviewer's."),
        "undo_seconds": _number("undo_seconds", "Seconds in which a decision can be taken back before it goes out."),
        "second_review": _number("second_review", "Share of decided cases that a second person decides as well."),
        "known_answers": _number(
            "known_answers", "Share of what reviewers are given that is a copy of a case whose answer is known."
        ),
        "known_answers_told": {
            "type": "boolean",
            "description": "Whether whoever decided such a case learns the right answer afterwards.",
        },
        "answer_hours": _number("answer_hours", "Hours for which a case waits for its requester to answer a question."),
        "note_required": {
            "type": "boolean",
            "description": "Whether a reviewer has to say why to block, and to overturn the suggestion or what was "
            "answered; true unless said otherwise.",
        },
        "blind_first": {
            "type": "boolean",
            "description": "Whether suggestions are shown only to whoever has said what they think.",
        },
        "escalate_to": text("The queue that escalated cases go to; their own unless said otherwise.", reader.NAME),
        "hidden_actions": texts("What nobody is offered here.", {"enum": [action.value for action in reader.HIDEABLE]}),
        "priority": _priority(),
        "attach": _attach(),
    }
    return mapping("Where requests wait for people.", chosen(reader.QUEUE, described), ("name",))


def _attach() -> Schema:
    least, most = reader.ATTACHED
    described = {
        "most": {
            "type": "integer",
            "minimum": least,
            "maximum": most,
            "description": "So many requests to a case at most; 0: each has a case of its own.",
        },
        "ignore": texts("Attributes in which they may differ.", text("Of the request.", forms.NAME)),
    }
    words = "Requests that say the same as one that waits are decided with it."
    return mapping(words, chosen(reader.ATTACH, described), ("most",))


def _priority() -> Schema:
    least, most = reader.POINTS
    points = {"type": "integer", "minimum": least, "maximum": most}
    rule = {
        "attribute": text("Of the request.", forms.NAME),
        "points": points | {"description": "Added to the priority, which is 0 to 100."},
        "values": texts("For one of these words, all of the points; `yes` and `no` for what is true or false."),
        "least": _number("least", "The number that adds nothing."),
        "most": _number("most", "The number that adds all of the points."),
    }
    described = {
        "hours": _number("hours", "So much earlier comes a case of priority 100 than one of 0 that is due alike."),
        "uncertainty": {
            "type": "integer",
            "minimum": 0,
            "maximum": most,
            "description": "Points for a confidence of 0, fewer the surer the classifier is.",
        },
        "attributes": listed(
            "What makes a case urgent.",
            mapping("Points for one attribute.", chosen(reader.RULE, rule), ("attribute", "points")),
        ),
    }
    return mapping("What comes first, besides what rules ask for.", chosen(reader.PRIORITY, described))


def _number(name: str, description: str) -> Schema:
    least, most = reader.LIMITS[name]
    return {"type": "number", "minimum": least, "maximum": most, "description": description}
