from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest

from index.bulk import Layout, encode_in_bulk
from index.model import Vectors


class Counting:
    """An encoder whose vectors are made of the tokens' sum alone, a word being a window and a letter a token."""

    dim = 2

    def __init__(self, *, batches: bool) -> None:
        self.batches = batches
        self.seen: list[tuple[int, int]] = []

    def layouts(self, texts: Sequence[str]) -> list[Layout]:
        laid = []
        for text in texts:
            parts = [np.array([ord(sign) for sign in word]) for word in text.split()]
            laid.append(Layout(tuple(parts), tuple(len(part) for part in parts)))
        return laid

    def run(self, ids: npt.NDArray[np.int64]) -> Vectors:
        self.seen.append((ids.shape[0], ids.shape[1]))
        sums = ids.sum(axis=1).astype(np.float32)
        rows = np.stack([np.cos(sums), np.sin(sums)], axis=1)
        return np.asarray(rows, dtype=np.float32)


TEXTS = ["one", "three", "six two", "ten", "three one seven", "a", "two"]


def test_batches_give_what_one_at_a_time_gives() -> None:
    """The order of the texts and the windows of each are kept, whether texts go together or alone, on any threads."""
    alone, together = Counting(batches=False), Counting(batches=True)
    expected = encode_in_bulk(alone, TEXTS)
    np.testing.assert_array_equal(encode_in_bulk(together, TEXTS, workers=3), expected)
    assert all(count == 1 for count, _ in alone.seen)
    assert sorted(together.seen, reverse=True) == [(6, 3), (3, 5), (1, 1)]


def test_a_text_is_done_when_all_its_windows_are() -> None:
    """Progress counts whole texts, never falls, and ends at all of them."""
    heard: list[tuple[int, int]] = []
    encode_in_bulk(Counting(batches=False), TEXTS, lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard)
    assert heard[-1] == (7, 7)
    assert {done for done, _ in heard} == set(range(1, 8))


def test_each_batch_holds_a_turn() -> None:
    """Nothing is computed without a turn."""
    encoder, held = Counting(batches=True), []

    @contextmanager
    def turn() -> Iterator[None]:
        held.append(len(encoder.seen))
        yield

    encode_in_bulk(encoder, TEXTS, turn=turn)
    assert held == list(range(len(encoder.seen)))


def test_an_error_ends_the_work_at_once() -> None:
    """A caller who gives up, or a text that cannot be encoded, does not wait for all the rest."""
    encoder = Counting(batches=False)

    def give_up(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_in_bulk(encoder, ["abc"] * 2000, give_up)
    assert len(encoder.seen) < 2000
    assert threading.active_count() < 20


def test_nothing_gives_an_empty_table() -> None:
    """No texts, no vectors, no progress."""
    heard: list[tuple[int, int]] = []
    assert encode_in_bulk(Counting(batches=True), [], lambda *step: heard.append(step)).shape == (0, 2)
    assert heard == []
