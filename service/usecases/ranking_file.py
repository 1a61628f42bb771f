"""The `ranking:` block of `workflow.yaml`: the signals of each collection, and what each part of a score weighs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

from index.model import DENSE, LEXICAL, MOST_WEIGHT, Kernel, Prefer, Ranking, Signal, SignalKind
from rules.errors import did_you_mean
from rules.model import Attribute, AttributeType
from rules.reading.forms import NAME
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node

KEYS: Final = ("weights", "signals")
#: Kind of signal -> the keys it may have, and those it must have.
SIGNAL_KEYS: Final[Mapping[SignalKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    SignalKind.RECENCY: (("kind", "kernel", "half_life_days", "period"), ("kind",)),
    SignalKind.NUMBER: (
        ("kind", "field", "least", "most", "logarithmic", "prefer", "attribute"),
        ("kind", "field", "least", "most"),
    ),
    SignalKind.CATEGORY: (("kind", "field", "attribute"), ("kind", "field", "attribute")),
    SignalKind.AUTHORITY: (("kind", "field", "worth"), ("kind", "field", "worth")),
    SignalKind.GRAPH: (("kind",), ("kind",)),
}
WEIGHT: Final = (0.0, MOST_WEIGHT)
HALF_LIFE: Final = (1.0, 36_500.0)
WORTH: Final = (0.0, 1.0)
NUMBER: Final = (-1e15, 1e15)
_EVERY_KEY: Final = tuple(dict.fromkeys(key for known, _ in SIGNAL_KEYS.values() for key in known))
_WORDS: Final = frozenset({AttributeType.STRING, AttributeType.STRINGS, AttributeType.BOOLEAN})
_NUMBERS: Final = frozenset({AttributeType.INTEGER, AttributeType.NUMBER})
_DEFAULT: Final = Signal("", SignalKind.RECENCY)


class Period(StrEnum):
    """Of the calendar kernel."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


def read_ranking(
    shape: Shape, node: Node | None, collections: Sequence[str], attributes: Sequence[Attribute]
) -> Ranking:
    """How the parts of a score count; what is wrong is noted in `shape`.

    `collections` and `attributes` are those that the workflow names: a signal of any other can never be computed. Parts
    that `weights` does not name keep their usual weight: 1 for meaning and words, 0 for signals.
    """
    if node is None:
        return Ranking()
    keys = shape.mapping(node, "ranking", KEYS)
    signals = _signals(shape, keys.get("signals"), collections, {each.name: each for each in attributes})
    return Ranking(_weights(shape, keys.get("weights"), signals), signals)


def bounded(shape: Shape, node: Node | None, what: str, bounds: tuple[float, float], default: float) -> float:
    """A number within bounds, both included."""
    if node is None:
        return default
    value, (least, most) = node.value, bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        shape.note(node, f"{what} must be a number", f"use {least:g} to {most:g}")
        return default
    return float(value)


def _weights(shape: Shape, node: Node | None, signals: Mapping[str, tuple[Signal, ...]]) -> dict[str, float]:
    weights = dict(Ranking().weights)
    declared = {signal.name for each in signals.values() for signal in each}
    for name, entry in (shape.names(node, "weights") if node else {}).items():
        if name not in declared | weights.keys():
            remedy = did_you_mean(name, declared | {DENSE, LEXICAL}, "parts of the score")
            shape.note(node.keys[name] if node else entry, f"no part of the score is called `{name}`", remedy)
        weights[name] = bounded(shape, entry, f"weight `{name}`", WEIGHT, 0.0)
    if node and not sum(weights.values()) > 0:
        shape.note(node, "every part of the score weighs 0", "give one of them a weight above 0")
    return weights


def _signals(
    shape: Shape, node: Node | None, collections: Sequence[str], attributes: Mapping[str, Attribute]
) -> dict[str, tuple[Signal, ...]]:
    if node is None:
        return {}
    if not isinstance(node.value, Mapping):
        shape.note(node, "signals must be a mapping of collections", "write `collection:` and its signals below it")
        return {}
    for collection in node.value:
        if collection not in collections:
            remedy = did_you_mean(collection, collections, "collections of this workflow")
            shape.note(node.keys[collection], f"`{collection}` is none of the workflow's collections", remedy)
    return {
        collection: tuple(
            _signal(shape, name, entry, attributes)
            for name, entry in _named(shape, below, f"signals of `{collection}`").items()
        )
        for collection, below in node.value.items()
    }


def _named(shape: Shape, node: Node, what: str) -> dict[str, Node]:
    entries = shape.names(node, what)
    for name in entries.keys() & {DENSE, LEXICAL}:
        shape.note(node.keys[name], f"`{name}` cannot name a signal: every score has such a part", "rename it")
    return entries


