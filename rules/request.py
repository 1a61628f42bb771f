"""What is known of one request, and what one rule says to it.

A rule is asked twice when a matcher of its own hit by look-alike letters alone: with that hit and without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import chain
from typing import Final

from rules import findings, pii
from rules.conditions import Engine, Facts, Program
from rules.matchers import Hits
from rules.model import AttributeValue, Effect, Finding, FindingStatus, Span
from rules.normalize import Text
from rules.references import VALID
from rules.ruleset import CompiledExemption, CompiledRule, RuleSet

MAX_SPANS: Final = 50  #: spans shown of one finding
_REMEMBERED: Final = 64  #: answers kept of one rule
_ALIKE: Final = " [only by look-alike letters, so it does not block alone]"


class Request:
    """One request before the rules: its usable attributes, and what hit in its text."""

    def __init__(self, engine: Engine, usable: Mapping[str, AttributeValue], hits: Hits, pii: tuple[Span, ...]) -> None:
        self.usable = usable
        self.hits = hits
        self.pii = pii
        self.keys = hits.keys | keys_of(pii)
        self.weak = hits.weak  #: those that rest on look-alikes alone
        self._engine = engine

    @cached_property
    def facts(self) -> Facts:
        """What conditions see: attributes and everything that hit."""
        return self._engine.facts(self.usable, self.keys)

    @cached_property
    def strict_facts(self) -> Facts:
        """The same without what only look-alikes hit."""
        return self._engine.facts(self.usable, self.keys - self.weak)

    def told(self, one: CompiledRule) -> Finding | None:
        """What one rule says, asked by itself; None when it does not match."""
        missing = self.unmet(one)
        return findings.unknown(one.rule, missing) if missing else self.finding(one, self._ask(one))

    def status(self, one: CompiledRule) -> FindingStatus:
        """The same in one word."""
        if self.unmet(one):
            return FindingStatus.UNKNOWN
        answer = self._ask(one)
        answers = (answer, self._strict(one.program, one.keys, answer))
        if True in answers:
            return FindingStatus.MATCH
        return FindingStatus.NO_MATCH if answers == (False, False) else FindingStatus.UNKNOWN

    def _ask(self, one: CompiledRule) -> bool | str:
        """What a rule's condition says; from memory where it was asked with the same hits and reads nothing else."""
        if one.reads:
            return one.program.ask(self.facts)
        hit = one.keys & self.keys
        answer = one.said.get(hit)
        if answer is None:
            answer = one.program.ask(self.facts)
            if isinstance(answer, bool) and len(one.said) < _REMEMBERED:
                one.said[hit] = answer
        return answer

    def unmet(self, one: CompiledRule) -> tuple[str, ...]:
        """The attributes a rule requires that are not there, by name."""
        return tuple(sorted(name for name in one.rule.requires if name not in self.usable))

    def finding(self, one: CompiledRule, answer: bool | str) -> Finding | None:
        """The finding for a condition's answer, after asking again without what only look-alikes hit."""
        strict = self._strict(one.program, one.keys, answer)
        if strict is True:
            return self._match(one, one.rule.effect, "")
        if answer is True:
            return self._match(one, _weakened(one, strict), _ALIKE)
        if answer is False and strict is False:
            return None
        cause = answer if isinstance(answer, str) else str(strict)
        missing = tuple(name for name in one.reads if name not in self.usable)
        if missing and missing == one.reads:
            return one.blank
        return findings.unknown(one.rule, missing or (f"error: {cause}",))

    def exempts(self, one: CompiledExemption) -> bool | str:
        """True only when an exemption's condition is certain, without what look-alikes hit as well as with it.

        Otherwise False, or the engine's word for why it cannot say.
        """
        answer = one.program.ask(self.facts)
        strict = self._strict(one.program, one.keys, answer)
        return strict if answer is True else answer

    def _strict(self, program: Program, keys: frozenset[str], answer: bool | str) -> bool | str:
        return program.ask(self.strict_facts) if self.weak and keys & self.weak else answer

    def _match(self, one: CompiledRule, effect: Effect, remark: str) -> Finding:
        reason = findings.fill(one.rule.reason, self.usable) + (remark if effect is not one.rule.effect else "")
        return findings.match(one.rule, effect, reason, self._spans(one.keys))

    def _spans(self, keys: frozenset[str]) -> tuple[Span, ...]:
        spans = [span for span in self.pii if span.source in keys or (span.valid and VALID + span.source in keys)]
        found = [self.hits.spans(key) for key in keys & self.hits.views.keys()]
        if len(found) == 1 and not spans:
            return found[0]  # in order already
        spans += chain.from_iterable(found)
        return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.source))[:MAX_SPANS])


def observe(ruleset: RuleSet, text: Text, attributes: Mapping[str, AttributeValue]) -> Request:
    """Search a text and sort out the attributes: all that rules will be asked about. One of the wrong type is left
    out, as if it were missing."""
    usable = ruleset.schema.coerce(attributes)
    return Request(ruleset.engine, usable, ruleset.matchers.scan(text), pii.find(text))


def keys_of(pii: tuple[Span, ...]) -> frozenset[str]:
    """`pii:<kind>` of every kind found, and `valid_pii:<kind>` where some span of it is proved."""
    return frozenset(span.source for span in pii) | {VALID + span.source for span in pii if span.valid}


def _weakened(one: CompiledRule, strict: bool | str) -> Effect:
    """A match by look-alikes alone is held for a person; if the rest cannot say, its `on_error` counts as well."""
    effect = Effect.REVIEW if one.rule.effect is Effect.BLOCK else one.rule.effect
    if isinstance(strict, str):
        return max(effect, one.rule.on_error, key=lambda effect: effect.strength)
    return effect
