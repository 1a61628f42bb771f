"""The head as it serves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from service.learn.calibrate import softmax
from service.learn.features import Lexicon
from service.learn.head import SHOWN, Head
from service.learn.openset import energy


@pytest.fixture
def head() -> Head:
    rng = np.random.default_rng(0)
    lexicon = Lexicon.fit(["lost card", "lost pin", "card pin", "lost lost"])
    labels = tuple(f"label_{place:02}" for place in range(12))
    return Head(
        labels=labels,
        dense=rng.normal(size=(8, 12)).astype(np.float32),
        lexical=rng.normal(size=(lexicon.size, 12)).astype(np.float32),
        bias=rng.normal(size=12).astype(np.float32),
        temperature=0.7,
        energy_threshold=1.0,
        encoder="e",
        lexicon=lexicon,
    )


VECTOR = np.full(8, 8**-0.5, dtype=np.float32)


def test_judgement_is_the_softmax_of_the_joined_logits(head: Head) -> None:
    """Vector and lexical features add up; probabilities are tempered, the energy is not."""
    logits = VECTOR @ head.dense + head.lexicon.transform(["lost card"]).toarray()[0] @ head.lexical + head.bias
    chances = softmax(logits[None], 0.7)[0]
    judged = head.judge(VECTOR, "lost card")
    best = np.argsort(-chances)
    assert [scored.label for scored in judged.scores] == [head.labels[place] for place in best[:SHOWN]]
    assert [s.probability for s in judged.scores] == pytest.approx(chances[best[:SHOWN]], rel=1e-4)
    assert judged.confidence == judged.scores[0].probability
    assert judged.margin == pytest.approx(chances[best[0]] - chances[best[1]], rel=1e-3)
    assert judged.energy == pytest.approx(energy(logits[None])[0], rel=1e-5)


def test_equal_labels_come_in_order_of_their_ids(head: Head) -> None:
    """Without anything to tell them apart the order is still fixed."""
    blank = replace(
        head, dense=np.zeros_like(head.dense), lexical=np.zeros_like(head.lexical), bias=np.zeros_like(head.bias)
    )
    judged = blank.judge(VECTOR, "lost card")
    assert [scored.label for scored in judged.scores] == list(head.labels[:SHOWN])
    assert judged.margin == 0.0


def test_in_domain_from_the_threshold_on(head: Head) -> None:
    """At the threshold itself a request is in domain; just above it no longer."""
    found = head.judge(VECTOR, "lost card").energy
    assert replace(head, energy_threshold=found).judge(VECTOR, "lost card").in_domain
    assert not replace(head, energy_threshold=float(np.nextafter(found, 99))).judge(VECTOR, "lost card").in_domain


def test_many_are_judged_as_each_alone(head: Head) -> None:
    """Calibration sees bit by bit what serving sees, whatever stands beside it."""
    vectors = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
    texts = ["lost card", "", "pin pin", "card", "nothing known"]
    alone = tuple(head.judge(vector, text) for vector, text in zip(vectors, texts, strict=True))
    assert head.judge_many(vectors, texts) == alone


@pytest.mark.parametrize("vector", [np.zeros(7, np.float32), np.full(8, np.nan, np.float32)])
def test_a_vector_that_is_none_is_refused(head: Head, vector: np.ndarray) -> None:
    """Another shape or not-a-number gives an error, never a confident label."""
    with pytest.raises(ValueError, match="vector"):
        head.judge(vector, "lost card")


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ("a",)},
        {"labels": ("b", "a", *(f"c{i}" for i in range(10)))},
        {"temperature": 0.0},
        {"energy_threshold": float("nan")},
        {"bias": np.zeros(3, np.float32)},
        {"lexical": np.zeros((1, 12), np.float32)},
    ],
)
def test_parts_that_do_not_fit_make_no_head(head: Head, change: dict[str, object]) -> None:
    """A head is whole or it is not made."""
    with pytest.raises(ValueError, match=r"head needs|do not fit|finite"):
        replace(head, **change)  # type: ignore[arg-type]


def test_serving_needs_numpy_alone() -> None:
    """Loading and judging import neither scipy nor what trains models."""
    code = (
        "import sys, service.learn.head, service.learn.registry, service.learn.guarantee;"
        "print([m for m in ('scipy', 'sklearn', 'torch', 'sentence_transformers', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
