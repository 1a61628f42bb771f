"""Whether a share has left its usual band. Pure arithmetic on counts.

The test is Fisher's exact test on the two-by-two table of hits and others, then and now (R. A. Fisher, The Logic of
Inductive Inference, 1935): given how many hits there were in all, the number that falls into the later period is
hypergeometric when nothing has changed. It needs no estimate of the usual share, so that a short history makes it
careful. Two-sided by doubling the smaller tail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: A change is told from chance at this level: small, because every rule is looked at many times a day.
LEVEL = 1e-4
#: The share has to have risen at least to this many times what is usual, or fallen to that part of it.
FACTOR = 2.0
#: Decisions since the change before anything is said.
ENOUGH = 50


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of} is no share")

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0


def left_band(usual: Share, seen: Share) -> bool:
    """Whether what is `seen` differs from what is `usual` by more than chance, and by enough to matter."""
    if seen.of < ENOUGH or not usual.of:
        return False
    # By cross-multiplication: exact, and a usual share of 0 needs no case of its own.
    then, now = usual.hits * seen.of, seen.hits * usual.of
    far = now >= FACTOR * then if now > then else FACTOR * now <= then
    return now != then and far and chance(usual, seen) < LEVEL


def chance(usual: Share, seen: Share) -> float:
    """How likely a difference at least this large is when the share has not changed, 0 to 1."""
    hits, total = usual.hits + seen.hits, usual.of + seen.of
    if not hits or hits == total or not usual.of or not seen.of:
        return 1.0
    lower = _tail(seen.hits, -1, hits, total, seen.of)
    upper = _tail(seen.hits, +1, hits, total, seen.of)
    return min(1.0, 2 * min(lower, upper))


def _tail(start: int, step: int, hits: int, total: int, drawn: int) -> float:
    """P(X = start) and everything from there in the direction of `step`; X hits among `drawn` of `total`."""
    lowest, highest = max(0, drawn - (total - hits)), min(hits, drawn)
    term = math.exp(_log_probability(start, hits, total, drawn))
    if not term:  # so far out that the answer is 0 whatever follows: the other tail holds the peak
        return 0.0
    terms, k = [term], start
    while lowest <= k + step <= highest:
        # The ratio of neighbouring terms, so that no term is worked out from factorials again.
        if step > 0:
            term *= (hits - k) * (drawn - k) / ((k + 1) * (total - hits - drawn + k + 1))
        else:
            term *= k * (total - hits - drawn + k) / ((hits - k + 1) * (drawn - k + 1))
        k += step
        terms.append(term)
        # Beyond the peak the terms shrink ever faster: what is left cannot matter.
        if term < terms[-2] and term < 1e-18 * max(terms[0], 1e-300):
            break
    return math.fsum(terms)


def _log_probability(k: int, hits: int, total: int, drawn: int) -> float:
    return _log_choose(hits, k) + _log_choose(total - hits, drawn - k) - _log_choose(total, drawn)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
