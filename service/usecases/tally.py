"""How often each rule speaks: counted in memory with every decision, written down every few seconds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rules.model import FindingStatus, Ruling
from service.domain.types import Automatic, Outcome, Reason, State
from service.observe.metrics import RULE_FINDINGS
from service.store import rule_hours
from service.store.engine import Connection, Store

_RULES = frozenset({Reason.RULE_REVIEW, Reason.RULE_UNKNOWN})


class Tally:
    """Counts by workflow, release, rule and hour. Only findings that tell something are touched.

    What was counted since the last flush is lost when the process is killed: the ledger keeps every finding, the tally
    is for charts and alarms.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: Counter[tuple[str, str, str, datetime, str]] = Counter()
        self._workflows: Counter[tuple[str, str, datetime, str]] = Counter()

    def count(self, workflow: str, release: str, ruling: Ruling, automatic: Automatic, at: datetime) -> None:
        """One decision that was recorded."""
        hour = rule_hours.hour_of(at)
        told = list(_told(ruling))
        with self._lock:
            for rule, finding in told:
                self._rules[workflow, release, rule, hour, finding] += 1
            for what in _became(automatic):
                self._workflows[workflow, release, hour, what] += 1
        for rule, finding in told:
            RULE_FINDINGS.labels(workflow, rule, finding).inc()

    def flush(self, store: Store) -> None:
        """Write down what was counted. On failure it is kept for the next time, and the error is the caller's."""
        with self._lock:
            rules, self._rules = self._rules, Counter()
            workflows, self._workflows = self._workflows, Counter()
        if not (rules or workflows):
            return

        def work(connection: Connection) -> None:
            rule_hours.add_rules(connection, _rows(rules, ("workflow", "release", "rule", "hour")))
            rule_hours.add_workflows(connection, _rows(workflows, ("workflow", "release", "hour")))

        try:
            store.commit(work)
        except BaseException:
            with self._lock:
                self._rules.update(rules)
                self._workflows.update(workflows)
            raise


def _told(ruling: Ruling) -> Iterator[tuple[str, str]]:
    for finding in ruling.matched:
        yield finding.rule, "matched"
    for finding in ruling.unknown:
        yield finding.rule, "unknown"
    for finding in ruling.exempted:
        yield finding.rule, "exempted"
    for finding in ruling.shadow:
        if finding.status is FindingStatus.MATCH:
            yield finding.rule, "shadow"


def _became(automatic: Automatic) -> Iterator[str]:
    """What the decision counts as. One that a failing part held says nothing of rules; nor does a halt by itself."""
    reasons = set(automatic.reasons)
    if Reason.DEGRADED in reasons and not reasons & _RULES:
        return
    yield "decisions"
    if automatic.outcome is Outcome.BLOCK:
        yield "blocked"
    if automatic.state is State.WAITING and reasons - {Reason.HALTED, Reason.RANDOM_CHECK}:
        yield "held"


def _rows(counted: Counter[Any], key: tuple[str, ...]) -> list[dict[str, Any]]:
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (*place, what), count in counted.items():
        row = rows.setdefault(tuple(place), dict(zip(key, place, strict=True)))
        row[what] = count
    return list(rows.values())
