"""Is there a request for which rules say this? Answered by trying all requests, as far as their conditions can tell
requests apart, within a bound; and always with the request that was found.

A rule's condition is a formula over facts (`formulas`); each fact has a few values that matter
(`domains`). Facts are settled one by one, and a branch is left as soon as nothing in it can say what is looked
for. Unreadable parts of a condition may say anything: so "there is none" is always true of the real rules, and a
request that hangs on such a part is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rules.analysis.domains import ABSENT, ALIKE, MISSING, VALID, TooLarge, Value, says, values
from rules.analysis.formulas import Atom, Either, Fact, Formula, Not, atoms
from rules.analysis.kleene import ANY, BOTH, OPPOSITE, PAIRS, TRUE, Pair, code, union
from rules.model import AttributeValue
from rules.references import VALID as VALID_PREFIX
from rules.schema import AttributeSchema

MAX_STEPS: Final = 4_000  #: values tried in one search

Goal: TypeAlias = Callable[[Sequence[Pair]], bool]  #: whether formulas that may say this may be what is looked for


@dataclass(frozen=True, slots=True)
class Found:
    """A request, as far as conditions see it."""

    attributes: Mapping[str, AttributeValue]
    hits: frozenset[str]  #: `pack/matcher`, `pii:<kind>`, `valid_pii:<kind>`
    by_look_alikes: frozenset[str]  #: those of them that only look-alike letters hit
    readable: bool  #: false when it hangs on a part that could not be read: then it may not exist


def find(formulas: Sequence[Formula], goal: Goal, schema: AttributeSchema) -> Found | None:
    """A request of which the formulas say what `goal` accepts; None when there is none.

    Raises TooLarge when that is not known after MAX_STEPS.
    """
    search = _Search(formulas, goal, schema)
    return search.shown() if search.run(0) else None


_Settled: TypeAlias = Callable[[list[int]], int]  #: a formula as a function of what its atoms may say
_UNREADABLE: Final = code(ANY, ANY)


class _Search:
    """The facts that formulas ask about, settled one after the other."""

    def __init__(self, formulas: Sequence[Formula], goal: Goal, schema: AttributeSchema) -> None:
        self._goal = goal
        self._steps = 0
        asked: dict[Fact, dict[Atom, None]] = {}
        for atom in (atom for formula in formulas for atom in atoms(formula)):
            asked.setdefault(atom.fact, {})[atom] = None
        places = {atom: place for place, atom in enumerate(atom for known in asked.values() for atom in known)}
        self._said = [_UNREADABLE] * len(places)  #: what each atom may still say
        self._facts: list[Fact] = []
        self._choices: list[dict[Value, list[tuple[int, int]]]] = []  #: value -> what atoms then say, by their place
        self._chosen: list[Value] = []
        for fact, questions in asked.items():
            choices = values(fact, questions.keys(), schema)
            told = {value: [(places[atom], code(*says(atom, value))) for atom in questions] for value in choices}
            if told:
                self._facts.append(fact)
                self._choices.append(told)
        self._open = [_any_of(told) for told in self._choices]
        for known in self._open:
            self._settle(known)
        self._formulas = [_function(formula, places) for formula in formulas]

    def run(self, depth: int) -> bool:
        """Settle the facts from `depth` on so that the goal is reached; false when it cannot be."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooLarge
        if not self._may():
            return False
        if depth == len(self._facts):
            return True
        for value, told in self._choices[depth].items():
            self._settle(told)
            self._chosen.append(value)
            if self.run(depth + 1):
                return True
            self._chosen.pop()
        self._settle(self._open[depth])
        return False

    def _settle(self, told: list[tuple[int, int]]) -> None:
        for place, said in told:
            self._said[place] = said

    def _pairs(self) -> list[Pair]:
        return [PAIRS[formula(self._said)] for formula in self._formulas]

    def _may(self) -> bool:
        return self._goal(self._pairs())

    def shown(self) -> Found:
        """The request that was found, without what does not matter to it."""
        for depth, choices in enumerate(self._choices):
            plainer = (MISSING, ABSENT, next(iter(choices)))
            for value in (value for value in plainer if value in choices):
                self._settle(choices[value])
                if self._may():
                    self._chosen[depth] = value
                    break
            self._settle(choices[self._chosen[depth]])
        chosen = list(zip(self._facts, self._chosen, strict=True))
        given = {fact.name: value.value for fact, value in chosen if fact.kind == "attribute"}
        hit = [(fact, value) for fact, value in chosen if fact.kind != "attribute" and value != ABSENT]
        return Found(
            attributes={name: value for name, value in given.items() if value is not None},
            hits=frozenset(key for fact, value in hit for key in _keys(fact, value)),
            by_look_alikes=frozenset(fact.name for fact, value in hit if value == ALIKE),
            readable=all(pair.settled for pair in self._pairs()),
        )


def _any_of(choices: Mapping[Value, Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    """What the atoms of a fact may say while it is not settled."""
    columns = zip(*choices.values(), strict=True)
    return [(column[0][0], union(said for _, said in column)) for column in columns]


def _function(formula: Formula, places: Mapping[Atom, int]) -> _Settled:
    """A formula as a function, with its atoms known by their places."""
    if isinstance(formula, Atom):
        place = places[formula]
        return lambda said: said[place]
    if isinstance(formula, Not):
        part = _function(formula.part, places)
        return lambda said: OPPOSITE[part(said)]
    parts = [_function(part, places) for part in formula.parts]
    if isinstance(formula, Either):
        return lambda said: OPPOSITE[_every([OPPOSITE[part(said)] for part in parts])]
    return lambda said: _every([part(said) for part in parts])


def _every(codes: Sequence[int]) -> int:
    both = _ALWAYS
    for one in codes:
        both = BOTH[both][one]
    return both


_ALWAYS: Final = code(TRUE, TRUE)


def _keys(fact: Fact, value: Value) -> tuple[str, ...]:
    """What has hit, in the words of the evaluation."""
    if fact.kind == "hit":
        return (fact.name,)
    key = f"pii:{fact.name}"
    return (key, VALID_PREFIX + key) if value == VALID else (key,)
