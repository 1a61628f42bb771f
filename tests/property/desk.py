"""A desk with cases, a clock that is put forward by hand, and people: on any database, through the real use cases."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.review_queue import POLICY, QUEUE, make_queue, opened
from service.domain.access import ROLES, Principal
from service.domain.case_order import rank_at
from service.domain.types import PriorityPolicy
from service.store import case_events, cases, decisions, payloads, reviews
from service.store.engine import Connection, Row
from service.store.tables import case_skips
from service.store.tables import cases as table
from service.usecases.house import House
from service.usecases.manage_keys import create

#: Decisions can be undone for a while, and one in two goes to a second person.
_EVERYTHING = POLICY.replace("lease_minutes: 15", "lease_minutes: 15, undo_seconds: 20, second_review: 0.5")
_BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)

TEAM = tuple(Principal(f"key_{name}", name, ROLES["reviewer"]) for name in ("ann", "ben", "cyd"))
LEAD = Principal("key_lea", "lea", ROLES["lead"])
#: People who skipped nothing and said nothing yet: they clear what is left.
FRESH = tuple(Principal(f"key_{name}", name, ROLES["reviewer"]) for name in ("fay", "gus", "hal"))


class Desk:
    """Opened once for many stories; each has a queue of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.now = _BEGIN
        self.second = False  #: whether the next decision that goes out is drawn for a second person
        self.steps = 0
        self._url, self._home = url, home
        self._numbers = itertools.count(1)
        self._open = contextlib.ExitStack()
        make_queue(url, 0, policy=_EVERYTHING, now=_BEGIN)
        self.house = self._opened()
        for person in TEAM:
            create(self.house, "tests", name=person.name, role="reviewer")

    def close(self) -> None:
        self._open.close()

    def restart(self) -> None:
        """All that is not in the database is gone."""
        self._open.close()
        self.house = self._opened()

    def new_queue(self, count: int) -> tuple[str, list[str]]:
        """A queue's name, and the cases that wait in it."""
        queue = f"queue-{next(self._numbers)}"
        return queue, self.house.store.commit(
            lambda connection: [self._add(connection, queue, n) for n in range(count)]
        )

    def look(self, queue: str) -> dict[str, Row[Any]]:
        """Every case of a queue as it stands, by id."""
        with self.house.store.read() as connection:
            return {row.id: row for row in connection.execute(sa.select(table).where(table.c.queue == queue))}

    def all_of(self, case: str) -> tuple[Any, ...]:
        """Everything that acting on a case could write."""
        with self.house.store.read() as connection:
            row = cases.get(connection, case)
            assert row is not None
            return (
                tuple(row),
                [tuple(each) for each in reviews.of_case(connection, case)],
                [tuple(each) for each in case_events.of(connection, case)],
                [tuple(each) for each in cases.passed_over(connection, case)],
                tuple(decisions.get(connection, row.decision) or ()),
            )

    def opinions(self, case: str) -> list[Row[Any]]:
        with self.house.store.read() as connection:
            return reviews.of_case(connection, case)

    def decision(self, decision_id: str) -> Row[Any]:
        with self.house.store.read() as connection:
            row = decisions.get(connection, decision_id)
        assert row is not None
        return row

    def timeline(self, case: str) -> list[Row[Any]]:
        with self.house.store.read() as connection:
            return case_events.of(connection, case)

    def skipped(self, person: str) -> set[str]:
        with self.house.store.read() as connection:
            return set(connection.scalars(sa.select(case_skips.c.case).where(case_skips.c.person == person)))

    def _opened(self) -> House:
        house = self._open.enter_context(opened(self._url, self._home, lambda: self.now))
        return dataclasses.replace(house, draw=lambda: 0.0 if self.second else 0.9)

    def _add(self, connection: Connection, queue: str, number: int) -> str:
        """A request that was held, its decision, and the case."""
        case, decision, request, answer = (self.house.new_id(kind) for kind in ("case", "dec", "pay", "pay"))
        parts = ((request, "request", b'{"text": "Where is my card?"}'), (answer, "answer", b"{}"))
        payloads.add(connection, None, self.now, *parts)
        decisions.add(
            connection,
            {
                "id": decision, "workflow": QUEUE, "release": "rel_review", "principal": "caller", "groups": [],
                "document_sequence": 0, "created_at": self.now, "request": request, "answer": answer,
                "state": "waiting", "outcome": "review", "labels": [], "case": case,
            },
        )  # fmt: skip
        due, priority = self.now + timedelta(hours=24), 40 * (number % 2)
        cases.add(
            connection,
            {
                "id": case, "decision": decision, "workflow": QUEUE, "queue": queue, "kind": "held", "state": "queued",
                "priority": priority, "reasons": ["low_confidence"], "created_at": self.now, "due_at": due,
                "rank_at": rank_at(PriorityPolicy(), due, priority), "version": 1,
            },
        )  # fmt: skip
        return case
