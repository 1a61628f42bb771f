"""The head that asks the most similar examples."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.judge import Seen
from service.learn.nearest import NearestHead, Neighbourhood, as_logits
from service.learn.openset import Domain, Score
from service.learn.several import OneLabel, SeveralLabels

AXES = np.eye(4, dtype=np.float32)
TRUTH = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=np.bool_)


def head(*, nearest: int = 2, several: bool = False) -> NearestHead:
    calibration = SeveralLabels(1.0, 1.0, 0.0) if several else OneLabel(1.0)
    examples = Neighbourhood(AXES, TRUTH, nearest, 5.0)
    return NearestHead(("a", "b", "c"), examples, several, calibration, Domain(Score.SIMILARITY, 0.4), "e")


def test_votes_are_those_of_the_nearest_by_hand() -> None:
    """Each of the two nearest counts exp(sharpness * cosine); the others do not count."""
    vector = np.array([0.8, 0.6, 0, 0], np.float32)
    votes, total, cosine = head().examples.ask(vector)
    assert votes == pytest.approx([np.exp(4) + np.exp(3), 0, 0], rel=1e-5)
    assert total == pytest.approx(np.exp(4) + np.exp(3), rel=1e-5)
    assert cosine == pytest.approx(0.7)


def test_judges_like_its_neighbours() -> None:
    """The label of the most similar examples wins, with the mean cosine as the measure of the domain."""
    judged = head().judge(Seen(np.array([0.8, 0.6, 0, 0], np.float32), "any"))
    assert judged.chosen == ("a",)
    assert judged.in_domain
    assert judged.energy == pytest.approx(0.7)
    foreign = head().judge(Seen(np.array([0.1, 0.1, 0.1, -0.98], np.float32), "any"))
    assert not foreign.in_domain


def test_several_labels_are_voted_on_apart() -> None:
    """An example with two labels speaks for both."""
    judged = head(nearest=1, several=True).judge(Seen(AXES[3], "any"))
    assert set(judged.chosen) == {"b", "c"}
    one = head(nearest=1, several=True).judge(Seen(AXES[2], "any"))
    assert one.chosen == ("b",)


def test_without_votes_every_label_is_as_likely() -> None:
    """One label: no votes are the same for all. Several: against what all examples say."""
    assert as_logits(np.zeros(3), 0.0, several=False) == pytest.approx([0, 0, 0])
    assert as_logits(np.array([3.0, 0.0]), 3.0, several=True) == pytest.approx([np.log(4), -np.log(4)])


def test_asks_no_more_than_there_are() -> None:
    """Fewer examples than are to be asked: all of them are."""
    assert head(nearest=50).judge(Seen(AXES[0], "")).chosen == ("a",)


@pytest.mark.parametrize("vector", [np.zeros(3, np.float32), np.full(4, np.nan, np.float32)])
def test_a_vector_that_is_none_is_refused(vector: np.ndarray) -> None:
    """Never a confident label from not-a-number."""
    with pytest.raises(ValueError, match="vector"):
        head().judge(Seen(vector, "any"))


def test_it_tells_how_far_the_neighbours_speak_for_a_label() -> None:
    """For the label they carry, against one they do not."""
    seen = Seen(AXES[0], "any")
    assert head().telling(seen, "a")[0].weight > 0 > head().telling(seen, "b")[0].weight
    with pytest.raises(ValueError, match="no label"):
        head().telling(seen, "z")


@pytest.mark.parametrize("parts", [(AXES[:3], TRUTH, 2, 5.0), (AXES, TRUTH, 0, 5.0), (AXES, TRUTH, 2, float("inf"))])
def test_examples_that_do_not_fit_make_no_head(parts: tuple[np.ndarray, np.ndarray, int, float]) -> None:
    """A label for each, at least one asked."""
    with pytest.raises(ValueError, match=r"do not fit|at least one"):
        Neighbourhood(*parts)
