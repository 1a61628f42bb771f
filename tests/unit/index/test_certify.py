from __future__ import annotations

import numpy as np
import pytest

from index.certify import certify
from index.encoder import EncoderPool
from index.model import Vectors
from index.probes import SELFTEST_PROBES, probe_texts


def unit(seed: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(20, 16)).astype(np.float32)
    vectors: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors


def test_the_same_vectors_agree_in_everything() -> None:
    """A perfect copy has cosine 1 and the same ranks."""
    result = certify(unit(1), unit(1))
    assert (result.probes, result.mean_cosine, result.rank_agreement, result.top1_agreement) == pytest.approx(
        (20, 1, 1, 1)
    )


def test_a_turned_space_keeps_its_ranks_and_loses_its_cosines() -> None:
    """Cosine and rank are different promises: a rotation keeps one and breaks the other."""
    result = certify(-unit(1), unit(1))
    assert result.mean_cosine == pytest.approx(-1)
    assert result.rank_agreement == pytest.approx(1)


def test_one_bad_probe_shows_in_the_minimum() -> None:
    """A single text that is encoded wrongly cannot hide in the mean."""
    bent = unit(1).copy()
    bent[3] = -bent[3]
    assert certify(bent, unit(1)).min_cosine == pytest.approx(-1)


def test_probes_are_many_distinct_and_of_every_length(encoder: EncoderPool) -> None:
    """64 different texts, from one token to more than a window."""
    texts = probe_texts()
    lengths = [encoder.count_tokens(text) for text in texts]
    assert len(set(texts)) == 64
    assert min(lengths) == 1
    assert max(lengths) > encoder.max_tokens
    assert max(SELFTEST_PROBES) < 64
