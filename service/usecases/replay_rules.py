"""Replay: what the rule files as they lie there would have said of past decisions, before they count.

The rules are asked with what they were asked with then: text, attributes, subject, clock, and the rules that were off.
Where their effect changes, the whole way is gone with today's documents and classifier to tell the outcome. Texts are
read and never shown.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rules.errors import RuleErrors
from rules.evaluate import evaluate
from rules.model import Effect, Ruling
from rules.normalize import Text, normalize
from service.domain.answer import timestamp
from service.errors import NotFound, ReplayRunning
from service.store import decisions, pointers
from service.store.engine import Row
from service.store.pointers import Pointer
from service.usecases.changed_files import broken
from service.usecases.consider import consider, rooms_at
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.rule_files import Candidate, compiled, read_workflows
from service.usecases.shelf import OpenRelease

#: Decisions whose effect changes that are taken through the whole way: each costs an encoder pass.
WHOLE_WAY = 1_000
_PAGE = 500

_one_at_a_time = threading.Lock()  # a replay takes a core to itself; two would slow down what is being decided


@dataclass(frozen=True, slots=True)
class _Then:
    """A past decision as it was recorded."""

    id: str
    at: datetime
    groups: frozenset[str]
    effect: Effect | None
    told: frozenset[str]  #: rules that matched or could not say, and had an effect
    outcome: str
    off: tuple[str, ...]
    text: Text
    attributes: Mapping[str, Any]
    subject: str | None


@dataclass(slots=True)
class _Found:
    """What a replay counted."""

    decisions: int = 0
    unreadable: int = 0
    changed: int = 0
    considered: int = 0
    more: Counter[str] = field(default_factory=Counter)
    fewer: Counter[str] = field(default_factory=Counter)
    effects: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)


def replay(
    house: House,
    workflow: str,
    since: datetime,
    *,
    limit: int = 10_000,
    examples: int = 20,
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Decisions since then against the files, newest first and at most `limit`; `as_of` asks with that clock instead.

    RulesBroken when the files do not load, NotFound for an unknown workflow, ReplayRunning while another one runs.
    `truncated` says that there were more decisions, or more changed outcomes than could be worked out.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise ReplayRunning("a replay is under way in this process", remedy="wait until it has ended")
    try:
        return _replay(house, workflow, since, limit, examples, as_of, progress)
    finally:
        _one_at_a_time.release()


def _replay(
    house: House,
    workflow: str,
    since: datetime,
    limit: int,
    examples: int,
    as_of: datetime | None,
    progress: Progress,
) -> dict[str, Any]:
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, workflow)
        there = decisions.count_made(connection, workflow, since)
    if pointer is None:
        raise NotFound(f"there is no workflow {workflow!r}")
    candidate = _candidate(house, workflow)
    whole = _WholeWay(house, pointer, candidate)
    found, total = _Found(), min(there, limit)
    for row in _rows(house, workflow, since, limit):
        found.decisions += 1
        then = _read(row)
        if then is None:
            found.unreadable += 1
        else:
            _compare(found, then, candidate, whole, as_of or then.at, examples)
        progress("replaying", found.decisions, max(total, found.decisions))
    return {
        "workflow": workflow,
        "since": timestamp(since),
        "decisions": found.decisions,
        "changed": found.changed,
        "unreadable": found.unreadable,
        "by_rule": [
            {"rule": rule, "more": found.more[rule], "fewer": found.fewer[rule]}
            for rule in sorted(found.more | found.fewer, key=lambda rule: (-found.more[rule] - found.fewer[rule], rule))
        ],
        "effects": _pairs(found.effects),
        "outcomes": _pairs(found.outcomes),
        "examples": found.examples,
        "considered": found.considered,
        "truncated": there > found.decisions or found.changed > found.considered,
    }


def _candidate(house: House, workflow: str) -> Candidate:
    """The workflow's files as they lie there, compiled; their own tests are for `rules check`."""
    files, problems = read_workflows(house.home, [workflow])
    if problems:
        raise broken(problems)
    try:
        return compiled(files[0], house.shelf.part)
    except RuleErrors as error:
        raise broken(error.problems) from error


