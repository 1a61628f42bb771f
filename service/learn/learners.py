"""How each kind of head is fitted: what may be chosen for it, and how a setting becomes a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.blocks import AttributeBlock, Block, LexicalBlock, VectorBlock, VotesBlock
from service.learn.calibrate import fit_line
from service.learn.design import Design, Outlook, Setting
from service.learn.judge import Head
from service.learn.linear import LinearHead
from service.learn.nearest import NearestHead, Neighbourhood, as_logits
from service.learn.openset import Domain, Energies, Score, familiarity
from service.learn.regression import Linear, fit_sigmoids, fit_softmax
from service.learn.several import OneLabel, SeveralLabels

Flags: TypeAlias = npt.NDArray[np.bool_]
Axes: TypeAlias = Mapping[str, Sequence[float]]  #: field of Setting -> values it may have


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a model is fitted on."""

    design: Design
    truth: Flags  #: shape (n, labels)
    several: bool
    hints: tuple[Design, Flags] | None = None  #: the labels' definitions, as examples

    def weighed(self, setting: Setting) -> tuple[Design, Flags, npt.NDArray[np.float32] | None]:
        """Examples, and definitions where they count; their labels; what each counts (None: all the same)."""
        if self.hints is None or setting.definition_weight == 0:
            return self.design, self.truth, None
        design, truth = self.hints
        counts = np.ones(len(self.design) + len(design), dtype=np.float32)
        counts[len(self.design) :] = setting.definition_weight
        return self.design.above(design), np.concatenate([self.truth, truth]), counts


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a model says of n requests."""

    logits: npt.NDArray[np.floating]  #: shape (n, labels)
    scores: Mapping[Score, Energies]  #: how familiar they are, in each way the model has; the preferred one first


class Model(Protocol):
    """A fitted model."""

    def said(self, design: Design) -> Said: ...

    def head(self, outlook: Outlook, calibration: OneLabel | SeveralLabels, domain: Domain, encoder: str) -> Head: ...


class Learner(Protocol):
    """A kind of model."""

    @property
    def axes(self) -> Axes:
        """What may be chosen, that which matters most first."""

    def fit(self, taught: Taught, setting: Setting) -> Model: ...


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Weights for the joined blocks."""

    linear: Linear
    setting: Setting
    ways: tuple[Score, ...]

    def said(self, design: Design) -> Said:
        logits = self.linear.logits(design.weighted(self.setting))
        return Said(logits, {way: familiarity(logits, way) for way in self.ways})

    def head(self, outlook: Outlook, calibration: OneLabel | SeveralLabels, domain: Domain, encoder: str) -> Head:
        setting, dense, blocks = self.setting, self.linear.dense, list[Block]()
        votes = len(outlook.names) if outlook.votes else 0
        attributes = outlook.schema.width if outlook.schema else 0
        dim = len(dense) - votes - attributes
        if outlook.vectors:
            blocks.append(VectorBlock(dense[:dim].copy()))
        if outlook.lexicon is not None and outlook.lexicon.size:
            blocks.append(LexicalBlock(outlook.lexicon, self.linear.sparse * np.float32(setting.lexical_weight)))
        if outlook.schema is not None and attributes:
            weights = dense[dim : dim + attributes] * np.float32(setting.attribute_weight)
            blocks.append(AttributeBlock(outlook.schema, weights))
        if votes:
            blocks.append(VotesBlock(outlook.names, dense[dim + attributes :] * np.float32(setting.votes_weight)))
        return LinearHead(outlook.names, tuple(blocks), self.linear.bias.copy(), calibration, domain, encoder)


@dataclass(frozen=True, slots=True)
class Regression:
    """A regularised logistic regression on whatever blocks there are."""

    axes: Axes
    iterations: int  #: the same for trials and for the head, or the temperature would not fit it

    def fit(self, taught: Taught, setting: Setting) -> LinearModel:
        design, truth, counts = taught.weighed(setting)
        features = design.weighted(setting)
        if taught.several:
            linear = fit_sigmoids(
                features, truth, strength=setting.strength, iterations=self.iterations, weights=counts
            )
            return LinearModel(linear, setting, (Score.JOINT_ENERGY, Score.MAX_LOGIT))
        linear = fit_softmax(
            features,
            truth.argmax(axis=1),
            truth.shape[1],
            strength=setting.strength,
            iterations=self.iterations,
            weights=counts,
        )
        return LinearModel(linear, setting, (Score.ENERGY, Score.MAX_LOGIT))


@dataclass(frozen=True, slots=True)
class Prototypes:
    """The cosine to the mean of a label's examples; with several labels, a line through it for each label."""

    axes: Axes

    def fit(self, taught: Taught, setting: Setting) -> LinearModel:
        design, truth, counts = taught.weighed(setting)
        each = np.ones((len(truth), 1)) if counts is None else counts[:, None].astype(np.float64)
        sums = (truth * each).T @ design.vectors
        means, bias = _unit(sums), np.zeros((1, len(sums)))
        if taught.several:
            cosines = cosines_to_others(design.vectors, truth * each, sums)
            lines = [fit_line(cosines[:, label], truth[:, label]) for label in range(len(means))]
            means = means * np.array([[slope] for slope, _ in lines])
            bias = np.array([[offset for _, offset in lines]])
        weights = np.concatenate([means.T, bias]).astype(np.float32)
        scores = (Score.MAX_LOGIT,)
        return LinearModel(Linear(weights, design.vectors.shape[1]), setting, scores)


def cosines_to_others(
    vectors: npt.NDArray[np.floating], weights: npt.NDArray[np.floating], sums: npt.NDArray[np.floating]
) -> npt.NDArray[np.floating]:
    """Cosine of each example to the mean of each label's other examples: its own part is taken out. Shape (n, labels).

    `weights` are how much each example counts for each label, `sums` the weighted sums of the labels' vectors.
    """
    towards = vectors @ sums.T
    squared = (sums**2).sum(axis=1) - 2 * weights * towards + weights**2
    cosines: npt.NDArray[np.floating] = (towards - weights) / np.sqrt(np.maximum(squared, 1e-12))
    return np.where(squared > 1e-9, cosines, 0.0)  # a lone example has no others


@dataclass(frozen=True, slots=True, eq=False)
class NearestModel:
    """The examples themselves."""

    examples: Neighbourhood
    several: bool

    def said(self, design: Design) -> Said:
        asked = [self.examples.ask(vector) for vector in design.vectors]
        votes = np.array([votes for votes, _, _ in asked]).reshape(len(asked), -1)
        totals = np.array([[total] for _, total, _ in asked])
        cosines = np.array([cosine for _, _, cosine in asked])
        return Said(as_logits(votes, totals, several=self.several), {Score.SIMILARITY: cosines})

    def head(self, outlook: Outlook, calibration: OneLabel | SeveralLabels, domain: Domain, encoder: str) -> Head:
        return NearestHead(outlook.names, self.examples, self.several, calibration, domain, encoder)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The labels of the most similar examples; a definition that counts is an example like any other."""

    axes: Axes

    def fit(self, taught: Taught, setting: Setting) -> NearestModel:
        design, truth, _ = taught.weighed(setting)
        vectors = np.ascontiguousarray(_unit(design.vectors), dtype=np.float32)
        return NearestModel(Neighbourhood(vectors, truth, setting.neighbours, setting.sharpness), taught.several)


def _unit(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    unit: npt.NDArray[np.floating] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
