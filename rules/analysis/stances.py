"""What rules and exemptions can say at all, and which of two is ever the weaker: exact where conditions can be read.

Each answer is a request that shows it, or None when there is none, or TooLarge when that is not known. Missing
attributes, `requires`, `on_error` and hits by look-alike letters are all among the requests that are tried, so "never
weaker" holds of every request and not only of those that carry everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final, TypeAlias

from rules.analysis.formulas import TRUE as ALWAYS
from rules.analysis.formulas import Formula, Reader, needs
from rules.analysis.kleene import FALSE, TRUE, UNKNOWN, Pair
from rules.analysis.search import Found, find
from rules.model import Condition, Effect, Exemption, FindingStatus, Rule
from rules.schema import AttributeSchema

Outcome: TypeAlias = tuple[FindingStatus, int]  #: a finding, and the strength of its effect; NOTHING without one
_Wanted: TypeAlias = Callable[[Sequence[frozenset[Outcome]]], bool]

NOTHING: Final = -1
MATCH, NO_MATCH, MAYBE = FindingStatus.MATCH, FindingStatus.NO_MATCH, FindingStatus.UNKNOWN


@dataclass(frozen=True, slots=True)
class Stance:
    """Where a rule or exemption stands on requests."""

    condition: Formula
    needs: Formula  #: what `requires` asks for
    effect: Effect
    on_error: Effect
    exempts: bool = False  #: of an exemption: it counts only when certain, and for nothing else

    def outcomes(self, said: Pair, met: Pair) -> frozenset[Outcome]:
        """All it may say when its condition may say this."""
        if self.exempts:
            return _exemption(*said)
        return _rule(self.effect, self.on_error, *said, met[0])


def stance(written: Rule | Exemption, reader: Reader, condition: Condition | None = None) -> Stance:
    """The stance of a rule or exemption, or the one it would have with another condition."""
    formula = reader.clause(written.when if condition is None else condition)
    if isinstance(written, Exemption):
        return Stance(formula, needs(()), Effect.FLAG, Effect.REVIEW, exempts=True)
    return Stance(formula, needs(written.requires), written.effect, written.on_error)


def match_of(one: Stance, schema: AttributeSchema) -> Found | None:
    """A request that it matches."""
    return _find([one], lambda said: any(status is MATCH for status, _ in said[0]), schema)


def miss_of(one: Stance, schema: AttributeSchema) -> Found | None:
    """A request that it says `no_match` to."""
    return _find([one], lambda said: any(status is NO_MATCH for status, _ in said[0]), schema)


def weakening(before: Stance, after: Stance, schema: AttributeSchema, given: Formula = ALWAYS) -> Found | None:
    """A request on which `after` has a weaker effect than `before`, among those for which `given` holds."""

    def weaker(said: Sequence[frozenset[Outcome]]) -> bool:
        return max(strength for _, strength in said[0]) > min(strength for _, strength in said[1])

    return _find([before, after], weaker, schema, given)


def difference(one: Stance, other: Stance, schema: AttributeSchema) -> Found | None:
    """A request of which the two say something else."""

    def differs(said: Sequence[frozenset[Outcome]]) -> bool:
        return said[0] != said[1] or len(said[0]) > 1

    return _find([one, other], differs, schema)


def _find(stances: Sequence[Stance], wanted: _Wanted, schema: AttributeSchema, given: Formula = ALWAYS) -> Found | None:
    def goal(said: Sequence[Pair]) -> bool:
        plain, strict = said[-1]
        pairs = zip(stances, said[:-1:2], said[1:-1:2], strict=True)
        return bool(plain & strict & TRUE) and wanted([one.outcomes(what, met) for one, what, met in pairs])

    formulas = [formula for one in stances for formula in (one.condition, one.needs)]
    return find([*formulas, given], goal, schema)


@cache
def _rule(effect: Effect, on_error: Effect, plain: int, strict: int, met: int) -> frozenset[Outcome]:
    found = {(MAYBE, on_error.strength)} if met & FALSE else set()
    if met & TRUE:
        found |= {_finding(effect, on_error, *pair) for pair in product(_each(plain), _each(strict))}
    return frozenset(found)


def _finding(effect: Effect, on_error: Effect, plain: int, strict: int) -> Outcome:
    """As `rules.request` puts the two answers together."""
    if strict == TRUE:
        return MATCH, effect.strength
    if plain == TRUE:
        held = min(effect.strength, Effect.REVIEW.strength)
        return MATCH, max(held, on_error.strength) if strict == UNKNOWN else held
    return (NO_MATCH, NOTHING) if plain == strict == FALSE else (MAYBE, on_error.strength)


@cache
def _exemption(plain: int, strict: int) -> frozenset[Outcome]:
    said = {other if one == TRUE else one for one, other in product(_each(plain), _each(strict))}
    names = {TRUE: (MATCH, 1), FALSE: (NO_MATCH, NOTHING), UNKNOWN: (MAYBE, NOTHING)}
    return frozenset(names[one] for one in said)


def _each(mask: int) -> list[int]:
    return [one for one in (TRUE, FALSE, UNKNOWN) if mask & one]
