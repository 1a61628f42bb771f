from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.bert import Array
from index.integers import ROW_FLOOR, ROW_REACH, ROW_ZERO, WEIGHT_LIMIT, columns, fixed


def drawn(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@given(st.integers(0, 50), st.floats(1e-3, 1e3))
def test_weights_come_back_within_half_a_step(seed: int, size: float) -> None:
    """Each column's integers times its scale are the weights, to half a step of that column."""
    weight = drawn(seed, 24, 8) * np.float32(size)
    found = columns(weight)
    assert np.abs(found.integers).max() <= WEIGHT_LIMIT
    assert (np.abs(found.integers * found.scales - weight) <= found.scales * 0.5001).all()


def test_a_column_of_noughts_stays_nought() -> None:
    """Nothing is divided by nought."""
    found = columns(np.zeros((4, 2), np.float32))
    assert not found.integers.any()
    assert np.isfinite(found.scales).all()


def test_products_of_seven_bits_never_overflow_sixteen() -> None:
    """The reason for seven bits: two products of a byte and a weight fit into 16 bits, the sum at its largest."""
    assert np.iinfo(np.int16).max >= 2 * 255 * WEIGHT_LIMIT
    assert np.iinfo(np.int16).max < 2 * 255 * 127


def test_moving_range_into_the_weights_changes_no_product() -> None:
    """Channels divided by their shares, weights multiplied by them: the same product, and everything fits a byte."""
    x, weight = drawn(1, 40, 16), drawn(2, 16, 8)
    x[0, 3] = 60  # one channel far out at one token
    by = fixed(np.abs(x).max(axis=0), [weight])
    np.testing.assert_allclose((x / by.shares) @ (weight * by.shares[:, None]), x @ weight, rtol=1e-4, atol=1e-3)
    assert np.abs(x / by.shares).max() / by.scale <= 127.001


def test_an_outlying_channel_costs_the_others_less() -> None:
    """With range moved, a byte tells the plain channels' values apart better than one scale for all does."""
    x, weight = drawn(1, 40, 16), drawn(2, 16, 8)
    x[0, 3] = 60
    by = fixed(np.abs(x).max(axis=0), [weight])
    plain = np.delete(np.arange(16), 3)
    rounded = np.rint(x / by.shares / by.scale) * by.scale * by.shares
    coarse = np.rint(x / (60 / 127)) * (60 / 127)
    assert np.abs(rounded - x)[:, plain].mean() < 0.5 * np.abs(coarse - x)[:, plain].mean()


def test_what_gelu_puts_out_fits_a_byte() -> None:
    """From GELU's least value to a row's largest, nothing is cut, however small the largest is."""
    for largest in (0.0, 0.5, ROW_FLOOR, 3.0, 30.0):
        scale = max(largest, ROW_FLOOR) / ROW_REACH
        assert round(-0.17 / scale) + ROW_ZERO >= 0
        assert round(largest / scale) + ROW_ZERO <= 255
