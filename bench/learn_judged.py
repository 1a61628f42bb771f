"""Fit a head and judge texts that it never saw; what was judged is kept under `.bench/` by all that it depends on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bench.cache import digest, made
from bench.data import ROOT
from bench.learn_sets import Split
from bench.vectors import VectorCache
from index.build import vector_key
from index.encoder import EncoderPool
from index.model import Vectors
from service.learn.judge import Seen
from service.learn.material import Definition, Material
from service.learn.recipes import Recipe
from service.learn.train import fit

Tell: TypeAlias = Callable[[str, int, int], None]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_PART = 2_048  # texts encoded before their vectors are kept


class Judged(NamedTuple):
    """What a head thinks of texts, one entry each."""

    confidence: Floats  #: calibrated probability of the best label
    correct: Flags  #: False throughout for texts of no label
    energy: Floats

    @property
    def accuracy(self) -> float:
        return float(self.correct.mean())


class Lesson(NamedTuple):
    """What a head is fitted on."""

    train: Split
    recipe: Recipe
    names: Mapping[str, str]  #: what labels are called, as weak examples; may be empty
    held: Sequence[int]  #: places that the encoder was not tuned on; empty where it was not tuned at all


class Fitted(NamedTuple):
    """Texts judged by a head, part by part, and how long fitting it took."""

    parts: list[Judged]
    seconds: float


def vectors_of(encoder: EncoderPool, texts: Sequence[str], tell: Tell) -> Vectors:
    """Shape (len(texts), dim). No text is encoded twice over all benchmarks."""
    cache = VectorCache(encoder.digest, encoder.dim)
    every = {vector_key(encoder.digest, text): text for text in texts}
    todo = [(key, text) for key, text in every.items() if key not in cache]
    for start in range(0, len(todo), _PART):
        part = todo[start : start + _PART]
        vectors = encoder.encode_many([text for _, text in part])
        cache.add({key: row.astype("<f4").tobytes() for (key, _), row in zip(part, vectors, strict=True)})
        tell("encoding", start + len(part), len(todo))
    found = b"".join(cache[vector_key(encoder.digest, text)] for text in texts)
    return np.frombuffer(found, "<f4").reshape(len(texts), encoder.dim)


def judged(lesson: Lesson, parts: Sequence[Split], encoder: EncoderPool, tell: Tell) -> Fitted:
    """Fit a head on the lesson and judge every part, each text by itself as in serving."""
    code: list[str | Path] = sorted((ROOT / "service" / "learn").glob("*.py"))
    asked = json.dumps([lesson.train, lesson.recipe.to_json(), dict(lesson.names), list(lesson.held), parts])
    name = digest([*code, encoder.digest, hashlib.sha256(asked.encode()).hexdigest()])
    folder = made(f"learned-{name}", lambda folder: _keep(folder, _fitted(lesson, parts, encoder, tell)))
    with np.load(folder / "judged.npz") as kept:
        found = [Judged(*(kept[f"{name}{place}"] for name in Judged._fields)) for place in range(len(parts))]
        return Fitted(found, float(kept["seconds"]))


def _fitted(lesson: Lesson, parts: Sequence[Split], encoder: EncoderPool, tell: Tell) -> Fitted:
    texts, labels = lesson.train
    defined = dict(zip(lesson.names, vectors_of(encoder, list(lesson.names.values()), tell), strict=True))
    material = Material(
        texts=texts,
        labels=[(label,) for label in labels],
        vectors=vectors_of(encoder, texts, tell),
        definitions={label: Definition(lesson.names[label], vector) for label, vector in defined.items()},
    )
    began = time.perf_counter()
    held = np.array(lesson.held, dtype=np.int64) if lesson.held else None
    trained = fit(lesson.recipe, material, encoder=encoder.digest, held=held, progress=tell)
    seconds = time.perf_counter() - began
    head = trained.head
    found = []
    for part in parts:
        vectors = vectors_of(encoder, part.texts, tell)
        opinions = [head.judge(Seen(vector, text)) for vector, text in zip(vectors, part.texts, strict=True)]
        found.append(
            Judged(
                confidence=np.array([each.confidence for each in opinions]),
                correct=np.array(
                    [each.scores[0].label == label for each, label in zip(opinions, part.labels, strict=True)]
                ),
                energy=np.array([each.energy for each in opinions]),
            )
        )
    return Fitted(found, seconds)


def _keep(folder: Path, fitted: Fitted) -> None:
    arrays = {
        f"{name}{place}": array for place, part in enumerate(fitted.parts) for name, array in part._asdict().items()
    }
    np.savez(folder / "judged.npz", seconds=fitted.seconds, **arrays)
