"""Why every rule said what it said of one request: the clauses that held, or the first one that stopped it.

Rules that are not asked are explained as if they were, with the reason why they are not. What is told here holds
values of the request and is personal text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from rules.analysis.clauses import Ground, grounds, place, truth
from rules.analysis.parts import Part, Said, Workshop, say
from rules.model import AttributeValue, Effect, FindingStatus, Leaf, Rule, RuleStatus, Span
from rules.normalize import Text
from rules.references import VALID
from rules.request import Request, observe
from rules.rollout import counts_for
from rules.ruleset import CompiledExemption, CompiledRule, RuleSet, is_in_force


@dataclass(frozen=True, slots=True)
class Hit:
    """A matcher or a kind of personal data that a clause asks about, and where the raw text has it."""

    name: str  #: as written in the condition: a matcher's name, or `pii:<kind>`
    found: bool
    by_look_alikes: bool  #: found only where look-alike letters were folded
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One clause as it was written, and what it saw."""

    source: str
    file: str
    line: int
    column: int
    wanted: bool  #: what it had to say for the rule to match; False below `none`
    answer: bool | None  #: None: it could not say
    attributes: Mapping[str, AttributeValue]  #: values of those it reads
    missing: tuple[str, ...]  #: those it reads that the request lacks
    hits: tuple[Hit, ...]
    failure: str  #: the engine's word for why it could not say, when nothing is missing


@dataclass(frozen=True, slots=True)
class Trace:
    """What one rule says of one request, and why."""

    rule: str
    pack: str
    title: str
    status: RuleStatus
    file: str
    line: int
    asked: bool  #: whether requests ask it now
    counts: bool  #: whether its finding has an effect on this request, unless an exemption sets it aside
    why_not: str  #: why it is not asked or does not count; empty when it is and does
    finding: FindingStatus  #: also of a rule that is not asked: what it would say
    effect: Effect | None  #: of that finding; None for `no_match`
    reason: str
    weakened: bool  #: it matches only by look-alike letters, so it does not block
    exemption: str | None  #: the exemption that sets its finding aside
    clauses: tuple[
        Seen, ...
    ]  #: match: all that made it so; no_match: the first that stopped it; unknown: those unknown
    missing: tuple[str, ...]  #: attributes that would have to be known, those under `requires` included
    says: str  #: all this in one sentence

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        for clause in told["clauses"]:
            for hit in clause["hits"]:
                hit["spans"] = [span._asdict() for span in hit["spans"]]  # a named tuple would be told as an array
        return told


