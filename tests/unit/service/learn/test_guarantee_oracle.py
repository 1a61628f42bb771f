"""Another implementation of Learn then Test is asked what ours is asked: MAPIE, which serves nothing here but this."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from service.domain.types import Certificate
from service.learn.guarantee import HOLM_THRESHOLDS, THRESHOLDS, Method, certify, tail

control: Any = pytest.importorskip("mapie.risk_control")


def theirs(
    confidence: np.ndarray, correct: np.ndarray, alpha: float, delta: float, thresholds: tuple[float, ...], method: str
) -> Any:
    """Precision of what is accepted: "the answer is right" is the positive class."""
    controller = control.BinaryClassificationController(
        predict_function=lambda cases: np.column_stack((1 - cases[:, 0], cases[:, 0])),
        risk="precision",
        target_level=1 - alpha,
        confidence_level=1 - delta,
        best_predict_param_choice="recall",
        list_predict_params=np.array(thresholds),
        fwer_method=method,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where nothing is granted; we look at that ourselves
        return controller.calibrate(confidence[:, None], correct.astype(int))


def drawn(seed: int, cases: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    confidence = 1 - rng.beta(0.5, 4.0, cases)
    return confidence, rng.uniform(size=cases) < confidence**1.4


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("alpha", [0.01, 0.02, 0.05, 0.1])
def test_p_values_agree(seed: int, alpha: float) -> None:
    """At every threshold; theirs may count an error more because of rounding, and is then the more careful one."""
    confidence, correct = drawn(seed)
    found = theirs(confidence, correct, alpha, 0.1, THRESHOLDS, "bonferroni")
    same = 0
    for threshold, p in zip(THRESHOLDS, np.ravel(found.p_values), strict=True):
        accepted = confidence >= threshold
        errors, count = int((~correct[accepted]).sum()), int(accepted.sum())
        ours = tail(errors, count, alpha)
        assert ours - 1e-12 <= p <= tail(errors + 1, count, alpha) + 1e-12
        same += p == pytest.approx(ours, abs=1e-12)
    assert same > len(THRESHOLDS) / 3


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("alpha", [0.02, 0.05])
def test_holm_grants_what_theirs_grants(seed: int, alpha: float) -> None:
    """The same loosest threshold, or one a little looser where rounding cost theirs an error."""
    confidence, correct = drawn(seed)
    found = theirs(confidence, correct, alpha, 0.1, HOLM_THRESHOLDS, "bonferroni_holm")
    ours = certify(confidence, correct, alpha, 0.1, method=Method.HOLM)
    granted = np.ravel(found.valid_predict_params)
    if len(granted):
        assert isinstance(ours, Certificate)
        assert ours.threshold <= granted.min()
        assert HOLM_THRESHOLDS.index(ours.threshold) - HOLM_THRESHOLDS.index(granted.min()) <= 2


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("alpha", [0.02, 0.05])
def test_a_fixed_sequence_from_the_same_start_ends_alike(seed: int, alpha: float) -> None:
    """At the same threshold, or where theirs fails only because rounding costs it an error."""
    confidence, correct = drawn(seed)
    ours = certify(confidence, correct, alpha, 0.1, start=0.97)
    start = THRESHOLDS.index(0.97)
    found = theirs(confidence, correct, alpha, 0.1, THRESHOLDS[start:], "fixed_sequence")
    granted = np.ravel(found.valid_predict_params)
    if len(granted):
        assert isinstance(ours, Certificate)
        assert ours.threshold <= granted.min()
        if ours.threshold < granted.min():
            accepted = confidence >= THRESHOLDS[THRESHOLDS.index(granted.min()) + 1]
            assert tail(int((~correct[accepted]).sum()) + 1, int(accepted.sum()), alpha) > 0.1
