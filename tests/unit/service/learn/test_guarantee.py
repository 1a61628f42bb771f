"""The guarantee: exact, kept over many draws, and refused where data is short."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.domain.types import Certificate, Refusal
from service.learn.guarantee import HOLM_THRESHOLDS, THRESHOLDS, Method, again, certify, smallest_n, tail


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


def test_thresholds_go_from_strict_to_loose() -> None:
    """The order in which they are tested is part of the proof."""
    assert list(THRESHOLDS) == sorted(set(THRESHOLDS), reverse=True)


def test_a_refusal_counts_by_the_share_that_is_accepted() -> None:
    """45 of 100 could be automatic, 14 more are needed: 32 more have to be reviewed for that."""
    confidence = np.concatenate([np.full(45, 0.99), np.zeros(55)])
    refusal = certify(confidence, np.ones(100, dtype=bool), 0.05, 0.05)
    assert isinstance(refusal, Refusal)
    assert refusal.more == 32
    assert refusal.why.startswith("45 of 59 calibration cases that could be decided automatically")
    assert "review at least 32 more (45 of 100 could so far)" in refusal.why


def test_a_refusal_reckons_with_what_the_next_try_may_use() -> None:
    """The same cases and more are a further use of them, tested at less of delta: so many it takes then."""
    refusal = certify(np.full(45, 0.99), np.ones(45, dtype=bool), 0.05, 0.1, level=0.05, later=0.1 / 6)
    assert isinstance(refusal, Refusal)
    assert (refusal.accepted, refusal.needed) == (45, 59)
    assert refusal.more == smallest_n(0.05, 0.1 / 6) - 45
    assert refusal.why.endswith(f"review at least {refusal.more} more, the next try is tested more strictly")
    enough = certify(np.full(45 + refusal.more, 0.99), np.ones(45 + refusal.more, dtype=bool), 0.05, 0.1, level=0.1 / 6)
    assert isinstance(enough, Certificate)


def test_a_refusal_says_when_more_cases_will_not_help() -> None:
    """A classifier that errs too often is not mended by cases; nor is one that gates never let decide."""
    half = certify(np.full(400, 0.9), np.arange(400) % 2 == 0, 0.05, 0.05)
    assert isinstance(half, Refusal)
    assert half.more is None
    assert "more cases alone will not help" in half.why
    almost = certify(np.full(201, 0.99), np.arange(201) >= 6, 0.03, 0.05)
    assert isinstance(almost, Refusal)
    assert almost.more is not None
    assert f"will hardly help, it errs almost too often (it would take {almost.more:,} of them" in almost.why
    held = certify(np.zeros(400), np.zeros(400, dtype=bool), 0.05, 0.05)
    assert isinstance(held, Refusal)
    assert held.more is None
    assert held.why.startswith("0 of 59: none of the 400 calibration cases")


def test_a_part_of_delta_is_a_stricter_test() -> None:
    """What passes with all of delta may fail with the part that a later model gets; both say what was asked."""
    confidence, correct = np.full(59, 0.99), np.ones(59, dtype=bool)
    whole = certify(confidence, correct, 0.05, 0.05)
    part = certify(confidence, correct, 0.05, 0.05, level=0.025)
    assert isinstance(whole, Certificate)
    assert isinstance(part, Refusal)
    assert (part.delta, part.level, part.needed) == (0.05, 0.025, 72)
    assert whole.level is None


def overconfident(rng: np.random.Generator, cases: int) -> tuple[np.ndarray, np.ndarray]:
    confidence = 1 - rng.beta(0.5, 4.0, cases)
    return confidence, rng.uniform(size=cases) < confidence**1.4


def test_holm_is_stricter_and_needs_no_order() -> None:
    """On confidences that rank it grants less; where they do not rank at all it keeps its promise."""
    rng = np.random.default_rng(3)
    fixed = holm = 0.0
    for _ in range(30):
        confidence, correct = overconfident(rng, 1500)
        granted = [certify(confidence, correct, 0.02, 0.1, method=method) for method in Method]
        shares = [one.coverage if isinstance(one, Certificate) else 0.0 for one in granted]
        fixed, holm = fixed + shares[0], holm + shares[1]
        assert not isinstance(granted[1], Certificate) or granted[1].threshold in HOLM_THRESHOLDS
    assert fixed > holm > 0


@pytest.mark.parametrize("method", list(Method))
def test_promise_is_kept_where_confidence_ranks_nothing(method: Method) -> None:
    """The same error rate at every confidence, just above alpha: it is certified in at most a share delta of draws."""
    rng, draws, delta = np.random.default_rng(11), 300, 0.1
    broken = 0
    for _ in range(draws):
        confidence = rng.uniform(0.3, 1.0, 600)
        answer = certify(confidence, rng.uniform(size=600) >= 0.055, 0.05, delta, method=method)
        broken += isinstance(answer, Certificate)
    assert broken / draws <= delta + 3 * math.sqrt(delta * (1 - delta) / draws)


def test_many_models_on_the_same_cases_keep_all_their_promises() -> None:
    """Twelve models are tried on one sample, the k-th at delta / (k (k + 1)): in at most a share delta of samples does
    any of them break its promise. Each tried at the whole delta would in far more."""
    from service.learn.binomial import spent

    rng, samples, delta, alpha = np.random.default_rng(5), 100, 0.1, 0.05
    careful = careless = 0
    for _ in range(samples):
        tries = [rng.uniform(size=400) >= 0.053 for _ in range(12)]  # each errs more often than promised
        sure = np.full(400, 0.99)
        careful += any(
            isinstance(certify(sure, one, alpha, delta, level=spent(delta, k)), Certificate)
            for k, one in enumerate(tries, 1)
        )
        careless += any(isinstance(certify(sure, one, alpha, delta), Certificate) for one in tries)
    noise = 3 * math.sqrt(delta * (1 - delta) / samples)
    assert careful / samples <= delta + noise
    assert careless / samples > 2 * delta


def test_a_certificate_is_tried_again_at_its_own_threshold() -> None:
    """Nothing looser is granted; the counts are those of today, and one error too many is a refusal."""
    confidence, correct = np.full(200, 0.8), np.ones(200, dtype=bool)
    granted = Certificate(0.05, 0.1, 200, 150, 0, threshold=0.7, sample="s", level=0.05, use=1)
    held = again(confidence, correct, np.zeros(200, dtype=int), granted)
    assert isinstance(held, Certificate)
    assert (held.threshold, held.accepted, held.errors) == (0.7, 200, 0)
    tolerated = 4  # of 200 at 5 %, with half of delta spent
    assert tail(tolerated, 200, 0.05) <= 0.05 < tail(tolerated + 1, 200, 0.05)
    correct[:tolerated] = False
    assert isinstance(again(confidence, correct, np.zeros(200, dtype=int), granted), Certificate)
    correct[tolerated] = False
    failed = again(confidence, correct, np.zeros(200, dtype=int), granted)
    assert isinstance(failed, Refusal)
    assert (failed.level, failed.use, failed.sample) == (0.05, 1, "s")
    assert "5 of the 200 calibration cases decided automatically are wrong, at most 4 may be" in failed.why