def explain(
    ruleset: RuleSet,
    text: Text,
    attributes: Mapping[str, AttributeValue],
    now: datetime,
    *,
    key: str | None = None,
    off: Collection[str] = (),
    only: Collection[str] | None = None,
) -> tuple[Trace, ...]:
    """A trace of every rule, drafts and retired ones included, by id; of those named by `only` when it is given.

    The findings are those of `evaluate` with the same arguments. Raises ValueError when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    request = observe(ruleset, text, attributes)
    certain = [one for one in ruleset.exemptions if is_in_force(one.exemption, now) and request.exempts(one) is True]
    account = _Account(request, Workshop(ruleset), certain, now, text.raw if key is None else key, frozenset(off))
    return tuple(account.trace(one) for one in ruleset.compiled if only is None or one.rule.id in only)


@dataclass(frozen=True, slots=True)
class _Account:
    """One request, told from the side of every rule."""

    request: Request
    workshop: Workshop
    certain: list[CompiledExemption]  #: the exemptions that hold for the request
    now: datetime
    key: str
    off: frozenset[str]

    def trace(self, one: CompiledRule) -> Trace:
        rule, told = one.rule, self.request.told(one)
        status = told.status if told else FindingStatus.NO_MATCH
        asked, counts, why_not = self._standing(rule)
        unmet = tuple(sorted(name for name in rule.requires if name not in self.request.usable))
        parts = self.workshop.parts(rule.pack, rule.when)
        answers = say(parts.values(), self.request)
        strict = truth(rule.when, lambda leaf: answers[leaf].truth(strict=True))
        # The hits that told: without look-alikes where that settles it, else with them.
        bare = strict is True or (status is FindingStatus.UNKNOWN and strict is None)
        clauses = () if unmet else self._clauses(rule, parts, answers, strict=bare)
        missing = unmet or tuple(sorted({name for seen in clauses if seen.answer is None for name in seen.missing}))
        exemption = next((one.exemption.id for one in self.certain if rule.id in one.exemption.rules), None)
        return Trace(
            rule=rule.id,
            pack=rule.pack,
            title=rule.title,
            status=rule.status,
            file=rule.file,
            line=rule.line,
            asked=asked,
            counts=counts,
            why_not=why_not,
            finding=status,
            effect=told.effect if told else None,
            reason=told.reason if told else "",
            weakened=status is FindingStatus.MATCH and strict is not True,
            exemption=exemption if told else None,
            clauses=clauses,
            missing=missing,
            says=_sentence(status, clauses, missing),
        )

    def _standing(self, rule: Rule) -> tuple[bool, bool, str]:
        """Whether it is asked, whether it counts, and why not."""
        if rule.status in _UNASKED:
            return False, False, _UNASKED[rule.status]
        if rule.effective_from and self.now < rule.effective_from:
            return False, False, f"it takes effect at {rule.effective_from.isoformat()}"
        if not is_in_force(rule, self.now):
            return False, False, f"it ended at {rule.effective_until.isoformat() if rule.effective_until else ''}"
        if rule.status is RuleStatus.SHADOW:
            return True, False, "it is in shadow: asked and recorded apart"
        if rule.id in self.off:
            return True, False, "it is disabled for now"
        if rule.rollout and not counts_for(rule, self.request.usable, self.key):
            return True, False, f"it is in canary, and this request is not among its {rule.rollout.percent} %"
        return True, True, ""

    def _clauses(
        self, rule: Rule, parts: Mapping[Leaf, Part], answers: Mapping[Leaf, Said], *, strict: bool
    ) -> tuple[Seen, ...]:
        decisive = grounds(rule.when, lambda leaf: answers[leaf].truth(strict=strict))
        return tuple(
            self._seen(rule, ground, parts[ground.leaf], answers[ground.leaf], strict=strict) for ground in decisive
        )

    def _seen(self, rule: Rule, ground: Ground, part: Part, answer: Said, *, strict: bool) -> Seen:
        usable = self.request.usable
        missing = tuple(name for name in part.reads if name not in usable)
        word = answer.strict if strict else answer.plain
        line, column = place(ground.leaf)
        return Seen(
            source=ground.leaf.source,
            file=rule.file,
            line=line,
            column=column,
            wanted=ground.wanted,
            answer=answer.truth(strict=strict),
            attributes={name: usable[name] for name in part.reads if name in usable},
            missing=missing,
            hits=tuple(self._hit(key) for key in sorted(part.keys)),
            failure=word if isinstance(word, str) and not missing else "",
        )

    def _hit(self, key: str) -> Hit:
        source = key.removeprefix(VALID)
        spans = [span for span in self.request.pii if span.source == source and (span.valid or source == key)]
        found = key in self.request.keys
        if found and not spans:
            spans += self.request.hits.spans(key)
        return Hit(key.rpartition("/")[2], found, key in self.request.weak, tuple(spans))


_UNASKED: Final = {
    RuleStatus.DRAFT: "it is a draft: asked in its own tests only",
    RuleStatus.RETIRED: "it is retired",
}


def _sentence(status: FindingStatus, clauses: tuple[Seen, ...], missing: tuple[str, ...]) -> str:
    if status is FindingStatus.MATCH:
        return f"matches because {' and '.join(map(_told, clauses))}"
    if status is FindingStatus.NO_MATCH:
        return f"does not match because {' and '.join(map(_told, clauses))}"
    if missing:
        return f"cannot say without {', '.join(missing)}"
    return f"cannot say because {' and '.join(map(_told, clauses))}"


def _told(seen: Seen) -> str:
    """One clause in words, with the values it saw."""
    verdict = {True: "holds", False: "does not hold", None: f"fails ({seen.failure or 'something is missing'})"}
    values = ", ".join(f"{name} is {value}" for name, value in seen.attributes.items())
    at = f"{seen.file}:{seen.line}:{seen.column}"
    return f"`{' '.join(seen.source.split())}` {verdict[seen.answer]}{f' ({values})' if values else ''} at {at}"
