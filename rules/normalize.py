"""The only normaliser: one raw text, seen in four views, with the way back to the raw characters.

| view     | what was done                                                         | who reads it                  |
|----------|-----------------------------------------------------------------------|-------------------------------|
| `raw`    | nothing                                                               | spans, the payload            |
| `clean`  | hidden characters gone, NFKC, keyboard punctuation, spaces collapsed  | encoder, PII, reviewer        |
| `plain`  | `clean` in one line and case-folded                                   | phrases and regexes           |
| `folded` | `plain` with accents and look-alike letters of other scripts folded   | phrases and regexes, weakened |

Hidden are the characters a reader does not see but a program does: controls, format characters (zero-width space,
bidirectional overrides, tags), variation selectors, fillers, lone surrogates. `VERSION` rises whenever the same raw
text could give another view; it is part of every rule set's digest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rules.lookalikes import DIGITS, LOOKALIKES, PUNCTUATION
from rules.origins import Origins

VERSION: Final = 2

_SURROGATES: Final = "\ud800-\udfff"
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; those that break lines are spaces below
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    f"{_SURROGATES}]"  # one by one: a class alone is searched for far faster than a repeated one
)
_HIDDEN_ASCII: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_GAP: Final = re.compile("(?: ?\n|  )[ \n]*")
_LONE: Final = re.compile(f"[{_SURROGATES}]")
_BRAILLE_BLANK: Final = "\u2800"
_BLANK: Final = "\\s\u2800"  # \s is Unicode's white space and \x1c-\x1f; U+2800 is a braille cell without dots
#: The runs that are anything but one plain space: most texts have few, and only these need work.
_UNEVEN: Final = re.compile(f"[{_BLANK}](?:[{_BLANK}]+|(?<! ))")
_BLANKS: Final = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u2800\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_LINE_END: Final = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
#: Accents and strokes laid over letters; vowel signs of Indic and other scripts are not among them.
_OVERLAY: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_ASCII_RUN: Final = re.compile("[\t-\r\x1c-\x7e]+|.", re.DOTALL)
_FOREIGN: Final = re.compile("[^\x00-\x7f]+")
_SHORT: Final = 4  #: characters of a piece worth remembering
_ALIKE: Final = PUNCTUATION | DIGITS
#: Characters that may join with what stands before them under NFKC, so that both must be normalised as one piece.
_JOINS_BACK: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\uff9e-\uffdc]")


class View(StrEnum):
    """The ways of seeing one text."""

    RAW = "raw"
    CLEAN = "clean"
    PLAIN = "plain"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in its four views. Make it with `normalize`."""

    raw: str
    clean: str
    plain: str
    folded: str  #: the very same object as `plain` when folding changed nothing
    _origins: dict[View, tuple[Origins, Origins]] = field(default_factory=dict, repr=False, compare=False)

    def view(self, view: View) -> str:
        """The text as `view` shows it; in `raw`, lone surrogates are shown as U+FFFD, one for one."""
        match view:
            case View.RAW:
                return self.raw if self.raw.isascii() else _LONE.sub("\ufffd", self.raw)
            case View.CLEAN:
                return self.clean
            case View.PLAIN:
                return self.plain
            case View.FOLDED:
                return self.folded

    def raw_span(self, view: View | str, start: int, end: int) -> tuple[int, int]:
        """The raw code points `[start, end)` of a view came from, hidden characters between them included."""
        return self.raw_spans(view, ((start, end),))[0]

    def raw_spans(self, view: View | str, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The same for many places at once.

        The map is made when first asked for: most texts hit nothing and never need it.
        """
        view = view if isinstance(view, View) else View(view)
        if view is View.RAW or (self.raw.isascii() and len(self.raw) == len(self.view(view))):
            return list(places)  # in ASCII nothing grows, so equal lengths mean that nothing moved
        if view not in self._origins:
            shown, origins = _shown(self.raw, view)
            self._origins[view] = (_collapsed(shown, view), origins)
        collapsed, origins = self._origins[view]
        if collapsed.length != len(self.view(view)):
            return [(0, len(self.raw)) for _ in places]  # a span too wide is better than one in the wrong place
        return origins.spans(collapsed.spans(places))


def refuse(raw: str) -> str | None:
    """Why the door must refuse this text, in words for the caller; None when it may come in.

    NUL cuts strings short in C libraries, and a lone surrogate is no character at all: both can hide what follows.
    """
    if "\0" in raw:
        return f"has a NUL character at position {raw.index(chr(0))}"
    if not raw.isascii() and (lone := _LONE.search(raw)):
        return f"has a lone surrogate (half a character) at position {lone.start()}"
    return None


def normalize(raw: str) -> Text:
    """See `raw` in its four views. Total: any `str` gives a text, also those `refuse` would turn away."""
    if _is_simple(raw):
        clean = _tidy(raw)
        plain = _one_line(clean).lower()
        return Text(raw, clean, plain, plain)
    shown = raw if _is_even(raw) else _HIDDEN_ASCII.sub("", raw)
    clean = _collapse(_piecewise(shown, _clean_piece).replace("`", "'"))
    plain = _one_line(clean.casefold())
    if plain.isascii():
        return Text(raw, clean, plain, plain)
    folded = _one_line(_collapse(_piecewise(clean, _fold_piece, str.lower)))
    return Text(raw, clean, plain, plain if folded == plain else folded)


def _is_simple(text: str) -> bool:
    """ASCII in which nothing needs work but capitals and superfluous spaces and line feeds. True of most requests."""
    return text.isascii() and "`" not in text and _is_even(text)


def _is_even(text: str) -> bool:
    """Whether its only white space is spaces and line feeds, and there are no controls."""
    return text.replace("\n", " ").isprintable() and _BRAILLE_BLANK not in text


def _tidy(even: str) -> str:
    """`_collapse` for an even text: by replacing, which is many times faster than looking for runs."""
    while "  " in even:
        even = even.replace("  ", " ")
    if "\n" in even:
        even = even.replace(" \n", "\n").replace("\n ", "\n")
        while "\n\n\n" in even:
            even = even.replace("\n\n\n", "\n\n")
    return even.strip()


def _piecewise(text: str, change: Callable[[str], str], rest: Callable[[str], str] = str) -> str:
    """`text` with every piece changed: a run of characters beyond ASCII with the one before, which may join it.
    What lies between is given to `rest`. Pieces stand for themselves, because ASCII joins nothing before it."""
    made, last = [], 0
    for foreign in _FOREIGN.finditer(text):
        start = max(foreign.start() - 1, last)
        made.append(rest(text[last:start]))
        made.append(change(text[start : foreign.end()]))
        last = foreign.end()
    return "".join([*made, rest(text[last:])])


def _clean(shown: str) -> str:
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", shown).translate(_ALIKE)).replace("`", "'")


def _fold(clean: str) -> str:
    bare = _OVERLAY.sub("", unicodedata.normalize("NFD", clean)).translate(LOOKALIKES)
    return unicodedata.normalize("NFC", _OVERLAY.sub("", bare.casefold()))


def _remembered(change: Callable[[str], str]) -> Callable[[str], str]:
    """The same, from memory for short pieces: a language has few of them, and they come again and again."""
    from_memory = lru_cache(maxsize=8_192)(change)
    return lambda piece: from_memory(piece) if len(piece) <= _SHORT else change(piece)


_clean_piece: Final = _remembered(_clean)
_fold_piece: Final = _remembered(_fold)


def _space(run: str) -> str:
    """What a run of white space becomes in `clean`: a space, a line end, or the end of a paragraph."""
    return ("\n" * min(len(_LINE_END.findall(run)), 2)) or " "


def _collapse(text: str) -> str:
    if _is_even(text):
        return _tidy(text)
    return _UNEVEN.sub(lambda run: _space(run[0]), text).strip()


def _one_line(text: str) -> str:
    return text.replace("\n\n", " ").replace("\n", " ")


def _shown(raw: str, view: View) -> tuple[str, Origins]:
    """The view before white space is collapsed, and the raw characters it came from.

    Walks the same steps as `normalize`, piece by piece: a piece is a character with all that may join it.
    """
    if _is_simple(raw):
        return raw, Origins.of(len(raw))
    made: list[str] = []
    seen: dict[str, str] = {}
    origins = Origins()
    for start, end in _pieces(raw):
        piece = raw[start:end]
        if piece.isascii():  # each character stays one character
            made.append(piece)
            origins.keep(start, end)
            continue
        if piece not in seen:
            seen[piece] = _seen_as(piece, view)
        made.append(seen[piece])
        origins.stand_for(len(seen[piece]), start, end)
    return "".join(made), origins


def _seen_as(piece: str, view: View) -> str:
    clean = _clean(piece)
    match view:
        case View.PLAIN:
            return clean.casefold()
        case View.FOLDED:
            return _fold(clean)
        case _:
            return clean


def _pieces(raw: str) -> list[tuple[int, int]]:
    """Runs of visible ASCII, and other characters one by one, each with what may join it; hidden ones between
    pieces are left out."""
    pieces: list[tuple[int, int]] = []
    for run in _ASCII_RUN.finditer(raw):
        start, end = run.span()
        if _HIDDEN.match(raw[start]):
            continue
        if raw[start].isascii():
            pieces.append((start, end))
        elif pieces and (unicodedata.category(raw[start])[0] == "M" or _JOINS_BACK.match(raw[start])):
            before, after = pieces.pop()
            if after - before > 1 and raw[before:after].isascii():  # only the last character is joined
                pieces.append((before, after - 1))
                before = after - 1
            pieces.append((before, end))
        else:
            pieces.append((start, end))
    return pieces


def _collapsed(text: str, view: View) -> Origins:
    """Where the characters came from that are left after white space was collapsed and the edges were stripped."""
    last, stop = len(text) - len(text.lstrip(_BLANKS)), len(text.rstrip(_BLANKS))
    origins = Origins()
    uneven = _GAP if _is_simple(text) else _UNEVEN
    for run in uneven.finditer(text, last, max(stop, last)):
        origins.keep(last, run.start())
        origins.stand_for(len(_space(run[0])) if view is View.CLEAN else 1, run.start(), run.end())
        last = run.end()
    origins.keep(last, max(stop, last))
    return origins
