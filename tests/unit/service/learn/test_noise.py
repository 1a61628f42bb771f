"""Wrong labels are found, and labels that suddenly got worse are noticed."""

from __future__ import annotations

import numpy as np
import pytest

from service.domain.band import Share
from service.learn.noise import doubtful, doubtful_several, poisoned

LABELS, DIM = 12, 24


def clouds(rng: np.random.Generator, count: int, spread: float = 0.75) -> tuple[np.ndarray, np.ndarray]:
    """Points around as many centres as there are labels, with their true labels."""
    centres = np.random.default_rng(99).standard_normal((LABELS, DIM))
    true = rng.integers(0, LABELS, count)
    return centres[true] + spread * rng.standard_normal((count, DIM)), true


def judged(points: np.ndarray, learned: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Probabilities from the nearest class mean of other examples: a stand-in for a head."""
    means = np.stack([learned[labels == c].mean(axis=0) for c in range(LABELS)])
    logits = -((points[:, None] - means[None]) ** 2).sum(axis=2) / 2
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def out_of_fold(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    found = np.zeros((len(points), LABELS))
    for fold in range(5):
        held = np.arange(len(points)) % 5 == fold
        found[held] = judged(points[held], points[~held], labels[~held])
    return found


def flipped(rng: np.random.Generator, labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Some labels exchanged for another one, with the places."""
    places = rng.choice(len(labels), round(share * len(labels)), replace=False)
    wrong = labels.copy()
    wrong[places] = (wrong[places] + rng.integers(1, LABELS, len(places))) % LABELS
    return wrong, places


def test_wrong_labels_are_found_with_the_right_one() -> None:
    """Of 5 % flipped labels nearly all are found, few sound ones are suspected, and what they look like is true."""
    rng = np.random.default_rng(0)
    points, true = clouds(rng, 3000)
    given, places = flipped(rng, true, 0.05)
    doubts = doubtful(out_of_fold(points, given), given)
    found = {doubt.place for doubt in doubts}
    assert len(found & set(places)) >= 0.9 * len(places)
    assert len(found - set(places)) <= 0.02 * 3000
    right = [doubt for doubt in doubts if doubt.place in set(places)]
    assert np.mean([doubt.looks_like == true[doubt.place] for doubt in right]) > 0.95
    gaps = [doubt.probability - doubt.given_probability for doubt in doubts]
    assert gaps == sorted(gaps, reverse=True)
    assert min(gaps) > 0


def test_sound_labels_are_left_alone() -> None:
    """Without a flipped label next to nothing is doubted."""
    points, true = clouds(np.random.default_rng(1), 2000, spread=0.5)
    assert len(doubtful(out_of_fold(points, true), true)) <= 10


def test_a_rare_label_has_a_threshold_of_its_own() -> None:
    """A label the model is never sure of is doubted only against how sure it usually is of it."""
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4], [0.9, 0.1], [0.95, 0.05], [0.2, 0.8]])
    given = np.array([1, 1, 0, 0, 0])
    # usual: label 0: (.9 + .95 + .2) / 3 = .68, label 1: .4
    (doubt,) = doubtful(probabilities, given)
    assert (doubt.place, doubt.looks_like, doubt.probability, doubt.given_probability) == (4, 1, 0.8, 0.2)


def test_nonsense_is_not_doubted() -> None:
    """Labels that do not fit the probabilities are an error, not a guess."""
    with pytest.raises(ValueError, match="do not fit"):
        doubtful(np.full((3, 2), 0.5), np.zeros(4, dtype=int))
    with pytest.raises(ValueError, match="do not fit"):
        doubtful_several(np.full((3, 2), 0.5), np.zeros((3, 3), dtype=bool))


def test_of_several_labels_each_is_asked_apart() -> None:
    """A label too many and one that is missing are both found, the clearer first."""
    rng = np.random.default_rng(2)
    given = rng.uniform(size=(400, 3)) < 0.4
    probabilities = np.where(given, 0.9, 0.1) + rng.uniform(-0.08, 0.08, given.shape)
    given[7, 1] = True
    probabilities[7, 1] = 0.03
    given[9, 2] = False
    probabilities[9, 2] = 0.93
    found = [(doubt.place, doubt.label, doubt.carried) for doubt in doubtful_several(probabilities, given)]
    assert found == [(7, 1, True), (9, 2, False)]


def doubts_of_new(rng: np.random.Generator, share: float, *, one_way: bool = False) -> tuple[Share, Share]:
    """Old examples with 2 % of noise, and 400 new ones of which a share is flipped."""
    points, true = clouds(rng, 3000)
    old, _ = flipped(rng, true, 0.02)
    fresh, fresh_true = clouds(rng, 400)
    new, places = flipped(rng, fresh_true, 0.02 + share)
    if one_way:
        new[places] = 0
    before = doubtful(out_of_fold(points, old), old)
    after = doubtful(judged(fresh, points, old), new)
    return Share(len(before), 3000), Share(len(after), 400)


@pytest.mark.parametrize("one_way", [False, True], ids=["anyhow", "all to one label"])
def test_five_percent_of_flipped_labels_are_noticed(one_way: bool) -> None:
    """In nearly every draw of 400 new labels, also when all of them are flipped the same way."""
    noticed = [poisoned(*doubts_of_new(np.random.default_rng(seed), 0.05, one_way=one_way)) for seed in range(20)]
    assert sum(one.found for one in noticed) >= 19
    assert 0.02 < np.mean([one.rise for one in noticed]) < 0.08
    assert "new labels look wrong" in str(noticed[0])


def test_sound_labels_raise_no_alarm() -> None:
    """The usual noise in new labels is told from poison."""
    alarms = [poisoned(*doubts_of_new(np.random.default_rng(100 + seed), 0.0)).found for seed in range(20)]
    assert sum(alarms) <= 1


def test_poison_is_told_by_fishers_exact_test() -> None:
    """One-sided: fewer doubtful labels than before are no alarm, nor is anything without an old example."""
    from scipy.stats import fisher_exact

    found = poisoned(Share(30, 3000), Share(20, 300))
    table = [[20, 280], [30, 2970]]
    assert found.p == pytest.approx(float(fisher_exact(table, alternative="greater").pvalue))
    assert found.found
    assert not poisoned(Share(300, 3000), Share(1, 300)).found
    assert not poisoned(Share(0, 0), Share(20, 300)).found
