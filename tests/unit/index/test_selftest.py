from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.bulk import Layout
from index.errors import EncoderDamaged
from index.model import Vector, Vectors
from index.selftest import selftest, worst_batch_cosine, write_selftest

TEXTS = ["one text", "another", "three"]


class Turning:
    """Vectors of the tokens, turned by `drift` for each other text in the batch."""

    def __init__(self, drift: float = 0.0, *, batches: bool = True) -> None:
        self.batches = batches
        self._drift = drift

    def encode(self, text: str) -> Vector:
        vector: Vector = self.run(self.layouts([text])[0].windows[0][None])[0]
        return vector

    def layouts(self, texts: Sequence[str]) -> list[Layout]:
        return [Layout((np.array([ord(sign) for sign in text]),), (len(text),)) for text in texts]

    def run(self, ids: npt.NDArray[np.int64]) -> Vectors:
        angles = ids.sum(axis=1) + self._drift * (len(ids) - 1)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_encoder_that_was_certified_passes(tmp_path: Path) -> None:
    """What was written can be read, and the same encoder computes it again."""
    write_selftest(Turning(), TEXTS, tmp_path / "selftest.json")
    selftest(Turning(), tmp_path / "selftest.json", "compile")


def test_vectors_that_depend_on_their_batch_are_noticed(tmp_path: Path) -> None:
    """A runtime on which batches change vectors is refused, unless the encoder takes one text at a time anyway."""
    write_selftest(Turning(), TEXTS, tmp_path / "selftest.json")
    assert worst_batch_cosine(Turning(0.01), TEXTS) < 0.9999
    with pytest.raises(EncoderDamaged, match="depends on its batch"):
        selftest(Turning(0.01), tmp_path / "selftest.json", "compile")
    selftest(Turning(0.01, batches=False), tmp_path / "selftest.json", "compile")


def test_vectors_of_no_length_do_not_pass(tmp_path: Path) -> None:
    """A cosine that is no number is no agreement."""
    write_selftest(Turning(), TEXTS, tmp_path / "selftest.json")
    with pytest.raises(EncoderDamaged, match="computes another vector"):
        selftest(Turning(float("nan")), tmp_path / "selftest.json", "compile")
