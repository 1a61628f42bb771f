"""What more labels would bring."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.pilot.curve import Measured, forecast


def point(examples: int, share: float, seed: int = 0) -> Measured:
    """Of 2,000 requests, that share is right and sure; the rest is wrong and unsure."""
    right = np.random.default_rng(seed).random(2_000) < share
    return Measured(examples, np.where(right, 0.9, 0.1), right)


def test_a_power_law_is_drawn_on() -> None:
    """What is left to people halves whenever the examples are four times as many: so it goes on."""
    points = [point(n, 1 - 0.4 * (n / 100) ** -0.5) for n in (100, 400, 1_600)]
    near, far = forecast(points, (1_600, 4_800), 0.0001)
    assert near.share.value == pytest.approx(1 - 0.4 * 32**-0.5, abs=0.02)
    assert far.share.value == pytest.approx(0.95, abs=0.02)
    assert near.share.low <= near.share.value <= near.share.high
    assert far.share.value > near.share.value


def test_a_curve_that_falls_forecasts_no_loss() -> None:
    """More labels of the same kind never make the forecast worse than what is there."""
    points = [point(100, 0.8), point(400, 0.7), point(1_600, 0.6)]
    (only,) = forecast(points, (500,), 0.0001)
    assert only.share.value == pytest.approx(0.6, abs=0.03)


def test_two_points_are_no_curve() -> None:
    """Rather no forecast than one from nothing."""
    assert forecast([point(100, 0.5), point(400, 0.6)], (500,), 0.05) == ()
