"""What is different between two versions of the rules, by what it means and not by how it is written.

Comments, blanks, the order of rules, of files and of clauses, and where things stand do not count. Which way a
condition leans is decided exactly where it can be read (`stances`), else it is "either".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from rules.analysis.change import Change, Direction, direction
from rules.analysis.clauses import normal, shown
from rules.analysis.diff_names import (
    attribute_changes,
    counts,
    exemption_changes,
    list_changes,
    matcher_changes,
    tests_say,
)
from rules.analysis.directions import of_dates, of_obligations, of_stances
from rules.analysis.sides import Sides, sides
from rules.analysis.stances import stance
from rules.model import Obligations, Pack, Rollout, Rule, RuleStatus

_LADDER: Final = (RuleStatus.RETIRED, RuleStatus.DRAFT, RuleStatus.SHADOW, RuleStatus.CANARY, RuleStatus.ENFORCE)
_WORDS: Final = (
    *("title", "reason_code", "reason", "public_reason", "owner", "citation", "jurisdiction", "review_by", "tags"),
)


def diff(old: Sequence[Pack], new: Sequence[Pack]) -> tuple[Change, ...]:
    """Every change from `old` to `new`: of rules by id, then of matchers, lists, exemptions and attributes by pack."""
    both = sides(old, new)
    before, after = ({rule.id: rule for pack in packs for rule in pack.rules} for packs in (old, new))
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        changes += _rule(both, before.get(name), after.get(name))
    for pack in sorted(both.old.keys() | both.new.keys()):
        for kind in (matcher_changes, list_changes, exemption_changes, attribute_changes):
            changes += kind(both, pack)
    return tuple(changes)


def _rule(both: Sides, old: Rule | None, new: Rule | None) -> Iterator[Change]:
    if old is None and new is not None:
        leans = Direction.TIGHTENS if counts(new) else Direction.WORDS
        yield _change("added", new, "rule", None, _summary(new), leans, f"`{new.id}` is new: {_summary(new)}")
    elif new is None and old is not None:
        leans = Direction.LOOSENS if counts(old) else Direction.WORDS
        yield _change("removed", old, "rule", _summary(old), None, leans, f"`{old.id}` is gone; it was {_summary(old)}")
    elif old is not None and new is not None:
        yield from _status(old, new)
        yield from _stances(both, old, new)
        yield from _rest(old, new)


def _summary(rule: Rule) -> str:
    return f"{rule.status}, {rule.effect}, severity {rule.severity}"


def _change(
    kind: str, rule: Rule, what: str, before: str | None, after: str | None, leans: Direction, says: str
) -> Change:
    return Change(kind, rule.id, rule.pack, what, before, after, (rule.id,), leans, says)


def _told(kind: str, rule: Rule, what: str, before: str, after: str, leans: Direction) -> Change:
    says = f"`{rule.id}`: {what} was {before or 'not set'}, is {after or 'not set'}"
    return _change(kind, rule, what, before or None, after or None, leans, says)


def _status(old: Rule, new: Rule) -> Iterator[Change]:
    if old.status is not new.status:
        up = _LADDER.index(new.status) > _LADDER.index(old.status)
        kind = "retired" if new.status is RuleStatus.RETIRED else "promoted" if up else "demoted"
        changed = counts(old) or counts(new)
        leans = direction(looser=changed and not up, tighter=changed and up)
        says = f"`{new.id}` is {kind} from {_standing(old)} to {_standing(new)}"
        yield _change(kind, new, "status", _standing(old), _standing(new), leans, says)
    elif old.rollout != new.rollout:
        leans = Direction.EITHER
        if old.rollout and new.rollout and old.rollout.by == new.rollout.by:
            more = new.rollout.percent > old.rollout.percent
            leans = direction(looser=not more, tighter=more)
        yield _told("rollout", new, "rollout", _percent(old.rollout), _percent(new.rollout), leans)


def _standing(rule: Rule) -> str:
    return f"{rule.status} {_percent(rule.rollout)}" if rule.rollout else str(rule.status)


def _percent(rollout: Rollout | None) -> str:
    return f"{rollout.percent} %{f' by {rollout.by}' if rollout.by else ''}" if rollout else ""


def _stances(both: Sides, old: Rule, new: Rule) -> Iterator[Change]:
    """What decides which effect a request gets: each part changed alone, everything else as it was."""
    parts: dict[str, Mapping[str, Any]] = {}
    if old.effect is not new.effect:
        parts["effect"] = {"effect": new.effect}
    if old.on_error is not new.on_error:
        parts["on_error"] = {"on_error": new.on_error}
    if set(old.requires) != set(new.requires):
        parts["requires"] = {"requires": new.requires}
    if normal(old.when) != normal(new.when):
        parts["condition"] = {"when": new.when}
    reader = both.reader(new.pack)
    for kind, part in parts.items():
        leans = Direction.WORDS
        if counts(old) and counts(new):
            leans = of_stances(stance(old, reader), stance(replace(old, **part), reader), both.schema)
        yield _told(kind, new, kind, _part(old, kind), _part(new, kind), leans)


def _part(rule: Rule, kind: str) -> str:
    return shown(rule.when) if kind == "condition" else _plain(getattr(rule, kind))


def _rest(old: Rule, new: Rule) -> Iterator[Change]:
    both = counts(old) and counts(new)

    def leans(found: Direction) -> Direction:
        return found if both else Direction.WORDS

    if old.severity is not new.severity:
        yield _told("severity", new, "severity", old.severity, new.severity, leans(Direction.EITHER))
    if old.obligations != new.obligations:
        found = leans(of_obligations(old.obligations, new.obligations))
        yield _told("obligations", new, "obligations", _owed(old.obligations), _owed(new.obligations), found)
    dates = [(rule.effective_from, rule.effective_until) for rule in (old, new)]
    if dates[0] != dates[1]:
        was, now = (f"{_plain(start) or 'always'} to {_plain(end) or 'no end'}" for start, end in dates)
        yield _told("effective", new, "effective", was, now, leans(of_dates(dates[0], dates[1])))
    if old.exemptible is not new.exemptible:
        yield _told("exemptible", new, "exemptible", _plain(old.exemptible), _plain(new.exemptible), Direction.WORDS)
    if old.pack != new.pack:
        yield _told("pack", new, "pack", old.pack, new.pack, leans(Direction.EITHER))
    if tests := tests_say(old.tests, new.tests):
        was, now = (f"{len(side.tests)} tests" for side in (old, new))
        yield _change("tests", new, "tests", was, now, Direction.WORDS, f"`{new.id}`: {tests}")
    for name in _WORDS:
        if getattr(old, name) != getattr(new, name):
            yield _told("words", new, name, _plain(getattr(old, name)), _plain(getattr(new, name)), Direction.WORDS)


def _owed(owed: Obligations) -> str:
    parts = [f"redact {', '.join(sorted(owed.redact))}"] if owed.redact else []
    parts += [f"narrow {name} to {', '.join(sorted(values))}" for name, values in sorted(owed.narrow.items())]
    parts += [f"priority {owed.priority}"] if owed.priority is not None else []
    return "; ".join([*parts, *([f"queue {owed.queue}"] if owed.queue else [])])


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(map(str, value))
        case datetime():
            return value.isoformat()
    return str(value)
