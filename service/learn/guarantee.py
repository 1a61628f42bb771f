"""The guarantee: a threshold on confidence whose error is bounded, or a refusal that says what is missing.

Learn then Test (Angelopoulos et al., 2021) with the exact binomial tail as the test: each threshold t carries the
hypothesis "more than alpha of what is accepted at t is wrong". The thresholds are a fixed list, tested from strict
to loose, each at the full delta, and testing ends at the first that cannot be rejected (fixed-sequence testing).

Where testing starts is read from the confidences alone, before any error is looked at. It must not start at the
strictest threshold: there so few cases are accepted that one mislabelled case ends everything.

Why that choice spends nothing of delta: let j be the first threshold whose true error exceeds alpha, and let cases
less confident than that err more often than alpha too, as they do wherever confidence ranks at all. Testing starts at
j or stricter exactly when enough cases are accepted at j. Given how many those are, the errors among them are binomial
with a rate above alpha, so j is rejected with probability at most delta. If testing starts below j, the cases accepted
there are a mixture of groups that all err more often than alpha, and the same bound holds. A start fixed on other data
needs no such assumption: pass `start`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from service.domain.types import Certificate, Refusal

#: Confidences that are tried, strict to loose. Fixed once and for all: never chosen from calibration results.
THRESHOLDS: tuple[float, ...] = (
    *(0.9995, 0.999, 0.998, 0.997, 0.996, 0.995, 0.9925),
    *(round(0.99 - 0.005 * step, 3) for step in range(18)),
    *(round(0.90 - 0.01 * step, 2) for step in range(90)),
)

_STARTING_SHARE = 1 / 5  # of the cases that could be accepted at all


def tail(errors: int, accepted: int, alpha: float) -> float:
    """P(at most `errors` wrong among `accepted`) were each wrong with probability alpha: the p-value."""
    from scipy.special import bdtr

    return float(bdtr(errors, accepted, alpha)) if accepted > errors else 1.0


def smallest_n(alpha: float, delta: float, errors: int = 0) -> int:
    """The fewest accepted cases that certify alpha at confidence 1 - delta with that many wrong among them."""
    _check_promise(alpha, delta)
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


def certify(
    confidence: npt.NDArray[np.floating],
    correct: npt.NDArray[np.bool_],
    alpha: float,
    delta: float,
    *,
    start: float | None = None,
    sample: str = "",
) -> Certificate | Refusal:
    """The loosest threshold with error at most alpha among what it accepts, with confidence 1 - delta.

    `confidence` and `correct` have shape (n,): one entry for each calibration case, a random sample of the traffic
    that nothing was trained on. The confidence is 0 for a case that any other gate of the route holds back (a rule,
    the domain, the evidence, the label's autonomy): it is never decided automatically, and the certificate is then of
    the whole route. `start` is the threshold to begin with, when it was fixed on other data.
    """
    _check_promise(alpha, delta)
    _check_cases(confidence, correct)
    ordered = np.sort(confidence)
    accepted = [int(ordered.size - np.searchsorted(ordered, threshold, side="left")) for threshold in THRESHOLDS]
    needed = smallest_n(alpha, delta)

    def refuse(count: int, why: str) -> Refusal:
        return Refusal(
            alpha=alpha, delta=delta, cases=len(ordered), accepted=count, needed=needed, why=why, sample=sample
        )

    if accepted[-1] < needed:
        why = f"{accepted[-1]} of {needed} calibration cases that could be decided automatically"
        return refuse(accepted[-1], f"{why}: review at least {needed - accepted[-1]} more")
    first = _first_place(accepted, alpha, delta) if start is None else _place_of(start)
    granted: Certificate | None = None
    for count, threshold in list(zip(accepted, THRESHOLDS, strict=True))[first:]:
        errors = int(np.count_nonzero(~correct[confidence >= threshold]))
        if tail(errors, count, alpha) > delta:
            break
        granted = Certificate(alpha, delta, len(ordered), count, errors, threshold, sample)
    if granted is not None:
        return granted
    tolerated = errors_tolerated(alpha, delta, accepted[first])
    why = f"{errors} of the {accepted[first]} most confident calibration cases are wrong"
    return refuse(accepted[first], f"{why}, {f'at most {tolerated} may be' if tolerated >= 0 else 'too few to tell'}")


def _first_place(accepted: list[int], alpha: float, delta: float) -> int:
    """Where testing starts: a fifth of the cases, and enough of them to tolerate an error where there are enough.

    A fifth is a middle way, found on cross-validated and simulated predictions: with half of the cases testing fails
    at once when alpha is ambitious, with very few of them it ends early when some labels are wrong.
    """
    tolerant = max(smallest_n(alpha, delta, errors=1), int(_STARTING_SHARE * accepted[-1]))
    least = tolerant if tolerant <= accepted[-1] else smallest_n(alpha, delta)
    return next(place for place, count in enumerate(accepted) if count >= least)


def _place_of(start: float) -> int:
    """The first listed threshold that is not stricter than `start`."""
    return next((place for place, threshold in enumerate(THRESHOLDS) if threshold <= start), len(THRESHOLDS) - 1)


def _check_promise(alpha: float, delta: float) -> None:
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ValueError(f"alpha and delta lie between 0 and 1, not {alpha} and {delta}")


def _check_cases(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_]) -> None:
    if confidence.ndim != 1 or confidence.shape != correct.shape or correct.dtype != np.bool_:
        raise ValueError("confidence and correct have to be of the same shape (n,), correct of booleans")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("a confidence lies between 0 and 1")
