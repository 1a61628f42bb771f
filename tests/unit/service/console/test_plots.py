"""Plots are plain geometry within their frame."""

from __future__ import annotations

import pytest

from service.console.plots import HEIGHT, WIDTH, Scale, percent, round_up


def test_figures_come_to_lie_within_the_frame():
    """Also those beyond the axis: they are drawn at its end."""
    scale = Scale(most_x=0.5, most_y=0.1)
    assert scale.x(0) < scale.x(0.25) < scale.x(0.5) == scale.x(7) <= WIDTH
    assert HEIGHT >= scale.y(-1) == scale.y(0) > scale.y(0.05) > scale.y(0.1) == scale.y(3) >= 0


def test_a_bar_stands_on_the_axis():
    """From its value down."""
    scale = Scale()
    bar = scale.bar(0.2, 0.4, 0.5, "half")
    assert bar.y + bar.height == pytest.approx(scale.y(0))
    assert scale.x(0.2) < bar.x < bar.x + bar.width < scale.x(0.4)


@pytest.mark.parametrize("value, end", [(0.0004, 0.001), (0.011, 0.02), (0.05, 0.05), (0.06, 0.1), (3.0, 1.0)])
def test_an_axis_ends_at_a_round_figure(value, end):
    """The next 1, 2 or 5; never above all there is."""
    assert round_up(value) == pytest.approx(end)


def test_a_share_has_the_digits_it_needs():
    """So that half a percent is not none."""
    assert [percent(share) for share in (0.5, 0.005, 0.075)] == ["50 %", "0.5 %", "7.5 %"]
