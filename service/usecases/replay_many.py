"""Make the decisions of a time again, all of them: on their own releases, to prove that they come out as they did, or
on a candidate, to see what it would change. Several at a time; nothing is recorded but the counts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from service.domain.answer import timestamp
from service.errors import FieldProblem, InvalidRequest, ServiceError
from service.store import past as store
from service.store.engine import Row
from service.store.past import Span
from service.usecases.ask import find_pointer
from service.usecases.house import House
from service.usecases.past_decision import read_past
from service.usecases.progress import Progress, silent
from service.usecases.replay_decision import Replayed, candidate, replayed
from service.usecases.shelf import OpenRelease

PAGE = 200
_EXAMPLES = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Which:
    """The decisions of a workflow from a moment on and before another one, and the candidate; empty: their own."""

    workflow: str
    since: datetime
    until: datetime  #: exclusive
    release: str = ""

    def check(self) -> None:
        """InvalidRequest when no time passes."""
        if self.since >= self.until:
            problem = FieldProblem("until", "is not after `since`", "leave it out: it is now then")
            raise InvalidRequest(f"until: {problem.message}", remedy=problem.remedy, problems=(problem,))

    def as_dict(self) -> dict[str, Any]:
        moments = {"since": self.since, "until": self.until}
        told = {name: at.isoformat(timespec="microseconds") for name, at in moments.items()}
        return {"workflow": self.workflow, **told, "release": self.release}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Which:
        moments = {name: datetime.fromisoformat(said[name]) for name in ("since", "until")}
        return cls(**{**said, **moments})


@dataclass(slots=True)
class _Found:
    decisions: int = 0
    identical: int = 0
    changed: int = 0
    erased: int = 0
    failed: Counter[str] = field(default_factory=Counter)  #: what could not be made again, by what is in the way
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    members: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)


def replay_many(
    house: House, which: Which, *, progress: Progress = silent, page: int = PAGE, threads: int | None = None
) -> dict[str, Any]:
    """Counts of what came out `identical` to the byte, otherwise but to the same effect, or `changed`; the first
    differences as `examples`, in ids and numbers.

    `page` is how many are read at once, `threads` how many are made at once (None: as many as decide). InvalidRequest
    for a workflow that there is not, NotFound and Conflict for a release that is not the workflow's.
    """
    which.check()
    with house.store.read() as connection:
        find_pointer(connection, which.workflow)
        total = store.count(connection, Span(which.workflow, which.since, which.until))
    other = candidate(house, which.release, which.workflow) if which.release else None
    found = _Found()
    for made in _made(house, which, other, page, threads or house.settings.decision_threads):
        found.decisions += 1
        _count(found, made)
        progress("replaying", found.decisions, max(total, found.decisions))
    return {
        "workflow": which.workflow,
        "since": timestamp(which.since),
        "until": timestamp(which.until),
        "release": which.release or None,
        "decisions": found.decisions,
        "identical": found.identical,
        "different": found.decisions - found.identical - found.erased - found.failed.total(),
        "changed": found.changed,
        "erased": found.erased,
        "failed": dict(found.failed),
        "outcomes": [
            {"before": was, "after": now, "count": count}
            for (was, now), count in sorted(found.outcomes.items(), key=lambda each: (-each[1], each[0]))
        ],
        "members": dict(found.members.most_common()),
        "parts": dict(found.parts.most_common()),
        "examples": found.examples,
    }


def _made(
    house: House, which: Which, other: OpenRelease | None, page: int, threads: int
) -> Iterator[Replayed | str | None]:
    """Each decision made again, in order; None where it is erased, a word where it could not be made."""
    waiting: deque[Future[Replayed | str | None]] = deque()
    for row in _rows(house, Span(which.workflow, which.since, which.until), page):
        waiting.append(house.judges.submit(_again, house, row, other))
        if len(waiting) >= threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _rows(house: House, span: Span, page: int) -> Iterator[Row[Any]]:
    after = ""
    while True:
        with house.store.read() as connection:
            rows = store.page(connection, span, after, page)
        yield from rows
        if len(rows) < page:
            return
        after = rows[-1].id


def _again(house: House, row: Row[Any], other: OpenRelease | None) -> Replayed | str | None:
    try:
        with house.store.read() as connection:
            past = read_past(connection, row)
        return None if past is None else replayed(house, past, other)
    except ServiceError as error:
        log.warning("not_replayed", decision=row.id, error=error.code)
        return error.code


def _count(found: _Found, made: Replayed | str | None) -> None:
    if made is None:
        found.erased += 1
    elif isinstance(made, str):
        found.failed[made] += 1
    elif made.identical:
        found.identical += 1
    else:
        _count_difference(found, made)


def _count_difference(found: _Found, made: Replayed) -> None:
    changes = made.changes
    found.changed += made.changed
    found.members.update(each["member"] for each in changes)
    if made.changed:
        found.outcomes[made.before["outcome"], made.after["outcome"]] += 1
        found.parts.update(made.parts)
    if (made.changed or made.own) and len(found.examples) < _EXAMPLES:
        found.examples.append({"decision": made.past.id, "release": made.release, "changes": changes})
