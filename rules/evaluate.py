"""What the law says of one request: a finding of every rule in force. Pure and total; order never matters.

Most rules sleep: their condition is false as long as no matcher of theirs hits. Those that are awake are asked in
batches. A missing attribute makes a condition unknown unless the rest of it settles the answer, and a rule whose
`requires` is not met is always unknown. Unknown has the rule's `on_error` effect, which is never less than review.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from rules import findings
from rules import pii as personal
from rules.combine import Claim, join, restrictions, strongest
from rules.matchers import Hits
from rules.model import AttributeValue, Effect, Finding, FindingStatus, Ruling, Span
from rules.normalize import Text
from rules.ruleset import CompiledRule, Edition, RuleSet

MAX_SPANS: Final = 50  #: spans shown of one finding


def evaluate(ruleset: RuleSet, text: Text, attributes: Mapping[str, AttributeValue], now: datetime) -> Ruling:
    """Ask every rule in force at `now`. An attribute of the wrong type counts as missing.

    Raises ValueError when `now` has no time zone, and for nothing else: a rule that fails is `unknown`.
    """
    edition = ruleset.in_force(now)
    usable = ruleset.schema.coerce(attributes)
    hits = ruleset.matchers.scan(text)
    pii = personal.find(text)
    request = _Request(ruleset, edition, usable, hits, pii)
    found = list(edition.findings)
    for place, finding in request.findings():
        found[place] = finding
    loud = request.loud
    return Ruling(
        ruleset=ruleset.digest,
        effect=strongest(found[place].effect for place in loud),
        findings=tuple(found[place] for place in edition.enforced) if edition.shadow else tuple(found),
        obligations=join(_claims(edition, found, loud)),
        pii=pii,
        shadow=tuple(found[place] for place in sorted(edition.shadow)),
    )


def _claims(edition: Edition, found: list[Finding], loud: list[int]) -> Iterator[Claim]:
    for place in loud:
        rule = edition.rules[place].rule
        sure = found[place].status is FindingStatus.MATCH
        yield Claim(rule.id, rule.severity, rule.obligations if sure else restrictions(rule.obligations))


class _Request:
    """One request before one edition of the rules."""

    def __init__(
        self,
        ruleset: RuleSet,
        edition: Edition,
        usable: Mapping[str, AttributeValue],
        hits: Hits,
        pii: tuple[Span, ...],
    ) -> None:
        self.edition = edition
        self.usable = usable
        self.hits = hits
        self.pii = pii
        self.keys = hits.keys | {span.source for span in pii}
        self.weak = hits.weak
        self.facts = ruleset.engine.facts(usable, self.keys)
        #: The same without what only look-alikes hit: made only when something did.
        self.strict_facts = ruleset.engine.facts(usable, self.keys - self.weak) if self.weak else None
        self.loud: list[int] = []  #: places of enforced rules that match or cannot say

    def findings(self) -> Iterator[tuple[int, Finding]]:
        """The findings other than a plain `no_match`, with their rules' places."""
        settled: set[int] = set()
        for place in self.edition.requiring:
            one = self.edition.rules[place]
            missing = tuple(sorted(name for name in one.rule.requires if name not in self.usable))
            if missing:
                settled.add(place)
                yield self._heard(place, findings.unknown(one.rule, missing))
        for place, answer in self._answers():
            if place not in settled and (answer is not False or self.weak):
                finding = self._finding(self.edition.rules[place], answer)
                if finding is not None:
                    yield self._heard(place, finding)

    def _answers(self) -> Iterator[tuple[int, bool | str]]:
        for group in self.edition.groups:
            if group.names <= self.usable.keys():
                answers = [answer for batch in group.batches for answer in batch.ask(self.facts)]
                yield from zip(group.places, answers, strict=True)
            else:
                blind = group.names.isdisjoint(self.usable)
                for place in group.places:
                    one = self.edition.rules[place]
                    bare = blind and one.keys.isdisjoint(self.keys)  # then it sees what it saw at load
                    yield place, one.bare if bare else one.program.ask(self.facts)
        awake = {place for key in self.keys for place in self.edition.listeners.get(key, ())}
        for place in awake:
            yield place, self.edition.rules[place].program.ask(self.facts)

    def _heard(self, place: int, finding: Finding) -> tuple[int, Finding]:
        if place not in self.edition.shadow:
            self.loud.append(place)
        return place, finding

    def _finding(self, one: CompiledRule, answer: bool | str) -> Finding | None:
        """The finding for an answer, after asking again without what only look-alikes hit."""
        strict: bool | str = answer
        if self.strict_facts is not None and one.keys & self.weak:
            strict = one.program.ask(self.strict_facts)
        if strict is True:
            return self._match(one, one.rule.effect, "")
        if answer is True:
            return self._match(one, _weakened(one, strict), " [only by look-alike letters, so it does not block alone]")
        if answer is False and strict is False:
            return None
        cause = answer if isinstance(answer, str) else str(strict)
        missing = tuple(name for name in one.reads if name not in self.usable)
        if missing and missing == one.reads:
            return one.blank
        return findings.unknown(one.rule, missing or (f"error: {cause}",))

    def _match(self, one: CompiledRule, effect: Effect, remark: str) -> Finding:
        reason = findings.fill(one.rule.reason, self.usable) + (remark if effect is not one.rule.effect else "")
        return findings.match(one.rule, effect, reason, self._spans(one.keys))

    def _spans(self, keys: frozenset[str]) -> tuple[Span, ...]:
        spans = [span for span in self.pii if span.source in keys]
        for key in keys & self.hits.views.keys():
            spans += self.hits.spans(key)
        return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.source))[:MAX_SPANS])


def _weakened(one: CompiledRule, strict: bool | str) -> Effect:
    """A match by look-alikes alone is held for a person; if the rest cannot say, its `on_error` counts as well."""
    effect = Effect.REVIEW if one.rule.effect is Effect.BLOCK else one.rule.effect
    if isinstance(strict, str):
        return max(effect, one.rule.on_error, key=lambda effect: effect.strength)
    return effect
