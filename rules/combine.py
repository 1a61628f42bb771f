"""How findings of many rules become one effect and one set of obligations. Pure; the order of rules never matters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rules.model import Effect, Obligations, Severity


class Claim(NamedTuple):
    """What one rule obliges to, with what decides between rules that disagree."""

    rule: str
    severity: Severity
    obligations: Obligations


def strongest(effects: Iterable[Effect]) -> Effect | None:
    """`block > review > recheck > flag`; None when there is no effect at all."""
    return max(effects, key=lambda effect: effect.strength, default=None)


def join(claims: Iterable[Claim]) -> Obligations:
    """Redactions unite, filters intersect field by field, the highest priority wins, and the queue is that of the
    most severe rule (ties by rule id)."""
    redact: set[str] = set()
    narrow: dict[str, frozenset[str]] = {}
    priority: int | None = None
    queue: str | None = None
    for claim in sorted(claims, key=lambda claim: (-claim.severity.rank, claim.rule)):
        wanted = claim.obligations
        redact |= wanted.redact
        for field, values in wanted.narrow.items():
            narrow[field] = narrow.get(field, values) & values
        if wanted.priority is not None:
            priority = max(wanted.priority, priority or 0)
        queue = queue or wanted.queue
    return Obligations(frozenset(redact), narrow, priority, queue)


def restrictions(obligations: Obligations) -> Obligations:
    """The part that only takes away (redactions and filters): it also holds for a rule that could not say."""
    return Obligations(redact=obligations.redact, narrow=obligations.narrow)
