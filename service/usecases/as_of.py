"""A past or coming moment as people say it: a day, or an instant."""

from __future__ import annotations

from datetime import UTC, datetime, time

from service.domain.answer import timestamp
from service.errors import FieldProblem, InvalidRequest


def as_of(said: str | None, now: datetime) -> datetime | None:
    """The moment meant, or None for "now".

    A day alone means its end, because who asks what was approved on 3 March means that day as well; today means now,
    so that what takes effect later today is not taken for granted. Without a zone it is UTC. InvalidRequest for what
    is no date.
    """
    if said is None or not said.strip():
        return None
    try:
        read = datetime.fromisoformat(said.strip())
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        problem = FieldProblem("as_of", "is not a date", "write it as in 2026-03-03 or 2026-03-03T09:00:00Z")
        raise InvalidRequest(f"as_of: {problem.message}", remedy=problem.remedy, problems=(problem,)) from error
    if len(said.strip()) <= len("2026-03-03"):
        end = datetime.combine(read.date(), time.max, UTC)
        return min(end, now) if read.date() == now.date() else end
    return moment


def too_early(moment: datetime, first: datetime | None) -> list[str]:
    """Why nothing is found as of a moment: that it lies before the `first` approval, or that there was none."""
    if first is None:
        return ["Nothing that you may see has been approved here yet."]
    if moment < first:
        return [f"Nothing that you may see was approved here before {timestamp(first)}: ask as of a later moment."]
    return []
