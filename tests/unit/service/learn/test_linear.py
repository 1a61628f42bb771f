"""The linear head as it serves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from service.learn.attributes import AttributeSchema
from service.learn.blocks import AttributeBlock, LexicalBlock, VectorBlock, VotesBlock
from service.learn.calibrate import softmax
from service.learn.features import Lexicon
from service.learn.judge import Need, Seen
from service.learn.linear import LinearHead
from service.learn.openset import Domain, Score, energy
from service.learn.several import SHOWN, OneLabel

LABELS = tuple(f"label_{place:02}" for place in range(12))
VECTOR = np.full(8, 8**-0.5, dtype=np.float32)
SCHEMA = AttributeSchema.fit([{"amount": 1.0, "country": "DE"}, {"amount": 3.0, "country": "DE"}, {"country": "FR"}])
REQUEST = Seen(VECTOR, "lost card", {"amount": 3.0, "country": "DE"}, {"label_03": 0.5})


def weights(rng: np.random.Generator, columns: int) -> np.ndarray:
    return rng.normal(size=(columns, 12)).astype(np.float32)


@pytest.fixture
def head() -> LinearHead:
    rng = np.random.default_rng(0)
    lexicon = Lexicon.fit(["lost card", "lost pin", "card pin", "lost lost"])
    return LinearHead(
        labels=LABELS,
        blocks=(
            VectorBlock(weights(rng, 8)),
            LexicalBlock(lexicon, weights(rng, lexicon.size)),
            AttributeBlock(SCHEMA, weights(rng, SCHEMA.width)),
            VotesBlock(LABELS, weights(rng, 12)),
        ),
        bias=rng.normal(size=12).astype(np.float32),
        calibration=OneLabel(0.7),
        domain=Domain(Score.ENERGY, 1.0),
        encoder="e",
    )


def test_judgement_is_the_softmax_of_what_the_blocks_add_up_to(head: LinearHead) -> None:
    """Vector, words, attributes and votes add up; probabilities are tempered, the energy is not."""
    vector, lexical, attributes, votes = head.blocks
    assert isinstance(lexical, LexicalBlock)
    logits = VECTOR @ vector.weights + lexical.lexicon.transform(["lost card"]).toarray()[0] @ lexical.weights
    logits = logits + SCHEMA.transform_one(REQUEST.attributes) @ attributes.weights + 0.5 * votes.weights[3] + head.bias
    chances = softmax(logits[None], 0.7)[0]
    judged = head.judge(REQUEST)
    best = np.argsort(-chances)
    assert [scored.label for scored in judged.scores] == [LABELS[place] for place in best[:SHOWN]]
    assert [s.probability for s in judged.scores] == pytest.approx(chances[best[:SHOWN]], rel=1e-4)
    assert judged.confidence == judged.scores[0].probability
    assert judged.margin == pytest.approx(chances[best[0]] - chances[best[1]], rel=1e-3)
    assert judged.energy == pytest.approx(energy(logits[None])[0], rel=1e-5)
    assert judged.chosen == (LABELS[best[0]],)


def test_what_it_needs_is_what_its_blocks_need(head: LinearHead) -> None:
    """A head of vector and words alone can be asked by them alone; the others say what they wait for."""
    assert head.needs == {Need.ATTRIBUTES, Need.VOTES}
    plain = replace(head, blocks=head.blocks[:2])
    assert plain.needs == frozenset()
    assert plain.judge(REQUEST) == plain.judge(Seen(VECTOR, "lost card"))


def test_equal_labels_come_in_order_of_their_ids(head: LinearHead) -> None:
    """Without anything to tell them apart the order is still fixed."""
    blank = replace(head, blocks=(VectorBlock(np.zeros((8, 12), np.float32)),), bias=np.zeros(12, np.float32))
    judged = blank.judge(REQUEST)
    assert [scored.label for scored in judged.scores] == list(LABELS[:SHOWN])
    assert judged.margin == 0.0


def test_in_domain_from_the_threshold_on(head: LinearHead) -> None:
    """At the threshold itself a request is in domain; just above it no longer."""
    found = head.judge(REQUEST).energy
    assert replace(head, domain=Domain(Score.ENERGY, found)).judge(REQUEST).in_domain
    above = Domain(Score.ENERGY, float(np.nextafter(found, 99)))
    assert not replace(head, domain=above).judge(REQUEST).in_domain


@pytest.mark.parametrize("vector", [np.zeros(7, np.float32), np.full(8, np.nan, np.float32)])
def test_a_vector_that_is_none_is_refused(head: LinearHead, vector: np.ndarray) -> None:
    """Another shape or not-a-number gives an error, never a confident label."""
    with pytest.raises(ValueError, match="vector"):
        head.judge(Seen(vector, "lost card"))


@pytest.mark.parametrize("odd", [None, "x", float("nan"), True, (), ("a", "b"), 10**400])
def test_no_attribute_and_no_vote_raises(head: LinearHead, odd: Any) -> None:
    """What the caller says in its attributes may be odd; the judgement is finite all the same."""
    judged = head.judge(Seen(VECTOR, "", {"amount": odd, "country": odd, "new": odd}, {"label_01": float("nan")}))
    assert np.isfinite([judged.confidence, judged.energy]).all()


def test_telling_adds_up_to_the_logit(head: LinearHead) -> None:
    """What is told of a label is all that sets its logit apart from the average, but for the bias."""
    told = head.telling(REQUEST, "label_05", most=99)
    assert {telling.what for telling in told} == {"meaning", "lost", "card", "amount=3.0", "country=DE", "documents"}
    logits = head.logits(REQUEST) - head.bias
    assert sum(telling.weight for telling in told) == pytest.approx(logits[5] - logits.mean(), rel=1e-4)
    sizes = [abs(telling.weight) for telling in told]
    assert sizes == sorted(sizes, reverse=True)
    assert head.telling(REQUEST, "label_05", most=2) == told[:2]


def test_telling_of_an_unknown_label_is_refused(head: LinearHead) -> None:
    """There is nothing to be said of it."""
    with pytest.raises(ValueError, match="no label 'other'"):
        head.telling(REQUEST, "other")


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ("a",)},
        {"labels": ("b", "a", *(f"c{i}" for i in range(10)))},
        {"bias": np.zeros(3, np.float32)},
        {"blocks": ()},
        {"blocks": (VectorBlock(np.zeros((8, 3), np.float32)),)},
    ],
)
def test_parts_that_do_not_fit_make_no_head(head: LinearHead, change: dict[str, object]) -> None:
    """A head is whole or it is not made."""
    with pytest.raises(ValueError, match=r"head needs|do not fit"):
        replace(head, **change)  # type: ignore[arg-type]


def test_figures_that_are_none_make_no_head() -> None:
    """A temperature of nothing or a threshold that is not a number would let everything pass."""
    for figure in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="temperature"):
            OneLabel(figure)
    with pytest.raises(ValueError, match="threshold"):
        Domain(Score.ENERGY, float("nan"))


def test_serving_needs_numpy_alone() -> None:
    """Loading and judging import neither scipy nor what trains models."""
    code = (
        "import sys, service.learn.registry, service.learn.guarantee;"
        "print([m for m in ('scipy', 'sklearn', 'torch', 'sentence_transformers', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
