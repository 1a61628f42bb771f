"""A condition as the tree of its clauses: its leaves, their places, what decides it, and when two say the same.

The three values are those of Kleene, as in the engine: False settles a conjunction and True a disjunction, whatever
is unknown beside them. `None` stands for unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rules.analysis.names import Names, names_in, quoted
from rules.model import Clause, Condition, Leaf
from rules.references import tokens

Truth: TypeAlias = bool | None
Ask: TypeAlias = Callable[[Leaf], Truth]


@dataclass(frozen=True, slots=True)
class Ground:
    """A leaf that bears on what its condition says, and what it had to say for the condition to hold."""

    leaf: Leaf
    wanted: bool  #: False below an odd number of `none`


def leaves(clause: Clause) -> Iterator[Leaf]:
    """The leaves in the order `all`, `any`, `none`, depth first."""
    if isinstance(clause, Leaf):
        yield clause
        return
    for part in (*clause.all, *clause.any, *clause.none):
        yield from leaves(part)


def named(clause: Clause) -> Names:
    """The matchers and lists that a clause asks."""
    return names_in(leaf.source for leaf in leaves(clause))


def truth(clause: Clause, ask: Ask) -> Truth:
    """What a clause says, from what its leaves say."""
    if isinstance(clause, Leaf):
        return ask(clause)
    parts = [truth(part, ask) for part in clause.all]
    if clause.any:
        parts.append(_either(truth(part, ask) for part in clause.any))
    parts += [_opposite(truth(part, ask)) for part in clause.none]
    return _every(parts)


def grounds(clause: Clause, ask: Ask, *, wanted: bool = True) -> tuple[Ground, ...]:
    """The leaves that make a clause say what it says, in written order.

    Of a conjunction that is false, the first part that is; of a disjunction that is false, all its parts. Of what is
    true, all parts that make it so; of what is unknown, the parts that are.
    """
    if isinstance(clause, Leaf):
        return (Ground(clause, wanted),)
    verdict = truth(clause, ask)
    parts = [_grounds((part,), ask, wanted) for part in clause.all if truth(part, ask) is verdict]
    if clause.any and _either(truth(part, ask) for part in clause.any) is verdict:
        parts.append(_grounds([part for part in clause.any if truth(part, ask) is verdict], ask, wanted))
    parts += [_grounds((part,), ask, not wanted) for part in clause.none if _opposite(truth(part, ask)) is verdict]
    chosen = parts[:1] if verdict is False else parts
    return tuple(ground for part in chosen for ground in part)


def _grounds(parts: Iterable[Clause], ask: Ask, wanted: bool) -> list[Ground]:
    return [ground for part in parts for ground in grounds(part, ask, wanted=wanted)]


def _every(values: Iterable[Truth]) -> Truth:
    verdict: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            verdict = None
    return verdict


def _either(values: Iterable[Truth]) -> Truth:
    return _opposite(_every(_opposite(value) for value in values))


def _opposite(value: Truth) -> Truth:
    return None if value is None else not value


def place(leaf: Leaf, offset: int = 0) -> tuple[int, int]:
    """Line and column, both from 1, of the character at `offset` of a leaf's source."""
    before = leaf.source[:offset]
    line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    at = leaf.columns[column] if line == 0 and column < len(leaf.columns) else leaf.column + column
    return leaf.line + line, at


def normal(clause: Clause) -> Hashable:
    """The same value for clauses that differ only in blanks, comments, quotes, repeats or the order of their parts."""
    if isinstance(clause, Leaf):
        return tuple(_spelled(token.text) for token in tokens(clause.source))
    parts = {normal(part) for part in clause.all}
    if clause.any:
        parts.add(_joined("any", {normal(part) for part in clause.any}))
    parts |= {("not", normal(part)) for part in clause.none}
    flat: set[Hashable] = set()
    for part in parts:
        flat |= part[1] if isinstance(part, tuple) and part[:1] == ("all",) and len(part) == 2 else {part}
    return _joined("all", flat)


def _joined(word: str, parts: set[Hashable]) -> Hashable:
    return next(iter(parts)) if len(parts) == 1 else (word, frozenset(parts))


def _spelled(token: str) -> str:
    text = quoted(token)
    return token if text is None else f"'{text}'"


def shown(clause: Clause) -> str:
    """A clause in one line, for people."""
    if isinstance(clause, Leaf):
        return " ".join(clause.source.split())
    groups = (("all", clause.all), ("any", clause.any), ("none", clause.none))
    parts = [f"{word}: [{', '.join(map(shown, clauses))}]" for word, clauses in groups if clauses]
    return parts[0] if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def swap(condition: Condition, leaf: Leaf, other: Leaf) -> Condition:
    """A condition with one leaf in place of another."""

    def swapped(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
        return tuple(
            swap(part, leaf, other) if isinstance(part, Condition) else other if part == leaf else part
            for part in clauses
        )

    return Condition(swapped(condition.all), swapped(condition.any), swapped(condition.none))
