"""Trained models: candidates until a person promotes one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_learning import models

CANDIDATE, SHADOW, ACTIVE, RETIRED, REJECTED = "candidate", "shadow", "active", "retired", "rejected"
STATES = (CANDIDATE, SHADOW, ACTIVE, RETIRED, REJECTED)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(models.insert(), dict(values))


def get(connection: Connection, model: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(models).where(models.c.id == model)).one_or_none()


def page(
    connection: Connection,
    *,
    workflow: str | None = None,
    state: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[sa.Row[Any]]:
    """Newest first, before the cursor `after`."""
    query = sa.select(models).order_by(models.c.id.desc()).limit(limit)
    if workflow is not None:
        query = query.where(models.c.workflow == workflow)
    if state is not None:
        query = query.where(models.c.state == state)
    if after is not None:
        query = query.where(models.c.id < after)
    return list(connection.execute(query))


def of_head(connection: Connection, workflow: str, head: str) -> sa.Row[Any] | None:
    """The latest model of the workflow that is this head."""
    query = sa.select(models).where(models.c.workflow == workflow, models.c.head == head)
    return connection.execute(query.order_by(models.c.id.desc()).limit(1)).one_or_none()


def made_of(connection: Connection, workflow: str, head: str, calibration: str) -> sa.Row[Any] | None:
    """The latest model of the workflow that is this head, tried on these calibration cases."""
    same = models.c.workflow == workflow, models.c.head == head, models.c.calibration == calibration
    query = sa.select(models).where(*same).order_by(models.c.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def behind(connection: Connection, workflow: str, head: str, calibration: str) -> sa.Row[Any] | None:
    """The model that a release with this head and these calibration cases answers by.

    The same head may have been certified on other cases since: then it is two models.
    """
    return made_of(connection, workflow, head, calibration) or of_head(connection, workflow, head)


def answering(connection: Connection, workflow: str) -> sa.Row[Any] | None:
    query = sa.select(models).where(models.c.workflow == workflow, models.c.state == ACTIVE)
    return connection.execute(query.order_by(models.c.id.desc()).limit(1)).one_or_none()


def move(connection: Connection, model: str, states: Collection[str], values: Mapping[str, Any]) -> bool:
    """Change a model that is in one of the `states`; whether it was."""
    of_it = models.update().where(models.c.id == model, models.c.state.in_(states))
    return connection.execute(of_it.values(**values)).rowcount == 1


def retire_others(connection: Connection, workflow: str, model: str | None) -> None:
    """Let every other model that answered be one that did."""
    others = models.update().where(models.c.workflow == workflow, models.c.state == ACTIVE)
    connection.execute((others if model is None else others.where(models.c.id != model)).values(state=RETIRED))
