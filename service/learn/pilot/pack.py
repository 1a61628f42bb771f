"""A rule pack alone: a rule that matches gives the label that the owner says it means.

Rules decide outcomes, not labels, so pilot.yaml names the label of each rule that has one. A rule that asks for a
person, or is unknown, leaves the request to people, as in service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from rules.compile import compile_rules
from rules.errors import did_you_mean
from rules.evaluate import evaluate
from rules.model import Attribute, Effect, Finding, Pack, Ruling
from rules.normalize import normalize
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema
from service.learn.errors import CannotLearn
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught


@dataclass(frozen=True, slots=True)
class PackRules:
    """Ask a pack."""

    pack: Pack
    rule_labels: Mapping[str, str]  #: id of a rule -> label
    attributes: tuple[Attribute, ...]
    now: datetime
    kind: Kind = Kind.RULES
    encoder: str = ""
    learns: bool = False

    @property
    def name(self) -> str:
        return f"rules of {self.pack.id}"

    def teach(self, known: Known, tell: Progress) -> Taught:
        """Compile it; nothing is learned. CannotLearn for a rule or label that is not there, RuleErrors for a pack."""
        tell("compiling rules", 0, 1)
        rules = [rule.id for rule in self.pack.rules]
        labels = set(known.labels)
        for rule, label in self.rule_labels.items():
            if rule not in rules:
                raise CannotLearn(f"pack {self.pack.id} has no rule {rule}", remedy=did_you_mean(rule, rules, "rules"))
            if label not in labels:
                raise CannotLearn(
                    f"rule {rule} gives the label {label}, which no example has",
                    remedy=did_you_mean(label, labels, "labels"),
                )
        declared = {attribute.name: attribute for attribute in (*self.pack.attributes, *self.attributes)}
        schema = AttributeSchema(tuple(declared.values()))
        return Asking(compile_rules([self.pack], schema), self.rule_labels, self.now)


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """A compiled pack."""

    ruleset: RuleSet
    rule_labels: Mapping[str, str]
    now: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    size: int = 0  #: a pack is kept whatever decides

    def answer(self, asked: Asked) -> Answers:
        chosen = [
            self._label(evaluate(self.ruleset, normalize(text), attributes, self.now))
            for text, attributes in zip(asked.texts, asked.attributes, strict=True)
        ]
        sure = np.array([0.0 if label is None else 1.0 for label in chosen], dtype=np.float64)
        return Answers(tuple(chosen), sure)

    def _label(self, ruling: Ruling) -> str | None:
        """Of the strongest rule that matches and names one; ties by rule id."""
        if ruling.effect is Effect.REVIEW:
            return None
        named: Sequence[Finding] = [finding for finding in ruling.matched if finding.rule in self.rule_labels]
        strongest = min(named, key=lambda finding: (-finding.effect.strength, finding.rule), default=None)
        return None if strongest is None else self.rule_labels[strongest.rule]
