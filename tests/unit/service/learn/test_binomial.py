"""The exact binomial test: what it says of counts, how delta is spent, and how many cases it takes."""

from __future__ import annotations

import math

import pytest

from service.learn.binomial import cases_to_review, errors_tolerated, more_cases, smallest_n, spent, tail


def by_hand(errors: int, accepted: int, alpha: float) -> float:
    return sum(math.comb(accepted, k) * alpha**k * (1 - alpha) ** (accepted - k) for k in range(errors + 1))


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("accepted", [1, 7, 59, 400])
def test_tail_is_the_exact_binomial(alpha: float, accepted: int) -> None:
    """The p-value is the sum of the binomial's terms, not an approximation."""
    for errors in {0, min(1, accepted - 1), accepted // 2, accepted - 1}:
        assert tail(errors, accepted, alpha) == pytest.approx(by_hand(errors, accepted, alpha), rel=1e-9)
    assert tail(accepted, accepted, alpha) == 1.0


@pytest.mark.parametrize(
    "alpha, counts",
    [
        (0.05, [59, 93, 124, 208, 336]),
        (0.02, [149, 236, 313, 523, 845]),
        (0.01, [299, 473, 628, 1049, 1693]),
        (0.001, [2995, 4742, 6294, 10511, 16959]),
    ],
)
def test_cases_needed_are_the_known_figures(alpha: float, counts: list[int]) -> None:
    """With delta 5 %: the accepted cases needed for 0, 1, 2, 5 and 10 errors; one fewer would not do."""
    for errors, count in zip([0, 1, 2, 5, 10], counts, strict=True):
        assert smallest_n(alpha, 0.05, errors) == count
        assert tail(errors, count, alpha) <= 0.05 < tail(errors, count - 1, alpha)


@pytest.mark.parametrize("accepted, tolerated", [(299, 0), (298, -1), (500, 1), (1000, 4), (2000, 12), (5000, 38)])
def test_errors_tolerated_at_one_percent(accepted: int, tolerated: int) -> None:
    """How many of the accepted may be wrong at alpha 1 %, delta 5 %."""
    assert errors_tolerated(0.01, 0.05, accepted) == tolerated


def test_all_uses_together_spend_no_more_than_delta() -> None:
    """However many models are tried on the same cases, the parts they get sum to less than delta; each is smaller."""
    parts = [spent(0.1, use) for use in range(1, 2_000)]
    assert parts[:3] == pytest.approx([0.05, 0.1 / 6, 0.1 / 12])
    assert parts == sorted(parts, reverse=True)
    assert 0.0999 < sum(parts) < 0.1
    with pytest.raises(ValueError, match="counted from 1"):
        spent(0.1, 0)


def test_the_reviews_that_a_promise_takes() -> None:
    """At 1 % with delta 10 %, half of it for the first model: 473 accepted cases with one error; twice as many to be
    reviewed where half could be automatic; more for a second model."""
    assert cases_to_review(0.01, 0.10) == 473
    assert cases_to_review(0.01, 0.10, share=0.5) == 946
    assert cases_to_review(0.01, 0.10, errors=0) == 299
    assert cases_to_review(0.01, 0.10, use=2) == smallest_n(0.01, 0.1 / 6, 1) > 473


def test_more_cases_are_those_that_would_do() -> None:
    """With the same share accepted and wrong, so many more certify; one tenth fewer would not."""
    for cases, accepted, errors, alpha in [(200, 100, 2, 0.05), (400, 300, 9, 0.05), (45, 45, 0, 0.05)]:
        more = more_cases(cases, accepted, errors, alpha, 0.05)
        assert more is not None
        share, rate = accepted / cases, errors / accepted
        whole = int(accepted + more * share + 1)
        assert tail(math.ceil(rate * whole), whole, alpha) <= 0.05
        fewer = int(accepted + 0.9 * more * share)
        assert tail(math.ceil(rate * fewer), fewer, alpha) > 0.05


def test_where_it_errs_as_often_as_promised_cases_do_not_help() -> None:
    """Nor where nothing could be automatic; before the first case the fewest that could do are told."""
    assert more_cases(200, 100, 5, 0.05, 0.05) is None
    assert more_cases(200, 0, 0, 0.05, 0.05) is None
    assert more_cases(0, 0, 0, 0.05, 0.05) == 59
