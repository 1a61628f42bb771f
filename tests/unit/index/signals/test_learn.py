"""Weights from what people found right."""

from __future__ import annotations

import numpy as np
import pytest

from index.model import DENSE, LEXICAL, DocumentKey, Evidence
from index.signals.learn import (
    ENOUGH,
    Labelled,
    Learnt,
    TooFew,
    _Candidates,
    _loss,
    fitted,
    labelled,
    learn_weights,
    name_of,
    order,
)

PRESENT = {DENSE: 1.0, LEXICAL: 1.0, "age": 0.0}


def made(count: int, *, age: float, noise: float = 0.4, seed: int = 0) -> list[Labelled]:
    """Queries whose right document is told by meaning and, as far as `age` says, by its age; words tell nothing."""
    rng = np.random.default_rng(seed)
    examples = []
    for query in range(count):
        right = int(rng.integers(10))
        is_right = np.arange(10) == right
        parts = {
            DENSE: np.clip(0.5 * is_right + noise * rng.random(10), 0, 1),
            LEXICAL: rng.random(10),
            "age": np.clip(age * is_right + (1 - age) * rng.random(10), 0, 1),
        }
        names = tuple(f"c/d{place}" for place in range(10))
        columns = {name: part.astype(np.float32) for name, part in parts.items()}
        examples.append(Labelled(f"q{query:04}", names, columns, frozenset({f"c/d{right}"})))
    return examples


def test_a_part_that_tells_gains_weight_and_one_that_does_not_loses_it():
    """And the right documents come sooner, on queries nothing was learned from."""
    learnt = learn_weights(made(200, age=0.4), PRESENT)
    assert isinstance(learnt, Learnt)
    assert learnt.better
    assert learnt.after.mean > learnt.before.mean + 0.1
    assert learnt.gain.mean == pytest.approx(learnt.after.mean - learnt.before.mean)
    assert learnt.weights[LEXICAL] < 0.1 < learnt.weights["age"]
    assert sum(learnt.weights.values()) == pytest.approx(1, abs=0.002)


def test_what_is_as_good_already_is_not_called_better():
    """Where the present weights are the best there are, chance is not taken for a gain."""
    examples = made(200, age=0.4)
    best = fitted(made(400, age=0.4, seed=1), PRESENT)
    learnt = learn_weights(examples, best)
    assert isinstance(learnt, Learnt)
    assert not learnt.better


def test_no_weight_is_below_0():
    """A part that points the wrong way is ignored, never turned round."""
    examples = [
        Labelled(each.query, each.found, {**each.parts, "age": 1 - each.parts["age"]}, each.right)
        for each in made(100, age=0.9)
    ]
    weights = fitted(examples, PRESENT)
    assert weights["age"] == 0
    assert all(weight >= 0 for weight in weights.values())


def test_too_few_queries_teach_nothing():
    """Said with how many there are and how many it takes; what was not found does not teach."""
    examples = made(ENOUGH, age=0.4)
    unfound = Labelled("other", ("c/d0", "c/d1"), {DENSE: np.ones(2, np.float32)}, frozenset({"c/d9"}))
    alone = Labelled("alone", ("c/d9",), {DENSE: np.ones(1, np.float32)}, frozenset({"c/d9"}))
    assert learn_weights([*examples[1:], unfound, alone], PRESENT) == TooFew(ENOUGH + 1, ENOUGH - 1)
    learnt = learn_weights([*examples, unfound], PRESENT)
    assert isinstance(learnt, Learnt)
    assert (learnt.queries, learnt.missed) == (ENOUGH + 1, 1)


def test_the_order_of_the_examples_does_not_count():
    """The same feedback gives the same weights, and one name is one query."""
    examples = made(ENOUGH, age=0.3)
    assert learn_weights(examples, PRESENT) == learn_weights(examples[::-1], PRESENT)
    with pytest.raises(ValueError, match="same name"):
        learn_weights([*examples, examples[0]], PRESENT)


def test_a_part_that_says_nothing_of_a_document_leaves_its_weight_to_the_others():
    """As the search scores it: `c/a` has an age and is worth the mean of three, `c/b` has none."""
    nan = float("nan")
    parts = {DENSE: [0.6, 0.5], LEXICAL: [0.6, 0.5], "age": [0.0, nan]}
    columns = {name: np.array(part, np.float32) for name, part in parts.items()}
    example = Labelled("q", ("c/a", "c/b"), columns, frozenset({"c/a"}))
    assert order(example, {DENSE: 1.0, LEXICAL: 1.0, "age": 1.0}) == ["c/b", "c/a"]
    assert order(example, {DENSE: 1.0, LEXICAL: 1.0, "age": 0.0}) == ["c/a", "c/b"]


def test_ties_stay_in_the_order_they_were_found_in():
    """So that now and learned differ in nothing but weights."""
    example = Labelled("q", ("c/z", "c/a"), {DENSE: np.ones(2, np.float32)}, frozenset({"c/a"}))
    assert order(example, {DENSE: 1.0}) == ["c/z", "c/a"]


def test_the_slope_of_the_loss_is_its_slope():
    """Held against small steps, with parts that say nothing of some documents."""
    rng = np.random.default_rng(3)
    parts = {name: rng.random(6).astype(np.float32) for name in PRESENT}
    parts["age"][2:4] = np.nan
    example = Labelled("q", tuple("abcdef"), parts, frozenset({"b", "d"}))
    queries = [_Candidates.of(example, sorted(PRESENT))]
    weights, step = np.array([0.7, 1.3, 2.0]), 1e-6
    _, slope = _loss(weights, queries)
    for place in range(3):
        moved = weights + step * (np.arange(3) == place)
        assert (_loss(moved, queries)[0] - _loss(weights, queries)[0]) / step == pytest.approx(slope[place], abs=1e-4)


def test_evidence_becomes_an_example():
    """Every part by document, any version; what a document has not is not a number."""

    def hit(name: str, version: int, **parts: float) -> Evidence:
        return Evidence(DocumentKey("c", name, version), 0, "", "", "", (), 0.5, 0.5, parts)

    found = [hit("a", 2, dense=0.5, age=0.25), hit("b", 1, dense=1.0)]
    example = labelled("q", found, frozenset({"c/a"}))
    assert example.found == ("c/a", "c/b")
    assert example.found[0] == name_of(found[0])
    assert example.parts[DENSE].tolist() == [0.5, 1.0]
    assert example.parts["age"][0] == 0.25
    assert np.isnan(example.parts["age"][1])
    assert example.teaches
    assert not labelled("q", found, frozenset({"c/x"})).teaches
