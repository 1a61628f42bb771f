"""The exact binomial test of an error rate, and what it asks of the number of cases.

Cases that are accepted and wrong are counted; the test says how likely so few wrong ones were if the true rate were
alpha. No approximation is made, so what it promises holds for samples of any size.
"""

from __future__ import annotations

import math

_MOST = 10_000_000  # cases; who needs more than that is told that cases alone will not help


def tail(errors: int, accepted: int, alpha: float) -> float:
    """P(at most `errors` wrong among `accepted`) were each wrong with probability alpha: the p-value."""
    from scipy.special import bdtr

    return float(bdtr(errors, accepted, alpha)) if accepted > errors else 1.0


def spent(delta: float, use: int) -> float:
    """What of delta the `use`-th model that is tried on the same calibration cases is tested at: delta / (k (k + 1)).

    Over any number of models these sum to less than delta, so that all their promises hold together.
    """
    if use < 1:
        raise ValueError(f"uses are counted from 1, {use} is none")
    return delta / (use * (use + 1))


def smallest_n(alpha: float, delta: float, errors: int = 0) -> int:
    """The fewest accepted cases that certify alpha at confidence 1 - delta with that many wrong among them."""
    check_promise(alpha, delta)
    low, high = errors, errors + 1
    while tail(errors, high, alpha) > delta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if tail(errors, middle, alpha) > delta else (low, middle)
    return high


def errors_tolerated(alpha: float, delta: float, accepted: int) -> int:
    """The most errors among `accepted` cases that still certify alpha; -1 when not even none would do."""
    errors = -1
    while tail(errors + 1, accepted, alpha) <= delta:
        errors += 1
    return errors


def cases_to_review(alpha: float, delta: float, share: float = 1.0, *, errors: int = 1, use: int = 1) -> int:
    """Calibration cases to be reviewed so that alpha can be certified with that many wrong among those accepted.

    `share` is the part of them that could be decided automatically, above 0, as far as it is known.
    """
    return math.ceil(smallest_n(alpha, spent(delta, use), errors) / share)


def more_cases(cases: int, accepted: int, errors: int, alpha: float, level: float) -> int | None:
    """Further cases to be reviewed until alpha is certified, should they be accepted and wrong as often as so far.

    None where more of the same would not do: the share of errors is alpha or above, or nothing is accepted.
    """
    if not cases:
        return smallest_n(alpha, level)
    if not accepted or errors / accepted >= alpha:
        return None
    rate, share = errors / accepted, accepted / cases

    def certified(count: int) -> bool:
        return tail(math.ceil(rate * count), count, alpha) <= level

    low, high = accepted - 1, accepted
    while not certified(high):
        low, high = high, 2 * high
        if high > _MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if certified(middle) else (middle, high)
    return math.ceil((high - accepted) / share)


def check_promise(alpha: float, delta: float) -> None:
    """ValueError for what nobody can promise."""
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ValueError(f"alpha and delta lie between 0 and 1, not {alpha} and {delta}")
