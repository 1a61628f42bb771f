"""One way on all parts: taught on what is known, asked what was held out, and timed as it would serve."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from index.encoder import EncoderPool
from index.model import Vectors
from service.learn.material import Definition
from service.learn.pilot.division import Division, Part, Places
from service.learn.pilot.results import Attempt, Spent
from service.learn.pilot.ways import Answers, Asked, Attributes, Known, Progress, Taught, Way

_TIMED: Final = 200  # requests asked one by one
_WARM: Final = 10  # asked before, for nothing
_MIB: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class EncoderAt:
    """A compiled encoder, and the vectors of all texts by it."""

    name: str
    digest: str
    folder: Path
    source: Path | str  #: the sentence-transformers model it was compiled from; empty: nobody knows
    vectors: Path  #: .npy of shape (examples + definitions, dim)
    seconds_each: float  #: to encode one text in bulk

    @property
    def size(self) -> int:
        """Bytes of what serves."""
        return sum(file.stat().st_size for file in self.folder.iterdir())


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What every way is taught and asked. It can be sent to another process: vectors stay in files."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    attributes: tuple[Attributes, ...]
    division: Division
    definitions: Mapping[str, str]  #: label -> words; their vectors follow those of the texts, in this order
    encoders: Mapping[str, EncoderAt]  #: by digest
    room: Path  #: a folder to write in

    def vectors(self, encoder: str) -> Vectors | None:
        """All rows of an encoder's file; None for none."""
        if not encoder:
            return None
        rows: Vectors = np.load(self.encoders[encoder].vectors, mmap_mode="r", allow_pickle=False)
        return rows

    def known(self, part: Part, vectors: Vectors | None, seconds: float) -> Known:
        """What may be learned from in a part."""
        chosen = part.known.tolist()
        return Known(
            texts=[self.texts[place] for place in chosen],
            labels=[self.labels[place] for place in chosen],
            attributes=[self.attributes[place] for place in chosen],
            vectors=None if vectors is None else np.array(vectors[part.known]),
            definitions=self._definitions(vectors),
            seconds=seconds,
            room=self.room,
        )

    def asked(self, places: Places, vectors: Vectors | None) -> Asked:
        """Requests without their labels."""
        chosen = places.tolist()
        return Asked(
            texts=[self.texts[place] for place in chosen],
            attributes=[self.attributes[place] for place in chosen],
            vectors=None if vectors is None else np.array(vectors[places]),
        )

    def _definitions(self, vectors: Vectors | None) -> dict[str, Definition]:
        nothing = np.empty(0, np.float32)
        return {
            label: Definition(words, nothing if vectors is None else np.array(vectors[len(self.texts) + place]))
            for place, (label, words) in enumerate(self.definitions.items())
        }


def attempt(way: Way, lesson: Lesson, seconds: float, tell: Progress) -> Attempt:
    """Teach and ask the way on each part. `seconds` are what all parts together may take."""
    vectors, parts = lesson.vectors(way.encoder), lesson.division.parts
    heard: list[Answers] = []
    spent: list[float] = []
    taught: Taught | None = None
    for part in parts:
        known = lesson.known(part, vectors, seconds / len(parts))
        began = time.perf_counter()
        taught = way.teach(known, tell)
        spent.append(time.perf_counter() - began)
        heard.append(taught.answer(lesson.asked(part.held, vectors)))
    assert taught is not None, "a division has a part"
    encoder = lesson.encoders.get(way.encoder)
    learned = lesson.division.known if way.learns else 0
    p50, p99 = _latency(taught, lesson, encoder)
    return Attempt(
        answers=Answers(
            chosen=tuple(label for answers in heard for label in answers.chosen),
            confidence=np.concatenate([answers.confidence for answers in heard]),
        ),
        spent=Spent(
            teach_seconds=float(np.mean(spent)) + (learned * encoder.seconds_each if encoder else 0.0),
            p50_ms=p50,
            p99_ms=p99,
            size_mb=(taught.size + (encoder.size if encoder else 0)) / _MIB,
            peak_mb=peak_memory(),
        ),
        known=learned,
        facts=dict(taught.facts),
    )


def _latency(taught: Taught, lesson: Lesson, encoder: EncoderAt | None) -> tuple[float, float]:
    """Milliseconds for one request from text to answer on one core: the median, and that of the slowest in 100."""
    held = lesson.division.parts[-1].held
    places = held[np.linspace(0, len(held) - 1, min(_TIMED, len(held))).astype(np.int64)]
    pool = EncoderPool(encoder.folder, sessions=1, cache=0) if encoder else None
    times = []
    for place in [*places[:_WARM].tolist(), *places.tolist()]:
        text, attributes = lesson.texts[place], lesson.attributes[place]
        began = time.perf_counter()
        vector = pool.encode(text)[None] if pool else None
        taught.answer(Asked([text], [attributes], vector))
        times.append(1_000 * (time.perf_counter() - began))
    middle, slow = np.quantile(times[min(_WARM, len(places)) :], (0.5, 0.99))
    return float(middle), float(slow)


def peak_memory() -> float:
    """The most memory this process ever held, in MiB."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # not Linux: the figure of the system counts that of a parent that it was forked from, too
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1_024
