"""Groups of texts about one matter."""

from __future__ import annotations

import numpy as np

from service.learn.clusters import alike, clusters, telling_words


def around(rng: np.random.Generator, centre: int, count: int, spread: float) -> np.ndarray:
    """Unit vectors around an axis."""
    found = rng.normal(0, spread, (count, 16))
    found[:, centre] += 1
    scaled: np.ndarray = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def test_groups_are_found_and_strangers_left_out():
    """The largest first; what is like nothing is in none, and small groups are none."""
    rng = np.random.default_rng(1)
    vectors = np.concatenate([around(rng, 0, 12, 0.1), around(rng, 1, 7, 0.1), around(rng, 2, 3, 0.1)])
    vectors = np.concatenate([vectors, -around(rng, 3, 1, 0.1)])
    found = clusters(vectors, 0.6, 5)
    assert [set(cluster.places) for cluster in found] == [set(range(12)), set(range(12, 19))]
    assert all(cluster.similarity > 0.8 for cluster in found)


def test_the_most_central_text_comes_first():
    """It stands for the others."""
    rng = np.random.default_rng(2)
    vectors = np.concatenate([around(rng, 0, 8, 0.25), around(rng, 0, 1, 0.0)])
    (found,) = clusters(vectors, 0.3, 2)
    assert found.places[0] == 8


def test_too_few_texts_make_no_group():
    """Not even one."""
    vectors = around(np.random.default_rng(3), 0, 3, 0.1)
    assert clusters(vectors, 0.5, 4) == ()
    assert clusters(vectors[:0], 0.5, 2) == ()


def test_from_where_on_texts_are_one_matter_is_measured():
    """Between how alike texts of one label and of different labels are, nearer to the first; half where nothing
    shows it."""
    rng = np.random.default_rng(4)
    vectors = np.concatenate([around(rng, 0, 30, 0.05), around(rng, 1, 30, 0.2), around(rng, 2, 30, 0.5)])
    same = vectors[30:60] @ vectors[30:60].T
    within = (same.sum() - np.trace(same)) / (30 * 29)  # of the label in the middle
    between = np.mean([vectors[a : a + 30] @ vectors[b : b + 30].T for a, b in ((0, 30), (0, 60), (30, 60))])
    found = alike(vectors, ["a"] * 30 + ["b"] * 30 + ["c"] * 30)
    assert abs(found - (0.25 * between + 0.75 * within)) < 1e-3
    assert alike(vectors[:1], ["a"]) == 0.5


def test_telling_words_are_common_here_and_rare_elsewhere():
    """Not what everybody says, nor what is said once."""
    inside = ["please change my address", "my new address is here", "address changed, please update"]
    outside = ["please refund my card", "my card is here", "please unblock my card", "here is my loan"]
    words = telling_words(inside, outside)
    assert words[0] == "address"
    assert not {"my", "please", "update"} & set(words[:1])
    assert telling_words([], outside) == ()
