"""Conditions that cannot be meant as they stand: never or always true, written twice, or decided by another rule.

Everything said here is proved by trying all requests that conditions can tell apart (`search`), and what is
said of rules that match comes with such a request, which the engine itself has confirmed. What is not decided within
the bound, or hangs on a part that cannot be read, is not said.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Final

from rules.analysis.advice import Advice, witness
from rules.analysis.clauses import named, normal, place
from rules.analysis.domains import TooLarge
from rules.analysis.edits import Rebuilt, rebuilt
from rules.analysis.formulas import Reader, reader
from rules.analysis.lint_covered import Known, confirmed, covered_advice
from rules.analysis.search import Found
from rules.analysis.stances import Stance, difference, match_of, miss_of, stance
from rules.model import Rule, RuleStatus
from rules.ruleset import RuleSet

_ASKED: Final = (RuleStatus.SHADOW, RuleStatus.CANARY, RuleStatus.ENFORCE)


def condition_advice(ruleset: RuleSet) -> Iterator[Advice]:
    """All advice on conditions; nothing is said of retired rules, and drafts are not compared with others."""
    readers = {pack.id: reader(pack, ruleset.schema) for pack in ruleset.packs}
    known: list[Known] = []
    for one in ruleset.compiled:
        if one.rule.status is not RuleStatus.RETIRED:
            words = readers[one.rule.pack]
            stands = stance(one.rule, words)
            matching = confirmed(ruleset, one, stands)
            yield from _alone(ruleset, one.rule, stands, matching)
            yield from _idle(ruleset, one.rule, words, matching)
            known.append(Known(one, stands, matching))
    asked = [one for one in known if one.rule.status in _ASKED]
    twins: dict[str, str] = {}
    for first, *others in _twins(asked):
        for later in others:
            twins[later.rule.id] = first.rule.id
            says = f"`{later.rule.id}` has the same condition as `{first.rule.id}`"
            yield _about(later.rule, "duplicate", says, "join them, or say what sets them apart", first.rule.id)
    yield from covered_advice(ruleset, [one for one in asked if one.rule.id not in twins])


def _alone(ruleset: RuleSet, rule: Rule, stands: Stance, matching: Found | None) -> Iterator[Advice]:
    """Whether a condition can be true, and whether it can be false."""
    try:
        if matching is None and match_of(stands, ruleset.schema) is None:
            says = f"`{rule.id}` can never match: its condition contradicts itself"
            yield _about(rule, "contradictory", says, "mend the condition, or remove the rule")
        elif matching is not None and miss_of(stands, ruleset.schema) is None:
            says = f"`{rule.id}` matches every request that it can say anything about"
            yield _about(rule, "always", says, "say when it should not match", found=matching)
    except TooLarge:
        return


def _idle(ruleset: RuleSet, rule: Rule, words: Reader, matching: Found | None) -> Iterator[Advice]:
    """Clauses without which the rule says the same of every request; each is looked for without those before."""
    left = rule.when
    while matching is not None:
        idle = next((one for one in rebuilt(left) if one.what == "dropped" and _same(ruleset, rule, words, one)), None)
        if idle is None:
            return
        says = f"`{rule.id}` says the same without the clause `{idle.was}`, which the others cover"
        at = place(idle.leaf)
        remedy = "leave it out, or mend it if it should decide something"
        yield Advice("idle_clause", rule.pack, rule.id, rule.file, *at, says, remedy, witness=witness(matching))
        left = idle.condition


def _same(ruleset: RuleSet, rule: Rule, words: Reader, one: Rebuilt) -> bool:
    try:
        return difference(stance(rule, words), stance(rule, words, one.condition), ruleset.schema) is None
    except TooLarge:
        return False


def _twins(known: Sequence[Known]) -> list[list[Known]]:
    """Rules whose conditions differ in nothing but how they are written, in groups of two and more."""
    groups: dict[Hashable, list[Known]] = {}
    for one in known:
        names = named(one.rule.when)
        pack = one.rule.pack if names.matchers or names.lists else ""  # names belong to their pack
        groups.setdefault((pack, normal(one.rule.when)), []).append(one)
    return [group for group in groups.values() if len(group) > 1]


def _about(
    rule: Rule, kind: str, says: str, remedy: str, other: str | None = None, found: Found | None = None
) -> Advice:
    shown = None if found is None else witness(found)
    return Advice(kind, rule.pack, rule.id, rule.file, rule.line, 1, says, remedy, other, shown)
