"""What the law says of one request: a finding of every rule in force. Pure and total; order never matters.

Most rules sleep: their condition is false as long as no matcher of theirs hits. Those that are awake are asked in
batches. A missing attribute makes a condition unknown unless the rest of it settles the answer, and a rule whose
`requires` is not met is always unknown. Unknown has the rule's `on_error` effect, which is never less than review.

A rule in shadow, in canary on the other side, or disabled is heard apart and has no effect; nor has one that an
exemption sets aside. What is done for a request grows with what hits in it, not with the number of rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from rules.combine import Claim, join, restrictions, strongest
from rules.model import AttributeValue, Finding, FindingStatus, Rule, Ruling
from rules.normalize import Text
from rules.request import Request, observe
from rules.ruleset import CompiledRule, Edition, RuleSet


def evaluate(
    ruleset: RuleSet,
    text: Text,
    attributes: Mapping[str, AttributeValue],
    now: datetime,
    *,
    key: str | None = None,
    off: Collection[str] = (),
) -> Ruling:
    """Ask every rule in force at `now`. An attribute of the wrong type counts as missing.

    `key` chooses the side of rules in canary (None: the raw text does), `off` are ids of disabled rules. Raises
    ValueError when `now` has no time zone, and for nothing else: a rule that fails is `unknown`.
    """
    edition = ruleset.in_force(now)
    request = observe(ruleset, text, attributes)
    apart = edition.apart(request.usable, text.raw if key is None else key, off)
    heard = _Heard(edition, request, apart)
    for place, finding in sorted(_telling(edition, request)):
        heard.hear(place, finding)
    return heard.ruling(ruleset.digest)


def _telling(edition: Edition, request: Request) -> Iterator[tuple[int, Finding]]:
    """The findings other than a plain `no_match`, with their rules' places; each rule at most once."""
    usable = request.usable
    asked: set[int] = set()
    for name in edition.requiring.keys() - usable.keys():
        asked.update(edition.requiring[name])
    asked.update(place for key in request.keys for place in edition.listeners.get(key, ()))
    # What a look-alike hides from a rule that is always asked shows only when it is asked without.
    asked.update(place for key in request.weak for place in edition.awake.get(key, ()))
    for place in asked:
        finding = request.told(edition.rules[place])
        if finding is not None:
            yield place, finding
    for group in edition.groups:
        if group.names.isdisjoint(usable) and group.names:
            answers: Iterator[tuple[int, bool | str]] = (
                (place, _blind(edition.rules[place], request)) for place in group.places
            )
        else:
            answers = group.telling(request.facts, complete=group.names <= usable.keys())
        for place, answer in answers:
            if place not in asked and answer is not False:
                finding = request.finding(edition.rules[place], answer)
                if finding is not None:
                    yield place, finding


def _blind(one: CompiledRule, request: Request) -> bool | str:
    """The answer of a rule none of whose attributes came: what it said at load, unless something of its own hit."""
    return one.bare if one.keys.isdisjoint(request.keys) else one.program.ask(request.facts)


class _Heard:
    """Findings, told apart by what they count for."""

    def __init__(self, edition: Edition, request: Request, apart: frozenset[str]) -> None:
        self._edition = edition
        self._request = request
        self._apart = apart
        self._certain: dict[str, bool] = {}  #: exemption -> whether it holds
        self._claims: list[Claim] = []
        self.matched: list[Finding] = []
        self.unknown: list[Finding] = []
        self.exempted: list[Finding] = []
        self.shadow: list[Finding] = []

    def hear(self, place: int, finding: Finding) -> None:
        exemption = self._exemption(place)
        if exemption is not None:
            finding = replace(finding, exemption=exemption)
        if place in self._edition.shadow or finding.rule in self._apart:
            self.shadow.append(finding)
        elif exemption is not None:
            self.exempted.append(finding)
        else:
            sure = finding.status is FindingStatus.MATCH
            (self.matched if sure else self.unknown).append(finding)
            self._claims.append(_claim(self._edition.rules[place].rule, sure))

    def _exemption(self, place: int) -> str | None:
        """The first exemption, by id, that sets a rule aside for this request."""
        for one in self._edition.exemptions.get(place, ()):
            name = one.exemption.id
            if name not in self._certain:
                self._certain[name] = self._request.exempts(one) is True
            if self._certain[name]:
                return name
        return None

    def ruling(self, digest: str) -> Ruling:
        return Ruling(
            ruleset=digest,
            effect=strongest(finding.effect for finding in (*self.matched, *self.unknown)),
            obligations=join(self._claims),
            matched=tuple(self.matched),
            unknown=tuple(self.unknown),
            exempted=tuple(self.exempted),
            shadow=tuple(self.shadow),
            pii=self._request.pii,
            quiet=self._edition.quiet,
            apart=self._apart,
        )


def _claim(rule: Rule, sure: bool) -> Claim:
    return Claim(rule.id, rule.severity, rule.obligations if sure else restrictions(rule.obligations))
