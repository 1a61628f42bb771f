"""Work of minutes that somebody asked for. A worker takes it, says how far it is, and ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_learning import jobs
from service.store.tables_replay import job_reports

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STATES = (WAITING, RUNNING, DONE, FAILED, CANCELLED)
_OPEN = (WAITING, RUNNING)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(jobs.insert(), {"state": WAITING, "progress": {}, **values})


def get(connection: Connection, job: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(jobs).where(jobs.c.id == job)).one_or_none()


def page(
    connection: Connection, kind: str, *, workflow: str | None = None, state: str | None = None, limit: int = 50
) -> list[sa.Row[Any]]:
    """Those of a kind, newest first."""
    query = sa.select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(limit)
    if workflow is not None:
        query = query.where(jobs.c.workflow == workflow)
    if state is not None:
        query = query.where(jobs.c.state == state)
    return list(connection.execute(query))


def under_way(connection: Connection, kind: str, workflow: str) -> sa.Row[Any] | None:
    """One of the kind that waits or runs for the workflow."""
    query = sa.select(jobs).where(jobs.c.kind == kind, jobs.c.workflow == workflow, jobs.c.state.in_(_OPEN))
    return connection.execute(query.order_by(jobs.c.id).limit(1)).one_or_none()


def latest(connection: Connection, kind: str, workflow: str) -> sa.Row[Any] | None:
    query = sa.select(jobs).where(jobs.c.kind == kind, jobs.c.workflow == workflow)
    return connection.execute(query.order_by(jobs.c.id.desc()).limit(1)).one_or_none()


def first_waiting(connection: Connection) -> str | None:
    """The one that has waited longest; before a training, which takes longest, whatever else waits."""
    trains = sa.case((jobs.c.kind == "train", 1), else_=0)
    query = sa.select(jobs.c.id).where(jobs.c.state == WAITING).order_by(trains, jobs.c.id).limit(1)
    found: str | None = connection.scalar(query)
    return found


def take(connection: Connection, job: str, worker: str, now: datetime) -> bool:
    """Let the worker run it; whether it still waited. Of two who take at once, one does."""
    waiting = jobs.update().where(jobs.c.id == job, jobs.c.state == WAITING)
    return connection.execute(waiting.values(state=RUNNING, worker=worker, seen_at=now)).rowcount == 1


def tell(connection: Connection, job: str, worker: str, progress: Mapping[str, Any] | None, now: datetime) -> bool:
    """A sign of life, and how far it is; whether the job still is the worker's to run."""
    values: dict[str, Any] = {"seen_at": now}
    if progress is not None:
        values["progress"] = dict(progress)
    return connection.execute(_running(job, worker).values(**values)).rowcount == 1


def end(
    connection: Connection,
    job: str,
    worker: str,
    state: str,
    now: datetime,
    *,
    made: str | None = None,
    why: str | None = None,
) -> bool:
    """It is done or has failed; whether it still was the worker's to end."""
    return connection.execute(_running(job, worker).values(state=state, ended_at=now, made=made, why=why)).rowcount == 1


def keep_report(connection: Connection, job: str, report: Mapping[str, Any]) -> None:
    """What it found out; of a job that is done twice, what it found out last."""
    connection.execute(job_reports.delete().where(job_reports.c.job == job))
    connection.execute(job_reports.insert().values(job=job, report=dict(report)))


def report(connection: Connection, job: str) -> dict[str, Any] | None:
    """None: it has not ended, or its kind reports nothing."""
    found = connection.scalar(sa.select(job_reports.c.report).where(job_reports.c.job == job))
    return dict(found) if found is not None else None


def put_back(connection: Connection, job: str, worker: str) -> None:
    """The worker goes before the job is done: another one begins it anew."""
    connection.execute(_running(job, worker).values(state=WAITING, worker=None, seen_at=None, progress={}))


def cancel(connection: Connection, job: str, now: datetime) -> bool:
    """Whether it was still under way. Whoever runs it notices at its next sign of life."""
    open_ = jobs.update().where(jobs.c.id == job, jobs.c.state.in_(_OPEN))
    return connection.execute(open_.values(state=CANCELLED, ended_at=now)).rowcount == 1


def give_up(connection: Connection, unseen_since: datetime, now: datetime, why: str) -> None:
    """Jobs whose worker has given no sign of life since then have failed."""
    silent = jobs.update().where(jobs.c.state == RUNNING, jobs.c.seen_at < unseen_since)
    connection.execute(silent.values(state=FAILED, ended_at=now, why=why))


def _running(job: str, worker: str) -> sa.Update:
    return jobs.update().where(jobs.c.id == job, jobs.c.state == RUNNING, jobs.c.worker == worker)
