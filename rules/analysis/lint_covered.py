"""Rules that another one always covers, each with a request that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.analysis.advice import Advice, witness
from rules.analysis.domains import TooLarge
from rules.analysis.search import Found
from rules.analysis.stances import Stance, match_of, weakening
from rules.conditions import Facts
from rules.model import Obligations, Rule, RuleStatus
from rules.ruleset import CompiledRule, RuleSet


@dataclass(frozen=True, slots=True)
class Known:
    """One rule with its stance and a request that it matches."""

    one: CompiledRule
    stance: Stance
    match: Found | None  #: None: it is not known, or hangs on what cannot be read

    @property
    def rule(self) -> Rule:
        return self.one.rule


def confirmed(ruleset: RuleSet, one: CompiledRule, stands: Stance) -> Found | None:
    """A request that a rule matches, if one is found that the engine agrees to."""
    try:
        found = match_of(stands, ruleset.schema)
    except TooLarge:
        return None
    if found is None or not found.readable or found.by_look_alikes:
        return None
    return found if matches(ruleset, one, found) else None


def matches(ruleset: RuleSet, one: CompiledRule, found: Found) -> bool:
    return _matches(one, found, ruleset.engine.facts(found.attributes, found.hits))


def _matches(one: CompiledRule, found: Found, facts: Facts) -> bool:
    given = all(name in found.attributes for name in one.rule.requires)
    return given and one.program.ask(facts) is True


def covered_advice(ruleset: RuleSet, known: Sequence[Known]) -> Iterator[Advice]:
    """Rules that never ask for more than another one does; of two that cover each other, the later."""
    candidates = _Candidates.of(ruleset, known)
    for one in known:
        for other in candidates.near(one):
            mutual = other.rule.id > one.rule.id
            if _covers(ruleset, other, one) and not (mutual and _covers(ruleset, one, other)):
                yield _advice(one, other)
                break


def _advice(one: Known, other: Known) -> Advice:
    rule = one.rule
    says = f"`{other.rule.id}` covers `{rule.id}`: whatever this one asks for, that one does as well"
    remedy = "retire it, or say what it is for"
    shown = witness(one.match) if one.match else None
    return Advice("covered", rule.pack, rule.id, rule.file, rule.line, 1, says, remedy, other.rule.id, shown)


def _covers(ruleset: RuleSet, other: Known, one: Known) -> bool:
    """Whether `other` has at least as strong an effect on every request, and sets nothing less in motion."""
    if not _could_stand_for(other.rule, one.rule):
        return False
    if not _exemptions(ruleset, other.rule) <= _exemptions(ruleset, one.rule):
        return False
    try:
        return weakening(one.stance, other.stance, ruleset.schema) is None
    except TooLarge:
        return False


def _could_stand_for(other: Rule, one: Rule) -> bool:
    """Whether a rule would do as well where both match: enforced, as strong, as long, with the same obligations."""
    later = other.effective_from is not None and (
        one.effective_from is None or one.effective_from < other.effective_from
    )
    shorter = other.effective_until is not None and (
        one.effective_until is None or other.effective_until < one.effective_until
    )
    strong = other.effect.strength >= one.effect.strength and other.severity.rank >= one.severity.rank
    return (
        other.status is RuleStatus.ENFORCE
        and strong
        and not later
        and not shorter
        and _owes(other.obligations, one.obligations)
    )


def _exemptions(ruleset: RuleSet, rule: Rule) -> set[str]:
    return {each.exemption.id for each in ruleset.exemptions if rule.id in each.exemption.rules}


def _owes(other: Obligations, one: Obligations) -> bool:
    """Whether `other` obliges to all that `one` does."""
    narrow = all(name in other.narrow and other.narrow[name] <= values for name, values in one.narrow.items())
    priority = one.priority is None or (other.priority or 0) >= one.priority
    return one.redact <= other.redact and narrow and priority and one.queue in (None, other.queue)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Finds the rules that match a given request, without asking all of them."""

    ruleset: RuleSet
    listening: Mapping[str, Sequence[Known]]  #: key -> rules that sleep until it hits
    awake: Sequence[Known]

    @classmethod
    def of(cls, ruleset: RuleSet, known: Sequence[Known]) -> _Candidates:
        listening: dict[str, list[Known]] = {}
        for one in known:
            for key in one.one.keys if one.one.asleep else ():
                listening.setdefault(key, []).append(one)
        return cls(ruleset, listening, [one for one in known if not one.one.asleep])

    def near(self, one: Known) -> Iterator[Known]:
        """The other rules that match the request that `one` does, each once."""
        found = one.match
        if found is None:
            return
        facts = self.ruleset.engine.facts(found.attributes, found.hits)
        others = {other.rule.id: other for key in sorted(found.hits) for other in self.listening.get(key, ())}
        others |= {other.rule.id: other for other in self.awake if found.attributes.keys() >= set(other.one.reads)}
        for other in others.values():
            if other is not one and _matches(other.one, found, facts):
                yield other
