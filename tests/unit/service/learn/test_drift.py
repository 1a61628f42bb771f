"""Drift is seen when it is there, and not when it is not."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.drift import LEVEL, kolmogorov_smirnov, label_mix, mmd, psi, two_sample

DIM = 24


def unit(points: np.ndarray) -> np.ndarray:
    length: np.ndarray = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / length, dtype=np.float32)


def texts(rng: np.random.Generator, count: int, away: float = 0.0) -> np.ndarray:
    """Unit vectors of one kind of traffic, of which a share went somewhere else."""
    points = rng.standard_normal((count, DIM)) + 1.0
    moved = rng.uniform(size=count) < away
    points[moved] += np.where(np.arange(DIM) % 2, 1.5, -1.5)
    return unit(points)


@pytest.mark.parametrize("look", [psi, kolmogorov_smirnov])
def test_a_number_that_moved_is_seen(look) -> None:
    """Confidences half of which fell; the same distribution raises no alarm in two hundred looks."""
    rng = np.random.default_rng(0)
    before = rng.beta(8, 2, 2000)
    now = np.where(rng.uniform(size=600) < 0.5, rng.beta(4, 4, 600), rng.beta(8, 2, 600))
    found = look(before, now)
    assert found.moved
    assert found.p <= LEVEL
    assert not any(look(before, rng.beta(8, 2, 600)).moved for _ in range(200))


@pytest.mark.parametrize("look", [psi, kolmogorov_smirnov])
def test_chance_is_told_as_chance(look) -> None:
    """Without a shift p-values are spread evenly, or to the careful side."""
    rng = np.random.default_rng(1)
    chances = [look(rng.normal(size=800), rng.normal(size=400)).p for _ in range(400)]
    assert np.mean(np.array(chances) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(chances) > 0.4


def test_gap_is_the_known_statistic() -> None:
    """As scipy has it, ties included."""
    from scipy.stats import ks_2samp

    rng = np.random.default_rng(2)
    before, now = rng.normal(size=300).round(1), rng.normal(0.3, 1, 200).round(1)
    known = ks_2samp(before, now, method="asymp")
    found = kolmogorov_smirnov(before, now)
    assert found.value == pytest.approx(known.statistic)
    assert found.p == pytest.approx(known.pvalue, rel=0.25)


def test_a_large_sample_of_a_small_shift_is_no_alarm() -> None:
    """It is no chance, and it does not matter."""
    rng = np.random.default_rng(3)
    found = kolmogorov_smirnov(rng.normal(size=60_000), rng.normal(0.06, 1, 60_000))
    assert found.p <= LEVEL
    assert not found.moved


def test_a_changed_mix_of_labels_is_seen_and_said() -> None:
    """The share of requests that went elsewhere, and which labels gained and lost."""
    mix = label_mix({"card": 500, "fee": 300, "loan": 200}, {"card": 200, "fee": 280, "loan": 120, "fraud": 200})
    assert mix.drift.moved
    assert mix.drift.value == pytest.approx(0.30, abs=0.01)
    assert {mix.most[0][0], mix.most[1][0]} == {"card", "fraud"}
    assert mix.most[0][2] != mix.most[0][1]


def test_the_same_mix_is_no_drift() -> None:
    """Over two hundred draws of the same mix no alarm, rare labels included; of too few requests nothing is said."""
    rng = np.random.default_rng(4)
    shares = np.array([0.5, 0.3, 0.15, 0.03, 0.01, 0.005, 0.005])
    names = [f"label-{place}" for place in range(len(shares))]

    def drawn(count: int) -> dict[str, int]:
        return dict(zip(names, rng.multinomial(count, shares).tolist(), strict=True))

    looks = [label_mix(drawn(1000), drawn(300)).drift for _ in range(200)]
    assert not any(look.moved for look in looks)
    assert np.mean([look.p <= 0.05 for look in looks]) <= 0.1
    assert label_mix({"card": 3}, {"fee": 4}).drift.p == 1.0
    assert label_mix({}, {}).most == ()


def test_texts_of_another_kind_are_seen_by_both_looks() -> None:
    """A quarter of the traffic is new; the classifier points at it."""
    rng = np.random.default_rng(5)
    before, now = texts(rng, 800), texts(rng, 400, away=0.25)
    assert mmd(before, now).moved
    apart = two_sample(before, now)
    assert apart.drift.moved
    assert apart.drift.value > 0.6
    direction = np.where(np.arange(DIM) % 2, 1.0, -1.0)
    assert (now[list(apart.unlike)] @ direction).mean() > (now @ direction).mean() + 1


def test_texts_of_the_same_kind_are_not() -> None:
    """In forty looks neither finds anything."""
    rng = np.random.default_rng(6)
    for _ in range(20):
        before, now = texts(rng, 300), texts(rng, 200)
        assert not mmd(before, now).moved
        assert not two_sample(before, now).drift.moved


def test_the_same_vectors_give_the_same_answer() -> None:
    """Whoever looks again at the same traffic is told the same; of too few vectors nothing is said."""
    rng = np.random.default_rng(7)
    before, now = texts(rng, 1500), texts(rng, 1200, away=0.1)
    assert mmd(before, now) == mmd(before, now)
    assert two_sample(before, now) == two_sample(before, now)
    assert not mmd(before[:5], now[:5]).moved
    assert two_sample(before[:5], now[:5]).drift.p == 1.0
    assert psi(before[:5, 0], now[:5, 0]).p == kolmogorov_smirnov(before[:5, 0], now[:5, 0]).p == 1.0
