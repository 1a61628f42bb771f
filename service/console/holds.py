"""How long a hold lasts, as the forms of the console say it. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.errors import FieldProblem, InvalidRequest

#: How long a hold lasts, by what the form calls it.
HOLDS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "1w": timedelta(days=7)}


def hold_end(now: datetime, lasting: str, until: str) -> datetime:
    """By one of the usual spans, or as the field for a date and time sends it: in UTC, as everywhere in the console."""
    if lasting in HOLDS:
        return now + HOLDS[lasting]
    try:
        return datetime.fromisoformat(until).replace(tzinfo=UTC)
    except ValueError:
        problem = FieldProblem("until", "is no date and time", "choose how long, or a date and a time")
        raise InvalidRequest("Something is missing.", problems=(problem,)) from None
