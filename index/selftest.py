"""Whether an encoder still computes here what it computed when it was certified."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.bulk import Layout
from index.errors import EncoderDamaged
from index.model import Vector, Vectors

#: Cosine to the stored vectors below which this machine computes something else than what was certified.
LEAST_COSINE = 0.999

#: Cosine of a text's vector alone to the one in a batch, below which texts may not be batched.
LEAST_BATCH_COSINE = 0.99999

_NEIGHBOURS = 3
_STRIDE = 17  #: tokens by which one neighbour's text begins after the other's


class Tested(Protocol):
    """What the self-test asks of an encoder."""

    batches: bool

    def encode(self, text: str) -> Vector: ...

    def layouts(self, texts: Sequence[str]) -> list[Layout]: ...

    def run(self, ids: npt.NDArray[np.int64]) -> Vectors: ...


def write_selftest(encoder: Tested, texts: Sequence[str], path: Path) -> None:
    """Keep a few texts and their vectors beside the encoder."""
    vectors = [[round(float(value), 6) for value in encoder.encode(text)] for text in texts]
    path.write_text(json.dumps({"texts": list(texts), "vectors": vectors}), encoding="utf-8")


def selftest(encoder: Tested, path: Path, remedy: str) -> None:
    """Encode the texts kept, alone and in batches; raises EncoderDamaged when the vectors are others."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for text, vector in zip(kept["texts"], kept["vectors"], strict=True):
        cosine = float(encoder.encode(text) @ np.asarray(vector, dtype=np.float32))
        if not cosine >= LEAST_COSINE:
            reason = f"this machine computes another vector for {text!r} (cosine {cosine:.4f} to the certified one)"
            raise EncoderDamaged(path.parent, reason, remedy)
    if encoder.batches and not (worst := worst_batch_cosine(encoder, kept["texts"])) >= LEAST_BATCH_COSINE:
        reason = f"on this machine a text's vector depends on its batch (cosine {worst:.6f} to the one it has alone)"
        raise EncoderDamaged(path.parent, reason, remedy)


def worst_batch_cosine(encoder: Tested, texts: Sequence[str]) -> float:
    """The smallest cosine between a text's vector alone and beside others of its length, first and last in the batch.

    The others are made of all the texts' own tokens in another order, so that they are as unlike as texts can be.
    """
    windows = [layout.windows[0] for layout in encoder.layouts(texts)]
    tokens = np.concatenate(windows)
    worst = 1.0
    for place, ids in enumerate(windows):
        others = [np.resize(np.roll(tokens, -_STRIDE * (place + row + 1)), len(ids)) for row in range(_NEIGHBOURS)]
        alone = encoder.run(ids[None])[0]
        together = encoder.run(np.stack([ids, *others, ids]))
        worst = min(worst, float((together[[0, -1]] @ alone).min()))
    return worst
