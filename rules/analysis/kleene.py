"""Sets of Kleene's three truth values as bits, so that what a formula may still say is one number.

A stand is two such sets: what is said to everything that hit, and what is said without hits by look-alike letters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

TRUE, FALSE, UNKNOWN = 1, 2, 4
ANY: Final = TRUE | FALSE | UNKNOWN


class Pair(NamedTuple):
    """What may be said to everything that hit, and without look-alikes."""

    plain: int
    strict: int

    @property
    def settled(self) -> bool:
        """Whether only one thing can be said."""
        return self.plain in _SINGLE and self.strict in _SINGLE


_SINGLE: Final = frozenset((TRUE, FALSE, UNKNOWN))


def code(plain: int, strict: int) -> int:
    """A pair as one number, 0 to 63."""
    return plain | strict << 3


def union(codes: Iterable[int]) -> int:
    """All that any of these may say."""
    found = 0
    for one in codes:
        found |= one
    return found


def _negation(mask: int) -> int:
    return (FALSE if mask & TRUE else 0) | (TRUE if mask & FALSE else 0) | (mask & UNKNOWN)


def _conjunction(one: int, other: int) -> int:
    """Every value that the AND of a value of each may have."""
    unknown = (one & UNKNOWN and other & (TRUE | UNKNOWN)) or (other & UNKNOWN and one & (TRUE | UNKNOWN))
    return ((one | other) & FALSE) | (one & other & TRUE) | (UNKNOWN if unknown else 0)


PAIRS: Final = tuple(Pair(one & 7, one >> 3) for one in range(64))
OPPOSITE: Final = tuple(code(_negation(plain), _negation(strict)) for plain, strict in PAIRS)
BOTH: Final = tuple(
    tuple(code(_conjunction(one.plain, other.plain), _conjunction(one.strict, other.strict)) for other in PAIRS)
    for one in PAIRS
)
