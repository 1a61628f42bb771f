"""The JSON Schema of what `workflow.yaml` says of watching live traffic, made from the constants that its reader
uses."""

from __future__ import annotations

from rules.reading.schema_parts import Schema, chosen, mapping, words
from service.domain.types import OnDrift, Reference
from service.usecases import watch_file as reader


def watch_schema() -> Schema:
    """The schema of `watch:`."""
    references = {
        Reference.CALIBRATION: "the cases that the certificate rests on",
        Reference.FIRST_WEEKS: "what came in the first two weeks that the model answered",
    }
    consequences = {
        OnDrift.TELL: "an alarm on the console",
        OnDrift.PEOPLE: "an alarm, and people decide until a person resumes or a later look finds nothing",
    }
    described = {
        "every_days": _number("every_days", "Days between looks; 0: only when somebody asks."),
        "days": _number("days", "Days that a look goes back."),
        "compare_with": words("What live traffic is compared with.", references),
        "on_alarm": words("What follows when it is no longer alike, or the live error is too high.", consequences),
        "psi": _number("psi", "Alarming population stability index of confidence, energy or top similarity."),
        "labels": _number("labels", "Alarming share of requests that went to other labels."),
        "unlike": _number("unlike", "Alarming area under the ROC curve of a classifier that tells requests apart."),
    }
    return mapping("When live traffic is looked at, and what is alarming.", chosen(reader.WATCH, described))


def _number(name: str, description: str) -> Schema:
    least, most = reader.LIMITS[name]
    return {"type": "number", "minimum": least, "maximum": most, "description": description}
