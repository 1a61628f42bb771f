"""Notice when a change of rules or policy made a share of blocks, of holds or of a rule's matches leave its band.

What is usual is what the workflow did in the seven days before the change, under other rules; what is seen is what it
did since, at most in the last thirty days. A rule that is new has no usual share of its own: it shows in the
workflow's, and is named there. A rule promoted from shadow has one, because matches are compared whether they counted
or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from rules.errors import RuleErrors
from rules.model import Effect, Rule, RuleStatus
from service.domain.answer import timestamp
from service.domain.band import Share, left_band
from service.domain.types import OnAlarm
from service.errors import Conflict, NotFound, ServiceError
from service.observe.metrics import ALARMS
from service.store import alarms, events, ledger, pointers, rule_hours
from service.store.engine import Connection, Row
from service.store.pointers import Pointer
from service.store.rule_hours import Counted, RuleHits
from service.usecases.house import House
from service.usecases.rollback_rules import rollback

BEFORE = timedelta(days=7)
#: What was done longer ago says nothing of today, and adding it up every few seconds would cost more each day.
AFTER = timedelta(days=30)
_BUSIEST = 20  # rules looked at besides those that changed
_ASKED = frozenset({RuleStatus.SHADOW, RuleStatus.CANARY, RuleStatus.ENFORCE})
_NOTHING = RuleHits()

log = structlog.get_logger("signoff")


@dataclass(frozen=True, slots=True)
class _Change:
    """The last change of a workflow's rules or policy."""

    release: str  #: the first one made of what answers now
    since: tuple[str, ...]  #: ids of the releases made of it, the one that answers among them
    before: str  #: the release before it
    at: datetime


@dataclass(frozen=True, slots=True)
class _Period:
    counted: Counted
    rules: Mapping[str, RuleHits]

    def share(self, hits: int) -> Share:
        # Flushed at different moments, a rule's count may run ahead of the decisions' for a while.
        return Share(min(hits, self.counted.decisions), self.counted.decisions)

    def hits(self, rule: str) -> RuleHits:
        return self.rules.get(rule, _NOTHING)


@dataclass(frozen=True, slots=True)
class _Finding:
    """Something left its band."""

    kind: str  #: blocks, holds, matches
    rule: str  #: the rule it is about; empty: the workflow as a whole
    responsible: str  #: the rule that did most to it; empty when none did
    usual: Share
    seen: Share
    serious: bool  #: whether it is about blocks or holds


def page(house: House, open_only: bool = True) -> list[dict[str, Any]]:
    """Newest first; those that nobody acknowledged, or all."""
    with house.store.read() as connection:
        return [_shown(row) for row in alarms.page(connection, open_only=open_only)]


def acknowledge(house: House, by: str, alarm: str) -> dict[str, Any]:
    """Somebody has seen it. Conflict when somebody else had before."""
    now = house.clock()

    def work(connection: Connection) -> dict[str, Any]:
        row = alarms.get(connection, alarm)
        if row is None:
            raise NotFound(f"there is no alarm {alarm}", remedy="see `signoff rules alarms`")
        if not alarms.end(connection, alarm, by, now):
            raise Conflict(f"{row.ended_by} acknowledged this alarm already")
        body = {"workflow": row.workflow, "release": row.release, "rule": _named(row), "kind": row.kind, "by": by}
        ledger.append(connection, "rules.alarm_ended", alarm, now, body)
        return _shown(row) | {"ended_by": by, "ended_at": timestamp(now)}

    return house.store.commit(work)


def count_open(house: House) -> None:
    """Show in the metrics how many nobody acknowledged."""
    with house.store.read() as connection:
        ALARMS.set(alarms.count_open(connection))


def watch(house: House) -> None:
    """Look at every workflow once, raise what is new, and roll back where the policy says so.

    A workflow whose rules were rolled back is left alone until somebody takes its files over again.
    """
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    for pointer in active:
        if pointer.pinned_by is None:
            try:
                _watch_one(house, pointer)
            except Exception:  # one that cannot be watched must not leave the others unwatched
                log.exception("alarms_not_watched", workflow=pointer.workflow)


def _watch_one(house: House, pointer: Pointer) -> None:
    with house.store.read() as connection:
        change = _last_change(alarms.versions(connection, pointer.workflow), pointer.release)
        if change is None:
            return
        begun = max(change.at - timedelta(hours=1), house.clock() - AFTER)
        since = _Period(*rule_hours.under(connection, pointer.workflow, begun, change.since))
        usual = _Period(*rule_hours.under(connection, pointer.workflow, change.at - BEFORE, change.since, apart=True))
    old, new = _rules(house, change.before), _rules(house, pointer.release)
    raised = [found for found in _findings(old, new, usual, since) if _raise(house, pointer.workflow, change, found)]
    policy = house.shelf.policy(pointer.release).changes
    worst = next((found for found in raised if found.serious), None)
    if worst is not None and policy.on_alarm is OnAlarm.ROLL_BACK:
        _roll_back(house, pointer, worst)


