"""A small model from scratch: the averaged embeddings of a text's words and letters, and a softmax on top.

The shape of fastText's classifier (Joulin et al., "Bag of tricks for efficient text classification", 2017), trained by
Adagrad on the rows that a batch touches. Everything it knows comes from the examples, so it shows what is gained by a
pre-trained encoder. numpy and scipy alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.calibrate import fit_temperature, log_loss, softmax
from service.learn.errors import CannotLearn
from service.learn.features import Lexicon
from service.learn.folds import assign_folds
from service.learn.pilot.study import Loss, Range, Step, Values, search
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats: TypeAlias = npt.NDArray[np.float32]
Targets: TypeAlias = npt.NDArray[np.int64]

_BATCH = 128
_MOST_EPOCHS = 40
_PATIENCE = 3  # epochs without a better one
_FOLDS = 8  # one of them says when to stop
_TINY = 1e-8


@dataclass(frozen=True, slots=True)
class BagSettings:
    """How it is trained."""

    rate: float = 0.1
    dim: int = 64
    dropped: float = 0.2  #: share of a text's embedding that is dropped while learning (Srivastava et al., 2014)


@dataclass(frozen=True, slots=True)
class BagWay:
    """Learn embeddings and softmax together."""

    searched: bool = True  #: settings from a search within the seconds allowed
    seed: int = 0
    kind: Kind = Kind.SCRATCH
    encoder: str = ""
    learns: bool = True

    @property
    def name(self) -> str:
        return "averaged embeddings, from scratch"

    def teach(self, known: Known, tell: Progress) -> Taught:
        names = tuple(sorted(set(known.labels)))
        if len(names) < 2:
            raise CannotLearn("all examples have the same label", remedy="give examples of another one")
        targets = np.array([names.index(label) for label in known.labels], dtype=np.int64)
        held = assign_folds(known.texts, targets, _FOLDS, self.seed) == 0
        if not held.any() or held.all():
            raise CannotLearn("there are too few different texts to hold any out", remedy="add examples")
        lexicon = Lexicon.fit([text for text, out in zip(known.texts, held, strict=True) if not out])
        rows = averaged(lexicon, known.texts)
        ground = Ground(rows[~held], targets[~held], rows[held], targets[held], len(names))
        settings, facts, began = BagSettings(), {}, time.monotonic()
        if self.searched:
            found = search(_SPACE, _loss_on(ground, self.seed), seconds=0.6 * known.seconds, most=16, patience=6)
            settings, facts = _settings(found.values), found.facts
        tell("training embeddings", 0, 1)
        learned = train(ground, settings, self.seed, until=began + known.seconds)
        tell("training embeddings", 1, 1)
        temperature = fit_temperature(learned.logits(ground.held), ground.held_targets)
        return Bag(names, lexicon, learned, temperature, {**facts, "epochs": f"{learned.epochs}"})


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Averaged rows to learn from, and others that say when to stop."""

    rows: csr_matrix
    targets: Targets
    held: csr_matrix
    held_targets: Targets
    labels: int


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """What is learned."""

    terms: Floats  #: shape (terms, dim)
    weights: Floats  #: shape (dim, labels)
    bias: Floats  #: shape (labels,)
    epochs: int

    def logits(self, rows: csr_matrix) -> Floats:
        """Shape (n, labels)."""
        found: Floats = (rows @ self.terms) @ self.weights + self.bias
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """The trained model."""

    labels: tuple[str, ...]
    lexicon: Lexicon
    learned: Embeddings
    temperature: float
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        words = sum(len(term.encode()) + 4 for term in (*self.lexicon.words, *self.lexicon.letters))
        return words + self.learned.terms.nbytes + self.learned.weights.nbytes

    def answer(self, asked: Asked) -> Answers:
        chances = softmax(self.learned.logits(averaged(self.lexicon, asked.texts)), self.temperature)
        best = chances.argmax(axis=1)
        return Answers(tuple(self.labels[place] for place in best), chances[np.arange(len(best)), best])


