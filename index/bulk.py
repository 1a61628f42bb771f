"""Many texts through one encoder: in batches where that is proved harmless, on several threads, with progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from index.batches import BUDGET, equal_batches
from index.model import Vectors
from index.windows import pool

#: Texts laid out at a time: enough of each length to fill batches, few enough to hold in memory.
_BLOCK = 4096

Progress = Callable[[int, int], None]  #: texts done, texts in all
Ids = npt.NDArray[np.int64]


class Layout(NamedTuple):
    """A text as token ids."""

    windows: tuple[Ids, ...]  #: of each window, shape (tokens,), special tokens included
    tokens: tuple[int, ...]  #: each window's tokens, special ones not counted


class Encodes(Protocol):
    """What bulk work needs of an encoder."""

    dim: int
    batches: bool  #: whether several texts may go through at once

    def layouts(self, texts: Sequence[str]) -> list[Layout]: ...

    def run(self, ids: Ids) -> Vectors: ...


def encode_in_bulk(
    encoder: Encodes,
    texts: Sequence[str],
    progress: Progress | None = None,
    *,
    workers: int = 1,
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Vectors:
    """Shape (len(texts), dim), rows in the order of the texts. `turn` is held while a batch is computed.

    `progress` is called on the caller's thread, with a count that never falls and ends at all texts. An exception ends
    the work after the batches that are being computed.
    """
    vectors = np.empty((len(texts), encoder.dim), dtype=np.float32)
    with ThreadPoolExecutor(workers, thread_name_prefix="encode") as threads:
        for start in range(0, len(texts), _BLOCK):
            block = _Block(encoder, texts[start : start + _BLOCK], turn)
            waiting = {threads.submit(block.run, batch) for batch in block.batches}
            try:
                for finished in as_completed(waiting):
                    done = block.settle(finished.result(), vectors[start : start + _BLOCK])
                    if progress is not None and done:
                        progress(start + done, len(texts))
            finally:
                for future in waiting:
                    future.cancel()
    return vectors


class _Block:
    """Some texts, laid out: their windows, the batches these form, and what is still to be computed of each."""

    def __init__(
        self, encoder: Encodes, texts: Sequence[str], turn: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._encoder = encoder
        self._turn = turn
        self._layouts = encoder.layouts(texts)
        self._windows = [(text, ids) for text, layout in enumerate(self._layouts) for ids in layout.windows]
        self._first = np.cumsum([0, *(len(layout.windows) for layout in self._layouts)])
        self._left = [len(layout.windows) for layout in self._layouts]
        self._found = np.empty((len(self._windows), encoder.dim), dtype=np.float32)
        lengths = [len(ids) for _, ids in self._windows]
        self.batches = equal_batches(lengths, BUDGET if encoder.batches else 0)
        self._done = 0

    def run(self, batch: list[int]) -> list[int]:
        """Compute the windows of a batch; on any thread."""
        ids = np.stack([self._windows[place][1] for place in batch])
        with self._turn():
            self._found[batch] = self._encoder.run(ids)
        return batch

    def settle(self, batch: list[int], vectors: Vectors) -> int:
        """Write the vectors of the texts that this batch completes; how many texts are complete."""
        for text in (self._windows[place][0] for place in batch):
            self._left[text] -= 1
            if not self._left[text]:
                rows = self._found[self._first[text] : self._first[text + 1]]
                vectors[text] = pool(rows, self._layouts[text].tokens)
                self._done += 1
        return self._done
