"""Which requests a rule in canary counts for: a stable share that only grows as its percentage does."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from rules.model import AttributeValue, Rollout, Rule

_WHOLE: Final = 1 << 64


def counts_for(rule: Rule, attributes: Mapping[str, AttributeValue], key: str) -> bool:
    """Whether a rule counts for one request; one without a rollout always does.

    `attributes` are the usable ones; `key` chooses the side where the rule names no attribute, or one that is missing.
    """
    return rule.rollout is None or holds(rule.id, rule.rollout, str(attributes.get(rule.rollout.by or "", key)))


def holds(rule_id: str, rollout: Rollout, key: str) -> bool:
    """Whether `key` lies on the side where the rule counts.

    The first 8 bytes of SHA-256 over the rule's id, NUL and the key, as a fraction of 100, are below the percentage.
    """
    digest = sha256(f"{rule_id}\0{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") * 100 < rollout.percent * _WHOLE