def averaged(lexicon: Lexicon, texts: Sequence[str]) -> csr_matrix:
    """A row a text that averages the embeddings of its terms, each once; a text of unknown terms has none."""
    rows = lexicon.transform(texts)
    found = np.diff(rows.indptr)
    rows.data = np.repeat(1 / np.maximum(found, 1), found).astype(np.float32)
    return rows


def train(ground: Ground, settings: BagSettings, seed: int, *, until: float, go_on: Step | None = None) -> Embeddings:
    """Epochs until the held-out rows stop getting better; the best epoch is kept."""
    rng = np.random.default_rng(seed)
    terms = (rng.uniform(-1, 1, (ground.rows.shape[1], settings.dim)) / settings.dim).astype(np.float32)
    learned = Embeddings(
        terms, np.zeros((settings.dim, ground.labels), np.float32), np.zeros(ground.labels, np.float32), 0
    )
    squares = tuple(np.full_like(each, _TINY) for each in (learned.terms, learned.weights, learned.bias))
    best, least, idle = learned, float("inf"), 0
    for epoch in range(1, _MOST_EPOCHS + 1):
        order = rng.permutation(len(ground.targets))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            _step(learned, squares, ground.rows[batch], ground.targets[batch], settings, rng)
        found = log_loss(learned.logits(ground.held), ground.held_targets)
        if found < least - 1e-4:
            best = Embeddings(learned.terms.copy(), learned.weights.copy(), learned.bias.copy(), epoch)
            least, idle = found, 0
        else:
            idle += 1
        if idle >= _PATIENCE or time.monotonic() > until or (go_on is not None and not go_on(least)):
            break
    return best


def _step(
    learned: Embeddings,
    squares: tuple[Floats, ...],
    rows: csr_matrix,
    targets: Targets,
    settings: BagSettings,
    rng: np.random.Generator,
) -> None:
    """One step of Adagrad (Duchi, Hazan and Singer, 2011) in place, on the terms that these rows hold."""
    touched, compact = _compacted(rows)
    kept = (rng.random((rows.shape[0], settings.dim)) >= settings.dropped).astype(np.float32) / (1 - settings.dropped)
    hidden = (compact @ learned.terms[touched]) * kept
    chances = softmax(hidden @ learned.weights + learned.bias).astype(np.float32)
    chances[np.arange(len(targets)), targets] -= 1
    chances /= np.float32(len(targets))
    back = (chances @ learned.weights.T) * kept
    rate = np.float32(settings.rate)
    _descend(learned.terms, squares[0], compact.T @ back, rate, touched)
    _descend(learned.weights, squares[1], hidden.T @ chances, rate)
    _descend(learned.bias, squares[2], chances.sum(axis=0), rate)


def _descend(weights: Floats, squares: Floats, gradient: Floats, rate: np.float32, rows: Targets | None = None) -> None:
    place = slice(None) if rows is None else rows
    squares[place] += gradient**2
    weights[place] -= rate * gradient / np.sqrt(squares[place])


def _compacted(rows: csr_matrix) -> tuple[npt.NDArray[np.int64], csr_matrix]:
    """The columns that these rows touch, and the rows over these columns alone."""
    from scipy.sparse import csr_matrix as matrix

    touched, columns = np.unique(rows.indices, return_inverse=True)
    return touched, matrix((rows.data, columns, rows.indptr), shape=(rows.shape[0], len(touched)))


_SPACE: Mapping[str, Range] = {
    "rate": Range(0.01, 0.5, 0.1),
    "dim": Range(16, 128, 64),
    "dropped": Range(0.0, 0.6, 0.2, logarithmic=False),
}


def _settings(values: Values) -> BagSettings:
    return replace(BagSettings(), rate=values["rate"], dim=round(values["dim"]), dropped=values["dropped"])


def _loss_on(ground: Ground, seed: int) -> Loss:
    def loss(values: Values, go_on: Step) -> float:
        learned = train(ground, _settings(values), seed, until=float("inf"), go_on=go_on)
        return log_loss(learned.logits(ground.held), ground.held_targets)

    return loss
