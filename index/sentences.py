"""Sentences of plain text, as spans. Written for business and legal English; other scripts by their own full stops."""

from __future__ import annotations

import re

_IDEOGRAPHIC = "\u3002\uff01\uff1f"  # full stop, exclamation and question mark, with no space after them
_BOUNDARY = re.compile(rf"[.!?…]+[\"'”’)\]]*(?=\s)|[{_IDEOGRAPHIC}]+[\u300d\u300f\u201d\uff09]*|\n")
_LAST_WORD = re.compile(r"[\w.]+$")
_NUMBERING = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]+$")

#: Words whose full stop does not end a sentence, without it. Single capital letters are initials.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st rev hon no nos sec secs art arts para paras fig figs eq ch chs vol vols pp ed eds e.g eg "
    "i.e ie cf vs v al approx dept est ext incl max min resp tel u.s u.k u.s.c u.s.c.a c.f.r fed reg stat ca a.m p.m "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, in order, without the spaces around them; together they hold every other
    code point. A heuristic: a wrong cut costs a highlight its beauty, never a word.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        if boundary.end() > start and _ends(text, start, boundary):
            _add(spans, text, start, boundary.end())
            start = boundary.end()
    _add(spans, text, start, len(text))
    return spans


def _ends(text: str, start: int, boundary: re.Match[str]) -> bool:
    mark = boundary[0]
    if mark[0] == "\n" or mark[0] in _IDEOGRAPHIC:
        return True
    stop = mark[0] in ".…"
    if text[boundary.end() + 1 : boundary.end() + 2].islower() and (stop or mark[-1] not in "!?"):
        return False  # an abbreviation, or quoted speech that goes on: "Why?" he asked
    if not stop:
        return True
    if _NUMBERING.fullmatch(text[start : boundary.start() + 1].strip()):
        return False  # "1." or "b." that opens an item
    word = _LAST_WORD.search(text, max(start, boundary.start() - 20), boundary.start())
    if word is None:
        return True
    initial = len(word[0]) == 1 and word[0].isupper()
    return not initial and word[0].lower() not in _ABBREVIATIONS


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))
