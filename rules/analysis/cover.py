"""Which rules and clauses no inline test decides: modified condition/decision coverage of the packs' own tests.

A clause is decided when in some test it is true and in some test it is false, and each time the rule would have said
something else had the clause said the opposite, everything beside it unchanged (masking MC/DC: Chilenski, "An
investigation of three forms of the modified condition decision coverage criterion", FAA 2001; there over whole
programs, here over the clauses of `all`, `any` and `none`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rules.analysis.clauses import leaves, place
from rules.analysis.parts import Said, Workshop
from rules.analysis.trials import Trial, Tried, try_all
from rules.model import Leaf
from rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Undecided:
    """One clause that the tests leave open."""

    kind: str  #: `rule` or `exemption`
    rule: str  #: its id
    file: str
    line: int
    column: int
    source: str
    missing: tuple[str, ...]  #: what no test shows, such as `never false`


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How much of one rule or exemption its tests decide."""

    kind: str
    rule: str
    file: str
    line: int
    tests: int
    clauses: int
    decided: int  #: clauses decided


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the inline tests of a rule set decide. Rules that are retired are left out."""

    rules: tuple[RuleCoverage, ...]  #: by id, then exemptions by id
    undecided: tuple[Undecided, ...]  #: in written order within each

    @property
    def clauses(self) -> int:
        return sum(rule.clauses for rule in self.rules)

    @property
    def decided(self) -> int:
        return sum(rule.decided for rule in self.rules)

    @property
    def share(self) -> float:
        """Clauses decided, 0 to 1; 1 when there are none."""
        return self.decided / self.clauses if self.clauses else 1.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"clauses": self.clauses, "decided": self.decided, "share": self.share}


def cover(ruleset: RuleSet) -> Coverage:
    """Try every inline test and see which clauses it decides."""
    rules: list[RuleCoverage] = []
    undecided: list[Undecided] = []
    for tried in try_all(ruleset, Workshop(ruleset)):
        written = tried.written
        found = [_undecided(tried, leaf) for leaf in dict.fromkeys(leaves(written.when))]
        open_ = [one for one in found if one.missing]
        undecided += open_
        rules.append(
            RuleCoverage(
                kind=tried.kind,
                rule=written.id,
                file=written.file,
                line=written.line,
                tests=len(tried.trials),
                clauses=len(found),
                decided=len(found) - len(open_),
            )
        )
    return Coverage(tuple(rules), tuple(undecided))


def _undecided(tried: Tried, leaf: Leaf) -> Undecided:
    line, column = place(leaf)
    missing = tuple(word for value in (True, False) if (word := _missing(tried, leaf, value=value)))
    return Undecided(tried.kind, tried.written.id, tried.written.file, line, column, leaf.source, missing)


def _missing(tried: Tried, leaf: Leaf, *, value: bool) -> str:
    """What no test shows of a leaf that says `value`; empty when one does."""
    word = "true" if value else "false"
    seen = [trial for trial in tried.trials if trial.answers[leaf].truth(strict=False) is value]
    if not seen:
        return f"never {word}"
    return "" if _decides(tried, seen, leaf, value=value) else f"{word}, but never decides"


def _decides(tried: Tried, trials: Sequence[Trial], leaf: Leaf, *, value: bool) -> bool:
    opposite = {leaf: Said(not value, not value)}
    return any(tried.result(trial) is not tried.result(trial, changed=opposite) for trial in trials)
