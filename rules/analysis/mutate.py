"""Mutation testing of rules: would the inline tests notice if a condition had been written a little differently?

Every rule that is not retired, and every exemption, is changed in one place at a time (`edits`). A change is
noticed when one of its own inline tests gets another finding. What goes unnoticed is a gap in the tests, or a clause
that does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from rules.analysis.clauses import leaves, place, swap
from rules.analysis.domains import TooLarge
from rules.analysis.edits import Edit, edits, rebuilt
from rules.analysis.formulas import Reader, reader
from rules.analysis.parts import Workshop, said
from rules.analysis.stances import difference, stance
from rules.analysis.trials import Tried, try_all
from rules.model import Condition, Leaf, Rule
from rules.ruleset import RuleSet

_DAY: Final = timedelta(days=1)


class Fate(StrEnum):
    """What became of one changed rule."""

    KILLED = "killed"  #: some test got another finding
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"  #: it says the same of every request, so no test could tell
    UNCOMPILED = "uncompiled"  #: the engine refuses it, so nobody could have written it


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change that no test noticed."""

    kind: str  #: `rule` or `exemption`
    rule: str  #: its id
    what: str  #: the kind of change, see `edits`; `dates` for the first or last day
    file: str
    line: int
    column: int
    was: str
    became: str  #: empty: left out

    @property
    def says(self) -> str:
        change = f"`{self.was}` became `{self.became}`" if self.became else f"`{self.was}` was left out"
        return f"no test of `{self.rule}` notices that {change}"


@dataclass(frozen=True, slots=True)
class MutationReport:
    """How many changes the inline tests noticed, and which they did not."""

    killed: int
    equivalent: int
    uncompiled: int
    survivors: tuple[Mutant, ...]

    @property
    def score(self) -> float:
        """Share of the changes that could be noticed and were, 0 to 1; 1 when there are none."""
        tried = self.killed + len(self.survivors)
        return self.killed / tried if tried else 1.0

    def as_dict(self) -> dict[str, Any]:
        survivors = [asdict(one) | {"says": one.says} for one in self.survivors]
        return asdict(self) | {"survivors": survivors, "score": self.score}


def mutate(ruleset: RuleSet) -> MutationReport:
    """Change every rule and exemption in every way of `edits`, one at a time, and run its tests."""
    workshop = Workshop(ruleset)
    readers = {pack.id: reader(pack, ruleset.schema) for pack in ruleset.packs}
    counts = dict.fromkeys(Fate, 0)
    survivors: list[Mutant] = []
    for tried in try_all(ruleset, workshop):
        for mutant, fate in _mutants(tried, workshop, readers[tried.written.pack]):
            counts[fate] += 1
            if fate is Fate.SURVIVED:
                survivors.append(mutant)
    return MutationReport(counts[Fate.KILLED], counts[Fate.EQUIVALENT], counts[Fate.UNCOMPILED], tuple(survivors))


def _mutants(tried: Tried, workshop: Workshop, words: Reader) -> Iterator[tuple[Mutant, Fate]]:
    when = tried.written.when
    for leaf in dict.fromkeys(leaves(when)):
        for edit in edits(leaf):
            mutant = _mutant(tried, edit.what, place(leaf, edit.offset), edit.was, edit.became)
            yield mutant, _fate_of_edit(tried, edit, workshop, words)
    for one in rebuilt(when):
        noticed = any(tried.result(trial) is not tried.result(trial, one.condition) for trial in tried.trials)
        mutant = _mutant(tried, one.what, place(one.leaf), one.was, one.became)
        yield mutant, Fate.KILLED if noticed else _unnoticed(tried, one.condition, words)
    if isinstance(tried.written, Rule):
        yield from _moved(tried, tried.written)


def _fate_of_edit(tried: Tried, edit: Edit, workshop: Workshop, words: Reader) -> Fate:
    changed = Leaf(edit.source, edit.leaf.line, edit.leaf.column)
    try:
        part = workshop.part(tried.written.pack, changed)
    except ValueError:
        return Fate.UNCOMPILED
    for trial in tried.trials:
        if tried.result(trial) is not tried.result(trial, changed={edit.leaf: said(part, trial.request)}):
            return Fate.KILLED
    return _unnoticed(tried, swap(tried.written.when, edit.leaf, changed), words)


def _unnoticed(tried: Tried, condition: Condition, words: Reader) -> Fate:
    """What a change is that no test noticed: a gap in the tests, unless it changes nothing at all."""
    before, after = stance(tried.written, words), stance(tried.written, words, condition)
    try:
        same = difference(before, after, words.schema) is None
    except TooLarge:
        same = False
    return Fate.EQUIVALENT if same else Fate.SURVIVED


def _moved(tried: Tried, rule: Rule) -> Iterator[tuple[Mutant, Fate]]:
    """The first and the last day of a rule, each a day earlier and later."""
    for name in ("effective_from", "effective_until"):
        moment = getattr(rule, name)
        for step in (-_DAY, _DAY) if moment else ():
            other = replace(tried, written=replace(rule, **{name: moment + step}))
            noticed = any(tried.result(trial) is not other.result(trial) for trial in tried.trials)
            word = name.removeprefix("effective_")
            was, became = (f"{word}: {one.isoformat()}" for one in (moment, moment + step))
            mutant = _mutant(tried, "dates", (rule.line, 1), was, became)
            yield mutant, Fate.KILLED if noticed else Fate.SURVIVED


def _mutant(tried: Tried, what: str, at: tuple[int, int], was: str, became: str) -> Mutant:
    return Mutant(tried.kind, tried.written.id, what, tried.written.file, *at, was, became)
