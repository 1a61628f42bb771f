"""What rules said and what became of it, counted by release and hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from service.store.tables import rule_hours, workflow_hours

_RULE_COUNTS = ("matched", "unknown", "shadow", "exempted", "upheld", "overturned")
_WORKFLOW_COUNTS = ("decisions", "blocked", "held")


@dataclass(frozen=True, slots=True)
class RuleHits:
    """What one rule did over some time, in all workflows or in one."""

    matched: int = 0
    unknown: int = 0
    shadow: int = 0  #: matched without counting: in shadow, in canary on the other side, or disabled
    exempted: int = 0
    upheld: int = 0  #: reviewers blocked what it matched
    overturned: int = 0  #: reviewers allowed what it matched
    last: datetime | None = None  #: the newest hour in which it matched, counting or not

    @property
    def fired(self) -> int:
        """How often its condition held, whether it counted or not."""
        return self.matched + self.shadow + self.exempted

    @property
    def reviewed(self) -> int:
        return self.upheld + self.overturned

    @property
    def precision(self) -> float | None:
        """Share of what people looked at that they blocked, 0 to 1; None as long as they looked at nothing."""
        return self.upheld / self.reviewed if self.reviewed else None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one workflow did under some releases."""

    decisions: int = 0
    blocked: int = 0
    held: int = 0


def hour_of(at: datetime) -> datetime:
    """The full hour that `at` lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def add_rules(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add counts: rows of workflow, release, rule, hour and any of the counts."""
    _add(connection, rule_hours, ("workflow", "release", "rule", "hour"), _RULE_COUNTS, rows)


def add_workflows(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add counts: rows of workflow, release, hour and any of the counts."""
    _add(connection, workflow_hours, ("workflow", "release", "hour"), _WORKFLOW_COUNTS, rows)


def hits(connection: Connection, since: datetime, workflow: str | None = None) -> dict[str, RuleHits]:
    """What each rule did since the hour of `since`, by rule id; a rule that did nothing is not among them."""
    chosen = rule_hours.c.hour >= hour_of(since)
    if workflow is not None:
        chosen = sa.and_(chosen, rule_hours.c.workflow == workflow)
    return _by_rule(connection, chosen)


def under(
    connection: Connection, workflow: str, since: datetime, releases: Sequence[str], *, apart: bool = False
) -> tuple[Counted, dict[str, RuleHits]]:
    """What a workflow and its rules did since the hour of `since` under these releases, or with `apart` under all
    others."""

    def chosen(table: sa.Table) -> sa.ColumnElement[bool]:
        named = table.c.release.in_(releases)
        return sa.and_(table.c.workflow == workflow, table.c.hour >= hour_of(since), sa.not_(named) if apart else named)

    sums = [sa.func.coalesce(sa.func.sum(workflow_hours.c[name]), 0) for name in _WORKFLOW_COUNTS]
    total = connection.execute(sa.select(*sums).where(chosen(workflow_hours))).one()
    return Counted(*map(int, total)), _by_rule(connection, chosen(rule_hours))


def _by_rule(connection: Connection, chosen: sa.ColumnElement[bool]) -> dict[str, RuleHits]:
    table = rule_hours.c
    fired = sa.case((table.matched + table.shadow + table.exempted > 0, table.hour))
    sums = [sa.func.sum(table[name]) for name in _RULE_COUNTS]
    query = sa.select(table.rule, *sums, sa.func.max(fired)).where(chosen).group_by(table.rule)
    found: dict[str, RuleHits] = {}
    for rule, *counts, last in connection.execute(query):
        matched, unknown, shadow, exempted, upheld, overturned = map(int, counts)
        found[rule] = RuleHits(matched, unknown, shadow, exempted, upheld, overturned, last)
    return found


def forget(connection: Connection, before: datetime) -> None:
    """Drop the counts of hours before `before`."""
    for table in (rule_hours, workflow_hours):
        connection.execute(table.delete().where(table.c.hour < before - timedelta(hours=1)))


def _add(
    connection: Connection,
    table: sa.Table,
    key: Sequence[str],
    counts: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Insert the counts, or add them to what is there. In the order of the key, so that two writers never wait for
    each other in a circle."""
    zeros = dict.fromkeys(counts, 0)
    values = sorted(({**zeros, **row} for row in rows), key=lambda row: [str(row[name]) for name in key])
    if not values:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    added = {name: table.c[name] + insert.excluded[name] for name in counts}
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=added), values)
