"""The guarantee: exact, kept over many draws, and refused where data is short."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.domain.types import Certificate, Refusal
from service.learn.guarantee import THRESHOLDS, certify, errors_tolerated, smallest_n, tail


def by_hand(errors: int, accepted: int, alpha: float) -> float:
    return sum(math.comb(accepted, k) * alpha**k * (1 - alpha) ** (accepted - k) for k in range(errors + 1))


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("accepted", [1, 7, 59, 400])
def test_tail_is_the_exact_binomial(alpha: float, accepted: int) -> None:
    """The p-value is the sum of the binomial's terms, not an approximation."""
    for errors in {0, min(1, accepted - 1), accepted // 2, accepted - 1}:
        assert tail(errors, accepted, alpha) == pytest.approx(by_hand(errors, accepted, alpha), rel=1e-9)
    assert tail(accepted, accepted, alpha) == 1.0


@pytest.mark.parametrize(
    "alpha, counts",
    [
        (0.05, [59, 93, 124, 208, 336]),
        (0.02, [149, 236, 313, 523, 845]),
        (0.01, [299, 473, 628, 1049, 1693]),
        (0.001, [2995, 4742, 6294, 10511, 16959]),
    ],
)
def test_cases_needed_are_the_known_figures(alpha: float, counts: list[int]) -> None:
    """With delta 5 %: the accepted cases needed for 0, 1, 2, 5 and 10 errors; one fewer would not do."""
    for errors, count in zip([0, 1, 2, 5, 10], counts, strict=True):
        assert smallest_n(alpha, 0.05, errors) == count
        assert tail(errors, count, alpha) <= 0.05 < tail(errors, count - 1, alpha)


@pytest.mark.parametrize("accepted, tolerated", [(299, 0), (298, -1), (500, 1), (1000, 4), (2000, 12), (5000, 38)])
def test_errors_tolerated_at_one_percent(accepted: int, tolerated: int) -> None:
    """How many of the accepted may be wrong at alpha 1 %, delta 5 %."""
    assert errors_tolerated(0.01, 0.05, accepted) == tolerated


def test_too_few_cases_are_refused_with_what_is_missing() -> None:
    """45 cases cannot certify 5 %, whatever they say; the refusal tells how far it is."""
    refusal = certify(np.full(45, 0.99), np.ones(45, dtype=bool), 0.05, 0.05)
    assert isinstance(refusal, Refusal)
    assert (refusal.accepted, refusal.needed, refusal.cases) == (45, 59, 45)
    assert "45 of 59" in refusal.why
    assert "14 more" in refusal.why


def test_cases_that_a_gate_holds_back_do_not_count() -> None:
    """Confidence 0 means never automatic: it helps no certificate and harms none."""
    confidence = np.concatenate([np.full(58, 0.99), np.zeros(500)])
    refusal = certify(confidence, np.ones(558, dtype=bool), 0.05, 0.05)
    assert isinstance(refusal, Refusal)
    assert refusal.accepted == 58
    confidence = np.concatenate([np.full(59, 0.99), np.zeros(500)])
    correct = np.concatenate([np.ones(59, dtype=bool), np.zeros(500, dtype=bool)])
    granted = certify(confidence, correct, 0.05, 0.05)
    assert isinstance(granted, Certificate)
    assert (granted.accepted, granted.errors, granted.cases) == (59, 0, 559)


def test_certificate_counts_what_its_threshold_accepts() -> None:
    """Accepted and errors are those at the threshold, which is the loosest that passes in an unbroken row."""
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 1500)
    correct = rng.uniform(size=1500) < confidence**0.2
    granted = certify(confidence, correct, 0.05, 0.1, sample="own draw")
    assert isinstance(granted, Certificate)
    assert granted.threshold in THRESHOLDS
    accepted = confidence >= granted.threshold
    assert (granted.accepted, granted.errors) == (accepted.sum(), (~correct[accepted]).sum())
    assert tail(granted.errors, granted.accepted, 0.05) <= 0.1
    looser = confidence >= THRESHOLDS[THRESHOLDS.index(granted.threshold) + 1]
    assert tail(int((~correct[looser]).sum()), int(looser.sum()), 0.05) > 0.1
    assert granted.sample == "own draw"


