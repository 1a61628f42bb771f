"""The forecast of a backlog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.usecases.team import will_be_late

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _dues(*hours: float) -> list[datetime]:
    return [NOW + timedelta(hours=each) for each in hours]


def test_what_is_reached_in_time_is_not_late() -> None:
    """Two an hour, the first due first: the fourth is done after two hours."""
    assert will_be_late(_dues(1, 1, 2, 2), 2.0, NOW) == 0
    assert will_be_late(_dues(1, 1, 1, 2), 2.0, NOW) == 1


def test_what_is_overdue_is_late_at_any_pace() -> None:
    """Time does not run back."""
    assert will_be_late(_dues(-1, -0.1, 50), 1_000.0, NOW) == 2


def test_without_a_pace_everything_due_within_a_day_is_late() -> None:
    """Nobody decides: only what is due later has a chance still."""
    assert will_be_late(_dues(1, 23, 25), 0.0, NOW) == 2
