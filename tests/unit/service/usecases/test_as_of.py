"""Moments as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.errors import InvalidRequest
from service.usecases.as_of import as_of, too_early

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said, meant",
    [
        (None, None),
        ("  ", None),
        ("2026-03-03", datetime(2026, 3, 3, 23, 59, 59, 999_999, UTC)),
        ("20260303", datetime(2026, 3, 3, 23, 59, 59, 999_999, UTC)),
        ("2026-11-21", NOW),
        ("2027-01-01", datetime(2027, 1, 1, 23, 59, 59, 999_999, UTC)),
        ("2026-03-03T08:30", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ("2026-03-03T08:30:00+02:00", datetime(2026, 3, 3, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_day_means_its_end_and_today_means_now(said: str | None, meant: datetime | None) -> None:
    """What was approved in the morning of a day counts for that day; the rest of today has not happened."""
    assert as_of(said, NOW) == meant


@pytest.mark.parametrize("said", ["yesterday", "03.03.2026", "2026-02-30", "2026-03-03T25:00"])
def test_what_is_no_date_is_refused_with_an_example(said: str) -> None:
    """The field is named."""
    with pytest.raises(InvalidRequest) as caught:
        as_of(said, NOW)
    assert caught.value.problems[0].field == "as_of"
    assert "2026-03-03" in caught.value.problems[0].remedy


def test_a_moment_that_no_calendar_has_in_utc_is_refused() -> None:
    """The first hours of the year 1, east of Greenwich."""
    with pytest.raises(InvalidRequest, match="is not a date"):
        as_of("0001-01-01T00:00+14:00", NOW)


def test_why_there_is_nothing_before_the_first_approval() -> None:
    """With its moment; from then on there is nothing to be said."""
    day = timedelta(days=1)
    assert too_early(NOW - day, NOW) == [
        "Nothing that you may see was approved here before 2026-11-21T09:00:00.000Z: ask as of a later moment."
    ]
    assert too_early(NOW, NOW) == too_early(NOW + day, NOW) == []
    assert too_early(NOW, None) == ["Nothing that you may see has been approved here yet."]
