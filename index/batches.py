"""Which texts go through the encoder together: only such of the same number of tokens, so that none is padded. Pure."""

from __future__ import annotations

from collections.abc import Sequence

#: Tokens that go through the encoder at once. More gains nothing, and a request waits while they do.
BUDGET = 256


def equal_batches(lengths: Sequence[int], budget: int = BUDGET) -> list[list[int]]:
    """Places of texts of equal length, at most `budget` tokens together unless a single text has more.

    The longest come first, so that workers who share the batches finish at about the same time.
    """
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    batches = []
    for length in sorted(by_length, reverse=True):
        places, most = by_length[length], max(1, budget // max(1, length))
        batches += [places[start : start + most] for start in range(0, len(places), most)]
    return batches
