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
from service.store import attached, case_events, cases, decisions, payloads, reviews
from service.store.engine import Connection, Row
from service.store.tables import case_skips
from service.store.tables import cases as table
from service.store.tables import decisions as made
from service.store.tables_attached import attached as attachments
from service.usecases import attach_case
from service.usecases.house import House
from service.usecases.manage_keys import create

#: Decisions can be undone for a while, and one in two goes to a second person.
_EVERYTHING = POLICY.replace("lease_minutes: 15", "lease_minutes: 15, undo_seconds: 20, second_review: 0.5")
_BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)

TEAM = tuple(Principal(f"key_{name}", name, ROLES["reviewer"]) for name in ("ann", "ben", "cyd"))
LEAD = Principal("key_lea", "lea", ROLES["lead"])
CALLER = Principal("key_caller", "caller", ROLES["caller"])
#: People who skipped nothing and said nothing yet: they clear what is left.
FRESH = tuple(Principal(f"key_{name}", name, ROLES["reviewer"]) for name in ("fay", "gus", "hal"))


_COUNT = sa.select(sa.func.count()).where(table.c.queue == sa.bindparam("queue"))
_TOGETHER = 3  # requests that say the same, beside the first, are decided with it


class Desk:
    """Opened once for many stories; each has a queue of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.now = _BEGIN
        self.second = False  #: whether the next decision that goes out is drawn for a second person
        self.steps = 0
        self.kind = sa.make_url(url).get_backend_name()
        self._url, self._home = url, home
        self._numbers = itertools.count(1)
        self._stack = contextlib.ExitStack()
        make_queue(url, 0, policy=_EVERYTHING, now=_BEGIN)
        self.house = self._opened()
        for person in TEAM:
            create(self.house, "tests", name=person.name, role="reviewer")

    def close(self) -> None:
        self._stack.close()

    def restart(self) -> None:
        """All that is not in the database is gone."""
        self._stack.close()
        self.house = self._opened()

    def new_queue(self, count: int) -> tuple[str, list[str]]:
        """A queue's name, and the cases that wait in it."""
        queue = f"queue-{next(self._numbers)}"
        return queue, self.house.store.commit(
            lambda connection: [self._open(connection, queue, self._held(connection)) for _ in range(count)]
        )

    def come_in(self, queue: str) -> tuple[str, str, bool]:
        """One more request that is held and says what all of them say: its decision, the case that settles it, and
        whether that was there before."""

        def work(connection: Connection) -> tuple[str, str, bool]:
            decision, case = self._held(connection), attach_case.joined(connection, queue, _TOGETHER)
            if case is None:
                return decision, self._open(connection, queue, decision), False
            decisions.lead_to(connection, decision, case.id)
            attach_case.attach(connection, self.house, case, decision, self.now)
            return decision, case.id, True

        return self.house.store.commit(work)

    def settles(self, queue: str) -> dict[str, list[Row[Any]]]:
        """The decisions, as they stand, that each case of a queue settles: its own and those attached to it."""
        found: dict[str, list[Row[Any]]] = {}
        mine = sa.select(table.c.id, table.c.decision).where(table.c.queue == queue)
        others = sa.select(attachments.c.case, attachments.c.decision).join(table, table.c.id == attachments.c.case)
        both = sa.union_all(mine, others.where(table.c.queue == queue)).subquery()
        query = sa.select(both.c.id.label("of_case"), made).join(made, made.c.id == both.c.decision)
        with self.house.store.read() as connection:
            for row in connection.execute(query.order_by(made.c.id)):
                found.setdefault(row.of_case, []).append(row)
        return found

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
                [tuple(each) for each in attached.of_case(connection, case)],
            )

    def opinions(self, case: str) -> list[Row[Any]]:
        with self.house.store.read() as connection:
            return reviews.of_case(connection, case)

    def timeline(self, case: str) -> list[Row[Any]]:
        with self.house.store.read() as connection:
            return case_events.of(connection, case)

    def skipped(self, person: str) -> set[str]:
        with self.house.store.read() as connection:
            return set(connection.scalars(sa.select(case_skips.c.case).where(case_skips.c.person == person)))

    def _opened(self) -> House:
        house = self._stack.enter_context(opened(self._url, self._home, lambda: self.now))
        return dataclasses.replace(house, draw=lambda: 0.0 if self.second else 0.9, new_id=self._new_id)

    def _new_id(self, kind: str) -> str:
        """In the order of their making, whatever the clock says: the same story goes the same way again."""
        return f"{kind}_{next(self._numbers):026}"

    def _held(self, connection: Connection) -> str:
        """A request that was held: its decision."""
        decision, request, answer = (self.house.new_id(kind) for kind in ("dec", "pay", "pay"))
        parts = ((request, "request", b'{"text": "Where is my card?"}'), (answer, "answer", b"{}"))
        payloads.add(connection, None, self.now, *parts)
        decisions.add(
            connection,
            {
                "id": decision, "workflow": QUEUE, "release": "rel_review", "principal": "caller", "groups": [],
                "document_sequence": 0, "created_at": self.now, "request": request, "answer": answer,
                "state": "waiting", "outcome": "review", "labels": [],
            },
        )  # fmt: skip
        return decision

    def _open(self, connection: Connection, queue: str, decision: str) -> str:
        """A case of its own for it; more that say the same may join."""
        case, number = self.house.new_id("case"), connection.scalar(_COUNT, {"queue": queue}) or 0
        due, priority = self.now + timedelta(hours=24), 40 * (number % 2)
        cases.add(
            connection,
            {
                "id": case, "decision": decision, "workflow": QUEUE, "queue": queue, "kind": "held", "state": "queued",
                "priority": priority, "reasons": ["low_confidence"], "created_at": self.now, "due_at": due,
                "rank_at": rank_at(PriorityPolicy(), due, priority), "likeness": queue, "version": 1,
            },
        )  # fmt: skip
        decisions.lead_to(connection, decision, case)
        return case
