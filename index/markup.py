"""Inline Markdown and HTML taken off a stretch of text, every code point knowing where it came from.

Markup is found by marking: each code point of the source is kept, dropped, or replaced. Nothing is parsed twice and
no pattern can run long, since every one is bounded.
"""

from __future__ import annotations

import html
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

_TAGS = (
    "a abbr article aside b blockquote body br button caption center cite code col dd del details dfn div dl dt em "
    "figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li "
    "link main mark meta nav ol option p pre q s samp section select small span strong sub summary sup svg table "
    "tbody td tfoot th thead time title tr u ul var video"
).split()
_BREAKING = frozenset(
    "article aside blockquote br dd details div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p "
    "pre section summary table tr ul".split()
)

_HIDDEN = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
_VISIBLE = re.compile(r"[^\n]")

_NEUTRAL = "-"  #: neither a letter nor a space nor markup
_LITERAL = re.compile(r"\\[!-/:-@\[-`{-~]|(?<!`)(`{1,8})(?!`)(.{1,2000}?)(?<!`)\1(?!`)", re.DOTALL)
_TAG = re.compile(r"</?(" + "|".join(_TAGS) + r")(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>")
_TARGET = r"\((?:[^()\s]|\([^()\s]{0,500}\)){0,2000}(?:\s+(?:\"[^\"]{0,500}\"|'[^']{0,500}'))?\s*\)"
_IMAGE = re.compile(r"!\[([^\[\]]{0,1000})\]" + _TARGET)
_LINK = re.compile(r"\[((?:[^\[\]]|!?\[[^\[\]]{0,500}\]){0,1000})\]" + _TARGET)
_REFERENCE = re.compile(r"\[([^\[\]]{1,500})\]\[([^\[\]]{0,200})\]")
_LONGEST_EMPHASIS = 1000
_STRETCH = re.compile(rb"\x00+|\x01+")  #: of places kept, of places dropped
_WORDS = re.compile(r"\S+(?: \S+)*")  #: with single spaces between them
#: Each mark with the places where it can begin emphasis and where it can end it.
_EMPHASIS = tuple(
    (
        len(mark),
        re.compile(rf"(?<![\w{mark[0]}\\])(?={re.escape(mark)}[^\s{mark[0]}])"),
        re.compile(rf"(?<=\S)(?={re.escape(mark)}(?![\w{mark[0]}]))"),
    )
    for mark in ("***", "**", "*", "___", "__", "_", "~~")
)


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without markup; `origin[i]` is the place in the source the i-th code point came from."""

    text: str
    origin: array[int]


def blank_hidden(source: str) -> str:
    """Comments, scripts and styles turned into spaces: the same length, line ends kept, nothing of them left."""
    for opening, closing in _HIDDEN:
        pieces, last = [], 0
        start = source.find(opening)
        while start >= 0 and (found := source.find(closing, start)) >= 0:
            stop = found + len(closing)
            pieces += [source[last:start], _VISIBLE.sub(" ", source[start:stop])]
            last = stop
            start = source.find(opening, stop)
        source = "".join((*pieces, source[last:]))
    return source


def strip_inline(source: str, start: int, end: int, labels: frozenset[str] = frozenset()) -> Plain:
    """The plain text of `source[start:end]`, spaces collapsed, line ends as spaces, `<br>` and the like as line ends.

    `labels` are the reference labels the document defines, in lower case: only those make `[text][label]` a link.
    """
    marks = _Marks(source[start:end])
    marks.literals()
    marks.links(labels)
    marks.tags()
    marks.emphasis()
    marks.entities()
    return marks.plain(start)


class _Marks:
    """What is dropped and what is replaced in one stretch of source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.work = source  # what patterns look at: literal stretches are blanked out in it
        self.dropped = bytearray(len(source))
        self.replaced: dict[int, str] = {}

    def drop(self, start: int, end: int) -> None:
        self.dropped[start:end] = b"\1" * (end - start)

    def literals(self) -> None:
        """Escaped punctuation and code spans: their inside is no markup."""
        pieces, last = [], 0
        for match in _LITERAL.finditer(self.source):
            ticks = len(match[1] or "")
            self.drop(match.start(), match.start() + (ticks or 1))
            if ticks:
                self.drop(match.end() - ticks, match.end())
            pieces += [self.source[last : match.start()], "x" * (match.end() - match.start())]
            last = match.end()
        self.work = "".join((*pieces, self.source[last:]))

    def links(self, labels: frozenset[str]) -> None:
        self.keep_first_group(_IMAGE.finditer(self.work))
        self.keep_first_group(_LINK.finditer(self.work))
        if labels:
            references = _REFERENCE.finditer(self.work)
            self.keep_first_group(match for match in references if (match[2] or match[1]).lower() in labels)
        self.keep_first_group(_AUTOLINK.finditer(self.work))

    def keep_first_group(self, matches: Iterable[re.Match[str]]) -> None:
        """Drop what stands around it; an address is no place for emphasis to begin or end."""
        work = bytearray(len(self.work))
        for match in matches:
            for start, end in ((match.start(), match.start(1)), (match.end(1), match.end())):
                self.drop(start, end)
                work[start:end] = b"\1" * (end - start)
        self.blank(work)

    def blank(self, places: bytearray) -> None:
        if any(places):
            self.work = "".join(_NEUTRAL if gone else kept for kept, gone in zip(self.work, places, strict=True))

    def tags(self) -> None:
        work = bytearray(len(self.work))
        for match in _TAG.finditer(self.work):
            self.drop(match.start(), match.end())
            work[match.start() : match.end()] = b"\1" * (match.end() - match.start())
            if match[1].lower() in _BREAKING:
                self.replaced[match.start()] = "\n"
        self.blank(work)

    def emphasis(self) -> None:
        for length, opening, closing in _EMPHASIS:
            closers = [match.start() for match in closing.finditer(self.work)]
            done = 0
            for match in opening.finditer(self.work) if closers else ():
                start, inner = match.start(), match.start() + length
                place = bisect_left(closers, inner + 1)
                if start < done or place == len(closers) or closers[place] > inner + _LONGEST_EMPHASIS:
                    continue
                done = closers[place] + length
                self.drop(start, inner)
                self.drop(closers[place], done)

    def entities(self) -> None:
        for match in _ENTITY.finditer(self.work):
            character = html.unescape(match[0])
            if character != match[0]:
                self.drop(match.start(), match.end())
                self.replaced[match.start()] = character

    def plain(self, start: int) -> Plain:
        printed = _Printed(start)
        for stretch in _STRETCH.finditer(self.dropped):
            first, last = stretch.span()
            if not self.dropped[first]:
                printed.kept(self.source, first, last)
                continue
            for place in range(first, last):
                for character in self.replaced.get(place, ""):
                    printed.stands_for(character, place)
        return Plain("".join(printed.out), printed.origin)


class _Printed:
    """The text that comes out, stretch by stretch, white space collapsed."""

    def __init__(self, start: int) -> None:
        self.out: list[str] = []
        self.origin = array("q")
        self._start = start
        self._gap = ""  # white space seen since the last printed code point

    def kept(self, source: str, first: int, last: int) -> None:
        """A line end in the source is a space; only one that markup stands for breaks the line."""
        done = first
        for run in _WORDS.finditer(source, first, last):
            if run.start() > done:
                self._gap = self._gap or " "
            done = run.end()
            self._put(run[0], run.start(), done)
        if done < last:
            self._gap = self._gap or " "

    def stands_for(self, character: str, place: int) -> None:
        if character.isspace():
            self._gap = "\n" if self._gap == "\n" or character == "\n" else " "
        else:
            self._put(character, place, place + 1)

    def _put(self, text: str, first: int, last: int) -> None:
        if self._gap and self.out:
            self.out.append(self._gap)
            self.origin.append(self._start + first - 1)
        self._gap = ""
        self.out.append(text)
        self.origin.extend(range(self._start + first, self._start + last))
