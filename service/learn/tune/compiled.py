"""A tuned model as it will serve: int8 where that decides alike, else float32. Needs the models extra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.compile import compile_encoder
from index.encoder import open_encoder
from index.errors import CompileRefused
from index.manifest import Precision
from index.model import Vectors
from index.source import load_source
from service.learn.tune.lesson import lesson_of
from service.learn.tune.options import TuneOptions

Progress = Callable[[str, int, int], None]  #: what is being done, done so far, total

#: Decisions that may come out otherwise, as a share. int8 halves the time; this is the price that is paid for it.
MOST_FLIPS = 0.01

_MOST = 1_000  # texts that are compared


@dataclass(frozen=True, slots=True)
class Compiled:
    """An encoder that can serve."""

    folder: Path
    precision: Precision
    flips: float  #: share of texts that another label is nearest to than by the original
    why: str  #: this precision, in words


def compile_tuned(
    source: Path,
    target: Path,
    texts: Sequence[str],
    labels: Sequence[tuple[str, ...]],
    *,
    most_flips: float = MOST_FLIPS,
    progress: Progress = lambda _what, _done, _total: None,
) -> Compiled:
    """Compile `source` into the folder `target`, as int8 unless too many decisions come out otherwise.

    A decision is here which label's mean is nearest, on `texts`, or a sample of them: the strictest judge, because a
    head is fitted on the compiled vectors and gets used to them. Raises CompileRefused when it cannot be compiled.
    """
    chosen = np.sort(np.random.default_rng(0).permutation(len(texts))[:_MOST])
    some = [texts[place] for place in chosen.tolist()]
    said = [labels[place] for place in chosen.tolist()]
    tell = lambda stage, done, total: progress(f"compiling: {stage}", done, total)  # noqa: E731
    original = load_source(source).encode(some)
    try:
        compile_encoder(source, target, precision="int8", progress=tell)
        flips = flipped(original, open_encoder(target).encode_many(some), said)
        why = f"as int8 {flips:.1%} of {len(some)} decisions come out otherwise"
    except CompileRefused as fault:
        flips, why = 1.0, fault.reason
    if flips <= most_flips:
        return Compiled(target, "int8", flips, why)
    compile_encoder(source, target, precision="fp32", progress=tell)
    return Compiled(target, "fp32", flipped(original, open_encoder(target).encode_many(some), said), why)


def flipped(original: Vectors, compiled: Vectors, labels: Sequence[tuple[str, ...]]) -> float:
    """Share of the rows whose nearest mean is of another label; of each side by its own means."""
    targets = lesson_of([""] * len(labels), labels, TuneOptions(held_out=0)).targets
    nearest = [
        (vectors @ (targets.T @ vectors).T / np.maximum(targets.sum(0), 1)).argmax(axis=1)
        for vectors in (original, compiled)
    ]
    return float(np.mean(nearest[0] != nearest[1]))
