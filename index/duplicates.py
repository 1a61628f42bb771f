"""Documents that say the same, or nearly: MinHash of their runs of words.

A signature estimates the Jaccard similarity of two texts' sets of five-word runs (Broder 1997, shingling; Li and
König 2010, of each minimum only the lowest eight bits are kept). With 256 minima the standard error at .8 is .025.
Case, punctuation and markup do not count. Nothing here is random: the same words give the same bytes everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from index.text import strip_markup

#: What counts as nearly the same.
NEAR: Final = 0.8

_RUN: Final = 5  #: words in a shingle
_MINIMA: Final = 256
_WORDS: Final = 16  #: bytes that name the words themselves
_BLOCK: Final = 4_096  #: shingles at a time, so that memory stays small
_WORD: Final = re.compile(r"\w+")
_U64 = np.uint64

# Odd multipliers and offsets, fixed for good: another choice would be another signature. From SplitMix64's constants.
_STEP: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1


def _mixed(seed: int) -> int:
    """One step of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (seed * _STEP) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


_MULTIPLIERS: Final = np.array([_mixed(2 * place + 1) | 1 for place in range(_MINIMA)], dtype=_U64)
_OFFSETS: Final = np.array([_mixed(2 * place + 2) for place in range(_MINIMA)], dtype=_U64)
_PLACES: Final = np.array([_mixed(1_000 + place) | 1 for place in range(_RUN)], dtype=_U64)


def signature(text: str) -> bytes:
    """272 bytes for the words of a Markdown text: 16 that name the very words, 256 that resemble."""
    words = _WORD.findall(strip_markup(text).casefold())
    name = blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=_WORDS).digest()
    lowest = np.full(_MINIMA, np.iinfo(_U64).max, dtype=_U64)
    for shingles in _shingles(words):
        # The high half decides: the low bits of a product know too little of the shingle.
        hashed = (shingles[:, None] * _MULTIPLIERS + _OFFSETS) >> _U64(16)
        np.minimum(lowest, hashed.min(axis=0), out=lowest)
    return name + (lowest & _U64(0xFF)).astype(np.uint8).tobytes()


def similarity(one: bytes, other: bytes) -> float:
    """0 to 1; 1 for the very same words and for nothing else."""
    return float(Resembling({"": other}).similarities(one)[0])


class Resembling:
    """Signatures by id, to be asked which of them resemble another. Ten thousand are compared in milliseconds."""

    def __init__(self, known: Mapping[str, bytes] | None = None) -> None:
        self._ids: list[str] = []
        self._signatures = np.empty((16, _WORDS + _MINIMA), dtype=np.uint8)
        for name, signed in (known or {}).items():
            self.add(name, signed)

    def add(self, name: str, signed: bytes) -> None:
        """One more, to be found from now on. ValueError: not a signature."""
        if len(self._ids) == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._signatures[len(self._ids)] = _row(signed)
        self._ids.append(name)

    def of(self, signed: bytes, least: float = NEAR) -> list[tuple[str, float]]:
        """Ids and similarities of what resembles it, the most alike first; its own id is not told apart."""
        found = self.similarities(signed)
        alike = [(self._ids[place], round(float(found[place]), 3)) for place in np.flatnonzero(found >= least)]
        return sorted(alike, key=lambda entry: (-entry[1], entry[0]))

    def similarities(self, signed: bytes) -> npt.NDArray[np.float64]:
        """0 to 1 for each of the known ones, in the order they were added."""
        row, known = _row(signed), self._signatures[: len(self._ids)]
        agree = (known[:, _WORDS:] == row[_WORDS:]).sum(axis=1, dtype=np.uint16) / _MINIMA
        # Minima that differ still share their lowest eight bits once in 256.
        alike = np.clip((agree - 1 / 256) / (1 - 1 / 256), 0.0, 0.999)
        same = (known[:, :_WORDS] == row[:_WORDS]).all(axis=1)
        return np.where(same, 1.0, alike)


def resembling(signed: bytes, known: Mapping[str, bytes], least: float = NEAR) -> list[tuple[str, float]]:
    """Ids and similarities of the known texts that resemble this one, the most alike first."""
    return Resembling(known).of(signed, least)


def _row(signed: bytes) -> npt.NDArray[np.uint8]:
    if len(signed) != _WORDS + _MINIMA:
        raise ValueError(f"a signature has {_WORDS + _MINIMA} bytes, this has {len(signed)}")
    return np.frombuffer(signed, dtype=np.uint8)


def _shingles(words: list[str]) -> Iterator[npt.NDArray[np.uint64]]:
    """Hashes of all runs of five words; a shorter text is one run."""
    if not words:
        return
    seen: dict[str, int] = {}
    for word in words:
        if word not in seen:
            digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            seen[word] = int.from_bytes(digest, "little")
    hashes = np.array([seen[word] for word in words], dtype=_U64)
    run = min(_RUN, len(words))
    runs = np.zeros(len(words) - run + 1, dtype=_U64)
    for place in range(run):
        runs += hashes[place : place + len(runs)] * _PLACES[place]
    runs = np.unique(runs)
    for start in range(0, len(runs), _BLOCK):
        yield runs[start : start + _BLOCK]
