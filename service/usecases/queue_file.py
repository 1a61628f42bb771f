"""What `workflow.yaml` says of the queue: how long people have, what they are offered, and what comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rules.errors import did_you_mean
from rules.model import Attribute, AttributeType
from rules.reading.forms import NAME as ATTRIBUTE
from rules.reading.forms import Form
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from service.domain.case import CaseAction
from service.domain.types import AttachPolicy, PriorityPolicy, PriorityRule, QueuePolicy
from service.usecases.ranking_file import bounded

NAME: Final = Form(64, r"[a-z][a-z0-9-]{0,63}", "use a-z, 0-9 and -")
QUEUE: Final = (
    "name",
    "sla_hours",
    "lease_minutes",
    "undo_seconds",
    "second_review",
    "answer_hours",
    "known_answers",
    "known_answers_told",
    "note_required",
    "blind_first",
    "escalate_to",
    "hidden_actions",
    "priority",
    "attach",
)
PRIORITY: Final = ("hours", "uncertainty", "attributes")
ATTACH: Final = ("most", "ignore")
RULE: Final = ("attribute", "points", "values", "least", "most")
#: Actions that a queue may hide: a case can be claimed and decided everywhere.
HIDEABLE: Final = (
    CaseAction.SKIP,
    CaseAction.HOLD,
    CaseAction.ASK,
    CaseAction.ESCALATE,
    CaseAction.ASSIGN,
    CaseAction.UNDO,
    CaseAction.REOPEN,
    CaseAction.COMMENT,
)
#: Least and most of each number.
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "sla_hours": (0.01, 10_000),
    "lease_minutes": (0.01, 1_440),
    "undo_seconds": (0.0, 3_600.0),
    "second_review": (0.0, 1.0),
    "answer_hours": (0.01, 10_000),
    "known_answers": (0.0, 0.5),
    "hours": (0.0, 10_000),
    "least": (-1e15, 1e15),
    "most": (-1e15, 1e15),
}
POINTS: Final = (-100, 100)
ATTACHED: Final = (0, 200)
_NUMBERS: Final = frozenset({AttributeType.INTEGER, AttributeType.NUMBER})
_BOTH: Final = ("least", "most")


def read_queue(shape: Shape, node: Node | None, attributes: Sequence[Attribute]) -> QueuePolicy:
    """The queue's policy; `attributes` are those of the workflow, which alone may make a case urgent."""
    keys, usual = shape.mapping(node, "queue", QUEUE, ("name",)) if node else {}, QueuePolicy("")

    def number(name: str) -> float:
        return bounded(shape, keys.get(name), name, LIMITS[name], getattr(usual, name))

    return QueuePolicy(
        name=shape.text(keys.get("name"), "a queue name", *NAME),
        sla_hours=number("sla_hours"),
        lease_minutes=number("lease_minutes"),
        undo_seconds=number("undo_seconds"),
        second_review=number("second_review"),
        known_answers=number("known_answers"),
        known_answers_told=shape.boolean(keys.get("known_answers_told"), "known_answers_told") or False,
        answer_hours=number("answer_hours"),
        note_required=shape.boolean(keys.get("note_required"), "note_required") is not False,
        blind_first=shape.boolean(keys.get("blind_first"), "blind_first") or False,
        escalate_to=shape.text(keys.get("escalate_to"), "a queue name", *NAME),
        hidden_actions=_hidden(shape, keys.get("hidden_actions")),
        priority=_priority(shape, keys.get("priority"), {each.name: each for each in attributes}),
        attach=_attach(shape, keys.get("attach"), [each.name for each in attributes]),
    )


def _hidden(shape: Shape, node: Node | None) -> tuple[str, ...]:
    found = shape.texts(node, "hidden_actions")
    known = [action.value for action in HIDEABLE]
    for action in filter(None, found):
        if node is not None and action not in known:
            shape.note(node, f"`{action}` cannot be hidden", did_you_mean(action, known, "actions"))
    return found


def _priority(shape: Shape, node: Node | None, attributes: Mapping[str, Attribute]) -> PriorityPolicy:
    if node is None:
        return PriorityPolicy()
    keys, usual = shape.mapping(node, "priority", PRIORITY), PriorityPolicy()
    entries = keys.get("attributes")
    return PriorityPolicy(
        hours=bounded(shape, keys.get("hours"), "hours", LIMITS["hours"], usual.hours),
        uncertainty=shape.integer(keys.get("uncertainty"), "uncertainty", 0, POINTS[1]) or usual.uncertainty,
        attributes=tuple(_rule(shape, item, attributes) for item in shape.items(entries, "attributes"))
        if entries is not None
        else (),
    )


def _attach(shape: Shape, node: Node | None, attributes: Sequence[str]) -> AttachPolicy:
    if node is None:
        return AttachPolicy()
    keys = shape.mapping(node, "attach", ATTACH, ("most",))
    ignored = shape.texts(keys.get("ignore"), "ignore")
    for name in filter(None, ignored):
        if name not in attributes:
            remedy = did_you_mean(name, attributes, "attributes")
            shape.note(keys["ignore"], f"`{name}` is no attribute of this workflow", remedy)
    return AttachPolicy(most=shape.integer(keys.get("most"), "most", *ATTACHED) or 0, ignore=ignored)


def _rule(shape: Shape, node: Node, attributes: Mapping[str, Attribute]) -> PriorityRule:
    keys = shape.mapping(node, "a rule of priority", RULE, ("attribute", "points"))
    name = shape.text(keys.get("attribute"), "an attribute", *ATTRIBUTE)
    declared = attributes.get(name)
    if name and declared is None:
        remedy = did_you_mean(name, list(attributes), "attributes")
        shape.note(keys["attribute"], f"`{name}` is no attribute of this workflow", remedy)
    _check_kind(shape, node, keys, declared)
    rule = PriorityRule(
        attribute=name,
        points=shape.integer(keys.get("points"), "points", *POINTS) or 0,
        values=shape.texts(keys.get("values"), "values"),
        least=bounded(shape, keys.get("least"), "least", LIMITS["least"], 0.0),
        most=bounded(shape, keys.get("most"), "most", LIMITS["most"], 1.0),
    )
    if not rule.values and not rule.least < rule.most:
        shape.note(node, "`least` has to be less than `most`", "points grow from the one to the other")
    return rule


def _check_kind(shape: Shape, node: Node, keys: Mapping[str, Node], declared: Attribute | None) -> None:
    """Numbers go from `least` to `most`, anything else is one of `values`."""
    if declared is None:
        return
    needed = _BOTH if declared.type in _NUMBERS else ("values",)
    for key in needed:
        if key not in keys:
            shape.note(
                node, f"attribute `{declared.name}` is of type {declared.type}: `{key}` is missing", f"add `{key}:`"
            )
    for key in {"values", *_BOTH} - set(needed):
        if key in keys:
            what = f"attribute `{declared.name}` is of type {declared.type}, so `{key}` says nothing"
            shape.note(keys[key], what, "leave it out")
