"""The open-set score: what belongs to no label."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.openset import (
    Domain,
    Score,
    auroc,
    energy,
    familiarity,
    fit_domain,
    fit_threshold,
    joint_energy,
)


def test_energy_is_the_logsumexp_of_each_row() -> None:
    """Also where the exponentials themselves would overflow."""
    logits = np.array([[1.0, 2.0, 3.0], [1000.0, 1000.0, -1000.0]])
    assert energy(logits) == pytest.approx([np.log(np.exp([1, 2, 3]).sum()), 1000 + np.log(2)])


@pytest.mark.parametrize("keep", [0.95, 0.97, 0.98, 1.0])
@pytest.mark.parametrize("count", [20, 101, 1000])
def test_threshold_keeps_the_promised_share(keep: float, count: int) -> None:
    """From in-domain energies alone: at least `keep` of them pass, and not one more than that needs."""
    inside = np.random.default_rng(count).normal(size=count)
    threshold = fit_threshold(inside, keep=keep)
    kept = int((inside >= threshold).sum())
    assert kept >= keep * count
    assert kept - 1 < keep * count


def test_foreign_examples_improve_the_threshold() -> None:
    """With some examples of what belongs to no label, more of it is caught for what is kept."""
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(5, 1, 2000), rng.normal(0, 1, 200)
    alone, informed = fit_threshold(inside), fit_threshold(inside, outside)
    fresh_inside, fresh_outside = rng.normal(5, 1, 4000), rng.normal(0, 1, 4000)

    def balanced(threshold: float) -> float:
        return float((fresh_inside >= threshold).mean() + (fresh_outside < threshold).mean()) / 2

    assert balanced(informed) > balanced(alone)


def test_foreign_examples_never_cost_more_than_allowed() -> None:
    """Even where both lie on top of each other, 95 % of the in-domain requests are kept."""
    rng = np.random.default_rng(1)
    inside, outside = rng.normal(0, 1, 1000), rng.normal(0.5, 1, 5000)
    threshold = fit_threshold(inside, outside, keep_at_least=0.95)
    assert (inside >= threshold).mean() >= 0.95


def test_no_threshold_from_nothing() -> None:
    """Without in-domain examples there is nothing to keep."""
    with pytest.raises(ValueError, match="in-domain"):
        fit_threshold(np.array([]))


def test_auroc_against_counting_pairs() -> None:
    """The share of pairs in the right order, ties half."""
    inside, outside = np.array([3.0, 2.0, 2.0, 5.0]), np.array([2.0, 1.0, 4.0])
    pairs = [(a > b) + 0.5 * (a == b) for a in inside for b in outside]
    assert auroc(inside, outside) == pytest.approx(np.mean(pairs))


def test_other_scores_by_hand() -> None:
    """The largest logit, and the sum of each label's own energy."""
    logits = np.array([[1.0, -2.0], [1000.0, 0.0]])
    assert familiarity(logits, Score.MAX_LOGIT) == pytest.approx([1, 1000])
    assert joint_energy(logits) == pytest.approx([np.log1p(np.e) + np.log1p(np.exp(-2)), 1000 + np.log(2)])
    for score in (Score.ENERGY, Score.MAX_LOGIT, Score.JOINT_ENERGY):
        assert Domain(score, 0.0).familiarity(logits[0]) == familiarity(logits, score)[0]
    with pytest.raises(ValueError, match="not read from logits"):
        familiarity(logits, Score.SIMILARITY)


def test_foreign_examples_choose_the_score() -> None:
    """With them, that which separates best; without, the first, because nothing can tell them apart."""
    rng = np.random.default_rng(2)
    blurred, clear = rng.normal(1, 1, 500), rng.normal(4, 1, 500)
    inside = {Score.ENERGY: blurred, Score.MAX_LOGIT: clear}
    outside = {Score.ENERGY: rng.normal(0, 1, 500), Score.MAX_LOGIT: rng.normal(0, 1, 500)}
    informed = fit_domain(inside, outside, keep=0.97, keep_at_least=0.95)
    assert informed.domain.score is Score.MAX_LOGIT
    assert informed.caught is not None
    assert informed.caught > 0.9
    alone = fit_domain(inside, None, keep=0.97, keep_at_least=0.95)
    assert alone.domain.score is Score.ENERGY
    assert (alone.caught, alone.auroc) == (None, None)
    assert alone.kept >= 0.97
