"""The rule language read slowly: every rule, clause by clause, with nothing skipped, remembered or put together.

Written from docs/rules.md alone. It imports the values of `rules.model` and none of the code that rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from rules.model import AttributeValue, Clause, Effect, Exemption, Leaf, Obligations, Pack, Rule, RuleStatus

Facts: TypeAlias = Mapping[str, AttributeValue]
Truth: TypeAlias = bool | None  #: None: unknown
Meaning: TypeAlias = Callable[[Facts, frozenset[str]], Truth]
"""What an expression says, given the attributes and the names of what hit."""

_ORDER = (Effect.FLAG, Effect.RECHECK, Effect.REVIEW, Effect.BLOCK)


@dataclass(frozen=True)
class World:
    """One request and its moment."""

    text: str
    attributes: Facts  #: those of the declared types
    strong: frozenset[str]  #: what hits without look-alikes
    weak: frozenset[str]  #: what hits by look-alikes alone
    now: datetime
    key: str | None
    off: frozenset[str]


class Said(NamedTuple):
    """What one rule says: `match` or `unknown`, with its effect."""

    rule: str
    status: str
    effect: Effect
    exemption: str | None = None


@dataclass(frozen=True)
class Law:
    """What the law says of one request."""

    effect: Effect | None
    obligations: Obligations
    matched: list[Said]
    unknown: list[Said]
    exempted: list[Said]
    shadow: list[Said]
    asked: list[str]  #: ids of the rules that count


def law(pack: Pack, world: World, meanings: Mapping[str, Meaning]) -> Law:
    """Ask every rule of a pack, by id."""
    matched, unknown, exempted, shadow = [], [], [], []
    asked: list[str] = []
    claims: list[tuple[Rule, Obligations]] = []
    for rule in sorted(pack.rules, key=lambda rule: rule.id):
        if not _is_asked(rule, world.now):
            continue
        counts = rule.status is not RuleStatus.SHADOW and rule.id not in world.off and _on_this_side(rule, world)
        if counts:
            asked.append(rule.id)
        said = _says(rule, world, meanings)
        if said is None:
            continue
        exemptions = [one.id for one in pack.exemptions if rule.id in one.rules and _exempts(one, world, meanings)]
        if exemptions:
            said = said._replace(exemption=min(exemptions))
        if not counts:
            shadow.append(said)
        elif exemptions:
            exempted.append(said)
        elif said.status == "match":
            matched.append(said)
            claims.append((rule, rule.obligations))
        else:
            unknown.append(said)
            claims.append((rule, Obligations(redact=rule.obligations.redact, narrow=rule.obligations.narrow)))
    effects = [said.effect for said in matched + unknown]
    strongest = max(effects, key=_ORDER.index) if effects else None
    return Law(strongest, _joined(claims), matched, unknown, exempted, shadow, asked)


def _is_asked(rule: Rule, now: datetime) -> bool:
    if rule.status in (RuleStatus.DRAFT, RuleStatus.RETIRED):
        return False
    begun = rule.effective_from is None or rule.effective_from <= now
    ended = rule.effective_until is not None and rule.effective_until <= now
    return begun and not ended


def _says(rule: Rule, world: World, meanings: Mapping[str, Meaning]) -> Said | None:
    for name in rule.requires:
        if name not in world.attributes:
            return Said(rule.id, "unknown", rule.on_error)
    with_alike = _truth(rule.when, world.attributes, world.strong | world.weak, meanings)
    without = _truth(rule.when, world.attributes, world.strong, meanings)
    if without is True:
        return Said(rule.id, "match", rule.effect)
    if with_alike is True:
        effects: list[Effect] = [Effect.REVIEW if rule.effect is Effect.BLOCK else rule.effect]
        if without is None:
            effects.append(rule.on_error)
        return Said(rule.id, "match", max(effects, key=_ORDER.index))
    if with_alike is False and without is False:
        return None
    return Said(rule.id, "unknown", rule.on_error)


def _exempts(exemption: Exemption, world: World, meanings: Mapping[str, Meaning]) -> bool:
    if exemption.effective_from is not None and world.now < exemption.effective_from:
        return False
    if world.now >= exemption.until:
        return False
    every = world.strong | world.weak
    return all(_truth(exemption.when, world.attributes, hits, meanings) is True for hits in (every, world.strong))


def _on_this_side(rule: Rule, world: World) -> bool:
    if rule.rollout is None:
        return True
    key = world.text if world.key is None else world.key
    if rule.rollout.by is not None and rule.rollout.by in world.attributes:
        key = str(world.attributes[rule.rollout.by])
    first = hashlib.sha256(rule.id.encode() + b"\0" + key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return int(first, 16) / 2**64 * 100 < rule.rollout.percent


def _truth(clause: Clause, facts: Facts, hits: frozenset[str], meanings: Mapping[str, Meaning]) -> Truth:
    if isinstance(clause, Leaf):
        return meanings[clause.source](facts, hits)
    values = [_truth(part, facts, hits, meanings) for part in clause.all]
    if clause.any:
        values.append(either([_truth(part, facts, hits, meanings) for part in clause.any]))
    values += [opposite(_truth(part, facts, hits, meanings)) for part in clause.none]
    return both(values)


def both(values: Sequence[Truth]) -> Truth:
    """False AND unknown is false."""
    return False if False in values else None if None in values else True


def either(values: Sequence[Truth]) -> Truth:
    """True OR unknown is true."""
    return True if True in values else None if None in values else False


def opposite(value: Truth) -> Truth:
    return None if value is None else not value


def _joined(claims: Sequence[tuple[Rule, Obligations]]) -> Obligations:
    redact: set[str] = set()
    narrow: dict[str, frozenset[str]] = {}
    for _, wanted in claims:
        redact |= wanted.redact
        for field, values in wanted.narrow.items():
            narrow[field] = narrow[field] & values if field in narrow else values
    priorities = [wanted.priority for _, wanted in claims if wanted.priority is not None]
    queues = [(-rule.severity.rank, rule.id, wanted.queue) for rule, wanted in claims if wanted.queue]
    return Obligations(frozenset(redact), narrow, max(priorities, default=None), min(queues)[2] if queues else None)
