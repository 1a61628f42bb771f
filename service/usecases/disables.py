"""Which rules are off at this moment, and whether the certificate was tried without them.

Read anew when the pointer names another sequence: a rule that somebody disables is off from the next request on, in
every process. A certificate is of the rules it was made with: while one of them is off it holds only if that was tried,
with this release and just these rules off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from index.latest import Latest
from rules.model import RuleStatus
from rules.ruleset import RuleSet
from service.store import disables
from service.store.engine import Store
from service.store.pointers import Pointer
from service.usecases.shelf import Shelf

#: How long automation goes on before the certificate has been tried without a rule that was just disabled.
GRACE = timedelta(seconds=10)

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Off:
    """What is off for one workflow at one moment."""

    rules: frozenset[str] = frozenset()  #: ids of its rules that count otherwise
    doubtful: bool = False  #: its certificate is not known to hold without them


NOTHING_OFF = Off()


@dataclass(frozen=True, slots=True)
class Disabled:
    """One rule that somebody took out of force."""

    id: str
    rule: str
    by: str
    note: str
    begun_at: datetime
    until: datetime  #: exclusive
    rechecked: Mapping[str, Any]  #: workflow -> the last check: `release`, `off`, `holds`; None before the first

    def in_force(self, now: datetime) -> bool:
        return self.begun_at <= now < self.until


@dataclass(frozen=True, slots=True)
class _Kept:
    sequence: int
    disabled: tuple[Disabled, ...]


class Disables:
    """The disabled rules, read once for each change of them."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._kept = _Kept(-1, ())
        self._counting: Latest[str, frozenset[str]] = Latest(_KEPT)

    def off(self, pointer: Pointer, now: datetime) -> Off:
        """The rules of the pointer's release that are off at `now`. No query as long as nothing was changed."""
        known = self._known(pointer.disable_sequence)
        if not known:
            return NOTHING_OFF
        here = [one for one in known if one.in_force(now)]
        rules = self.counting(pointer.release) & {one.rule for one in here} if here else frozenset()
        if not rules:
            return NOTHING_OFF
        held = tried(here, pointer.workflow, pointer.release, rules)
        if held is None:
            held = _graced([one for one in here if one.rule in rules], pointer, rules, now)
        return Off(rules, not held)

    def counting(self, release: str) -> frozenset[str]:
        """Ids of the release's rules that may have an effect when they are not off."""
        found = self._counting.get(release)
        if found is None:
            found = counting_of(self._shelf.open(release).ruleset)
            self._counting.put(release, found)
        return found

    def _known(self, sequence: int) -> tuple[Disabled, ...]:
        kept = self._kept
        if kept.sequence != sequence:
            with self._store.read() as connection:
                rows = disables.unended(connection)
            kept = _Kept(sequence, tuple(disabled(row) for row in rows))
            self._kept = kept
        return kept.disabled


def tried(here: list[Disabled], workflow: str, release: str, rules: frozenset[str]) -> bool | None:
    """Whether the release's certificate holds without these rules; None when that was not tried."""
    for one in here:
        check = one.rechecked.get(workflow)
        if check and check["release"] == release and set(check["off"]) == rules:
            return bool(check["holds"])
    return None


def _graced(here: list[Disabled], pointer: Pointer, rules: frozenset[str], now: datetime) -> bool:
    """Whether automation goes on untried: for a while, and only on top of what is known to hold."""
    just_now = {one.rule for one in here if now <= one.begun_at + GRACE}
    before = rules - just_now
    if not just_now or (before and not tried(here, pointer.workflow, pointer.release, before)):
        return False
    # Without one rule it did not hold: taking out another as well buys no time.
    checks = [one.rechecked.get(pointer.workflow) for one in here]
    return all(
        check is None or check["release"] != pointer.release or check["holds"] or not rules >= set(check["off"])
        for check in checks
    )


def counting_of(ruleset: RuleSet) -> frozenset[str]:
    """Ids of the rules in canary or enforced."""
    return frozenset(rule.id for rule in ruleset.rules if rule.status in (RuleStatus.CANARY, RuleStatus.ENFORCE))


def disabled(row: Any) -> Disabled:
    """A row as read."""
    return Disabled(row.id, row.rule, row.by, row.note, row.begun_at, row.until, row.rechecked or {})
