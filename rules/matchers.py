"""All phrases and regexes of a rule set, each kind in one pass over the text.

A matcher is known by its key, `pack/name`. It hits in one or more views of the text; a hit in the folded view alone
rests on look-alike letters and is marked as such, because folding can also turn innocent words into others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from rules.model import Matcher, Span
from rules.normalize import Text, View, normalize
from rules.patterns import PatternSet, pattern_fault

MAX_SPANS: Final = 5  #: spans shown of one matcher in one text

_BIT: Final = {View.RAW: 1, View.CLEAN: 2, View.PLAIN: 4, View.FOLDED: 8}
_FOLDED_ONLY: Final = _BIT[View.FOLDED]
_CASELESS: Final[tuple[View, ...]] = (View.PLAIN, View.FOLDED)
_CASED: Final[tuple[View, ...]] = (View.CLEAN, View.RAW)
_NOT_LETTERS: Final = re.compile(r"\\[pP]\{[^}]*\}|\\[pP].|\\x\{[^}]*\}|\\x..|\\.|\[\[:\^?[a-z]+:\]|\(\?P<[^>]*>")


def matcher_fault(pattern: str, views: Sequence[str]) -> tuple[str, str] | None:
    """Message and remedy when a regex is wrong, or could never hit in the views it is asked for."""
    caseless = set(views) <= set(_CASELESS)
    if caseless and "(?i" not in pattern and (capital := re.search("[A-Z]", _NOT_LETTERS.sub("", pattern))):
        message = f"has the capital letter `{capital[0]}`, but the views {' and '.join(views)} have none"
        return message, "write it in lower case, or add `view: [clean]`"
    return pattern_fault(pattern)


class _Phrase(NamedTuple):
    key: str
    bits: int  #: the views this form of the phrase is looked for in
    whole_words: bool


class _Regex(NamedTuple):
    key: str
    bits: int


class _Found(NamedTuple):
    """The first places where one form of a phrase stands in one view."""

    view: View
    places: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Hits:
    """What hit in one text."""

    text: Text
    views: dict[str, int] = field(default_factory=dict)  #: key -> views it hit in, as bits
    phrases: dict[str, list[_Found]] = field(default_factory=lambda: defaultdict(list))
    regexes: dict[str, list[tuple[View, PatternSet, int]]] = field(default_factory=lambda: defaultdict(list))
    _located: dict[str, list[tuple[int, int]]] | None = None

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.views)

    @property
    def weak(self) -> frozenset[str]:
        """Keys that hit in the folded view alone."""
        return frozenset(key for key, bits in self.views.items() if bits == _FOLDED_ONLY)

    def spans(self, key: str) -> tuple[Span, ...]:
        """Where in the raw text a matcher hit; the first few when it hit often."""
        if self._located is None:
            self._located = self._locate()
        raw = [*self._located.get(key, ())]
        for view, patterns, place in self.regexes.get(key, ()):
            raw += self.text.raw_spans(view, islice(patterns.spans(place, self.text.view(view)), MAX_SPANS))
        name = key.rpartition("/")[2]
        return tuple([Span(start, end, name) for start, end in sorted(set(raw))[:MAX_SPANS]])

    def _locate(self) -> dict[str, list[tuple[int, int]]]:
        """The raw places of every phrase that hit, by key: all of a view at once, which is cheaper than one by one."""
        by_view: dict[View, list[tuple[str, tuple[tuple[int, int], ...]]]] = defaultdict(list)
        for key, found in self.phrases.items():
            for view, places in found:
                by_view[view].append((key, places))
        located: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for view, entries in by_view.items():
            raw = iter(self.text.raw_spans(view, chain.from_iterable(places for _, places in entries)))
            for key, places in entries:
                located[key] += islice(raw, len(places))
        return located


class Matchers:
    """The compiled matchers of all packs. Never changes; safe to share between threads."""

    def __init__(self, by_key: Mapping[str, Matcher]) -> None:
        self._phrases = {views: _Phrases(by_key, views) for views in (_CASELESS, _CASED)}
        self._regexes = {views: _Regexes(by_key, views) for views in (_CASELESS, _CASED)}

    def scan(self, text: Text) -> Hits:
        """One pass per kind and view that is asked for; views that look the same are searched once."""
        hits = Hits(text)
        same = text.folded is text.plain
        plain = _BIT[View.PLAIN] | (_BIT[View.FOLDED] if same else 0)
        self._search(hits, _CASELESS, View.PLAIN, plain)
        if not same:
            self._search(hits, _CASELESS, View.FOLDED, _BIT[View.FOLDED])
        for view in _CASED:
            self._search(hits, _CASED, view, _BIT[view])
        return hits

    def _search(self, hits: Hits, views: tuple[View, ...], view: View, bits: int) -> None:
        self._phrases[views].search(hits, view, bits)
        self._regexes[views].search(hits, view, bits)


class _Phrases:
    """The phrases of some views in one Aho-Corasick automaton."""

    def __init__(self, by_key: Mapping[str, Matcher], views: tuple[View, ...]) -> None:
        forms: dict[str, list[_Phrase]] = defaultdict(list)
        for key, matcher in by_key.items():
            wanted = [view for view in views if view in matcher.views]
            whole = sum(map(_BIT.__getitem__, wanted))
            for phrase in matcher.phrases if wanted else ():
                text = normalize(phrase)
                if text.folded is text.plain and views is _CASELESS:
                    forms[text.plain].append(_Phrase(key, whole, matcher.whole_words))
                    continue
                bits: dict[str, int] = {}
                for view in wanted:
                    bits[text.view(view)] = bits.get(text.view(view), 0) | _BIT[view]
                for form, form_bits in bits.items():
                    forms[form].append(_Phrase(key, form_bits, matcher.whole_words))
        self._meanings = list(forms.values())
        self._bits = sum({_BIT[view] for view in views if any(view in m.views and m.phrases for m in by_key.values())})
        self._automaton = AhoCorasick(list(forms)) if forms else None

    def search(self, hits: Hits, view: View, bits: int) -> None:
        if self._automaton is None or not bits & self._bits:
            return
        shown = hits.text.view(view)
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for place in self._automaton.find_matches_as_indexes(shown, overlapping=True):
            found[place[0]].append(place)
        letters = _letters(shown) if found else b""
        for form, places in found.items():
            words: tuple[tuple[int, int], ...] | None = None  # looked for once for all that ask for whole words
            for key, wanted, whole_words in self._meanings[form]:
                seen = wanted & bits
                if not seen:
                    continue
                if not whole_words:
                    chosen = tuple((start, end) for _, start, end in places[:MAX_SPANS])
                else:
                    chosen = words = tuple(islice(_words(letters, places), MAX_SPANS)) if words is None else words
                if chosen:
                    hits.views[key] = hits.views.get(key, 0) | seen
                    hits.phrases[key].append(_Found(view, chosen))


class _Regexes:
    """The regexes of some views in one RE2 Set."""

    def __init__(self, by_key: Mapping[str, Matcher], views: tuple[View, ...]) -> None:
        bits = {key: sum(_BIT[view] for view in views if view in matcher.views) for key, matcher in by_key.items()}
        chosen = [
            (regex, _Regex(key, bits[key])) for key, matcher in by_key.items() if bits[key] for regex in matcher.regexes
        ]
        self._meanings = [meaning for _, meaning in chosen]
        self._bits = 0
        for meaning in self._meanings:
            self._bits |= meaning.bits
        self._patterns = PatternSet([regex for regex, _ in chosen])

    def search(self, hits: Hits, view: View, bits: int) -> None:
        if not bits & self._bits:
            return
        for place in self._patterns.hits(hits.text.view(view)):
            key, wanted = self._meanings[place]
            if seen := wanted & bits:
                hits.views[key] = hits.views.get(key, 0) | seen
                hits.regexes[key].append((view, self._patterns, place))


def _words(letters: bytes, places: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """The places (form, start, end) at whose edges no word runs across, without their forms."""
    length = len(letters)
    for _, start, end in places:
        if start and letters[start - 1] and letters[start]:
            continue
        if end == length or not (letters[end] and letters[end - 1]):
            yield start, end


def _letters(text: str) -> bytes:
    """For each character whether it belongs to words: letters, digits and the underscore do."""
    if text.isascii():
        return text.encode().translate(_ASCII_LETTERS)
    return bytes(map(str.isalnum, text.replace("_", "a")))


_ASCII_LETTERS: Final = bytes(chr(byte).isalnum() or byte == ord("_") for byte in range(128)) + bytes(128)
