"""The alarm about the live error is right however often one looks; the interval of a look is not, and is not it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from service.learn.binomial import spent
from service.learn.intervals import at_least, clopper_pearson
from service.usecases.live_error import FALSE_ALARM

ALPHA, LOOKS, A_LOOK, STREAMS = 0.05, 90, 7, 1_000


def streams(error: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.bool_]:
    """So many workflows' checked decisions in their order, each wrong or not."""
    return np.random.default_rng(seed).uniform(size=(STREAMS, LOOKS * A_LOOK)) < error


@cache
def alarmed(look: int, wrong: int, checked: int) -> bool:
    return at_least(wrong, checked, spent(FALSE_ALARM, look)) > ALPHA


@cache
def left_behind(wrong: int, checked: int) -> bool:
    """By the interval of one look."""
    return clopper_pearson(wrong, checked)[0] > ALPHA


def looks(stream: npt.NDArray[np.bool_], back: int) -> Iterator[tuple[int, int, int]]:
    """A look a day at the checks of so many days: its number, how many are wrong, of how many."""
    for look in range(1, LOOKS + 1):
        seen = stream[max(0, look - back) * A_LOOK : look * A_LOOK]
        yield look, int(seen.sum()), len(seen)


@pytest.mark.parametrize("back", [LOOKS, 30])
def test_a_promise_that_is_just_kept_is_hardly_ever_called_broken(back: int) -> None:
    """A thousand workflows, a look a day at all there is or at thirty days: false alarms in at most 5 % of them, while
    the interval of a single look leaves the promise behind in far more."""
    alarms = naive = 0
    for stream in streams(np.full(LOOKS * A_LOOK, ALPHA), seed=back):
        alarms += any(alarmed(*seen) for seen in looks(stream, back))
        naive += any(left_behind(wrong, checked) for _, wrong, checked in looks(stream, back))
    assert alarms <= FALSE_ALARM * STREAMS
    assert naive > 2 * FALSE_ALARM * STREAMS, "then looking again and again would need no correction"


def test_a_promise_that_breaks_late_is_noticed() -> None:
    """After two quiet months the error is fourfold: nearly always told within the month that looks look back on."""
    error = np.repeat([ALPHA, 4 * ALPHA], [60 * A_LOOK, 30 * A_LOOK])
    noticed = sum(any(alarmed(*seen) for seen in looks(stream, 30)) for stream in streams(error, seed=1)[:200])
    assert noticed > 0.9 * 200


def test_the_share_at_the_least_is_the_exact_test_turned_round() -> None:
    """Above alpha exactly where so many wrong ones are too unlikely under alpha."""
    from scipy.stats import binom

    for wrong in range(1, 40):
        for level in (0.05, 1e-4, 1e-9):
            assert (at_least(wrong, 200, level) > ALPHA) == (binom.sf(wrong - 1, 200, ALPHA) < level)
    assert at_least(0, 200, 0.05) == at_least(0, 0, 0.05) == 0.0
