"""Requests that people are asked to label, and their leases. Every write names the state and token it was read with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import payloads
from service.store.tables_learning import labelling

QUEUED, CLAIMED, LABELLED, SKIPPED = "queued", "claimed", "labelled", "skipped"

_MANY = 500  # rows a statement


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _MANY):
        connection.execute(labelling.insert(), [dict(row) for row in rows[start : start + _MANY]])


def known_words(connection: Connection, workflow: str) -> set[str]:
    """The keyed digests of the words of everything that was ever asked."""
    return set(connection.scalars(sa.select(labelling.c.words).where(labelling.c.workflow == workflow)))


def get(connection: Connection, item_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(labelling).where(labelling.c.id == item_id)).one_or_none()


def lock(connection: Connection, item_id: str) -> sa.Row[Any] | None:
    """The item as it is, held against other writers until this transaction ends."""
    return connection.execute(sa.select(labelling).where(labelling.c.id == item_id).with_for_update()).one_or_none()


def by_words(connection: Connection, workflow: str, words: str) -> sa.Row[Any] | None:
    return connection.execute(
        sa.select(labelling).where(labelling.c.workflow == workflow, labelling.c.words == words)
    ).one_or_none()


def held_by(connection: Connection, workflow: str, holder: str, *, lock: bool = True) -> sa.Row[Any] | None:
    """What somebody has claimed and not labelled yet, whether the lease has run out or not."""
    query = (
        sa.select(labelling)
        .where(labelling.c.workflow == workflow, labelling.c.state == CLAIMED, labelling.c.holder == holder)
        .order_by(labelling.c.place)
        .limit(1)
    )
    return connection.execute(query.with_for_update(skip_locked=True) if lock else query).one_or_none()


def next_queued(connection: Connection, workflow: str, now: datetime) -> sa.Row[Any] | None:
    """The first in order that nobody holds, or whose lease has run out; held until this transaction ends, and passed
    over by other claimers."""
    free = sa.or_(labelling.c.state == QUEUED, sa.and_(labelling.c.state == CLAIMED, labelling.c.lease_until <= now))
    query = sa.select(labelling).where(labelling.c.workflow == workflow, free)
    return connection.execute(
        query.order_by(labelling.c.place).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()


def write(connection: Connection, item: sa.Row[Any], values: Mapping[str, Any]) -> bool:
    """Change the item if it is still in the state and under the token that was read; whether it was."""
    token = labelling.c.lease_token
    same = token.is_(None) if item.lease_token is None else token == item.lease_token
    changed = connection.execute(
        labelling.update().where(labelling.c.id == item.id, labelling.c.state == item.state, same).values(**values)
    )
    return changed.rowcount == 1


def waiting(connection: Connection, workflow: str, part: str, limit: int) -> list[sa.Row[Any]]:
    """Those of a part that nobody has claimed, in their order: id, words and `request`, the payload."""
    query = (
        sa.select(labelling.c.id, labelling.c.words, payloads.c.data.label("request"))
        .select_from(labelling.outerjoin(payloads, payloads.c.id == labelling.c.payload))
        .where(labelling.c.workflow == workflow, labelling.c.part == part, labelling.c.state == QUEUED)
        .order_by(labelling.c.place)
        .limit(limit)
    )
    return list(connection.execute(query))


def set_places(connection: Connection, places: Iterable[tuple[str, int]]) -> None:
    """Give those still queued their place, by id."""
    change = (
        labelling.update()
        .where(labelling.c.id == sa.bindparam("item"), labelling.c.state == QUEUED)
        .values(place=sa.bindparam("to"))
    )
    rows = [{"item": item, "to": place} for item, place in places]
    if rows:
        connection.execute(change, rows)


def last_place(connection: Connection, workflow: str, below: int | None = None) -> int:
    """The largest place given so far, of those below `below`; -1 when there is none."""
    query = sa.select(sa.func.max(labelling.c.place)).where(labelling.c.workflow == workflow)
    found = connection.scalar(query if below is None else query.where(labelling.c.place < below))
    return -1 if found is None else int(found)


def counts(connection: Connection, workflow: str) -> dict[tuple[str, str], int]:
    """(part, state) -> how many."""
    query = (
        sa.select(labelling.c.part, labelling.c.state, sa.func.count())
        .where(labelling.c.workflow == workflow)
        .group_by(labelling.c.part, labelling.c.state)
    )
    return {(part, state): int(count) for part, state, count in connection.execute(query)}


def open_of(connection: Connection, workflow: str, part: str) -> int:
    """How many of a part nobody has labelled or passed by yet."""
    found = counts(connection, workflow)
    return sum(found.get((part, state), 0) for state in (QUEUED, CLAIMED))


def workflows(connection: Connection) -> list[str]:
    """Those that have, or had, something to label."""
    return list(connection.scalars(sa.select(labelling.c.workflow).distinct().order_by(labelling.c.workflow)))


def ask_again(connection: Connection, workflow: str, words: str) -> None:
    """Put what was labelled or skipped back into the queue; what still waits is left as it is."""
    ended = labelling.c.state.in_((LABELLED, SKIPPED))
    connection.execute(
        labelling.update()
        .where(labelling.c.workflow == workflow, labelling.c.words == words, ended)
        .values(state=QUEUED, ended_at=None)
    )
