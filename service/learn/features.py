"""Lexical features of a request: TF-IDF over words, word pairs and the letters inside words.

They see what a sentence vector blurs (product names, "not", misspellings). Training and serving go through the same
few lines, one text at a time, so that they cannot differ.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Indices: TypeAlias = npt.NDArray[np.int32]
Values: TypeAlias = npt.NDArray[np.float32]

_WORD = re.compile(r"\w+")
_LETTERS = (3, 4, 5)  # lengths of the letter runs taken from each word, with one space on either side
_KEPT_WORDS, _KEPT_LETTERS = 1 << 14, 32  # words whose runs are kept as columns, and how long they may be: some MB


@dataclass(frozen=True, slots=True)
class LexiconOptions:
    """How much is kept of what the training texts contain."""

    min_texts: int = 2  #: a term found in fewer texts is left out
    most_words: int = 20_000  #: words and word pairs, the most frequent first
    most_letters: int = 30_000  #: runs of letters, the most frequent first


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The terms a head knows, each with its column and inverse document frequency.

    Words and word pairs hold the first columns, runs of letters the rest. Each of the two blocks of a text is
    weighted by (1 + ln count) * idf and brought to unit length (Salton and Buckley, 1988).
    """

    words: Mapping[str, int]
    letters: Mapping[str, int]
    idf: Values  #: shape (terms,)
    _runs: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)  #: of words met before

    @classmethod
    def of(cls, words: Sequence[str], letters: Sequence[str], idf: Values) -> Lexicon:
        """A lexicon with its columns in the order given; ValueError when the lengths do not fit."""
        if idf.shape != (len(words) + len(letters),):
            raise ValueError(f"{len(words)} words and {len(letters)} runs of letters, but idf of shape {idf.shape}")
        return cls(
            words={term: column for column, term in enumerate(words)},
            letters={term: column for column, term in enumerate(letters, start=len(words))},
            idf=idf,
        )

    @classmethod
    def fit(cls, texts: Iterable[str], options: LexiconOptions | None = None) -> Lexicon:
        """The terms of `texts`. Depends on the set of texts only, not on their order."""
        limits = options or LexiconOptions()
        word_counts: Counter[str] = Counter()
        letter_counts: Counter[str] = Counter()
        total = 0
        for text in texts:
            total += 1
            words = _WORD.findall(text.casefold())
            word_counts.update(set(_word_terms(words)))
            letter_counts.update({run for word in words for run in _letter_runs(word)})
        words_kept = _most_frequent(word_counts, limits.min_texts, limits.most_words)
        letters_kept = _most_frequent(letter_counts, limits.min_texts, limits.most_letters)
        found = [word_counts[term] for term in words_kept] + [letter_counts[term] for term in letters_kept]
        idf = np.log((1 + total) / (1 + np.array(found, dtype=np.float64))) + 1
        return cls.of(words_kept, letters_kept, idf.astype(np.float32))

    @property
    def size(self) -> int:
        """Number of terms, which is the number of columns."""
        return int(self.idf.shape[0])

    def transform_one(self, text: str) -> tuple[Indices, Values]:
        """Columns and weights of the terms found in `text`, in order of appearance; both of shape (found,)."""
        words = _WORD.findall(text.casefold())
        in_words = Counter(map(self.words.get, _word_terms(words)))
        in_words.pop(None, None)  # terms outside the lexicon were all counted under None
        in_letters = Counter(chain.from_iterable(map(self._letter_columns, words)))
        columns = np.array([*in_words, *in_letters], dtype=np.int32)
        counts = [*in_words.values(), *in_letters.values()]
        values = np.array([1.0 if count == 1 else 1.0 + math.log(count) for count in counts], dtype=np.float32)
        values *= self.idf[columns]
        _to_unit_length(values[: len(in_words)])
        _to_unit_length(values[len(in_words) :])
        return columns, values

    def _letter_columns(self, word: str) -> tuple[int, ...]:
        """The columns of a word's letter runs, in order, repeated as often as they occur.

        The words of one trade come again and again, so what was found is kept.
        """
        found = self._runs.get(word)
        if found is None:
            columns = map(self.letters.get, _letter_runs(word))
            found = tuple(column for column in columns if column is not None)
            if len(self._runs) >= _KEPT_WORDS:
                self._runs.clear()
            if len(word) <= _KEPT_LETTERS:
                self._runs[word] = found
        return found

    def by_word(self, text: str) -> dict[str, dict[int, float]]:
        """The weights of `transform_one` shared out over the words they come from: word -> column -> weight.

        A word pair belongs to both words by halves, a run of letters to the words that hold it as often as they do.
        """
        words = _WORD.findall(text.casefold())
        held: dict[str, Counter[int]] = {word: Counter() for word in words}
        for word in words:
            if (column := self.words.get(word)) is not None:
                held[word][column] += 2
            for column in self._letter_columns(word):
                held[word][column] += 2
        for pair in pairwise(words):
            if (column := self.words.get(" ".join(pair))) is not None:
                for word in pair:
                    held[word][column] += 1
        totals: Counter[int] = Counter()
        for counts in held.values():
            totals.update(counts)
        columns, values = self.transform_one(text)
        weights = dict(zip(columns.tolist(), values.tolist(), strict=True))
        return {
            word: {column: weights[column] * count / totals[column] for column, count in counts.items()}
            for word, counts in held.items()
        }

    def transform(self, texts: Iterable[str]) -> csr_matrix:
        """Rows of `transform_one`, float32 of shape (len(texts), size)."""
        from scipy.sparse import csr_matrix

        rows = [self.transform_one(text) for text in texts]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([np.empty(0, np.int32), *(columns for columns, _ in rows)])
        values = np.concatenate([np.empty(0, np.float32), *(values for _, values in rows)])
        return csr_matrix((values, columns, ends), shape=(len(rows), self.size))


def _to_unit_length(block: Values) -> None:
    if block.size:
        block /= np.sqrt(block @ block)


def _word_terms(words: list[str]) -> list[str]:
    return [*words, *map(" ".join, pairwise(words))]


def _letter_runs(word: str) -> list[str]:
    padded = f" {word} "
    size = len(padded) + 1
    return [padded[start : start + length] for length in _LETTERS for start in range(size - length)]


def _most_frequent(counts: Counter[str], least: int, most: int) -> list[str]:
    """Terms with at least `least` texts, the most frequent `most` of them; ties by the term itself."""
    kept = [term for term, count in counts.items() if count >= least]
    return sorted(kept, key=lambda term: (-counts[term], term))[:most]
