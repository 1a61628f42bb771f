"""Whether two requests say the same in the same words. Pure.

Requests are decided together only where they differ by nothing but manners. So being alike is no distance but the
equality of a *form*: the words in their order, without what people put around a request (a greeting, thanks, please),
and without capitals and final punctuation. An amount, a number, a negation, a name, a sign or an inner comma is always
part of the form, so two texts that differ in one of them never have the same. Being equal, forms make groups: all in
one are alike to each other, not only to the first; and what a text is alike to is found by its form, not by looking
through others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

_QUOTES: Final = "\"'`“”„‟«»\u2018\u201a"
_MARKS: Final = ".,;:!?…"
_WORD: Final = re.compile(f"([{_QUOTES}]*)(.*?)([{re.escape(_MARKS + _QUOTES)}]*)", re.DOTALL)
_ENDS: Final = frozenset(".?")
_PLEASE: Final = frozenset({"please", "pls", "plz", "kindly"})
_GREETINGS: Final = tuple(
    tuple(words.split())
    for words in ("hello", "hi", "hey", "greetings", "good morning", "good afternoon", "good evening", "good day")
)
_ADDRESSED: Final = tuple(
    tuple(words.split())
    for words in ("there", "all", "everyone", "team", "sir", "madam", "sirs", "sir or madam", "sir/madam")
)
_CLOSINGS: Final = tuple(
    tuple(words.split())
    for words in (
        *("thanks", "thank you", "many thanks", "thanks a lot", "thank you very much", "thx", "cheers"),
        *("thanks in advance", "thank you in advance", "thank you so much", "thanks so much"),
        *("regards", "kind regards", "best regards", "warm regards", "best wishes", "yours sincerely"),
        "yours faithfully",
    )
)
#: A sentence that begins so is a question, with or without its mark.
_ASKING: Final = frozenset(
    "who what when where why how which whose can could do does did is are am was were will would should may has have"
    " had".split()
)


def form(text: str) -> tuple[str, ...]:
    """The words and signs that have to be equal for two texts to be alike; empty when nothing but manners is there."""
    words = _plain(_words(text))
    return tuple(_questions(_without_closing(_without_greeting(words))))


def _words(text: str) -> list[str]:
    """In lower case, marks apart. Nothing is folded that could be a figure: `½`, `²` and full-width digits stay."""
    found: list[str] = []
    for piece in unicodedata.normalize("NFC", text).replace("’", "'").lower().split():
        match = _WORD.fullmatch(piece)
        assert match is not None, "every part of it may be empty"
        _, word, marks = match.groups()
        if word[-1:].isdigit() and any(mark in _QUOTES for mark in marks):
            found.append(word + marks)  # feet, inches, minutes
            continue
        if word:
            found.append(word)
        mark = _mark(marks)
        if mark and found[-1:] != [mark]:
            found.append(mark)
    return found


def _mark(marks: str) -> str:
    """What a run of marks comes to."""
    if "?" in marks:
        return "?"
    if any(mark in ".!…" for mark in marks):
        return "."
    return next((mark for mark in marks if mark in ",;:"), "")


def _plain(words: Sequence[str]) -> list[str]:
    """Without please, and the comma after it."""
    kept: list[str] = []
    dropped = False
    for word in words:
        if not (word in _PLEASE or (dropped and word == ",")):
            kept.append(word)
        dropped = word in _PLEASE
    return kept


def _without_greeting(words: list[str]) -> list[str]:
    """Who is greeted goes with the greeting where a mark parts both from the rest; a name stays."""
    rest = _after_marks(words)
    dear = rest[:1] == ["dear"]
    greeting = ("dear",) if dear else _longest(_GREETINGS, rest)
    if not greeting:
        return rest
    after = rest[len(greeting) :]
    addressed = _longest(_ADDRESSED, after)
    marked = after[len(addressed) : len(addressed) + 1]
    if addressed and marked and marked[0] in _MARKS:
        return _after_marks(after[len(addressed) :])
    return rest if dear else _after_marks(after)


def _after_marks(words: list[str]) -> list[str]:
    place = next((place for place, word in enumerate(words) if word not in _MARKS), len(words))
    return words[place:]


def _without_closing(words: list[str]) -> list[str]:
    """However many of them stand at the end; a name after them stays, and they with it."""
    while True:
        rest = list(words)
        while rest and rest[-1] in ".,;:":
            rest.pop()
        backwards = rest[::-1]
        closing = _longest(tuple(each[::-1] for each in _CLOSINGS), backwards)
        if not closing:
            return rest
        words = rest[: len(rest) - len(closing)]


def _longest(phrases: Sequence[tuple[str, ...]], words: Sequence[str]) -> tuple[str, ...]:
    fitting = (phrase for phrase in phrases if tuple(words[: len(phrase)]) == phrase)
    return max(fitting, key=len, default=())


def _questions(words: list[str]) -> list[str]:
    """The mark of a question that is one by its first word says nothing; any other makes one of what is none."""
    said: list[str] = []
    first = ""
    for place, word in enumerate(words):
        if word == "?" and first.partition("'")[0] in _ASKING:
            said += ["."] if place < len(words) - 1 else []
        else:
            said.append(word)
        first = "" if word in _ENDS else first or word
    return said


def differences(one: str, other: str) -> list[tuple[str, str]]:
    """Where two texts part but for capitals, in order: what the one says and what the other says instead; either may be
    empty."""
    ours, theirs = one.split(), other.split()
    one_lower, other_lower = ([word.lower() for word in words] for words in (ours, theirs))
    parts = SequenceMatcher(None, one_lower, other_lower, autojunk=False).get_opcodes()
    return [(" ".join(ours[i:j]), " ".join(theirs[k:m])) for kind, i, j, k, m in parts if kind != "equal"]
