"""A queue of cases as large as wanted, in a real database, with the use cases that work on it.

The cases are written by the database itself, each with its decision and request, as thousands of requests would have
left them: some urgent, some put aside, some handed over. What is done to them afterwards goes through the use cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.domain.case import CaseState
from service.domain.types import PriorityPolicy
from service.settings import Settings
from service.store import artefacts, pointers
from service.store.engine import Connection, open_store
from service.store.migrate import migrate
from service.store.tables import case_reasons, case_skips, cases, decisions, payloads
from service.usecases.house import House, furnish

QUEUE: Final = "review"
POLICY: Final = """
workflow: review
packs: [review]
collections: [review]
labels:
  - {id: card, title: Card, outcome: allow}
  - {id: fees, title: Fees, outcome: block}
queue: {name: review, sla_hours: 24, lease_minutes: 15, note_required: false}
"""
_RELEASE = "rel_review"
_ANSWER = "pay_answer"
_FIRST = 10_000_000  # so that all numbers have eight digits, and ids sort as they were made
_SLA = timedelta(hours=24)


def reviewer(name: str) -> Principal:
    return Principal(f"key_{name}", name, ROLES["reviewer"])


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened(url: str, home: Path, clock: Callable[[], datetime] = _now) -> Iterator[House]:
    """The use cases over this database; no encoder, as nobody who works on cases needs one."""
    house = furnish(Settings(home=home), open_store(url), cast("Any", None), bytes(32), clock)
    try:
        yield house
    finally:
        house.close()


def make_queue(url: str, count: int, *, policy: str = POLICY, now: datetime | None = None, mixed: bool = True) -> None:
    """All tables, a policy in force, and so many open cases: with `mixed` not all of them for everybody to claim."""
    at = now or _now()
    store = open_store(url)
    try:
        migrate(store)
        store.commit(lambda connection: _publish(connection, policy, at))
        store.commit(lambda connection: _fill(connection, count, at, mixed))
    finally:
        store.close()
    _settle(url)


def pass_over(connection: Connection, people: Sequence[str], count: int) -> None:
    """Each of them has skipped the first so many cases."""
    first = list(connection.scalars(sa.select(cases.c.id).order_by(cases.c.rank_at, cases.c.id).limit(count)))
    rows = [{"person": person, "case": case, "why": "skipped", "at": _now()} for person in people for case in first]
    if rows:
        connection.execute(case_skips.insert(), rows)


def _publish(connection: Connection, policy: str, now: datetime) -> None:
    row = dict.fromkeys(("head", "calibration", "snapshot", "encoder"), artefacts.put(connection, "head", b"h", now))
    row["rules"] = artefacts.put(connection, "rules", b"{}", now)
    row["policy"] = artefacts.put(connection, "policy", policy.encode(), now)
    told = {"certificate": None, "refusal": None, "created_at": now, "created_by": "bench", "why": "bench"}
    pointers.add_release(connection, id=_RELEASE, workflow=QUEUE, route={}, **row, **told)
    pointers.activate(connection, QUEUE, _RELEASE, None, now)


def _fill(connection: Connection, count: int, now: datetime, mixed: bool) -> None:
    """The newest came just now, the others one after the other in the two days before."""
    if not count:
        return
    number = _numbers(count)
    micros = round(now.timestamp() * 1_000_000)
    apart = max(1, _micros(timedelta(days=2) / count))
    created = micros - (_FIRST + count - number.c.n) * apart
    due = created + _micros(_SLA)
    urgent = sa.case((number.c.n % 10 < 7, 0), else_=(number.c.n * 37) % 101)  # three in ten, more or less
    point = sa.literal(_micros(timedelta(hours=PriorityPolicy().hours) / 100), sa.BigInteger)
    state: sa.ColumnElement[str] = _state(number.c.n) if mixed else sa.literal(CaseState.QUEUED.value)
    later = micros + _micros(timedelta(days=30))
    handed_over = number.c.n % 97 == 3 if mixed else sa.false()

    connection.execute(payloads.insert(), _answer(now))
    words = sa.literal('{"text": "A request like many others, about a payment by card, number ')
    text = words.concat(_text(number.c.n)).concat('"}')
    _insert(connection, payloads, number, {
        "id": _id("pay_", number), "kind": sa.literal("request"), "data": sa.cast(text, sa.LargeBinary),
        "created_at": created,
    })  # fmt: skip
    _insert(connection, decisions, number, {
        "id": _id("dec_", number), "workflow": sa.literal(QUEUE), "release": sa.literal(_RELEASE),
        "principal": sa.literal("caller"), "groups": _json([]), "document_sequence": sa.literal(0),
        "created_at": created, "request": _id("pay_", number), "answer": sa.literal(_ANSWER),
        "state": sa.literal("waiting"), "outcome": sa.literal("review"), "labels": _json([]),
        "case": _id("case_", number),
    })  # fmt: skip
    _insert(connection, cases, number, {
        "id": _id("case_", number), "decision": _id("dec_", number), "workflow": sa.literal(QUEUE),
        "queue": sa.literal(QUEUE), "kind": sa.literal("held"), "state": state, "priority": urgent,
        "reasons": _json(["low_confidence"]), "created_at": created, "due_at": due, "rank_at": due - urgent * point,
        "assigned_to": sa.case((sa.and_(state == "queued", handed_over), "somebody")),
        "wake_at": sa.case((sa.or_(state.in_(("on_hold", "needs_information")), handed_over), later)),
        "version": sa.literal(1),
    })  # fmt: skip
    reasons = {"case": _id("case_", number), "reason": sa.literal("low_confidence")}
    _insert(connection, case_reasons, number, reasons)


def _answer(now: datetime) -> dict[str, Any]:
    """What was answered to all of them: it does not matter here, and would take the most room."""
    labels = [{"label": "card", "probability": 0.6}, {"label": "fees", "probability": 0.4}]
    data = json.dumps({"outcome": "review", "labels": labels, "rules": {"findings": []}, "documents": []}).encode()
    return {"id": _ANSWER, "kind": "answer", "data": data, "created_at": now}


def _state(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """Of a hundred open cases two are put aside, two wait for whoever asked, and two for somebody who knows better."""
    place = number % 50
    found: sa.ColumnElement[str] = sa.case(
        (place == 0, CaseState.ON_HOLD.value),
        (place == 1, CaseState.NEEDS_INFORMATION.value),
        (place == 2, CaseState.ESCALATED.value),
        else_=CaseState.QUEUED.value,
    )
    return found


def _numbers(count: int) -> sa.CTE:
    first = sa.select(sa.literal(_FIRST, sa.BigInteger).label("n")).cte("numbers", recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < _FIRST + count - 1))


def _insert(
    connection: Connection, table: sa.Table, number: sa.CTE, columns: Mapping[str, sa.ColumnElement[Any]]
) -> None:
    connection.execute(table.insert().from_select(list(columns), sa.select(*columns.values()).select_from(number)))


def _micros(time: timedelta) -> int:
    return time // timedelta(microseconds=1)


def _text(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.cast(number, sa.String(20))


def _id(prefix: str, number: sa.CTE) -> sa.ColumnElement[str]:
    return sa.literal(prefix).concat(_text(number.c.n))


def _json(value: list[str]) -> sa.ColumnElement[Any]:
    return sa.literal(value, sa.JSON)


def _settle(url: str) -> None:
    """What PostgreSQL does by itself some time after so many rows came in; SQLite never does."""
    if sa.make_url(url).get_backend_name() != "postgresql":
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")
