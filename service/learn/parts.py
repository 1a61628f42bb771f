"""A head taken apart into what can be stored: figures and names as JSON, arrays as arrays. And put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.attributes import AttributeSchema
from service.learn.blocks import AttributeBlock, Block, LexicalBlock, VectorBlock, VotesBlock
from service.learn.features import Lexicon
from service.learn.judge import Head
from service.learn.linear import LinearHead
from service.learn.nearest import NearestHead, Neighbourhood
from service.learn.openset import Domain, Score
from service.learn.several import OneLabel, calibration_from_json

Array: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a head is made of."""

    about: Mapping[str, Any]  #: small: figures, the labels' names
    arrays: Mapping[str, Array]
    terms: Mapping[str, Any]  #: large: what a lexicon and a schema hold; JSON as well


def parts_of(head: Head) -> Parts:
    """The parts of a head; TypeError for one of a kind that cannot be stored."""
    if isinstance(head, LinearHead):
        return _of_linear(head)
    if isinstance(head, NearestHead):
        return _of_nearest(head)
    raise TypeError(f"a {type(head).__name__} cannot be stored")


def head_of(parts: Parts) -> Head:
    """The head of these parts; KeyError, TypeError or ValueError where they make none."""
    match parts.about["kind"]:
        case "linear":
            return _linear(parts)
        case "nearest":
            return _nearest(parts)
        case other:
            raise ValueError(f"a head of kind {other!r} is not known")


def first_format(about: Mapping[str, Any], arrays: Mapping[str, Array], terms: Mapping[str, Any]) -> Head:
    """The head of signoff-head/1: vector and lexical features, one label a request."""
    lexicon = Lexicon.of(terms["words"], terms["letters"], _floats(arrays["idf"]))
    blocks = (VectorBlock(_floats(arrays["dense"])), LexicalBlock(lexicon, _floats(arrays["lexical"])))
    return LinearHead(
        labels=tuple(about["labels"]),
        blocks=blocks,
        bias=_floats(arrays["bias"]),
        calibration=OneLabel(about["temperature"]),
        domain=Domain(Score.ENERGY, about["energy_threshold"]),
        encoder=about["encoder"],
    )


def _of_linear(head: LinearHead) -> Parts:
    names: list[str] = []
    arrays: dict[str, Array] = {"bias": head.bias}
    terms: dict[str, Any] = {}
    for block in head.blocks:
        match block:
            case VectorBlock():
                name = "vector"
            case LexicalBlock():
                name = "lexical"
                arrays["idf"] = block.lexicon.idf
                terms |= {"words": list(block.lexicon.words), "letters": list(block.lexicon.letters)}
            case AttributeBlock():
                name = "attributes"
                terms["attributes"] = block.schema.to_json()
            case VotesBlock():
                name = "votes"
            case _:
                raise TypeError(f"a {type(block).__name__} cannot be stored")
        names.append(name)
        arrays[name] = block.weights
    return Parts({**_common(head), "kind": "linear", "blocks": names}, arrays, terms)


def _linear(parts: Parts) -> LinearHead:
    labels = tuple(parts.about["labels"])

    def block(name: str) -> Block:
        weights = _floats(parts.arrays[name])
        match name:
            case "vector":
                return VectorBlock(weights)
            case "lexical":
                idf = _floats(parts.arrays["idf"])
                return LexicalBlock(Lexicon.of(parts.terms["words"], parts.terms["letters"], idf), weights)
            case "attributes":
                return AttributeBlock(AttributeSchema.from_json(parts.terms["attributes"]), weights)
            case "votes":
                return VotesBlock(labels, weights)
            case _:
                raise ValueError(f"a block {name!r} is not known")

    return LinearHead(
        labels=labels,
        blocks=tuple(block(name) for name in parts.about["blocks"]),
        bias=_floats(parts.arrays["bias"]),
        calibration=calibration_from_json(parts.about["calibration"]),
        domain=_domain(parts.about),
        encoder=parts.about["encoder"],
    )


def _of_nearest(head: NearestHead) -> Parts:
    examples = head.examples
    about = {"several": head.several, "nearest": examples.nearest, "sharpness": examples.sharpness}
    return Parts(
        {**_common(head), "kind": "nearest", **about}, {"vectors": examples.vectors, "truth": examples.truth}, {}
    )


def _nearest(parts: Parts) -> NearestHead:
    about, truth = parts.about, parts.arrays["truth"]
    if truth.dtype != np.bool_:
        raise ValueError(f"the labels of the examples are {truth.dtype}, not booleans")
    return NearestHead(
        labels=tuple(about["labels"]),
        examples=Neighbourhood(
            _floats(parts.arrays["vectors"]), truth.astype(np.bool_), about["nearest"], about["sharpness"]
        ),
        several=about["several"],
        calibration=calibration_from_json(about["calibration"]),
        domain=_domain(about),
        encoder=about["encoder"],
    )


def _common(head: LinearHead | NearestHead) -> dict[str, Any]:
    return {
        "labels": list(head.labels),
        "calibration": head.calibration.to_json(),
        "domain": {"score": head.domain.score.value, "threshold": head.domain.threshold},
        "encoder": head.encoder,
    }


def _domain(about: Mapping[str, Any]) -> Domain:
    return Domain(Score(about["domain"]["score"]), about["domain"]["threshold"])


def _floats(array: Array) -> npt.NDArray[np.float32]:
    if array.dtype != np.float32:
        raise ValueError(f"an array holds {array.dtype}, not float32")
    return array.astype(np.float32, copy=False)
