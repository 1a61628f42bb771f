"""The JSON Schemas of what `workflow.yaml` says of learning, made from the constants that its reader uses."""

from __future__ import annotations

from typing import Any

from rules.reading.schema_parts import Schema, chosen, listed, mapping, text, texts, words
from service.usecases import learning_file as reader
from service.usecases.learning_file import LabelsPerRequest


def guarantee_schema() -> Schema:
    """The schema of `guarantee:`."""
    group = {
        "name": text("The group's name.", reader.GROUP_NAME),
        "labels": texts("Labels of this workflow; each is in one group at most."),
        "alpha": _number("At most this share of the automatic decisions with these labels is wrong.", reader.SHARE),
    }
    described = {
        "alpha": _number("At most this share of automatic decisions is wrong, of labels in no group.", reader.SHARE),
        "delta": _number("How likely that any of these promises may fail.", reader.SHARE),
        "groups": listed(
            "Labels with a promise of their own. The groups share delta, so that all promises hold together.",
            mapping("One group.", chosen(reader.GROUP, group), reader.GROUP),
        ),
    }
    return mapping("The promise asked for before anything is automatic.", chosen(reader.GUARANTEE, described))


def several_schema() -> Schema:
    """The schema of `labels_per_request:`."""
    meanings = {LabelsPerRequest.ONE: "always one", LabelsPerRequest.SEVERAL: "none, one or several"}
    return words("How many labels a request has; one unless said otherwise.", meanings)


def moved_schema() -> Schema:
    """The schema of `moved:`."""
    described = {
        "was": text("The former label.", reader.LABEL),
        "now": texts(
            "What it is called now (renamed or merged), or the labels it was split into: then its examples are "
            "labelled anew."
        ),
    }
    entry = mapping("One former label.", chosen(reader.MOVED, described), reader.MOVED)
    return listed("What became of former labels, oldest first, so that their examples are not lost.", entry)


def models_schema() -> Schema:
    """The schema of `models:`."""
    retrain = {
        "examples": _count("examples", "Train by itself when so many new examples came; 0: never for that."),
        "days": _number("Train by itself when the model is so old and anything new came; 0: never.", reader.DAYS),
    }
    described = {
        "owner": text("Who answers for the models."),
        "licence": text("By what right they learn from the examples."),
        "limits": texts("What they are not to be used for."),
        "retrain": mapping("When a candidate is trained without being asked for.", chosen(reader.RETRAIN, retrain)),
        "shadow_decisions": _count("shadow_decisions", "Live decisions a candidate is compared on before promotion."),
    }
    return mapping("How models are made, and what it takes to promote one.", chosen(reader.MODELS, described))


def _number(description: str, limits: tuple[float, float]) -> dict[str, Any]:
    return {"type": "number", "minimum": limits[0], "maximum": limits[1], "description": description}


def _count(name: str, description: str) -> dict[str, Any]:
    least, most = reader.COUNTS[name]
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}
