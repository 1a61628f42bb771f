"""Signals beside the words: computed from a document's fields when it is searched, so that nothing goes stale. Pure.

A signal only reorders what the search found; it is a weight, never a filter, and has no say in what is allowed.
"""

from __future__ import annotations

from datetime import date


def recency(effective_from: date | None, today: date, half_life_days: float) -> float:
    """1 for a document in force since today, halved every `half_life_days`; 0 without a date, 1 for one to come."""
    if half_life_days <= 0:
        raise ValueError("the half-life has to be more than 0 days")
    if effective_from is None:
        return 0.0
    return float(0.5 ** (max((today - effective_from).days, 0) / half_life_days))
