"""The words of the rules library, as frozen values.

Everything here is a plain value: no I/O, no clock, no engine. The other modules of `rules` produce and consume
these; `service.domain` may import this module and nothing else of the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Effect(StrEnum):
    """What a matching rule asks for. The strongest effect among all findings wins."""

    FLAG = "flag"  #: Recorded with the decision; changes nothing else.
    RECHECK = "recheck"  #: The automatic outcome goes out; a person looks at the case afterwards.
    REVIEW = "review"  #: Held until a person decides; the person still gets evidence and suggestion.
    BLOCK = "block"  #: Refused; nothing after the rules is run.

    @property
    def strength(self) -> int:
        """0 for the weakest effect, rising."""
        return _STRENGTH[self]


_STRENGTH = {effect: place for place, effect in enumerate(Effect)}


class Severity(StrEnum):
    """How serious a match is; orders cases in the queue."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for informational, rising."""
        return _RANK[self]


_RANK = {severity: place for place, severity in enumerate(Severity)}


class RuleStatus(StrEnum):
    """Where a rule stands in its life. Only `enforce` counts towards an outcome."""

    DRAFT = "draft"  #: Never evaluated outside its own tests.
    SHADOW = "shadow"  #: Evaluated and recorded apart; changes nothing.
    CANARY = "canary"  #: Enforced for a stable share of requests.
    ENFORCE = "enforce"
    RETIRED = "retired"


class FindingStatus(StrEnum):
    """A rule's three-valued result. `unknown` never allows."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNKNOWN = "unknown"


class AttributeType(StrEnum):
    """The types a workflow's attribute schema may declare, each with its CEL counterpart."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRINGS = "strings"  #: a list of strings


@dataclass(frozen=True, slots=True)
class Attribute:
    """One declared attribute of a request."""

    name: str
    type: AttributeType
    values: tuple[str, ...] = ()  #: allowed values of a string; empty: any
    description: str = ""


AttributeValue: TypeAlias = str | int | float | bool | tuple[str, ...]


class Span(NamedTuple):
    """A stretch of the raw text that made something hit. Never carries the text itself."""

    start: int  #: code points from the start of the raw text
    end: int  #: one past the last code point
    source: str  #: the matcher's name, or `pii:<type>`
    valid: bool = True  #: of personal data: proved by check digit, issuer or numbering plan; else only well-formed


