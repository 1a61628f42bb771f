"""A compiled rule set: everything needed to rule on a request, never changed once made, shared between threads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rules.conditions import Batch, Engine, Program
from rules.matchers import Matchers
from rules.model import Finding, Pack, Rule, RuleStatus
from rules.schema import AttributeSchema


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule, ready to be asked."""

    rule: Rule
    program: Program
    keys: frozenset[str]  #: `pack/matcher` and `pii:type` it listens to
    reads: tuple[str, ...]  #: attributes its condition reads, by name
    bare: bool | str  #: its answer without any hit or attribute
    quiet: Finding  #: its finding when it does not match
    blank: Finding  #: its finding when it cannot tell for want of every attribute it reads

    @property
    def asleep(self) -> bool:
        """Whether it is false by itself as long as none of its keys hits, whatever the attributes.

        An answer of a three-valued condition never changes when more becomes known.
        """
        return self.bare is False


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are always asked and read the same attributes, so that all can be answered in one batch or none."""

    names: frozenset[str]
    places: tuple[int, ...]  #: in Edition.rules, in the order of the batches' answers
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules in force during one stretch of time."""

    rules: tuple[CompiledRule, ...]
    findings: tuple[Finding, ...]  #: what all of them say when none matches
    enforced: tuple[int, ...]  #: places of the rules whose findings count
    shadow: frozenset[int]  #: places of the rules in shadow
    groups: tuple[Group, ...]
    requiring: tuple[int, ...]  #: places of the rules that name `requires`
    listeners: Mapping[str, tuple[int, ...]]  #: key -> places of the rules to wake


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All packs of a workflow, compiled against its attributes. Make it with `rules.compile.compile_rules`."""

    digest: str  #: SHA-256 over content, schema, normaliser and engines: the same digest rules the same
    packs: tuple[Pack, ...]
    schema: AttributeSchema
    compiled: tuple[CompiledRule, ...]
    matchers: Matchers
    engine: Engine
    _editions: dict[int, Edition] = field(default_factory=dict, repr=False, compare=False)
    _bounds: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        times = {time for one in self.compiled for time in (one.rule.effective_from, one.rule.effective_until) if time}
        object.__setattr__(self, "_bounds", tuple(sorted(times)))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every pack, drafts and retired ones included, by id."""
        return tuple(one.rule for one in self.compiled)

    def in_force(self, now: datetime) -> Edition:
        """The rules that count at `now`. Raises ValueError when `now` has no time zone."""
        if now.tzinfo is None:
            raise ValueError("now must have a time zone")
        stretch = bisect_right(self._bounds, now)
        if stretch not in self._editions:  # two threads may both make it; they make the same
            self._editions[stretch] = self._edition(now)
        return self._editions[stretch]

    def alone(self, rule_id: str) -> RuleSet:
        """The same set with one rule only, as if it were enforced: what its inline tests are run against."""
        one = next(one for one in self.compiled if one.rule.id == rule_id)
        enforced = replace(one, rule=replace(one.rule, status=RuleStatus.ENFORCE))
        return replace(self, compiled=(enforced,), _editions={})

    def _edition(self, now: datetime) -> Edition:
        rules = tuple(one for one in self.compiled if _counts(one.rule, now))
        listeners: dict[str, list[int]] = {}
        always: dict[frozenset[str], list[int]] = {}
        for place, one in enumerate(rules):
            if one.asleep:
                for key in one.keys:
                    listeners.setdefault(key, []).append(place)
            else:
                always.setdefault(frozenset(one.reads), []).append(place)
        return Edition(
            rules=rules,
            findings=tuple(one.quiet for one in rules),
            enforced=tuple(place for place, one in enumerate(rules) if one.rule.status is RuleStatus.ENFORCE),
            shadow=frozenset(place for place, one in enumerate(rules) if one.rule.status is RuleStatus.SHADOW),
            groups=tuple(self._group(names, places, rules) for names, places in always.items()),
            requiring=tuple(place for place, one in enumerate(rules) if one.rule.requires),
            listeners={key: tuple(places) for key, places in listeners.items()},
        )

    def _group(self, names: frozenset[str], places: Sequence[int], rules: Sequence[CompiledRule]) -> Group:
        programs = [rules[place].program for place in places]
        return Group(names, tuple(places), tuple(self.engine.batches(programs)))


def _counts(rule: Rule, now: datetime) -> bool:
    started = rule.effective_from is None or rule.effective_from <= now
    ended = rule.effective_until is not None and rule.effective_until <= now
    return rule.status in (RuleStatus.ENFORCE, RuleStatus.SHADOW) and started and not ended