def _last_change(versions: Sequence[Row[Any]], active: str) -> _Change | None:
    """None when nothing answered before what answers now."""
    place = next((place for place, row in enumerate(versions) if row.id == active), None)
    if place is None:
        return None
    made_of = (versions[place].rules, versions[place].policy)
    since = [versions[place]]
    for row in versions[place + 1 :]:
        if (row.rules, row.policy) != made_of:
            return _Change(since[-1].id, tuple(one.id for one in since), row.id, since[-1].created_at)
        since.append(row)
    return None


def _rules(house: House, release: str) -> dict[str, Rule]:
    try:
        return {rule.id: rule for rule in house.shelf.rules(release).rules if rule.status in _ASKED}
    except RuleErrors:  # written for an older language: nothing can be compared rule by rule
        return {}


def _findings(old: Mapping[str, Rule], new: Mapping[str, Rule], usual: _Period, since: _Period) -> Iterator[_Finding]:
    for kind, before, after, effects in (
        ("blocks", usual.counted.blocked, since.counted.blocked, (Effect.BLOCK,)),
        ("holds", usual.counted.held, since.counted.held, (Effect.REVIEW,)),
    ):
        then, now = usual.share(before), since.share(after)
        if left_band(then, now):
            concerned = [rule for rule in {**old, **new}.values() if rule.effect in effects or rule.on_error in effects]
            rule = _responsible(concerned, usual, since, rising=now.share > then.share)
            yield _Finding(kind, "", rule, then, now, serious=True)
    busiest = sorted(since.rules, key=lambda rule: (-since.hits(rule).fired, rule))[:_BUSIEST]
    changed = [rule for rule in new if old.get(rule) != new[rule]]
    for rule in sorted({*busiest, *changed} & old.keys() & new.keys()):
        then, now = usual.share(usual.hits(rule).fired), since.share(since.hits(rule).fired)
        if left_band(then, now):
            one = new[rule]
            counts = one.status is not RuleStatus.SHADOW and one.effect in (Effect.BLOCK, Effect.REVIEW)
            yield _Finding("matches", rule, rule, then, now, serious=counts)


def _responsible(rules: Sequence[Rule], usual: _Period, since: _Period, *, rising: bool) -> str:
    """The rule whose share of decisions moved most in the direction; empty when none did."""

    def moved(rule: Rule) -> float:
        then, now = usual.hits(rule.id), since.hits(rule.id)
        change = since.share(now.matched + now.unknown).share - usual.share(then.matched + then.unknown).share
        return change if rising else -change

    most = max(rules, key=lambda rule: (moved(rule), rule.id), default=None)
    return most.id if most is not None and moved(most) > 0 else ""


def _raise(house: House, workflow: str, change: _Change, found: _Finding) -> bool:
    """Whether this is new. Alarm, ledger and event in one transaction."""
    now, alarm = house.clock(), house.new_id("alm")
    usual, seen = _share(found.usual), _share(found.seen) | {"rule": found.responsible}
    about = {"workflow": workflow, "release": change.release, "rule": found.rule, "kind": found.kind}

    def work(connection: Connection) -> bool:
        if not alarms.add(connection, about | {"id": alarm, "usual": usual, "seen": seen, "raised_at": now}):
            return False
        told = about | {"rule": found.responsible}
        counts = {"usual": _counts(found.usual), "seen": _counts(found.seen)}
        ledger.append(connection, "rules.alarm_raised", alarm, now, told | counts)
        events.add(connection, house.new_id("evt"), "rules.alarm_raised", alarm, told | {"alarm": alarm} | counts, now)
        return True

    raised = house.store.commit(work)
    if raised:
        log.warning("share_left_its_band", alarm=alarm, **about, responsible=found.responsible, usual=usual, seen=seen)
    return raised


def _roll_back(house: House, pointer: Pointer, found: _Finding) -> None:
    blamed = f", most of all by {found.responsible}" if found.responsible else ""
    why = f"share of {found.kind} {found.usual.share:.2%} → {found.seen.share:.2%}{blamed}"
    try:
        # Where the rules before have no certificate any more, people decide: safer than rules that went wrong, and the
        # alarm tells operations.
        rollback(house, "alarm", pointer.workflow, None, why, instead_of=pointer.release, accept_none=True)
    except ServiceError as error:
        log.exception("alarm_did_not_roll_back", workflow=pointer.workflow, detail=error.detail, remedy=error.remedy)


def _share(share: Share) -> dict[str, Any]:
    return {"share": round(share.share, 6), "hits": share.hits, "of": share.of}


def _counts(share: Share) -> dict[str, int]:
    return {"hits": share.hits, "of": share.of}


def _named(row: Row[Any]) -> str:
    """The rule to look at: the one it is about, or the one that did most to it."""
    return str(row.rule or row.seen.get("rule", ""))


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "workflow": row.workflow,
        "release": row.release,
        "rule": _named(row) or None,
        "kind": row.kind,
        "usual": row.usual,
        "seen": {name: row.seen[name] for name in ("share", "hits", "of")},
        "raised_at": timestamp(row.raised_at),
        "ended_by": row.ended_by,
        "ended_at": timestamp(row.ended_at) if row.ended_at else None,
    }
