"""What is in force, what it did, who changed it last, and whether the files say something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rules.model import Exemption, Pack, Rule
from service.domain.answer import timestamp
from service.store import disables, proposals, rule_hours, workers
from service.store.engine import Row
from service.store.pointers import Pointer
from service.store.rule_hours import RuleHits
from service.usecases import alarms
from service.usecases.changed_files import answering, differences
from service.usecases.house import House
from service.usecases.note import read_note
from service.usecases.place import machine
from service.usecases.propose_rules import page as proposals_page
from service.usecases.roll_out import ALIVE
from service.usecases.rule_files import as_dict
from service.usecases.rule_history import LastChange, last_changes
from service.usecases.shelf import OpenRelease

_DAY, _MONTH = timedelta(hours=24), timedelta(days=30)
_NOTHING = RuleHits()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows of rules, read at once for all of them."""

    day: Mapping[str, RuleHits]
    month: Mapping[str, RuleHits]
    changed: Mapping[str, LastChange]
    off: Mapping[str, dict[str, Any]]
    now: datetime


def status(house: House) -> dict[str, Any]:
    """One pass over the rules in force and one over the files."""
    among = answering(house)
    releases = [(pointer, house.shelf.open(pointer.release)) for pointer, _ in among]
    edited, problems = differences(house, among)
    differ = {each.pointer.workflow for each in edited}
    packs: dict[str, Pack] = {}
    for _, release in releases:
        for pack in release.ruleset.packs:
            packs.setdefault(pack.id, pack)
    known = _read(house, {rule.id for pack in packs.values() for rule in pack.rules})
    return {
        "packs": [_pack(pack, known) for pack in packs.values()],
        "workflows": [
            _workflow(pointer, release, differs=bool(problems) or pointer.workflow in differ)
            for pointer, release in releases
        ],
        "files_differ": bool(problems or differ),
        "errors": [as_dict(problem) for problem in problems],
        "alarms": alarms.page(house),
        "proposals": proposals_page(house, proposals.OPEN),
        "workers": _workers(house),
    }


def _read(house: House, rules: set[str]) -> _Known:
    now = house.clock()
    with house.store.read() as connection:
        return _Known(
            day=rule_hours.hits(connection, now - _DAY),
            month=rule_hours.hits(connection, now - _MONTH),
            changed=last_changes(connection, rules),
            off={row.rule: _off(row, read_note(connection, row.note)) for row in disables.at(connection, now)},
            now=now,
        )


def _off(row: Row[Any], why: str | None) -> dict[str, Any]:
    return {"id": row.id, "by": row.by, "until": timestamp(row.until), "why": why}


def _workflow(pointer: Pointer, release: OpenRelease, *, differs: bool) -> dict[str, Any]:
    pinned = (
        {"by": pointer.pinned_by, "at": timestamp(pointer.pinned_at)}
        if pointer.pinned_by is not None and pointer.pinned_at is not None
        else None
    )
    return {
        "workflow": pointer.workflow,
        "release": release.id,
        "rules": release.row["rules"],
        "ruleset": release.ruleset.digest,
        "halted": pointer.halted,
        "certificate": release.row["certificate"],
        "refusal": release.row["refusal"],
        "pinned": pinned,
        "files_differ": differs,
    }


def _pack(pack: Pack, known: _Known) -> dict[str, Any]:
    return {
        "id": pack.id,
        "title": pack.title,
        "owner": pack.owner,
        "rules": [_rule(rule, known) for rule in sorted(pack.rules, key=lambda rule: rule.id)],
        "exemptions": [_exemption(exemption, known.now) for exemption in pack.exemptions],
    }


def _rule(rule: Rule, known: _Known) -> dict[str, Any]:
    day, month = known.day.get(rule.id, _NOTHING), known.month.get(rule.id, _NOTHING)
    changed = known.changed.get(rule.id)
    return {
        "id": rule.id,
        "title": rule.title,
        "status": rule.status.value,
        "rollout": {"percent": rule.rollout.percent, "by": rule.rollout.by} if rule.rollout else None,
        "severity": rule.severity.value,
        "effect": rule.effect.value,
        "owner": rule.owner,
        "reason_code": rule.reason_code,
        "file": rule.file,
        "line": rule.line,
        "citation": list(rule.citation),
        "review_by": rule.review_by.isoformat() if rule.review_by else None,
        "hits": {"24h": day.matched, "30d": month.matched},
        "shadow": {"24h": day.shadow, "30d": month.shadow},
        "precision": round(month.precision, 4) if month.precision is not None else None,
        "reviewed": month.reviewed,
        "last_hit": timestamp(month.last) if month.last else None,
        "last_change": changed._asdict() if changed else None,
        "disabled": known.off.get(rule.id),
    }


def _exemption(exemption: Exemption, now: datetime) -> dict[str, Any]:
    return {
        "id": exemption.id,
        "rules": list(exemption.rules),
        "until": timestamp(exemption.until),
        "owner": exemption.owner,
        "why": exemption.why,
        "ticket": exemption.ticket,
        "expired": exemption.until <= now,
    }


def _workers(house: House) -> Sequence[dict[str, Any]]:
    with house.store.read() as connection:
        alive = workers.alive(connection, house.clock() - ALIVE)
    return [{"id": row.id, "host": machine(row.host), "seen_at": timestamp(row.seen_at)} for row in alive]
