"""What a rule has to say, as a finding: that it does not match, that it does, or that it cannot tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rules.model import AttributeValue, Effect, Finding, FindingStatus, Rule, Span

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def quiet(rule: Rule) -> Finding:
    """The rule does not match. Made once for each rule, because most rules say it of most requests."""
    return _finding(rule, FindingStatus.NO_MATCH, rule.effect, "")


def match(rule: Rule, effect: Effect, reason: str, spans: tuple[Span, ...]) -> Finding:
    """The rule matches, with an effect that may be weaker than its own."""
    return _finding(rule, FindingStatus.MATCH, effect, reason, spans=spans)


def unknown(rule: Rule, why: tuple[str, ...]) -> Finding:
    """The rule cannot tell, because of missing attributes (by name) or an error; its `on_error` effect holds."""
    return _finding(rule, FindingStatus.UNKNOWN, rule.on_error, f"could not be decided: {', '.join(why)}", unknown=why)


def fill(template: str, attributes: Mapping[str, AttributeValue]) -> str:
    """A reason with `{attribute}` replaced by its value; a missing one is said to be so."""
    if "{" not in template:
        return template

    def value(hit: re.Match[str]) -> str:
        found = attributes.get(hit[1])
        if found is None:
            return "(not given)"
        return ", ".join(found) if isinstance(found, tuple) else str(found)

    return _PLACEHOLDER.sub(value, template)


def placeholders(template: str) -> list[str]:
    """The names a reason's template asks for."""
    return _PLACEHOLDER.findall(template)


def _finding(
    rule: Rule,
    status: FindingStatus,
    effect: Effect,
    reason: str,
    spans: tuple[Span, ...] = (),
    unknown: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        rule.id,
        rule.pack,
        status,
        effect,
        rule.severity,
        rule.reason_code,
        reason,
        rule.public_reason,
        spans,
        unknown,
    )
