"""A compiled rule set: everything needed to rule on a request, never changed once made, shared between threads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, compress
from typing import Final, TypeVar

from rules.conditions import Batch, Engine, Facts, Program
from rules.matchers import Matchers
from rules.model import AttributeValue, Exemption, Finding, Pack, Rule, RuleStatus
from rules.rollout import counts_for
from rules.schema import AttributeSchema

_ASKED: Final = frozenset((RuleStatus.ENFORCE, RuleStatus.CANARY, RuleStatus.SHADOW))


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule, ready to be asked."""

    rule: Rule
    program: Program
    keys: frozenset[str]  #: `pack/matcher`, `pii:type` and `valid_pii:type` it listens to
    reads: tuple[str, ...]  #: attributes its condition reads, by name
    bare: bool | str  #: its answer without any hit or attribute
    quiet: Finding  #: its finding when it does not match
    blank: Finding  #: its finding when it cannot tell for want of every attribute it reads
    #: answers of a rule that reads no attribute, by which of its keys hit: nothing else can change them
    said: dict[frozenset[str], bool | str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def asleep(self) -> bool:
        """Whether it is false by itself as long as none of its keys hits, whatever the attributes.

        An answer of a three-valued condition never changes when more becomes known.
        """
        return self.bare is False


@dataclass(frozen=True, slots=True)
class CompiledExemption:
    """One exemption, ready to be asked."""

    exemption: Exemption
    program: Program
    keys: frozenset[str]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are always asked and read the same attributes, so that they can be answered together."""

    names: frozenset[str]
    places: tuple[int, ...]  #: in Edition.rules, in the order of the batches' answers
    batches: tuple[Batch, ...]

    def telling(self, facts: Facts, *, complete: bool) -> Iterator[tuple[int, bool | str]]:
        """Place and answer of the rules that do not say False; `complete` when all their attributes are there."""
        answers = list(chain.from_iterable(batch.ask(facts, complete=complete) for batch in self.batches))
        # An answer is True, False or a word, so the truthy ones are those that tell something.
        return zip(compress(self.places, answers), filter(None, answers), strict=True)


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules in force during one stretch of time, and the indexes that find those a request concerns."""

    rules: tuple[CompiledRule, ...]
    quiet: tuple[Finding, ...]  #: what those say that may count (enforced or in canary) when they do not match
    counting: frozenset[str]  #: ids of the same
    canary: tuple[Rule, ...]
    shadow: frozenset[int]  #: places of the rules in shadow
    groups: tuple[Group, ...]
    requiring: Mapping[str, tuple[int, ...]]  #: attribute -> places of the rules that name it under `requires`
    listeners: Mapping[str, tuple[int, ...]]  #: key -> places of the sleeping rules to wake
    awake: Mapping[str, tuple[int, ...]]  #: key -> places of the rules always asked that listen to it
    exemptions: Mapping[int, tuple[CompiledExemption, ...]]  #: place -> exemptions in force of that rule, by id

    def apart(self, attributes: Mapping[str, AttributeValue], key: str, off: Collection[str]) -> frozenset[str]:
        """Ids of the rules that do not count for one request: in canary on the other side, or disabled."""
        if not self.canary and not off:
            return _NONE
        aside = {rule.id for rule in self.canary if not counts_for(rule, attributes, key)}
        return frozenset(aside.union(off) & self.counting)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All packs of a workflow, compiled against its attributes. Make it with `rules.compile.compile_rules`."""

    digest: str  #: SHA-256 over content, schema, normaliser and engines: the same digest rules the same
    packs: tuple[Pack, ...]
    schema: AttributeSchema
    compiled: tuple[CompiledRule, ...]
    matchers: Matchers
    engine: Engine
    exemptions: tuple[CompiledExemption, ...] = ()  #: by id
    _editions: dict[int, Edition] = field(default_factory=dict, repr=False, compare=False)
    _bounds: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules, exemptions = [one.rule for one in self.compiled], [one.exemption for one in self.exemptions]
        times = {time for rule in rules for time in (rule.effective_from, rule.effective_until)}
        times |= {time for exemption in exemptions for time in (exemption.effective_from, exemption.until)}
        object.__setattr__(self, "_bounds", tuple(sorted(time for time in times if time)))

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
        """The same set with one rule only, as if it were enforced and nobody exempt."""
        one = next(one for one in self.compiled if one.rule.id == rule_id)
        enforced = replace(one, rule=replace(one.rule, status=RuleStatus.ENFORCE, rollout=None))
        return replace(self, compiled=(enforced,), exemptions=(), _editions={})

    def _edition(self, now: datetime) -> Edition:
        rules = tuple(one for one in self.compiled if one.rule.status in _ASKED and is_in_force(one.rule, now))
        always: dict[frozenset[str], list[int]] = {}
        for place, one in enumerate(rules):
            if not one.asleep:
                always.setdefault(frozenset(one.reads), []).append(place)
        counting = [one for one in rules if one.rule.status is not RuleStatus.SHADOW]
        return Edition(
            rules=rules,
            quiet=tuple(one.quiet for one in counting),
            counting=frozenset(one.rule.id for one in counting),
            canary=tuple(one.rule for one in counting if one.rule.status is RuleStatus.CANARY),
            shadow=frozenset(place for place, one in enumerate(rules) if one.rule.status is RuleStatus.SHADOW),
            groups=tuple(self._group(names, places, rules) for names, places in always.items()),
            requiring=_index((name, place) for place, one in enumerate(rules) for name in one.rule.requires),
            listeners=_index((key, place) for place, one in enumerate(rules) if one.asleep for key in one.keys),
            awake=_index((key, place) for place, one in enumerate(rules) if not one.asleep for key in one.keys),
            exemptions=self._exemptions(rules, now),
        )

    def _group(self, names: frozenset[str], places: Sequence[int], rules: Sequence[CompiledRule]) -> Group:
        programs = [rules[place].program for place in places]
        return Group(names, tuple(places), tuple(self.engine.batches(programs)))

    def _exemptions(self, rules: Sequence[CompiledRule], now: datetime) -> dict[int, tuple[CompiledExemption, ...]]:
        places = {one.rule.id: place for place, one in enumerate(rules)}
        valid = [one for one in self.exemptions if is_in_force(one.exemption, now)]
        return _index((places[name], one) for one in valid for name in one.exemption.rules if name in places)


_NONE: Final[frozenset[str]] = frozenset()
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _index(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    found: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def is_in_force(what: Rule | Exemption, now: datetime) -> bool:
    """Whether `now` lies between its dates, whatever its status; the end is exclusive."""
    until = what.until if isinstance(what, Exemption) else what.effective_until
    return (what.effective_from is None or what.effective_from <= now) and (until is None or now < until)