def _rows(house: House, workflow: str, since: datetime, limit: int) -> Iterator[Row[Any]]:
    """A page at a time, so that no reader's view of the database is held open for long."""
    before: str | None = None
    while limit > 0:
        with house.store.read() as connection:
            rows = decisions.made(connection, workflow, since, before, min(_PAGE, limit))
        yield from rows
        if len(rows) < _PAGE:
            return
        before, limit = rows[-1].id, limit - len(rows)


def _read(row: Row[Any]) -> _Then | None:
    """None when the request was erased or is not readable any more."""
    try:
        request, body = json.loads(row.request or b"{}"), json.loads(row.record)["body"]
        text, attributes = request["text"], request["attributes"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(text, str) or not isinstance(attributes, dict):
        return None
    counted = [finding for finding in body["findings"] if "exemption" not in finding]
    return _Then(
        id=row.id,
        at=row.created_at,
        groups=frozenset(row.groups),
        effect=max((Effect(finding["effect"]) for finding in counted), key=lambda e: e.strength, default=None),
        told=frozenset(finding["rule"] for finding in counted),
        outcome=body["outcome"],
        off=tuple(body.get("disabled", ())),
        text=normalize(text),
        attributes=attributes,
        subject=request.get("subject"),
    )


def _compare(found: _Found, then: _Then, candidate: Candidate, whole: _WholeWay, now: datetime, examples: int) -> None:
    ruling = evaluate(candidate.ruleset, then.text, then.attributes, now, key=then.subject, off=then.off)
    told = _told(ruling)
    found.more.update(told - then.told)
    found.fewer.update(then.told - told)
    if ruling.effect is then.effect:
        return
    found.changed += 1
    before, after = _word(then.effect), _word(ruling.effect)
    found.effects[before, after] += 1
    outcome: str | None = None
    if found.considered < WHOLE_WAY:
        found.considered += 1
        outcome = whole.outcome(then, now)
        found.outcomes[then.outcome, outcome] += 1
    if len(found.examples) < examples:
        found.examples.append(
            {
                "decision": then.id,
                "before": {"effect": before, "outcome": then.outcome},
                "after": {"effect": after, "outcome": outcome},
                "rules": {"gained": sorted(told - then.told), "lost": sorted(then.told - told)},
            }
        )


class _WholeWay:
    """A request's way through the candidate's rules and policy and today's documents and classifier."""

    def __init__(self, house: House, pointer: Pointer, candidate: Candidate) -> None:
        assert candidate.workflow is not None, "read from a workflow's folder"
        self._house = house
        self._pointer = pointer
        self._workflow = candidate.workflow
        self._candidate = candidate
        self._release: OpenRelease | None = None  # opened when the first effect changes

    def outcome(self, then: _Then, now: datetime) -> str:
        house, release = self._house, self._opened()
        considered = consider(
            release,
            rooms_at(house, release, self._pointer.document_sequence, now).opinion,
            then.text,
            release.ruleset.schema.coerce(then.attributes),
            lambda narrow: house.allowed.get(
                self._workflow.collections, self._pointer.document_sequence, then.groups, house.clock(), narrow
            ),
            now,
            key=then.subject,
            off=then.off,
            certificate=release.certificate,
        )
        return considered.automatic.outcome.value

    def _opened(self) -> OpenRelease:
        if self._release is None:
            active = self._house.shelf.open(self._pointer.release)
            self._release = replace(active, workflow=self._workflow, ruleset=self._candidate.ruleset)
        return self._release


def _told(ruling: Ruling) -> frozenset[str]:
    return frozenset(finding.rule for finding in (*ruling.matched, *ruling.unknown))


def _word(effect: Effect | None) -> str | None:
    return effect.value if effect else None


def _pairs(counted: Counter[Any]) -> list[dict[str, Any]]:
    """Most frequent first."""
    order = sorted(counted, key=lambda pair: (-counted[pair], str(pair)))
    return [{"before": pair[0], "after": pair[1], "count": counted[pair]} for pair in order]