@dataclass(frozen=True, slots=True)
class Obligations:
    """What matching rules oblige the rest of the way to do; those of all matching rules are joined.

    Redactions unite; filters intersect; the highest priority wins; the queue of the most severe rule wins,
    ties by rule id.
    """

    redact: frozenset[str] = frozenset()  #: PII types to mask in what people and logs see
    narrow: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: document field -> values still allowed
    priority: int | None = None  #: 0 to 100
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A test that lives beside its rule."""

    name: str
    text: str
    attributes: Mapping[str, AttributeValue]
    expect: FindingStatus
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition tree: sibling keys are AND-ed. Leaves are CEL sources or references to matchers."""

    all: tuple[Clause, ...] = ()
    any: tuple[Clause, ...] = ()
    none: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One CEL expression with the place it was written at."""

    source: str
    line: int  #: 1-based line in its file
    column: int  #: 1-based column
    columns: tuple[int, ...] = ()  #: column of each character, where quoting keeps them from being consecutive


Clause: TypeAlias = Leaf | Condition


@dataclass(frozen=True, slots=True)
class Rollout:
    """How large a share of requests a rule in canary counts for. A request stays on its side as the share grows."""

    percent: int  #: 1 to 99
    by: str | None = None  #: attribute whose value chooses the side; None: the subject, else the text


@dataclass(frozen=True, slots=True)
class Rule:
    """One compliance rule as written. `id` is stable and never reused."""

    id: str
    pack: str
    title: str
    status: RuleStatus
    severity: Severity
    effect: Effect
    reason_code: str
    reason: str  #: template for those with scope `explain`; `{attribute}` placeholders
    when: Condition
    on_error: Effect = Effect.REVIEW  #: effect of an `unknown`
    public_reason: str | None = None  #: may be told to anybody
    owner: str = ""
    citation: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    effective_from: datetime | None = None
    effective_until: datetime | None = None  #: exclusive
    review_by: date | None = None
    requires: tuple[str, ...] = ()  #: attributes without which the finding is `unknown`
    tags: tuple[str, ...] = ()
    obligations: Obligations = field(default_factory=Obligations)
    tests: tuple[RuleTest, ...] = ()
    rollout: Rollout | None = None  #: set exactly when the status is `canary`
    exemptible: bool = True  #: whether an exemption may name it; read as false for severity critical unless said
    file: str = ""
    line: int = 0
    #: line and column of parts that can only be judged later, by name: `requires.country`, `tests.0.amount`
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Exemption:
    """Requests that named rules do not hold for, until a day. It is logged whenever it sets a finding aside.

    Only a condition that is certainly true exempts: unknown, and what rests on look-alike letters, does not.
    """

    id: str
    pack: str
    rules: tuple[str, ...]  #: ids of rules of the same pack
    when: Condition
    until: datetime  #: exclusive
    owner: str
    why: str
    effective_from: datetime | None = None
    ticket: str = ""
    tests: tuple[RuleTest, ...] = ()  #: `match`: the condition holds
    file: str = ""
    line: int = 0
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matcher:
    """A named set of phrases and regexes of one pack; it hits when any of them does."""

    name: str
    phrases: tuple[str, ...]  #: as written; normalised like the text when compiled
    regexes: tuple[str, ...]  #: RE2 syntax
    views: tuple[str, ...]  #: which views of the text are searched: `raw`, `clean`, `plain`, `folded`
    whole_words: bool  #: a phrase may not begin or end inside a word


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as read: its rules, and the lists and matchers that only they may name."""

    id: str
    owner: str
    title: str
    rules: tuple[Rule, ...]
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    matchers: tuple[Matcher, ...] = ()
    attributes: tuple[Attribute, ...] = ()  #: what its rules expect a workflow to declare
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one request."""

    rule: str
    pack: str
    status: FindingStatus
    effect: Effect  #: the rule's effect, or its `on_error` when the status is `unknown`
    severity: Severity
    reason_code: str
    reason: str  #: filled template; may hold attribute values, so it is personal text
    public_reason: str | None = None
    spans: tuple[Span, ...] = ()
    unknown: tuple[str, ...] = ()  #: why it is unknown: names of missing attributes, or an error
    exemption: str | None = None  #: the exemption that sets it aside


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the law says of one request: a finding of every rule that counts, and what follows from them.

    Nearly every finding is a `no_match`, and everybody after the rules asks for the others: those are kept apart,
    and the whole is put together when it is asked for.
    """

    ruleset: str  #: digest of the rule set that was asked
    effect: Effect | None  #: the strongest of matches and unknowns; None when no rule asks for anything
    obligations: Obligations
    matched: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()
    exempted: tuple[Finding, ...] = ()  #: matches and unknowns that an exemption sets aside; they have no effect
    #: matches and unknowns of rules that do not count here: in shadow, in canary on the other side, or disabled
    shadow: tuple[Finding, ...] = ()
    pii: tuple[Span, ...] = ()  #: every PII span found, whether a rule asked or not
    quiet: tuple[Finding, ...] = ()  #: what every rule that may count says when it does not match, by rule id
    apart: frozenset[str] = frozenset()  #: ids among them that do not count for this request: canary, disabled

    @property
    def asked(self) -> int:
        """How many rules counted."""
        return len(self.quiet) - len(self.apart)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding of every rule that counts, by rule id; an exempted one carries its exemption."""
        loud = {finding.rule: finding for finding in (*self.matched, *self.unknown, *self.exempted)}
        return tuple(loud.get(finding.rule, finding) for finding in self.quiet if finding.rule not in self.apart)
