"""Fitting an adapter: it learns what is there to learn, ends where held-out questions say, and harms nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from index.tuning.fit import FitOptions, fit, ranked
from index.tuning.lesson import Lesson

OPTIONS = FitOptions(words=0.0, steps=200, look=20, batch=16)


def unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def lesson(*, turned: bool, count: int = 60, dim: int = 16, seed: int = 0) -> Lesson:
    """Questions that are their passages, seen through one and the same turn of the space, or with noise alone."""
    chance = np.random.default_rng(seed)
    passages = unit(chance.normal(size=(count, dim)))
    turn = np.linalg.qr(np.random.default_rng(9).normal(size=(dim, dim)))[0] if turned else np.eye(dim)
    questions = unit(passages @ turn + chance.normal(scale=0.05, size=passages.shape))
    return Lesson(
        questions=questions,
        passages=passages,
        owners=np.arange(count),
        words=np.zeros((count, count), np.float32),
        right=[np.array([place]) for place in range(count)],
    )


def test_a_turn_that_all_questions_share_is_undone() -> None:
    """Learned from half of the questions, it holds for the other half."""
    whole = lesson(turned=True, count=120)
    learn, held = whole.part(np.arange(0, 120, 2)), whole.part(np.arange(1, 120, 2))
    before = ranked(held, np.zeros((16, 16), np.float32), OPTIONS)
    fitted = fit([learn], held, replace(OPTIONS, rate=0.02, shrink=0.01))
    assert before < 0.3
    assert fitted.held_out is not None
    assert fitted.held_out > 0.8
    assert ranked(held, fitted.change, OPTIONS) == fitted.held_out


def test_where_nothing_can_be_gained_nothing_is_changed() -> None:
    """Questions that find their passages already leave the map as it is."""
    whole = lesson(turned=False)
    fitted = fit([whole], whole, OPTIONS)
    assert fitted.steps == 0
    assert (fitted.matrix == np.eye(16, dtype=np.float32)).all()


def test_it_ends_when_held_out_questions_gain_no_more() -> None:
    """Patience is counted in looks: with nothing to gain it ends after that many."""
    whole = lesson(turned=False)
    seen: list[int] = []
    fit([whole], whole, replace(OPTIONS, patience=2), lambda done, _total: seen.append(done))
    assert seen[-2:] == [40, OPTIONS.steps]


def test_the_same_input_gives_the_same_map() -> None:
    """Bit by bit, so that a release can be made again."""
    whole = lesson(turned=True)
    first, second = (fit([whole], None, replace(OPTIONS, steps=30)) for _ in range(2))
    assert (first.change == second.change).all()
    assert first.steps == 30
    assert first.held_out is None


def test_a_stronger_penalty_keeps_it_nearer_to_the_identity() -> None:
    """The penalty is what few questions are not to overrule."""
    whole = lesson(turned=True)
    loose, tight = (
        np.linalg.norm(fit([whole], None, replace(OPTIONS, shrink=shrink)).change) for shrink in (0.01, 10_000.0)
    )
    assert tight < loose / 2


def test_what_words_find_already_is_not_learned() -> None:
    """Where BM25 alone tells the right document for certain, the map has nothing to do."""
    whole = lesson(turned=True)
    told = replace(whole, words=np.eye(60, dtype=np.float32))
    with_words = fit([told], None, replace(OPTIONS, words=50.0, steps=60))
    without = fit([whole], None, replace(OPTIONS, steps=60))
    assert np.linalg.norm(with_words.change) < 0.1 * np.linalg.norm(without.change)


@pytest.mark.parametrize("right", [[0], [0, 1]])
def test_the_gradient_is_that_of_the_loss(right: list[int]) -> None:
    """Held against the difference quotient of the loss as the docstring states it."""
    from index.tuning import fit as module

    chance = np.random.default_rng(3)
    one = Lesson(
        questions=unit(chance.normal(size=(3, 5))),
        passages=unit(chance.normal(size=(7, 5))),
        owners=np.array([0, 0, 1, 2, 3, 4, 5]),
        words=chance.random((3, 6)).astype(np.float32),
        right=[np.array(right), np.array([4]), np.array([5])],
    )
    options = FitOptions(temperature=0.5, words=2.0)
    change = (0.1 * chance.normal(size=(5, 5))).astype(np.float32)

    def loss(change: npt.NDArray[np.float64]) -> float:
        moved = one.questions + one.questions @ change
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        scores = moved @ one.passages.T / 0.5 + 2.0 * one.words[:, one.owners]
        chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return -float(np.mean([np.log(chances[row, rows].sum()) for row, rows in enumerate(one.right)]))

    found = module._gradient(one, change, options)
    step = 1e-5
    for row, column in ((0, 0), (2, 3), (4, 1)):
        up, down = change.astype(np.float64), change.astype(np.float64)
        up[row, column] += step
        down[row, column] -= step
        assert found[row, column] == pytest.approx((loss(up) - loss(down)) / (2 * step), abs=1e-4)
