"""How fast somebody may send requests: a token bucket, taken from in portions. Pure.

A bucket fills by so many tokens a minute up to its size, and each request takes one. Workers take portions, so that
asking costs the shared bucket twice a second and not with every request; what all of them are given together never
exceeds what went in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_AT_LEAST = 10  # at once, of whoever may send that many a minute
_PORTIONS = 20  # of a full bucket


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a minute, at least 1."""

    per_minute: int

    @property
    def size(self) -> int:
        """How many may come at once, after a quiet time: ten seconds' worth."""
        return min(self.per_minute, max(_AT_LEAST, math.ceil(self.per_minute / 6)))

    @property
    def portion(self) -> int:
        """What a worker takes at a time, and so holds at most."""
        return max(1, self.size // _PORTIONS)

    @property
    def seconds(self) -> float:
        """Till one more token is in."""
        return 60.0 / self.per_minute


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is in a bucket at a moment."""

    tokens: float
    at: float  #: seconds on the one clock of all who take from it

    def filled(self, rate: Rate, now: float) -> Bucket:
        """As it is now. Where the clock went back nothing came in, and it fills on from there."""
        came = max(0.0, now - self.at) / rate.seconds
        return Bucket(min(float(rate.size), self.tokens + came), now)


@dataclass(frozen=True, slots=True)
class Portion:
    """What a worker was given."""

    tokens: int
    left: int  #: that are in the bucket still
    wait: float  #: seconds until there is another one, when none was given


def take(found: Bucket | None, rate: Rate, now: float) -> tuple[Portion, Bucket]:
    """A portion, or as much of it as there is, and what is left. None: a bucket that nobody has taken from yet."""
    bucket = Bucket(float(rate.size), now) if found is None else found.filled(rate, now)
    given = min(rate.portion, int(bucket.tokens + 1e-9))
    left = max(0.0, bucket.tokens - given)
    wait = 0.0 if given else (1.0 - left) * rate.seconds
    return Portion(given, int(left), wait), Bucket(left, now)
