"""The leaves of a condition as programs of their own, asked one by one with the facts of a request.

The answer of a condition is that of its leaves put together (`clauses.truth`), so one changed leaf needs one
program, and what each leaf says can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules import pii
from rules.analysis.clauses import Truth, leaves
from rules.conditions import Program
from rules.model import Condition, Leaf, Pack
from rules.references import read_references
from rules.request import Request
from rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf, ready to be asked alone."""

    leaf: Leaf
    program: Program
    keys: frozenset[str]  #: what it listens to
    reads: tuple[str, ...]  #: attributes it reads, by name


@dataclass(frozen=True, slots=True)
class Said:
    """What one leaf says of one request: to everything that hit, and without what only look-alikes hit."""

    plain: bool | str  #: a text says why it is unknown
    strict: bool | str

    def truth(self, *, strict: bool) -> Truth:
        answer = self.strict if strict else self.plain
        return None if isinstance(answer, str) else answer


class Workshop:
    """Makes parts of the leaves of one rule set, each but once."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._names = {pack.id: _names(pack) for pack in ruleset.packs}
        self._made: dict[tuple[str, str], tuple[Program, frozenset[str], tuple[str, ...]]] = {}

    def part(self, pack: str, leaf: Leaf) -> Part:
        """Raises ValueError when the leaf does not compile to true or false."""
        known = self._made.get((pack, leaf.source))
        if known is None:
            matchers, lists = self._names[pack]
            read = read_references(leaf.source, pack, matchers, lists, pii.TYPES)
            if read.faults:
                raise ValueError(read.faults[0].message)
            reads = tuple(sorted(read.names & self._ruleset.schema.by_name.keys()))
            known = self._ruleset.engine.compile(f"(\n{read.source}\n)"), read.keys, reads
            self._made[pack, leaf.source] = known
        return Part(leaf, *known)

    def parts(self, pack: str, condition: Condition) -> dict[Leaf, Part]:
        """Every leaf of a condition that was compiled before."""
        return {leaf: self.part(pack, leaf) for leaf in leaves(condition)}


def _names(pack: Pack) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(matcher.name for matcher in pack.matchers), frozenset(pack.lists)


def said(part: Part, request: Request) -> Said:
    """Ask one leaf of one request."""
    plain = part.program.ask(request.facts)
    shaken = not part.keys.isdisjoint(request.weak)
    return Said(plain, part.program.ask(request.strict_facts) if shaken else plain)


def say(parts: Iterable[Part], request: Request) -> Mapping[Leaf, Said]:
    """Ask several leaves of one request."""
    return {part.leaf: said(part, request) for part in parts}
