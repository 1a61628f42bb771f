"""The encoder as it serves: a compiled ONNX model and its tokenizer, neither torch nor transformers.

A form whose vectors do not depend on their neighbours was proved so when it was compiled, and says so in its manifest;
bulk work then goes in batches of texts of equal length. Any other form takes one text at a time, always: a single
activation scale for a whole batch makes each vector depend on what else is in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from index.bulk import Layout, Progress, encode_in_bulk
from index.latest import Latest
from index.manifest import MODEL_FILE, SELFTEST_FILE, TOKENIZER_FILE, read_encoder_manifest
from index.model import Vector, Vectors
from index.selftest import selftest
from index.turns import Turns
from index.windows import Windows, agreement, code_point_spans, pool, token_ranges

REMEDY = "Compile it again: signoff encoder compile"

#: Tokens two neighbouring windows of a long text share, so that no sentence is seen only in halves.
OVERLAP = 48

#: Operations that onnxruntime would join for us, but computes four times slower than apart.
_LEFT_APART = ("SkipLayerNormFusion",)


def open_encoder(folder: Path, *, threads: int = 1) -> Encoder:
    """Open a compiled encoder after its files were found whole, and encode its self-test texts.

    Raises EncoderDamaged when a file is missing or altered, or when this machine computes other vectors than the one
    that certified the encoder (another runtime or processor), because stored vectors and thresholds would not hold.
    """
    manifest = read_encoder_manifest(folder, REMEDY)
    encoder = Encoder(
        session=new_session(folder / MODEL_FILE, threads),
        tokenizer=load_tokenizer(folder / TOKENIZER_FILE),
        digest=manifest.digest,
        dim=manifest.dim,
        max_tokens=manifest.max_tokens,
        batches=manifest.batches,
    )
    selftest(encoder, folder / SELFTEST_FILE, REMEDY)
    return encoder


class Encoder:
    """Text to vector on one ONNX session. Safe to call from several threads at once; each call runs on the caller's."""

    def __init__(
        self,
        *,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        digest: str,
        dim: int,
        max_tokens: int,
        batches: bool,
    ) -> None:
        self.digest = digest
        self.dim = dim
        self.max_tokens = max_tokens
        self.batches = batches  #: whether several texts may go through at once
        self._session = session
        self._masked = any(each.name == "attention_mask" for each in session.get_inputs())
        self._tokenizer = tokenizer
        self.front, self.back = frame(tokenizer)
        self.room = max_tokens - len(self.front) - len(self.back)  #: tokens of text in one window

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special tokens not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, text: str) -> Vector:
        """The vector of the whole text; a text longer than the token window is never cut (see `windows`)."""
        return self.windows(text).pooled

    def windows(self, text: str, *, max_windows: int | None = None) -> Windows:
        """The text in overlapping windows of at most `max_tokens` tokens, the first `max_windows` of them."""
        if max_windows is not None and max_windows < 1:
            raise ValueError("max_windows has to be at least 1")
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = encoding.ids, encoding.offsets
        ranges = self._ranges(len(ids))
        taken = ranges if max_windows is None else ranges[:max_windows]
        vectors = np.concatenate([self.run(self._framed(ids, begin, end)[None]) for begin, end in taken])
        pooled = pool(vectors, [end - begin for begin, end in taken])
        for shared in (vectors, pooled):  # they may be cached and handed to several callers
            shared.setflags(write=False)
        return Windows(
            vectors=vectors,
            spans=code_point_spans(taken, offsets, len(text)),
            pooled=pooled,
            agreement=agreement(vectors),
            complete=len(taken) == len(ranges),
        )

    def encode_many(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dim), on the caller's thread. `progress` hears of texts done and texts in all."""
        return encode_in_bulk(self, texts, progress)

    def layouts(self, texts: Sequence[str]) -> list[Layout]:
        """The token ids of each text's windows, special tokens included, and how many are its own."""
        laid = []
        for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
            ids = encoding.ids
            ranges = self._ranges(len(ids))
            windows = tuple(self._framed(ids, begin, end) for begin, end in ranges)
            laid.append(Layout(windows, tuple(end - begin for begin, end in ranges)))
        return laid

    def run(self, ids: npt.NDArray[np.int64]) -> Vectors:
        """Unit vectors of token ids of shape (texts, tokens), special tokens included."""
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)} if self._masked else {"input_ids": ids}
        vectors: Vectors = self._session.run(None, feed)[0]
        return vectors

    def _ranges(self, tokens: int) -> list[tuple[int, int]]:
        return token_ranges(tokens, self.room, min(OVERLAP, self.room // 4))

    def _framed(self, ids: Sequence[int], begin: int, end: int) -> npt.NDArray[np.int64]:
        return np.array([*self.front, *ids[begin:end], *self.back], dtype=np.int64)


class EncoderPool:
    """One encoder for many threads: as many texts at once as there are cores, and a cache of the latest before them.

    Same answers as `Encoder`. All cores share one session, which onnxruntime allows and which is as fast as one each
    (measured) at a fraction of the memory; a call waits for its turn when all cores are at work, and goes before bulk
    work.
    """

    def __init__(self, folder: Path, sessions: int | None = None, *, cache: int = 2048) -> None:
        """`sessions`: texts or batches encoded at once; one a core if not given."""
        self.sessions = sessions if sessions is not None else cores()
        if self.sessions < 1:
            raise ValueError("a pool needs at least one session")
        self._encoder = open_encoder(folder)
        self.digest, self.dim = self._encoder.digest, self._encoder.dim
        self.max_tokens, self.room = self._encoder.max_tokens, self._encoder.room
        self._turns = Turns(self.sessions)
        # A pool is of one encoder, so that its digest is part of every key without being in it.
        self._cache: Latest[tuple[str, int | None], Windows] = Latest(cache)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special tokens not counted."""
        return self._encoder.count_tokens(text)

    def encode(self, text: str) -> Vector:
        """See `Encoder.encode`."""
        return self.windows(text).pooled

    def windows(self, text: str, *, max_windows: int | None = None) -> Windows:
        """See `Encoder.windows`."""
        found = self._cache.get((text, max_windows))
        if found is None:
            with self._turns.taken():
                found = self._encoder.windows(text, max_windows=max_windows)
            self._cache.put((text, max_windows), found)
        return found

    def forget(self) -> None:
        """Keep no text and no vector in memory any more; they are made anew when they are asked for."""
        self._cache.drop(lambda _key, _value: True)

    def encode_many(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dim), on all cores; bulk work neither fills the cache nor goes before requests."""
        return encode_in_bulk(self._encoder, texts, progress, workers=self.sessions, turn=self._bulk_turn)

    def _bulk_turn(self) -> AbstractContextManager[None]:
        return self._turns.taken(bulk=True)


def cores() -> int:
    """Processor cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def new_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session that runs on the caller's thread and `threads - 1` more."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"], disabled_optimizers=list(_LEFT_APART)
    )


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer without its own truncation and padding."""
    # Published tokenizers often come with truncation and padding switched on (this one: to 128 tokens, half of what
    # the model reads). Windows are ours to lay out.
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def frame(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """The special tokens before and after a text."""
    sample = tokenizer.encode("a")
    inside = [place for place, special in enumerate(sample.special_tokens_mask) if not special]
    return sample.ids[: inside[0]], sample.ids[inside[-1] + 1 :]
