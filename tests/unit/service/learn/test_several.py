"""From logits to a judgement."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.calibrate import expected_calibration_error, sigmoid
from service.learn.several import SHOWN, OneLabel, SeveralLabels, calibration_from_json

LABELS = ("a", "b", "c", "d")


def held_out(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits twice too large; a label that comes with its neighbour more often than by chance."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(scale=2, size=(n, 1))
    honest = rng.normal(scale=2, size=(n, 4)) + np.hstack([shared, shared, -shared, -shared])
    noise = np.repeat(rng.uniform(size=(n, 1)), 4, axis=1)  # what is unlikely of one label is so of all
    return 2 * honest, noise < sigmoid(honest)


def test_chosen_are_the_likely_labels_and_the_set_has_one_confidence() -> None:
    """Labels of at least one half; the margin is how far the nearest label lies from it."""
    calibration = SeveralLabels(temperature=2.0, slope=1.0, offset=0.0)
    judged = calibration.judgement(LABELS, np.array([4.0, -6.0, 1.0, -4.0]), 3.0, 2.0)
    chances = sigmoid(np.array([2.0, 0.5, -2.0, -3.0]))
    assert judged.chosen == ("a", "c")
    assert [scored.label for scored in judged.scores] == ["a", "c", "d", "b"]
    assert [scored.probability for scored in judged.scores] == pytest.approx(chances)
    assert judged.confidence == pytest.approx(np.prod(np.maximum(chances, 1 - chances)))
    assert judged.margin == pytest.approx(2 * chances[1] - 1)
    assert judged.in_domain
    assert judged.energy == 3.0


def test_no_label_may_be_likely() -> None:
    """None of these: nothing is chosen, and the confidence is that of the empty set."""
    judged = SeveralLabels(1.0, 1.0, 0.0).judgement(LABELS, np.full(4, -5.0), 0.0, 1.0)
    assert judged.chosen == ()
    assert judged.confidence > 0.95
    assert not judged.in_domain


def test_every_chosen_label_is_shown() -> None:
    """Also when there are more than are usually shown."""
    labels = tuple(f"l{place:02}" for place in range(20))
    judged = SeveralLabels(1.0, 1.0, 0.0).judgement(labels, np.linspace(1, 3, 20), 0.0, 0.0)
    assert len(judged.chosen) == len(judged.scores) == 20
    few = SeveralLabels(1.0, 1.0, 0.0).judgement(labels, np.linspace(-3, -1, 20), 0.0, 0.0)
    assert len(few.scores) == SHOWN


def test_confidence_of_the_set_means_what_it_says() -> None:
    """Fitted on some, right on others, though the labels depend on each other."""
    logits, truth = held_out(4000, 1)
    fitted = SeveralLabels.fit(logits, truth, temperature=2.0)
    logits, truth = held_out(4000, 2)
    correct = ((fitted.probabilities(logits) >= 0.5) == truth).all(axis=1)
    naive = SeveralLabels(2.0, 1.0, 0.0).confidences(logits)
    assert expected_calibration_error(naive, correct) > 0.05
    assert expected_calibration_error(fitted.confidences(logits), correct) < 0.03


def test_both_are_read_back() -> None:
    """From what is stored, the same; anything else is refused."""
    for calibration in (OneLabel(0.6), SeveralLabels(0.6, 1.5, -0.2)):
        assert calibration_from_json(calibration.to_json()) == calibration
    with pytest.raises(ValueError, match="'three' labels"):
        calibration_from_json({"labels_per_request": "three"})


@pytest.mark.parametrize(
    "figures", [(0.0, 1.0, 0.0), (1.0, -1.0, 0.0), (1.0, float("inf"), 0.0), (1.0, 1.0, float("nan"))]
)
def test_figures_that_are_none_are_refused(figures: tuple[float, float, float]) -> None:
    """A confidence that rises where the head is less sure would be worse than none."""
    with pytest.raises(ValueError, match=r"finite"):
        SeveralLabels(*figures)
