"""Which case comes first: the one due first, where each point of priority counts as time.

Priority is worked out once, when the case is opened, and so is the moment that orders the queue: what is due at `d` and
has priority `p` stands where something without priority would that is due so much earlier. So an index serves the order
as it is, and nothing starves: whatever its priority, a case overtakes everything that comes long enough after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from service.domain.types import PriorityPolicy, PriorityRule

MOST = 100  #: points


def points(policy: PriorityPolicy, base: int, attributes: Mapping[str, object], confidence: float | None) -> int:
    """Priority of a case, 0 to 100: `base` (what rules say), and what the policy adds.

    `confidence` is the classifier's, 0 to 1; None adds nothing for uncertainty, as for a case that is to be checked
    blind: its place must not say what was thought of it.
    """
    added = sum(_added(rule, attributes.get(rule.attribute)) for rule in policy.attributes)
    if confidence is not None:
        added += policy.uncertainty * (1.0 - confidence)
    return max(0, min(MOST, base + round(added)))


def _added(rule: PriorityRule, value: object) -> float:
    if value is None:
        return 0.0
    if rule.values:
        held = value if isinstance(value, (list, tuple)) else (value,)
        return float(rule.points) if any(_word(each) in rule.values for each in held) else 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    share = (float(value) - rule.least) / (rule.most - rule.least)
    return rule.points * max(0.0, min(1.0, share))


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def rank_at(policy: PriorityPolicy, due_at: datetime, priority: int, *, boosted: bool = False) -> datetime:
    """The moment that orders the queue, earliest first. `boosted` counts as 100 points more: after a hold."""
    counted = priority + (MOST if boosted else 0)
    return due_at - timedelta(hours=policy.hours) * (counted / MOST)