def _signal(shape: Shape, name: str, node: Node, attributes: Mapping[str, Attribute]) -> Signal:
    what = f"signal `{name}`"
    kind_node = shape.mapping(node, what, _EVERY_KEY, ("kind",)).get("kind")
    kind = shape.choice(kind_node, "kind of signal", SignalKind)
    if kind is None:
        return Signal(name, SignalKind.RECENCY)
    known, required = SIGNAL_KEYS[kind]
    keys = {key: entry for key, entry in _entries(node).items() if key in known}
    for key in _entries(node).keys() & set(_EVERY_KEY) - set(known):
        shape.note(node.keys[key], f"{what} is of kind {kind}, which has no key `{key}`", _keys(known))
    for key in required:
        if key not in keys:
            shape.note(node, f"{what} lacks `{key}`", f"add `{key}:`")
    signal = Signal(
        name=name,
        kind=kind,
        field=shape.text(keys.get("field"), "a field", *NAME),
        attribute=shape.text(keys.get("attribute"), "an attribute", *NAME),
        kernel=_kernel(shape, what, keys),
        half_life_days=bounded(shape, keys.get("half_life_days"), "half_life_days", HALF_LIFE, _DEFAULT.half_life_days),
        period=shape.choice(keys.get("period"), "period", Period) or _DEFAULT.period,
        least=bounded(shape, keys.get("least"), "least", NUMBER, _DEFAULT.least),
        most=bounded(shape, keys.get("most"), "most", NUMBER, _DEFAULT.most),
        logarithmic=shape.boolean(keys.get("logarithmic"), "logarithmic") or False,
        prefer=shape.choice(keys.get("prefer"), "preference", Prefer) or _DEFAULT.prefer,
        worth=_worth(shape, keys.get("worth")),
    )
    _check_attribute(shape, what, node, signal, attributes)
    _check_numbers(shape, node, signal, keys)
    return signal


def _entries(node: Node) -> Mapping[str, Node]:
    return node.value if isinstance(node.value, Mapping) else {}


def _keys(known: Collection[str]) -> str:
    others = [f"`{key}`" for key in known if key != "kind"]
    return f"its keys: {', '.join(others)}" if others else "it has no other keys"


def _kernel(shape: Shape, what: str, keys: Mapping[str, Node]) -> Kernel:
    kernel = shape.choice(keys.get("kernel"), "kernel", Kernel) or _DEFAULT.kernel
    if kernel is not Kernel.CALENDAR and "period" in keys:
        shape.note(keys["period"], f"{what} has a period but no calendar", "add `kernel: calendar`")
    return kernel


def _worth(shape: Shape, node: Node | None) -> dict[str, float]:
    """Words of the author's choice, in any writing, each with what it is worth."""
    if node is None:
        return {}
    if not isinstance(node.value, Mapping) or not node.value:
        shape.note(node, "worth must be a mapping of words", "write `word: 1` lines")
        return {}
    return {word: bounded(shape, entry, f"worth of `{word}`", WORTH, 0.0) for word, entry in node.value.items()}


def _check_attribute(shape: Shape, what: str, node: Node, signal: Signal, attributes: Mapping[str, Attribute]) -> None:
    """A signal that looks at the request names an attribute that requests may carry, of the right type."""
    near = signal.kind is SignalKind.NUMBER and signal.prefer is Prefer.NEAR
    place = _entries(node).get("attribute", node)
    if near and not signal.attribute:
        shape.note(place, f"{what} prefers what is near and lacks `attribute`", "add `attribute:`, near to what")
    elif signal.attribute and signal.kind is SignalKind.NUMBER and not near:
        shape.note(place, f"{what} has an attribute to compare with", "add `prefer: near`, or leave it out")
    elif signal.attribute:
        found = attributes.get(signal.attribute)
        if found is None:
            remedy = did_you_mean(signal.attribute, attributes, "attributes")
            shape.note(place, f"{what} looks at attribute `{signal.attribute}`, which is not declared", remedy)
        elif found.type not in (_NUMBERS if near else _WORDS):
            wanted = "a number" if near else "words"
            shape.note(place, f"{what} needs {wanted}; attribute `{found.name}` is a {found.type}", "choose another")


def _check_numbers(shape: Shape, node: Node, signal: Signal, keys: Mapping[str, Node]) -> None:
    if signal.kind is not SignalKind.NUMBER:
        return
    if {"least", "most"} <= keys.keys() and not signal.least < signal.most:
        shape.note(keys["most"], "`most` is not above `least`", "documents are worth 0 at `least` and 1 at `most`")
    if signal.logarithmic and signal.least < 0:
        shape.note(keys.get("least", node), "`least` is below 0 on a logarithmic scale", "use 0 or more")
