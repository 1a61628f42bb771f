"""What `workflow.yaml` says of learning: the promise and its groups, labels a request, former labels, models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from rules.errors import did_you_mean
from rules.reading import forms
from rules.reading.forms import Form
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from service.domain.types import Guarantee, Label, LabelGroup, ModelPolicy, MovedLabel
from service.usecases.ranking_file import bounded

LABEL: Final = Form(120, r"[^\s,\x00-\x1f][^,\x00-\x1f]{0,119}", "use visible characters without commas")
GROUP_NAME: Final = forms.ID

GUARANTEE: Final = ("alpha", "delta", "groups")
GROUP: Final = ("name", "labels", "alpha")
MOVED: Final = ("was", "now")
MODELS: Final = ("owner", "licence", "limits", "retrain", "shadow_decisions")
RETRAIN: Final = ("examples", "days")

SHARE: Final = (0.0001, 0.5)  #: least and most of alpha and delta
#: Least and most of each whole number.
COUNTS: Final[Mapping[str, tuple[int, int]]] = {"examples": (0, 1_000_000), "shadow_decisions": (0, 1_000_000)}
DAYS: Final = (0.0, 3_650.0)


class LabelsPerRequest(StrEnum):
    """How many labels a request has."""

    ONE = "one"
    SEVERAL = "several"


def read_guarantee(shape: Shape, node: Node | None, labels: Sequence[Label]) -> Guarantee:
    """The promise; `labels` are those of the workflow, which alone may be grouped."""
    keys = shape.mapping(node, "guarantee", GUARANTEE) if node else {}
    alpha = bounded(shape, keys.get("alpha"), "alpha", SHARE, 0.05)
    delta = bounded(shape, keys.get("delta"), "delta", SHARE, 0.10)
    return Guarantee(alpha, delta, _groups(shape, keys.get("groups"), [label.id for label in labels]))


def _groups(shape: Shape, node: Node | None, labels: Sequence[str]) -> tuple[LabelGroup, ...]:
    if node is None:
        return ()
    groups: dict[str, LabelGroup] = {}
    grouped: dict[str, str] = {}
    for item in shape.items(node, "groups"):
        keys = shape.mapping(item, "a group of labels", GROUP, GROUP)
        name = shape.text(keys.get("name"), "a group's name", *GROUP_NAME)
        members = shape.texts(keys.get("labels"), "labels")
        if name and name in groups:
            shape.note(item, f"group `{name}` stands here twice", "keep one")
        for label in filter(None, members):
            if label not in labels:
                shape.note(keys["labels"], f"there is no label `{label}`", did_you_mean(label, labels, "labels"))
            if label in grouped:
                told = f"label `{label}` is in group `{grouped[label]}` already"
                shape.note(keys["labels"], told, "a label has one promise: leave it in one group")
            grouped[label] = name
        groups[name] = LabelGroup(name, members, bounded(shape, keys.get("alpha"), "alpha", SHARE, 0.05))
    return tuple(groups.values())


def read_several(shape: Shape, node: Node | None) -> bool:
    """Whether a request may have several labels; one unless said otherwise."""
    return shape.choice(node, "number of labels", LabelsPerRequest) is LabelsPerRequest.SEVERAL


def read_moved(shape: Shape, node: Node | None, labels: Sequence[Label]) -> tuple[MovedLabel, ...]:
    """What became of former labels, oldest first.

    A label that is moved must not be a label still, else nobody could tell its old examples from its new ones.
    """
    if node is None:
        return ()
    entries = [shape.mapping(item, "a moved label", MOVED, MOVED) for item in shape.items(node, "moved")]
    moves = [
        MovedLabel(
            shape.text(keys.get("was"), "a former label", *LABEL), shape.texts(keys.get("now"), "the labels of today")
        )
        for keys in entries
    ]
    today = [label.id for label in labels]
    for place, (keys, move) in enumerate(zip(entries, moves, strict=True)):
        later = [each.was for each in moves[place + 1 :]]
        if move.was in today:
            shape.note(keys["was"], f"`{move.was}` is a label still", "give what became of it another name")
        if move.was and move.was in later:
            shape.note(keys["was"], f"`{move.was}` is moved twice", "keep one")
        for label in filter(None, move.now):
            if label not in (*today, *later):
                remedy = did_you_mean(label, today, "labels")
                shape.note(keys["now"], f"`{label}` is no label, nor moved further down", remedy)
    return tuple(moves)


def read_models(shape: Shape, node: Node | None) -> ModelPolicy:
    """How models are made, and what it takes to promote one."""
    if node is None:
        return ModelPolicy()
    keys = shape.mapping(node, "models", MODELS)
    retrain = shape.mapping(keys["retrain"], "retrain", RETRAIN) if "retrain" in keys else {}
    usual = ModelPolicy()
    return ModelPolicy(
        owner=shape.text(keys.get("owner"), "an owner"),
        licence=shape.text(keys.get("licence"), "a licence"),
        limits=shape.texts(keys.get("limits"), "limits"),
        retrain_examples=_count(shape, retrain.get("examples"), "examples", usual.retrain_examples),
        retrain_days=bounded(shape, retrain.get("days"), "days", DAYS, usual.retrain_days),
        shadow_decisions=_count(shape, keys.get("shadow_decisions"), "shadow_decisions", usual.shadow_decisions),
    )


def _count(shape: Shape, node: Node | None, what: str, usual: int) -> int:
    found = shape.integer(node, what, *COUNTS[what])
    return usual if found is None else found