def test_one_mislabelled_case_among_the_surest_does_not_end_it() -> None:
    """The row of tests starts where an error is tolerated, not at the very strictest threshold."""
    confidence = np.linspace(0.6, 0.9999, 1000)
    correct = np.ones(1000, dtype=bool)
    correct[-1] = False
    granted = certify(confidence, correct, 0.05, 0.05)
    assert isinstance(granted, Certificate)
    assert granted.coverage == 1.0


def test_start_is_chosen_without_looking_at_errors() -> None:
    """Errors among cases stricter than the start cannot move it: the same confidences, the same start."""
    confidence = np.linspace(0.5, 1.0, 600)
    wrong_everywhere = certify(confidence, np.zeros(600, dtype=bool), 0.05, 0.05)
    half_wrong = certify(confidence, np.arange(600) % 2 == 0, 0.05, 0.05)
    assert isinstance(wrong_everywhere, Refusal)
    assert isinstance(half_wrong, Refusal)
    assert wrong_everywhere.accepted == half_wrong.accepted >= 93
    assert "are wrong, at most" in half_wrong.why


def test_start_can_be_fixed_beforehand() -> None:
    """A start from other data is where testing begins: too loose a one loses what a stricter one would have kept."""
    confidence = np.concatenate([np.full(300, 0.95), np.full(300, 0.35)])
    correct = np.concatenate([np.ones(300, dtype=bool), np.zeros(300, dtype=bool)])
    assert isinstance(certify(confidence, correct, 0.05, 0.1, start=0.3), Refusal)
    granted = certify(confidence, correct, 0.05, 0.1, start=0.9)
    assert isinstance(granted, Certificate)
    assert (granted.accepted, granted.threshold) == (300, 0.36)


@pytest.mark.parametrize("alpha, granted_share", [(0.02, 0.6), (0.05, 0.99)])
def test_promise_is_kept_over_many_draws(alpha: float, granted_share: float) -> None:
    """Over 300 random calibration samples the true error exceeds alpha in at most a share delta of them.

    The threshold that merely looks right on the sample breaks its promise several times as often.
    """
    delta, draws, cases = 0.1, 300, 1500
    rng = np.random.default_rng(7)
    pool = 1 - rng.beta(0.5, 4.0, 200_000)
    right = pool**1.4  # overconfident: a confidence of 0.9 is right 86 % of the time
    order = np.argsort(-pool)
    risk = np.cumsum(1 - right[order]) / np.arange(1, pool.size + 1)
    ranked = pool[order]

    def true_error(threshold: float) -> float:
        return float(risk[np.searchsorted(-ranked, -threshold, side="right") - 1])

    broken = naive_broken = granted = 0
    for _ in range(draws):
        drawn = rng.integers(0, pool.size, cases)
        confidence, correct = pool[drawn], rng.uniform(size=cases) < right[drawn]
        answer = certify(confidence, correct, alpha, delta)
        if isinstance(answer, Certificate):
            granted += 1
            broken += true_error(answer.threshold) > alpha
        naive = [t for t in THRESHOLDS if (taken := confidence >= t).any() and (~correct[taken]).mean() <= alpha]
        naive_broken += bool(naive) and true_error(naive[-1]) > alpha
    noise = 3 * math.sqrt(delta * (1 - delta) / draws)
    assert granted > granted_share * draws
    assert broken / draws <= delta + noise
    assert naive_broken / draws > 0.3


@pytest.mark.parametrize(
    "confidence, correct, alpha",
    [
        (np.array([0.5, 0.6]), np.array([True]), 0.05),
        (np.array([0.5, np.nan]), np.array([True, True]), 0.05),
        (np.array([0.5, 1.2]), np.array([True, True]), 0.05),
        (np.array([0.5, 0.6]), np.array([1, 1]), 0.05),
        (np.array([0.5, 0.6]), np.array([True, True]), 0.0),
    ],
)
def test_nonsense_is_not_certified(confidence: np.ndarray, correct: np.ndarray, alpha: float) -> None:
    """Cases that do not fit together, confidences that are none, promises that are none: refused, not guessed at."""
    with pytest.raises(ValueError, match=r"confidence|alpha"):
        certify(confidence, correct, alpha, 0.1)
