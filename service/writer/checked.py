"""What of a language model's text is believed: that which cites, for every sentence, a passage it was given, and
brings in no figure, address or personal data of its own. Whatever else it says, a person reads it. Pure.

None of this trusts the model, so what a request or a document talks it into is refused like any other fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from index.sentences import sentences
from rules import pii
from rules.normalize import normalize
from service.writer.prompt import NOTHING

_MARK: Final = re.compile(r"\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_MARKS_AFTER_STOP: Final = re.compile(r"([.!?…]+)((?:\s*\[\s*\d[\d\s,;]*\])+)")
_DOCUMENT: Final = re.compile(r"\bdoc_[\w.-]+@\d+", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w.-]+|[a-z][a-z0-9+.-]*://\S+|(?:[\w-]{2,}\.)+[^\W\d_]{2,}", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_GROUPED: Final = re.compile(r"(?<=\d)[,\u00a0\u202f ](?=\d{3}\b)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cn", "Co", "Cs"))  # and what has no meaning
_LEAST_WORD: Final = 4  # letters of a word that says something
_STEM: Final = 5  # letters by which two forms of a word are known as one
_SUPPORTED: Final = 0.5  # of a sentence's words; below that it is loose
_SLACK: Final = 1.25  # over the words that were asked for

#: A sentence of nothing but these needs no citation.
_COURTESY: Final = frozenset(
    "a about and are best contacting customer dear for from getting hear hello hi in inconvenience is it kind letting "
    "message of our question regards request sincerely sorry thank thanks that the this to touch us we with writing "
    "you your yours".split()
)


class Fault(StrEnum):
    """Why a text was refused."""

    NOTHING_TO_SAY = "nothing_to_say"  #: The model said that the passages do not answer the request.
    CUT_OFF = "cut_off"  #: It did not end by itself, or it wanted something done.
    UNCITED = "uncited"  #: A sentence cites nothing.
    CITES_UNKNOWN = "cites_unknown"  #: It cites what it was not given.
    UNKNOWN_FIGURE = "unknown_figure"  #: A number that the cited passage has not.
    UNKNOWN_ADDRESS = "unknown_address"  #: An address that the cited passage has not.
    PERSONAL_DATA = "personal_data"  #: Personal or secret data that the cited passage has not.
    ODD_CHARACTERS = "odd_characters"  #: Characters that are not seen, or turn the order of others.
    TOO_LONG = "too_long"
    TOLD_ON = "told_on"  #: It repeats what it was told.


class Refused(Exception):
    """A text that is not shown to anybody."""

    def __init__(self, why: Fault) -> None:
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that may be shown, without its marks."""

    text: str
    cited: tuple[int, ...]  #: numbers of the passages, 1-based, in order of first use
    loose: tuple[str, ...]  #: sentences of which most words are not in the passages they cite


def checked(said: str, passages: Sequence[str], *, most_words: int, fence: str) -> Checked:
    """The text, when everything in it may stand; Refused otherwise. `passages` are those given, in order."""
    text = _presentable(said, most_words, fence)
    cited: list[int] = []
    loose: list[str] = []
    for start, end in sentences(text):
        numbers, plain = _read(text[start:end])
        if not numbers:
            _refuse_uncited(plain)
            continue
        if any(not 1 <= number <= len(passages) for number in numbers):
            raise Refused(Fault.CITES_UNKNOWN)
        source = "\n".join(unicodedata.normalize("NFKC", passages[number - 1]) for number in numbers)
        _refuse_unknown(plain, source)
        cited += numbers
        if _support(plain, source) < _SUPPORTED:
            loose.append(plain)
    if not cited:
        raise Refused(Fault.UNCITED)
    body = "\n".join(_read(line)[1] for line in text.split("\n"))
    return Checked(re.sub(r"\n{3,}", "\n\n", body).strip(), tuple(dict.fromkeys(cited)), tuple(loose))


def _presentable(said: str, most_words: int, fence: str) -> str:
    """The text with its marks before the full stops, so that each stands within its sentence."""
    text = unicodedata.normalize("NFKC", said).replace("\r\n", "\n").strip()
    if not text or text.strip(" .\n").upper() == NOTHING:
        raise Refused(Fault.NOTHING_TO_SAY)
    if any(char != "\n" and unicodedata.category(char) in _UNSEEN for char in text):
        raise Refused(Fault.ODD_CHARACTERS)
    if fence in text:
        raise Refused(Fault.TOLD_ON)
    text = _MARKS_AFTER_STOP.sub(lambda found: f" {found[2].strip()}{found[1]}", text)
    if len(_WORD.findall(text)) > most_words * _SLACK:
        raise Refused(Fault.TOO_LONG)
    return text


def _refuse_uncited(sentence: str) -> None:
    """Unless it is a courtesy, which says nothing."""
    if _DIGITS.search(sentence) or not {word.lower() for word in _WORD.findall(sentence)} <= _COURTESY:
        raise Refused(Fault.UNCITED)


def _read(sentence: str) -> tuple[list[int], str]:
    """The numbers that a piece of text cites, and the piece without them."""
    numbers = [int(number) for mark in _MARK.finditer(sentence) for number in re.findall(r"\d+", mark[1])]
    plain = re.sub(r"\s+([.,;:!?…])", r"\1", re.sub(r"[ \t]{2,}", " ", _MARK.sub("", sentence)))
    return numbers, plain.strip()


def _refuse_unknown(sentence: str, source: str) -> None:
    if _DOCUMENT.search(sentence):
        raise Refused(Fault.CITES_UNKNOWN)  # documents are cited by the service, under the names it knows them by
    if not _addresses(sentence) <= _addresses(source):
        raise Refused(Fault.UNKNOWN_ADDRESS)
    known = source.casefold()
    if any(sentence[span.start : span.end].casefold() not in known for span in pii.find(normalize(sentence))):
        raise Refused(Fault.PERSONAL_DATA)
    if not _figures(sentence) <= _figures(source):
        raise Refused(Fault.UNKNOWN_FIGURE)


def _addresses(text: str) -> set[str]:
    return {found[0].casefold().rstrip(".,;:!?)") for found in _ADDRESS.finditer(text)}


def _figures(text: str) -> set[str]:
    return set(_DIGITS.findall(_GROUPED.sub("", text)))


def _support(sentence: str, source: str) -> float:
    """The share of a sentence's words that its source has, by their first letters; 1 for one without any."""
    said, known = _stems(sentence), _stems(source)
    return len(said & known) / len(said) if said else 1.0


def _stems(text: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(text) if len(word) >= _LEAST_WORD}
