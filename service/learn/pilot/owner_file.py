"""Reads pilot.yaml, checked like rules: every error with its line, its reason and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.errors import Problem, RuleErrors
from rules.reading.attributes import read_attributes
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node, read_yaml
from service.learn.pilot.owner import COLUMNS, QUESTIONS, Costs, Limits, Owner

FILE: Final = "pilot.yaml"
_KEYS: Final = (
    "questions",
    "promise",
    "costs",
    "limits",
    "requests_per_day",
    "people_error",
    "data_owner",
    "definitions",
    "attributes",
    "columns",
    "rules",
)
_PROMISE: Final = ("alpha", "delta", "alphas", "worth")
_COSTS: Final = ("review", "error", "core_hour", "currency")
_LIMITS: Final = ("p99_ms", "size_mb")
_SHARE: Final = (0.0001, 0.5)
_AMOUNT: Final = (0.0, 1e9)
_MOST_ALPHAS: Final = 6


def read_owner(data: bytes, file: str = FILE) -> Owner:
    """What the owner says; RuleErrors with everything that is wrong with the file."""
    problems: list[Problem] = []
    shape = Shape(file, problems)
    root = read_yaml(data, file)
    if root.value is None:  # every line of the template commented out
        return Owner()
    entries = shape.mapping(root, "the pilot", _KEYS)
    promise = _entries(shape, entries.get("promise"), "promise", _PROMISE)
    usual = Owner()
    alpha = _number(shape, promise.get("alpha"), "alpha", _SHARE, usual.alpha)
    owner = Owner(
        answers=_answers(shape, entries.get("questions")),
        alphas=_alphas(shape, promise.get("alphas"), alpha),
        alpha=alpha,
        delta=_number(shape, promise.get("delta"), "delta", _SHARE, usual.delta),
        worth=_number(shape, promise.get("worth"), "worth", (0.0, 1.0), usual.worth),
        costs=_costs(shape, entries.get("costs")),
        limits=_limits(shape, entries.get("limits")),
        requests_per_day=shape.integer(entries.get("requests_per_day"), "requests_per_day", 1, 10**9),
        people_error=_optional(shape, entries.get("people_error"), "people_error", (0.0, 1.0)),
        data_owner=shape.text(entries.get("data_owner"), "a data owner"),
        definitions=_texts(shape, entries.get("definitions"), "definitions"),
        attributes=read_attributes(shape, entries.get("attributes")),
        columns=_columns(shape, entries.get("columns")),
        rule_labels=_texts(shape, entries.get("rules"), "rules"),
    )
    if problems:
        raise RuleErrors(problems)
    return owner


def _entries(shape: Shape, node: Node | None, what: str, known: tuple[str, ...]) -> dict[str, Node]:
    return shape.mapping(node, what, known) if node is not None and node.value is not None else {}


def _answers(shape: Shape, node: Node | None) -> dict[str, str]:
    """The answers given; one left as it stands in the template is none."""
    keys = _entries(shape, node, "questions", tuple(question.key for question in QUESTIONS))
    given = {
        key: entry for key, entry in keys.items() if not (isinstance(entry.value, str) and not entry.value.strip())
    }
    found = {key: shape.text(entry, f"the answer `{key}`", most=4_000) for key, entry in given.items() if entry.value}
    return {key: text for key, text in found.items() if text}


def _alphas(shape: Shape, node: Node | None, alpha: float) -> tuple[float, ...]:
    """Rising, each once, the promised one always among them."""
    if node is None:
        return tuple(sorted({*Owner().alphas, alpha}))
    items = shape.items(node, "alphas")
    if len(items) > _MOST_ALPHAS:
        shape.note(node, f"alphas has more than {_MOST_ALPHAS} items", "keep those that you would promise")
    return tuple(sorted({alpha, *(_number(shape, item, "an alpha", _SHARE, alpha) for item in items)}))


def _costs(shape: Shape, node: Node | None) -> Costs:
    keys, usual = _entries(shape, node, "costs", _COSTS), Costs()
    return Costs(
        review=_number(shape, keys.get("review"), "review", _AMOUNT, usual.review),
        error=_number(shape, keys.get("error"), "error", _AMOUNT, usual.error),
        core_hour=_number(shape, keys.get("core_hour"), "core_hour", _AMOUNT, usual.core_hour),
        currency=shape.text(keys.get("currency"), "a currency", 8),
    )


def _limits(shape: Shape, node: Node | None) -> Limits:
    keys = _entries(shape, node, "limits", _LIMITS)
    return Limits(**{key: _optional(shape, keys.get(key), key, (0.001, 1e9)) for key in _LIMITS})


def _texts(shape: Shape, node: Node | None, what: str) -> dict[str, str]:
    """A mapping of words of the owner's choice to texts."""
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, Mapping):
        shape.note(node, f"{what} must be a mapping", "write `name: text` lines")
        return {}
    return {key: shape.text(entry, f"`{key}` of {what}") for key, entry in node.value.items()}


def _columns(shape: Shape, node: Node | None) -> dict[str, str]:
    keys = _entries(shape, node, "columns", COLUMNS)
    return {key: shape.text(entry, f"the column `{key}`", 200).lower() for key, entry in keys.items()}


def _optional(shape: Shape, node: Node | None, what: str, bounds: tuple[float, float]) -> float | None:
    return None if node is None else _number(shape, node, what, bounds, bounds[0])


def _number(shape: Shape, node: Node | None, what: str, bounds: tuple[float, float], default: float) -> float:
    if node is None:
        return default
    value, (least, most) = node.value, bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        shape.note(node, f"{what} must be a number", f"use {least:g} to {most:g}")
        return default
    return float(value)
