"""What is labelled next: unsure, typical, and not the same twice."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.choice import choose, uncertainty

DIM = 32


def kinds(rng: np.random.Generator, counts: list[int], spread: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors of so many kinds of request, of these sizes, and which kind each is."""
    centres = np.random.default_rng(4).standard_normal((len(counts), DIM))
    kind = np.repeat(np.arange(len(counts)), counts)
    points = centres[kind] + spread * rng.standard_normal((len(kind), DIM)) * np.sqrt(DIM / 8)
    order = rng.permutation(len(kind))
    points = points[order] / np.linalg.norm(points[order], axis=1, keepdims=True)
    return points.astype(np.float32), kind[order]


def test_uncertainty_is_the_missing_margin() -> None:
    """None where one label has everything, all where two have the same."""
    found = uncertainty(np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.6, 0.3, 0.1]]))
    assert found == pytest.approx([0.0, 1.0, 0.7])
    assert uncertainty(np.ones((3, 1))).tolist() == [0.0] * 3


def test_of_several_labels_the_least_decided_counts() -> None:
    """One label at one half makes the request unsure, however clear the others are."""
    found = uncertainty(np.array([[0.99, 0.01], [0.99, 0.5], [0.75, 0.0]]), several=True)
    assert found == pytest.approx([0.02, 1.0, 0.5])


def test_without_a_classifier_every_kind_is_asked_about() -> None:
    """Twenty requests reach rare kinds that a random draw mostly misses."""
    ours, random = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        vectors, kind = kinds(rng, [400, 200, 100, 50, 25, 15, 10, 10])
        ours.append(len({kind[place] for place in choose(vectors, 20, seed=seed)}))
        random.append(len({kind[place] for place in rng.choice(len(kind), 20, replace=False)}))
    assert np.mean(ours) > np.mean(random) + 1
    assert np.mean(ours) >= 7.5


def test_the_unsure_come_first_but_not_all_alike() -> None:
    """Of a hundred equal requests at the same distance from certainty one is enough; what is sure comes later."""
    rng = np.random.default_rng(0)
    vectors, kind = kinds(rng, [100, 100, 100], spread=0.05)
    unsure = np.where(kind == 0, 1.0, np.where(kind == 1, 0.9, 0.01))
    chosen = choose(vectors, 2, uncertainty=unsure)
    assert [kind[place] for place in chosen] == [0, 1]


def test_what_is_labelled_already_is_not_asked_again() -> None:
    """Requests like those labelled give way to the kinds nobody has labelled."""
    rng = np.random.default_rng(1)
    vectors, kind = kinds(rng, [300, 30], spread=0.05)
    assert kind[choose(vectors, 1)[0]] == 0
    assert kind[choose(vectors, 1, labelled=vectors[kind == 0][:50])[0]] == 1


def test_it_teaches_faster_than_a_random_draw() -> None:
    """With the same number of labels the nearest class mean is right more often on other requests."""
    ours: list[float] = []
    random: list[float] = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        vectors, kind = kinds(rng, [600, 300, 150, 80, 40, 30, 20, 20], spread=0.45)
        others, truth = kinds(rng, [50] * 8, spread=0.45)
        for kept, places in ((ours, choose(vectors, 32)), (random, list(rng.choice(len(kind), 32, replace=False)))):
            known = sorted({int(kind[place]) for place in places})
            means = np.stack([vectors[[p for p in places if kind[p] == one]].mean(axis=0) for one in known])
            guessed = np.array(known)[(others @ means.T).argmax(axis=1)]
            kept.append(float((guessed == truth).mean()))
    assert np.mean(ours) > np.mean(random) + 0.05


def test_the_same_choice_every_time_and_never_twice_the_same() -> None:
    """Repeatable, all places different, all of them when more is asked for than there are; also of nothing."""
    vectors, _ = kinds(np.random.default_rng(2), [50, 50])
    first = choose(vectors, 500, seed=3)
    assert first == choose(vectors, 500, seed=3)
    assert sorted(first) == list(range(100))
    assert choose(vectors[:0], 5) == []
    with pytest.raises(ValueError, match="do not fit"):
        choose(vectors, 5, uncertainty=np.ones(3))
