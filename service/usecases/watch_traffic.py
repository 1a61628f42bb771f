"""Look at live traffic: is it still like what the model was made for, is the promise kept, is anybody worse off?

A look reads what was decided, encodes a small part anew, writes down what it found, raises alarms, and where the
policy says so lets people decide everything until all is well again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from service.domain.answer import timestamp
from service.domain.types import OnDrift
from service.errors import NotFound
from service.store import alarms, decisions, events, ledger, pointers, watches
from service.store.engine import Connection, Row
from service.store.pointers import Pointer
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.shelf import OpenRelease
from service.usecases.traffic_sample import Sample, live, reference, vectors
from service.usecases.watch_alarms import ENOUGH, KINDS, Alarm
from service.usecases.watch_pause import WATCH, let_go_on, send_to_people
from service.usecases.watch_report import Both, report_on

_HISTORY = 30  # looks whose figures are shown one after the other

log = structlog.get_logger("signoff")


def look(house: House, workflow: str, days: float | None = None, progress: Progress = silent) -> dict[str, Any]:
    """Look now, at so many days or as many as the policy says; what `latest` shows. NotFound without the workflow."""
    pointer = _pointer(house, workflow)
    release, now = house.shelf.open(pointer.release), house.clock()
    policy = release.workflow.watch
    before, earliest = reference(house, release, now, progress)
    with house.store.read() as connection:
        resumed = watches.resumed_at(connection, workflow)
        nth = 1 + watches.looks_at(connection, workflow, release.row["head"], release.row["encoder"])
    asked = now - timedelta(days=policy.days if days is None else days)
    since = max(each for each in (asked, earliest, resumed) if each is not None)
    both = _both(house, release, before, since, now, progress)
    report, found = report_on(release.workflow, both, nth)
    look_id = house.new_id("wat")
    told = {"since": timestamp(since), "until": timestamp(now), **report}
    row = {"id": look_id, "workflow": workflow, "release": release.id, "created_at": now}

    def work(connection: Connection) -> None:
        known = _kinds(watches.latest(connection, workflow))
        watches.add(connection, row | {"report": told, "alarming": bool(found)})
        for alarm in found:
            if alarm.kind not in known:
                _raise(house, connection, release, alarm)
        if report["enough"]:
            _end_others(house, connection, workflow, [each.kind for each in found])
        if found and policy.on_alarm is OnDrift.PEOPLE and _answers_still(connection, release):
            send_to_people(house, connection, workflow, look_id)
        elif report["enough"] and not found:
            let_go_on(house, connection, [workflow], WATCH)

    house.store.commit(work)
    return latest(house, workflow)


def latest(house: House, workflow: str) -> dict[str, Any]:
    """The newest look, with the figures of those before it. NotFound without the workflow, or before any look."""
    pointer = _pointer(house, workflow)
    with house.store.read() as connection:
        rows = watches.page(connection, workflow, _HISTORY)
    if not rows:
        raise NotFound(f"nobody has looked at {workflow} yet", remedy=f"look now: signoff watch {workflow}")
    newest = rows[0]
    return {
        "id": newest.id,
        "workflow": workflow,
        "release": newest.release,
        "at": timestamp(newest.created_at),
        "alarming": newest.alarming,
        "paused": pointer.watched_by is not None,
        **newest.report,
        "history": [_point(row) for row in reversed(rows)],
    }


def due(house: House) -> list[str]:
    """The workflows to be looked at by now: where anything was decided since the last look."""
    now = house.clock()
    with house.store.read() as connection:
        return [
            pointer.workflow
            for pointer in pointers.pointers(connection)
            if _is_due(connection, pointer, house.shelf.policy(pointer.release).watch.every_days, now)
        ]


def _is_due(connection: Connection, pointer: Pointer, every_days: float, now: datetime) -> bool:
    if not every_days:
        return False
    last, every = watches.latest(connection, pointer.workflow), timedelta(days=every_days)
    if last is None:
        return decisions.count_made(connection, pointer.workflow, now - every) >= ENOUGH
    return bool(last.created_at + every <= now) and (
        decisions.count_made(connection, pointer.workflow, last.created_at) > 0
    )


def _both(
    house: House, release: OpenRelease, before: Sample, since: datetime, now: datetime, progress: Progress
) -> Both:
    lately = live(house, release, since, now)
    progress("encoding requests", 0, 2)
    vectors_before, _ = vectors(release, before.judged, house.settings.max_windows)
    progress("encoding requests", 1, 2)
    vectors_now, of = vectors(release, lately.judged, house.settings.max_windows)
    progress("encoding requests", 2, 2)
    return Both(before, lately, vectors_before, vectors_now, of)


def _answers_still(connection: Connection, release: OpenRelease) -> bool:
    """Whether the model that was looked at is the one that answers; a look takes seconds."""
    pointer = pointers.pointer(connection, release.workflow.name)
    row = pointers.release(connection, pointer.release) if pointer else None
    return row is not None and row["head"] == release.row["head"] and row["encoder"] == release.row["encoder"]


def _raise(house: House, connection: Connection, release: OpenRelease, alarm: Alarm) -> None:
    """Alarm, ledger and event; one that is open already stays as it is."""
    workflow, now = release.workflow.name, house.clock()
    if alarms.open_of(connection, workflow, (alarm.kind,)):
        return
    about = {"workflow": workflow, "release": release.id, "rule": "", "kind": alarm.kind}
    figures = {"usual": dict(alarm.usual), "seen": dict(alarm.seen) | {"rule": ""}, "raised_at": now}
    raised = alarms.add_again(connection, about | figures | {"id": house.new_id("alm")})
    counts = {name: {part: side[part] for part in ("hits", "of")} for name, side in _sides(alarm)}
    ledger.append(connection, "watch.alarm_raised", raised, now, about | counts)
    events.add(connection, house.new_id("evt"), "watch.alarm_raised", raised, about | counts | {"alarm": raised}, now)
    log.warning("alarm_about_live_traffic", **{name: about[name] for name in ("workflow", "release", "kind")})


def _sides(alarm: Alarm) -> Sequence[tuple[str, Any]]:
    return (("usual", alarm.usual), ("seen", alarm.seen))


def _end_others(house: House, connection: Connection, workflow: str, still: Sequence[str]) -> None:
    """What is not found any more alarms nobody any longer."""
    now = house.clock()
    for row in alarms.open_of(connection, workflow, [kind for kind in KINDS if kind not in still]):
        alarms.end(connection, row.id, WATCH, now)
        body = {"workflow": workflow, "release": row.release, "rule": "", "kind": row.kind, "by": WATCH}
        ledger.append(connection, "rules.alarm_ended", row.id, now, body)


def _kinds(row: Row[Any] | None) -> frozenset[str]:
    """What that look found alarming: found again, it is nothing new."""
    return frozenset() if row is None else frozenset(each["kind"] for each in row.report["alarms"])


def _point(row: Row[Any]) -> dict[str, Any]:
    report = row.report
    by_name = {f"{each['name']}.{each['measure']}": each["value"] for each in report["signals"]}
    promised = [each for each in report["live_error"] if each["alpha"] is not None and each["checked"]]
    worst = max(promised, key=lambda each: each["low"], default=None)
    return {
        "at": timestamp(row.created_at),
        "alarming": row.alarming,
        "decisions": report["decisions"],
        "psi": max((value for name, value in by_name.items() if name.endswith(".psi")), default=None),
        "labels": by_name.get("labels.mix"),
        "unlike": by_name.get("requests.two_sample"),
        "live_error": {name: worst[name] for name in ("rate", "low", "high", "alpha")} if worst else None,
        "automation": report["automation"]["now"],
    }


def _pointer(house: House, workflow: str) -> Pointer:
    with house.store.read() as connection:
        found = pointers.pointer(connection, workflow)
        known = ", ".join(each.workflow for each in pointers.pointers(connection)) if found is None else ""
    if found is None:
        raise NotFound(f"there is no workflow {workflow!r}", remedy=f"known are {known or 'none yet'}")
    return found
