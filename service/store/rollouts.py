"""Releases about to answer: announced, opened by every live worker, then let to answer or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import counters, releases, rollout_workers, rollouts, workflows

_RELOADS = "reload_requested:"


@dataclass(frozen=True, slots=True)
class Glance:
    """What a steward looks at several times a second."""

    active: dict[str, str]  #: workflow -> release that answers
    open: frozenset[str]  #: rollouts neither flipped nor given up
    reloads: int  #: how often operations asked this host to take over its files


def glance(connection: Connection, host: str) -> Glance:
    """One cheap statement."""
    answering = sa.select(sa.literal("active").label("what"), workflows.c.name, workflows.c.release.label("value"))
    announced = sa.select(sa.literal("rollout"), rollouts.c.id, sa.literal("")).where(rollouts.c.ended_at.is_(None))
    asked = sa.select(sa.literal("reload"), counters.c.name, sa.cast(counters.c.value, sa.String(40)))
    union = sa.union_all(answering, announced, asked.where(counters.c.name == _RELOADS + host))
    rows = connection.execute(union).all()
    return Glance(
        active={row.name: row.value for row in rows if row.what == "active"},
        open=frozenset(row.name for row in rows if row.what == "rollout"),
        reloads=next((int(row.value) for row in rows if row.what == "reload"), 0),
    )


def ask_for_reload(connection: Connection, host: str) -> None:
    """Ask the workers of a host to take over their files."""
    name = _RELOADS + host
    risen = counters.update().where(counters.c.name == name).values(value=counters.c.value + 1)
    if connection.execute(risen).rowcount == 0:
        connection.execute(counters.insert().values(name=name, value=1))


def begin(connection: Connection, rollout: str, release_ids: Sequence[str], new: Sequence[str], now: datetime) -> None:
    """Announce releases; those that are `new` have never answered and go if the rollout is withdrawn."""
    told = {"open": list(release_ids), "new": list(new)}
    connection.execute(rollouts.insert().values(id=rollout, releases=told, begun_at=now))


def releases_of(connection: Connection, rollout: str) -> list[str]:
    """The releases to open; none for a rollout that is gone."""
    return list(_told(connection, rollout).get("open", ()))


def _told(connection: Connection, rollout: str) -> dict[str, list[str]]:
    return connection.scalar(sa.select(rollouts.c.releases).where(rollouts.c.id == rollout)) or {}


def staged(connection: Connection, rollout: str, worker: str, now: datetime) -> None:
    """The worker has the rollout's releases open."""
    connection.execute(rollout_workers.insert().values(rollout=rollout, worker=worker, staged_at=now))


def ready(connection: Connection, rollout: str) -> set[str]:
    """The workers that have the rollout's releases open."""
    chosen = sa.select(rollout_workers.c.worker).where(rollout_workers.c.rollout == rollout)
    return set(connection.scalars(chosen))


def end(connection: Connection, rollout: str, now: datetime) -> bool:
    """Whether it was still open, and now is not."""
    chosen = rollouts.update().where(rollouts.c.id == rollout, rollouts.c.ended_at.is_(None))
    return connection.execute(chosen.values(ended_at=now)).rowcount == 1


def withdraw(connection: Connection, rollout: str, now: datetime) -> None:
    """Give a rollout up, if it is still open, and drop its releases that never answered."""
    if end(connection, rollout, now):
        connection.execute(releases.delete().where(releases.c.id.in_(_told(connection, rollout).get("new", ()))))


def sweep(connection: Connection, before: datetime, now: datetime) -> None:
    """Withdraw what was begun before `before` and never ended: who began it was killed. Drop what ended by then."""
    left = sa.select(rollouts.c.id).where(rollouts.c.begun_at < before, rollouts.c.ended_at.is_(None))
    for rollout in list(connection.scalars(left)):
        withdraw(connection, rollout, now)
    old = sa.select(rollouts.c.id).where(rollouts.c.ended_at < before)
    connection.execute(rollout_workers.delete().where(rollout_workers.c.rollout.in_(old)))
    connection.execute(rollouts.delete().where(rollouts.c.ended_at < before))
