"""Text to index terms: words in lower case, stop words out, English stems (Snowball, Porter 2)."""

from __future__ import annotations

import hashlib
import re
import threading
from functools import lru_cache

from snowballstemmer.english_stemmer import EnglishStemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LONGEST = 64  # code points of a word that count

#: Words that stand in nearly every sentence. "no", "not", "off" and "without" are kept: policies turn on them.
STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his i if in into is it "
    "its me my of on or our she so than that the their them then there these they this those to was we were what "
    "when where which who will with would you your".split()
)

# The stemmer keeps its state in itself, so that two threads must not use it at once. It is the Python one by name:
# left to choose, the package would take another release of Snowball when one is installed, and stem otherwise.
_stemmer = EnglishStemmer()
_stemming = threading.Lock()


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    with _stemming:
        stemmed: str = _stemmer.stemWord(word)
    return stemmed


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order, repeated as often as they occur."""
    return [stem(word) for match in _WORD.finditer(text) if (word := _plain(match[0])) not in STOP_WORDS]


def _plain(word: str) -> str:
    """A word in lower case with a straight apostrophe; overlong ones, which are keys or padding, cut."""
    return word[:_LONGEST].lower().replace("’", "'")


@lru_cache(maxsize=1)
def analyser_digest() -> str:
    """Names what `terms` does: a snapshot analysed otherwise must not be searched with these terms."""
    sample = "generously running skies dying universities customer's it’s § 12(3) ÀÉ straße 東京 don't café news"
    spoken = " ".join(terms(sample)) + "\n" + " ".join(sorted(STOP_WORDS))
    return hashlib.sha256(spoken.encode()).hexdigest()
