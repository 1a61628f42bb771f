from __future__ import annotations

import numpy as np
import pytest

from index.certify import Encoded, certify
from index.encoder import EncoderPool
from index.manifest import EncoderCertificate
from index.model import Vectors
from index.probes import LABELS, SELFTEST_PROBES, probe_texts


def unit(seed: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(20, 16)).astype(np.float32)
    vectors: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors


def held_against(ours: Vectors, theirs: Vectors) -> EncoderCertificate:
    """A certificate of these probes; the labels are the first rows of another drawing, the same for both."""
    labels = unit(2)[:4]
    return certify(Encoded(ours, labels), Encoded(theirs, labels), 1.0)


def test_the_same_vectors_agree_in_everything() -> None:
    """A perfect copy has cosine 1 and the same ranks."""
    result = held_against(unit(1), unit(1))
    assert (result.probes, result.mean_cosine, result.rank_agreement, result.top1_agreement) == pytest.approx(
        (20, 1, 1, 1)
    )
    assert (result.rank_changes, result.decision_flips) == (0, 0)


def test_a_turned_space_keeps_its_ranks_and_loses_its_cosines() -> None:
    """Cosine and rank are different promises: a rotation keeps one and breaks the other."""
    result = held_against(-unit(1), unit(1))
    assert result.mean_cosine == pytest.approx(-1)
    assert result.rank_agreement == pytest.approx(1)


def test_one_bad_probe_shows_in_the_minimum() -> None:
    """A single text that is encoded wrongly cannot hide in the mean."""
    bent = unit(1).copy()
    bent[3] = -bent[3]
    assert held_against(bent, unit(1)).min_cosine == pytest.approx(-1)


def test_a_changed_decision_and_a_changed_rank_are_counted() -> None:
    """A probe that takes another's place goes to that one's label, and shows among its neighbours."""
    labels = unit(1)[:4]
    swapped = unit(1).copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    result = certify(Encoded(swapped, labels), Encoded(unit(1), labels), 0.5)
    assert result.decision_flips == pytest.approx(2 / 20)
    assert 0 < result.rank_changes < 1
    assert result.worst_batch_cosine == 0.5


def test_encodings_of_other_texts_are_not_compared() -> None:
    """Another number of probes or of labels is a mistake of the caller's."""
    with pytest.raises(ValueError, match="encoded by both"):
        certify(Encoded(unit(1), unit(2)), Encoded(unit(1)[:10], unit(2)), 1.0)
    with pytest.raises(ValueError, match="encoded by both"):
        certify(Encoded(unit(1), unit(2)), Encoded(unit(1), unit(2)[:3]), 1.0)


def test_probes_are_many_distinct_and_of_every_length(encoder: EncoderPool) -> None:
    """64 different texts, from one token to more than a window."""
    texts = probe_texts()
    lengths = [encoder.count_tokens(text) for text in texts]
    assert len(set(texts)) == 64
    assert min(lengths) == 1
    assert max(lengths) > encoder.max_tokens
    assert max(SELFTEST_PROBES) < 64
    assert len(set(LABELS)) == 12
