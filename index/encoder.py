"""The encoder as it serves: a compiled ONNX model and its tokenizer, neither torch nor transformers.

One text at a time, always: dynamic int8 takes one activation scale per tensor, so that in a batch a text's vector
would depend on its neighbours. Requests run side by side on several sessions instead (`EncoderPool`).
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.errors import EncoderDamaged
from index.latest import Latest
from index.manifest import MODEL_FILE, SELFTEST_FILE, TOKENIZER_FILE, read_encoder_manifest
from index.model import Vector, Vectors
from index.windows import Windows, agreement, code_point_spans, pool, token_ranges

REMEDY = "Compile it again: signoff encoder compile"

#: Tokens two neighbouring windows of a long text share, so that no sentence is seen only in halves.
OVERLAP = 48

#: Cosine to the stored vectors below which this machine computes something else than what was certified.
_SELFTEST_COSINE = 0.999

Progress = Callable[[int, int], None]  #: done, total


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
    )
    _selftest(encoder, folder / SELFTEST_FILE)
    return encoder


class Encoder:
    """Text to vector on one ONNX session. Safe to call from several threads; each call runs on the caller's."""

    def __init__(
        self, *, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, digest: str, dim: int, max_tokens: int
    ) -> None:
        self.digest = digest
        self.dim = dim
        self.max_tokens = max_tokens
        self._session = session
        self._tokenizer = tokenizer
        self._front, self._back = _frame(tokenizer)
        self.room = max_tokens - len(self._front) - len(self._back)  #: tokens of text in one window

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
        ranges = token_ranges(len(ids), self.room, min(OVERLAP, self.room // 4))
        taken = ranges if max_windows is None else ranges[:max_windows]
        vectors = np.stack([self._run(ids[begin:end]) for begin, end in taken])
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
        """Shape (len(texts), dim), one text after the other."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for place, text in enumerate(texts):
            vectors[place] = self.encode(text)
            if progress is not None:
                progress(place + 1, len(texts))
        return vectors

    def twin(self, session: onnxruntime.InferenceSession) -> Encoder:
        """The same encoder on another session of the same model."""
        return Encoder(
            session=session, tokenizer=self._tokenizer, digest=self.digest, dim=self.dim, max_tokens=self.max_tokens
        )

    def _run(self, ids: Sequence[int]) -> Vector:
        framed = np.array([[*self._front, *ids, *self._back]], dtype=np.int64)
        feed = {"input_ids": framed, "attention_mask": np.ones_like(framed)}
        vector: Vector = self._session.run(None, feed)[0][0]
        return vector


class EncoderPool:
    """Several sessions of one encoder, one a core, each with a single thread; a cache of the latest texts before them.

    Same answers as `Encoder`, safe to call from any number of threads: a call borrows a session and waits for one
    when all are at work.
    """

    def __init__(self, folder: Path, sessions: int | None = None, *, cache: int = 2048) -> None:
        self.sessions = sessions if sessions is not None else cores()
        if self.sessions < 1:
            raise ValueError("a pool needs at least one session")
        first = open_encoder(folder)
        others = [first.twin(new_session(folder / MODEL_FILE, 1)) for _ in range(self.sessions - 1)]
        self.digest, self.dim = first.digest, first.dim
        self.max_tokens, self.room = first.max_tokens, first.room
        self._tokens = first.count_tokens
        # Last in, first out: a session used a moment ago still has its memory in the processor's cache.
        self._free: queue.LifoQueue[Encoder] = queue.LifoQueue()
        for encoder in (*others, first):
            self._free.put(encoder)
        self._cache: Latest[tuple[str, int | None], Windows] = Latest(cache)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special tokens not counted."""
        return self._tokens(text)

    def encode(self, text: str) -> Vector:
        """See `Encoder.encode`."""
        return self.windows(text).pooled

    def windows(self, text: str, *, max_windows: int | None = None) -> Windows:
        """See `Encoder.windows`."""
        found = self._cache.get((text, max_windows))
        if found is None:
            with self._borrowed() as encoder:
                found = encoder.windows(text, max_windows=max_windows)
            self._cache.put((text, max_windows), found)
        return found

    def encode_many(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dim), over all sessions; bulk work does not push requests out of the cache."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        lock = threading.Lock()
        done = 0

        def one(place: int) -> None:
            nonlocal done
            with self._borrowed() as encoder:
                vectors[place] = encoder.encode(texts[place])
            with lock:
                done += 1
                if progress is not None:
                    progress(done, len(texts))

        with ThreadPoolExecutor(self.sessions, thread_name_prefix="encode") as threads:
            for _ in threads.map(one, range(len(texts))):
                pass
        return vectors

    @contextmanager
    def _borrowed(self) -> Iterator[Encoder]:
        encoder = self._free.get()
        try:
            yield encoder
        finally:
            self._free.put(encoder)


def cores() -> int:
    """Processor cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def new_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session that runs on the caller's thread and `threads - 1` more."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer without its own truncation and padding."""
    # Published tokenizers often come with truncation and padding switched on (this one: to 128 tokens, half of what
    # the model reads). Windows are ours to lay out.
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _frame(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """The special tokens before and after a text."""
    sample = tokenizer.encode("a")
    inside = [place for place, special in enumerate(sample.special_tokens_mask) if not special]
    return sample.ids[: inside[0]], sample.ids[inside[-1] + 1 :]


def _selftest(encoder: Encoder, path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    for text, vector in zip(expected["texts"], expected["vectors"], strict=True):
        cosine = float(encoder.encode(text) @ np.asarray(vector, dtype=np.float32))
        if not cosine >= _SELFTEST_COSINE:
            reason = f"this machine computes another vector for {text!r} (cosine {cosine:.4f} to the certified one)"
            raise EncoderDamaged(path.parent, reason, REMEDY)
