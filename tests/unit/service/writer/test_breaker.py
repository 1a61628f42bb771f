"""A language model that fails is left alone for a while."""

from __future__ import annotations

from service.writer.breaker import Breaker


def test_it_opens_after_three_failures_and_lets_one_try():
    """And opens for longer each time that the trial fails."""
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(2):
        breaker.failed()
        assert not breaker.open()
    breaker.failed()
    assert breaker.open()
    now[0] = 15.0
    assert [breaker.open(), breaker.open()] == [False, True]  # one may try, the next one is told to wait
    breaker.failed()
    now[0] += 29.0
    assert breaker.open()
    now[0] += 1.0
    assert not breaker.open()


def test_success_closes_it():
    """From then on three failures are needed again."""
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(3):
        breaker.failed()
    now[0] = 15.0
    assert not breaker.open()
    breaker.worked()
    breaker.failed()
    assert not breaker.open()


def test_it_never_waits_longer_than_ten_minutes():
    """However often it failed."""
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(50):
        breaker.failed()
    now[0] = 600.0
    assert not breaker.open()
