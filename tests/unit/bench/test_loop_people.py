"""What is counted of requests that nobody learns from."""

from __future__ import annotations

from bench.loop_people import Share


def test_errors_are_of_what_was_decided_alone() -> None:
    """Not of all requests; and of nothing there is no error."""
    assert Share(200, 100, 4).automation == 0.5
    assert Share(200, 100, 4).error == 0.04
    assert Share(200, 0, 0).error is None
