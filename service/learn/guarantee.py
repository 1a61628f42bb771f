"""The guarantee: a threshold on confidence whose error is bounded, or a refusal that says what is missing.

Learn then Test (Angelopoulos et al., 2021) with the exact binomial tail as the test: each threshold t carries the
hypothesis "more than alpha of what is accepted at t is wrong". The thresholds are a fixed list, tested from strict
to loose, each at the full level, and testing ends at the first that cannot be rejected (fixed-sequence testing).

Where testing starts is read from the confidences alone, before any error is looked at. It must not start at the
strictest threshold: there so few cases are accepted that one mislabelled case ends everything.

Why that choice spends nothing of the level: let j be the first threshold whose true error exceeds alpha, and let cases
less confident than that err more often than alpha too, as they do wherever confidence ranks at all. Testing starts at
j or stricter exactly when enough cases are accepted at j. Given how many those are, the errors among them are binomial
with a rate above alpha, so j is rejected with probability at most the level. If testing starts below j, the cases
accepted there are a mixture of groups that all err more often than alpha, and the same bound holds. A start fixed on
other data needs no such assumption: pass `start`. Nor does Holm's method (1979), which is there for confidences that
do not rank; it grants a good deal less, and so is not what is used unasked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from service.domain.types import Bound, Certificate, Refusal
from service.learn.binomial import (
    cases_to_review,
    check_promise,
    errors_tolerated,
    more_cases,
    smallest_n,
    spent,
    tail,
)
from service.learn.intervals import holm

__all__ = ["again", "cases_to_review", "certify", "errors_tolerated", "more_cases", "smallest_n", "spent", "tail"]

#: Confidences that are tried, strict to loose. Fixed once and for all: never chosen from calibration results.
THRESHOLDS: tuple[float, ...] = (
    *(0.9995, 0.999, 0.998, 0.997, 0.996, 0.995, 0.9925),
    *(round(0.99 - 0.005 * step, 3) for step in range(18)),
    *(round(0.90 - 0.01 * step, 2) for step in range(90)),
)

#: Of these Holm's method tries every third: it pays for each.
HOLM_THRESHOLDS = THRESHOLDS[::3]

_STARTING_SHARE = 1 / 5  # of the cases that could be accepted at all
_HOPELESS = 20  # times the cases there are: nobody reviews so many, and what errs next to alpha may well err above it


class Method(StrEnum):
    """How it is paid for that many thresholds are tried."""

    FIXED_SEQUENCE = "fixed_sequence"  #: one after the other, strict to loose, until one fails
    HOLM = "holm"  #: all at once, each at a part of the level; asks nothing of how confidences rank


@dataclass(frozen=True, slots=True)
class Table:
    """How many cases each threshold accepts, and how many of these are wrong."""

    cases: int  #: all there are
    accepted: npt.NDArray[np.int64]
    errors: npt.NDArray[np.int64]

    @classmethod
    def of(cls, confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_], cases: int) -> Table:
        order = np.argsort(confidence, kind="stable")
        below = np.searchsorted(confidence[order], THRESHOLDS, side="left")
        wrong = np.concatenate(([0], np.cumsum(~correct[order])))
        return cls(cases, len(confidence) - below, wrong[-1] - wrong[below])

    def p_values(self, alpha: float) -> npt.NDArray[np.float64]:
        """Of each threshold; `binomial.tail` of all at once."""
        from scipy.special import bdtr

        tails = bdtr(self.errors.astype(np.float64), self.accepted, alpha)
        return np.where(self.accepted > self.errors, tails, 1.0)

    def at(self, place: int) -> tuple[int, int]:
        return int(self.accepted[place]), int(self.errors[place])


def certify(
    confidence: npt.NDArray[np.floating],
    correct: npt.NDArray[np.bool_],
    alpha: float,
    delta: float,
    *,
    start: float | None = None,
    sample: str = "",
    level: float | None = None,
    later: float | None = None,
    method: Method = Method.FIXED_SEQUENCE,
) -> Certificate | Refusal:
    """The loosest threshold with error at most alpha among what it accepts, with confidence 1 - delta.

    `confidence` and `correct` have shape (n,): one entry for each calibration case, a random sample of the traffic
    that nothing was trained on. The confidence is 0 for a case that any other gate of the route holds back (a rule,
    the domain, the evidence, the label's autonomy): it is never decided automatically, and the certificate is then of
    the whole route. `start` is the threshold to begin with, when it was fixed on other data. `level` is what of delta
    this test may use, where the cases were used before; None: all of it. `later` is what a further try on these and
    more cases may use, so that a refusal says how many it will take; None: as much as this one.
    """
    check_promise(alpha, delta)
    check_cases(confidence, correct)
    table, at = Table.of(confidence, correct, len(confidence)), delta if level is None else level
    first = first_place(table, alpha, at) if start is None else _place_of(start)
    place = granted(table, first, alpha, at) if method is Method.FIXED_SEQUENCE else _by_holm(table, alpha, at)
    if place is not None:
        return Certificate(alpha, delta, table.cases, *table.at(place), THRESHOLDS[place], sample, level)
    parts = 1 if method is Method.FIXED_SEQUENCE else len(HOLM_THRESHOLDS)
    told = refused(table, first, alpha, at / parts, (at if later is None else later) / parts)
    return Refusal(
        alpha, delta, table.cases, told.accepted, told.needed, told.why, sample=sample, level=level, more=told.more
    )


def again(
    confidence: npt.NDArray[np.floating],
    correct: npt.NDArray[np.bool_],
    group: npt.NDArray[np.integer],
    certificate: Certificate,
) -> Certificate | Refusal:
    """Whether the same cases on a changed route still certify the thresholds in use, at the levels they were given.

    Nothing looser is tried: a release decides by the thresholds it has. `group` has shape (n,) and holds places in the
    certificate's bounds; without bounds it is not looked at. One group that fails is a refusal of all.
    """
    check_cases(confidence, correct)
    whole = certificate.delta if certificate.level is None else certificate.level
    if certificate.bounds:
        bounds = tuple(
            _recounted(confidence[group == place], correct[group == place], bound)
            for place, bound in enumerate(certificate.bounds)
        )
    else:
        alone = Bound("", (), certificate.alpha, 0, 0, certificate.threshold, 0, level=whole)
        bounds = (_recounted(confidence, correct, alone),)
    tried = [bound for bound in bounds if bound.threshold is not None]
    told = bounds if certificate.bounds else ()
    failed = next((b for b in tried if tail(b.errors, b.accepted, b.alpha) > (b.level or whole)), None)
    cases = len(confidence)
    if failed is None:
        accepted, errors = sum(bound.accepted for bound in tried), sum(bound.errors for bound in tried)
        return replace(certificate, cases=cases, accepted=accepted, errors=errors, bounds=told)
    level = failed.level or whole
    return Refusal(
        alpha=failed.alpha,
        delta=certificate.delta,
        cases=cases,
        accepted=failed.accepted,
        needed=smallest_n(failed.alpha, level),
        why=_too_many(failed.accepted, failed.errors, failed.alpha, level, "calibration cases decided automatically"),
        sample=certificate.sample,
        level=certificate.level,
        use=certificate.use,
        bounds=told,
        more=more_cases(cases, failed.accepted, failed.errors, failed.alpha, level),
    )


def _recounted(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_], bound: Bound) -> Bound:
    if bound.threshold is None:
        return bound
    accepted = confidence >= bound.threshold
    errors = np.count_nonzero(accepted & ~correct)
    return replace(bound, accepted=int(np.count_nonzero(accepted)), errors=int(errors))


def granted(table: Table, first: int, alpha: float, level: float) -> int | None:
    """The loosest place reached from `first` without a test that fails."""
    failing = np.flatnonzero(table.p_values(alpha)[first:] > level)
    failed = first + int(failing[0]) if len(failing) else len(THRESHOLDS)
    return failed - 1 if failed > first else None


def _by_holm(table: Table, alpha: float, level: float) -> int | None:
    """The loosest place that Holm's method grants."""
    places = [THRESHOLDS.index(threshold) for threshold in HOLM_THRESHOLDS]
    adjusted = holm(table.p_values(alpha)[places].tolist())
    return max((place for place, p in zip(places, adjusted, strict=True) if p <= level), default=None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no threshold could be granted."""

    accepted: int
    needed: int
    why: str
    more: int | None


def refused(table: Table, first: int, alpha: float, level: float, later: float) -> Refused:
    """In words, with what is missing until a further try at the level `later` would do."""
    needed, most = smallest_n(alpha, level), int(table.accepted[-1])
    surer = ", the next try is tested more strictly" if later < level else ""
    if most < needed:
        more = more_cases(table.cases, most, 0, alpha, later)
        return Refused(most, needed, _too_few(table.cases, most, needed, more) + (surer if more else ""), more)
    accepted, errors = table.at(first)
    more = more_cases(table.cases, accepted, errors, alpha, later)
    told = _too_many(accepted, errors, alpha, level, "most confident calibration cases")
    if more is None:
        return Refused(accepted, needed, f"{told}: more cases alone will not help, it errs too often", None)
    if more > _HOPELESS * table.cases:
        why = f"more cases alone will hardly help, it errs almost too often (it would take {more:,} of them)"
    else:
        why = f"review about {more:,} more, should they come out like these{surer}"
    return Refused(accepted, needed, f"{told}: {why}", more)


def _too_few(cases: int, accepted: int, needed: int, more: int | None) -> str:
    if more is None:
        return (
            f"0 of {needed}: none of the {cases} calibration cases could be decided automatically, "
            "a rule, the domain, the evidence or the label's autonomy holds each of them back"
        )
    so_far = f" ({accepted} of {cases} could so far)" if accepted < cases else ""
    return (
        f"{accepted} of {needed} calibration cases that could be decided automatically: "
        f"review at least {more} more{so_far}"
    )


def _too_many(accepted: int, errors: int, alpha: float, level: float, what: str) -> str:
    tolerated = errors_tolerated(alpha, level, accepted)
    limit = f"at most {tolerated} may be" if tolerated >= 0 else "too few to tell"
    return f"{errors} of the {accepted} {what} are wrong, {limit}"


def first_place(table: Table, alpha: float, level: float) -> int:
    """Where testing starts: a fifth of the cases, and enough of them to tolerate an error where there are enough.

    A fifth is a middle way, found on cross-validated and simulated predictions: with half of the cases testing fails
    at once when alpha is ambitious, with very few of them it ends early when some labels are wrong. Where there are too
    few for any test, it starts with all of them.
    """
    most = int(table.accepted[-1])
    tolerant = max(smallest_n(alpha, level, errors=1), int(_STARTING_SHARE * most))
    least = tolerant if tolerant <= most else smallest_n(alpha, level)
    return next((place for place, count in enumerate(table.accepted) if count >= least), len(THRESHOLDS) - 1)


def _place_of(start: float) -> int:
    """The first listed threshold that is not stricter than `start`."""
    return next((place for place, threshold in enumerate(THRESHOLDS) if threshold <= start), len(THRESHOLDS) - 1)


def check_cases(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_]) -> None:
    """ValueError for arrays that do not fit together, and for confidences that are none."""
    if confidence.ndim != 1 or confidence.shape != correct.shape or correct.dtype != np.bool_:
        raise ValueError("confidence and correct have to be of the same shape (n,), correct of booleans")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("a confidence lies between 0 and 1")
