from __future__ import annotations

from rules.origins import Origins


def test_kept_stretches_map_one_for_one():
    """Characters that were kept lead back to their own places."""
    origins = Origins()
    origins.keep(5, 10)
    assert origins.length == 5
    assert origins.span(1, 3) == (6, 8)


def test_a_stretch_that_stands_for_a_range_gives_the_whole_range():
    """Two characters made from three lead back to all three, from either side."""
    origins = Origins()
    origins.keep(0, 2)
    origins.stand_for(2, 2, 5)
    origins.keep(5, 6)
    assert [origins.span(place, place + 1) for place in range(5)] == [(0, 1), (1, 2), (2, 5), (2, 5), (5, 6)]
    assert origins.span(1, 4) == (1, 5)


def test_empty_stretches_leave_no_trace():
    """Nothing kept and nothing made adds nothing."""
    origins = Origins()
    origins.keep(3, 3)
    origins.stand_for(0, 0, 9)
    assert origins.length == 0
